"""What a checker is warned of before deciding. A warning decides nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from marketplace.kernel.errors import FieldFault
from providers.verification.rules.names import plain_words

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
    """Everything worth a second look, the gravest first. Evidence older than `oldest_days` days is asked for anew."""
    return tuple(_number(evidence) + _name(evidence) + _dates(evidence, today, oldest_days) + _sums(evidence.shortfalls))


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
    age = (today - evidence.evidence_on).days if evidence.evidence_on else 0
    if age > oldest_days:
        what = "The file is" if evidence.has_file else "The facts are"
        found.append(Warned("old_evidence", f"{what} {age} days old. After {oldest_days} days we ask for new evidence."))
    if not evidence.has_file:
        found.append(Warned("no_file", "No file came along. Check the facts at the source."))
    return found


def _sums(shortfalls: Sequence[FieldFault]) -> list[Warned]:
    return [Warned("insurance_short", f"{_SUMS.get(fault.field, fault.field)}: {fault.message}") for fault in shortfalls]
