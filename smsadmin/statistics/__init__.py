"""Figures about broadcasts: counters kept with the rows, and the report drawn from them."""
