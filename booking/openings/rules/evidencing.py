"""The public page behind a badge: what was checked, where, when, by whom and until when. What it means is told in `forms.explaining`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from booking.openings.rules.evenings import EVENING_STAFFING, Evenings
from booking.openings.rules.showing import PublicCredential
from providers.credentials.rules.collaboration import COLLABORATION
from providers.credentials.rules.kinds import CERTIFICATE, INSURANCE, LICENSE, KindTable
from providers.credentials.rules.standing import EXPIRED, EXPIRING, PENDING, CredentialFact, shown_state
from providers.credentials.rules.states import REVOKED, SUBMITTED, SUSPENDED, UNDER_REVIEW, VERIFIED
from providers.profiles.rules import Evidence, ProviderFacts
from providers.services.rules.matching import Technique

NOT_CHECKED = "not_checked"
STATED, NOT_STATED = "stated", "not_stated"
BACKGROUND, NPI = "background_check", "npi"
EXPLAINED = (LICENSE, INSURANCE, COLLABORATION, CERTIFICATE, BACKGROUND, NPI)
"""The kinds of credential that have a page."""

_SHOWN = (VERIFIED, SUSPENDED, REVOKED, SUBMITTED, UNDER_REVIEW)
_ORDER = (SUSPENDED, REVOKED, VERIFIED, EXPIRING, EXPIRED, PENDING)
_NAMED = ("name", "profession", "practice", "relation")


@dataclass(frozen=True, slots=True)
class EvidencePage:
    """Everything public about one kind (of one technique's certificate) on one day.

    `status` is verified, expiring, expired, pending, suspended, revoked or not_checked; `evidence` is None only for the last. `renewing`
    says that something newer waits to be checked. `partner` names who they work with, for a collaboration. Never a number or a document.

    Of evenings nothing is checked: `status` is stated or not_stated, and `evenings` says what the hours are and since when.
    """

    kind: str
    technique: str | None
    required: bool
    recheck_days: int
    status: str
    evidence: Evidence | None
    renewing: bool
    partner: Mapping[str, str]
    evenings: Evenings | None = None

    @property
    def in_force(self) -> bool:
        """Whether it was checked, or for evenings stated, and holds today."""
        return self.status in (VERIFIED, EXPIRING, STATED)

    @property
    def checked(self) -> bool:
        """Whether somebody looked at a source, whatever became of it since."""
        return self.evidence is not None and self.status != PENDING


def evidence_page(
    facts: ProviderFacts, kind: str, technique: str | None, today: date, table: KindTable, techniques: Mapping[str, Technique]
) -> EvidencePage | None:
    """The page of a kind; None where there is no such kind, or no such technique. Only certificates are of a technique.

    Among several versions a suspended one that covers the day speaks first, then what is in force, what has ended, what waits. What was
    refused or taken back is nobody's business: it looks like never handed in.
    """
    if kind not in table.kinds or kind not in EXPLAINED:
        return None
    if technique is not None and (kind != CERTIFICATE or technique not in techniques):
        return None
    held = _versions(facts, kind, technique, today, table)
    status, evidence = held[0] if held else (NOT_CHECKED, None)
    named = techniques.get((evidence.technique if evidence else technique) or "")
    return EvidencePage(
        kind=kind,
        technique=named.code if named else None,
        required=kind in table.required_of(facts.profession),
        recheck_days=table.kinds[kind].recheck_days,
        status=status,
        evidence=evidence,
        renewing=status != PENDING and any(one == PENDING for one, _ in held),
        partner=_partner(evidence) if kind == COLLABORATION and evidence is not None and status in (VERIFIED, EXPIRING) else {},
    )


def evening_page(evenings: Evenings) -> EvidencePage:
    """The page behind the mark for full-time evenings."""
    return EvidencePage(
        kind=EVENING_STAFFING,
        technique=None,
        required=False,
        recheck_days=0,
        status=STATED if evenings.full_time else NOT_STATED,
        evidence=None,
        renewing=False,
        partner={},
        evenings=evenings,
    )


def certified_techniques(credentials: tuple[PublicCredential, ...]) -> tuple[str, ...]:
    """The techniques with a certificate that anybody may see, each once."""
    named = (one.evidence.technique for one in credentials if one.kind == CERTIFICATE)
    return tuple(dict.fromkeys(code for code in named if code))


def _versions(facts: ProviderFacts, kind: str, technique: str | None, today: date, table: KindTable) -> list[tuple[str, Evidence]]:
    """The versions that may be shown with their states of the day, the one that speaks first."""
    found = [
        (_state(fact, today, table), evidence)
        for fact, evidence in zip(facts.credentials, facts.evidence, strict=True)
        if fact.kind == kind and fact.status in _SHOWN and (technique is None or evidence.technique == technique)
    ]
    found.sort(key=lambda one: one[1].valid_until or date.max, reverse=True)
    return sorted(found, key=lambda one: _ORDER.index(one[0]))


def _state(fact: CredentialFact, today: date, table: KindTable) -> str:
    """What was suspended or revoked and would be over by now has simply ended."""
    if fact.status in (SUSPENDED, REVOKED) and fact.valid_until is not None and fact.valid_until < today:
        return EXPIRED
    return shown_state(fact, today, table.expiring_days)


def _partner(evidence: Evidence) -> dict[str, str]:
    """Who they work with, as far as it is public: name, profession, practice, relation."""
    return {name: str(evidence.details[name]) for name in _NAMED if evidence.details.get(name)}
