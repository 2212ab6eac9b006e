"""The tests mirror the tree; `conftest.py` brings the real servers that they run on."""
