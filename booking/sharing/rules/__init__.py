"""Pure thinking about releases and letters."""
