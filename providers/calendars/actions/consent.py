"""Connecting an account at Google or Microsoft: its owner is sent there, allows it, and comes back with a code that is good once."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from marketplace.db import transaction
from marketplace.kernel.errors import NotFound, Refused
from marketplace.vault import secret_hash, vault
from providers.calendars.account_port import SignIn, discover
from providers.calendars.changes import end_revocation, note_account, own_mark_of, revoke_later
from providers.calendars.dav_port import LoginRefused
from providers.calendars.feed_port import Unavailable
from providers.calendars.models import CalendarConsent, DavAccount
from providers.calendars.oauth_port import House, NotAllowed, consent_url, exchange
from providers.calendars.queries import list_accounts, read_through, take_consent, without_old_consents
from providers.calendars.rules.addresses import AddressRefused
from providers.calendars.rules.dav import Collection
from providers.calendars.rules.oauth import GOOGLE, NAMES, Grant
from providers.calendars.rules.syncing import MOST_ACCOUNTS
from providers.registry.changes import own_provider
from providers.registry.rules import Owner

AGAIN = "This page was open too long, was used before, or was begun in another browser. Connect once more."
NO_SESSION = "This is done in a browser where you are signed in."
DENIED = "You did not allow it, so nothing was connected."


@dataclass(frozen=True)
class Back:
    """What somebody comes back with: their secret, the code or what went wrong, and the session they are in."""

    state: str = field(repr=False)
    code: str = field(repr=False)
    error: str
    session_mark: str = field(repr=False)


def house_of(houses: Mapping[str, House], kind: str) -> House:
    """The house of a kind. Raises NotFound where this site is not known there."""
    if kind not in houses:
        raise NotFound("not_found", f"{NAMES.get(kind, 'This')} cannot be connected here.")
    return houses[kind]


def begin_consent(owner: Owner, house: House, session_mark: str, back: str, now: datetime) -> str:
    """The address of the page where the owner is asked; they come back to `back`. Raises Refused `not_signed_in`."""
    if not session_mark:
        raise Refused("not_signed_in", NO_SESSION)
    state, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(48)
    with transaction() as session:
        provider = own_provider(session, owner, now)
        without_old_consents(session, provider.id, now)
        session.add(
            CalendarConsent(
                provider_id=provider.id, kind=house.kind, state_hash=secret_hash(state), session_hash=secret_hash(session_mark),
                verifier=verifier, begun_at=now,
            )
        )  # fmt: skip
    return consent_url(house, state, verifier, back)


def finish_consent(owner: Owner, house: House, came: Back, back: str, now: datetime) -> str:
    """Take what somebody came back with, once, and keep the account; gives its public id.

    One that is known already is let in anew, and what waited goes on. Raises Refused `consent_over`, `not_allowed`, `no_calendar` and
    `too_many_accounts`.
    """
    with transaction() as session:
        provider = own_provider(session, owner, now)
        verifier = take_consent(session, provider.id, house.kind, secret_hash(came.state), secret_hash(came.session_mark), now)
        provider_id = provider.id
    if verifier is None or not came.session_mark:
        raise Refused("consent_over", AGAIN)
    if came.error or not came.code:
        raise Refused("not_allowed", DENIED if came.error == "access_denied" else f"{house.name} did not let us in. Try again later.")
    grant, user, found = _let_in(house, came.code, verifier, back, provider_id, now)
    with transaction() as session:
        provider = own_provider(session, owner, now)
        known = list_accounts(session, provider.id)
        fingerprint = vault().fingerprint(f"{house.kind}\n{user.lower()}", "calendar account")
        account = next((one for one in known if one.account_hash == fingerprint), None)
        if account is None and len(known) >= MOST_ACCOUNTS:
            revoke_later(session, house.kind, grant.refresh_token, now)
        else:
            return _keep(session, account or _new(session, provider.id, house, user, fingerprint, now), grant, found, owner, now)
    raise Refused("too_many_accounts", f"You have {MOST_ACCOUNTS} accounts already. Disconnect one first.")


def _let_in(house: House, code: str, verifier: str, back: str, provider_id: int, now: datetime) -> tuple[Grant, str, Sequence[Collection]]:
    try:
        grant = exchange(house, code, verifier, back, now)
        user, found = discover(house, SignIn(house.kind, "", grant, own_mark_of(provider_id), 0), now)
    except NotAllowed as reason:
        raise Refused("not_allowed", reason.sentence) from None
    except LoginRefused:
        raise Refused("consent_over", AGAIN) from None
    except (AddressRefused, Unavailable) as reason:
        raise Refused("no_calendar", reason.sentence) from None
    return grant, user, found


def _new(session: Session, provider_id: int, house: House, user: str, fingerprint: str, now: datetime) -> DavAccount:
    account = DavAccount(
        kind=house.kind, provider_id=provider_id, account_hash=fingerprint, server=house.api, user_name=user, password="", collections=[],
        connected_at=now, failures=0, detail="brief", logins=0,
    )  # fmt: skip
    session.add(account)
    return account


def _keep(session: Session, account: DavAccount, grant: Grant, found: Sequence[Collection], owner: Owner, now: datetime) -> str:
    new = not account.password
    end_revocation(session, account.kind, grant.refresh_token)
    account.password, account.access_token, account.access_until = grant.refresh_token, grant.access_token, grant.access_until
    account.collections, account.logins = kept_collections(account.kind, found), account.logins + 1
    account.lost_at, account.fault, account.failures = None, None, 0
    if account.write_url is not None:
        if account.kind == GOOGLE:
            account.write_url = next(one.url for one in found if one.writable)
        account.next_write_at = now
    session.flush()
    for calendar in read_through(session, [account.id]).get(account.id, []):
        calendar.next_sync_at = now
    note_account(session, account, "calendar_account_connected" if new else "calendar_account_renewed", owner.actor, now)
    return account.public_id


def kept_collections(kind: str, found: Sequence[Collection]) -> list[dict[str, object]]:
    """The calendars as they are kept: the one of our own has the same id before it is made and after."""
    own = secret_hash("own")[:16]
    ids = [own if kind == GOOGLE and one.writable else secret_hash(one.url)[:16] for one in found]
    return [{"id": one_id, "url": one.url, "name": one.name, "writable": one.writable} for one_id, one in zip(ids, found, strict=True)]
