"""The JSON endpoints of those who check."""
