"""Releases, letters, and what letters are drawn from."""
