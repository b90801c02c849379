"""Releases as they are read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from booking.appointments.models import Appointment
from booking.appointments.rules.states import COMPLETED, LIVE
from booking.guardians.queries import birth_dates, guardian_line
from booking.sharing.models import Release
from booking.sharing.rules.releases import Grant, Recipient, why_not_live
from marketplace.accounts.models import Person
from marketplace.kernel.errors import NotFound
from providers.registry.models import Provider
from providers.services.rules.calls import PHONE


@dataclass(frozen=True)
class Signed:
    """A release with the two people of it, why it is not in force, if it is not, and the guardian who had agreed where one had to."""

    release: Release
    person: Person
    provider: Provider
    reason: str | None
    guardian: str | None = None

    @property
    def live(self) -> bool:
        """Whether it is in force."""
        return self.reason is None

    @property
    def recipient(self) -> Recipient:
        """Who receives."""
        return recipient_of(self.release)


def recipient_of(row: Release) -> Recipient:
    """Who receives, as a plain value."""
    kept = row.recipient
    return Recipient(kept["name"], kept["profession"], kept["practice"], kept["email"])


def grant_of(row: Release) -> Grant:
    """A release as it is judged."""
    return Grant(row.person_id, row.provider_id, frozenset(row.scope), row.by_link, row.signed_at, row.expires_on, row.revoked_at)


def releases_of(session: Session, person_id: int, now: datetime) -> list[Signed]:
    """Everything that a client signed, the newest first."""
    return _signed(session, _joined().where(Release.person_id == person_id), now)


def live_releases_for(session: Session, provider_id: int, now: datetime, person_id: int | None = None) -> list[Signed]:
    """The releases in force that name this provider, of one client or of all, the newest first."""
    wanted = _joined().where(Release.provider_id == provider_id, Release.revoked_at.is_(None))
    return [one for one in _signed(session, wanted if person_id is None else wanted.where(Release.person_id == person_id), now) if one.live]


def get_own_release(session: Session, public_id: str, person_id: int, now: datetime) -> Signed:
    """A client's own. Raises NotFound."""
    found = _signed(session, _joined().where(Release.public_id == public_id, Release.person_id == person_id), now)
    if not found:
        raise NotFound("not_found", "There is no such permission of yours.")
    return found[0]


def count_unrevoked(session: Session, person_id: int) -> int:
    """How many of a client's releases were not revoked."""
    mine = select(func.count(Release.id)).where(Release.person_id == person_id, Release.revoked_at.is_(None))
    return session.scalar(mine) or 0


def providers_seen(session: Session, person_id: int) -> Sequence[Provider]:
    """Whom a client has or had a visit with, calls left aside, by name."""
    visits = select(Appointment.provider_id).where(
        Appointment.person_id == person_id, Appointment.setting != PHONE, Appointment.status.in_((*LIVE, COMPLETED))
    )
    return session.scalars(select(Provider).where(Provider.id.in_(visits)).order_by(Provider.name, Provider.id)).all()


def _joined() -> Select[Release, Person, Provider]:
    rows = select(Release, Person, Provider).join(Person, Person.id == Release.person_id)
    return rows.join(Provider, Provider.id == Release.provider_id).order_by(Release.signed_at.desc(), Release.id.desc())


def _signed(session: Session, wanted: Select[Release, Person, Provider], now: datetime) -> list[Signed]:
    rows = [(row, person, provider) for row, person, provider in session.execute(wanted)]
    stated = birth_dates(session, {person.id for _, person, _ in rows})
    return [
        Signed(row, person, provider, why_not_live(grant_of(row), now), guardian_of(session, row) if person.id in stated else None)
        for row, person, provider in rows
    ]


def guardian_of(session: Session, row: Release) -> str | None:
    """Who had agreed for somebody under 18 when a release was signed, as papers say it; None where nobody had to."""
    return guardian_line(session, row.person_id, row.signed_at)
