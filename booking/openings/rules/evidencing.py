"""The public page behind a badge: what was checked, where, when, by whom, until when, and what it does not mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from booking.openings.rules.evenings import EVENING_STAFFING, Evenings
from booking.openings.rules.showing import PublicCredential
from marketplace.kernel.walltime import hour_words
from providers.credentials.rules.collaboration import COLLABORATION
from providers.credentials.rules.kinds import CERTIFICATE, INSURANCE, LICENSE, KindTable
from providers.credentials.rules.standing import EXPIRED, EXPIRING, PENDING, CredentialFact, shown_state
from providers.credentials.rules.states import REVOKED, SUBMITTED, SUSPENDED, UNDER_REVIEW, VERIFIED
from providers.profiles.rules import Evidence, ProviderFacts
from providers.services.rules.matching import Technique

NOT_CHECKED = "not_checked"
STATED, NOT_STATED = "stated", "not_stated"
BACKGROUND, NPI = "background_check", "npi"

_SHOWN = (VERIFIED, SUSPENDED, REVOKED, SUBMITTED, UNDER_REVIEW)
_ORDER = (SUSPENDED, REVOKED, VERIFIED, EXPIRING, EXPIRED, PENDING)
_NAMED = ("name", "profession", "practice", "relation")


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a check of one kind is, in plain words: what we look at, what it means, what it does not, and what nobody looked at."""

    asked: str
    means: str
    means_not: tuple[str, ...]
    not_checked: tuple[str, ...]


EXPLAINED: Mapping[str, Explanation] = {
    LICENSE: Explanation(
        "A person on our staff looked the license up on the state's public verification page: the name, the status and the day until which "
        "it is registered.",
        "The state has licensed this person, and the registration is in force until the day shown. The registration is what runs out.",
        ("It does not mean that the state recommends anyone.", "It does not say how good the work is."),
        ("Licenses in other states", "Anything the state does not publish"),
    ),
    INSURANCE: Explanation(
        "We compared the certificate with the insurer's word: the name on the license, the amounts, the dates and the techniques that are "
        "left out.",
        "Liability insurance is in force until the day shown, with at least the amounts we ask for.",
        ("It does not mean that a given claim would be paid.", "It is not an insurance of yours."),
        ("How a given claim would be settled", "The insurer's own finances"),
    ),
    COLLABORATION: Explanation(
        "We compared the name, the profession and the practice of the person they work with against public registers.",
        "This therapist works together with the person named, in the way named.",
        ("No money changes hands for a referral.", "It does not mean that the doctor employs, supervises or recommends anyone."),
        ("How often they see clients together", "What they say to each other: nothing leaves without your written word"),
    ),
    CERTIFICATE: Explanation(
        "We compared the certificate with those who issued it: the name, the course and the date.",
        "The person named has finished the training for this technique.",
        ("It is no license: only the state gives those.", "It does not promise a result."),
        ("How well it is done; that differs from visit to visit",),
    ),
    BACKGROUND: Explanation(
        "A background check by the company named, asked for with the therapist's written consent, once a year.",
        "On the day shown the check found nothing that keeps this person from working with clients by our rules.",
        ("It says nothing about the time after that day.", "It does not mean that nothing ever happened anywhere."),
        ("Anything after that day", "Sealed records, and places that do not report"),
    ),
    NPI: Explanation(
        "We compared the number with the national registry of health care providers: the name, the kind of work and whether it is active.",
        "The number belongs to this person.",
        ("It proves no license: the registry holds what people report themselves.",),
        ("What the registry does not check itself",),
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class EvidencePage:
    """Everything public about one kind (of one technique's certificate) on one day.

    `status` is verified, expiring, expired, pending, suspended, revoked or not_checked; `evidence` is None only for the last. `renewing`
    says that something newer waits to be checked. `partner` names who they work with, for a collaboration. Never a number or a document.

    Of evenings nothing is checked: `status` is stated or not_stated, and `evenings` says what the hours are and since when.
    """

    kind: str
    technique: str | None
    title: str
    required: bool
    recheck_days: int
    status: str
    evidence: Evidence | None
    renewing: bool
    partner: Mapping[str, str]
    words: Explanation
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
        title=f"Certificate: {named.name}" if named else table.kinds[kind].title,
        required=kind in table.required_of(facts.profession),
        recheck_days=table.kinds[kind].recheck_days,
        status=status,
        evidence=evidence,
        renewing=status != PENDING and any(one == PENDING for one, _ in held),
        partner=_partner(evidence) if kind == COLLABORATION and evidence is not None and status in (VERIFIED, EXPIRING) else {},
        words=EXPLAINED[kind],
    )


def evening_page(evenings: Evenings) -> EvidencePage:
    """The page behind the mark for full-time evenings, with the hours of the policy in words."""
    hours = {"evening": hour_words(evenings.from_minute), "morning": hour_words(evenings.morning_minute)}
    return EvidencePage(
        kind=EVENING_STAFFING,
        technique=None,
        title="Full-time evenings",
        required=False,
        recheck_days=0,
        status=STATED if evenings.full_time else NOT_STATED,
        evidence=None,
        renewing=False,
        partner={},
        words=Explanation(
            "Hours carry a word: full time, part time or rotating. Therapists say it of their own hours, clinics of the shifts they plan. "
            f"Evening begins at {hours['evening']} here, and night ends at {hours['morning']}.",
            f"All hours from {hours['evening']} until {hours['morning']} that can be booked here are stated as full-time work. "
            f"Of everybody here, with this mark or without: a visit that begins at {hours['evening']} or later, or before "
            f"{hours['morning']}, is never offered in time that is stated as part time or rotating.",
            ("It does not mean that anybody looked at a contract.", "It does not say how good the work is."),
            ("Contracts and pay", "Work somewhere else"),
        ),
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
