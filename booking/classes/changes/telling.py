"""Classes and seats told to calendars: in feeds, in a therapist's own calendar by CalDAV, and which UIDs are ours."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, SQLColumnExpression, and_, func, or_, select
from sqlalchemy.orm import Session

from booking.calendars.ics import own_visit
from booking.calendars.models import CalendarFeed
from booking.calendars.rules import CLIENT, CLINIC, PROVIDER, VisitEvent, Window, copies_at
from booking.classes.changes.letters import place_line
from booking.classes.models import ClassSeat, ClassSession
from booking.classes.rules.seats import BOOKED, CAME, PLANNED
from booking.classes.rules.telling import ClassLine, class_event
from marketplace.accounts.models import Person
from providers.calendars.queries import Telling
from providers.calendars.rules.copies import OwnVisit
from providers.places.gazetteer import find_zip
from providers.places.models import ProviderPlace
from providers.registry.models import Provider


def class_events(session: Session, feed: CalendarFeed, window: Window, base_url: str) -> list[VisitEvent]:
    """What a feed tells of classes: a client's seats, a therapist's classes, a clinic's busy rooms. One statement."""
    if feed.audience == CLIENT:
        lines = _seats(session, Person.account_id == feed.account_id, window)
    elif feed.audience == CLINIC:
        lines = _classes(session, ProviderPlace.clinic_id == feed.clinic_id, window)
    else:
        lines = _classes(session, Provider.account_id == feed.account_id, window)
    return [class_event(line, feed.audience, feed.detail, base_url) for line in lines]


def tell_classes(session: Session, provider_id: int, telling: Telling) -> list[OwnVisit]:
    """A therapist's classes as their own calendar is to hold them; those called off are not to stand there."""
    lines = _classes(session, ClassSession.provider_id == provider_id, copies_at(telling.now))
    return [own_visit(class_event(line, PROVIDER, telling.detail, telling.base_url), stands=line.state == PLANNED) for line in lines]


def classes_changed(session: Session, provider_ids: Iterable[int]) -> dict[int, datetime]:
    """When a class of each of these providers changed last."""
    latest = func.max(ClassSession.changed_at, type_=ClassSession.changed_at.type)
    changed = select(ClassSession.provider_id, latest).where(ClassSession.provider_id.in_(list(provider_ids)))
    return {row[0]: row[1] for row in session.execute(changed.group_by(ClassSession.provider_id))}


def class_uids(session: Session, provider_id: int) -> Sequence[str]:
    """The UIDs of all classes a provider has had here, whatever became of them."""
    return session.scalars(select(ClassSession.uid).where(ClassSession.provider_id == provider_id)).all()


def _classes(session: Session, whose: ColumnElement[bool], window: Window) -> list[ClassLine]:
    wanted = select(ClassSession, Provider.name, ProviderPlace).join(Provider, Provider.id == ClassSession.provider_id)
    wanted = wanted.outerjoin(ProviderPlace, ProviderPlace.id == ClassSession.place_id)
    told = _within(window, ClassSession.state == PLANNED, ClassSession.changed_at)
    return [_line(lesson, name, place, lesson) for lesson, name, place in session.execute(wanted.where(whose, told))]


def _seats(session: Session, whose: ColumnElement[bool], window: Window) -> list[ClassLine]:
    wanted = select(ClassSession, Provider.name, ProviderPlace, ClassSeat).join(ClassSeat, ClassSeat.session_id == ClassSession.id)
    wanted = wanted.join(Provider, Provider.id == ClassSession.provider_id).join(Person, Person.id == ClassSeat.person_id)
    wanted = wanted.outerjoin(ProviderPlace, ProviderPlace.id == ClassSession.place_id)
    told = _within(window, ClassSeat.state.in_((BOOKED, CAME)), ClassSeat.changed_at)
    return [
        _line(lesson, name, place, seat)
        for lesson, name, place, seat in session.execute(wanted.where(whose, told, ClassSeat.booked_at.is_not(None)))
    ]


def _within(window: Window, stands: ColumnElement[bool], changed_at: SQLColumnExpression[datetime]) -> ColumnElement[bool]:
    told = and_(stands, ClassSession.ends_at > window.since_at)
    return and_(ClassSession.starts_at < window.until_at, or_(told, and_(~stands, changed_at > window.ended_since_at)))


def _line(lesson: ClassSession, name: str, place: ProviderPlace | None, of: ClassSession | ClassSeat) -> ClassLine:
    """A class, or somebody's seat in it, which has a UID and a sequence of its own."""
    area = find_zip(lesson.zip)
    return ClassLine(
        of.uid, of.public_id, of.sequence, of.state, lesson.starts_at, lesson.ends_at, of.changed_at, lesson.title, name,
        of.reference if isinstance(of, ClassSeat) else None, room_name=place.name if place else None, room=place_line(place),
        area=f"{area.name}, {area.zip}" if area else None,
    )  # fmt: skip
