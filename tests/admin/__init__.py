"""The tests of the screens in the back office."""
