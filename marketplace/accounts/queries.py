"""What is asked of accounts, sign-ins and persons."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from marketplace.accounts.models import Account, ApiToken, FailureCount, Person, Role, SignIn, account_role
from marketplace.accounts.rules import chief_role
from marketplace.kernel.errors import NotFound
from marketplace.vault import secret_hash


@dataclass(frozen=True)
class Standing:
    """Who an account is at this moment, read anew at every request: a right taken away is gone on the next one."""

    account_id: int
    public_id: str
    name: str
    email: str
    role: str
    person_id: int | None
    uniquifier: str
    began_at: datetime
    has_second_factor: bool


_STANDING = (
    select(
        Account.id,
        Account.public_id,
        Account.name,
        Account.email,
        Account.fs_uniquifier,
        Account.tf_primary_method,
        Role.name.label("role_name"),
        Person.id.label("person_id"),
    )
    .outerjoin(account_role, account_role.c.account_id == Account.id)
    .outerjoin(Role, Role.id == account_role.c.role_id)
    .outerjoin(Person, Person.account_id == Account.id)
    .where(Account.active)
)


def find_standing_by_sign_in(session: Session, token: str) -> Standing | None:
    """The account behind a browser's sign-in, unless it ended or the account is disabled. One statement."""
    wanted = (
        _STANDING.add_columns(SignIn.created_at.label("began_at"))
        .join(SignIn, SignIn.account_id == Account.id)
        .where(SignIn.token_hash == secret_hash(token), SignIn.ended_at.is_(None))
    )
    return _standing(session, wanted)


def find_standing_by_token(session: Session, token: str, now: datetime) -> Standing | None:
    """The account behind an API token, unless it is revoked or expired or the account is disabled. One statement."""
    wanted = (
        _STANDING.add_columns(ApiToken.created_at.label("began_at"))
        .join(ApiToken, ApiToken.account_id == Account.id)
        .where(ApiToken.token_hash == secret_hash(token), ApiToken.revoked_at.is_(None), ApiToken.expires_at > now)
    )
    return _standing(session, wanted)


def _standing(session: Session, wanted: Select[Any]) -> Standing | None:
    rows = session.execute(wanted).all()
    if not rows:
        return None
    first = rows[0]
    return Standing(
        account_id=first.id,
        public_id=first.public_id,
        name=first.name,
        email=first.email,
        role=chief_role(row.role_name for row in rows if row.role_name),
        person_id=first.person_id,
        uniquifier=first.fs_uniquifier,
        began_at=first.began_at,
        has_second_factor=first.tf_primary_method is not None,
    )


def find_account(session: Session, email: str) -> Account | None:
    """The account with this address (any case)."""
    return session.scalar(select(Account).where(Account.email == email.lower()))


def get_account(session: Session, account_id: int) -> Account:
    """The account with this row id. Raises NotFound."""
    account = session.get(Account, account_id)
    if account is None:
        raise NotFound("not_found", "There is no such account.")
    return account


def get_role(session: Session, name: str) -> Role:
    """The role called `name`. Raises NotFound."""
    role = session.scalar(select(Role).where(Role.name == name))
    if role is None:
        raise NotFound("not_found", f"There is no role called {name}.")
    return role


def find_person_of(session: Session, account_id: int) -> Person | None:
    """The person that an account's owner is."""
    return session.scalar(select(Person).where(Person.account_id == account_id))


def get_person(session: Session, person_id: int) -> Person:
    """The person with this row id. Raises NotFound."""
    person = session.get(Person, person_id)
    if person is None:
        raise NotFound("not_found", "There is no such person.")
    return person


def find_guest_id(session: Session, public_id: str) -> int | None:
    """The row id of a guest, somebody without an account; the session names guests by their public id."""
    return session.scalar(select(Person.id).where(Person.public_id == public_id, Person.account_id.is_(None)))


def find_failures(session: Session, fingerprint: str) -> FailureCount | None:
    """How often whoever has this fingerprint failed."""
    return session.scalar(select(FailureCount).where(FailureCount.fingerprint == fingerprint))


def saved_zip(session: Session, person_id: int) -> str | None:
    """The ZIP code a person has saved for visits at their place."""
    return session.scalar(select(Person.zip).where(Person.id == person_id))
