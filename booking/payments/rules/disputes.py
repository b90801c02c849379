"""How a dispute stands, in Stripe's words (docs.stripe.com/api/disputes/object), and whether money of the visit rests meanwhile."""

from __future__ import annotations

# Over, and the money is ours and the therapist's again.
ENDED_WELL = ("won", "warning_closed", "prevented")
# The bank gave the money to the client for good.
LOST = "lost"


def keeps_back(status: str) -> bool:
    """Whether nothing of the visit may be paid out: as long as the bank has not decided, and after it has decided against us."""
    return status not in ENDED_WELL


def is_open(status: str) -> bool:
    """Whether the bank has not decided yet."""
    return status not in {*ENDED_WELL, LOST}
