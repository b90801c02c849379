"""The way in for calendar files: bytes to busy minutes. Runs in a process of its own (`python -m providers.calendars.ics`)."""

from providers.calendars.ics.reader import read_calendar

__all__ = ["read_calendar"]
