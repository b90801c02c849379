"""The boxes of the CMS-1500 (02/12): what each is for, in our own words, and where its text is printed.

The form is typed at ten letters an inch and six lines an inch: column 1 and line 1 are the first of the typing area, and every place below
is a column and a line of it, as the form's own typing grid has them. The form's artwork belongs to its publisher and is not drawn here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

MOST_LINES, MOST_DIAGNOSES, MOST_POINTERS = 6, 12, 4
LETTERS = "ABCDEFGHIJKL"


@dataclass(frozen=True)
class Spot:
    """Where a text begins, and how many letters fit."""

    line: int
    column: int
    width: int = 1


@dataclass(frozen=True)
class Box:
    """One box or a part of one: its code, what it is for, where it is printed; a choice has a spot for the cross of each word.

    A text in a box that may be `cut` is shortened to what fits; elsewhere a longer one is a fault.
    """

    code: str
    label: str
    spot: Spot | None = None
    choices: Mapping[str, Spot] = field(default_factory=dict)
    cut: bool = False


def _yes_no(line: int, yes: int, no: int) -> Mapping[str, Spot]:
    return {"yes": Spot(line, yes), "no": Spot(line, no)}


def _address(code: str, whose: str, line: int, columns: tuple[int, int, int]) -> tuple[Box, ...]:
    left, state, phone = columns
    return (
        Box(code, f"{whose} street", Spot(line, left, 28)),
        Box(f"{code}.city", f"{whose} city", Spot(line + 2, left, 23)),
        Box(f"{code}.state", f"{whose} state", Spot(line + 2, state, 2)),
        Box(f"{code}.zip", f"{whose} ZIP code", Spot(line + 4, left, 10)),
        Box(f"{code}.phone", f"{whose} phone", Spot(line + 4, phone, 11)),
    )


def _diagnosis(letter: str) -> Box:
    row, place = divmod(LETTERS.index(letter), 4)
    return Box(f"21.{letter}", f"Diagnosis {letter}", Spot(38 + row, 3 + 13 * place, 7))


BOXES = (
    Box("0.name", "Insurer's name", Spot(2, 41, 38), cut=True),
    Box("0.street", "Insurer's street", Spot(3, 41, 38), cut=True),
    Box("0.city", "Insurer's city, state, ZIP code", Spot(4, 41, 38), cut=True),
    Box("1", "Kind of plan", choices={
        "medicare": Spot(8, 1), "medicaid": Spot(8, 8), "tricare": Spot(8, 15), "champva": Spot(8, 24), "group": Spot(8, 31),
        "feca": Spot(8, 39), "other": Spot(8, 45),
    }),
    Box("1a", "Insured's ID", Spot(8, 50, 29)),
    Box("2", "Client's name", Spot(10, 1, 28)),
    Box("3", "Client's birth date", Spot(10, 31, 10)),
    Box("3.sex", "Client's sex", choices={"M": Spot(10, 42), "F": Spot(10, 47)}),
    Box("4", "Insured's name", Spot(10, 50, 29)),
    *_address("5", "Client's", 12, (1, 26, 15)),
    Box("6", "Client's relation to the insured", choices={
        "self": Spot(12, 33), "spouse": Spot(12, 38), "child": Spot(12, 42), "other": Spot(12, 47),
    }),
    *_address("7", "Insured's", 12, (50, 74, 65)),
    Box("8", "Reserved"),
    Box("9", "Other insured's name", Spot(18, 1, 28)),
    Box("9a", "Other insured's policy or group", Spot(20, 1, 28)),
    Box("9b", "Reserved"),
    Box("9c", "Reserved"),
    Box("9d", "Other plan's name", Spot(26, 1, 28)),
    Box("10a", "From work", choices=_yes_no(20, 35, 41)),
    Box("10b", "From a car accident", choices=_yes_no(22, 35, 41)),
    Box("10b.state", "State of the car accident", Spot(22, 45, 2)),
    Box("10c", "From another accident", choices=_yes_no(24, 35, 41)),
    Box("10d", "Claim codes"),
    Box("11", "Insured's policy or group number", Spot(18, 50, 29)),
    Box("11a", "Insured's birth date", Spot(20, 53, 10)),
    Box("11a.sex", "Insured's sex", choices={"M": Spot(20, 68), "F": Spot(20, 75)}),
    Box("11b", "Other claim ID"),
    Box("11c", "Insurance plan's name", Spot(24, 50, 29), cut=True),
    Box("11d", "Another health plan", choices=_yes_no(26, 52, 57)),
    Box("12", "Client's signature", Spot(29, 7, 25)),
    Box("12.on", "Date of the client's signature", Spot(29, 38, 10)),
    Box("13", "Insured's signature: pay the therapist", Spot(29, 56, 22)),
    Box("14", "Date the complaint began", Spot(32, 2, 8)),
    Box("14.qualifier", "What that date is", Spot(32, 16, 3)),
    Box("15", "Other date"),
    Box("16", "Days unable to work"),
    Box("17.qualifier", "What the source of the referral is", Spot(34, 1, 2)),
    Box("17", "Who prescribed it", Spot(34, 4, 24), cut=True),
    Box("17a", "Prescriber's other ID"),
    Box("17b", "Prescriber's NPI", Spot(34, 33, 10)),
    Box("18", "Days in hospital"),
    Box("19", "Further words for the claim"),
    Box("20", "Outside lab", choices=_yes_no(36, 52, 57)),
    Box("21.kind", "Which ICD", Spot(37, 42, 1)),
    *(_diagnosis(letter) for letter in LETTERS),
    Box("22", "Resubmission code", Spot(38, 50, 1)),
    Box("22.reference", "Insurer's number of the earlier claim", Spot(38, 62, 18)),
    Box("23", "Prior authorization", Spot(40, 50, 29)),
    Box("25", "Tax ID", Spot(56, 1, 15)),
    Box("25.kind", "Which tax ID", choices={"SSN": Spot(56, 17), "EIN": Spot(56, 19)}),
    Box("26", "Our number for the client's account", Spot(56, 23, 14)),
    Box("27", "Accept assignment", choices=_yes_no(56, 38, 43)),
    Box("28", "Total charge", Spot(56, 51, 9)),
    Box("29", "Amount paid", Spot(56, 62, 8)),
    Box("30", "Reserved"),
    Box("31", "Who gave the care, with credential", Spot(60, 1, 21), cut=True),
    Box("31.on", "Date the form was made", Spot(61, 6, 8)),
    Box("32", "Place of the care", Spot(58, 23, 26), cut=True),
    Box("32.street", "Street of that place", Spot(59, 23, 26), cut=True),
    Box("32.city", "City, state, ZIP code of that place", Spot(60, 23, 26), cut=True),
    Box("32a", "NPI of that place"),
    Box("32b", "Other ID of that place"),
    Box("33.phone", "Phone of who bills", Spot(57, 66, 11)),
    Box("33", "Who bills", Spot(58, 50, 29), cut=True),
    Box("33.street", "Street of who bills", Spot(59, 50, 29), cut=True),
    Box("33.city", "City, state, ZIP code of who bills", Spot(60, 50, 29), cut=True),
    Box("33a", "NPI of who bills", Spot(61, 50, 10)),
    Box("33b", "Other ID of who bills", Spot(61, 63, 17)),
)  # fmt: skip
"""Boxes 1 to 23 and 25 to 33 with the block above them; 24 is the lines. Those without a spot are always left empty here."""

COLUMNS = (
    Box("24I", "Kind of the ID", Spot(-1, 65, 2)),
    Box("24J.id", "License", Spot(-1, 68, 11)),
    Box("24A", "From and to", Spot(0, 1, 17)),
    Box("24B", "Place of service", Spot(0, 19, 2)),
    Box("24C", "Emergency"),
    Box("24D", "Code", Spot(0, 25, 6)),
    Box("24D.modifiers", "Modifiers", Spot(0, 33, 11)),
    Box("24E", "Diagnosis pointer", Spot(0, 45, 4)),
    Box("24F", "Charge", Spot(0, 50, 8)),
    Box("24G", "Units", Spot(0, 59, 3)),
    Box("24H", "Family plan"),
    Box("24J", "NPI", Spot(0, 68, 10)),
)
"""The parts of box 24, by line of the form: 0 is the lower half of a service line, -1 the shaded half above it."""

LABELS = {box.code: box.label for box in (*BOXES, *COLUMNS)}
AMOUNTS = frozenset({"24F", "24G", "28", "29"})
"""Set at the right end of their spot."""


def line_of(number: int) -> int:
    """The typing line of the lower half of service line `number`, from 1."""
    return 42 + 2 * number
