"""What a checker is warned of before deciding. A warning decides nothing, but for evidence that is too old to verify anything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from marketplace.kernel.errors import FieldFault
from marketplace.kernel.walltime import local_day, to_minute
from providers.verification.rules.names import plain_words

OLD_EVIDENCE = "old_evidence"
_SUMS = {"details.per_occurrence_cents": "Each occurrence", "details.aggregate_cents": "Aggregate"}


@dataclass(frozen=True)
class Evidence:
    """What is held against a credential. `evidence_on` is the day of the file, or of handing in; `known_as` the names on the profile.

    `used_by` are other providers who handed in the same number, `verified_by_other` whether one of them was verified with it.
    """

    holder_name: str
    known_as: tuple[str, ...]
    evidence_on: date | None
    has_file: bool
    expires_on: date | None
    used_by: tuple[str, ...] = ()
    verified_by_other: bool = False
    shortfalls: tuple[FieldFault, ...] = ()


@dataclass(frozen=True)
class Warned:
    """A code and one sentence for the checker."""

    code: str
    sentence: str


def warnings_of(evidence: Evidence, today: date, oldest_days: int) -> tuple[Warned, ...]:
    """Everything worth a second look, the gravest first. Evidence older than `oldest_days` days verifies nothing."""
    return tuple(_number(evidence) + _name(evidence) + _dates(evidence, today, oldest_days) + _sums(evidence.shortfalls))


def evidence_day(uploaded_at: datetime | None, submitted_at: datetime | None) -> date | None:
    """The New York day from which evidence counts its age: the file's, or that of handing in where there is no file."""
    at = uploaded_at or submitted_at
    return local_day(to_minute(at)) if at else None


def old_evidence(evidence_on: date | None, today: date, oldest_days: int, *, has_file: bool) -> str | None:
    """Why nothing is verified with evidence of that day, as a sentence; None where it is young enough.

    The age at the decision counts, not at handing in (NCQA's limit of 120 days, as a yardstick); the policy of the day says how many.
    """
    age = (today - evidence_on).days if evidence_on else 0
    if age <= oldest_days:
        return None
    what, it, anew = ("The file is", "it", "a new file") if has_file else ("The facts are", "them", "them anew")
    return f"{what} {age} days old. After {oldest_days} days nothing is verified with {it}: ask for {anew}."


def may_be_one_name(one: str, other: str) -> bool:
    """Whether two written names can be one person's: in any order, initials and further names on one side do not count."""
    shorter, longer = sorted(({word for word in plain_words(name) if len(word) > 1} for name in (one, other)), key=len)
    return len(shorter) >= 2 and shorter <= longer


def _number(evidence: Evidence) -> list[Warned]:
    if not evidence.used_by:
        return []
    names = ", ".join(evidence.used_by)
    if evidence.verified_by_other:
        return [Warned("number_verified_elsewhere", f"This number is verified for another account ({names}). It cannot be verified again.")]
    return [Warned("number_used_elsewhere", f"The same number was handed in by another account: {names}.")]


def _name(evidence: Evidence) -> list[Warned]:
    known = [name for name in evidence.known_as if name]
    if not known or any(may_be_one_name(evidence.holder_name, name) for name in known):
        return []
    return [Warned("name_differs", f"It is made out to {evidence.holder_name}. The profile says {' or '.join(known)}.")]


def _dates(evidence: Evidence, today: date, oldest_days: int) -> list[Warned]:
    found = []
    if evidence.expires_on is not None and evidence.expires_on < today:
        found.append(Warned("ended", f"It ended on {evidence.expires_on:%B} {evidence.expires_on.day}, {evidence.expires_on.year}."))
    old = old_evidence(evidence.evidence_on, today, oldest_days, has_file=evidence.has_file)
    if old is not None:
        found.append(Warned(OLD_EVIDENCE, old))
    if not evidence.has_file:
        found.append(Warned("no_file", "No file came along. Check the facts at the source."))
    return found


def _sums(shortfalls: Sequence[FieldFault]) -> list[Warned]:
    return [Warned("insurance_short", f"{_SUMS.get(fault.field, fault.field)}: {fault.message}") for fault in shortfalls]
