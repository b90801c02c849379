"""The path of a credential from draft to verified and beyond. Expiring and expired are computed for a day, never stored."""

from __future__ import annotations

from marketplace.kernel.errors import Conflict

DRAFT, SUBMITTED, UNDER_REVIEW, VERIFIED = "draft", "submitted", "under_review", "verified"
NEEDS_INFO, REJECTED, SUSPENDED, REVOKED, WITHDRAWN = "needs_info", "rejected", "suspended", "revoked", "withdrawn"
STATUSES = (DRAFT, SUBMITTED, UNDER_REVIEW, VERIFIED, NEEDS_INFO, REJECTED, SUSPENDED, REVOKED, WITHDRAWN)

SUBMIT, TAKE, VERIFY, ASK, REJECT = "submit", "take", "verify", "needs_info", "reject"
SUSPEND, REINSTATE, REVOKE, WITHDRAW = "suspend", "reinstate", "revoke", "withdraw"
DECISIONS = (VERIFY, REJECT, ASK)

GRAPH: dict[tuple[str, str], str] = {
    (DRAFT, SUBMIT): SUBMITTED,
    (SUBMITTED, TAKE): UNDER_REVIEW,
    (UNDER_REVIEW, VERIFY): VERIFIED,
    (UNDER_REVIEW, ASK): NEEDS_INFO,
    (UNDER_REVIEW, REJECT): REJECTED,
    (NEEDS_INFO, SUBMIT): SUBMITTED,
    (VERIFIED, SUSPEND): SUSPENDED,
    (SUSPENDED, REINSTATE): VERIFIED,
    (VERIFIED, REVOKE): REVOKED,
    (SUSPENDED, REVOKE): REVOKED,
    (DRAFT, WITHDRAW): WITHDRAWN,
    (SUBMITTED, WITHDRAW): WITHDRAWN,
    (NEEDS_INFO, WITHDRAW): WITHDRAWN,
}


def path(status: str, verb: str) -> tuple[str, ...]:
    """The statuses a verb leads through. A decision on what was only submitted takes it under review first; empty where no way leads."""
    steps = (TAKE, verb) if status == SUBMITTED and verb in DECISIONS else (verb,)
    reached: list[str] = []
    for step in steps:
        following = GRAPH.get((reached[-1] if reached else status, step))
        if following is None:
            return ()
        reached.append(following)
    return tuple(reached)


def next_state(status: str, verb: str) -> str:
    """Where a verb leads; Conflict `wrong_state` where it leads nowhere. New facts for a verified or rejected one are a new version."""
    reached = path(status, verb)
    if not reached:
        raise Conflict("wrong_state", f"This credential is {status.replace('_', ' ')}; that step is not possible.")
    return reached[-1]
