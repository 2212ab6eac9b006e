"""`make faults`: broadcasts in a shop of real processes that are killed, frozen and lied to, and a judge at the end."""
