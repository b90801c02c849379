"""Taking and giving back a provider's minutes, inside the caller's transaction; the only way claims are written. And hours as stated."""

from __future__ import annotations

import hmac
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CompoundSelect, delete, func, insert, null, select, union_all, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from marketplace.accounts.queries import get_account
from marketplace.db import new_public_id
from marketplace.kernel.errors import Conflict, FieldFault, NotFound, Refused
from marketplace.kernel.intervals import Span
from marketplace.kernel.walltime import DAY_MINUTES, day_begin, from_minute, local_day, to_minute
from marketplace.outbox.changes import enqueue_letter
from marketplace.vault import vault
from providers.places.changes import lock_rooms
from providers.places.models import Clinic, ProviderPlace
from providers.registry.changes import note_change
from providers.registry.models import Provider
from providers.schedule.models import Claim, HoursStatement, OutsideBusy, TimeOff
from providers.schedule.queries import FOREVER_MINUTE, as_use, claims_between, coming_astray, rooms_wanted, rules_in_force
from providers.schedule.rules.clinics import NO_ROOM
from providers.schedule.rules.hours import WeeklyRange, stated_to_list
from providers.schedule.rules.outside import OutsideSpan, changes_of, lay
from providers.schedule.rules.rooms import first_over, over_words

APPOINTMENT, HOLD, BLOCK, OUTSIDE, HANDOVER, CLASS = "appointment", "hold", "block", "outside", "handover", "class"
TAKEN = "This time has just been taken."
NO_ROOM_FOR_ALL = "That clinic has no treatment room left for all the visits that you have at this place. Move them first."
# Outside time is laid a little further than anybody can book, so that a worker that rests for a month opens nothing.
LAID_BEYOND_DAYS = 40
NAMED, NAME_OFF_KIND = "colleague_named", "colleague_out"
NAME_OFF, NAME_OFF_DIGITS = "name off time off", 32


@dataclass(frozen=True)
class ClaimFacts:
    """Minutes to take: the thing itself [begin, end) in epoch minutes, its pads, and where it is.

    `room_key` is that of claims whose room a new one shares.
    """

    begin_minute: int
    end_minute: int
    before_minutes: int = 0
    after_minutes: int = 0
    place_id: int | None = None
    zip: str | None = None
    room_key: str | None = None


def claim_time(
    session: Session, provider_id: int, kind: str, facts: ClaimFacts, *, expires_at: datetime | None = None, note: str | None = None
) -> Claim:
    """Take the minutes, or raise Conflict `slot_taken`: the database has the last word, whatever was judged before.

    The caller holds the provider's lock (`lock_provider`) and has flipped expired claims. After the Conflict the
    transaction must end.
    """
    claim = Claim(
        provider_id=provider_id,
        kind=kind,
        begin_minute=facts.begin_minute,
        end_minute=facts.end_minute,
        before_minutes=facts.before_minutes,
        after_minutes=facts.after_minutes,
        place_id=facts.place_id,
        zip=facts.zip,
        room_key=facts.room_key,
        expires_at=expires_at,
        note=note,
    )
    session.add(claim)
    _flush(session)
    note_change(session, provider_id)
    return claim


def turn_claim(session: Session, claim: Claim, kind: str, *, expires_at: datetime | None) -> None:
    """Make a live claim one of another kind, with another end of its own: not for an instant are the minutes free.

    Raises Conflict `slot_taken` when the minutes were given back meanwhile: whoever waited at the lock has an old clock.
    """
    _check_live(claim)
    claim.kind, claim.expires_at = kind, expires_at
    _flush(session)
    note_change(session, claim.provider_id)


def move_claim(session: Session, claim: Claim, facts: ClaimFacts) -> None:
    """Put a live claim elsewhere: the old minutes are free at once. Raises Conflict `slot_taken`, also when it is not live any more."""
    _check_live(claim)
    left = _padded(claim)
    claim.begin_minute, claim.end_minute = facts.begin_minute, facts.end_minute
    claim.before_minutes, claim.after_minutes = facts.before_minutes, facts.after_minutes
    claim.place_id, claim.zip = facts.place_id, facts.zip
    _flush(session)
    lay_outside(session, claim.provider_id, left)
    note_change(session, claim.provider_id)


def release_claim(session: Session, claim: Claim) -> None:
    """Give the minutes back, to what an outside calendar says of them first; the row stays as history."""
    claim.live = False
    session.flush()
    lay_outside(session, claim.provider_id, _padded(claim))
    note_change(session, claim.provider_id)


def flip_expired(session: Session, provider_id: int, now: datetime) -> None:
    """Give back what holds of this provider have let run out, so that the database's guarantee does not keep it."""
    flipped = session.execute(
        update(Claim)
        .where(Claim.provider_id == provider_id, Claim.live, Claim.expires_at <= now)
        .values(live=False)
        .returning(Claim.busy_from_minute, Claim.busy_until_minute)
        .execution_options(synchronize_session="fetch")
    ).all()
    for row in flipped:
        lay_outside(session, provider_id, (row.busy_from_minute, row.busy_until_minute))


def let_rooms_go(session: Session, clinic_ids: Collection[int], now: datetime) -> None:
    """Take back the rooms of these clinics that holds of anybody have let run out; their minutes are their provider's to look after.

    The caller has locked the clinics. A claim that somebody else is about now is left to them: nobody is waited for.
    """
    run_out = select(Claim.id).where(Claim.clinic_id.in_(clinic_ids), Claim.live, Claim.expires_at <= now)
    ids = session.scalars(run_out.with_for_update(skip_locked=True)).all() if clinic_ids else ()
    if ids:
        session.execute(update(Claim).where(Claim.id.in_(ids)).values(clinic_id=None).execution_options(synchronize_session="fetch"))


def state_rooms(session: Session, clinic: Clinic, rooms: int | None, now: datetime) -> None:
    """Say how many treatment rooms a clinic has (None: no limit), from now on. Raises Refused `rooms_in_use` where more are booked.

    The clinic is locked first, so that whoever is about to take a room there is counted.
    """
    session.execute(select(Clinic.id).where(Clinic.id == clinic.id).with_for_update())
    session.refresh(clinic, ["rooms", "rooms_from_minute"])
    if rooms == clinic.rooms:
        return
    let_rooms_go(session, [clinic.id], now)
    minute = to_minute(now)
    if rooms is not None:
        uses = [as_use(row) for row in session.execute(rooms_wanted([clinic.id], minute, FOREVER_MINUTE))]
        over = first_over(uses, rooms, minute)
        if over is not None:
            sentence = over_words(over)
            raise Refused(
                "rooms_in_use", sentence, faults=[FieldFault("rooms", sentence)], details={"minute": from_minute(over).isoformat()}
            )
    clinic.rooms, clinic.rooms_from_minute = rooms, None if rooms is None else minute
    session.flush()


def settle_rooms(session: Session, provider_id: int, now: datetime) -> None:
    """Let what is booked at a provider's places take the rooms of the clinics that the places are in now.

    The caller holds the provider's lock. Raises Conflict `place_in_use` where a clinic has no room for all of it.
    """
    lock_rooms(session, [provider_id])
    astray = (
        select(Claim.id, ProviderPlace.clinic_id)
        .join(ProviderPlace, ProviderPlace.id == Claim.place_id)
        .where(Claim.provider_id == provider_id, *coming_astray(now))
    )
    try:
        for row in session.execute(astray).all():
            session.execute(update(Claim).where(Claim.id == row.id).values(clinic_id=row.clinic_id))
    except IntegrityError as error:
        if "clinic_rooms" in str(error.orig):
            raise Conflict("place_in_use", NO_ROOM_FOR_ALL) from error
        raise


def make_room(session: Session, provider_id: int, facts: ClaimFacts, now: datetime) -> ClaimFacts:
    """The same minutes with pads that fit between its neighbors; where one's own pads reach into the minutes, those become shorter.

    The caller has made sure that nothing takes the minutes themselves.
    """
    before, after = facts.before_minutes, facts.after_minutes
    for claim in claims_between(session, provider_id, facts.begin_minute - before, facts.end_minute + after, now):
        if claim.end_minute <= facts.begin_minute:
            gap = facts.begin_minute - claim.end_minute
            claim.after_minutes = min(claim.after_minutes, gap)
            before = min(before, gap - claim.after_minutes)
        else:
            gap = claim.begin_minute - facts.end_minute
            claim.before_minutes = min(claim.before_minutes, gap)
            after = min(after, gap - claim.before_minutes)
    session.flush()
    return replace(facts, before_minutes=before, after_minutes=after)


def make_way(session: Session, provider_id: int, span: Span) -> None:
    """Take up what is laid for outside calendars there, for something that is laid over it by the provider's own hand."""
    session.execute(
        update(Claim)
        .where(
            Claim.provider_id == provider_id, Claim.kind == OUTSIDE, Claim.live, Claim.busy_from_minute < span[1],
            Claim.busy_until_minute > span[0],
        )
        .values(live=False)
        .execution_options(synchronize_session="fetch")
    )  # fmt: skip


def lay_ahead(session: Session, provider_id: int, now: datetime) -> None:
    """Lay the time of all outside calendars of a provider, from yesterday to some weeks beyond the horizon. The caller holds the lock."""
    flip_expired(session, provider_id, now)
    today = local_day(to_minute(now))
    ahead = timedelta(days=rules_in_force(session, provider_id).horizon_days + LAID_BEYOND_DAYS)
    lay_outside(session, provider_id, (day_begin(today) - DAY_MINUTES, day_begin(today + ahead)), all_of_it=True)


def lay_outside(session: Session, provider_id: int, span: Span, *, all_of_it: bool = False) -> None:
    """Lay what outside calendars and time off take in these minutes, where nothing else is; the same again changes no row.

    Whole stretches of busy time that reach into the span are laid anew, so that the outcome is the same in whatever steps it came about.
    Without any of those nothing is done, unless `all_of_it` asks to take up what no calendar says any more.
    """
    low, high, found = _stretch(session, provider_id, span)
    if not found and not all_of_it:
        return
    claims = session.execute(
        select(Claim.id, Claim.kind, Claim.busy_from_minute, Claim.busy_until_minute, Claim.zip).where(
            Claim.provider_id == provider_id, Claim.live, Claim.busy_from_minute < high, Claim.busy_until_minute > low
        )
    ).all()
    laying = lay(
        outside_spans(session, provider_id, low, high),
        ((row.busy_from_minute, row.busy_until_minute) for row in claims if row.kind != OUTSIDE),
        {row.id: OutsideSpan(row.busy_from_minute, row.busy_until_minute, row.zip) for row in claims if row.kind == OUTSIDE},
    )
    if laying.give_back:
        gone = update(Claim).where(Claim.id.in_(laying.give_back)).values(live=False)
        session.execute(gone.execution_options(synchronize_session="fetch"))
    if laying.take:
        session.execute(insert(Claim), [_outside_claim(provider_id, one) for one in laying.take])
    if laying.give_back or laying.take:
        note_change(session, provider_id)


def _stretch(session: Session, provider_id: int, span: Span) -> tuple[int, int, bool]:
    """The span, grown to the ends of every stretch of busy time that reaches into it, and whether there is any."""
    low, high = span
    met_any = False
    while True:
        met = _busy_elsewhere(provider_id, low, high, touching=True).subquery().c
        counted = select(func.count(), func.min(met.begin_minute), func.max(met.end_minute))
        rows, first, last = session.execute(counted).one()
        if not rows:
            return low, high, met_any
        if first >= low and last <= high:
            return low, high, True
        low, high, met_any = min(low, first), max(high, last), True


def outside_spans(session: Session, provider_id: int, low: int, high: int) -> list[OutsideSpan]:
    """What all outside calendars of a provider, and their time off, say of [low, high), in epoch minutes."""
    return [OutsideSpan(*row) for row in session.execute(_busy_elsewhere(provider_id, low, high))]


def _busy_elsewhere(provider_id: int, low: int, high: int, *, touching: bool = False) -> CompoundSelect[Any]:
    """Time that is laid where nothing else is: what outside calendars say, and time off. `touching` asks for what only meets an end too."""
    reach = int(touching)
    calendars = select(OutsideBusy.begin_minute, OutsideBusy.end_minute, OutsideBusy.zip).where(
        OutsideBusy.provider_id == provider_id, OutsideBusy.end_minute > low - reach, OutsideBusy.begin_minute < high + reach
    )
    off = select(TimeOff.begin_minute, TimeOff.end_minute, null().label("zip")).where(
        TimeOff.provider_id == provider_id,
        TimeOff.end_minute > low - reach,
        TimeOff.begin_minute < high + reach,
        TimeOff.removed_at.is_(None),
    )
    return union_all(calendars, off)


def _outside_claim(provider_id: int, span: OutsideSpan) -> dict[str, object]:
    return {
        "public_id": new_public_id(),
        "provider_id": provider_id,
        "kind": OUTSIDE,
        "live": True,
        "begin_minute": span.begin_minute,
        "end_minute": span.end_minute,
        "before_minutes": 0,
        "after_minutes": 0,
        "zip": span.zip,
    }


def replace_outside(session: Session, provider_id: int, calendar_id: int, spans: Sequence[OutsideSpan], from_minute: int) -> int:
    """Put down what one calendar says from a minute on; what lies before is forgotten. Counts the rows that changed.

    The caller holds the provider's lock and lays the time afterwards (`lay_ahead`).
    """
    own = OutsideBusy.calendar_id == calendar_id
    session.execute(delete(OutsideBusy).where(own, OutsideBusy.end_minute <= from_minute))
    rows = session.execute(select(OutsideBusy.id, OutsideBusy.begin_minute, OutsideBusy.end_minute, OutsideBusy.zip).where(own)).all()
    change = changes_of({row.id: OutsideSpan(row.begin_minute, row.end_minute, row.zip) for row in rows}, spans, from_minute)
    if change.give_back:
        session.execute(delete(OutsideBusy).where(OutsideBusy.id.in_(change.give_back)))
    if change.take:
        whose = {"provider_id": provider_id, "calendar_id": calendar_id}
        session.execute(insert(OutsideBusy), [{**whose, **span._asdict()} for span in change.take])
    return len(change.give_back) + len(change.take)


def note_hours(session: Session, provider_id: int, weekly: Iterable[WeeklyRange], now: datetime) -> None:
    """Keep a week as it was stated, unless it is the one that was stated last."""
    rows = stated_to_list(weekly)
    wanted = select(HoursStatement.weekly).where(HoursStatement.provider_id == provider_id)
    if session.scalar(wanted.order_by(HoursStatement.id.desc()).limit(1)) != rows:
        session.add(HoursStatement(provider_id=provider_id, stated_at=now, weekly=rows))


def name_off_key(public_id: str) -> str:
    """The secret (128 bits) by which a colleague takes their name off time off; kept nowhere, made anew from the vault's key."""
    return vault().fingerprint(public_id, NAME_OFF)[:NAME_OFF_DIGITS]


def check_name_off_key(public_id: str, key: str) -> None:
    """Raises NotFound for any other key, so that nothing can be probed."""
    if not hmac.compare_digest(name_off_key(public_id).encode(), key.encode()):
        raise NotFound("not_found", "There is no such time off.")


def write_named(session: Session, off: TimeOff, provider: Provider, colleague: Provider, base_url: str, now: datetime) -> None:
    """Tell a colleague that clients are pointed to them for a while, and how to take their name off. Why is not said."""
    facts = _facts_of(off, provider) | {"link": f"{base_url}/time-off/{off.public_id}/name/{name_off_key(off.public_id)}"}
    recipient = get_account(session, colleague.account_id).email
    enqueue_letter(
        session, key=f"{NAMED}:{off.public_id}", kind=NAMED, recipient=recipient, facts=facts, now=now, about=off.public_id,
        send_before_at=from_minute(off.end_minute),
    )  # fmt: skip


def write_name_taken_off(session: Session, off: TimeOff, provider: Provider, colleague: Provider, now: datetime) -> None:
    """Tell whoever is away that nobody is named any more."""
    facts = _facts_of(off, provider) | {"colleague_name": colleague.name}
    recipient = get_account(session, provider.account_id).email
    enqueue_letter(
        session, key=f"{NAME_OFF_KIND}:{off.public_id}", kind=NAME_OFF_KIND, recipient=recipient, facts=facts, now=now, about=off.public_id
    )


def _facts_of(off: TimeOff, provider: Provider) -> dict[str, object]:
    begins, ends = from_minute(off.begin_minute).isoformat(), from_minute(off.end_minute).isoformat()
    return {"provider_name": provider.name, "begins_at": begins, "ends_at": ends}


def _padded(claim: Claim) -> Span:
    return claim.begin_minute - claim.before_minutes, claim.end_minute + claim.after_minutes


def _check_live(claim: Claim) -> None:
    if not claim.live:
        raise Conflict("slot_taken", TAKEN)


def _flush(session: Session) -> None:
    try:
        session.flush()
    except IntegrityError as error:
        if "overlap" in str(error.orig):
            raise Conflict("slot_taken", TAKEN) from error
        if "clinic_rooms" in str(error.orig):
            raise Conflict("slot_taken", NO_ROOM) from error
        raise
