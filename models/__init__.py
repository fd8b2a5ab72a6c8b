"""What it means: pure functions over frames and facts. No clock, no file, no network."""
