"""How the time that outside calendars take is laid between what is booked here: every minute once, and nothing that is taken already."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from marketplace.kernel.intervals import Span, gaps, merge, subtract


class OutsideSpan(NamedTuple):
    """Minutes that an outside calendar takes, in epoch minutes, and the ZIP code where, if that is known."""

    begin_minute: int
    end_minute: int
    zip: str | None = None


@dataclass(frozen=True)
class Laying:
    """What must change: row ids of claims to give back, spans to take."""

    give_back: tuple[int, ...]
    take: tuple[OutsideSpan, ...]


def cut_by_place(spans: Iterable[OutsideSpan]) -> list[OutsideSpan]:
    """The same minutes as spans that do not meet: one with a place keeps its minutes from the one that begins later."""
    spans = list(spans)
    placed: list[OutsideSpan] = []
    for span in sorted(span for span in spans if span.zip is not None):
        begin = max(span.begin_minute, placed[-1].end_minute) if placed else span.begin_minute
        if begin < span.end_minute:
            placed.append(OutsideSpan(begin, span.end_minute, span.zip))
    rest = subtract([span[:2] for span in spans], [span[:2] for span in placed])
    joined: list[OutsideSpan] = []
    for span in sorted([*placed, *(OutsideSpan(*piece) for piece in rest)], key=lambda one: one[:2]):
        if joined and joined[-1].end_minute == span.begin_minute and joined[-1].zip == span.zip:
            joined[-1] = joined[-1]._replace(end_minute=span.end_minute)
        else:
            joined.append(span)
    return joined


def lay(busy: Iterable[OutsideSpan], taken: Iterable[Span], laid: Mapping[int, OutsideSpan]) -> Laying:
    """What to change so that exactly the busy minutes that nothing else takes are laid. Nothing, where that is so already."""
    holes = merge(taken)
    ends = [end for _begin, end in holes]
    wanted = [
        OutsideSpan(begin, end, span.zip)
        for span in cut_by_place(busy)
        for begin, end in gaps(span[:2], _meeting(span, holes, ends))
    ]  # fmt: skip
    standing = set(laid.values())
    kept = set(wanted)
    return Laying(
        tuple(row for row, span in laid.items() if span not in kept), tuple(span for span in wanted if span not in standing)
    )  # fmt: skip


def _meeting(span: OutsideSpan, holes: Sequence[Span], ends: Sequence[int]) -> list[Span]:
    found = []
    for hole in holes[bisect_right(ends, span.begin_minute) :]:
        if hole[0] >= span.end_minute:
            break
        found.append(hole)
    return found


def changes_of(old: Mapping[int, OutsideSpan], new: Iterable[OutsideSpan], from_minute: int) -> Laying:
    """Rows to take out and spans to add so that from `from_minute` on `new` is what stands. A row that says the same there stays."""
    wanted = {_from(span, from_minute): span for span in new if span.end_minute > from_minute}
    gone = [row for row, span in old.items() if wanted.pop(_from(span, from_minute), None) is None]
    return Laying(tuple(gone), tuple(wanted.values()))


def _from(span: OutsideSpan, minute: int) -> OutsideSpan:
    return span._replace(begin_minute=max(span.begin_minute, minute))
