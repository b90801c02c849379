"""Directory search and start times."""
