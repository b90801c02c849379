"""A checker decides on a credential."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from marketplace.audit import Deed, record
from marketplace.db import transaction
from marketplace.kernel.errors import Conflict, FieldFault, Refused
from marketplace.kernel.walltime import local_day, to_minute
from providers.credentials.models import Credential
from providers.credentials.queries import license_holder, list_facts, load_policies, own_license_rows
from providers.credentials.rules.drafts import Decision
from providers.credentials.rules.kinds import LICENSE
from providers.credentials.rules.standing import standing_on
from providers.credentials.rules.states import UNDER_REVIEW, VERIFY, next_state
from providers.registry.changes import list_provider, note_change
from providers.registry.models import Provider
from providers.registry.rules import SUBMITTED
from providers.verification.changes.desk import (
    LICENSE_TAKEN,
    flush_license,
    keep_decision,
    lock_for_deciding,
    next_look,
    put_off_table,
    write_to_owner,
)
from providers.verification.queries.desk import actor_names, file_hashes
from providers.verification.rules.deciding import (
    FIRST_VERIFY,
    Checker,
    Finding,
    Seen,
    check_day_fault,
    needs_second_vote,
    refuse_changed,
)
from providers.verification.rules.warnings import evidence_day, old_evidence

LETTER = "credential_decided"
LONGEST_NAMES = 80
ANYTHING = Seen()


def decide_credential(
    public_id: str, decision: Decision, checker: Checker, link: str, now: datetime, *, seen: Seen = ANYTHING, two_persons: bool = False
) -> Credential:
    """Verify, reject or ask about a credential, with a letter to its owner; `link` is the page it leads to.

    With `two_persons` the first vote to verify is only kept (still under review, no letter), and another checker's counts. A submitted
    provider whose last required credential is verified is listed by the same deed. Raises NotFound; Conflict `wrong_state`,
    `second_person_required`, or `license_taken` where the number is another provider's; Stale `changed_since` where `seen` is not what
    lies there now; Refused `invalid` for a kind that needs an end and has none, `evidence_too_old` where the policy says so: no note
    makes up for that, new evidence does.
    """
    with transaction() as session:
        row = lock_for_deciding(session, public_id)
        credential, word = row.credential, decision.decision
        file = file_hashes(session, [credential.id]).get(credential.id)
        refuse_changed(seen, credential.version, file[0] if file else None)
        status = next_state(credential.status, word)
        finding = Finding(decision.source, decision.source_value, decision.valid_until, decision.note, decision.next_check_on)
        if word == VERIFY:
            until = _check(session, credential, finding, file[1] if file else None, now)
            if needs_second_vote(credential.first_verified_by, checker.actor, two_persons=two_persons):
                _keep_first_vote(session, credential, finding, checker, now)
                return credential
            _verify(session, credential, finding, until, checker, now)
        credential.status, credential.first_verified_by = status, None
        put_off_table(credential)
        flush_license(session)
        keep_decision(session, credential, word, finding, checker, now)
        facts = {"decision": word, "kind": credential.kind, "source": finding.source, "version": credential.version}
        record(session, Deed(now, checker.actor, "credential_decided", "credential", public_id, facts))
        _list_if_ready(session, row.provider, checker, now)
        note_change(session, row.provider.id)
        write_to_owner(session, row, LETTER, word, note=finding.note, link=link, now=now)
    return credential


def _check(session: Session, credential: Credential, finding: Finding, uploaded_at: datetime | None, now: datetime) -> date | None:
    """The last day in force, if it may be verified with what was found. Both of two votes must pass here."""
    today = local_day(to_minute(now))
    table = load_policies(session).on(today)
    evidence_on = evidence_day(uploaded_at, credential.submitted_at)
    old = old_evidence(evidence_on, today, table.document_days, has_file=uploaded_at is not None)
    if old is not None:
        raise Refused("evidence_too_old", old, details={"evidence_on": str(evidence_on), "document_days": table.document_days})
    until = finding.valid_until or credential.expires_on
    fault = check_day_fault(finding.next_check_on, today)
    if until is None and table.kinds[credential.kind].expiry_required:
        fault = FieldFault("valid_until", "Say until when it is in force.")
    if fault is not None:
        raise Refused("invalid", fault.message, faults=[fault])
    fingerprint = credential.number_fingerprint if credential.kind == LICENSE else None
    if fingerprint is not None and license_holder(session, fingerprint, credential.provider_id) is not None:
        raise Conflict("license_taken", LICENSE_TAKEN)
    return until


def _keep_first_vote(session: Session, credential: Credential, finding: Finding, checker: Checker, now: datetime) -> None:
    credential.status, credential.first_verified_by = UNDER_REVIEW, checker.actor
    put_off_table(credential)
    keep_decision(session, credential, FIRST_VERIFY, finding, checker, now)
    facts = {"kind": credential.kind, "source": finding.source, "version": credential.version}
    record(session, Deed(now, checker.actor, "credential_first_verified", "credential", credential.public_id, facts))


def _verify(session: Session, credential: Credential, finding: Finding, until: date | None, checker: Checker, now: datetime) -> None:
    if credential.kind == LICENSE and credential.number_fingerprint is not None:
        _make_sole_bearer(session, credential, credential.number_fingerprint)
    today = local_day(to_minute(now))
    recheck_days = load_policies(session).on(today).kinds[credential.kind].recheck_days
    credential.valid_until = until
    credential.verified_at, credential.verified_source = now, finding.source
    credential.verified_by = _checked_by(session, credential.first_verified_by, checker)
    credential.next_check_on = next_look(today, recheck_days, until, finding.next_check_on)


def _checked_by(session: Session, first: str | None, checker: Checker) -> str:
    """The names of those who verified."""
    before = actor_names(session, [first]).get(first or "")
    return (f"{before} and {checker.name}" if before and first != checker.actor else checker.name)[:LONGEST_NAMES]


def _make_sole_bearer(session: Session, credential: Credential, fingerprint: str) -> None:
    """Of a provider's own versions the newest verified one carries the number's fingerprint."""
    for older in own_license_rows(session, fingerprint, credential.provider_id):
        older.number_fingerprint = None
    session.flush()


def _list_if_ready(session: Session, provider: Provider, checker: Checker, now: datetime) -> None:
    today = local_day(to_minute(now))
    if provider.state != SUBMITTED:
        return
    facts, policies = list_facts(session, provider.id), load_policies(session)
    if standing_on(today, facts, policies, {}, profession=provider.profession).bookable:
        list_provider(session, provider, checker.actor, now)
