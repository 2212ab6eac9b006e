"""Texts of SMS and phone numbers as pure functions: parts, placeholders, phones; no Flask, no database."""
