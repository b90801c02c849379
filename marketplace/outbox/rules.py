"""When a letter is tried again, and when it is given up."""

from __future__ import annotations

from datetime import timedelta

# A claim older than this was left by a process that died: the letter is free again. Longer than one sending can take.
LEASE = timedelta(seconds=90)
FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT_UNREACHABLE = timedelta(seconds=30)
LONGEST_WAIT_REFUSED = timedelta(hours=2)
MOST_REFUSALS = 10


def wait_unreachable(attempts: int) -> timedelta:
    """How long after the nth attempt at a server that cannot be reached; short, so that letters leave within a minute of its recovery."""
    return min(FIRST_WAIT * (1 << min(attempts - 1, 10)), LONGEST_WAIT_UNREACHABLE)


def wait_refused(refusals: int) -> timedelta | None:
    """How long after the nth refusal of a letter for its own sake; None when it is given up (after some ten hours)."""
    return None if refusals >= MOST_REFUSALS else min(timedelta(minutes=1) * (1 << (refusals - 1)), LONGEST_WAIT_REFUSED)
