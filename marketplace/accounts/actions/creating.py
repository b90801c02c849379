"""Making an account and confirming its address."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from marketplace.accounts.changes import add_account, notify
from marketplace.accounts.contacts import read_email, read_name
from marketplace.accounts.models import Account
from marketplace.accounts.queries import find_account, find_person_of, get_account
from marketplace.accounts.rules import ROLES, password_fault
from marketplace.accounts.security_port import confirmation_link, hash_password
from marketplace.audit import Deed, record
from marketplace.db import new_public_id, transaction
from marketplace.kernel.errors import Conflict, FieldFault, Refused

CONFIRM_MINUTES = 48 * 60


@dataclass(frozen=True)
class NewAccount:
    """What somebody gives to have an account. `role` is client or provider; admins are made by command alone."""

    email: str
    password: str
    name: str
    role: str


def create_account(new: NewAccount, now: datetime, *, confirmed: bool = False) -> str:
    """Make an account and give its public id.

    An unconfirmed one gets a letter with a link. Where the address is known already, its owner gets a letter that says so, and whoever
    asked gets an id that leads nowhere: the answer does not tell who has an account. With `confirmed` (the command) a known address is
    Conflict `email_taken`. Raises Refused `invalid` for an address or password that will not do.
    """
    email, name = read_email(new.email), read_name(new.name)
    if fault := password_fault(new.password, email=email):
        raise Refused("invalid", fault, faults=[FieldFault("password", fault)])
    if new.role not in ROLES:
        raise Refused("invalid", "There is no such role.", faults=[FieldFault("role", "There is no such role.")])
    checked = NewAccount(email, hash_password(new.password), name, new.role)
    try:
        return _create(checked, now, confirmed=confirmed)
    except IntegrityError:  # somebody took the address between our look and our insert: now it is known
        return _create(checked, now, confirmed=confirmed)


def _create(new: NewAccount, now: datetime, *, confirmed: bool) -> str:
    """The transaction; `new.password` is a hash here."""
    with transaction() as session:
        known = find_account(session, new.email)
        if known is not None:
            if confirmed:
                raise Conflict("email_taken", f"{new.email} has an account already.")
            notify(session, known, "known_address", now, key=f"{known.public_id}:{now:%Y-%m-%d}")
            return new_public_id()
        account = add_account(
            session, email=new.email, password_hash=new.password, name=new.name, role=new.role, confirmed=confirmed, now=now
        )
        if not confirmed:
            _send_link(session, account, now)
        actor = "command:accounts" if confirmed else f"account:{account.public_id}"
        record(session, Deed(now, actor, "account_created", "account", account.public_id, {"role": new.role, "confirmed": confirmed}))
        return account.public_id


def confirm_account(account_id: int, now: datetime) -> None:
    """The owner of the address has shown that it is theirs. A second time changes nothing."""
    with transaction() as session:
        account = get_account(session, account_id)
        if account.confirmed_at is not None:
            return
        account.confirmed_at = now
        person = find_person_of(session, account.id)
        if person is not None:
            person.email_confirmed_at = now
        record(session, Deed(now, f"account:{account.public_id}", "email_confirmed", "account", account.public_id))


def _send_link(session: Session, account: Account, now: datetime) -> None:
    link = confirmation_link(account)
    notify(session, account, "confirm", now, key=account.public_id, link=link, minutes=CONFIRM_MINUTES)
