"""Pure thinking about programs for home and the journal."""
