"""The third floor: a client's time. Find, hold, screen, pay, keep, move, cancel, calendars, care."""
