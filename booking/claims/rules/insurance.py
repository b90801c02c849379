"""What a client tells of their insurance so that a claim form can be made: plain values, and what cannot stand in them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from marketplace.kernel.errors import FieldFault

PLANS = {"tricare": "TRICARE", "champva": "CHAMPVA", "group": "Group health plan", "feca": "FECA Black Lung", "other": "Another plan"}
"""Medicare and Medicaid are left out: massage therapists do not bill them."""
RELATIONS = {"self": "I am the insured", "spouse": "Spouse", "child": "Child", "other": "Someone else"}
SEXES = {"female": "F", "male": "M", "": ""}
LONGEST = 60
DAYS_GOOD = 365
"""A permission holds for so many days after it was given; the client may take it back at any time."""
TEXT_VERSION = "1"
TEXT = (
    "I give these details so that my therapist can make a claim form for my visits. The form names my insurer, me, the diagnosis that my "
    "prescriber wrote, and what was done. Nobody sends it from here: whoever prints it hands it in. I permit this for one year, and I can "
    "take it back at any time; forms that were made by then stay in my therapist's records."
)
_STATE, _ZIP, _PHONE = re.compile("[A-Z]{2}"), re.compile("[0-9]{5}(-[0-9]{4})?"), re.compile("[0-9]{10}")


@dataclass(frozen=True)
class Insurance:
    """The details as on the card. What was not told is empty; phones are ten digits, states two letters.

    `began_on` is when the complaint began, `auto_state` where a car accident happened (empty where it was none), `other_*` a second
    plan, `pays_therapist` whether the insurer is asked to pay the therapist.
    """

    payer_name: str = ""
    payer_line1: str = ""
    payer_city: str = ""
    payer_state: str = ""
    payer_zip: str = ""
    plan: str = "group"
    insured_id: str = ""
    group_number: str = ""
    plan_name: str = ""
    authorization: str = ""
    relation: str = "self"
    patient_last: str = ""
    patient_first: str = ""
    patient_middle: str = ""
    patient_sex: str = ""
    patient_line1: str = ""
    patient_city: str = ""
    patient_state: str = ""
    patient_zip: str = ""
    patient_phone: str = ""
    insured_last: str = ""
    insured_first: str = ""
    insured_middle: str = ""
    insured_sex: str = ""
    insured_born_on: date | None = None
    insured_line1: str = ""
    insured_city: str = ""
    insured_state: str = ""
    insured_zip: str = ""
    insured_phone: str = ""
    employment: bool = False
    auto_accident: bool = False
    auto_state: str = ""
    other_accident: bool = False
    began_on: date | None = None
    other_last: str = ""
    other_first: str = ""
    other_middle: str = ""
    other_policy: str = ""
    other_plan: str = ""
    pays_therapist: bool = False

    @property
    def other(self) -> bool:
        """Whether there is a second plan."""
        return any((self.other_last, self.other_first, self.other_policy, self.other_plan))


DAYS = ("insured_born_on", "began_on")
SWITCHES = ("employment", "auto_accident", "other_accident", "pays_therapist")
WORDS: Mapping[str, Mapping[str, str]] = {"plan": PLANS, "relation": RELATIONS, "patient_sex": SEXES, "insured_sex": SEXES}
TEXTS = tuple(one.name for one in fields(Insurance) if one.name not in {*DAYS, *SWITCHES, *WORDS})


def insurance_faults(told: Insurance, today: date) -> list[FieldFault]:
    """What cannot be kept: shapes alone. What a form lacks is said box by box when one is to be made."""
    return list(_faults(told, today))


def _faults(told: Insurance, today: date) -> Iterator[FieldFault]:
    for name in TEXTS:
        value = getattr(told, name)
        if name.endswith("_state") and value and not _STATE.fullmatch(value):
            yield FieldFault(name, "A state is two letters, such as NY.")
        if name.endswith("_zip") and value and not _ZIP.fullmatch(value):
            yield FieldFault(name, "A ZIP code has five digits, or nine with a hyphen.")
        if name.endswith("_phone") and value and not _PHONE.fullmatch(value):
            yield FieldFault(name, "A phone number has ten digits.")
    for name in DAYS:
        day = getattr(told, name)
        if day is not None and day > today:
            yield FieldFault(name, "This day has not come yet.")


def tidied(told: Mapping[str, Any]) -> Insurance:
    """The details with states in capitals and phones as digits."""
    kept = dict(told)
    for name in TEXTS:
        if name.endswith("_state"):
            kept[name] = kept.get(name, "").upper()
        if name.endswith("_phone"):
            digits = re.sub(r"[\s().+-]", "", kept.get(name, ""))
            kept[name] = digits[1:] if len(digits) == 11 and digits.startswith("1") else digits
    return Insurance(**kept)


def insurance_to_dict(told: Insurance) -> dict[str, Any]:
    """Plain values for keeping and for programs."""
    days = {name: day and day.isoformat() for name, day in ((name, getattr(told, name)) for name in DAYS)}
    return {**vars(told), **days}


def insurance_from_dict(kept: Mapping[str, Any]) -> Insurance:
    """What was kept."""
    days = {name: date.fromisoformat(kept[name]) if kept.get(name) else None for name in DAYS}
    return Insurance(**{**kept, **days})
