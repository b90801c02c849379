"""What an account's owner keeps up to date, and what an admin may end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from marketplace.accounts.changes import switch_account
from marketplace.accounts.contacts import read_name, read_phone
from marketplace.accounts.queries import find_person_of, get_account
from marketplace.audit import Deed, record
from marketplace.db import transaction
from marketplace.kernel.errors import FieldFault, NotFound, Refused


@dataclass(frozen=True)
class ContactDetails:
    """What is to change; None leaves a fact as it is, an empty text or address takes it away. `address` is {line1, unit?, access?}."""

    name: str | None = None
    phone: str | None = None
    address: dict[str, str] | None = None
    zip: str | None = None


def update_me(account_id: int, details: ContactDetails, now: datetime) -> None:
    """Change one's own name and contact details. Raises Refused `invalid`."""
    name = read_name(details.name) if details.name is not None else None
    phone = read_phone(details.phone) if details.phone else details.phone
    if details.zip and not (len(details.zip) == 5 and details.zip.isdecimal()):
        raise Refused("invalid", "A ZIP code has five digits.", faults=[FieldFault("zip", "A ZIP code has five digits.")])
    with transaction() as session:
        account = get_account(session, account_id)
        person = find_person_of(session, account_id)
        if person is None:
            raise NotFound("not_found", "There is no such person.")
        if name is not None:
            account.name = person.name = name
        if phone is not None:
            person.phone = phone or None
        if details.address is not None:
            person.address = details.address or None
        if details.zip is not None:
            person.zip = details.zip or None
        changed = [field for field in ("name", "phone", "address", "zip") if getattr(details, field) is not None]
        record(session, Deed(now, f"account:{account.public_id}", "details_changed", "account", account.public_id, {"fields": changed}))


def disable_account(account_id: int, now: datetime, *, actor: str, reason: str) -> None:
    """Shut an account out from the next request on: its sign-ins and tokens end at once, and nobody finds or books its owner."""
    with transaction() as session:
        account = get_account(session, account_id)
        switch_account(session, account, now, active=False)
        record(session, Deed(now, actor, "account_disabled", "account", account.public_id, {"reason": reason}))


def enable_account(account_id: int, now: datetime, *, actor: str, reason: str) -> None:
    """Let an account in again. Its owner signs in anew."""
    with transaction() as session:
        account = get_account(session, account_id)
        switch_account(session, account, now, active=True)
        record(session, Deed(now, actor, "account_enabled", "account", account.public_id, {"reason": reason}))
