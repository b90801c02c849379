"""Who owns a provider's desk, how a public name is made, and the states a provider moves through."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass

from marketplace.kernel.errors import Conflict

DRAFT, SUBMITTED, LISTED, SUSPENDED = "draft", "submitted", "listed", "suspended"
STATES = (DRAFT, SUBMITTED, LISTED, SUSPENDED)

SUBMIT, APPROVE, SUSPEND = "submit", "approve", "suspend"

GRAPH: dict[tuple[str, str], str] = {
    (DRAFT, SUBMIT): SUBMITTED,
    (SUBMITTED, APPROVE): LISTED,
    (SUBMITTED, SUSPEND): SUSPENDED,
    (LISTED, SUSPEND): SUSPENDED,
    (DRAFT, SUSPEND): SUSPENDED,
}

_LONGEST_SLUG = 60
_NOBODY = "therapist"


@dataclass(frozen=True)
class Owner:
    """The account at whose desk a provider's verb happens. `actor` is how the audit names it."""

    account_id: int
    name: str
    actor: str


def slug_of(name: str) -> str:
    """A public name for addresses: plain letters, digits and single dashes. A name without any of them is `therapist`."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:_LONGEST_SLUG].strip("-") or _NOBODY


def free_slug(name: str, taken: Collection[str]) -> str:
    """The slug of a name, with the first number from 2 that makes it free."""
    base = slug_of(name)
    if base not in taken:
        return base
    number = 2
    while f"{base}-{number}" in taken:
        number += 1
    return f"{base}-{number}"


def state_shown(state: str, *, account_active: bool) -> str:
    """The state that counts for whoever looks for care: behind a disabled account nobody is listed."""
    return SUSPENDED if state == LISTED and not account_active else state


def next_state(state: str, verb: str) -> str:
    """Where a verb leads a provider. Raises Conflict `wrong_state` where the graph has no way."""
    following = GRAPH.get((state, verb))
    if following is None:
        raise Conflict("wrong_state", f"This provider is {state}; that step is not possible.")
    return following


def state_after_reinstating(state: str, *, was_listed: bool) -> str:
    """Whoever was listed is listed again; anyone else begins with the draft. Raises Conflict `wrong_state` unless suspended."""
    if state != SUSPENDED:
        raise Conflict("wrong_state", "This provider is not suspended.")
    return LISTED if was_listed else DRAFT
