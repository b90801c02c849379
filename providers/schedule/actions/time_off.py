"""Time off: stated, ended early, taken back; and a colleague who was named in it and would rather not be."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from marketplace.db import transaction
from marketplace.kernel.errors import Conflict, FieldFault, NotFound, Refused
from marketplace.kernel.walltime import to_minute
from marketplace.outbox.changes import withdraw_letters
from providers.registry.changes import lock_provider, note_change, note_deed, own_provider
from providers.registry.models import Provider
from providers.registry.queries import find_own_id, find_provider, get_provider, has_active_account
from providers.registry.rules import LISTED, Owner
from providers.schedule.changes import NAMED, flip_expired, lay_outside, write_name_taken_off, write_named
from providers.schedule.models import TimeOff
from providers.schedule.queries import get_time_off, list_time_off
from providers.schedule.rules.time_off import TimeOffDraft, ends_early_at, sees_clients_in, time_off_faults
from providers.wording.changes import raise_flags

VisitsInside = Callable[[Session, int, int, int], list[dict[str, object]]]
"""Tells of a provider's coming visits that meet [from, until) in epoch minutes. Visits belong to a floor above."""


def add_time_off(whom: Owner | str, draft: TimeOffDraft, actor: str, base_url: str, now: datetime, visits_inside: VisitsInside) -> str:
    """State time off, one's own or (by a public name) somebody's; gives its public id. From now on nothing in it can be booked.

    Visits inside are never touched: unless the draft says that they have been read, Conflict `visits_inside` lists them, and nothing
    is stored. Each of them keeps its minutes until it is moved, canceled or handed over. Raises NotFound, Refused `invalid`.
    """
    with transaction() as session:
        provider = _provider(session, whom, now)
        others = [(row.begin_minute, row.end_minute) for row, _ in list_time_off(session, provider.id, to_minute(now))]
        faults = time_off_faults(draft, others, now)
        colleague = _colleague(session, provider, draft, faults, now)
        if faults:
            raise Refused("invalid", faults[0].message, faults=faults)
        begin, end = draft.span
        flip_expired(session, provider.id, now)
        visits = visits_inside(session, provider.id, max(begin, to_minute(now)), end)
        if visits and not draft.keep_visits:
            raise Conflict("visits_inside", _inside(visits), details={"appointments": visits})
        off = TimeOff(
            provider_id=provider.id, begin_minute=begin, end_minute=end, reason=draft.reason, message=draft.message,
            colleague_id=colleague.id if colleague else None, stated_by=actor, stated_at=now,
        )  # fmt: skip
        session.add(off)
        session.flush()
        lay_outside(session, provider.id, (begin, end))
        if draft.message:
            raise_flags(session, provider, {"away": draft.message}, now)
        told = {"time_off": off.public_id, "visits": len(visits), "colleague": colleague.slug if colleague else None}
        note_deed(session, provider, actor, "time_off_stated", now, **told)
        note_change(session, provider.id)
        if colleague is not None:
            write_named(session, off, provider, colleague, base_url, now)
        return off.public_id


def end_time_off(whom: Owner | str, public_id: str, until: datetime | None, actor: str, now: datetime) -> None:
    """End time off at an instant, or (None) give back at once all that is left of it. What has not begun is gone then.

    Raises NotFound for what is not theirs or is over, Refused `invalid` for an end that shortens nothing or has passed.
    """
    with transaction() as session:
        provider = _provider(session, whom, now)
        off, owner = get_time_off(session, public_id)
        if owner.id != provider.id or off.end_minute <= to_minute(now):
            raise NotFound("not_found", "There is no such time off.")
        begin, end = off.begin_minute, off.end_minute
        if until is not None and (until < now or not begin < to_minute(until) < end):
            fault = FieldFault("until", "Choose an end from now on that lies within the time off.")
            raise Refused("invalid", fault.message, faults=[fault])
        left = ends_early_at((begin, end), until or now)
        if left is None:
            off.removed_at, off.reason = now, None
        else:
            off.end_minute = left
        session.flush()
        flip_expired(session, provider.id, now)
        lay_outside(session, provider.id, (begin, end), all_of_it=True)
        note_deed(session, provider, actor, "time_off_removed" if left is None else "time_off_shortened", now, time_off=public_id)
        note_change(session, provider.id)


def take_name_off(public_id: str, by: Owner | None, actor: str, now: datetime) -> None:
    """Point no client to the colleague any more: by the colleague, by whose time off it is, or (None) by whoever has the link.

    Again changes nothing. Raises NotFound.
    """
    with transaction() as session:
        off, provider = get_time_off(session, public_id)
        lock_provider(session, provider.id)
        session.refresh(off)
        own_id = off.colleague_id if by is None else find_own_id(session, by.account_id)
        if own_id is None or own_id not in (off.colleague_id, off.provider_id) or off.removed_at is not None:
            raise NotFound("not_found", "There is no such time off.")
        if off.colleague_id is None or off.colleague_out_at is not None:
            return
        off.colleague_out_at = now
        note_deed(session, provider, actor, "time_off_colleague_out", now, time_off=public_id)
        note_change(session, provider.id)
        withdraw_letters(session, about=public_id, kinds=(NAMED,), now=now)
        if own_id == off.colleague_id:
            write_name_taken_off(session, off, provider, session.get_one(Provider, own_id), now)


def _provider(session: Session, whom: Owner | str, now: datetime) -> Provider:
    return own_provider(session, whom, now) if isinstance(whom, Owner) else lock_provider(session, get_provider(session, whom).id)


def _colleague(session: Session, provider: Provider, draft: TimeOffDraft, faults: list[FieldFault], now: datetime) -> Provider | None:
    """Whom clients are pointed to, if anybody; what speaks against it joins the faults."""
    if draft.colleague is None:
        return None
    found = find_provider(session, draft.colleague)
    if found is None or found.state != LISTED or not has_active_account(session, found):
        faults.append(FieldFault("colleague", "Nobody of that name can be booked at present."))
    elif found.id == provider.id:
        faults.append(FieldFault("colleague", "Name somebody else."))
    elif not sees_clients_in(
        draft.span, [(row.begin_minute, row.end_minute) for row, _ in list_time_off(session, found.id, to_minute(now))]
    ):
        faults.append(FieldFault("colleague", f"{found.name} is away for all of it."))
    else:
        return found
    return None


def _inside(visits: Sequence[object]) -> str:
    if len(visits) == 1:
        return "A booked visit lies inside. It stays until you move, cancel or hand it over."
    return f"{len(visits)} booked visits lie inside. They stay until you move, cancel or hand over each."
