"""What a client brings to a visit or has ready at home, and what of it is there already."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from booking.intake.rules.files import IMAGING, NOTE
from booking.intake.rules.telling import Home, Intake

THERE, OPEN, AGAIN, ADVICE = "there", "open", "again", "advice"


@dataclass(frozen=True)
class Item:
    """One thing: `there` is in our hands already, `open` is not, `again` wants another look, `advice` is only said."""

    code: str
    state: str


def bag(intake: Intake | None, asked: str | None, card_asked: str | None, kinds: Collection[str], *, mobile: bool) -> tuple[Item, ...]:
    """The list for one visit, in the order in which it is packed.

    `asked` and `card_asked` say why intake and comfort card are asked for (None: they stand); `kinds` are those of the files kept.
    """
    told = OPEN if intake is None else AGAIN if asked else THERE
    card = THERE if card_asked is None else AGAIN if card_asked != "never" else OPEN
    items = [
        Item("intake", told),
        Item("medicines", told),
        Item("comfort", card),
        Item("imaging", THERE if IMAGING in kinds else OPEN),
        Item("doctor_notes", THERE if NOTE in kinds else OPEN),
        Item("clothing", ADVICE),
        Item("water", ADVICE),
    ]
    return (*items, Item("home", THERE if intake and intake.home not in (None, Home()) else OPEN)) if mobile else tuple(items)
