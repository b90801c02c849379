"""Accounts with their roles, and persons."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from booking.demo.changes.bulk import Bulk
from booking.demo.rules.people import Client
from marketplace.accounts.models import Account, Person, Role, account_role
from marketplace.accounts.rules import CLIENT, ROLES


@dataclass(frozen=True)
class Login:
    """What an account signs in with."""

    public_id: str
    email: str
    name: str
    uniquifier: str


class Town:
    """Puts people in. All accounts share one password, hashed once."""

    def __init__(self, bulk: Bulk, password_hash: str, since_at: datetime) -> None:
        self.bulk, self.password_hash, self.since_at = bulk, password_hash, since_at
        self._roles = _role_ids(bulk.session)
        self._given: list[dict[str, int]] = []

    def account(self, login: Login, role: str, since_at: datetime | None = None) -> int:
        """A confirmed account; gives its id."""
        at = since_at or self.since_at
        account_id = self.bulk.add(
            Account, public_id=login.public_id, email=login.email, password=self.password_hash, name=login.name, active=True,
            fs_uniquifier=login.uniquifier, confirmed_at=at, created_at=at,
        )  # fmt: skip
        self._given.append({"account_id": account_id, "role_id": self._roles[role]})
        return account_id

    def owner(self, login: Login, role: str, person_public_id: str, since_at: datetime | None = None) -> int:
        """An account with the person it belongs to; gives the account's id."""
        at = since_at or self.since_at
        account_id = self.account(login, role, at)
        self.bulk.add(Person, **_person(person_public_id, account_id, login.name, login.email, at))
        return account_id

    def client(self, client: Client) -> None:
        """Somebody who receives care, with an account or as a guest."""
        account_id = None
        if client.account is not None:
            account_id = self.account(Login(client.account, client.email, client.name, client.uniquifier), CLIENT)
        home = {"line1": client.home.line1, "unit": client.unit, "access": client.access or ""}
        person = _person(client.public_id, account_id, client.name, client.email, self.since_at)
        found = self.bulk.add(Person, **person | {"phone": client.phone, "zip": client.home.zip, "address": home})
        if found != client.id:
            raise RuntimeError("a client was numbered twice")

    def give_roles(self) -> None:
        """Write who has which role, once the accounts are there."""
        self.bulk.put(account_role, self._given)
        self._given = []


def _person(public_id: str, account_id: int | None, name: str, email: str, at: datetime) -> dict[str, object]:
    return {
        "public_id": public_id, "account_id": account_id, "name": name, "email": email, "email_confirmed_at": at, "phone": None,
        "address": None, "zip": None, "code_attempts": 0, "created_at": at,
    }  # fmt: skip


def _role_ids(session: Session) -> dict[str, int]:
    """Every role's row, made where it is missing."""
    known = dict(session.execute(select(Role.name, Role.id)).all())
    for name in ROLES:
        if name not in known:
            session.execute(insert(Role).values(name=name))
    return dict(session.execute(select(Role.name, Role.id)).all())
