"""The verbs of those who hand credentials in."""
