"""Feeds and what they tell, in a fixed number of statements."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, ScalarSelect, Select, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from booking.appointments.models import Appointment, Couple
from booking.appointments.rules.states import LIVE
from booking.calendars.models import CalendarFeed
from booking.calendars.rules import CLIENT, CLINIC, ENDED, VisitEvent, VisitLine, Window
from marketplace.accounts.models import Account, Person
from marketplace.kernel.errors import NotFound
from marketplace.kernel.walltime import to_minute
from providers.places.gazetteer import find_zip
from providers.places.models import Clinic, ProviderPlace
from providers.registry.models import Provider
from providers.schedule.changes import BLOCK
from providers.schedule.models import Claim, TimeOff


@dataclass(frozen=True)
class Found:
    """A live feed with its account and, for a clinic's, the clinic."""

    feed: CalendarFeed
    account: Account
    clinic: Clinic | None


def get_feed(session: Session, token_hash: str) -> Found:
    """The live feed with this secret. Raises NotFound for any other, so that nothing can be probed."""
    wanted = select(CalendarFeed, Account, Clinic).join(Account, Account.id == CalendarFeed.account_id)
    row = session.execute(
        wanted.outerjoin(Clinic, Clinic.id == CalendarFeed.clinic_id).where(CalendarFeed.token_hash == token_hash, Account.active)
    ).first()
    if row is None:
        raise NotFound("not_found", "There is no such calendar.")
    return Found(row[0], row[1], row[2])


def list_feeds(session: Session, account_id: int, audience: str) -> list[tuple[CalendarFeed, Clinic | None]]:
    """An account's feeds for an audience, live or revoked; clinics by name."""
    mine = select(CalendarFeed, Clinic).outerjoin(Clinic, Clinic.id == CalendarFeed.clinic_id)
    mine = mine.where(CalendarFeed.account_id == account_id, CalendarFeed.audience == audience).order_by(Clinic.name, CalendarFeed.id)
    return [(row[0], row[1]) for row in session.execute(mine)]


def visits_of(session: Session, feed: CalendarFeed, window: Window) -> list[VisitLine]:
    """The visits a feed tells of: one statement, and no sealed column is opened."""
    return [_line(row) for row in session.execute(_visits().where(_whose(feed), _within(window)))]


MoreEvents = Callable[[Session, CalendarFeed, Window, str], Iterable[VisitEvent]]
_more: dict[str, MoreEvents] = {}


def on_feed(name: str, more: MoreEvents) -> None:
    """Have `more` tell what else stands in a feed, with links to which house; a topic registers once under its own `name`."""
    _more[name] = more


def more_events(session: Session, feed: CalendarFeed, window: Window, base_url: str) -> list[VisitEvent]:
    """What else than visits a feed tells of."""
    return [event for more in _more.values() for event in more(session, feed, window, base_url)]


def visits_to_copy(session: Session, provider_id: int, window: Window) -> list[VisitLine]:
    """A provider's visits of a window, those that came to nothing among them."""
    meets = and_(Appointment.ends_at > window.since_at, Appointment.starts_at < window.until_at)
    return [_line(row) for row in session.execute(_visits().where(Appointment.provider_id == provider_id, meets))]


def visits_changed(session: Session, provider_ids: Iterable[int]) -> dict[int, datetime]:
    """When a visit of each of these providers changed last."""
    changed = select(Appointment.provider_id, func.max(Appointment.changed_at, type_=Appointment.changed_at.type))
    rows = session.execute(changed.where(Appointment.provider_id.in_(list(provider_ids))).group_by(Appointment.provider_id))
    return {row[0]: row[1] for row in rows}


def _visits() -> Select[Any]:
    visit, place = Appointment.__table__.c, ProviderPlace.__table__.c
    return (
        select(
            visit.uid, visit.public_id, visit.reference, visit.sequence, visit.status, visit.starts_at, visit.ends_at, visit.changed_at,
            visit.setting, visit.minutes, visit.zip, Provider.name.label("provider_name"), Person.name.label("client_name"),
            place.name.label("room_name"), place.line1, place.unit, place.city, place.zip.label("room_zip"),
            _beside().label("beside"),
        )
        .join(Provider, Provider.id == visit.provider_id)
        .join(Person, Person.id == visit.person_id)
        .outerjoin(ProviderPlace, place.id == visit.place_id)
        .order_by(visit.starts_at, visit.id)
    )  # fmt: skip


def _beside() -> ScalarSelect[str]:
    """The therapist of the live visit side by side with one; none where it is for one person, or the other was called off."""
    visit, other, theirs = Appointment.__table__.c, aliased(Appointment), aliased(Provider)
    one = and_(Couple.first_hold_id == visit.hold_id, Couple.second_hold_id == other.hold_id)
    two = and_(Couple.second_hold_id == visit.hold_id, Couple.first_hold_id == other.hold_id)
    both = select(theirs.name).select_from(Couple).join(other, or_(one, two)).join(theirs, theirs.id == other.provider_id)
    return both.where(other.status.in_(LIVE)).correlate(Appointment.__table__).scalar_subquery()


def visit_uids(session: Session, provider_id: int) -> Sequence[str]:
    """The UIDs of all visits a provider has had here, whatever became of them."""
    return session.scalars(select(Appointment.uid).where(Appointment.provider_id == provider_id)).all()


def _whose(feed: CalendarFeed) -> ColumnElement[bool]:
    if feed.audience == CLINIC:
        rooms = ProviderPlace.clinic_id == feed.clinic_id
        workers = select(ProviderPlace.provider_id).where(rooms)
        return and_(Appointment.provider_id.in_(workers), Appointment.place_id.in_(select(ProviderPlace.id).where(rooms)))
    if feed.audience == CLIENT:
        return Person.account_id == feed.account_id
    return Provider.account_id == feed.account_id


def _within(window: Window) -> ColumnElement[bool]:
    ended = Appointment.status.in_(ENDED)
    told = and_(~ended, Appointment.ends_at > window.since_at)
    return and_(Appointment.starts_at < window.until_at, or_(told, and_(ended, Appointment.changed_at > window.ended_since_at)))


def _line(row: Any) -> VisitLine:
    at_clinic = row.setting == "clinic" and row.room_name is not None
    unit = f", {row.unit}" if row.unit else ""
    return VisitLine(
        row.uid, row.public_id, row.reference, row.sequence, row.status, row.starts_at, row.ends_at, row.changed_at,
        row.setting, row.minutes, row.provider_name, row.client_name,
        room_name=row.room_name if at_clinic else None,
        room=f"{row.room_name}, {row.line1}{unit}, {row.city} {row.room_zip}" if at_clinic else None,
        area=_area(row.room_zip if at_clinic else row.zip), beside=row.beside if row.status in LIVE else None,
    )  # fmt: skip


def _area(zip_code: str | None) -> str | None:
    """The part of town, as far as anybody may know it."""
    found = find_zip(zip_code) if zip_code else None
    return f"{found.name}, {found.zip}" if found else None


def blocks_of(session: Session, account_id: int, window: Window) -> Sequence[Row[str, int, int, datetime | None]]:
    """A provider's blocks within the window: public id, begin and end in epoch minutes, and when one was given back."""
    columns = (Claim.public_id, Claim.begin_minute, Claim.end_minute, Claim.released_at)
    blocks = select(*columns).join(Provider, Provider.id == Claim.provider_id)
    within = and_(Claim.end_minute > to_minute(window.since_at), Claim.begin_minute < to_minute(window.until_at))
    told = or_(Claim.live, Claim.released_at > window.ended_since_at)
    mine = blocks.where(Provider.account_id == account_id, Claim.kind == BLOCK, told, within)
    return session.execute(mine.order_by(Claim.begin_minute, Claim.id)).all()


def time_off_of(session: Session, account_id: int, window: Window) -> Sequence[Row[str, int, int, datetime | None]]:
    """A provider's time off within the window, as their blocks."""
    table = TimeOff.__table__.c
    off = select(table.public_id, table.begin_minute, table.end_minute, table.removed_at).join(Provider, Provider.id == table.provider_id)
    within = and_(table.end_minute > to_minute(window.since_at), table.begin_minute < to_minute(window.until_at))
    told = or_(table.removed_at.is_(None), table.removed_at > window.ended_since_at)
    own = off.where(Provider.account_id == account_id, told, within)
    return session.execute(own.order_by(table.begin_minute, table.id)).all()
