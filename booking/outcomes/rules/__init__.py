"""Pure thinking about outcomes."""
