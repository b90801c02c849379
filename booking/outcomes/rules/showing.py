"""How trends are shown: one sheet a measure, with the points of a small drawing. Numbers for the drawing are whole units of its box."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from booking.outcomes.rules.measures import FREE_LABEL, MEASURES, Measure, number
from booking.outcomes.rules.trends import Point, Taken, Trend, activities, rounded, trend

WIDTH, HEIGHT, MARGIN = 320, 96, 8


@dataclass(frozen=True)
class Sheet:
    """One measure of one label over time. `label` is in words, `line` the points (x, y) of its drawing, oldest first."""

    measure: Measure
    label: str | None
    trend: Trend
    line: tuple[tuple[int, int], ...]


def sheets(taken: Sequence[Taken]) -> list[Sheet]:
    """A sheet for everything that was ever taken, in the order of the measures; the mean of the activities before each of them."""
    return [_sheet(measure, label, taken) for measure in MEASURES.values() for label in _labels(measure, taken)]


def _labels(measure: Measure, taken: Sequence[Taken]) -> list[str | None]:
    there = [one.label for one in taken if one.measure == measure.code]
    if not there:
        return []
    if measure.labels is FREE_LABEL:
        return [None, *activities(taken)]
    return [label for label in measure.labels if label in there] if measure.labels else [None]


def _sheet(measure: Measure, label: str | None, taken: Sequence[Taken]) -> Sheet:
    made = trend(measure, taken, label)
    words = (measure.labels or {}).get(label, label) if label is not None else None
    return Sheet(measure, words, made, line(measure, made.points))


def line(measure: Measure, points: Sequence[Point]) -> tuple[tuple[int, int], ...]:
    """Where the points stand in a box of WIDTH by HEIGHT: days from left to right, the scale from bottom to top.

    A scale whose end nobody reaches (degrees) is drawn as far as its values go.
    """
    if not points:
        return ()
    first, days = points[0].on.toordinal(), max((points[-1].on - points[0].on).days, 1)
    high = measure.high if measure.unit != "degrees" else max(int(point.tenths) for point in points) or 1
    return tuple(
        (
            MARGIN + (point.on.toordinal() - first) * (WIDTH - 2 * MARGIN) // days,
            HEIGHT - MARGIN - int((point.tenths - measure.low) * (HEIGHT - 2 * MARGIN) / max(high - measure.low, 1)),
        )
        for point in points
    )


def trend_to_dict(made: Trend) -> dict[str, object]:
    """The trend as programs read it: numbers in the measure's units, means to the tenth."""
    return {
        "points": [{"on": point.on.isoformat(), "value": number(rounded(point.tenths))} for point in made.points],
        "first": number(rounded(made.first.tenths)) if made.first else None,
        "last": number(rounded(made.last.tenths)) if made.last else None,
        "change": number(rounded(made.change)) if made.change is not None else None,
        "matters": made.matters,
        "way": made.way,
        "size": made.size,
    }


def measure_to_dict(measure: Measure) -> dict[str, object]:
    """What a program needs to ask for a measure."""
    return {
        "code": measure.code,
        "title": measure.title,
        "question": measure.question or None,
        "low": number(measure.low),
        "high": number(measure.high),
        "step": number(measure.step),
        "unit": measure.unit,
        "labels": None if measure.labels is FREE_LABEL else list(measure.labels),
        "by_client": measure.by_client,
        "source": measure.source,
    }
