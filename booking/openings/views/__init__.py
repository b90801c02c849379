"""The pages on which people look for a time: first page, search, provider, chosen start."""

from booking.openings.views.pages import blueprint

__all__ = ["blueprint"]
