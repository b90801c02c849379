"""What every verb of the desk does to a credential: lock it, keep what was decided, write to its owner."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from marketplace.accounts.queries import get_account
from marketplace.kernel.errors import Conflict
from marketplace.outbox.changes import enqueue_letter
from providers.credentials.catalogue import kinds
from providers.credentials.models import Credential, CredentialDecision
from providers.credentials.queries import CredentialRow, get_for_checking
from providers.registry.changes import lock_provider
from providers.verification.queries.desk import file_hashes, whose
from providers.verification.rules.deciding import Checker, Finding

LICENSE_TAKEN = "This license number is verified for somebody else already."


def lock_for_deciding(session: Session, public_id: str) -> CredentialRow:
    """A credential with its provider as they are once this transaction's turn has come. Raises NotFound."""
    lock_provider(session, whose(session, public_id))
    return get_for_checking(session, public_id)


def keep_decision(session: Session, credential: Credential, word: str, finding: Finding, checker: Checker, now: datetime) -> None:
    """Write down what was decided, on which version and file."""
    file = file_hashes(session, [credential.id]).get(credential.id)
    session.add(
        CredentialDecision(
            credential_id=credential.id, decision=word, version=credential.version, document_sha256=file[0] if file else None,
            source=finding.source, source_value=finding.source_value, valid_until=finding.valid_until, note=finding.note,
            decided_by_id=checker.account_id, decided_at=now,
        )
    )  # fmt: skip


def put_off_table(credential: Credential) -> None:
    """It lies on nobody's table any more."""
    credential.taken_by, credential.taken_at = None, None


def flush_license(session: Session) -> None:
    """The database has the last word when two checkers verify one number at once. Raises Conflict `license_taken`."""
    try:
        session.flush()
    except IntegrityError as error:
        if "fingerprint" in str(error.orig) or "license_number" in str(error.orig):
            raise Conflict("license_taken", LICENSE_TAKEN) from error
        raise


def next_look(today: date, recheck_days: int, until: date | None, asked_for: date | None = None) -> date:
    """The day on which it is looked at again: the one asked for or the kind's interval from today, but never after it has ended."""
    day = asked_for or date.fromordinal(today.toordinal() + recheck_days)
    return min(day, until) if until else day


def write_to_owner(session: Session, row: CredentialRow, kind: str, word: str, *, note: str, link: str, now: datetime) -> None:
    """A letter about a decision, once each; `link` is the page it leads to."""
    provider, credential = row.provider, row.credential
    account = get_account(session, provider.account_id)
    facts = {
        "name": provider.name,
        "title": kinds().kinds[credential.kind].title,
        "decision": word,
        "note": note,
        "valid_until": credential.valid_until.isoformat() if credential.valid_until else None,
        "listed": provider.state == "listed",
        "link": link,
    }
    key = f"{kind}:{credential.id}:{word}:{now.isoformat()}"
    enqueue_letter(session, key=key, kind=kind, recipient=account.email, facts=facts, now=now, about=credential.public_id)
