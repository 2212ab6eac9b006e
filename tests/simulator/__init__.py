"""The tests of the simulator: real HTTP to a real process, and tables for what is pure."""
