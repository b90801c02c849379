"""A provider's account at a calendar server: connecting it by CalDAV, a new password, what is read and written, disconnecting it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy.orm import Session

from marketplace.db import db, transaction
from marketplace.kernel.errors import Conflict, FieldFault, Refused
from marketplace.vault import secret_hash, vault
from providers.calendars.changes import drop_calendar, note, note_account, revoke_later
from providers.calendars.dav_port import Dav, Login, LoginRefused
from providers.calendars.feed_port import Feeds, Unavailable
from providers.calendars.models import DavAccount, DavSource, OutsideCalendar
from providers.calendars.queries import get_account, list_accounts, list_calendars, read_through
from providers.calendars.rules.addresses import AddressRefused
from providers.calendars.rules.dav import Collection
from providers.calendars.rules.oauth import CALDAV, GOOGLE
from providers.calendars.rules.syncing import LINK, MOST_ACCOUNTS, MOST_CALENDARS
from providers.registry.changes import own_provider
from providers.registry.queries import find_own_id
from providers.registry.rules import Owner
from providers.schedule.changes import lay_ahead

NONE_HERE = "This account has no password here. Connect it again instead."


@dataclass(frozen=True)
class NewAccount:
    """An account as asked for. The password is one that the server made for a program, not the one its owner signs in with."""

    server: str
    user_name: str
    password: str


@dataclass(frozen=True)
class Choice:
    """What an account is used for: calendars that are read, the one that is written into (None: none), and how much it is told."""

    read: tuple[str, ...]
    write: str | None
    detail: str


def connect_account(owner: Owner, new: NewAccount, feeds: Feeds, now: datetime) -> str:
    """Find the calendars of an account and keep it, sealed; gives its public id. Nothing is read or written until that is chosen.

    Raises Refused `bad_address`, `bad_login`, `no_caldav` and `too_many_accounts`, Conflict `account_known`.
    """
    server = new.server if "://" in new.server else f"https://{new.server}"
    found = _discover(feeds, server, Login(new.user_name, new.password), field="server")
    fingerprint = vault().fingerprint(f"{urlsplit(server).hostname}\n{new.user_name}", "caldav")
    with transaction() as session:
        provider = own_provider(session, owner, now)
        known = list_accounts(session, provider.id)
        if any(one.account_hash == fingerprint for one in known):
            raise Conflict("account_known", "This account is connected already.")
        if len(known) >= MOST_ACCOUNTS:
            raise Refused("too_many_accounts", f"You have {MOST_ACCOUNTS} accounts already. Disconnect one first.")
        account = DavAccount(
            provider_id=provider.id, account_hash=fingerprint, server=server, user_name=new.user_name, password=new.password,
            collections=_kept(found), connected_at=now, failures=0, detail="brief",
        )  # fmt: skip
        session.add(account)
        session.flush()
        note_account(session, account, "calendar_account_connected", owner.actor, now)
        return account.public_id


def renew_login(owner: Owner, public_id: str, password: str, feeds: Feeds, now: datetime) -> None:
    """A new password for an account; what waited for it goes on at once. Raises as `connect_account`, NotFound."""
    account = get_account(db.session(), find_own_id(db.session(), owner.account_id), public_id)
    server, user_name, kind = account.server, account.user_name, account.kind
    db.session.rollback()
    if kind != CALDAV:
        raise Refused("no_password", NONE_HERE, faults=[FieldFault("password", NONE_HERE)])
    found = _discover(feeds, server, Login(user_name, password), field="password")
    with transaction() as session:
        provider = own_provider(session, owner, now)
        account = get_account(session, provider.id, public_id)
        account.password, account.collections, account.logins = password, _kept(found), account.logins + 1
        account.lost_at, account.fault, account.failures = None, None, 0
        account.next_write_at = now if account.write_url else account.next_write_at
        for calendar in read_through(session, [account.id]).get(account.id, []):
            calendar.next_sync_at = now
        note_account(session, account, "calendar_account_renewed", owner.actor, now)


def choose_calendars(owner: Owner, public_id: str, choice: Choice, now: datetime) -> None:
    """Read these calendars of an account, and write visits into that one, which is the only one of all accounts. Raises NotFound, Refused.

    What was read and is not any more gives its time back; what was written where nothing is written any more is taken away by the job.
    """
    with transaction() as session:
        provider = own_provider(session, owner, now)
        account = get_account(session, provider.id, public_id)
        known = {one["id"]: one for one in account.collections}
        unreadable = any(not _may_read(account, known.get(one)) for one in choice.read)
        if unreadable or (choice.write is not None and not known.get(choice.write, {}).get("writable")):
            sentence = "Choose among the calendars of this account."
            raise Refused("invalid", sentence, faults=[FieldFault("read", sentence)])
        _read_these(session, account, [known[one] for one in dict.fromkeys(choice.read)], owner, now)
        write_url = known[choice.write]["url"] if choice.write is not None else None
        if write_url is not None:
            for other in list_accounts(session, provider.id):
                if other.id != account.id and other.write_url is not None:
                    other.write_url, other.next_write_at = None, now
        account.write_url, account.detail, account.next_write_at = write_url, choice.detail, now
        note_account(session, account, "calendar_account_chosen", owner.actor, now, read=len(choice.read), write=write_url is not None)
        session.flush()
        lay_ahead(session, provider.id, now)


def disconnect_account(owner: Owner, public_id: str, now: datetime) -> None:
    """Forget an account with its password, and give back the time that was read through it. Raises NotFound.

    What was written at the other side stays there: without the password nobody here can take it away. A token is made worthless there.
    """
    with transaction() as session:
        provider = own_provider(session, owner, now)
        account = get_account(session, provider.id, public_id)
        for calendar in read_through(session, [account.id]).get(account.id, []):
            drop_calendar(session, calendar)
        note_account(session, account, "calendar_account_disconnected", owner.actor, now)
        if account.kind != CALDAV:
            revoke_later(session, account.kind, account.password, now)
        session.delete(account)
        session.flush()
        lay_ahead(session, provider.id, now)


def _may_read(account: DavAccount, one: Mapping[str, object] | None) -> bool:
    """Whether a calendar is one of the account; that which we make at Google for our visits holds nothing to read."""
    return one is not None and not (account.kind == GOOGLE and one["writable"])


def _discover(feeds: Feeds, server: str, login: Login, *, field: str) -> list[Collection]:
    try:
        return Dav(feeds, login).discover(server)
    except AddressRefused as refusal:
        raise Refused("bad_address", refusal.sentence, faults=[FieldFault(field, refusal.sentence)]) from None
    except LoginRefused as refusal:
        raise Refused("bad_login", refusal.sentence, faults=[FieldFault("password", refusal.sentence)]) from None
    except Unavailable as reason:
        raise Refused("no_caldav", reason.sentence, faults=[FieldFault(field, reason.sentence)]) from None


def _kept(found: Sequence[Collection]) -> list[dict[str, object]]:
    return [{"id": secret_hash(one.url)[:16], "url": one.url, "name": one.name, "writable": one.writable} for one in found]


def _read_these(session: Session, account: DavAccount, wanted: Sequence[dict[str, str]], owner: Owner, now: datetime) -> None:
    """Outside calendars for these collections and no others of the account."""
    standing = {calendar.address: calendar for calendar in read_through(session, [account.id]).get(account.id, [])}
    urls = {one["url"] for one in wanted}
    for url, calendar in standing.items():
        if url not in urls:
            note(session, calendar, "calendar_removed", owner.actor, now)
            drop_calendar(session, calendar)
    session.flush()
    room = MOST_CALENDARS - len(list_calendars(session, account.provider_id))
    new = [one for one in wanted if one["url"] not in standing]
    if len(new) > room:
        raise Refused("too_many_calendars", f"You have {MOST_CALENDARS} calendars at most. Remove one first.")
    for one in new:
        fingerprint = vault().fingerprint(f"{account.public_id}\n{one['url']}", "calendar")
        calendar = OutsideCalendar(
            provider_id=account.provider_id, name=one["name"], kind=LINK, places=False, address=one["url"], address_hash=fingerprint,
            added_at=now, next_sync_at=now, warnings=[], events=0, unplaced=0, failures=0,
        )  # fmt: skip
        session.add(calendar)
        session.flush()
        session.add(DavSource(calendar_id=calendar.id, account_id=account.id))
        note(session, calendar, "calendar_added", owner.actor, now, kind="caldav")
