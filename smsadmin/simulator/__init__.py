"""The providers and the phone network, played: for `make run`, `make demo` and the tests.

It speaks the three providers' wire protocols over real HTTP and has phones that receive. On purpose it
imports nothing of the product: it judges it, so the two share no code that could be wrong in both.
"""
