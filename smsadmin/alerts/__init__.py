"""What keeps SMS from going, found in one way for the screens, for the commands, and for whoever is on call."""
