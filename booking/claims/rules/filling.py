"""The contents of claim forms: boxes out of a superbill, the client's insurance and who gave the care, and what is missing for it.

Shapes are those of the NUCC's instructions for the 02/12 form: capitals, names as LAST, FIRST, MIDDLE, no points in codes, no hyphen in a
tax ID, days as MM DD YY (birth dates with four digits of the year), money as dollars and cents without a point.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from booking.claims.rules.boxes import BOXES, COLUMNS, LETTERS, MOST_DIAGNOSES, MOST_LINES, MOST_POINTERS, Box
from booking.claims.rules.insurance import Insurance
from booking.superbills.rules.units import share_cents

ON_FILE = "SIGNATURE ON FILE"
REFERRING, ONSET, LICENSE_ID, TAXONOMY_ID, ICD_10 = "DN", "431", "0B", "ZZ", "0"
"""Qualifiers: a referring provider; the first day of the complaint; a state license number; a provider taxonomy; ICD-10-CM."""
REPLACES, VOIDS = "7", "8"
"""Box 22: this claim replaces an earlier one, or takes it back."""


@dataclass(frozen=True)
class Postal:
    """A name with its address."""

    name: str
    street: str
    city: str
    state: str
    zip: str


@dataclass(frozen=True)
class Giver:
    """Who gave the care and bills for it; what is not known is None."""

    name: str
    credential: str
    npi: str | None
    tax_id: str | None
    license_number: str | None
    taxonomy: str | None
    address: Postal | None
    phone: str | None


@dataclass(frozen=True)
class Service:
    """One line: a code of one day with its diagnoses, units and price. Units and cents are None where nobody knows them."""

    on: date
    place: str | None
    code: str
    modifiers: tuple[str, ...]
    diagnoses: tuple[str, ...]
    units: int | None
    cents: int | None


@dataclass(frozen=True)
class Earlier:
    """What happens to the claim that the insurer has: `code` replaces or voids, `reference` is the insurer's number of it."""

    code: str
    reference: str


@dataclass(frozen=True)
class Wish:
    """How a form is made: whether the therapist accepts assignment, and what happens to the claim that the insurer has, if to one."""

    accepts: bool = False
    earlier: Earlier | None = None


@dataclass(frozen=True)
class Claim:
    """All that a claim form is made from. `permitted_on` is when the client permitted it, `made_on` the day of the form."""

    account: str
    born_on: date | None
    insurance: Insurance
    giver: Giver
    place: Postal | None
    prescriber: tuple[str, str] | None
    services: tuple[Service, ...]
    paid_cents: int
    permitted_on: date
    made_on: date
    wish: Wish = Wish()


@dataclass(frozen=True)
class Form:
    """One sheet: the text of each box by its code, empty ones left out, and of each service line by its column."""

    boxes: Mapping[str, str]
    lines: tuple[Mapping[str, str], ...]


def forms_of(claim: Claim) -> tuple[Form, ...]:
    """As many forms as the lines and diagnoses need, each with a total of its own; what was paid is shared out by what is charged."""
    sheets = _sheets(claim.services)
    charged = {str(number): sum(one.cents or 0 for one in sheet) for number, sheet in enumerate(sheets)}
    paid = share_cents(min(claim.paid_cents, sum(charged.values())), charged)
    head = _head(claim)
    return tuple(_form(claim, head, sheet, paid[str(number)]) for number, sheet in enumerate(sheets))


def _sheets(services: Sequence[Service]) -> list[tuple[Service, ...]]:
    sheets: list[tuple[Service, ...]] = []
    for one in services:
        last = (*sheets[-1], one) if sheets else ()
        if last and len(last) <= MOST_LINES and len(_diagnoses(last)) <= MOST_DIAGNOSES:
            sheets[-1] = last
        else:
            sheets.append((one,))
    return sheets or [()]


def _diagnoses(services: Iterable[Service]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(code for one in services for code in one.diagnoses[:MOST_POINTERS]))


def _form(claim: Claim, head: Mapping[str, str], sheet: Sequence[Service], paid_cents: int) -> Form:
    diagnoses = _diagnoses(sheet)
    boxes = {
        **head,
        **{f"21.{letter}": code.replace(".", "") for letter, code in zip(LETTERS, diagnoses, strict=False)},
        "21.kind": ICD_10 if diagnoses else "",
        "28": money_words(sum(one.cents or 0 for one in sheet)),
        "29": money_words(paid_cents),
    }
    lines = tuple(_line(claim.giver, one, diagnoses) for one in sheet)
    return Form(_fitting(boxes, BOXES), tuple(_fitting(line, COLUMNS) for line in lines))


def _line(giver: Giver, one: Service, diagnoses: Sequence[str]) -> dict[str, str]:
    day = day_words(one.on)
    return {
        "24I": LICENSE_ID if giver.license_number else "",
        "24J.id": giver.license_number or "",
        "24A": f"{day} {day}",
        "24B": one.place or "",
        "24D": one.code,
        "24D.modifiers": " ".join(one.modifiers),
        "24E": "".join(LETTERS[diagnoses.index(code)] for code in one.diagnoses[:MOST_POINTERS]),
        "24F": "" if one.cents is None else money_words(one.cents),
        "24G": "" if one.units is None else str(one.units),
        "24J": giver.npi or "",
    }


def _head(claim: Claim) -> dict[str, str]:
    return _plan(claim) | _client(claim) | _insured(claim) | _cause(claim) | _signatures(claim) | _prescriber(claim) | _giver(claim)


def _plan(claim: Claim) -> dict[str, str]:
    told, earlier = claim.insurance, claim.wish.earlier
    return {
        "0.name": told.payer_name,
        "0.street": told.payer_line1,
        "0.city": city_words(told.payer_city, told.payer_state, told.payer_zip),
        "1": told.plan,
        "1a": told.insured_id,
        "11": told.group_number,
        "11c": told.plan_name,
        "11d": "yes" if told.other else "no",
        "9": name_words(told.other_last, told.other_first, told.other_middle),
        "9a": told.other_policy,
        "9d": told.other_plan,
        "22": earlier.code if earlier else "",
        "22.reference": earlier.reference if earlier else "",
        "23": told.authorization,
    }


def _client(claim: Claim) -> dict[str, str]:
    told = claim.insurance
    return {
        "2": name_words(told.patient_last, told.patient_first, told.patient_middle),
        "3": birth_words(claim.born_on),
        "3.sex": _sex(told.patient_sex),
        "5": told.patient_line1,
        "5.city": told.patient_city,
        "5.state": told.patient_state,
        "5.zip": told.patient_zip,
        "5.phone": phone_words(told.patient_phone),
        "6": told.relation,
    }


def _insured(claim: Claim) -> dict[str, str]:
    """The insured: the client, or somebody else."""
    told, client = claim.insurance, _client(claim)
    if told.relation == "self":
        return {"4": client["2"], **{f"7{code[1:]}": client[code] for code in _ADDRESS}, "11a": client["3"], "11a.sex": client["3.sex"]}
    return {
        "4": name_words(told.insured_last, told.insured_first, told.insured_middle),
        "7": told.insured_line1,
        "7.city": told.insured_city,
        "7.state": told.insured_state,
        "7.zip": told.insured_zip,
        "7.phone": phone_words(told.insured_phone),
        "11a": birth_words(told.insured_born_on),
        "11a.sex": _sex(told.insured_sex),
    }


_ADDRESS = ("5", "5.city", "5.state", "5.zip", "5.phone")


def _cause(claim: Claim) -> dict[str, str]:
    told = claim.insurance
    return {
        "10a": _yes(told.employment),
        "10b": _yes(told.auto_accident),
        "10b.state": told.auto_state if told.auto_accident else "",
        "10c": _yes(told.other_accident),
        "14": day_words(told.began_on) if told.began_on else "",
        "14.qualifier": ONSET if told.began_on else "",
        "20": "no",
    }


def _signatures(claim: Claim) -> dict[str, str]:
    return {
        "12": ON_FILE,
        "12.on": day_words(claim.permitted_on),
        "13": ON_FILE if claim.insurance.pays_therapist else "",
        "27": _yes(claim.wish.accepts),
        "31": f"{claim.giver.name} {claim.giver.credential}".strip(),
        "31.on": day_words(claim.made_on),
    }


def _prescriber(claim: Claim) -> dict[str, str]:
    if claim.prescriber is None:
        return {}
    name, npi = claim.prescriber
    return {"17.qualifier": REFERRING, "17": name, "17b": npi}


def _giver(claim: Claim) -> dict[str, str]:
    giver, place = claim.giver, claim.place
    found = {
        "25": re.sub(r"\D", "", giver.tax_id or ""),
        "25.kind": "EIN" if giver.tax_id else "",
        "26": claim.account,
        "33": giver.name,
        "33.phone": phone_words(re.sub(r"\D", "", giver.phone or "")[-10:]),
        "33a": giver.npi or "",
        "33b": f"{TAXONOMY_ID}{giver.taxonomy}" if giver.taxonomy else "",
    }
    if giver.address:
        found |= {"33.street": giver.address.street, "33.city": city_words(giver.address.city, giver.address.state, giver.address.zip)}
    if place:
        found |= {"32": place.name, "32.street": place.street, "32.city": city_words(place.city, place.state, place.zip)}
    return found


def _fitting(texts: Mapping[str, str], boxes: Iterable[Box]) -> dict[str, str]:
    """In the order of the form: capitals, letters that can be typed, cut where that is allowed; empty ones left out."""
    found = {box.code: texts.get(box.code, "") if box.choices else _typed(texts.get(box.code, ""), box) for box in boxes}
    return {code: text for code, text in found.items() if text}


def _typed(text: str, box: Box) -> str:
    plain = plain_words(text)
    return plain[: box.spot.width].rstrip() if box.cut and box.spot else plain


def plain_words(text: str) -> str:
    """Capitals without accents, points and doubled spaces; a letter that cannot be typed stays, and is a fault."""
    bare = "".join(one for one in unicodedata.normalize("NFKD", text.replace("’", "'")) if not unicodedata.combining(one))
    return " ".join(bare.upper().replace(".", " ").split())


def name_words(last: str, first: str, middle: str = "") -> str:
    """LAST, FIRST, MIDDLE."""
    return ", ".join(part for part in (last, first, middle) if part)


def city_words(city: str, state: str, zip_code: str) -> str:
    """CITY ST ZIP."""
    return " ".join(part for part in (city, state, zip_code) if part)


def phone_words(digits: str) -> str:
    """The area code, a space, the number."""
    return f"{digits[:3]} {digits[3:]}" if len(digits) == 10 else ""


def day_words(day: date) -> str:
    """MM DD YY."""
    return f"{day.month:02d} {day.day:02d} {day.year % 100:02d}"


def birth_words(day: date | None) -> str:
    """MM DD YYYY."""
    return "" if day is None else f"{day.month:02d} {day.day:02d} {day.year:04d}"


def money_words(cents: int) -> str:
    """Dollars, a space, two digits of cents."""
    return f"{cents // 100} {cents % 100:02d}"


def _yes(whether: object) -> str:
    return "yes" if whether else "no"


def _sex(word: str) -> str:
    return {"female": "F", "male": "M"}.get(word, "")


def told_in(form: Form) -> Iterator[tuple[Box, str, int]]:
    """Every text of a form with its box and the number of its service line, 0 for the others."""
    yield from ((box, form.boxes[box.code], 0) for box in BOXES if box.code in form.boxes)
    for number, line in enumerate(form.lines, start=1):
        yield from ((box, line[box.code], number) for box in COLUMNS if box.code in line)
