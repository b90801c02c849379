"""Price lines with their reasons, tax, terms in words."""
