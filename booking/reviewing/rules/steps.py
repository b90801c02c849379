"""What may follow what in a review, and where two people stand who have agreed on supervision."""

from __future__ import annotations

from datetime import datetime

from marketplace.kernel.errors import FieldFault

LONGEST_COMMENTS = 4000
OFFERED, TAKEN_BACK, RETURNED, ACCEPTED = "offered", "taken_back", "returned", "accepted"
KINDS = (OFFERED, TAKEN_BACK, RETURNED, ACCEPTED)
VERDICTS = (RETURNED, ACCEPTED)
# A note that was accepted is not offered again to the same colleague.
_FOLLOWS = {
    None: (OFFERED,), OFFERED: (TAKEN_BACK, RETURNED, ACCEPTED), TAKEN_BACK: (OFFERED,), RETURNED: (OFFERED,), ACCEPTED: (),
}  # fmt: skip
NAMED, LIVE, ENDED = "named", "live", "ended"
STATES = (NAMED, LIVE, ENDED)


def may_follow(last: str | None, kind: str) -> bool:
    """Whether a step may come after the last one of a review (None: there is none yet)."""
    return kind in _FOLLOWS[last]


def state_of(accepted_at: datetime | None, ended_at: datetime | None) -> str:
    """Named and not answered yet, live, or ended (a name that was declined among them)."""
    if ended_at is not None:
        return ENDED
    return LIVE if accepted_at is not None else NAMED


def comment_faults(kind: str, comments: str) -> list[FieldFault]:
    """What is wrong with the words of a verdict: whoever returns a note says what is missing."""
    checks = (
        (kind != RETURNED or bool(comments.strip()), "Say what is missing."),
        (len(comments) <= LONGEST_COMMENTS, f"At most {LONGEST_COMMENTS:,} characters."),
    )
    return [FieldFault("comments", message) for right, message in checks if not right]
