"""A checker decides on a credential."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from marketplace.accounts.queries import get_account
from marketplace.audit import Deed, record
from marketplace.db import transaction
from marketplace.kernel.errors import Conflict, FieldFault, Refused
from marketplace.kernel.walltime import local_day, to_minute
from marketplace.outbox.changes import enqueue_letter
from providers.credentials.catalogue import kinds
from providers.credentials.models import Credential, CredentialDecision
from providers.credentials.queries import get_for_checking, license_holder, list_facts, load_policies, own_license_rows
from providers.credentials.rules.drafts import Decision
from providers.credentials.rules.kinds import LICENSE
from providers.credentials.rules.standing import standing_on
from providers.credentials.rules.states import VERIFY, next_state
from providers.registry.changes import list_provider, lock_provider, note_change
from providers.registry.models import Provider
from providers.registry.rules import SUBMITTED

_TAKEN = "This license number is verified for somebody else already."


@dataclass(frozen=True)
class Checker:
    """The admin who decides."""

    account_id: int
    name: str
    actor: str


def decide_credential(public_id: str, decision: Decision, checker: Checker, link: str, now: datetime) -> Credential:
    """Verify, reject or ask about a credential, with a letter to its owner; `link` is the page it leads to.

    A submitted provider whose last required credential is verified is listed by the same deed. Raises NotFound; Conflict
    `wrong_state`, or `license_taken` where the number is another provider's; Refused `invalid` for a required kind without an end.
    """
    with transaction() as session:
        provider = lock_provider(session, get_for_checking(session, public_id).provider.id)
        credential = get_for_checking(session, public_id).credential
        status = next_state(credential.status, decision.decision)
        if decision.decision == VERIFY:
            _verify(session, credential, decision, checker, now)
        credential.status = status
        _flush(session)
        session.add(
            CredentialDecision(
                credential_id=credential.id, decision=decision.decision, source=decision.source, source_value=decision.source_value,
                valid_until=decision.valid_until, note=decision.note, decided_by_id=checker.account_id, decided_at=now,
            )
        )  # fmt: skip
        facts = {"decision": decision.decision, "kind": credential.kind, "source": decision.source, "version": credential.version}
        record(session, Deed(now, checker.actor, "credential_decided", "credential", public_id, facts))
        _list_if_ready(session, provider, checker, now)
        note_change(session, provider.id)
        _write_letter(session, provider, credential, decision, link, now)
    return credential


def _verify(session: Session, credential: Credential, decision: Decision, checker: Checker, now: datetime) -> None:
    until = decision.valid_until or credential.expires_on
    today = local_day(to_minute(now))
    kind = load_policies(session).on(today).kinds[credential.kind]
    if until is None and kind.expiry_required:
        sentence = "Say until when it is in force."
        raise Refused("invalid", sentence, faults=[FieldFault("valid_until", sentence)])
    if credential.kind == LICENSE and credential.number_fingerprint is not None:
        _make_sole_bearer(session, credential, credential.number_fingerprint)
    credential.valid_until = until
    credential.verified_at, credential.verified_source, credential.verified_by = now, decision.source, checker.name
    recheck_on = today + timedelta(days=kind.recheck_days)
    credential.next_check_on = min(recheck_on, until) if until else recheck_on


def _make_sole_bearer(session: Session, credential: Credential, fingerprint: str) -> None:
    """One number, one provider; of a provider's own versions the newest verified one carries the fingerprint."""
    if license_holder(session, fingerprint, credential.provider_id) is not None:
        raise Conflict("license_taken", _TAKEN)
    for older in own_license_rows(session, fingerprint, credential.provider_id):
        older.number_fingerprint = None
    session.flush()


def _flush(session: Session) -> None:
    """The database has the last word when two checkers verify one number at once."""
    try:
        session.flush()
    except IntegrityError as error:
        if "fingerprint" in str(error.orig) or "license_number" in str(error.orig):
            raise Conflict("license_taken", _TAKEN) from error
        raise


def _list_if_ready(session: Session, provider: Provider, checker: Checker, now: datetime) -> None:
    today = local_day(to_minute(now))
    if provider.state != SUBMITTED:
        return
    facts, policies = list_facts(session, provider.id), load_policies(session)
    if standing_on(today, facts, policies, {}, profession=provider.profession).bookable:
        list_provider(session, provider, checker.actor, now)


def _write_letter(session: Session, provider: Provider, credential: Credential, decision: Decision, link: str, now: datetime) -> None:
    account = get_account(session, provider.account_id)
    facts = {
        "name": provider.name,
        "title": kinds().kinds[credential.kind].title,
        "decision": decision.decision,
        "note": decision.note,
        "valid_until": credential.valid_until.isoformat() if credential.valid_until else None,
        "listed": provider.state == "listed",
        "link": link,
    }
    key = f"credential_decided:{credential.id}:{now.isoformat()}"
    enqueue_letter(
        session, key=key, kind="credential_decided", recipient=account.email, facts=facts, now=now, about=credential.public_id
    )  # fmt: skip
