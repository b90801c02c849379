"""Writing visits into a provider's own calendar: what is intended is committed, then the server is asked, then its answer is recorded.

What stands at the other side never changes a visit here. A copy that somebody changed or took away is noted and written anew.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.db import db, transaction
from marketplace.vault import vault
from providers.calendars.changes import note_login_good, note_login_lost
from providers.calendars.dav_port import Clash, Dav, Gone, Login, LoginRefused
from providers.calendars.feed_port import Feeds, Unavailable
from providers.calendars.models import DavAccount, DavCopy
from providers.calendars.queries import Telling, list_copies, own_uids, own_visits
from providers.calendars.rules.addresses import AddressRefused
from providers.calendars.rules.copies import OwnVisit, file_name, next_rewrite, plan_copies, what_happened
from providers.calendars.rules.syncing import EVERY, next_look

MOST_WRITES = 200
MOST_FAULTS = 3
LONGEST_SECONDS = 8.0
# A round that was broken off is taken up again after this long.
LEASE = timedelta(minutes=1)


@dataclass(frozen=True)
class Writing:
    """How visits are written: the way to servers, the house that links lead to, the page that a letter leads to, and who does it."""

    feeds: Feeds
    base_url: str
    desk: str
    actor: str


@dataclass(frozen=True)
class Copy:
    """A copy as it was when the server was asked. `content` is what is to stand there; None: nothing."""

    row_id: int
    uid: str
    url: str
    etag: str | None
    content: OwnVisit


@dataclass(frozen=True)
class Round:
    """One round of an account: how to sign in, where to look over what stands there (None: not now), and what is to be done."""

    login: Login
    look_at: str | None
    due: tuple[Copy, ...]
    visits: Mapping[str, OwnVisit]


@dataclass(frozen=True)
class Answer:
    """What the server said about one copy: its new mark and what somebody had done to it, or why nothing came of it."""

    etag: str | None = None
    note: str | None = None
    fault: str | None = None
    lost: bool = False


def write_visits(account_id: int, writing: Writing, now: datetime) -> bool:
    """Bring a provider's own calendar to what the visits say, as far as time allows; says whether nothing went wrong.

    May be repeated, broken off and run twice at once: each copy has one address, and one that was changed meanwhile is asked about first.
    """
    with transaction() as session:
        begun = _begin(session, account_id, writing, now)
    if begun is None:
        return True
    dav = Dav(writing.feeds, begun.login)
    fault = _look_over(dav, account_id, begun, now) if begun.look_at is not None else None
    if fault is None and begun.look_at is not None:
        with transaction() as session:
            begun = _begin(session, account_id, writing, now, looked=True) or begun
    faults = [fault] if fault is not None else _write_all(dav, begun.due, now)
    with transaction() as session:
        _finish(session, account_id, begun, faults, writing, now)
    return not faults


def _begin(session: Session, account_id: int, writing: Writing, now: datetime, *, looked: bool = False) -> Round | None:
    """Write down what is to stand at the other side, and give what must be done for it."""
    account = _locked(session, account_id)
    if account is None or (account.lost_at is not None and (account.next_write_at is None or account.next_write_at > now)):
        return None
    telling = Telling(account.detail, writing.base_url, now)
    told = own_visits(session, account.provider_id, telling) if account.write_url is not None else []
    visits = {visit.uid: visit for visit in told}
    rows = _plan(session, account, visits, frozenset(own_uids(session, account.provider_id)), now)
    regular = account.next_write_at is not None and account.next_write_at <= now
    account.written_at, account.next_write_at = now, now + LEASE
    due = tuple(
        Copy(row.id, row.uid, row.url, row.etag, visits.get(row.uid, OwnVisit(row.uid, None)) if row.wanted else OwnVisit(row.uid, None))
        for row in rows
        if row.next_try_at <= now and _waits(row, visits)
    )
    look_at = account.write_url if regular and not looked and any(row.written is not None for row in rows) else None
    return Round(Login(account.user_name, account.password), look_at, due[:MOST_WRITES], visits)


def _plan(session: Session, account: DavAccount, visits: Mapping[str, OwnVisit], own: Collection[str], now: datetime) -> list[DavCopy]:
    """The rows of all copies, those of a calendar that is written into no more among them as to be taken away."""
    place = vault().fingerprint(account.write_url, "collection") if account.write_url is not None else None
    rows = list_copies(session, account.id)
    here = {row.uid: row for row in rows if row.collection_hash == place}
    plan = plan_copies({uid: row.wanted for uid, row in here.items()}, visits.values(), own)
    changed = [(here[uid], wanted) for uid, wanted in plan.other.items()]
    changed += [(row, None) for row in rows if row.collection_hash != place and row.wanted is not None]
    for row, wanted in changed:
        row.wanted, row.next_try_at, row.failures, row.rewrites, row.note = wanted, now, 0, 0, None
    for uid, wanted in plan.new.items():
        url = f"{(account.write_url or '').rstrip('/')}/{file_name(uid)}"
        row = DavCopy(account_id=account.id, collection_hash=place or "", url=url, uid=uid, wanted=wanted, next_try_at=now)
        row.failures, row.rewrites = 0, 0
        session.add(row)
        rows.append(row)
    session.flush()
    return rows


def _look_over(dav: Dav, account_id: int, begun: Round, now: datetime) -> Answer | None:
    """Ask what stands there, and note each copy that is not as it was left; gives why that could not be known."""
    try:
        there = dav.etags(begun.look_at or "")
    except (AddressRefused, Unavailable) as reason:
        return Answer(fault=reason.sentence, lost=isinstance(reason, LoginRefused))
    with transaction() as session:
        account = _locked(session, account_id)
        place = vault().fingerprint(account.write_url, "collection") if account is not None and account.write_url is not None else ""
        for row in list_copies(session, account_id):
            if row.collection_hash == place and row.written is not None and row.uid in begun.visits:
                _compare(row, there.get(row.url.rpartition("/")[2]), now)
    return None


def _compare(row: DavCopy, there: str | None, now: datetime) -> None:
    happened = what_happened(row.etag, there)
    if happened is None:
        row.etag, row.rewrites = there or row.etag, 0
        return
    row.rewrites += 1
    row.note, row.noted_at = happened, now
    row.written, row.etag, row.next_try_at = None, there, next_rewrite(now, row.rewrites)


def _write_all(dav: Dav, due: tuple[Copy, ...], now: datetime) -> list[Answer]:
    """One copy after the other, each with its own record; gives what went wrong. After three faults the rest waits for the next round."""
    began = monotonic()
    faults: list[Answer] = []
    for copy in due:
        if monotonic() - began > LONGEST_SECONDS or len(faults) >= MOST_FAULTS or any(one.lost for one in faults):
            break
        answer = _write(dav, copy)
        with transaction() as session:
            _record(session, copy, answer, now)
        if answer.fault is not None:
            faults.append(answer)
    return faults


def _write(dav: Dav, copy: Copy) -> Answer:
    etag, note = copy.etag, None
    try:
        for last in (False, True):
            try:
                if copy.content.content is None:
                    dav.delete(copy.url, etag)
                    return Answer(None, note)
                mark = dav.put(copy.url, copy.content.content, etag)
                return Answer(mark or dav.etag(copy.url), note)
            except (Clash, Gone):
                there = dav.etag(copy.url)
                if last or not _is_wanted(copy):
                    raise
                etag, note = there, what_happened(etag, there)
    except (AddressRefused, Unavailable) as reason:
        return Answer(fault=reason.sentence, lost=isinstance(reason, LoginRefused))
    return Answer(fault="The event was changed at the other side.")


def _is_wanted(copy: Copy) -> bool:
    """Whether this is still what is to stand there: somebody else may have written what came later."""
    wanted = db.session.scalar(select(DavCopy.wanted).where(DavCopy.id == copy.row_id))
    db.session.rollback()
    return wanted == copy.content.wanted


def _record(session: Session, copy: Copy, answer: Answer, now: datetime) -> None:
    row = session.get(DavCopy, copy.row_id, populate_existing=True, with_for_update=True)
    if row is None:
        return
    if answer.fault is not None:
        row.failures += 1
        row.next_try_at = next_look(now, row.failures)
        return
    if answer.note is not None:
        row.note, row.noted_at = answer.note, now
    row.written, row.etag, row.failures = copy.content.wanted, answer.etag, 0
    if row.wanted is None and row.written is None:
        session.delete(row)


def _finish(session: Session, account_id: int, begun: Round, faults: list[Answer], writing: Writing, now: datetime) -> None:
    """When the account is written to again, and what its owner should know."""
    account = _locked(session, account_id)
    if account is None or account.password != begun.login.password:
        return
    lost = next((one for one in faults if one.lost), None)
    account.failures = account.failures + 1 if faults else 0
    waiting = [row for row in list_copies(session, account_id) if _waits(row, begun.visits)]
    if lost is not None:
        account.next_write_at = now
        note_login_lost(session, account, lost.fault or "", writing.desk, writing.actor, now)
        return
    if not faults:
        note_login_good(account)
    account.fault = faults[0].fault if faults else None
    later = [now + EVERY] if account.write_url is not None or waiting else []
    soon = [max(row.next_try_at, next_look(now, account.failures) if faults else now) for row in waiting]
    account.next_write_at = min([*later, *soon], default=None)


def _waits(row: DavCopy, visits: Collection[str]) -> bool:
    """Whether something is to be done about a copy: a visit that is told no more is past, and what stands of it stays."""
    return row.wanted is None or (row.written != row.wanted and row.uid in visits)


def _locked(session: Session, account_id: int) -> DavAccount | None:
    return session.get(DavAccount, account_id, populate_existing=True, with_for_update=True)
