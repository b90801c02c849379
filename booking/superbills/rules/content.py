"""What a superbill says: a plain dict that is kept as it was given, so that a later version of the rules still shows it.

Nothing is made up. A diagnosis stands there only as a prescriber wrote it, minutes only as the note attests them; what is not known is
named under `missing`, and the paper is then incomplete.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from booking.ledger.rules.entries import CLIENT, DEPOSITS, MONEY, PREPAID, PREPAID_IN_HAND, PROVIDER, TAX, TAX_LINE, WAIVED, Entry
from booking.ledger.rules.sums import balances
from booking.superbills.rules.units import share_cents, share_units
from marketplace.kernel.walltime import local_day, to_minute

Content = dict[str, Any]
Counted = tuple[int | None, int | None]
MASSAGE, MANUAL_THERAPY, SEPARATE = "97124", "97140", "59"
"""Massage and manual therapy of one visit are a pair that insurers join (NCCI) unless modifier 59 says that they were apart."""
CODES = {MASSAGE: "Massage therapy", MANUAL_THERAPY: "Manual therapy"}
SERVICE, PACKAGE_WAY = "service", "package"
WAYS = {
    "paid_cash": "cash", "paid_terminal": "terminal", "paid_check": "check", "paid_other": "other", "paid_card": "card", "deposit": "card",
    "credit_used": "credit", "gift_aside": "gift_card", "gift_back": "gift_card",
}  # fmt: skip
PLACES = {"clinic": "11", "home": "12", "hotel": "16", "office": "18"}
"""Place-of-service codes of CMS."""
UNKNOWN = "unknown"
_PREPAID = frozenset({PREPAID, PREPAID_IN_HAND})

MISSING = {
    "prescription": "No prescription is on file for this visit, so there is no diagnosis code. Most plans ask for one.",
    "birth_date": "The client's birth date is not known. It can be stated on the page of the visit's estimate.",
    "client_address": "The client's address is not known.",
    "license": "No verified license is on file.",
    "npi": "The therapist gave no NPI.",
    "tax_id": "The therapist gave no EIN of the business.",
    "minutes": "The note attests minutes for all techniques together. Units for each code are not known.",
    "done": "The visit is not marked as done yet, so nothing is charged.",
}  # fmt: skip
ASKS = {
    "prescribed": "Does the plan pay for massage or manual therapy when it is prescribed, and for how many visits?",
    "licensed": "Does the plan accept the profession of whoever gave the care?",
    "clinic": "Does the plan ask that the care is given in a clinic, or as part of physical therapy?",
}


@dataclass(frozen=True)
class Party:
    """Who gives care, as the paper names them. What is not known is None."""

    name: str
    credential: str
    license_number: str | None
    npi: str | None
    tax_id: str | None
    address: str | None
    phone: str | None


@dataclass(frozen=True)
class Client:
    """Who received it."""

    name: str
    born_on: date | None
    address: str | None
    guardian: str | None = None


@dataclass(frozen=True)
class Prescribed:
    """What a prescriber wrote, word by word."""

    prescriber_name: str
    prescriber_npi: str
    icd10: str
    diagnosis: str
    issued_on: date


@dataclass(frozen=True)
class Attested:
    """What the signed note says: codes with minutes (None where only the whole was attested), hands-on minutes, who signed and when."""

    minutes: tuple[tuple[str, int | None], ...]
    hands_on_minutes: int
    signed_by: str
    signed_at: datetime


@dataclass(frozen=True)
class VisitFacts:
    """The visit itself, with its agreed lines as `(code, label, cents)`; `done` once it took place."""

    reference: str
    on: date
    setting: str
    service_name: str
    lines: tuple[tuple[str, str, int], ...]
    done: bool


@dataclass(frozen=True)
class Money:
    """Where the visit stands: cents by memo, tax apart, what was let go of, what was paid and in which ways."""

    charges: Mapping[str, int]
    tax_cents: int
    waived_cents: int
    paid_cents: int
    ways: tuple[str, ...]

    @property
    def due_cents(self) -> int:
        """What the client still owes."""
        return sum(self.charges.values()) + self.tax_cents - self.waived_cents - self.paid_cents


def money_of(entries: Iterable[Entry]) -> Money:
    """A visit's money out of its entries. A visit of a package costs what was paid for it, and the package has paid it."""
    rows = list(entries)
    stands, charges, ways = balances(rows), Counter[str](), Counter[str]()
    for one in rows:
        charges[one.memo] += one.amount_cents * ((one.credit == PROVIDER) - (one.debit == PROVIDER))
        ways[WAYS.get(one.memo, "")] += one.amount_cents * ((one.debit in MONEY) - (one.credit in MONEY))
        ways[PACKAGE_WAY] += one.amount_cents * ((one.debit in _PREPAID) - (one.credit in _PREPAID))
    charges[SERVICE] += charges.pop(PACKAGE_WAY, 0)
    charged, tax, waived = sum(charges.values()), -stands.get(TAX, 0), stands.get(WAIVED, 0)
    owed = stands.get(CLIENT, 0) + stands.get(DEPOSITS, 0)
    return Money(
        {code: cents for code, cents in charges.items() if cents}, tax, waived, charged + tax - waived - owed,
        tuple(way for way in sorted(ways) if way and ways[way] > 0),
    )  # fmt: skip


@dataclass(frozen=True)
class Known:
    """All that a superbill is made from. Without a prescription there is no diagnosis."""

    visit: VisitFacts
    client: Client
    provider: Party
    prescribed: Prescribed | None
    attested: Attested
    money: Money


def superbill_of(known: Known, notices: Mapping[str, Any]) -> Content:
    """What the paper says. `notices` are the words below it with their version."""
    visit, client, provider, prescribed = known.visit, known.client, known.provider, known.prescribed
    attested, money = known.attested, known.money
    minutes = code_minutes(attested)
    units = None if minutes is None else share_units(minutes, attested.hands_on_minutes)
    charges, tax_cents = (money.charges, money.tax_cents) if money.charges else _agreed(visit)
    items = [*_care(visit, attested, minutes, units, charges.get(SERVICE, 0)), *_others(visit, charges)]
    charged = sum(charges.values())
    missing = list(_missing(visit, client, provider, prescribed, minutes))
    return {
        "reference": visit.reference,
        "service_on": visit.on.isoformat(),
        "setting": visit.setting,
        "place_of_service": PLACES.get(visit.setting),
        "client": {
            "name": client.name, "born_on": client.born_on and client.born_on.isoformat(), "address": client.address,
            **({"guardian": client.guardian} if client.guardian else {}),
        },
        "provider": {**vars(provider), "state": "NY"},
        "prescriber": prescribed and {
            "name": prescribed.prescriber_name, "npi": prescribed.prescriber_npi, "prescribed_on": prescribed.issued_on.isoformat(),
        },
        "icd10": prescribed and prescribed.icd10,
        "diagnosis": prescribed and prescribed.diagnosis,
        "hands_on_minutes": attested.hands_on_minutes,
        "units": None if units is None else sum(units.values()),
        "items": items,
        "charged_cents": charged,
        "tax_cents": tax_cents,
        "waived_cents": money.waived_cents,
        "total_cents": charged + tax_cents - money.waived_cents,
        "paid_cents": money.paid_cents,
        "paid_by": list(money.ways),
        "due_cents": charged + tax_cents - money.waived_cents - money.paid_cents,
        "currency": "USD",
        "note": {"signed_by": attested.signed_by, "signed_on": local_day(to_minute(attested.signed_at)).isoformat()},
        "complete": not missing,
        "missing": [{"code": code, "detail": MISSING[code]} for code in missing],
        "coverage": UNKNOWN,
        "checklist": _checklist(visit, provider, prescribed),
        "notices": list(notices["texts"]),
        "notices_version": notices["version"],
    }  # fmt: skip


def code_minutes(attested: Attested) -> dict[str, int] | None:
    """The hands-on minutes of each code, in the order in which the codes were used. One code has them all; of several, one whose minutes
    nobody attested leaves all unknown.
    """
    codes = tuple(dict.fromkeys(code for code, _minutes in attested.minutes))
    if len(codes) == 1:
        return {codes[0]: attested.hands_on_minutes}
    if any(minutes is None for _code, minutes in attested.minutes):
        return None
    return {code: sum(minutes or 0 for other, minutes in attested.minutes if other == code) for code in codes}


def _agreed(visit: VisitFacts) -> tuple[Mapping[str, int], int]:
    """The lines as agreed, for a visit that nothing is charged for yet."""
    charges: Counter[str] = Counter()
    for code, _label, cents in visit.lines:
        charges[SERVICE if code == PACKAGE_WAY else code] += cents
    tax = charges.pop(TAX_LINE, 0)
    return {code: cents for code, cents in charges.items() if cents}, tax


def _care(
    visit: VisitFacts, attested: Attested, minutes: Mapping[str, int] | None, units: Mapping[str, int] | None, cents: int
) -> Iterator[Content]:
    """The codes with their units and shares of the price; where no unit is known, the price has a line of its own."""
    codes = dict.fromkeys(code for code, _minutes in attested.minutes)
    shares = share_cents(cents, units) if units and any(units.values()) else None
    both = units is not None and all(units.get(code) for code in (MASSAGE, MANUAL_THERAPY))
    for code in codes:
        counted = (None if minutes is None else minutes[code], None if units is None else units[code])
        modifier = SEPARATE if both and code == MASSAGE else None
        yield _item(CODES.get(code, code), None if shares is None else shares[code], code, modifier, counted)
    if shares is None and cents:
        yield _item(visit.service_name, cents, counted=(attested.hands_on_minutes, None))


def _others(visit: VisitFacts, charges: Mapping[str, int]) -> Iterator[Content]:
    """What was charged beside the care itself: no code stands for it."""
    labels = {code: label for code, label, _cents in visit.lines}
    for code, cents in charges.items():
        if code != SERVICE:
            yield _item(labels.get(code, code.replace("_", " ").capitalize()), cents)


def _item(
    label: str,
    cents: int | None,
    code: str | None = None,
    modifier: str | None = None,
    counted: tuple[int | None, int | None] = (None, None),
) -> Content:
    minutes, units = counted
    return {"code": code, "modifier": modifier, "label": label, "minutes": minutes, "units": units, "amount_cents": cents}


def _missing(
    visit: VisitFacts, client: Client, provider: Party, prescribed: Prescribed | None, minutes: Mapping[str, int] | None
) -> Iterator[str]:
    known = {
        "done": visit.done, "prescription": prescribed, "minutes": minutes, "birth_date": client.born_on, "client_address": client.address,
        "license": provider.license_number, "npi": provider.npi, "tax_id": provider.tax_id,
    }  # fmt: skip
    yield from (code for code, value in known.items() if not value)


def _checklist(visit: VisitFacts, provider: Party, prescribed: Prescribed | None) -> list[Content]:
    """The three things that plans which pay at all tend to ask for, as far as this visit shows them."""
    answers = {"prescribed": prescribed is not None, "licensed": provider.license_number is not None, "clinic": visit.setting == "clinic"}
    return [{"code": code, "answer": "yes" if yes else "no", "ask": ASKS[code]} for code, yes in answers.items()]


def says_the_same(one: Content, other: Content) -> bool:
    """Whether two superbills differ in nothing that was written for an insurer."""
    apart = {"notices", "notices_version", "missing", "checklist"}
    return {name: value for name, value in one.items() if name not in apart} == {
        name: value for name, value in other.items() if name not in apart
    }
