"""Pages of those who check."""
