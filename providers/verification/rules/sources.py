"""What a source said beside what was typed. Nothing here verifies anybody: a verdict is for a person to read.

The shapes are those recorded from the state's register and from NPPES 2.1. What does not have such a shape raises Rubbish.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from marketplace.kernel.errors import Refused
from providers.credentials.rules.kinds import LICENSE
from providers.credentials.rules.numbers import normalize_license_number
from providers.verification.rules.names import same_names, same_person

STATE, NPPES = "state", "nppes"
MATCH, MISMATCH, NOT_FOUND, UNAVAILABLE, RUBBISH = "match", "mismatch", "not_found", "unavailable", "rubbish"
OUTCOMES = (MATCH, MISMATCH, NOT_FOUND, UNAVAILABLE, RUBBISH)
ANSWERED = (MATCH, MISMATCH, NOT_FOUND)
COLLABORATION, NPI = "physician_collaboration", "npi"

SOURCES: Mapping[str, tuple[str, ...]] = {LICENSE: (STATE,), NPI: (NPPES,), COLLABORATION: (NPPES,)}
"""Which source knows about which kind of credential."""

REGISTERED = "registered"
_STATUSES = {
    "registered": REGISTERED,
    "not registered": "not_registered",
    "inactive": "inactive",
    "suspended": "suspended",
    "revoked": "revoked",
    "surrendered": "surrendered",
    "deceased": "deceased",
    "probation": "probation",
}
UNKNOWN = "unknown"

# NUCC's codes by profession (a physician's specialties begin with 20).
_TAXONOMIES: Mapping[str, tuple[str, ...]] = {
    "lmt": ("225700000X",),
    "pt": ("2251",),
    "ot": ("225X",),
    "chiropractor": ("111N",),
    "acupuncturist": ("171100000X",),
    "nurse_practitioner": ("363L",),
    "physician_assistant": ("363A",),
    "podiatrist": ("213E",),
    "physician": ("20",),
    "nurse": ("163W", "164"),
}
_SAID = {"physical therapist": "pt", "md": "physician", "do": "physician", "dc": "chiropractor", "massage therapist": "lmt"}
_MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december")
LONGEST_SEEN = 200


class Rubbish(Exception):
    """An answer that is none: HTML, half a JSON text, keys that are missing or of another type."""


@dataclass(frozen=True)
class Typed:
    """What a credential states, as far as a source can know it. `number` is the license's, or the NPI."""

    kind: str
    name: str
    number: str
    profession: str | None = None
    profession_code: str | None = None
    expires_on: date | None = None


@dataclass(frozen=True)
class StateRecord:
    """One person in the state's register. `status` is the word as printed, `state` what it means to us, `unknown` where we cannot tell."""

    name: str
    profession_code: str
    license_number: str
    status: str
    state: str
    registered_through: date | None
    enforcement_actions: int


@dataclass(frozen=True)
class NppesRecord:
    """One number in NPPES. `first_name` and `last_name` are empty for an organization."""

    number: str
    enumeration_type: str
    status: str
    first_name: str
    last_name: str
    taxonomies: tuple[str, ...]


@dataclass(frozen=True)
class Verdict:
    """What came back of a question: one of OUTCOMES, the fields that differ, and the few values that were seen."""

    outcome: str
    fields: tuple[str, ...] = ()
    seen: Mapping[str, str] = field(default_factory=dict)


def read_state(body: object) -> StateRecord:
    """The state's answer as a record. Raises Rubbish."""
    row = _table(body)
    status = _text(row, "status")
    through = _text(row, "registered_through", needed=False)
    actions = row.get("enforcement_actions", [])
    if not isinstance(actions, list):
        raise Rubbish("enforcement_actions")
    return StateRecord(
        name=_text(row, "name"),
        profession_code=_text(row, "profession_code"),
        license_number=_license(_text(row, "license_number")),
        status=status,
        state=_STATUSES.get(" ".join(status.lower().split()), UNKNOWN),
        registered_through=read_day(through) if through else None,
        enforcement_actions=len(actions),
    )


def read_nppes(body: object) -> NppesRecord | None:
    """NPPES's answer to one number: a record, or None where the number is not enumerated. Raises Rubbish."""
    top = _table(body)
    results, count = top.get("results"), top.get("result_count")
    if not isinstance(results, list) or not isinstance(count, int) or isinstance(count, bool) or count != len(results) or count > 1:
        raise Rubbish("results")
    if not results:
        return None
    row = _table(results[0])
    basic, taxonomies = _table(row.get("basic")), row.get("taxonomies")
    if not isinstance(taxonomies, list):
        raise Rubbish("taxonomies")
    person = _text(row, "enumeration_type") == "NPI-1"
    return NppesRecord(
        number=_text({"number": str(row.get("number", ""))}, "number"),
        enumeration_type=_text(row, "enumeration_type"),
        status=_text(basic, "status"),
        first_name=_text(basic, "first_name", needed=person),
        last_name=_text(basic, "last_name", needed=person),
        taxonomies=tuple(_text(_table(one), "code") for one in taxonomies),
    )


def compare_state(typed: Typed, found: StateRecord, today: date) -> Verdict:
    """The register beside what was typed. A status we do not know, or a registration that is over, is a mismatch."""
    wrong = {
        "name": not same_person(typed.name, found.name),
        "number": _license(typed.number) != found.license_number,
        "profession_code": typed.profession_code is not None and typed.profession_code.lstrip("0") != found.profession_code.lstrip("0"),
        "status": found.state != REGISTERED,
        "registered_through": found.registered_through is None
        or found.registered_through < today
        or (typed.expires_on is not None and typed.expires_on != found.registered_through),
        "enforcement_actions": found.enforcement_actions > 0,
    }
    seen = {
        "name": found.name,
        "status": found.status,
        "state": found.state,
        "registered_through": found.registered_through.isoformat() if found.registered_through else "",
        "profession_code": found.profession_code,
        "enforcement_actions": str(found.enforcement_actions),
    }
    return _verdict(wrong, seen)


def compare_nppes(typed: Typed, found: NppesRecord) -> Verdict:
    """NPPES beside what was typed. It is self-reported and proves no license: a match says only that the number is this person's."""
    wrong = {
        "number": typed.number != found.number,
        "name": not same_names(typed.name, found.first_name, found.last_name),
        "status": found.status != "A",
        "enumeration_type": found.enumeration_type != "NPI-1",
        "taxonomy": not _taxonomy_fits(typed.profession, found.taxonomies),
    }
    seen = {
        "name": f"{found.first_name} {found.last_name}".strip(),
        "status": found.status,
        "enumeration_type": found.enumeration_type,
        "taxonomy": ", ".join(found.taxonomies),
    }
    return _verdict(wrong, seen)


def read_day(text: str) -> date:
    """A day as registers print it: `May 31, 2028` or `2028-05-31`. Raises Rubbish."""
    words = text.replace(",", " ").lower().split()
    try:
        if len(words) == 3 and words[0] in _MONTHS:
            return date(int(words[2]), _MONTHS.index(words[0]) + 1, int(words[1]))
        return date.fromisoformat(text.strip())
    except ValueError:
        raise Rubbish("date") from None


def _verdict(wrong: Mapping[str, bool], seen: Mapping[str, str]) -> Verdict:
    fields = tuple(name for name, differs in wrong.items() if differs)
    short = {name: value[:LONGEST_SEEN] for name, value in seen.items()}
    return Verdict(MISMATCH if fields else MATCH, fields, short)


def _taxonomy_fits(profession: str | None, codes: Sequence[str]) -> bool:
    """Of a profession we have no codes for, any taxonomy will do."""
    said = (profession or "").strip().lower()
    known = _TAXONOMIES.get(_SAID.get(said, said.replace(" ", "_")))
    return known is None or any(code.startswith(known) for code in codes)


def _license(text: str) -> str:
    try:
        return normalize_license_number(text)
    except Refused as error:
        raise Rubbish("license_number") from error


def _table(value: object) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise Rubbish("object")
    return value


def _text(row: Mapping[str, object], name: str, *, needed: bool = True) -> str:
    value = row.get(name)
    if value is None and not needed:
        return ""
    if not isinstance(value, str) or (needed and not value.strip()):
        raise Rubbish(name)
    return value.strip()
