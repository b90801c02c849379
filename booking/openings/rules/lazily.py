"""Starts that are worked out only as far as somebody looks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from marketplace.kernel.intervals import Span


class Starts:
    """Starts in order, worked out only as far as somebody looks."""

    def __init__(self, source: Iterable[int]) -> None:
        self._source = iter(source)
        self._seen: list[int] = []

    def __bool__(self) -> bool:
        return bool(self.first(1))

    def __iter__(self) -> Iterator[int]:
        at = 0
        while at < len(self._seen) or len(self.first(at + 1)) > at:
            yield self._seen[at]
            at += 1

    def first(self, count: int) -> list[int]:
        """The first `count`, or as many as there are."""
        while len(self._seen) < count:
            start = next(self._source, None)
            if start is None:
                break
            self._seen.append(start)
        return self._seen[:count]


NO_STARTS = Starts(())


def only_in(starts: Iterable[int], spans: Sequence[Span]) -> Iterator[int]:
    """Those of sorted starts that lie in sorted, disjoint spans."""
    at, count = 0, len(spans)
    for start in starts:
        while at < count and spans[at][1] <= start:
            at += 1
        if at == count:
            return
        if spans[at][0] <= start:
            yield start
