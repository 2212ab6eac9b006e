"""The host in the box and the commands that run it."""
