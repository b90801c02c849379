"""Writing visits into a provider's own calendar: what is intended is committed, then the server is asked, then its answer is recorded.

What stands at the other side never changes a visit here. A copy that somebody changed or took away is noted and written anew.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.db import db, transaction
from marketplace.vault import vault
from providers.calendars.account_port import Door, Opened, SignIn, open_account
from providers.calendars.changes import keep_grant, note_login_good, note_login_lost, sign_in_of
from providers.calendars.dav_port import Clash, Gone, LoginRefused
from providers.calendars.feed_port import Feeds, Unavailable
from providers.calendars.google_port import is_unmade, own_url
from providers.calendars.models import DavAccount, DavCopy
from providers.calendars.oauth_port import House
from providers.calendars.queries import Telling, list_copies, own_uids, own_visits
from providers.calendars.rules.addresses import AddressRefused
from providers.calendars.rules.copies import OwnVisit, event_id, file_name, next_rewrite, plan_copies, what_happened
from providers.calendars.rules.oauth import CALDAV, GOOGLE
from providers.calendars.rules.syncing import EVERY, next_look

MOST_WRITES = 200
MOST_FAULTS = 3
LONGEST_SECONDS = 8.0
# A round that was broken off is taken up again after this long.
LEASE = timedelta(minutes=1)


@dataclass(frozen=True)
class Writing:
    """How visits are written: the way to servers, the house that links lead to, the page that a letter leads to, who does it, and the
    houses that let programs in by OAuth, by their kind.
    """

    feeds: Feeds
    base_url: str
    desk: str
    actor: str
    houses: Mapping[str, House] = field(default_factory=dict)


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
    """One round of an account: how to sign in, where to look over what stands there (None: not now), and what is to be done.

    `unmade`: the calendar that is to be written into is one that we have to make first.
    """

    login: SignIn
    look_at: str | None
    due: tuple[Copy, ...]
    visits: Mapping[str, OwnVisit]
    unmade: bool = False


@dataclass(frozen=True)
class Answer:
    """What the server said about one copy: its new mark and what somebody had done to it, or why nothing came of it."""

    etag: str | None = None
    note: str | None = None
    fault: str | None = None
    lost: bool = False
    wait_seconds: int = 0


def write_visits(account_id: int, writing: Writing, now: datetime) -> bool:
    """Bring a provider's own calendar to what the visits say, as far as time allows; says whether nothing went wrong.

    May be repeated, broken off and run twice at once: each copy has one address, and one that was changed meanwhile is asked about first.
    """
    with transaction() as session:
        begun = _begin(session, account_id, writing, now)
    if begun is None:
        return True
    try:
        opened = open_account(writing.feeds, writing.houses, begun.login, now)
    except Unavailable as reason:
        faults = [Answer(fault=reason.sentence)]
    else:
        faults, begun = _go_through(opened.door, account_id, begun, writing, now)
        _keep(opened, account_id, begun)
    with transaction() as session:
        _finish(session, account_id, begun, faults, writing, now)
    return not faults


def _go_through(door: Door, account_id: int, begun: Round, writing: Writing, now: datetime) -> tuple[list[Answer], Round]:
    """Make the calendar that is to be written into where there is none, look over what stands there, write; gives what went wrong."""
    for step in (_make_own if begun.unmade else None, _look_over if begun.look_at is not None else None):
        if step is None:
            continue
        fault = step(door, account_id, begun, now)
        if fault is not None:
            return [fault], begun
        with transaction() as session:
            begun = _begin(session, account_id, writing, now, looked=True) or begun
    return _write_all(door, begun.due, now), begun


def _keep(opened: Opened, account_id: int, begun: Round) -> None:
    """Keep tokens that were made anew, before anything else can go wrong."""
    if opened.fresh is not None:
        with transaction() as session:
            account = _locked(session, account_id)
            if account is not None and account.logins == begun.login.logins:
                keep_grant(account, opened.fresh)


def _make_own(door: Door, account_id: int, begun: Round, _now: datetime) -> Answer | None:
    """Have the calendar of our own made, and write into it from now on; gives why there is none."""
    try:
        url = door.make_own()
    except (AddressRefused, Unavailable) as reason:
        return _fault_of(reason)
    with transaction() as session:
        account = _locked(session, account_id)
        if account is not None and account.logins == begun.login.logins and is_unmade(account.write_url or ""):
            _move_own(account, url)
    return None


def _forget_own(account_id: int) -> None:
    """Our own calendar was deleted at the other side: another one is made at the next round."""
    with transaction() as session:
        account = _locked(session, account_id)
        if account is not None and account.kind == GOOGLE and account.write_url is not None and not is_unmade(account.write_url):
            _move_own(account, own_url(account.write_url))


def _move_own(account: DavAccount, url: str) -> None:
    account.collections = [{**one, "url": url} if one["writable"] else one for one in account.collections]
    account.write_url = url


def _fault_of(reason: AddressRefused | Unavailable) -> Answer:
    return Answer(fault=reason.sentence, lost=isinstance(reason, LoginRefused), wait_seconds=getattr(reason, "wait_seconds", 0))


def _begin(session: Session, account_id: int, writing: Writing, now: datetime, *, looked: bool = False) -> Round | None:
    """Write down what is to stand at the other side, and give what must be done for it."""
    account = _locked(session, account_id)
    if account is None or (account.lost_at is not None and (account.next_write_at is None or account.next_write_at > now)):
        return None
    telling = Telling(account.detail, writing.base_url, now)
    told = own_visits(session, account.provider_id, telling) if account.write_url is not None else []
    visits = {visit.uid: visit for visit in told}
    login = sign_in_of(account)
    if account.write_url is not None and account.kind == GOOGLE and is_unmade(account.write_url):
        if account.next_write_at is None or account.next_write_at > now:
            return None
        account.written_at, account.next_write_at = now, now + LEASE
        return Round(login, None, (), visits, unmade=True)
    rows = _plan(session, account, visits, frozenset(own_uids(session, account.provider_id)), now)
    regular = account.next_write_at is not None and account.next_write_at <= now
    account.written_at, account.next_write_at = now, now + LEASE
    due = tuple(
        Copy(row.id, row.uid, row.url, row.etag, visits.get(row.uid, OwnVisit(row.uid, None)) if row.wanted else OwnVisit(row.uid, None))
        for row in rows
        if row.next_try_at <= now and _waits(row, visits)
    )
    stands = account.kind == GOOGLE or any(row.written is not None for row in rows)
    look_at = account.write_url if regular and not looked and stands else None
    return Round(login, look_at, due[:MOST_WRITES], visits)


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
        name = file_name(uid) if account.kind == CALDAV else event_id(uid)
        url = f"{(account.write_url or '').rstrip('/')}/{name}"
        row = DavCopy(account_id=account.id, collection_hash=place or "", url=url, uid=uid, wanted=wanted, next_try_at=now)
        row.failures, row.rewrites = 0, 0
        session.add(row)
        rows.append(row)
    session.flush()
    return rows


def _look_over(door: Door, account_id: int, begun: Round, now: datetime) -> Answer | None:
    """Ask what stands there, and note each copy that is not as it was left; gives why that could not be known."""
    try:
        there = door.etags(begun.look_at or "")
    except (AddressRefused, Unavailable) as reason:
        if isinstance(reason, Gone):
            _forget_own(account_id)
        return _fault_of(reason)
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


def _write_all(door: Door, due: tuple[Copy, ...], now: datetime) -> list[Answer]:
    """One copy after the other, each with its own record; gives what went wrong. After three faults the rest waits for the next round."""
    began = monotonic()
    faults: list[Answer] = []
    for copy in due:
        if monotonic() - began > LONGEST_SECONDS or len(faults) >= MOST_FAULTS or any(one.lost or one.wait_seconds for one in faults):
            break
        answer = _write(door, copy)
        with transaction() as session:
            _record(session, copy, answer, now)
        if answer.fault is not None:
            faults.append(answer)
    return faults


def _write(door: Door, copy: Copy) -> Answer:
    etag, note = copy.etag, None
    try:
        for last in (False, True):
            try:
                if copy.content.content is None:
                    door.delete(copy.url, etag)
                    return Answer(None, note)
                mark = door.place(copy.url, copy.content, etag)
                return Answer(mark or door.etag(copy.url), note)
            except (Clash, Gone):
                there = door.etag(copy.url)
                if last or not _is_wanted(copy):
                    raise
                etag, note = there, what_happened(etag, there)
    except (AddressRefused, Unavailable) as reason:
        return _fault_of(reason)
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
        row.next_try_at = max(next_look(now, row.failures), now + timedelta(seconds=answer.wait_seconds))
        return
    if answer.note is not None:
        row.note, row.noted_at = answer.note, now
    row.written, row.etag, row.failures = copy.content.wanted, answer.etag, 0
    if row.wanted is None and row.written is None:
        session.delete(row)


def _finish(session: Session, account_id: int, begun: Round, faults: list[Answer], writing: Writing, now: datetime) -> None:
    """When the account is written to again, and what its owner should know."""
    account = _locked(session, account_id)
    if account is None or account.logins != begun.login.logins:
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
    rest_until = max((now + timedelta(seconds=one.wait_seconds) for one in faults), default=now)
    soon = [max(row.next_try_at, next_look(now, account.failures) if faults else now) for row in waiting]
    if faults and account.kind == GOOGLE and is_unmade(account.write_url or ""):
        soon.append(next_look(now, account.failures))
    first = min([*later, *soon], default=None)
    account.next_write_at = max(first, rest_until) if first is not None else None


def _waits(row: DavCopy, visits: Collection[str]) -> bool:
    """Whether something is to be done about a copy: a visit that is told no more is past, and what stands of it stays."""
    return row.wanted is None or (row.written != row.wanted and row.uid in visits)


def _locked(session: Session, account_id: int) -> DavAccount | None:
    return session.get(DavAccount, account_id, populate_existing=True, with_for_update=True)
