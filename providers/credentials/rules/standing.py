"""Standing: whether somebody may be booked for a given day, what is missing, and with which techniques.

A renewal is a new version; the old one stands until its own date. Among the versions of a kind that cover a day, the one that
begins last decides: a verified one stands, a suspended or revoked one does not, whatever an older one says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise

from providers.credentials.rules.kinds import CERTIFICATE, INSURANCE, KindTable
from providers.credentials.rules.policies import Policies
from providers.credentials.rules.states import DRAFT, NEEDS_INFO, REVOKED, SUBMITTED, SUSPENDED, UNDER_REVIEW, VERIFIED

MAY_WORK = ("listed",)
EXPIRING, EXPIRED, PENDING = "expiring", "expired", "pending"

# What a technique asks for (`evidence_level` of the techniques' table).
REQUIRED, INSURER_MUST_COVER = "required", "insurer_must_cover"

_DECIDING = (VERIFIED, SUSPENDED, REVOKED)
_ONE_DAY = timedelta(days=1)
DaySpan = tuple[date, date]


@dataclass(frozen=True)
class CredentialFact:
    """One version of one credential. Both dates belong to it; None is no bound. `details` as the contract has them by kind."""

    kind: str
    status: str
    valid_from: date | None = None
    valid_until: date | None = None
    details: Mapping[str, object] = field(default_factory=dict)
    technique: str | None = None

    def covers(self, day: date) -> bool:
        """Whether the day lies between its dates."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_until is None or day <= self.valid_until)


@dataclass(frozen=True)
class Missing:
    """What keeps somebody from being booked: a code (kind or certificate:technique) and a sentence for them."""

    code: str
    sentence: str


@dataclass(frozen=True)
class Expiring:
    """A credential in force that ends soon, and nothing follows it: its kind (with technique for a certificate) and last day."""

    code: str
    last_day: date
    days_left: int


@dataclass(frozen=True)
class Standing:
    """May this person be booked for `day` (in the setting asked about)? `barred` are techniques that must not be used, with the reason."""

    day: date
    bookable: bool
    missing: tuple[Missing, ...]
    expiring: tuple[Expiring, ...]
    techniques: tuple[str, ...]
    barred: tuple[Missing, ...]


def standing_on(
    day: date,
    facts: Sequence[CredentialFact],
    policies: Policies,
    techniques: Mapping[str, str],
    setting: str | None = None,
    profession: str | None = None,
) -> Standing:
    """Standing on a day in a setting, by the policy of that day. `techniques` are the offered ones, each with its evidence level.

    Bookable is who has every kind in force that is required of the profession in the setting; without a setting only what is required
    in all of them counts. A technique that lacks its own proof is barred, the person is not.
    """
    table = policies.on(day)
    required = table.required_of(profession, setting)
    missing = tuple(_missing(kind, day, facts, table) for kind in required if in_force(day, facts, kind) is None)
    stand = techniques_in_standing(day, facts, techniques, policies, setting, profession)
    barred = tuple(
        _barred(code, level, _lacking(code, day, facts, table.proofs_of(code, profession, setting)), table)
        for code, level in techniques.items()
        if code not in stand
    )
    return Standing(day, not missing, missing, _expiring(day, facts, table), stand, barred)


def in_force(day: date, facts: Iterable[CredentialFact], kind: str, technique: str | None = None) -> CredentialFact | None:
    """The version of a kind (of a technique's certificate) that stands on a day, if one does."""
    same = [fact for fact in facts if fact.kind == kind and (technique is None or technique_of(fact) == technique)]
    deciding = [fact for fact in same if fact.status in _DECIDING and fact.covers(day)]
    latest = max(deciding, key=lambda fact: (fact.valid_from or date.min, fact.status != VERIFIED), default=None)
    return latest if latest is not None and latest.status == VERIFIED else None


def last_of_run(day: date, facts: Sequence[CredentialFact], kind: str, technique: str | None = None) -> CredentialFact | None:
    """The version with which the unbroken run in force that holds `day` ends; None where nothing stands or no end is known."""
    fact = in_force(day, facts, kind, technique)
    while fact is not None:
        following = _day_after(fact.valid_until)
        if following is None:
            return None
        renewed = in_force(following, facts, kind, technique)
        if renewed is None:
            return fact
        fact = renewed
    return None


def takes_proof(level: str | None) -> bool:
    """Whether a technique of this evidence level takes more than the license: a certificate, or an insurance that names it."""
    return level in {REQUIRED, INSURER_MUST_COVER}


def techniques_in_standing(
    day: date,
    facts: Sequence[CredentialFact],
    techniques: Mapping[str, str],
    policies: Policies,
    setting: str | None = None,
    profession: str | None = None,
) -> tuple[str, ...]:
    """Those of `techniques` (code to evidence level) that may be used on a day in a setting.

    `required` needs a verified certificate, `insurer_must_cover` an insurance that names the technique; what the insurance excludes
    is out. The other levels are badges or matters of a client's clearance. The policy of the day may ask for more kinds of proof.
    """
    insurance = in_force(day, facts, INSURANCE)
    covers = _names(insurance, "covers")
    excludes = _names(insurance, "excludes")
    proven: dict[str, Callable[[str], bool]] = {
        REQUIRED: lambda code: in_force(day, facts, CERTIFICATE, code) is not None,
        INSURER_MUST_COVER: lambda code: code in covers,
    }
    table = policies.on(day)
    return tuple(
        code
        for code, level in techniques.items()
        if code not in excludes
        and (level not in proven or proven[level](code))
        and _lacking(code, day, facts, table.proofs_of(code, profession, setting)) is None
    )


def standing_days(
    facts: Sequence[CredentialFact],
    provider_state: str,
    policies: Policies,
    first_day: date,
    last_day: date,
    *,
    setting: str | None = None,
    profession: str | None = None,
) -> list[DaySpan]:
    """The days from `first_day` to `last_day` (both included) on which the required kinds are in force, as half-open spans in order.

    Empty for anyone who is not listed. Cut where a credential begins or has ended and where a policy begins, so the cost does not grow
    with the days.
    """
    if provider_state not in MAY_WORK or last_day < first_day:
        return []
    cuts = {first_day, last_day + _ONE_DAY, *policies.changes(first_day, last_day)}
    for fact in facts:
        cuts |= {cut for cut in (fact.valid_from, _day_after(fact.valid_until)) if cut is not None and first_day < cut <= last_day}
    spans: list[DaySpan] = []
    days = sorted(cuts)
    for begin, end in pairwise(days):
        if all(in_force(begin, facts, kind) is not None for kind in policies.on(begin).required_of(profession, setting)):
            joined = spans.pop()[0] if spans and spans[-1][1] == begin else begin
            spans.append((joined, end))
    return spans


def shown_state(fact: CredentialFact, day: date, expiring_days: int = 30) -> str:
    """The state a person sees on a day: verified, expiring, expired or pending; a bad end (rejected, suspended ...) by its own name."""
    if fact.status in {DRAFT, SUBMITTED, UNDER_REVIEW, NEEDS_INFO}:
        return PENDING
    if fact.status != VERIFIED:
        return fact.status
    if fact.valid_from is not None and day < fact.valid_from:
        return PENDING
    if fact.valid_until is None:
        return VERIFIED
    if day > fact.valid_until:
        return EXPIRED
    return EXPIRING if (fact.valid_until - day).days <= expiring_days else VERIFIED


def _missing(kind: str, day: date, facts: Iterable[CredentialFact], table: KindTable) -> Missing:
    """Why a required kind does not stand on a day, as a sentence: never sent in, ended, suspended, still to be checked."""
    name = _inside(table.kinds[kind].short)
    same = [fact for fact in facts if fact.kind == kind]
    covering = {fact.status for fact in same if fact.covers(day)}
    if SUSPENDED in covering or REVOKED in covering:
        return Missing(kind, f"Your {name} is suspended or revoked.")
    if covering & {SUBMITTED, UNDER_REVIEW}:
        return Missing(kind, f"Your {name} is still to be checked.")
    if NEEDS_INFO in covering:
        return Missing(kind, f"We have asked you something about your {name}.")
    if any(fact.status == VERIFIED for fact in same):
        return Missing(kind, f"Your {name} is not in force on {day.isoformat()}.")
    return Missing(kind, f"Your {name} is missing.")


def _inside(name: str) -> str:
    """A kind's name inside a sentence: `background check`, but `NPI number`."""
    return name if name[1:2].isupper() else name[:1].lower() + name[1:]


def _lacking(code: str, day: date, facts: Sequence[CredentialFact], proofs: Sequence[str]) -> str | None:
    """The first kind of proof that a technique lacks on a day; a certificate must be the technique's own."""
    return next((kind for kind in proofs if in_force(day, facts, kind, code if kind == CERTIFICATE else None) is None), None)


def _barred(code: str, level: str, lacking: str | None, table: KindTable) -> Missing:
    if lacking is not None and lacking != CERTIFICATE:
        return Missing(f"{lacking}:{code}", f"This technique needs a verified {_inside(table.kinds[lacking].short)}.")
    if lacking == CERTIFICATE or level == REQUIRED:
        return Missing(f"{CERTIFICATE}:{code}", "This technique needs a verified certificate.")
    return Missing(f"{INSURANCE}:{code}", "Your insurance does not cover this technique.")


def _expiring(day: date, facts: Sequence[CredentialFact], table: KindTable) -> tuple[Expiring, ...]:
    """What ends within the table's days without a version that follows on, the soonest first."""
    found = []
    for kind, technique in dict.fromkeys((fact.kind, technique_of(fact)) for fact in facts):
        last = _last_day(day, facts, kind, technique)
        if last is not None and (last - day).days <= table.expiring_days:
            found.append(Expiring(f"{kind}:{technique}" if technique else kind, last, (last - day).days))
    return tuple(sorted(found, key=lambda one: (one.last_day, one.code)))


def _last_day(day: date, facts: Sequence[CredentialFact], kind: str, technique: str | None) -> date | None:
    """The last day of the unbroken run in force that holds `day`; None where nothing stands or no end is known."""
    last = last_of_run(day, facts, kind, technique)
    return None if last is None else last.valid_until


def technique_of(fact: CredentialFact) -> str | None:
    """The technique a certificate is for: a column of its own, or in its details."""
    if fact.kind != CERTIFICATE:
        return None
    named = fact.technique or fact.details.get("technique")
    return str(named) if named else None


def _names(fact: CredentialFact | None, name: str) -> frozenset[str]:
    """A list of technique codes in a credential's details; empty where it is anything else."""
    value = fact.details.get(name) if fact is not None else None
    return frozenset(map(str, value)) if isinstance(value, list | tuple) else frozenset()


def _day_after(day: date | None) -> date | None:
    return None if day is None or day == date.max else day + _ONE_DAY
