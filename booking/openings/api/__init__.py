"""The public half of /api/v1: what there is, who there is, when, and for how much."""

from booking.openings.api.endpoints import blueprint

__all__ = ["blueprint"]
