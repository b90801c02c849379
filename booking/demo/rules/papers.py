"""Credentials in every state there is, checked, waiting, lapsed or suspended. Numbers are invented and outside of any issued range."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from booking.demo.rules.chance import Chance, likely, public_id
from booking.demo.rules.words import World
from marketplace.kernel.walltime import local_day, to_minute
from providers.credentials.rules.collaboration import CONFIRMED, a_year_on
from providers.credentials.rules.drafts import CredentialDraft
from providers.credentials.rules.kinds import CERTIFICATE, INSURANCE, LICENSE
from providers.credentials.rules.numbers import npi_check_digit
from providers.credentials.rules.standing import INSURER_MUST_COVER, REQUIRED, CredentialFact
from providers.credentials.rules.states import (
    ASK,
    DRAFT,
    NEEDS_INFO,
    REJECT,
    REJECTED,
    SUBMITTED,
    SUSPENDED,
    UNDER_REVIEW,
    VERIFIED,
    VERIFY,
)

CLEAR, EXPIRING, LICENSE_EXPIRING, RENEWING, PENDING = "clear", "expiring", "license expiring", "renewing", "pending"
LAPSED, SUSPENSION, ASKED, REFUSED_ONE, UNFINISHED = "lapsed", "suspended", "asked", "refused one", "unfinished"

FATES = {
    3: EXPIRING, 5: PENDING, 7: LAPSED, 9: SUSPENSION, 11: RENEWING, 14: LICENSE_EXPIRING, 17: ASKED, 19: REFUSED_ONE, 25: EXPIRING,
    31: PENDING, 37: LAPSED, 43: RENEWING, 49: UNFINISHED, 55: EXPIRING,
}  # fmt: skip
"""What happened to whom, by number within sixty; all others are in good standing."""

CYCLE = 60
RECHECK = timedelta(days=30)
LICENSE_CODES = {"lmt": "027"}
BOARD = "New York State Education Department"
SOURCES = {
    LICENSE: "New York State public license search",
    INSURANCE: "Certificate sent by the insurer",
    CERTIFICATE: "List kept by the issuer",
    "background_check": "Report of a screening agency",
    "npi": "NPI registry",
}
SEEN = {LICENSE: "Registered", INSURANCE: "Policy in force", CERTIFICATE: "Name on the list", "npi": "Active, individual"}
LEVELS = {
    "declared": (SUBMITTED, ""),
    "attested": (VERIFIED, "Signed letter on file"),
    "confirmed": (VERIFIED, "Confirmed by the physician through a one-time link"),
}


@dataclass(frozen=True)
class Paper:
    """One credential with what was decided on it; `decision` is None where nobody has decided."""

    draft: CredentialDraft
    status: str
    public_id: str
    version: int
    created_at: datetime
    submitted_at: datetime | None
    decided_at: datetime | None = None
    decision: str | None = None
    source: str | None = None
    source_value: str = ""
    note: str = ""
    checked_by: str | None = None
    next_check_on: date | None = None

    @property
    def valid_until(self) -> date | None:
        """The last day of what was verified."""
        return self.draft.expires_on if self.decided_at is not None and self.status in {VERIFIED, SUSPENDED} else None

    @property
    def level(self) -> str | None:
        """How well a collaboration is known; None for other kinds."""
        known = self.draft.details.get("level")
        return str(known) if known else None

    @property
    def reconfirm_on(self) -> date | None:
        """When a confirmed collaboration is asked about again."""
        if self.level != CONFIRMED or self.decided_at is None:
            return None
        return a_year_on(local_day(to_minute(self.decided_at)))

    @property
    def fact(self) -> CredentialFact:
        """The credential as the rules of standing see it."""
        draft = self.draft
        return CredentialFact(
            draft.kind, self.status, draft.issued_on or date.min, draft.expires_on, draft.details, draft.technique
        )  # fmt: skip


@dataclass(frozen=True)
class Holder:
    """Whose papers they are. `since_at` is when the account was made."""

    number: int
    name: str
    profession: str
    techniques: tuple[str, ...]
    since_at: datetime


def fate_of(number: int) -> str:
    """What happened to the provider of this number. The first one, whose account the demo names, is always in good standing."""
    return FATES.get(number % CYCLE, CLEAR)


def draw_papers(chance: Chance, world: World, holder: Holder, fate: str) -> tuple[Paper, ...]:
    """Everything a provider handed in."""
    desk = _Desk(chance, world, holder)
    papers = [desk.license(fate), *desk.insurance(fate)]
    if fate == UNFINISHED:
        return tuple(papers[:1])
    papers += [desk.certificate(technique) for technique in holder.techniques if world.house.evidence_levels[technique] == REQUIRED]
    if fate == REFUSED_ONE:
        papers.append(desk.refused())
    if likely(chance, 62):
        papers.append(desk.collaboration())
    if likely(chance, 40):
        papers.append(desk.background())
    if holder.profession != "lmt":
        papers.append(desk.plain("npi", "National Plan and Provider Enumeration System", None))
    return tuple(papers)


class _Desk:
    """One provider's papers being drawn."""

    def __init__(self, chance: Chance, world: World, holder: Holder) -> None:
        self.chance, self.world, self.holder = chance, world, holder
        self.today = local_day(to_minute(world.now))

    def license(self, fate: str) -> Paper:
        left = {LAPSED: -chance_days(self.chance, 4, 30), LICENSE_EXPIRING: chance_days(self.chance, 8, 29)}.get(fate)
        if left is None:
            left = chance_days(self.chance, 130, 980)
        number = f"9{self.holder.number * 7 % 100_000:05}"
        code = LICENSE_CODES.get(self.holder.profession)
        details: dict[str, object] = {"profession_code": code} if code else {}
        draft = self._draft(LICENSE, BOARD, number, left, 3 * 365, details)
        if fate in {PENDING, ASKED}:
            return self._waiting(draft, SUBMITTED if fate == PENDING else UNDER_REVIEW)
        if fate == UNFINISHED:
            return replace(self._waiting(draft, DRAFT), submitted_at=None)
        paper = self._verified(draft)
        return replace(paper, status=SUSPENDED) if fate == SUSPENSION else paper

    def insurance(self, fate: str) -> list[Paper]:
        left = chance_days(self.chance, 6, 28) if fate in {EXPIRING, RENEWING} else chance_days(self.chance, 70, 320)
        draft = self._draft(INSURANCE, self._text("insurers"), self._policy_number(), left, 364, self._insurance_details())
        if fate == PENDING:
            return [self._waiting(draft, UNDER_REVIEW)]
        if fate == ASKED:
            question = self._text("questions_to_providers")
            return [self._decided(self._waiting(draft, NEEDS_INFO), ASK, "The copy handed in", question)]
        if fate != RENEWING:
            return [self._verified(draft)]
        begins = self.today + timedelta(days=left + 1)
        renewed = replace(draft, issued_on=begins, expires_on=begins + timedelta(days=364))
        return [self._verified(draft), replace(self._waiting(renewed, SUBMITTED), version=2)]

    def certificate(self, technique: str) -> Paper:
        age, lasts = chance_days(self.chance, 200, 2_000), chance_days(self.chance, 300, 1_100)
        draft = self._draft(CERTIFICATE, self._text("certificate_issuers"), None, lasts, age + lasts, {"technique": technique})
        return self._verified(draft if likely(self.chance, 50) else replace(draft, expires_on=None))

    def refused(self) -> Paper:
        draft = self._draft(CERTIFICATE, self._text("certificate_issuers"), None, 400, 800, {"technique": "lymphatic_drainage"})
        return self._decided(self._waiting(draft, REJECTED), REJECT, SOURCES[CERTIFICATE], self._text("rejection"))

    def collaboration(self) -> Paper:
        given = self.chance.choice(self.world.words.origins)
        doctor = f"Dr. {self.chance.choice(given.female + given.male)} {self.chance.choice(given.family)}"
        level = self.chance.choice(("declared", "attested", "attested", "confirmed", "confirmed"))
        first_nine = f"1999{self.chance.randrange(0, 100_000):05}"
        details: dict[str, object] = {
            "name": doctor,
            "profession": self.chance.choice(("physician", "physician", "physical therapist")),
            "npi": f"{first_nine}{npi_check_digit(first_nine)}",
            "practice": self._text("practices"),
            "relation": self._text("relations"),
            "level": level,
        }
        draft = self._draft("physician_collaboration", str(details["practice"]), None, chance_days(self.chance, 100, 340), 364, details)
        status, source = LEVELS[level]
        return self._verified(draft, source) if status == VERIFIED else self._waiting(draft, status)

    def background(self) -> Paper:
        """Done within the last year and due again after one; for some it is due soon, is over, or waits to be looked at."""
        paper = self.plain("background_check", "Cityline Screening", 350)
        left = {4: 12, 8: -1}.get(self.holder.number % 12)
        if left is not None:
            until = self.today + timedelta(days=left)
            paper = replace(paper, draft=replace(paper.draft, issued_on=until - timedelta(days=365), expires_on=until))
        elif self.holder.number % 12 == 10:
            paper = self._waiting(paper.draft, SUBMITTED)
        return paper if paper.checked_by is None else replace(paper, next_check_on=paper.draft.expires_on)

    def plain(self, kind: str, issuer: str, days: int | None) -> Paper:
        first_nine = f"1999{self.chance.randrange(0, 100_000):05}"
        number = f"{first_nine}{npi_check_digit(first_nine)}" if kind == "npi" else None
        draft = self._draft(kind, issuer, number, chance_days(self.chance, 40, 300), 365, {})
        return self._verified(draft if days else replace(draft, expires_on=None))

    def _draft(self, kind: str, issuer: str, number: str | None, left: int, lasts: int, details: dict[str, object]) -> CredentialDraft:
        until = self.today + timedelta(days=left)
        return CredentialDraft(kind, issuer, self.holder.name, number, until - timedelta(days=lasts), until, details)

    def _insurance_details(self) -> dict[str, object]:
        big = likely(self.chance, 60)
        levels = self.world.house.evidence_levels
        return {
            "form": "occurrence" if likely(self.chance, 85) else "claims_made",
            "per_occurrence_cents": 200_000_000 if big else 100_000_000,
            "aggregate_cents": 600_000_000 if big else 300_000_000,
            "covers": [code for code in self.holder.techniques if levels[code] == INSURER_MUST_COVER],
            "excludes": [],
        }

    def _policy_number(self) -> str:
        return f"SAMPLE-{self.chance.randrange(100_000, 1_000_000)}"

    def _text(self, name: str) -> str:
        return self.chance.choice(self.world.words.texts[name])

    def _waiting(self, draft: CredentialDraft, status: str) -> Paper:
        at = self.world.now - timedelta(minutes=self.chance.randrange(60, 3 * 1440))
        return Paper(draft, status, public_id(self.chance), 1, created_at=at, submitted_at=at)

    def _verified(self, draft: CredentialDraft, source: str | None = None) -> Paper:
        # Up to 32 days ago: a few are to be looked at again.
        at = self.world.now - timedelta(minutes=self.chance.randrange(1440, 28 * 1440) * 8 // 7)
        handed_in = max(self.holder.since_at, at - timedelta(days=2))
        paper = Paper(draft, VERIFIED, public_id(self.chance), 1, created_at=handed_in, submitted_at=handed_in)
        decided = replace(self._decided(paper, VERIFY, source or SOURCES[draft.kind], ""), decided_at=at)
        recheck_on = local_day(to_minute(at)) + RECHECK
        until = draft.expires_on
        return replace(
            decided,
            source_value=SEEN.get(draft.kind, "As stated"),
            checked_by=self.world.checker,
            next_check_on=min(recheck_on, until) if until and until > self.today else recheck_on,
        )

    def _decided(self, paper: Paper, decision: str, source: str, note: str) -> Paper:
        return replace(
            paper, decision=decision, source=source, note=note, source_value="See the note",
            decided_at=self.world.now - timedelta(minutes=self.chance.randrange(5, 60)),
        )  # fmt: skip


def chance_days(chance: Chance, least: int, most: int) -> int:
    """A number of days from `least` to `most`."""
    return chance.randrange(least, most + 1)


def facts_of(papers: Sequence[Paper], *, suspended: bool) -> tuple[CredentialFact, ...]:
    """All papers for the rules of standing; a suspended provider's verified ones count as suspended."""
    facts = (paper.fact for paper in papers)
    return tuple(replace(fact, status=SUSPENDED) if suspended and fact.status == VERIFIED else fact for fact in facts)
