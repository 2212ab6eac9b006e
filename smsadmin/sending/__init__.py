"""The accounting core: claim, submit, record, receipts, sweep. The row in the database is the truth."""
