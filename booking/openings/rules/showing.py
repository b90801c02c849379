"""What a provider's public face says: what was checked and what was not, terms in words. Never a number or document."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from marketplace.kernel.walltime import local_day, to_minute
from providers.credentials.rules.collaboration import COLLABORATION, CONFIRMED, level_on, title_of
from providers.credentials.rules.kinds import INSURANCE, LICENSE, KindTable
from providers.credentials.rules.standing import EXPIRED, EXPIRING, shown_state
from providers.credentials.rules.states import SUBMITTED, UNDER_REVIEW, VERIFIED
from providers.profiles.rules import Evidence, ProviderFacts
from providers.services.rules.matching import Technique
from providers.services.rules.terms import Terms

_PUBLIC = (VERIFIED, SUBMITTED, UNDER_REVIEW)
_WORDS = {LICENSE: "License registered", INSURANCE: "Insured", COLLABORATION: "Works with a doctor"}
_SHARES = {0: "free", 25: "a quarter", 50: "half", 75: "three quarters", 100: "the full service price"}


@dataclass(frozen=True, slots=True)
class PublicCredential:
    """One credential as anybody may see it. `status` is that of the day: verified, expiring, expired or pending.

    `level` is a collaboration's.
    """

    kind: str
    title: str
    status: str
    evidence: Evidence
    level: str | None = None

    @property
    def confirmed_at(self) -> datetime | None:
        """When the physician last confirmed a collaboration; None while nobody has, or not within a year."""
        return self.evidence.level_at if self.level == CONFIRMED else None

    @property
    def verified_at(self) -> datetime | None:
        """When it was checked; None for what is still to be checked."""
        return None if self.status == "pending" else self.evidence.verified_at

    @property
    def in_force(self) -> bool:
        """Whether it was checked and holds today."""
        return self.status in (VERIFIED, EXPIRING)


@dataclass(frozen=True, slots=True)
class Badge:
    """One mark in a list of results: what was checked, until when it holds, and when that was seen."""

    kind: str
    text: str
    valid_until: date | None
    verified_at: datetime | None


def public_credentials(
    facts: ProviderFacts, today: date, table: KindTable, techniques: Mapping[str, Technique]
) -> tuple[PublicCredential, ...]:
    """What is checked or handed in to be checked, in the order of the kinds' table; drafts and refused ones are nobody's business."""
    order = list(table.kinds)
    shown = [
        _public(evidence, _title(evidence, table, techniques), shown_state(fact, today, table.expiring_days), today)
        for fact, evidence in zip(facts.credentials, facts.evidence, strict=True)
        if evidence.status in _PUBLIC and evidence.kind in table.kinds
    ]
    return tuple(sorted(shown, key=lambda one: (order.index(one.kind), one.status == EXPIRED)))


def _public(evidence: Evidence, title: str, status: str, today: date) -> PublicCredential:
    if evidence.kind != COLLABORATION:
        return PublicCredential(evidence.kind, title, status, evidence)
    stands = status in (VERIFIED, EXPIRING)
    level = level_on(today, in_force=stands, level=evidence.level, reconfirm_on=evidence.reconfirm_on)
    return PublicCredential(evidence.kind, title, status, evidence, level)


def unchecked_kinds(credentials: Iterable[PublicCredential], table: KindTable) -> tuple[tuple[str, str], ...]:
    """The kinds (code, title) of which nothing is in force, so that a page can say what was not checked."""
    held = {credential.kind for credential in credentials if credential.in_force}
    return tuple((code, kind.title) for code, kind in table.kinds.items() if code not in held)


def badges(credentials: Iterable[PublicCredential]) -> tuple[Badge, ...]:
    """The marks of a result: license, insurance, collaboration, each only while it holds."""
    held = {credential.kind: credential for credential in reversed(tuple(credentials)) if credential.in_force}
    return tuple(
        Badge(kind, words + _level_words(held[kind]), held[kind].evidence.valid_until, held[kind].evidence.verified_at)
        for kind, words in _WORDS.items()
        if kind in held
    )


def _level_words(credential: PublicCredential) -> str:
    """`: confirmed (MD), last confirmed 2027-01-12` behind the words of a collaboration."""
    if credential.level is None:
        return ""
    title, at = title_of(credential.evidence.details.get("profession")), credential.confirmed_at
    last = f", last confirmed {local_day(to_minute(at)).isoformat()}" if at else ""
    return f": {credential.level}{f' ({title})' if title else ''}{last}"


def terms_words(terms: Terms) -> str:
    """The terms in one sentence without instants: "free until 24 hours before the start; then half; from 12 hours before the full ..."."""
    parts = []
    for number, step in enumerate(terms.steps):
        price = _SHARES.get(step.fee_percent, f"{step.fee_percent}% of the service price")
        last = step.hours == 0
        if number == 0:
            parts.append(f"{price} until the visit starts" if last else f"{price} until {_hours(step.hours)} before the start")
        else:
            parts.append(f"then {price}" if last else f"then {price} until {_hours(step.hours)} before")
    return "; ".join(parts)


def _hours(hours: int) -> str:
    return f"{hours} hour" if hours == 1 else f"{hours} hours"


def _title(evidence: Evidence, table: KindTable, techniques: Mapping[str, Technique]) -> str:
    technique = techniques.get(evidence.technique or "")
    return f"Certificate: {technique.name}" if technique else table.kinds[evidence.kind].title
