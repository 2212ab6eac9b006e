"""Whoever is on call learns it without looking: once per cause, with the next step."""
