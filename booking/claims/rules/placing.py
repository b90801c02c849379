"""Forms as sheets: the texts alone, for a form that is already printed, or with our own plain boxes around them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from booking.claims.rules.boxes import AMOUNTS, BOXES, COLUMNS, MOST_LINES, Box, Spot, line_of
from booking.claims.rules.filling import Form, told_in
from booking.papers.rules.typed import Frame, Sheet, Typed

FORM, DRAFT = "form", "draft"
LAYOUTS = (FORM, DRAFT)
LEFT, TOP, LETTER, LINE = 24.0, 20.0, 7.2, 12.0
"""Where the typing area begins on a letter-sized sheet, and its pitch: ten letters and six lines an inch, in points."""
CROSS = "X"
MOST_SHIFT_MM = 12
_POINTS_A_MM = 72 / 25.4
# The draft's own letters are smaller, so that a label fits between two lines.
_DRAFT, _ABOVE, _HIGH, _SMALL = 9.0, 6.4, 8.2, 4.6
_LABEL_LETTERS_A_COLUMN = 3
_SAYS = "Draft for checking, not a claim form. Sheet {number} of {count}. Nothing is sent to an insurer from here; coverage is unknown."


def sheets_of(forms: Sequence[Form], layout: str = FORM, right_mm: int = 0, down_mm: int = 0) -> tuple[Sheet, ...]:
    """One sheet a form. `right_mm` and `down_mm` move all texts, for a printer that feeds a little askew."""
    moved = (right_mm * _POINTS_A_MM, down_mm * _POINTS_A_MM)
    if layout == FORM:
        return tuple(Sheet(tuple(_texts(form, moved))) for form in forms)
    return tuple(_draft(form, number, len(forms)) for number, form in enumerate(forms, start=1))


def _texts(form: Form, moved: tuple[float, float] = (0, 0)) -> Iterator[Typed]:
    for box, text, number in told_in(form):
        spot = box.choices.get(text) or box.spot
        if spot is not None:
            shown = CROSS if box.choices else text.rjust(spot.width) if box.code in AMOUNTS else text
            lead = len(shown) - len(shown.lstrip())
            x, y = place_of(_lowered(spot, number))
            yield Typed(round(x + lead * LETTER + moved[0], 2), round(y + moved[1], 2), shown.lstrip())


def place_of(spot: Spot) -> tuple[float, float]:
    """The left end and the baseline of a spot, in points."""
    return LEFT + (spot.column - 1) * LETTER, TOP + spot.line * LINE


def _lowered(spot: Spot, number: int) -> Spot:
    """A spot of box 24 on its service line; others as they are."""
    return Spot(spot.line + line_of(number), spot.column, spot.width) if number else spot


def _draft(form: Form, number: int, count: int) -> Sheet:
    head = Typed(LEFT, 24, _SAYS.format(number=number, count=count), 8, pitched=False)
    rows = [(box, _lowered(spot, 0), word) for box in BOXES for word, spot in _spots(box)]
    rows += [(box, _lowered(spot, line), word) for line in range(1, MOST_LINES + 1) for box in COLUMNS for word, spot in _spots(box)]
    labels = tuple(_label(box, spot, word) for box, spot, word in rows)
    texts = tuple(replace(typed, size=_DRAFT) for typed in _texts(form))
    return Sheet((head, *labels, *texts), tuple(_frame(spot) for _box, spot, _word in rows))


def _spots(box: Box) -> Iterator[tuple[str, Spot]]:
    if box.spot:
        yield "", box.spot
    yield from box.choices.items()


def _frame(spot: Spot) -> Frame:
    x, y = place_of(spot)
    return Frame(round(x - 1, 2), round(y - _ABOVE, 2), round(spot.width * LETTER + 1, 2), _HIGH)


def _label(box: Box, spot: Spot, word: str) -> Typed:
    x, y = place_of(spot)
    name = box.code.partition(".")[0] if box.code != "24J.id" else "24J"
    words = f"{name} {word or box.label}".removeprefix("0 ")
    fits = word or len(words) <= spot.width * _LABEL_LETTERS_A_COLUMN
    return Typed(round(x - 1, 2), round(y - _ABOVE - 0.6, 2), words if fits else name, _SMALL, pitched=False)
