"""Tests of the short links, alone in a small host of their own."""
