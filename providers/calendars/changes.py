"""What adding and looking again do to a calendar's rows, inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.queries import get_account
from marketplace.audit import Deed, record
from marketplace.kernel.walltime import to_minute
from marketplace.outbox.changes import enqueue_letter
from marketplace.vault import vault
from providers.calendars.account_port import SignIn
from providers.calendars.models import CalendarRevocation, DavAccount, OutsideCalendar
from providers.calendars.queries import spans_kept
from providers.calendars.rules.oauth import Grant
from providers.calendars.rules.reading import Located, Reading, Window
from providers.calendars.rules.syncing import LAST_AGAIN, LINK, LOST_HALF, UNPLACED, coming, next_look, spans_of, sudden_loss
from providers.places.geocoders import find_offline
from providers.registry.models import Provider
from providers.schedule.changes import lay_ahead, replace_outside
from providers.schedule.rules.outside import OutsideSpan, cut_by_place

# A neighborhood's name is too often part of another word.
CERTAIN = ("address", "grid", "zip")
LOST_LETTER = "calendar_login_lost"
# Beyond any minute that is kept: everything before it is forgotten.
FAR = 2**31 - 1


def take_reading(
    session: Session, calendar: OutsideCalendar, reading: Reading, window: Window, actor: str, now: datetime, *, agreed: bool
) -> None:
    """Put a good reading in the place of the last one, and lay its time. The caller holds the provider's lock.

    Where it names suddenly far less, or has newly lost times, what was blocked stays too until the provider has `agreed`.
    """
    known_until = window.until_minute if reading.endless else None
    spans = spans_of(reading, _zips(reading) if calendar.places else (), known_until)
    old = spans_kept(session, calendar.id)
    named = [span for span in spans if known_until is None or span.begin_minute < known_until]
    flag = None if agreed or calendar.last_good_at is None else _flag(calendar, reading, old, named, now)
    if flag is not None:
        spans = cut_by_place([*old, *spans])
    changed = replace_outside(session, calendar.provider_id, calendar.id, spans, window.from_minute)
    if changed or flag != calendar.flag:
        note(session, calendar, "calendar_read", actor, now, changed=changed, flag=flag)
    if flag is None:
        calendar.unplaced = reading.unplaced
    calendar.flag, calendar.known_until_minute = flag, known_until
    calendar.warnings, calendar.events = list(reading.warnings), reading.events
    note_good_look(calendar, now)
    if changed:
        session.flush()
        lay_ahead(session, calendar.provider_id, now)


def note_good_look(calendar: OutsideCalendar, now: datetime) -> None:
    """It could be read, or was as before."""
    calendar.last_good_at, calendar.stale_since, calendar.fault, calendar.failures = now, None, None, 0
    calendar.next_sync_at = next_look(now, 0) if calendar.kind == LINK else None


def note_bad_look(session: Session, calendar: OutsideCalendar, sentence: str, actor: str, now: datetime, wait_seconds: int = 0) -> None:
    """It could not be read: what it said last stays, and says since when. It is asked again after `wait_seconds` at the earliest."""
    if calendar.stale_since is None:
        note(session, calendar, "calendar_stale", actor, now, reason=sentence)
    calendar.stale_since, calendar.fault = calendar.stale_since or now, sentence
    calendar.failures += 1
    again_at = max(next_look(now, calendar.failures), now + timedelta(seconds=wait_seconds))
    calendar.next_sync_at = again_at if calendar.kind == LINK else None


def note(session: Session, calendar: OutsideCalendar, verb: str, actor: str, now: datetime, **details: object) -> None:
    """One entry of the audit about a calendar; never its address."""
    record(session, Deed(now, actor, verb, "calendar", calendar.public_id, details))


def note_account(session: Session, account: DavAccount, verb: str, actor: str, now: datetime, **details: object) -> None:
    """One entry of the audit about an account; never its address, user name or password."""
    record(session, Deed(now, actor, verb, "calendar_account", account.public_id, details))


def note_login_lost(session: Session, account: DavAccount, sentence: str, desk: str, actor: str, now: datetime) -> None:
    """The server takes the password no more: its owner is told, once for each time. It is tried again seldom, since trying may lock it."""
    account.fault = sentence
    if account.next_write_at is not None:
        account.next_write_at = now + LAST_AGAIN
    if account.lost_at is not None:
        return
    account.lost_at = now
    note_account(session, account, "calendar_account_lost", actor, now)
    provider = session.get_one(Provider, account.provider_id)
    facts = {"name": provider.name, "link": desk}
    key = f"{LOST_LETTER}:{account.public_id}:{now.isoformat()}"
    recipient = get_account(session, provider.account_id).email
    enqueue_letter(session, key=key, kind=LOST_LETTER, recipient=recipient, facts=facts, now=now, about=account.public_id)


def sign_in_of(account: DavAccount) -> SignIn:
    """What its owner has given us to sign in with, as it stands."""
    grant = Grant(account.password, account.access_token, account.access_until)
    return SignIn(account.kind, account.user_name, grant, own_mark_of(account.provider_id), account.logins)


def own_mark_of(provider_id: int) -> str:
    """By what the calendar that we made for this provider is known again, whoever reads it."""
    return f"ref-{vault().fingerprint(str(provider_id), 'own calendar')[:24]}"


def keep_grant(account: DavAccount, fresh: Grant | None) -> None:
    """Tokens that were made anew meanwhile stand in the place of the old ones."""
    if fresh is not None:
        account.password, account.access_token, account.access_until = fresh.refresh_token, fresh.access_token, fresh.access_until


def revoke_later(session: Session, kind: str, token: str, now: datetime) -> None:
    """Have a token made worthless at the other side after the commit."""
    session.add(CalendarRevocation(kind=kind, token=token, asked_at=now, failures=0, next_try_at=now))


def end_revocation(session: Session, kind: str, token: str) -> None:
    """A house may give the same token again: then it is not to be made worthless any more."""
    for row in session.scalars(select(CalendarRevocation).where(CalendarRevocation.kind == kind)):
        if row.token == token:
            session.delete(row)


def note_login_good(account: DavAccount) -> None:
    """The server takes the password."""
    if account.lost_at is not None:
        account.lost_at, account.fault, account.failures = None, None, 0


def drop_calendar(session: Session, calendar: OutsideCalendar) -> None:
    """Forget a calendar and what it says. The caller holds the provider's lock and lays the time afterwards (`lay_ahead`)."""
    replace_outside(session, calendar.provider_id, calendar.id, (), FAR)
    session.delete(calendar)


def _flag(calendar: OutsideCalendar, reading: Reading, old: Sequence[OutsideSpan], new: Sequence[OutsideSpan], now: datetime) -> str | None:
    minute = to_minute(now)
    if reading.unplaced > calendar.unplaced:
        return UNPLACED
    before = coming([span[:2] for span in old], minute, calendar.known_until_minute)
    after = coming([span[:2] for span in new], minute, None)
    return LOST_HALF if sudden_loss(before, after) else None


def _zips(reading: Reading) -> list[tuple[Located, str]]:
    """The events whose place lies in Manhattan for certain, without asking anybody."""
    known: dict[str, str | None] = {}
    for one in reading.located:
        if one.location not in known:
            place = find_offline(one.location)
            known[one.location] = place.zip if place is not None and place.precision in CERTAIN else None
    return [(one, zip_code) for one in reading.located if (zip_code := known[one.location])]
