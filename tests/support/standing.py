"""A second opinion on standing, written from the words of the decision alone, and random cases to hold the product against it."""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from random import Random
from typing import Any

from providers.credentials.catalogue import kinds
from providers.credentials.rules.policies import Policies, table_of
from providers.credentials.rules.standing import CredentialFact
from tests.support.policies import table_requiring

PROFESSIONS, SETTINGS = ("lmt", "pt"), ("clinic", "home", "hotel")
TECHNIQUES = ("trigger_point", "lymphatic_drainage", "cupping")
KINDS = ("license", "liability_insurance", "background_check", "certificate", "physician_collaboration")
STATES = ("verified",) * 6 + ("suspended", "revoked", "submitted", "needs_info", "rejected", "withdrawn", "draft", "under_review")


@dataclass(frozen=True)
class Version:
    """A version of the policy in plain words: from when on, and for each kind rows of professions, techniques and settings."""

    number: int
    begins: date
    requires: dict[str, list[dict[str, Any]]] = field(default_factory=dict)


FIRST = Version(1, date(2020, 1, 1), {"license": [{}], "liability_insurance": [{}]})


def proven(day: date, facts: list[CredentialFact], kind: str, technique: str | None = None) -> bool:
    """Of the versions that were decided and cover the day the one that begins last counts, of two the worse one."""
    best: tuple[date, bool] | None = None
    for fact in facts:
        if fact.kind != kind or fact.status not in ("verified", "suspended", "revoked"):
            continue
        if technique is not None and fact.technique != technique:
            continue
        begins, ends = fact.valid_from or date.min, fact.valid_until or date.max
        if not begins <= day <= ends:
            continue
        good = fact.status == "verified"
        if best is None or begins > best[0]:
            best = begins, good
        elif begins == best[0]:
            best = begins, best[1] and good
    return best is not None and best[1]


def version_of(day: date, versions: list[Version]) -> Version:
    """The highest number among those that have begun."""
    begun = [one for one in versions if one.begins <= day]
    return max(begun, key=lambda one: one.number) if begun else FIRST


def may_work(day: date, setting: str, profession: str, facts: list[CredentialFact], versions: list[Version]) -> bool:
    """Whether a person may be booked at all in a setting on a day."""
    for kind, rows in version_of(day, versions).requires.items():
        for row in rows:
            asked = not row.get("techniques") and profession in (row.get("professions") or [profession])
            if asked and setting in (row.get("settings") or [setting]) and not proven(day, facts, kind):
                return False
    return True


def may_use(
    day: date, setting: str, profession: str, technique: str, level: str, facts: list[CredentialFact], versions: list[Version]
) -> bool:
    """Whether a technique may be used: not excluded, with the proof that it asks for and that the policy asks for."""
    covers, excludes = set(), set()
    insured = [fact for fact in facts if fact.kind == "liability_insurance" and proven(day, [fact], "liability_insurance")]
    if proven(day, facts, "liability_insurance"):
        newest = max(insured, key=lambda fact: fact.valid_from or date.min)
        covers, excludes = set(newest.details.get("covers", [])), set(newest.details.get("excludes", []))
    if technique in excludes:
        return False
    if level == "required" and not proven(day, facts, "certificate", technique):
        return False
    if level == "insurer_must_cover" and technique not in covers:
        return False
    for kind, rows in version_of(day, versions).requires.items():
        for row in rows:
            whose = profession in (row.get("professions") or [profession]) and setting in (row.get("settings") or [setting])
            own = technique if kind == "certificate" else None
            if whose and technique in (row.get("techniques") or []) and not proven(day, facts, kind, own):
                return False
    return True


def random_facts(random: Random, around: date) -> list[CredentialFact]:
    """Credentials with ends and states that happen around a day; the required ones mostly stand."""
    facts = [_fact(random, kind, around) for kind in ("license", "liability_insurance") for _ in range(random.choice((1, 1, 2)))]
    return facts + [_fact(random, random.choice(KINDS), around) for _ in range(random.randrange(5))]


def _fact(random: Random, kind: str, around: date) -> CredentialFact:
    begins = random.choice((None, date(2020, 1, 1), around + timedelta(days=random.randrange(-6, 6))))
    ends = random.choice((None, date(2030, 1, 1), around + timedelta(days=random.randrange(-4, 9))))
    details = (
        {name: random.sample(TECHNIQUES, random.choice((0, 0, 1))) for name in ("covers", "excludes")}
        if kind == "liability_insurance"
        else {}
    )
    technique = random.choice(TECHNIQUES) if kind == "certificate" else None
    # Of two insurances that begin alike it is not said which one's words count: no two do.
    if kind == "liability_insurance":
        begins = date(2020, 1, 1) + timedelta(days=random.randrange(3000))
    return CredentialFact(kind, random.choice(STATES), begins, ends, details, technique)


def random_versions(random: Random, around: date) -> list[Version]:
    """Up to three more versions that begin around a day, in any order of days."""
    versions = [FIRST]
    for number in range(2, 2 + random.choice((0, 1, 2, 3))):
        requires: dict[str, list[dict[str, Any]]] = {"license": [{}]}
        for kind in random.sample(KINDS[1:], random.randrange(4)):
            requires[kind] = [_row(random, kind) for _ in range(random.choice((1, 1, 2)))]
        versions.append(Version(number, around + timedelta(days=random.randrange(-3, 7)), requires))
    return versions


def _row(random: Random, kind: str) -> dict[str, Any]:
    row = {
        "professions": random.sample(PROFESSIONS, random.choice((0, 0, 1))),
        "settings": random.sample(SETTINGS, random.choice((0, 1, 2))),
        "techniques": random.sample(TECHNIQUES, random.choice((0, 0, 1))),
    }
    return row | {"techniques": random.sample(TECHNIQUES, 1)} if kind == "certificate" else row


def stored(version: Version) -> dict[str, Any]:
    """A version as the database keeps it: what it does not name is not required."""
    return table_requiring({code: version.requires.get(code, []) for code in kinds().kinds})


def policies_of(versions: list[Version]) -> Policies:
    """The same versions as the product's rules have them."""
    added = [table_of(stored(one), one.number, one.begins) for one in versions[1:]]
    return Policies((replace(kinds()), *added))
