"""Verbs of gift cards, one file for each side of a card's life."""
