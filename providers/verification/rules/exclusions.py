"""The federal list of excluded people and firms (HHS OIG, LEIE): its rows, who resembles one, and when the list is old.

A resemblance is for a person to judge, never a finding: the list rarely carries an NPI and never a license number.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass
from datetime import date, timedelta

from providers.credentials.rules.numbers import npi_fault
from providers.verification.rules.names import plain_words, resembles, words_of

HEADER = (
    "LASTNAME", "FIRSTNAME", "MIDNAME", "BUSNAME", "GENERAL", "SPECIALTY", "UPIN", "NPI", "DOB", "ADDRESS", "CITY", "STATE", "ZIP",
    "EXCLTYPE", "EXCLDATE", "REINDATE", "WAIVERDATE", "WVRSTATE",
)  # fmt: skip
BY_NPI, BY_NAME = "npi", "name"
OPEN, CONFIRMED, DISMISSED = "open", "confirmed", "dismissed"
CONFIRM, DISMISS = "confirm", "dismiss"
DECIDED = {CONFIRM: CONFIRMED, DISMISS: DISMISSED}
OLD_AFTER = timedelta(days=35)
"""The list is brought out monthly, by the 10th; after this long one was missed."""

LONGEST_NAME, LONGEST_CITY, LONGEST_KIND, LONGEST_PRINTED = 120, 60, 16, 300
_NO_DAY = frozenset({"", "0", "00000000"})


class BadRow(ValueError):
    """A row that says nothing usable: a day that is none, no name."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One row, folded: `name_key` is LAST|FIRST|MIDDLE in plain capitals, a firm's name alone without bars."""

    name_key: str
    npi: str | None
    city: str
    state: str
    kind: str
    excluded_on: date | None
    reinstated_on: date | None
    born_on: date | None

    @property
    def key(self) -> str:
        """The same from import to import as long as the entry says the same."""
        return hashlib.sha256("\0".join(str(value) for value in astuple(self)).encode()).hexdigest()

    @property
    def printed(self) -> str:
        """The entry in one line for whoever judges it."""
        last, _, given = self.name_key.partition("|")
        days = (("born", self.born_on), ("excluded", self.excluded_on))
        parts = [
            f"{last}, {given.replace('|', ' ').strip()}" if given else last,
            f"{self.city} {self.state}".strip(),
            *(f"{word} {day.isoformat()}" for word, day in days if day),
            self.kind,
            f"NPI {self.npi}" if self.npi else "",
        ]
        return "; ".join(part for part in parts if part)[:LONGEST_PRINTED]


@dataclass(frozen=True, slots=True)
class Somebody:
    """A provider to be held against the list: every name and NPI known of them."""

    provider_id: int
    names: tuple[str, ...]
    npis: frozenset[str]


@dataclass(frozen=True, slots=True)
class Resemblance:
    """Who resembles which entry, and by what."""

    provider_id: int
    entry: Entry
    matched_by: str


def read_row(cells: Sequence[str]) -> Entry:
    """One row of the file. Raises BadRow."""
    row = dict(zip(HEADER, (cell.strip() for cell in cells), strict=True))
    person = [" ".join(plain_words(row[name])) for name in ("LASTNAME", "FIRSTNAME", "MIDNAME")]
    name_key = "|".join(person) if person[0] or person[1] else " ".join(plain_words(row["BUSNAME"]))
    npi = None if row["NPI"].strip("0") == "" else row["NPI"]
    if not name_key and npi is None:
        raise BadRow("name")
    return Entry(
        name_key=name_key[:LONGEST_NAME],
        npi=npi if npi and npi_fault(npi) is None else None,
        city=row["CITY"][:LONGEST_CITY],
        state=row["STATE"][:2],
        kind=row["EXCLTYPE"][:LONGEST_KIND],
        excluded_on=_day(row["EXCLDATE"]),
        reinstated_on=_day(row["REINDATE"]),
        born_on=_day(row["DOB"]),
    )


def stands(entry: Entry, today: date) -> bool:
    """Whether an entry still excludes: not from the day of reinstatement on."""
    return entry.reinstated_on is None or today < entry.reinstated_on


def resemblances(people: Iterable[Somebody], entries: Iterable[Entry], today: date) -> Iterator[Resemblance]:
    """Everybody who resembles an entry that stands, by NPI before name; one pass over the entries."""
    by_npi: dict[str, list[int]] = defaultdict(list)
    by_first: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for one in people:
        for npi in one.npis:
            by_npi[npi].append(one.provider_id)
        for name in one.names:
            words = words_of(name)
            if len(words) > 1:
                by_first[words[0]].append((one.provider_id, name))
    for entry in entries:
        if not stands(entry, today):
            continue
        found = dict.fromkeys(_by_name(entry, by_first), BY_NAME) | dict.fromkeys(by_npi.get(entry.npi or "", ()), BY_NPI)
        for provider_id, matched_by in found.items():
            yield Resemblance(provider_id, entry, matched_by)


def is_old(imported_on: date | None, today: date) -> bool:
    """Whether a new list should have been read in since; true while there is none."""
    return imported_on is None or today - imported_on > OLD_AFTER


def list_fault(imported_on: date | None, today: date, *, wanted: bool) -> str | None:
    """Why the list does not say what it should, as a sentence: too old, or missing though the operator wants it. None where all is well."""
    if imported_on is None:
        return "The exclusion list has not been read in yet." if wanted else None
    if not is_old(imported_on, today):
        return None
    return f"The exclusion list is {(today - imported_on).days} days old. A newer one is out: it comes monthly."


def _by_name(entry: Entry, by_first: dict[str, list[tuple[int, str]]]) -> list[int]:
    last, _, given = entry.name_key.partition("|")
    first = given.partition("|")[0]
    candidates = by_first.get(first.partition(" ")[0], ()) if first else ()
    return [provider_id for provider_id, name in candidates if resembles(name, last, first)]


def _day(text: str) -> date | None:
    """YYYYMMDD; zeros or nothing is no day. Raises BadRow."""
    if text in _NO_DAY:
        return None
    if len(text) != 8 or not (text.isascii() and text.isdecimal()):
        raise BadRow("day")
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        raise BadRow("day") from None
