"""Why a claim form is made again: what differs between the one that was made and what one would say now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from booking.claims.rules.filling import VOIDS, Form

MONEY, SERVICES, DIAGNOSIS, ADDENDUM, INSURANCE, OTHER = "money", "services", "diagnosis", "addendum", "insurance", "other"
WHY = {
    MONEY: "What was charged or paid has changed since.",
    SERVICES: "What was done, by the signed note, has changed since.",
    DIAGNOSIS: "The diagnosis has changed since.",
    ADDENDUM: "An addendum was written to the signed note since.",
    INSURANCE: "The client has changed their insurance details since.",
    OTHER: "Something else on the form has changed since.",
}
_APART = frozenset({"22", "22.reference", "27", "31.on"})
_MONEY, _SERVICES = ("24F",), ("24A", "24B", "24D", "24D.modifiers", "24G")


@dataclass(frozen=True)
class Basis:
    """What a form rests on: the superbill and the details (their public ids), and how many addenda the note had."""

    superbill: str
    details: str
    addenda: int


def why_again(kept: tuple[Basis, Sequence[Form]], now: tuple[Basis, Sequence[Form]]) -> tuple[str, ...]:
    """The reasons, in the order in which they are told; none where both would say the same."""
    return tuple(dict.fromkeys(_reasons(kept, now)))


def _reasons(kept: tuple[Basis, Sequence[Form]], now: tuple[Basis, Sequence[Form]]) -> Iterator[str]:
    (was, old), (stands, new) = kept, now
    if _boxes(old, ("28", "29")) != _boxes(new, ("28", "29")) or _columns(old, _MONEY) != _columns(new, _MONEY):
        yield MONEY
    if _columns(old, _SERVICES) != _columns(new, _SERVICES):
        yield SERVICES
    if _diagnoses(old) != _diagnoses(new):
        yield DIAGNOSIS
    if stands.addenda != was.addenda:
        yield ADDENDUM
    if stands.details != was.details:
        yield INSURANCE
    told = {"28", "29"} | {code for form in (*old, *new) for code in form.boxes if code.startswith("21.")} | _APART
    rest = [[{code: text for code, text in form.boxes.items() if code not in told} for form in forms] for forms in (old, new)]
    if rest[0] != rest[1] and stands.details == was.details:
        yield OTHER


def _boxes(forms: Sequence[Form], codes: Sequence[str]) -> list[list[str | None]]:
    return [[form.boxes.get(code) for code in codes] for form in forms]


def _columns(forms: Sequence[Form], codes: Sequence[str]) -> list[list[list[str | None]]]:
    return [[[line.get(code) for code in codes] for line in form.lines] for form in forms]


def _diagnoses(forms: Sequence[Form]) -> list[dict[str, str]]:
    return [{code: text for code, text in form.boxes.items() if code.startswith("21.")} for form in forms]


def voided(forms: Sequence[Form], reference: str) -> tuple[Form, ...]:
    """The same forms as those that the insurer has, taken back."""
    return tuple(Form({**form.boxes, "22": VOIDS, "22.reference": reference}, form.lines) for form in forms)


def form_to_dict(form: Form) -> dict[str, Any]:
    """Plain values for keeping and for programs."""
    return {"boxes": dict(form.boxes), "lines": [dict(line) for line in form.lines]}


def form_from_dict(kept: Mapping[str, Any]) -> Form:
    """What was kept."""
    return Form(kept["boxes"], tuple(kept["lines"]))
