"""What verbs do to accounts and persons inside their own transaction, and what other topics add when an account is made."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import true, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from marketplace.accounts.models import Account, ApiToken, FailureCount, Person, Role, SignIn
from marketplace.accounts.queries import find_failures, get_role
from marketplace.accounts.rules import FAILURE_WINDOW
from marketplace.outbox.changes import enqueue_letter
from marketplace.vault import secret_hash, vault

SECRET_BYTES = 32
AccountHook = Callable[[Session, Account, datetime], None]
SwitchHook = Callable[[Session, Account], None]
_hooks: dict[str, dict[str, AccountHook]] = {}
_switch_hooks: dict[str, SwitchHook] = {}


def on_account_created(role: str, name: str, hook: AccountHook) -> None:
    """Have `hook` run in the transaction that makes an account of `role`; a topic registers once under its own `name`."""
    _hooks.setdefault(role, {})[name] = hook


def on_account_switched(name: str, hook: SwitchHook) -> None:
    """Have `hook` run in the transaction that disables or enables an account; a topic registers once under its own `name`."""
    _switch_hooks[name] = hook


def switch_account(session: Session, account: Account, now: datetime, *, active: bool) -> None:
    """Disable an account, which ends its sign-ins and tokens, or enable it again; other topics are told."""
    account.active = active
    if not active:
        end_all_access(session, account.id, now)
    session.flush()
    for hook in _switch_hooks.values():
        hook(session, account)


def add_account(session: Session, *, email: str, password_hash: str, name: str, role: str, confirmed: bool, now: datetime) -> Account:
    """A new account with its person, and whatever other topics keep for its role."""
    account = Account(
        email=email,
        password=password_hash,
        name=name,
        created_at=now,
        confirmed_at=now if confirmed else None,
        fs_uniquifier=secrets.token_hex(16),
    )
    session.add(account)
    session.flush()
    set_role(session, account, role)
    session.add(Person(account_id=account.id, name=name, email=email, email_confirmed_at=account.confirmed_at, created_at=now))
    session.flush()
    for hook in _hooks.get(role, {}).values():
        hook(session, account, now)
    return account


def add_guest(session: Session, now: datetime) -> Person:
    """A person without an account; the browser's session keeps the public id."""
    person = Person(created_at=now)
    session.add(person)
    session.flush()
    return person


def set_role(session: Session, account: Account, name: str) -> None:
    """Give an account one role and take all others; the role's row is made when it is the first of its kind."""
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    session.execute(insert(Role).values(name=name).on_conflict_do_nothing())
    account.roles = [get_role(session, name)]
    session.flush()


def open_sign_in(session: Session, account_id: int, now: datetime) -> str:
    """A new sign-in of a browser; gives the token for its cookie."""
    token = secrets.token_urlsafe(SECRET_BYTES)
    session.add(SignIn(account_id=account_id, token_hash=secret_hash(token), created_at=now))
    session.flush()
    return token


def end_sign_in(session: Session, token: str, now: datetime) -> None:
    """A browser signs out: its cookie, and any copy of it, is worth nothing from now on."""
    session.execute(update(SignIn).where(SignIn.token_hash == secret_hash(token), SignIn.ended_at.is_(None)).values(ended_at=now))


def end_all_access(session: Session, account_id: int, now: datetime, *, but: str | None = None) -> None:
    """End every sign-in and token of an account, `but` the sign-in with this token: its password was changed, or it was disabled."""
    others = SignIn.token_hash != secret_hash(but) if but else true()
    session.execute(update(SignIn).where(SignIn.account_id == account_id, SignIn.ended_at.is_(None), others).values(ended_at=now))
    session.execute(update(ApiToken).where(ApiToken.account_id == account_id, ApiToken.revoked_at.is_(None)).values(revoked_at=now))


def failure_fingerprint(email: str, device: str | None) -> str:
    """Whose failures are counted: an address's, or those of a browser that has signed in with it before."""
    return vault().fingerprint(f"device:{device}" if device else f"email:{email.strip().lower()}", "failures")


def count_failure(session: Session, fingerprint: str, now: datetime) -> int:
    """One more failure of whoever has this fingerprint; gives how many there were in the running window."""
    found = find_failures(session, fingerprint)
    if found is None:
        found = FailureCount(fingerprint=fingerprint, count=0, since_at=now)
        session.add(found)
    elif now >= found.since_at + FAILURE_WINDOW:
        found.count, found.since_at = 0, now
    found.count += 1
    session.flush()
    return found.count


def forget_failures(session: Session, fingerprint: str) -> None:
    """Who proved who they are begins anew."""
    found = find_failures(session, fingerprint)
    if found is not None:
        session.delete(found)
        session.flush()


def notify(
    session: Session, account: Account, kind: str, now: datetime, *, key: str, recipient: str | None = None, **facts: object
) -> None:
    """A letter about the account itself, sent at once. `facts` go into the template beside the account's name and address."""
    enqueue_letter(
        session,
        key=f"{kind}:{key}",
        kind=kind,
        about=f"account:{account.public_id}",
        recipient=recipient or account.email,
        now=now,
        facts={"name": account.name, "email": account.email, **facts},
    )
