"""What keeps a claim form from being printed, box by box."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from booking.claims.rules.boxes import MOST_POINTERS
from booking.claims.rules.filling import REPLACES, VOIDS, Claim, Form, Service, forms_of, told_in
from providers.credentials.rules.numbers import npi_fault

ICD10 = re.compile(r"[A-TV-Z][0-9][0-9A-Z](\.?[0-9A-Z]{1,4})?")
_CPT = re.compile(r"[0-9A-Z]{5}")
MOST_UNITS, MOST_CHARGE_CENTS = 999, 99_999_99

NEEDED = {
    "0.name": "The insurer's name is missing.",
    "1a": "The insured's ID is missing.",
    "2": "The client's name is missing.",
    "3": "The client's birth date is missing. It can be stated on the page of the visit's estimate.",
    "4": "The insured's name is missing.",
    "5": "The client's street is missing.",
    "5.city": "The client's city is missing.",
    "5.state": "The client's state is missing.",
    "5.zip": "The client's ZIP code is missing.",
    "7": "The insured's street is missing.",
    "7.city": "The insured's city is missing.",
    "7.state": "The insured's state is missing.",
    "7.zip": "The insured's ZIP code is missing.",
    "11a": "The insured's birth date is missing.",
    "21.A": "There is no diagnosis: no prescription is on file for this visit.",
    "25": "The therapist's tax ID is missing.",
    "33": "The therapist's name is missing.",
    "33.street": "The address of the therapist's practice is missing.",
    "33.phone": "The therapist's phone number is missing.",
}
NO_LINE = "There is no code to bill: nothing that the signed note names has one."
NO_UNITS = "The units of {code} are not known: the note attests minutes for all techniques together."
NO_TIME = "{code} has fewer than eight minutes, which is no unit."
NO_CHARGE = "The charge of {code} is not known."
NOTHING = "Nothing was charged for {code}."
NO_PLACE = "The place of service is not known."
LONGER = "“{text}” is longer than the {width} letters of this box."
UNKNOWN_LETTER = "“{letter}” cannot be typed in this box."


@dataclass(frozen=True)
class Fault:
    """What is wrong with a box: its number as printed (the parts of one box are one number), its code, a sentence."""

    code: str
    detail: str

    @property
    def box(self) -> str:
        """The number of the box; the block above the boxes has none."""
        number = self.code.partition(".")[0]
        return "" if number == "0" else number


def faults_of(claim: Claim) -> tuple[Fault, ...]:
    """Everything that must be mended before a form may be printed, in the order of the boxes."""
    forms = forms_of(claim)
    found = [*_missing(claim, forms[0]), *_numbers(claim), *_earlier(claim), *_lines(claim)]
    found += [fault for form in forms for fault in _shapes(form)]
    return tuple(sorted(dict.fromkeys(found), key=lambda one: _order(one.box)))


def _order(box: str) -> tuple[int, str]:
    digits = re.match("[0-9]*", box)
    return int(digits[0] or 0) if digits else 0, box


def _missing(claim: Claim, form: Form) -> Iterator[Fault]:
    told, same = claim.insurance, claim.insurance.relation == "self"
    for code, sentence in NEEDED.items():
        if code not in form.boxes and not (same and code in {"4", "7", "7.city", "7.state", "7.zip", "11a"}):
            yield Fault(code, sentence)
    if "2" in form.boxes and not (told.patient_last and told.patient_first):
        yield Fault("2", "The client's name needs a last and a first name.")
    if not same and "4" in form.boxes and not (told.insured_last and told.insured_first):
        yield Fault("4", "The insured's name needs a last and a first name.")
    if told.auto_accident and not told.auto_state:
        yield Fault("10b.state", "The state of the car accident is missing.")
    if told.other:
        wanted = {
            "9": "The other insured's name is missing.",
            "9a": "The other insured's policy is missing.",
            "9d": "The other plan's name is missing.",
        }
        yield from (Fault(code, sentence) for code, sentence in wanted.items() if code not in form.boxes)


def _numbers(claim: Claim) -> Iterator[Fault]:
    own = npi_fault(claim.giver.npi) if claim.giver.npi else "The therapist's NPI is missing."
    if own:
        yield from (Fault("24J", own), Fault("33a", own))
    if claim.giver.tax_id and len(re.sub(r"\D", "", claim.giver.tax_id)) != 9:
        yield Fault("25", "A tax ID has nine digits.")
    if claim.prescriber and (wrong := npi_fault(claim.prescriber[1])):
        yield Fault("17b", f"The prescriber's NPI: {wrong}")


def _earlier(claim: Claim) -> Iterator[Fault]:
    if claim.wish.earlier is None:
        return
    if claim.wish.earlier.code not in {REPLACES, VOIDS}:
        yield Fault("22", "The code is 7 for a claim that replaces one, or 8 for one that takes it back.")
    if not claim.wish.earlier.reference.strip():
        yield Fault("22.reference", "The insurer's number of the earlier claim is missing.")


def _lines(claim: Claim) -> Iterator[Fault]:
    if not claim.services:
        yield Fault("24D", NO_LINE)
    for one in claim.services:
        yield from _line(one)


def _line(one: Service) -> Iterator[Fault]:
    if not one.place:
        yield Fault("24B", NO_PLACE)
    if not _CPT.fullmatch(one.code):
        yield Fault("24D", f"“{one.code}” is not a code of five letters and digits.")
    if len(one.modifiers) > MOST_POINTERS:
        yield Fault("24D.modifiers", f"{one.code} has more than four modifiers.")
    for code in one.diagnoses:
        if not ICD10.fullmatch(code):
            yield Fault("21.A", f"“{code}” is not an ICD-10-CM code.")
    if one.units is None:
        yield Fault("24G", NO_UNITS.format(code=one.code))
    elif not 0 < one.units <= MOST_UNITS:
        yield Fault("24G", NO_TIME.format(code=one.code) if one.units <= 0 else f"More than {MOST_UNITS} units do not fit.")
    if one.cents is None:
        yield Fault("24F", NO_CHARGE.format(code=one.code))
    elif not 0 < one.cents <= MOST_CHARGE_CENTS:
        yield Fault("24F", NOTHING.format(code=one.code) if one.cents <= 0 else "The charge does not fit in the box.")


def _shapes(form: Form) -> Iterator[Fault]:
    """What does not fit into its box, or has a letter that cannot be typed."""
    for box, text, _line_number in told_in(form):
        if box.spot is None:
            continue
        if len(text) > box.spot.width:
            yield Fault(box.code, LONGER.format(text=text, width=box.spot.width))
        foreign = next((letter for letter in text if not " " <= letter <= "~"), None)
        if foreign:
            yield Fault(box.code, UNKNOWN_LETTER.format(letter=foreign))
