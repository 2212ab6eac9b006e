"""The host in the box: a small shop with bonuses, written as any host would, and its processes."""
