"""What can be added to a time that is held or booked: by whom, until when, and what is possible instead."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from booking.appointments.rules.states import CHECKED_IN, CLIENT, CONFIRMED
from booking.openings.rules.by_hand import BUFFERS, IN_THE_PAST, LATE, NO_ROOM, OVERLAP, TOO_FAR, TOO_SOON, Objection
from marketplace.kernel.errors import Conflict, Refusal, Refused
from providers.profiles.rules import ServiceFacts

ADD_ON, LENGTH = "add_on", "length"
# The start was agreed on and stays; only what comes after it changes.
OF_THE_START = frozenset({IN_THE_PAST, TOO_SOON, TOO_FAR, LATE})
TAKEN = frozenset({OVERLAP, BUFFERS})
NEXT_VISIT = "Your therapist has another visit too soon after this one."
SAY_YES = "Ask your client first: nothing is added without their yes."


@dataclass(frozen=True)
class Extra:
    """One thing that could be added: `minutes` and `price_cents` come on top, before tax. `code` of a length is its minutes as text."""

    kind: str
    code: str
    name: str
    minutes: int
    price_cents: int


def extras_of(service: ServiceFacts, minutes: int, added: Collection[str]) -> tuple[Extra, ...]:
    """Everything that a service still has for a visit of this length with these add-ons: add-ons, then longer lengths.

    A longer length costs what it costs more in today's table; one that is cheaper than the visit's own costs nothing more.
    """
    more = [Extra(ADD_ON, one.code, one.name, one.minutes, one.price_cents) for one in service.add_ons if one.code not in added]
    own = service.prices.get(minutes)
    if own is not None:
        longer = sorted(length for length in service.prices if length > minutes)
        more += [
            Extra(LENGTH, str(to), f"{to} minutes instead of {minutes}", to - minutes, max(0, service.prices[to] - own)) for to in longer
        ]
    return tuple(more)


def chosen_extras(offered: Iterable[Extra], codes: Collection[str], length: int | None) -> tuple[Extra, ...]:
    """Those that somebody chose. Raises Refused `unknown_add_on`, `unknown_service`, and `invalid` where nothing was chosen."""
    by_key: Mapping[tuple[str, str], Extra] = {(one.kind, one.code): one for one in offered}
    keys = [(ADD_ON, code) for code in codes] + ([] if length is None else [(LENGTH, str(length))])
    if not keys:
        raise Refused("invalid", "Choose what to add.")
    if len(set(keys)) < len(keys) or any(key[0] == ADD_ON and key not in by_key for key in keys):
        raise Refused("unknown_add_on", "This visit cannot have that add-on, or has it already.")
    if any(key not in by_key for key in keys):
        raise Refused("unknown_service", "This service is not offered in that length.")
    return tuple(by_key[key] for key in keys)


def in_the_way(found: Iterable[Objection]) -> Objection | None:
    """What keeps a visit from lasting longer; rules about starts are none of it."""
    return next((one for one in found if one.code not in OF_THE_START), None)


def refuse_longer(objection: Objection) -> Refusal:
    """The refusal for what is in the way."""
    if objection.code in TAKEN:
        return Conflict("slot_taken", NEXT_VISIT)
    if objection.code == NO_ROOM:
        return Conflict("slot_taken", objection.sentence)
    return Refused(objection.code, objection.sentence)


@dataclass(frozen=True)
class AddingVerdict:
    """Whether something may be added to a booked visit now."""

    allowed: bool
    code: str
    sentence: str


def assess_adding(status: str, actor: str, starts_at: datetime, ends_at: datetime, now: datetime, *, agreed: bool) -> AddingVerdict:
    """A client may add until the visit starts, the therapist and the staff until its end, with the client's yes.

    Codes: allowed, wrong_state, already_started, consent_required.
    """
    if status not in (CONFIRMED, CHECKED_IN) or now >= ends_at:
        return AddingVerdict(False, "wrong_state", "Nothing can be added to this visit any more, or not yet.")
    if actor == CLIENT and now >= starts_at:
        return AddingVerdict(False, "already_started", "The visit has begun. Ask your therapist to add it.")
    if actor != CLIENT and not agreed:
        return AddingVerdict(False, "consent_required", SAY_YES)
    return AddingVerdict(True, "allowed", "")
