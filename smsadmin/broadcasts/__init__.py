"""Broadcasts: from a draft through the list of recipients to the end."""
