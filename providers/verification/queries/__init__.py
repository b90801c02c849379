"""What waits to be checked, read."""
