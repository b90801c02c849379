"""Visits bought together in advance: offers, what was bought, and each visit's share of it."""
