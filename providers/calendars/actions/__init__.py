"""Verbs about outside calendars: add, look again, remove."""
