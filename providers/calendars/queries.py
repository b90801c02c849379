"""A provider's outside calendars, and those that are due."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import Session

from marketplace.kernel.errors import NotFound
from providers.calendars.models import CalendarConsent, CalendarRevocation, DavAccount, DavCopy, DavSource, OutsideCalendar
from providers.calendars.rules.copies import OwnVisit
from providers.calendars.rules.oauth import CONSENT_FOR
from providers.schedule.changes import BLOCK
from providers.schedule.models import Claim, OutsideBusy, TimeOff
from providers.schedule.rules.outside import OutsideSpan

MISSING = "There is no such calendar."
NO_ACCOUNT = "There is no such account."
OWN_HOST = "@licensedhands"
OwnUids = Callable[[Session, int], Iterable[str]]
_own_uids: dict[str, OwnUids] = {}


@dataclass(frozen=True)
class Telling:
    """How much of visits is told, with links to which house, as of when."""

    detail: str
    base_url: str
    now: datetime


@dataclass(frozen=True)
class VisitSource:
    """Where visits come from. `told` gives a provider's as calendars show them, `changed` when each provider's last changed."""

    told: Callable[[Session, int, Telling], Sequence[OwnVisit]]
    changed: Callable[[Session, Iterable[int]], Mapping[int, datetime]]


_visit_sources: dict[str, VisitSource] = {}


def on_own_visits(name: str, source: VisitSource) -> None:
    """Have `source` tell visits to whoever writes them into calendars; a topic registers once under its own `name`."""
    _visit_sources[name] = source


def own_visits(session: Session, provider_id: int, telling: Telling) -> list[OwnVisit]:
    """The visits that are to stand in a provider's own calendar, and those that are not to stand there any more."""
    return [visit for source in _visit_sources.values() for visit in source.told(session, provider_id, telling)]


def on_own_uids(name: str, find: OwnUids) -> None:
    """Have `find` tell the calendar UIDs of what a provider (row id) has here; a topic registers once under its own `name`."""
    _own_uids[name] = find


def own_uids(session: Session, provider_id: int | None) -> tuple[str, ...]:
    """The UIDs, in lower case, of this provider's own visits, blocks and time off, of any time and state."""
    if provider_id is None:
        return ()
    blocks = select(Claim.public_id).where(Claim.provider_id == provider_id, Claim.kind == BLOCK)
    off = select(TimeOff.public_id).where(TimeOff.provider_id == provider_id)
    taken = (f"{public_id}{OWN_HOST}" for public_id in (*session.scalars(blocks), *session.scalars(off)))
    visits = (uid for find in _own_uids.values() for uid in find(session, provider_id))
    return tuple(sorted({uid.lower() for uid in (*visits, *taken)}))


def list_calendars(session: Session, provider_id: int | None) -> list[OutsideCalendar]:
    """One's own calendars, the oldest first."""
    rows = select(OutsideCalendar).where(OutsideCalendar.provider_id == provider_id).order_by(OutsideCalendar.id)
    return list(session.scalars(rows))


def get_calendar(session: Session, provider_id: int | None, public_id: str) -> OutsideCalendar:
    """One of a provider's own. Raises NotFound."""
    wanted = select(OutsideCalendar).where(OutsideCalendar.provider_id == provider_id, OutsideCalendar.public_id == public_id)
    found = session.scalar(wanted.execution_options(populate_existing=True))
    if found is None:
        raise NotFound("not_found", MISSING)
    return found


def count_blocks(session: Session, calendar_ids: list[int], from_minute: int) -> dict[int, int]:
    """How many busy times that are not over each calendar has, by its row id."""
    rows = (
        select(OutsideBusy.calendar_id, func.count())
        .where(OutsideBusy.calendar_id.in_(calendar_ids), OutsideBusy.end_minute > from_minute)
        .group_by(OutsideBusy.calendar_id)
    )
    return {row[0]: row[1] for row in session.execute(rows)}


def spans_kept(session: Session, calendar_id: int) -> list[OutsideSpan]:
    """What is kept of one calendar, in order."""
    rows = select(OutsideBusy.begin_minute, OutsideBusy.end_minute, OutsideBusy.zip).where(OutsideBusy.calendar_id == calendar_id)
    return [OutsideSpan(*row) for row in session.execute(rows.order_by(OutsideBusy.begin_minute))]


def due_calendars(session: Session, now: datetime, limit: int) -> list[tuple[int, str]]:
    """Links to look at now, those that wait longest first: whose (row id), and which (public id)."""
    due = select(OutsideCalendar.provider_id, OutsideCalendar.public_id).where(OutsideCalendar.next_sync_at <= now)
    return [(row[0], row[1]) for row in session.execute(due.order_by(OutsideCalendar.next_sync_at).limit(limit))]


def providers_with_outside_time(session: Session) -> list[int]:
    """Row ids of providers of whom an outside calendar takes time."""
    return list(session.scalars(select(OutsideBusy.provider_id).distinct().order_by(OutsideBusy.provider_id)))


def list_accounts(session: Session, provider_id: int | None) -> list[DavAccount]:
    """One's own accounts, the oldest first."""
    return list(session.scalars(select(DavAccount).where(DavAccount.provider_id == provider_id).order_by(DavAccount.id)))


def get_account(session: Session, provider_id: int | None, public_id: str) -> DavAccount:
    """One of a provider's own accounts, read anew. Raises NotFound."""
    wanted = select(DavAccount).where(DavAccount.provider_id == provider_id, DavAccount.public_id == public_id)
    found = session.scalar(wanted.execution_options(populate_existing=True))
    if found is None:
        raise NotFound("not_found", NO_ACCOUNT)
    return found


def take_consent(session: Session, provider_id: int, kind: str, state_hash: str, session_hash: str, now: datetime) -> str | None:
    """Take away the consent that somebody comes back with, and give its verifier; None where there is none, or it is over."""
    wanted = select(CalendarConsent).where(
        CalendarConsent.state_hash == state_hash, CalendarConsent.session_hash == session_hash,
        CalendarConsent.provider_id == provider_id, CalendarConsent.kind == kind, CalendarConsent.begun_at > now - CONSENT_FOR,
    )  # fmt: skip
    found = session.scalar(wanted.with_for_update())
    if found is None:
        return None
    verifier = found.verifier
    session.delete(found)
    session.flush()
    return verifier


def without_old_consents(session: Session, provider_id: int, now: datetime) -> None:
    """Forget the ways there of which nothing has come."""
    old = CalendarConsent.begun_at <= now - CONSENT_FOR
    session.execute(delete(CalendarConsent).where(CalendarConsent.provider_id == provider_id, old))


def due_revocations(session: Session, now: datetime) -> list[int]:
    """Row ids of tokens that are to be made worthless now."""
    due = select(CalendarRevocation.id).where(CalendarRevocation.next_try_at <= now)
    return list(session.scalars(due.order_by(CalendarRevocation.next_try_at, CalendarRevocation.id)))


def find_account_of(session: Session, calendar_id: int) -> DavAccount | None:
    """The account through which a calendar is read; None for one that has an address of its own."""
    mine = select(DavAccount).join(DavSource, DavSource.account_id == DavAccount.id).where(DavSource.calendar_id == calendar_id)
    return session.scalar(mine.execution_options(populate_existing=True))


def read_through(session: Session, account_ids: Iterable[int]) -> dict[int, list[OutsideCalendar]]:
    """The calendars that are read through each account, by its row id."""
    rows = select(DavSource.account_id, OutsideCalendar).join(OutsideCalendar, OutsideCalendar.id == DavSource.calendar_id)
    found: dict[int, list[OutsideCalendar]] = {}
    for row in session.execute(rows.where(DavSource.account_id.in_(list(account_ids))).order_by(OutsideCalendar.id)):
        found.setdefault(row[0], []).append(row[1])
    return found


def list_copies(session: Session, account_id: int) -> list[DavCopy]:
    """What has been written, or is to be, into an account's calendars."""
    mine = select(DavCopy).where(DavCopy.account_id == account_id).order_by(DavCopy.id)
    return list(session.scalars(mine.execution_options(populate_existing=True)))


def count_notes(session: Session, account_ids: Iterable[int]) -> dict[int, int]:
    """How many visits somebody has changed at the other side, by the account's row id."""
    noted = select(DavCopy.account_id, func.count()).where(DavCopy.account_id.in_(list(account_ids)), DavCopy.note.is_not(None))
    return {row[0]: row[1] for row in session.execute(noted.group_by(DavCopy.account_id))}


def due_accounts(session: Session, now: datetime) -> list[int]:
    """Row ids of accounts to write to now: their time has come, or a visit has changed and nothing is wrong with them."""
    asked = select(DavAccount.id, DavAccount.provider_id, DavAccount.next_write_at, DavAccount.written_at, DavAccount.failures)
    rows = session.execute(asked.where(or_(DavAccount.next_write_at.is_not(None), DavAccount.write_url.is_not(None)))).all()
    changed: dict[int, datetime] = {}
    for source in _visit_sources.values() if rows else ():
        changed.update(source.changed(session, {row.provider_id for row in rows}))
    return [row.id for row in rows if _is_due(row.next_write_at, row.written_at, row.failures, changed.get(row.provider_id), now)]


def _is_due(next_at: datetime | None, written_at: datetime | None, failures: int, changed_at: datetime | None, now: datetime) -> bool:
    if next_at is not None and next_at <= now:
        return True
    return failures == 0 and changed_at is not None and (written_at is None or changed_at >= written_at)
