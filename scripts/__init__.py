"""What runs: the composition root. Nothing imports it."""
