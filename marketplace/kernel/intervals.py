"""Half-open spans of whole minutes (or any integers): `(begin, end)` holds begin, not end. Empty spans hold nothing."""

from __future__ import annotations

from collections.abc import Iterable

Span = tuple[int, int]


def merge(spans: Iterable[Span]) -> list[Span]:
    """The same points as `spans`, as the fewest sorted spans: touching and overlapping ones join, empty ones go."""
    merged: list[Span] = []
    open_begin = open_end = 0
    for begin, end in sorted(spans):
        if begin >= end:
            continue
        if open_begin < open_end and begin <= open_end:
            open_end = max(open_end, end)
            continue
        if open_begin < open_end:
            merged.append((open_begin, open_end))
        open_begin, open_end = begin, end
    if open_begin < open_end:
        merged.append((open_begin, open_end))
    return merged


def gaps(span: Span, holes: Iterable[Span]) -> list[Span]:
    """What is left of one span when the holes are taken out, sorted. One sort and one pass: the busiest loop there is."""
    at, end = span
    left: list[Span] = []
    for hole_begin, hole_end in sorted(holes):
        if hole_end <= at or hole_begin >= hole_end:
            continue
        if hole_begin > at:
            if hole_begin >= end:
                break
            left.append((at, hole_begin))
        at = hole_end
    if at < end:
        left.append((at, end))
    return left


def subtract(spans: Iterable[Span], holes: Iterable[Span]) -> list[Span]:
    """The points of `spans` that lie in none of `holes`, merged and sorted."""
    whole = merge(spans)
    return intersect(whole, gaps((whole[0][0], whole[-1][1]), holes)) if whole else []


def intersect(a: Iterable[Span], b: Iterable[Span]) -> list[Span]:
    """The points that lie in both, merged and sorted."""
    left, right = merge(a), merge(b)
    shared: list[Span] = []
    i = j = 0
    while i < len(left) and j < len(right):
        begin = max(left[i][0], right[j][0])
        end = min(left[i][1], right[j][1])
        if begin < end:
            shared.append((begin, end))
        if left[i][1] <= right[j][1]:
            i += 1
        else:
            j += 1
    return shared


def overlaps(a: Span, b: Span) -> bool:
    """Whether two spans share a point. Touching spans and empty spans share none."""
    return max(a[0], b[0]) < min(a[1], b[1])


def covers(spans: Iterable[Span], span: Span) -> bool:
    """Whether every point of `span` lies in `spans`, joined where they touch. An empty span is always covered."""
    begin, end = span
    if begin >= end:
        return True
    return any(low <= begin and end <= high for low, high in merge(spans))
