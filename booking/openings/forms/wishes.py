"""What a visit would be: a wish from a query string or a body."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from werkzeug.datastructures import MultiDict

from booking.openings.rules.asking import Wish
from marketplace.kernel.errors import FieldFault, Malformed, Refused
from marketplace.webkit.reading import Fields
from providers.places.gazetteer import find_zip
from providers.profiles.rules import MOBILE
from providers.schedule.rules.hours import SETTINGS
from providers.services.rules.calls import PHONE

MOST_ADD_ONS = 12


@dataclass(frozen=True)
class WishedStart:
    """A wish with one provider at one instant."""

    provider: str
    wish: Wish
    starts_at: datetime


def read_wished_start(body: dict[str, object], saved_zip: str | None) -> WishedStart:
    """The contract's Wish. Amounts are unknown fields: prices come from here alone."""
    fields = Fields(body)
    provider = fields.text("provider")
    starts_at = fields.instant("starts_at")
    wish = _wish(fields, saved_zip)
    fields.finish()
    return WishedStart(provider, wish, starts_at)


def read_wish(args: MultiDict[str, str], saved_zip: str | None, also: tuple[str, ...] = ()) -> Wish:
    """`service`, `minutes`, `setting`, `zip` and `add_ons` (with commas between) of a query string.

    `also` names the parameters that somebody else reads.
    """
    for name in args:
        if len(args.getlist(name)) > 1:
            raise Malformed("repeated_field", f"{name} may be given once.", faults=[FieldFault(name, "This may be given once.")])
    data: dict[str, object] = {name: text.strip() for name, text in args.items() if name not in also and text.strip()}
    minutes = str(data.get("minutes", ""))
    if minutes.isascii() and minutes.isdigit() and len(minutes) < 6:
        data["minutes"] = int(minutes)
    if "add_ons" in data:
        data["add_ons"] = str(data["add_ons"]).split(",")
    fields = Fields(data)
    wish = _wish(fields, saved_zip)
    fields.finish()
    return wish


def _wish(fields: Fields, saved_zip: str | None) -> Wish:
    service = fields.text("service", longest=40)
    minutes = fields.integer("minutes", least=1, most=480)
    setting = fields.choice("setting", SETTINGS | {PHONE})
    code = fields.text("zip", saved_zip if setting in MOBILE else None, longest=10)
    add_ons = read_add_ons(fields)
    return Wish(service, minutes, setting, area_zip(code) if setting in MOBILE and code is not None else None, add_ons=add_ons)


def read_add_ons(fields: Fields) -> tuple[str, ...]:
    """The codes of what is wished for on top; a service has twelve at most."""
    codes = fields.texts("add_ons", []) or []
    if len(codes) > MOST_ADD_ONS:
        fields.fault("add_ons", f"At most {MOST_ADD_ONS} add-ons.")
    return tuple(codes[:MOST_ADD_ONS])


def area_zip(code: str) -> str:
    """The area a ZIP code belongs to; codes of single buildings count as the area around them. Raises Refused `outside_manhattan`."""
    area = find_zip(code)
    if area is None:
        sentence = f"{code} is not a ZIP code in Manhattan. Visits can be booked in Manhattan only."
        raise Refused("outside_manhattan", sentence, faults=[FieldFault("zip", sentence)])
    return area.zip
