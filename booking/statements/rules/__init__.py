"""Spans of days, the two sides of a statement, and the paper it becomes."""
