"""Classes and seats as they stand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from booking.classes.models import ClassSeat, ClassSession
from booking.classes.rules.money import figures, keys_of
from booking.classes.rules.seats import CALLED_OFF, COMING, HELD, PLANNED
from booking.ledger.models import LedgerEntry
from booking.ledger.queries import as_entry
from booking.ledger.rules.entries import Entry
from marketplace.accounts.models import Person
from marketplace.kernel.errors import NotFound
from marketplace.kernel.walltime import to_minute
from marketplace.outbox.models import Letter
from providers.places.models import ProviderPlace
from providers.registry.models import Provider
from providers.registry.rules import LISTED
from providers.schedule.models import Claim

NO_CLASS, NO_SEAT = "There is no such class.", "There is no such seat."
LISTED_AT_ONCE = 60


@dataclass(frozen=True)
class Lesson:
    """A class with whose it is, where it is, and how many seats are somebody's now."""

    row: ClassSession
    provider: Provider
    place: ProviderPlace | None
    taken: int

    @property
    def left(self) -> int:
        """How many seats are free."""
        return max(0, self.row.capacity - self.taken)


@dataclass(frozen=True)
class Seated:
    """A seat with its class and who has it."""

    seat: ClassSeat
    lesson: ClassSession
    provider: Provider
    person: Person
    place: ProviderPlace | None


def live_seats(now: datetime) -> ColumnElement[bool]:
    """Seats that are somebody's at `now`."""
    return or_(ClassSeat.state.in_(COMING), and_(ClassSeat.state == HELD, ClassSeat.expires_at > now))


def _lessons(now: datetime) -> Select[Any]:
    taken = select(func.count()).where(ClassSeat.session_id == ClassSession.id, live_seats(now)).correlate(ClassSession).scalar_subquery()
    return (
        select(ClassSession, Provider, ProviderPlace, taken)
        .join(Provider, Provider.id == ClassSession.provider_id)
        .outerjoin(ProviderPlace, ProviderPlace.id == ClassSession.place_id)
        .order_by(ClassSession.starts_at, ClassSession.id)
    )


def list_coming(session: Session, slug: str, now: datetime) -> list[Lesson]:
    """A listed provider's classes that are to come, the soonest first; none of anybody who cannot be booked."""
    coming = _lessons(now).where(Provider.slug == slug, Provider.state == LISTED)
    open_ones = coming.where(ClassSession.state == PLANNED, ClassSession.starts_at > now)
    return [Lesson(*row) for row in session.execute(open_ones.limit(LISTED_AT_ONCE))]


def list_own(session: Session, provider_id: int | None, since: datetime, now: datetime) -> list[Lesson]:
    """One's own classes that end after `since`, those that were called off among them."""
    own = _lessons(now).where(ClassSession.provider_id == provider_id, ClassSession.ends_at > since)
    return [Lesson(*row) for row in session.execute(own.limit(LISTED_AT_ONCE * 4))]


def get_lesson(session: Session, public_id: str, now: datetime, *, provider_id: int | None = None) -> Lesson:
    """A class of a listed provider, or with `provider_id` one of theirs. Raises NotFound."""
    whose = Provider.state == LISTED if provider_id is None else ClassSession.provider_id == provider_id
    row = session.execute(_lessons(now).where(ClassSession.public_id == public_id, whose)).first()
    if row is None:
        raise NotFound("not_found", NO_CLASS)
    return Lesson(*row)


def _seated() -> Select[ClassSeat, ClassSession, Provider, Person, ProviderPlace]:
    return (
        select(ClassSeat, ClassSession, Provider, Person, ProviderPlace)
        .join(ClassSession, ClassSession.id == ClassSeat.session_id)
        .join(Provider, Provider.id == ClassSession.provider_id)
        .join(Person, Person.id == ClassSeat.person_id)
        .outerjoin(ProviderPlace, ProviderPlace.id == ClassSession.place_id)
        .execution_options(populate_existing=True)
    )


def _one(session: Session, condition: ColumnElement[bool]) -> Seated:
    row = session.execute(_seated().where(condition)).first()
    if row is None:
        raise NotFound("not_found", NO_SEAT)
    return Seated(*row)


def get_seat(session: Session, public_id: str) -> Seated:
    """A seat, whosever it is. Raises NotFound."""
    return _one(session, ClassSeat.public_id == public_id)


def get_seat_of_person(session: Session, public_id: str, person_id: int) -> Seated:
    """One of a person's seats. Raises NotFound."""
    return _one(session, and_(ClassSeat.public_id == public_id, ClassSeat.person_id == person_id))


def get_seat_of_provider(session: Session, public_id: str, provider_id: int | None) -> Seated:
    """A seat that was booked in one of a provider's classes. Raises NotFound."""
    return _one(session, and_(ClassSeat.public_id == public_id, ClassSession.provider_id == provider_id, ClassSeat.booked_at.is_not(None)))


def get_seat_by_key(session: Session, key_hash: str) -> Seated:
    """The seat that a guest's secret opens. Raises NotFound."""
    return _one(session, ClassSeat.guest_key_hash == key_hash)


def seats_of_person(session: Session, person_id: int, now: datetime) -> list[Seated]:
    """A person's seats that were booked or are held now, the latest class first."""
    mine = _seated().where(ClassSeat.person_id == person_id, or_(ClassSeat.booked_at.is_not(None), live_seats(now)))
    ordered = mine.order_by(ClassSession.starts_at.desc(), ClassSeat.id.desc()).limit(LISTED_AT_ONCE * 4)
    return [Seated(*row) for row in session.execute(ordered)]


def seats_of_lesson(session: Session, lesson_id: int, states: Collection[str] = COMING) -> list[Seated]:
    """Who has a seat in a class, by number."""
    of = _seated().where(ClassSeat.session_id == lesson_id, ClassSeat.state.in_(states))
    return [Seated(*row) for row in session.execute(of.order_by(ClassSeat.number, ClassSeat.id))]


def taken_numbers(session: Session, lesson_id: int) -> set[int]:
    """The numbers that are somebody's; holds that ran out have been ended before."""
    return set(session.scalars(select(ClassSeat.number).where(ClassSeat.session_id == lesson_id, ClassSeat.ended_at.is_(None))))


def count_held(session: Session, condition: ColumnElement[bool], now: datetime) -> int:
    """How many seats are held now under a condition."""
    held = select(func.count()).select_from(ClassSeat).where(ClassSeat.state == HELD, ClassSeat.expires_at > now, condition)
    return session.scalar(held) or 0


def run_out_seats(session: Session, now: datetime) -> list[int]:
    """Held seats whose time is over and that are not marked so yet, by row id."""
    return list(session.scalars(select(ClassSeat.id).where(ClassSeat.state == HELD, ClassSeat.expires_at <= now).order_by(ClassSeat.id)))


def entries_of_seat(session: Session, public_id: str) -> list[LedgerEntry]:
    """What stands in the ledger about a seat."""
    return list(session.scalars(select(LedgerEntry).where(LedgerEntry.key.in_(keys_of(public_id))).order_by(LedgerEntry.id)))


def find_first_letter(session: Session, public_id: str) -> Letter | None:
    """The letter that brought a guest the secret of their seat."""
    return session.scalar(select(Letter).where(Letter.about == public_id, Letter.kind == "seat_booked").order_by(Letter.id).limit(1))


def class_findings(session: Session, now: datetime) -> Iterator[str]:
    """What does not hold of classes: claims that are elsewhere, seats beyond the last, holds not marked, money that strayed."""
    rows = session.execute(select(ClassSession, Claim).join(Claim, Claim.id == ClassSession.claim_id))
    for lesson, claim in rows:
        span = (claim.begin_minute, claim.end_minute)
        if claim.kind != "class" or claim.live != (lesson.state == PLANNED):
            yield f"class {lesson.public_id} is {lesson.state} and its time is {'kept' if claim.live else 'free'} as {claim.kind}"
        elif claim.live and span != (to_minute(lesson.starts_at), to_minute(lesson.ends_at)):
            yield f"class {lesson.public_id} and its time lie elsewhere"
    yield from (f"seat {number} is held and has run out" for number in run_out_seats(session, now))
    for seat, lesson in _pairs(session, and_(ClassSession.state == CALLED_OFF, ClassSeat.ended_at.is_(None))):
        yield f"seat {seat.public_id} is {seat.state} in class {lesson.public_id}, which does not take place"
    counted = select(ClassSession.public_id, func.count()).join(ClassSeat, ClassSeat.session_id == ClassSession.id)
    live = counted.where(ClassSeat.ended_at.is_(None)).group_by(ClassSession.public_id, ClassSession.capacity)
    for public_id, count in session.execute(live.having(func.count() > ClassSession.capacity)):
        yield f"class {public_id} has {count} seats taken, which is more than there are"
    written: defaultdict[str, list[Entry]] = defaultdict(list)
    for row in session.scalars(select(LedgerEntry).where(LedgerEntry.key.startswith("seat:"))):
        written[row.key.split(":")[1]].append(as_entry(row))
    for seat, _lesson in _pairs(session, ClassSeat.booked_at.is_not(None)):
        found = figures(seat.state, seat.total_cents, written[seat.public_id])
        if (seat.fee_cents, seat.paid_cents, seat.due_cents) != (found.fee_cents, found.paid_cents, found.due_cents):
            yield f"seat {seat.public_id} says something else of money than the ledger"


def _pairs(session: Session, condition: ColumnElement[bool]) -> Sequence[Any]:
    wanted = select(ClassSeat, ClassSession).join(ClassSession, ClassSession.id == ClassSeat.session_id)
    return session.execute(wanted.where(condition).order_by(ClassSeat.id)).all()
