"""Deadlines, items and layouts of papers."""
