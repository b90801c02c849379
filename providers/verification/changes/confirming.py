"""What an outsider's word does to a credential, and who is told, inside the caller's transaction."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from marketplace.accounts.queries import get_account
from marketplace.kernel.walltime import local_day, to_minute
from marketplace.outbox.changes import enqueue_letter
from providers.credentials.models import Credential
from providers.credentials.rules.collaboration import ATTESTED, CONFIRMED, a_year_on
from providers.verification.queries.confirming import Opened, admin_emails

CONFIRMED_WORD, DENIED, DIFFERS, TAKEN_BACK = "confirmed", "denied", "differs", "taken_back"


def raise_level(credential: Credential, *, named: bool, now: datetime) -> None:
    """The physician has said yes: confirmed for a year."""
    credential.level, credential.level_at = CONFIRMED, now
    credential.reconfirm_on = a_year_on(local_day(to_minute(now)))
    credential.partner_named = named


def lower_level(credential: Credential, now: datetime) -> None:
    """The physician has said no or taken the yes back: what stands is what we checked ourselves."""
    if credential.level == CONFIRMED:
        credential.level, credential.level_at, credential.reconfirm_on = ATTESTED, now, None
    credential.partner_named = False


def tell_provider(session: Session, opened: Opened, outcome: str, link: str, now: datetime) -> None:
    """A letter to the provider. It says what happened, never who answered from which address."""
    facts = {"name": opened.provider.name, "outcome": outcome, "purpose": opened.request.purpose, "link": link}
    recipient = get_account(session, opened.provider.account_id).email
    key = f"confirmation_outcome:{opened.request.public_id}:{outcome}"
    about = opened.credential.public_id
    enqueue_letter(session, key=key, kind="confirmation_outcome", recipient=recipient, facts=facts, now=now, about=about)


def tell_admins(session: Session, opened: Opened, outcome: str, link: str, now: datetime) -> None:
    """A letter to each admin: somebody must look."""
    facts = {"provider": opened.provider.name, "outcome": outcome, "purpose": opened.request.purpose, "link": link}
    for number, email in enumerate(admin_emails(session)):
        key = f"confirmation_to_check:{opened.request.public_id}:{outcome}:{number}"
        about = opened.credential.public_id
        enqueue_letter(session, key=key, kind="confirmation_to_check", recipient=email, facts=facts, now=now, about=about)
