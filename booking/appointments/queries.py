"""Holds and appointments as they are read."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from booking.appointments.models import (
    Appointment,
    AppointmentEvent,
    Basket,
    BasketVisit,
    Couple,
    DoorTime,
    HandBooking,
    Handover,
    Hold,
    Series,
    SeriesVisit,
    WaitlistEntry,
    WaitlistGuest,
    WaitlistOffer,
)
from booking.appointments.rules.doors import minutes_to_door, same_door
from booking.appointments.rules.holding import LIVE_HOLDS_A_PERSON, passes_share, share_window
from booking.appointments.rules.requests import ANSWER_DUE
from booking.appointments.rules.states import CHECKED_IN, CLIENT, COMPLETED, CONFIRMED, LIVE, NO_SHOW, REQUESTED
from booking.appointments.rules.waiting import CONFIRM_WITHIN
from booking.openings.rules.alternatives import MayHold, anybody
from booking.openings.rules.asking import Wish, open_for_anything
from booking.openings.rules.continuity import DoneVisit
from booking.openings.rules.doors import Doors
from booking.openings.rules.wanted import SETTINGS
from marketplace.accounts.models import Account, Person, Role
from marketplace.kernel.errors import NotFound
from marketplace.kernel.walltime import local_day, to_minute
from marketplace.outbox.models import Letter
from marketplace.vault import vault
from providers.places.models import ProviderPlace
from providers.profiles.rules import MOBILE, ProviderFacts
from providers.registry.models import Provider
from providers.schedule.models import Claim, OutsideBusy, TimeOff
from providers.services.rules.calls import PHONE

MISSING = "There is no such appointment."
_ASKED_FOR = Hold.id.not_in(select(HandBooking.hold_id))


@dataclass(frozen=True)
class Booked:
    """One appointment with the names that pages and answers need."""

    appointment: Appointment
    provider: Provider
    person: Person
    place: ProviderPlace | None


def done_visits(session: Session, provider_id: int) -> list[DoneVisit]:
    """All completed visits, with anybody, of everybody who ever had one with this provider. Calls are none."""
    table = Appointment.__table__.c
    took_place = and_(table.status == COMPLETED, table.setting != PHONE)
    whose = select(table.person_id).where(table.provider_id == provider_id, took_place)
    done = select(table.person_id, table.provider_id, table.starts_at).where(took_place, table.person_id.in_(whose))
    return [
        DoneVisit(row.person_id, row.provider_id, local_day(to_minute(row.starts_at)), at)
        for at, row in enumerate(session.execute(done.order_by(table.starts_at, table.id)))
    ]


def get_hold(session: Session, public_id: str, person_id: int | None) -> Hold:
    """A person's own hold, in whatever state. Raises NotFound."""
    hold = session.scalar(select(Hold).where(Hold.public_id == public_id, Hold.person_id == person_id))
    if hold is None:
        raise NotFound("not_found", "There is no such hold.")
    return hold


def find_own_hold(session: Session, person_id: int, slug: str, starts_at: datetime, now: datetime) -> Hold | None:
    """A person's live hold of one start of a provider, if there is one."""
    mine = select(Hold).join(Provider, Provider.id == Hold.provider_id).where(Hold.person_id == person_id, Provider.slug == slug)
    return session.scalar(mine.where(Hold.starts_at == starts_at, Hold.state == "live", Hold.expires_at > now))


def count_live_holds(session: Session, condition: ColumnElement[bool], now: datetime) -> int:
    """Live holds that meet a condition, times kept by hand left out: their client asked for none of them."""
    counted = select(func.count()).select_from(Hold).join(Claim, Claim.id == Hold.claim_id)
    return session.scalar(counted.where(condition, _ASKED_FOR, Hold.state == "live", Claim.live, Hold.expires_at > now)) or 0


_FIRST = aliased(Hold)
_BROUGHT = select(Couple.second_hold_id).join(_FIRST, _FIRST.id == Couple.first_hold_id).where(_FIRST.person_id == bindparam("holder_id"))
# Put together once: everybody who comes too late for a start asks it, and making the statement took longer than answering it.
_HELD_SPANS = (
    select(Claim.provider_id, Claim.begin_minute, Claim.end_minute)
    .join(Hold, Hold.claim_id == Claim.id)
    .where(or_(Hold.person_id == bindparam("holder_id"), Hold.id.in_(_BROUGHT)))
    .where(_ASKED_FOR, Hold.state == "live", Claim.live, Hold.expires_at > bindparam("now"))
)


def live_hold_spans(session: Session, person_id: int, now: datetime) -> list[tuple[int, tuple[int, int]]]:
    """What a person holds of their own wish, and for whom they bring along: with which provider, the epoch minutes, pads left aside."""
    held = session.execute(_HELD_SPANS, {"holder_id": person_id, "now": now})
    return [(row[0], (row[1], row[2])) for row in held]


def _booked() -> Select[Appointment, Provider, Person, ProviderPlace]:
    return (
        select(Appointment, Provider, Person, ProviderPlace)
        .join(Provider, Provider.id == Appointment.provider_id)
        .join(Person, Person.id == Appointment.person_id)
        .outerjoin(ProviderPlace, ProviderPlace.id == Appointment.place_id)
    )


def _one(session: Session, condition: ColumnElement[bool]) -> Booked:
    row = session.execute(_booked().where(condition)).first()
    if row is None:
        raise NotFound("not_found", MISSING)
    return Booked(row[0], row[1], row[2], row[3])


def get_of_person(session: Session, public_id: str, person_id: int) -> Booked:
    """A client's own appointment. Raises NotFound."""
    return _one(session, and_(Appointment.public_id == public_id, Appointment.person_id == person_id))


def get_of_hold(session: Session, hold_id: int) -> Booked:
    """The appointment that a hold became. Raises NotFound."""
    return _one(session, Appointment.hold_id == hold_id)


def get_of_provider(session: Session, public_id: str, account_id: int) -> Booked:
    """An appointment with the provider that this account is. Raises NotFound."""
    return _one(session, and_(Appointment.public_id == public_id, Provider.account_id == account_id))


def get_any(session: Session, public_id: str) -> Booked:
    """An appointment, for admins. Raises NotFound."""
    return _one(session, Appointment.public_id == public_id)


def get_by_guest_key(session: Session, key_hash: str) -> Booked:
    """The one appointment that a guest's secret link opens. Raises NotFound."""
    return _one(session, Appointment.guest_key_hash == key_hash)


def list_of_person(session: Session, person_id: int, *, limit: int, after_id: int | None = None) -> list[Booked]:
    """A client's appointments, latest start first; from after the row `after_id` when one is given. Raises NotFound for another's."""
    return _list(session, Appointment.person_id == person_id, limit, after_id)


def list_of_provider(session: Session, account_id: int, *, limit: int, after_id: int | None = None) -> list[Booked]:
    """A provider's appointments, latest start first."""
    return _list(session, Provider.account_id == account_id, limit, after_id)


def _list(session: Session, condition: ColumnElement[bool], limit: int, after_id: int | None) -> list[Booked]:
    wanted = _booked().where(condition).order_by(Appointment.starts_at.desc(), Appointment.id.desc()).limit(limit)
    if after_id is not None:
        last = _one(session, and_(condition, Appointment.id == after_id)).appointment
        follows = and_(Appointment.starts_at == last.starts_at, Appointment.id < last.id)
        wanted = wanted.where(or_(Appointment.starts_at < last.starts_at, follows))
    return [Booked(row[0], row[1], row[2], row[3]) for row in session.execute(wanted)]


def coming_visits(session: Session, now: datetime, provider_ids: Collection[int] | None = None) -> Sequence[Appointment]:
    """Visits that are still to begin (of these providers, or of all), the soonest first."""
    coming = select(Appointment).where(Appointment.status.in_((REQUESTED, CONFIRMED)), Appointment.starts_at > now)
    if provider_ids is not None:
        coming = coming.where(Appointment.provider_id.in_(provider_ids))
    return session.scalars(coming.order_by(Appointment.starts_at, Appointment.id)).all()


def clashing_ids(session: Session, now: datetime, visit_ids: Collection[int]) -> frozenset[int]:
    """Which of these visits have not begun and meet time that an outside calendar of their provider takes."""
    if not visit_ids:
        return frozenset()
    met = exists().where(
        OutsideBusy.provider_id == Appointment.provider_id,
        OutsideBusy.begin_minute < Claim.end_minute,
        OutsideBusy.end_minute > Claim.begin_minute,
    )
    wanted = select(Appointment.id).join(Claim, Claim.id == Appointment.claim_id)
    return frozenset(session.scalars(wanted.where(Appointment.id.in_(visit_ids), Appointment.starts_at >= now, met)))


def list_visits(session: Session, visit_ids: Sequence[int]) -> list[Booked]:
    """The visits of these ids, the soonest first."""
    rows = session.execute(_booked().where(Appointment.id.in_(visit_ids)).order_by(Appointment.starts_at, Appointment.id))
    return [Booked(row[0], row[1], row[2], row[3]) for row in rows]


def find_last_address(session: Session, person_id: int, setting: str, zip_code: str | None) -> dict[str, Any] | None:
    """Where a person's newest visit of this setting in this ZIP area was, with the way in, so that nobody has to type it twice."""
    wanted = select(Appointment.address).where(
        Appointment.person_id == person_id, Appointment.setting == setting, Appointment.zip == zip_code, Appointment.address.is_not(None)
    )
    return session.scalars(wanted.order_by(Appointment.id.desc()).limit(1)).first()


def list_events(session: Session, appointment_id: int) -> Sequence[AppointmentEvent]:
    """What happened to an appointment, in order."""
    return session.scalars(
        select(AppointmentEvent).where(AppointmentEvent.appointment_id == appointment_id).order_by(AppointmentEvent.id)
    ).all()


def wish_of(session: Session, wish: Wish, provider_id: int, person_id: int | None) -> Wish:
    """A wish as this person's: whether the provider has met them matters at their place, and to what is asked of new clients."""
    met = wish.setting != PHONE and person_id is not None and has_met(session, provider_id, person_id)
    door = find_door_minutes(session, provider_id, person_id, wish.zip) if wish.setting in MOBILE and person_id is not None else 0
    return replace(wish, met=met, door_minutes=door)


def find_door_minutes(session: Session, provider_id: int, person_id: int, zip_code: str | None) -> int:
    """Minutes from the street to a person's door where their newest visit in a ZIP area was: what this provider or they themselves said."""
    return find_doors(session, person_id, zip_code).minutes(provider_id, zip_code)


def find_doors(session: Session, person_id: int, zip_code: str | None = None) -> Doors:
    """The doors where a person's newest visit in each ZIP area was (of one area, where one is given): one statement, and one of what
    providers said of them where there are any.
    """
    there = select(func.max(Appointment.id)).where(Appointment.person_id == person_id, Appointment.address.is_not(None))
    there = there.where(Appointment.zip.is_not(None) if zip_code is None else Appointment.zip == zip_code).group_by(Appointment.zip)
    rows = session.execute(select(Appointment.zip, Appointment.address).where(Appointment.id.in_(there))).all()
    if not rows:
        return Doors()
    marks = {door_mark(row.address): row.zip for row in rows}
    said = select(DoorTime.provider_id, DoorTime.mark, DoorTime.minutes).where(DoorTime.person_id == person_id, DoorTime.mark.in_(marks))
    return Doors(
        {row.zip: minutes_to_door(None, row.address) for row in rows},
        {(told.provider_id, marks[told.mark]): told.minutes for told in session.execute(said)},
    )


def find_told_door(session: Session, provider_id: int, person_id: int, address: Mapping[str, Any]) -> int | None:
    """What a provider said of a person's door; None where they said nothing."""
    own = select(DoorTime.minutes).where(DoorTime.provider_id == provider_id, DoorTime.person_id == person_id)
    return session.scalar(own.where(DoorTime.mark == door_mark(address)))


def door_mark(address: Mapping[str, Any]) -> str:
    """By what a door is found again without its address being readable."""
    return vault().fingerprint(same_door(address), "door")


def has_met(session: Session, provider_id: int, person_id: int) -> bool:
    """Whether a visit of a person with a provider has begun or was completed: until then each is a first one. On the phone nobody meets."""
    return _has_one(session, provider_id, person_id, Appointment.status.in_((CHECKED_IN, COMPLETED)), Appointment.setting != PHONE)


def provider_email(session: Session, provider_id: int) -> str:
    """Where letters to a provider go."""
    return session.scalars(select(Account.email).join(Provider, Provider.account_id == Account.id).where(Provider.id == provider_id)).one()


def find_own_client(session: Session, provider_id: int, *, appointment: str | None, email: str | None) -> Person | None:
    """Somebody who has or had a visit with a provider, by that visit or by the address they have confirmed."""
    visits = select(Person).join(Appointment, Appointment.person_id == Person.id).where(Appointment.provider_id == provider_id)
    if appointment is not None:
        return session.scalar(visits.where(Appointment.public_id == appointment))
    confirmed = visits.where(Person.email == email, Person.email_confirmed_at.is_not(None))
    return session.scalar(confirmed.order_by(Person.account_id.is_(None), Person.id.desc()).limit(1))


def list_own_clients(session: Session, provider_id: int, limit: int) -> list[tuple[str, Person]]:
    """Whom a provider has visits with, each once by their newest visit's public id, the latest first; those whom a letter can reach."""
    rows = select(Appointment.public_id, Person).join(Person, Person.id == Appointment.person_id)
    newest = select(func.max(Appointment.id)).where(Appointment.provider_id == provider_id).group_by(Appointment.person_id)
    wanted = rows.where(Appointment.id.in_(newest), Person.email.is_not(None)).order_by(Appointment.id.desc()).limit(limit)
    return [(row[0], row[1]) for row in session.execute(wanted)]


def list_kept(session: Session, provider_id: int, now: datetime) -> list[tuple[Hold, Person]]:
    """The times that a provider keeps by hand for clients who have not agreed yet, the soonest visit first."""
    live = select(Hold, Person).join(HandBooking, HandBooking.hold_id == Hold.id).join(Person, Person.id == Hold.person_id)
    wanted = live.where(Hold.provider_id == provider_id, Hold.state == "live", Hold.expires_at > now)
    return [(row[0], row[1]) for row in session.execute(wanted.order_by(Hold.starts_at, Hold.id))]


def get_kept(session: Session, provider_id: int | None, public_id: str) -> Hold:
    """A time kept by hand, of a provider or (None) of any. Raises NotFound."""
    kept = select(Hold).join(HandBooking, HandBooking.hold_id == Hold.id).where(Hold.public_id == public_id)
    hold = session.scalar(kept if provider_id is None else kept.where(Hold.provider_id == provider_id))
    if hold is None:
        raise NotFound("not_found", "There is no such time.")
    return hold


def find_in_the_way(session: Session, provider_id: int, from_minute: int, until_minute: int) -> list[Appointment]:
    """Live appointments of a provider whose busy time meets [from, until) in epoch minutes."""
    return list(
        session.scalars(
            select(Appointment)
            .join(Claim, Claim.id == Appointment.claim_id)
            .where(
                Claim.provider_id == provider_id, Claim.live, Claim.busy_from_minute < until_minute, Claim.busy_until_minute > from_minute
            )
            .order_by(Appointment.starts_at)
        )
    )


def find_inside(session: Session, provider_id: int, from_minute: int, until_minute: int) -> list[Appointment]:
    """Visits of a provider that wait to take place and meet [from, until) in epoch minutes, their pads left aside; in order."""
    inside = select(Appointment).join(Claim, Claim.id == Appointment.claim_id).where(
        Claim.provider_id == provider_id, Claim.live, Claim.begin_minute < until_minute, Claim.end_minute > from_minute
    )  # fmt: skip
    return list(session.scalars(inside.where(Appointment.status.in_((REQUESTED, CONFIRMED))).order_by(Appointment.starts_at)))


def away_ids(session: Session, now: datetime, visit_ids: Collection[int]) -> frozenset[int]:
    """Which of these visits have not begun and lie in time off of their provider."""
    if not visit_ids:
        return frozenset()
    met = exists().where(
        TimeOff.provider_id == Appointment.provider_id,
        TimeOff.removed_at.is_(None),
        TimeOff.begin_minute < Claim.end_minute,
        TimeOff.end_minute > Claim.begin_minute,
    )
    wanted = select(Appointment.id).join(Claim, Claim.id == Appointment.claim_id)
    return frozenset(session.scalars(wanted.where(Appointment.id.in_(visit_ids), Appointment.starts_at >= now, met)))


def waiting_requests(session: Session, provider_id: int | None, now: datetime) -> list[Booked]:
    """Requests that wait for this provider's answer, the one whose time runs out first in front."""
    wanted = _booked().where(Appointment.provider_id == provider_id, Appointment.status == REQUESTED, Appointment.respond_by_at > now)
    rows = [Booked(row[0], row[1], row[2], row[3]) for row in session.execute(wanted.order_by(Appointment.respond_by_at, Appointment.id))]
    return [one for one in rows if ANSWER_DUE in one.appointment.attention]


def overdue_requests(session: Session, now: datetime) -> list[str]:
    """Public ids of requests whose deadline has passed."""
    return list(session.scalars(select(Appointment.public_id).where(Appointment.status == "requested", Appointment.respond_by_at <= now)))


def run_out_holds(session: Session, now: datetime) -> list[int]:
    """Ids of holds still marked live that have run out, or whose claim was given back already."""
    ended = (
        select(Hold.id)
        .join(Claim, Claim.id == Hold.claim_id)
        .where(Hold.state == "live", or_(Hold.expires_at <= now, Claim.live.is_(False)))
    )
    return list(session.scalars(ended))


def has_visit_with(session: Session, provider_id: int, person_id: int) -> bool:
    """Whether a person has or had a visit with a provider that was not called off. A call is no visit."""
    return _has_one(session, provider_id, person_id, Appointment.status.in_((*LIVE, COMPLETED)), Appointment.setting != PHONE)


def has_call_with(session: Session, provider_id: int, person_id: int, since: datetime) -> bool:
    """Whether a person has an introductory call with a provider, or had one since an instant; missed ones count, canceled ones do not."""
    planned_or_over = Appointment.status.in_((*LIVE, COMPLETED, NO_SHOW))
    return _has_one(session, provider_id, person_id, planned_or_over, Appointment.setting == PHONE, Appointment.starts_at > since)


def _has_one(session: Session, provider_id: int, person_id: int, *conditions: ColumnElement[bool]) -> bool:
    """Whether a person has such an appointment with a provider; the same confirmed e-mail address is the same person."""
    me = select(Person.email).where(Person.id == person_id, Person.email_confirmed_at.is_not(None)).scalar_subquery()
    mine = or_(Person.id == person_id, and_(Person.email_confirmed_at.is_not(None), Person.email == me))
    found = select(Appointment.id).join(Person, Person.id == Appointment.person_id)
    return session.scalar(found.where(Appointment.provider_id == provider_id, mine, *conditions).limit(1)) is not None


def find_last_draft(session: Session, person_id: int, since: datetime) -> dict[str, object] | None:
    """What a person typed at their last checkout of a visit that ended without a booking, so that nothing is asked twice."""
    return session.scalar(
        select(Hold.draft)
        .where(Hold.person_id == person_id, Hold.state != "booked", Hold.created_at >= since)
        .where(Hold.draft.is_not(None), Hold.setting != PHONE)
        .order_by(Hold.id.desc())
        .limit(1)
    )


def visits_of_claims(session: Session, claim_ids: Sequence[int]) -> dict[int, Booked]:
    """The appointments behind claims, by claim id."""
    rows = session.execute(_booked().where(Appointment.claim_id.in_(claim_ids)))
    return {row[0].claim_id: Booked(row[0], row[1], row[2], row[3]) for row in rows}


def holds_of_claims(session: Session, claim_ids: Sequence[int]) -> dict[int, Hold]:
    """The holds behind claims, by claim id."""
    return {hold.claim_id: hold for hold in session.scalars(select(Hold).where(Hold.claim_id.in_(claim_ids)))}


def list_of_provider_between(session: Session, provider_id: int | None, from_at: datetime, until_at: datetime) -> list[Booked]:
    """A provider's appointments that begin in [from, until), in order, cancelled ones too."""
    wanted = _booked().where(Appointment.provider_id == provider_id, Appointment.starts_at >= from_at, Appointment.starts_at < until_at)
    return [Booked(row[0], row[1], row[2], row[3]) for row in session.execute(wanted.order_by(Appointment.starts_at, Appointment.id))]


def find_first_letter(session: Session, public_id: str) -> Letter | None:
    """The letter that told a client of their booking or request."""
    told = select(Letter).where(Letter.about == public_id, Letter.kind.in_(("visit_booked", "visit_requested")))
    return session.scalar(told.order_by(Letter.id).limit(1))


def same_address(session: Session, person: Person) -> list[int]:
    """The row ids of everybody whose confirmed address is this person's: they are one and the same, with an account or as a guest."""
    if person.email is None or person.email_confirmed_at is None:
        return [person.id]
    same = select(Person.id).where(Person.email == person.email, Person.email_confirmed_at.is_not(None))
    return list(session.scalars(same.order_by(Person.id)))


def may_hold(session: Session, person_id: int | None, now: datetime, also: Iterable[int] = ()) -> MayHold:
    """What visits a person may hold beside what they have had and hold already; a visitor may hold anything. What is asked is read once.

    `also` are row ids of persons who are the same one: what they hold counts.
    """
    if person_id is None:
        return anybody
    held = [one for who in {person_id, *also} for one in live_hold_spans(session, who, now)]
    if len(held) >= LIVE_HOLDS_A_PERSON:
        return lambda _facts, _wish, _start: False

    @cache
    def been_to(provider_id: int) -> bool:
        return has_visit_with(session, provider_id, person_id)

    def allowed(facts: ProviderFacts, wish: Wish, start: int) -> bool:
        service = facts.service(wish.service)
        if service is None or wish.setting not in SETTINGS or (service.first_visit_only and been_to(facts.id)):
            return False
        here = [span for provider_id, span in held if provider_id == facts.id]
        return not here or not passes_share(here, (start, start + wish.minutes), open_for_anything(facts, *share_window(now)), now)

    return allowed


@dataclass(frozen=True)
class Waiting:
    """A wish on the waitlist with its provider (None: anybody) and the holds that were offered, in order."""

    entry: WaitlistEntry
    provider: Provider | None
    offers: tuple[Hold, ...]

    def states(self, now: datetime) -> tuple[str, ...]:
        """The states of the offers, as they are at `now`."""
        return tuple("expired" if hold.state == "live" and hold.expires_at <= now else hold.state for hold in self.offers)

    def live_offer(self, now: datetime) -> Hold | None:
        """The offer that keeps a time now."""
        return next((hold for hold, state in zip(self.offers, self.states(now), strict=True) if state == "live"), None)


def list_waiting(session: Session, condition: ColumnElement[bool]) -> list[Waiting]:
    """Wishes on the waitlist that meet a condition, in the order in which they came; in two statements however many there are."""
    wanted = select(WaitlistEntry, Provider).outerjoin(Provider, Provider.id == WaitlistEntry.provider_id).where(condition)
    rows = session.execute(wanted.order_by(WaitlistEntry.created_at, WaitlistEntry.id)).all()
    offers: dict[int, list[Hold]] = {row[0].id: [] for row in rows}
    made = select(WaitlistOffer.entry_id, Hold).join(Hold, Hold.id == WaitlistOffer.hold_id).where(WaitlistOffer.entry_id.in_(offers))
    for entry_id, hold in session.execute(made.order_by(WaitlistOffer.id)):
        offers[entry_id].append(hold)
    return [Waiting(row[0], row[1], tuple(offers[row[0].id])) for row in rows]


def get_waiting(session: Session, public_id: str, person_id: int | None = None) -> Waiting:
    """One wish on the waitlist, a person's own where one is given. Raises NotFound."""
    mine = WaitlistEntry.public_id == public_id
    found = list_waiting(session, mine if person_id is None else and_(mine, WaitlistEntry.person_id == person_id))
    if not found:
        raise NotFound("not_found", "There is no such wish on the waitlist.")
    return found[0]


def ids_in_line(session: Session, today: date) -> list[int]:
    """Wishes that are still open, by row id: whoever came first stands first. Nobody is in line whose address is not confirmed."""
    table, person = WaitlistEntry.__table__.c, Person.__table__.c
    line = select(table.id).join(Person.__table__, person.id == table.person_id)
    line = line.where(table.left_at.is_(None), table.until_on >= today, person.email_confirmed_at.is_not(None))
    return list(session.scalars(line.order_by(table.created_at, table.id)))


def find_waiting_guest(session: Session, entry_id: int) -> WaitlistGuest | None:
    """What is known of a guest's wish; None for one of an account."""
    return session.get(WaitlistGuest, entry_id)


def count_from(session: Session, origin: str, now: datetime, today: date) -> int:
    """How many wishes of guests that are not over came from one network address, those that nobody has confirmed yet among them."""
    counted = select(func.count()).select_from(WaitlistGuest).join(WaitlistEntry, WaitlistEntry.id == WaitlistGuest.entry_id)
    standing = or_(WaitlistGuest.confirmed_at.is_not(None), WaitlistGuest.asked_at > now - CONFIRM_WITHIN)
    mine = counted.where(WaitlistGuest.origin == origin, WaitlistEntry.left_at.is_(None), WaitlistEntry.until_on >= today, standing)
    return session.scalar(mine) or 0


def guests_with_accounts(session: Session) -> list[tuple[int, int]]:
    """Guests' wishes whose confirmed address is an account's by now: the row ids of the wish and of the account's person."""
    guest, own = aliased(Person), aliased(Person)
    found = select(WaitlistGuest.entry_id, own.id).join(WaitlistEntry, WaitlistEntry.id == WaitlistGuest.entry_id)
    found = found.join(guest, guest.id == WaitlistEntry.person_id).join(own, own.email == guest.email)
    found = found.join(Account, Account.id == own.account_id).where(Account.active, Account.roles.any(Role.name == CLIENT))
    confirmed = and_(guest.account_id.is_(None), guest.email_confirmed_at.is_not(None), own.email_confirmed_at.is_not(None))
    return [(row[0], row[1]) for row in session.execute(found.where(confirmed).order_by(WaitlistGuest.entry_id))]


def spans_of_person(session: Session, person_id: int, now: datetime) -> list[tuple[int, int]]:
    """The epoch minutes of what a person has booked and holds from now on, with anybody."""
    held = select(Claim.begin_minute, Claim.end_minute).where(Claim.live, Claim.end_minute > to_minute(now))
    visits = held.join(Appointment, Appointment.claim_id == Claim.id).where(
        Appointment.person_id == person_id, Appointment.status.in_(LIVE)
    )
    holds = held.join(Hold, Hold.claim_id == Claim.id).where(Hold.person_id == person_id, Hold.state == "live", Hold.expires_at > now)
    return [(row[0], row[1]) for wanted in (visits, holds) for row in session.execute(wanted)]


@dataclass(frozen=True)
class SeriesHeld:
    """A series with the public name of its provider and the holds of its visits, in order."""

    series: Series
    slug: str
    holds: tuple[Hold, ...]


def list_series(session: Session, condition: ColumnElement[bool]) -> list[SeriesHeld]:
    """Series that meet a condition, the newest first; in two statements however many there are."""
    wanted = select(Series, Provider.slug).join(Provider, Provider.id == Series.provider_id).where(condition)
    rows = session.execute(wanted.order_by(Series.id.desc())).all()
    holds: dict[int, list[Hold]] = {row[0].id: [] for row in rows}
    visits = select(SeriesVisit.series_id, Hold).join(Hold, Hold.id == SeriesVisit.hold_id).where(SeriesVisit.series_id.in_(holds))
    for series_id, hold in session.execute(visits.order_by(SeriesVisit.number)):
        holds[series_id].append(hold)
    return [SeriesHeld(row[0], row[1], tuple(holds[row[0].id])) for row in rows]


def get_series(session: Session, public_id: str, person_id: int) -> SeriesHeld:
    """A person's own series. Raises NotFound."""
    found = list_series(session, and_(Series.public_id == public_id, Series.person_id == person_id))
    if not found:
        raise NotFound("not_found", "There is no such series.")
    return found[0]


def find_series_of_hold(session: Session, hold_id: int) -> SeriesHeld | None:
    """The series that a hold belongs to, if it does."""
    part = select(SeriesVisit.series_id).where(SeriesVisit.hold_id == hold_id)
    return next(iter(list_series(session, Series.id.in_(part))), None)


class PartOf(NamedTuple):
    """Which visit of its series one is, counted from 1, and of how many; `series` is the public id."""

    number: int
    of: int
    series: str


def parts_of_series(session: Session, visits: Iterable[Appointment]) -> dict[int, PartOf]:
    """By row id those visits that were planned together with others; one statement however many there are."""
    other = aliased(SeriesVisit)
    total = select(func.count()).where(other.series_id == SeriesVisit.series_id).scalar_subquery()
    wanted = select(SeriesVisit.hold_id, SeriesVisit.number, total, Series.public_id).join(Series, Series.id == SeriesVisit.series_id)
    by_hold = {visit.hold_id: visit.id for visit in visits if visit.hold_id is not None}
    rows = session.execute(wanted.where(SeriesVisit.hold_id.in_(by_hold))) if by_hold else ()
    return {by_hold[row[0]]: PartOf(row[1], row[2], row[3]) for row in rows}


def part_of_series(session: Session, visit: Appointment) -> PartOf | None:
    """Which visit of which series one is, if it was planned with others."""
    return parts_of_series(session, [visit]).get(visit.id)


@dataclass(frozen=True)
class BasketHeld:
    """A basket with the holds of its visits, in order, and by row id the providers whom they are with."""

    basket: Basket
    holds: tuple[Hold, ...]
    providers: dict[int, Provider]


def list_baskets(session: Session, condition: ColumnElement[bool]) -> list[BasketHeld]:
    """Baskets that meet a condition, the newest first; in two statements however many there are."""
    baskets = session.scalars(select(Basket).where(condition).order_by(Basket.id.desc())).all()
    holds: dict[int, list[Hold]] = {basket.id: [] for basket in baskets}
    wanted = select(BasketVisit.basket_id, Hold, Provider).join(Hold, Hold.id == BasketVisit.hold_id)
    visits = wanted.join(Provider, Provider.id == Hold.provider_id).where(BasketVisit.basket_id.in_(holds))
    providers: dict[int, Provider] = {}
    for basket_id, hold, provider in session.execute(visits.order_by(BasketVisit.id)):
        holds[basket_id].append(hold)
        providers[provider.id] = provider
    return [BasketHeld(basket, tuple(holds[basket.id]), providers) for basket in baskets]


def get_basket(session: Session, public_id: str, person_id: int) -> BasketHeld:
    """A person's own basket. Raises NotFound."""
    found = list_baskets(session, and_(Basket.public_id == public_id, Basket.person_id == person_id))
    if not found:
        raise NotFound("not_found", "There is no such basket.")
    return found[0]


def find_basket_of_hold(session: Session, hold_id: int) -> BasketHeld | None:
    """The basket that a hold belongs to, if it does."""
    part = select(BasketVisit.basket_id).where(BasketVisit.hold_id == hold_id)
    return next(iter(list_baskets(session, Basket.id.in_(part))), None)


def holds_together(session: Session, hold: Hold) -> tuple[Hold, ...]:
    """What is booked with a hold, itself among it, in order: its basket, its series, or itself alone."""
    found = find_basket_of_hold(session, hold.id) or find_series_of_hold(session, hold.id)
    return found.holds if found else (hold,)


def visits_of_holds(session: Session, hold_ids: Collection[int]) -> dict[int, Appointment]:
    """The appointments that holds became, by hold id."""
    rows = session.scalars(select(Appointment).where(Appointment.hold_id.in_(hold_ids)))
    return {row.hold_id: row for row in rows if row.hold_id is not None}


def find_handover(session: Session, appointment_id: int) -> Handover | None:
    """The newest hand-over of a visit, in whatever state."""
    return session.scalar(select(Handover).where(Handover.appointment_id == appointment_id).order_by(Handover.id.desc()).limit(1))


def ended_handovers(session: Session, now: datetime) -> list[int]:
    """Row ids of hand-overs that wait for an answer that cannot come any more: too late, or the visit has changed."""
    waiting = select(Handover.id).join(Appointment, Appointment.id == Handover.appointment_id).where(Handover.state == "offered")
    over = or_(Handover.answer_by_at <= now, Appointment.status != CONFIRMED, Appointment.starts_at != Handover.starts_at)
    return list(session.scalars(waiting.where(over).order_by(Handover.id)))
