"""Pure thinking about entries and their sums."""
