"""What booking verbs need of screening and consent, inside their own transaction."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime, time, timedelta

from sqlalchemy.orm import Session

from booking.guardians import catalogue as guardians
from booking.guardians.queries import find_birth_date, standing_of
from booking.guardians.rules import AGREED, day_of, grew_up_between, is_minor
from booking.screening import catalogue
from booking.screening.models import Consent, Prescription, Screening
from booking.screening.queries import cleared_codes, find_newest, find_screening
from booking.screening.rules.clearances import outcome_cleared
from booking.screening.rules.consents import sensitive
from booking.screening.rules.outcome import CLEAR, STOP, Outcome, Submission, outcome_to_dict, screen
from booking.screening.rules.prescriptions import PrescriptionDraft
from marketplace import audit
from marketplace.kernel.errors import Refused
from marketplace.kernel.walltime import NEW_YORK, local_day, to_minute
from providers.services import catalogue as services

NOT_SAFE = "A massage would not be safe for you now, so no visit can be booked."
STOPPED = "The newest health answers say that a massage would not be safe now. Answer the health questions anew once that has changed."


@dataclass(frozen=True)
class Screened:
    """A kept screening and the outcome it was kept for."""

    screening: Screening
    outcome: Outcome


def keep_answers(session: Session, sent: Submission, person_id: int, actor: str, now: datetime) -> Screened:
    """Judge the answers and keep them, sealed, with the form's version. Raises Refused `invalid_answers` naming every fault."""
    today = local_day(to_minute(now))
    guarded = standing_of(session, person_id, today).state == AGREED
    outcome = screen(
        sent, catalogue.form(), catalogue.rules(), catalogue.body_map(), services.conditions(), today=today, guarded=guarded
    )  # fmt: skip
    barred = [code for code, technique in services.techniques().items() if outcome.bars(technique)]
    row = Screening(
        person_id=person_id,
        form_version=outcome.form_version,
        answers={"answers": sent.answers, "region_marks": sent.region_marks or [], "concerns": sent.concerns or []},
        outcome=outcome.outcome,
        result={**outcome_to_dict(outcome), **_versions(outcome), "barred_techniques": barred},
        created_at=now,
        valid_until_at=datetime.combine(outcome.valid_until + timedelta(days=1), time(), NEW_YORK),
    )
    session.add(row)
    session.flush()
    audit.record(session, audit.Deed(now, actor, "screening.answered", "screening", row.public_id, {"version": outcome.form_version}))
    return Screened(row, outcome)


def _versions(outcome: Outcome) -> dict[str, object]:
    """By which rules it was judged: the table's version, and that of each rule that holds."""
    known = catalogue.rules()
    held = {reason.code: known[reason.code].version for reason in outcome.reasons if reason.code in known}
    return {"rules_version": catalogue.rules_version(), "rule_versions": held}


def usable_screening(session: Session, public_id: str, person_id: int, now: datetime, cleared: Collection[str] = ()) -> Screening:
    """The person's screening, if it lets a visit be booked; `cleared` are the codes that an accepted clearance lifts.

    A newer screening of the same person counts before the one named, so that a stop cannot be dodged by an older answer. Raises
    Refused `screening_needed` (none, or too old) or `screening_stop`.
    """
    named = find_screening(session, public_id, person_id)
    if named is None or named.valid_until_at <= now or _before_growing_up(session, named, now):
        raise Refused("screening_needed", "Please answer the health questions first; your last answers are too old or missing.")
    newest = find_newest(session, person_id, now) or named
    if STOP in {left_of(named, cleared), left_of(newest, cleared)}:
        raise Refused("screening_stop", NOT_SAFE)
    return newest


def _before_growing_up(session: Session, screening: Screening, now: datetime) -> bool:
    """Whether the answers are from before the 18th birthday, which has come: from then on people answer for themselves."""
    born_on = find_birth_date(session, screening.person_id)
    limit = guardians.house().age_limit
    return born_on is not None and grew_up_between(born_on, day_of(screening.created_at), day_of(now), limit)


def refuse_stop(session: Session, person_id: int, now: datetime) -> None:
    """Let no visit of a person be made, moved, handed over or begun while their newest answers that still count mean stop.

    Answers that no longer hold are put right by answering anew. Raises Refused `screening_stop`.
    """
    newest = find_newest(session, person_id, now)
    if newest is None or newest.outcome != STOP:
        return
    if left_of(newest, cleared_codes(session, person_id, local_day(to_minute(now)))) == STOP:
        raise Refused("screening_stop", STOPPED)


def left_of(screening: Screening, cleared: Collection[str]) -> str:
    """A screening's outcome once the codes that an accepted clearance covers are lifted."""
    if not cleared or screening.outcome == CLEAR:
        return screening.outcome
    return outcome_cleared(screening.result["reasons"], cleared, catalogue.rules())


def barred_techniques_of(screening: Screening) -> frozenset[str]:
    """Techniques that this person's answers speak against."""
    return frozenset(screening.result.get("barred_techniques", ()))


def accept_consent(session: Session, person_id: int, version: str, sections: Collection[str], *, accepted: bool, now: datetime) -> Consent:
    """Record that today's consent text was accepted. Raises Refused `consent_required` for another version or a missing section.

    `sections` are the optional sections the person agreed to as well; the required ones are what accepting means.
    """
    consent = catalogue.form().consent
    if not accepted or version != consent.version:
        raise Refused("consent_required", "Please read and accept the consent text as it is now.", details={"version": consent.version})
    known = {section.code for section in consent.sections}
    required = {section.code for section in consent.sections if section.required}
    chosen = (set(sections) & known) - _never_for(session, person_id, now)
    row = Consent(person_id=person_id, version=version, sections=sorted(required | chosen), accepted_at=now)
    session.add(row)
    session.flush()
    return row


def _never_for(session: Session, person_id: int, now: datetime) -> set[str]:
    """The sections that this person cannot agree to: sensitive areas before 18, but for those that the data allow."""
    born_on, house = find_birth_date(session, person_id), guardians.house()
    if born_on is None or not is_minor(born_on, day_of(now), house.age_limit):
        return set()
    return {section.code for section in sensitive(catalogue.form().consent)} - set(house.sensitive_areas)


def add_prescription(session: Session, draft: PrescriptionDraft, person_id: int, actor: str, now: datetime) -> Prescription:
    """Keep a prescription, sealed; what it says was looked at before."""
    row = Prescription(person_id=person_id, **{**asdict(draft), "regions": list(draft.regions)}, created_at=now)
    session.add(row)
    session.flush()
    told = {"visits": draft.visits_allowed, "expires_on": draft.expires_on.isoformat()}
    audit.record(session, audit.Deed(now, actor, "prescription.kept", "prescription", row.public_id, told))
    return row
