"""Tests of smsadmin/text: tables, and properties against the plainest thing that could be right."""
