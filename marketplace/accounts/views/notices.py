"""Flask-Security's letters, through our outbox and with links on our own host, and what follows from its events."""

from __future__ import annotations

from typing import Any

from flask import session
from flask_security import EmailValidateException, MailUtil
from sqlalchemy.orm import Session

from marketplace import clock
from marketplace.accounts.changes import end_all_access, notify
from marketplace.accounts.contacts import read_email
from marketplace.accounts.models import Account
from marketplace.accounts.queries import find_person_of
from marketplace.accounts.security_port import absolute
from marketplace.audit import Deed, record
from marketplace.db import db, joined_transaction
from marketplace.kernel.errors import Refused
from marketplace.vault import vault

RESET_MINUTES = 15
CHANGE_EMAIL_MINUTES = 60
# Flask-Security's template -> our kind of letter, the endpoint and the token's name for its link, how long the link holds.
KINDS = {
    "security/email/confirmation_instructions": ("confirm", "confirm_email", "confirmation_token", 48 * 60),
    "security/email/reset_instructions": ("reset", "reset_password", "reset_token", RESET_MINUTES),
    "security/email/change_email_instructions": ("change_email", "change_email_confirm", "token", CHANGE_EMAIL_MINUTES),
    "security/email/reset_notice": ("password_changed", None, None, None),
    "security/email/change_notice": ("password_changed", None, None, None),
}


class OutboxMail(MailUtil):
    """Writes a letter into the outbox, inside the transaction of the form that causes it; a job sends it."""

    def send_mail(  # type: ignore[override]
        self, template: str, _subject: object, recipient: str, _sender: object, _body: object, _html: object, **context: Any
    ) -> None:
        """At most one letter of a kind and recipient a minute."""
        kind, endpoint, token_name, minutes = KINDS[template]
        facts: dict[str, object] = {}
        if endpoint and token_name:
            facts = {"link": absolute(endpoint, context[token_name]), "minutes": minutes}
        now, account = clock.now(), context["user"]
        key = f"{account.public_id}:{vault().fingerprint(recipient, 'letter')[:12]}:{now:%Y%m%d%H%M}"
        notify(db.session(), account, kind, now, key=key, recipient=recipient, **facts)

    def normalize(self, email: str) -> str:
        """The address in the one form in which it is stored."""
        try:
            return read_email(email)
        except Refused as refused:
            raise EmailValidateException(refused.sentence) from None

    validate = normalize


def write_down(rows: Session, account: Account, verb: str) -> None:
    """Into the audit."""
    record(rows, Deed(clock.now(), f"account:{account.public_id}", verb, "account", account.public_id))


def on_password_changed(_app: object, user: Account, **_more: object) -> None:
    """Everybody else who is signed in with the old password is out, tokens included."""
    with joined_transaction() as rows:
        end_all_access(rows, user.id, clock.now(), but=session.get("sign_in"))
        write_down(rows, user, "password_changed")


def on_email_changed(_app: object, user: Account, old_email: str, **_more: object) -> None:
    """The old address hears of it, and letters about visits go to the new one."""
    now = clock.now()
    with joined_transaction() as rows:
        person = find_person_of(rows, user.id)
        if person is not None:
            person.email, person.email_confirmed_at = user.email, now
        notify(rows, user, "email_changed", now, key=f"{user.public_id}:{now:%Y%m%d%H%M%S}", recipient=old_email)
        write_down(rows, user, "email_changed")
