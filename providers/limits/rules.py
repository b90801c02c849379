"""The two limits that may rest on a provider, and the words that everybody reads of the stronger one."""

from __future__ import annotations

REQUESTS_ONLY, RESTING = "requests_only", "resting"
LIMITS = (REQUESTS_ONLY, RESTING)

RESTING_WORDS = "This therapist takes no new bookings at present. What is booked stays booked."
"""Said of a provider whose listing rests; why is between them and the house."""
