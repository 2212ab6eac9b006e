"""How fast the product is: one command per figure, each against a limit that is measured in the same run."""
