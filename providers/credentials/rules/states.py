"""The path of a credential from draft to verified and beyond. Expiring and expired are computed for a day, never stored."""

from __future__ import annotations

from marketplace.kernel.errors import Conflict

DRAFT, SUBMITTED, UNDER_REVIEW, VERIFIED = "draft", "submitted", "under_review", "verified"
NEEDS_INFO, REJECTED, SUSPENDED, REVOKED, WITHDRAWN = "needs_info", "rejected", "suspended", "revoked", "withdrawn"
STATUSES = (DRAFT, SUBMITTED, UNDER_REVIEW, VERIFIED, NEEDS_INFO, REJECTED, SUSPENDED, REVOKED, WITHDRAWN)

SUBMIT, TAKE, VERIFY, ASK, REJECT = "submit", "take", "verify", "needs_info", "reject"
SUSPEND, REINSTATE, REVOKE, WITHDRAW = "suspend", "reinstate", "revoke", "withdraw"
SUPERSEDE = "supersede"
"""New facts or a new file take the place of what was still waiting."""
RECHECK = "recheck"
"""What is in force is looked at again at its source and found as it was."""
DECISIONS = (VERIFY, REJECT, ASK)
STANDING_VERBS = (SUSPEND, REINSTATE, REVOKE)

GRAPH: dict[tuple[str, str], str] = {
    (DRAFT, SUBMIT): SUBMITTED,
    (SUBMITTED, TAKE): UNDER_REVIEW,
    (UNDER_REVIEW, VERIFY): VERIFIED,
    (UNDER_REVIEW, ASK): NEEDS_INFO,
    (UNDER_REVIEW, REJECT): REJECTED,
    (NEEDS_INFO, SUBMIT): SUBMITTED,
    (VERIFIED, RECHECK): VERIFIED,
    (VERIFIED, SUSPEND): SUSPENDED,
    (SUSPENDED, REINSTATE): VERIFIED,
    (VERIFIED, REVOKE): REVOKED,
    (SUSPENDED, REVOKE): REVOKED,
    (DRAFT, WITHDRAW): WITHDRAWN,
    (SUBMITTED, WITHDRAW): WITHDRAWN,
    (NEEDS_INFO, WITHDRAW): WITHDRAWN,
    (DRAFT, SUPERSEDE): WITHDRAWN,
    (SUBMITTED, SUPERSEDE): WITHDRAWN,
    (UNDER_REVIEW, SUPERSEDE): WITHDRAWN,
    (NEEDS_INFO, SUPERSEDE): WITHDRAWN,
}

_IS = {
    DRAFT: "This credential has not been handed in yet",
    SUBMITTED: "This credential waits to be checked",
    UNDER_REVIEW: "This credential is being checked",
    VERIFIED: "This credential is verified",
    NEEDS_INFO: "We have asked its owner something about this credential",
    REJECTED: "This credential was rejected",
    SUSPENDED: "This credential is suspended",
    REVOKED: "This credential is revoked",
    WITHDRAWN: "This credential was withdrawn",
}
_CANNOT = {
    SUBMIT: "it cannot be handed in",
    TAKE: "nobody can take it to check it",
    VERIFY: "it cannot be verified",
    ASK: "it cannot be asked about",
    REJECT: "it cannot be rejected",
    SUSPEND: "it cannot be suspended",
    REINSTATE: "it cannot be reinstated",
    REVOKE: "it cannot be revoked",
    WITHDRAW: "it cannot be withdrawn",
    SUPERSEDE: "nothing takes its place",
    RECHECK: "it is not looked at again",
}
_COULD = {
    DRAFT: "It can be handed in or withdrawn.",
    SUBMITTED: "It can be verified, asked about, rejected, or withdrawn by its owner.",
    UNDER_REVIEW: "It can be verified, asked about or rejected; its owner can hand in a new version.",
    VERIFIED: "It can be suspended or revoked; its owner can hand in a new version.",
    NEEDS_INFO: "Its owner can hand it in anew or withdraw it.",
    REJECTED: "Its owner can hand in a new version.",
    SUSPENDED: "It can be reinstated or revoked.",
    REVOKED: "That is final; its owner can hand in a new proof.",
    WITHDRAWN: "Its owner can hand it in anew.",
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
        raise Conflict("wrong_state", refusal_sentence(status, verb), details={"state": status})
    return reached[-1]


def refusal_sentence(status: str, verb: str) -> str:
    """Why a verb is refused: what state the credential is in, and what could be done instead."""
    return f"{_IS[status]}, so {_CANNOT[verb]}. {_COULD[status]}"
