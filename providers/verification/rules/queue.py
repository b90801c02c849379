"""What comes first at the checkers' desk, who has what on the table, and what is opened next."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from providers.credentials.rules.states import SUBMITTED, UNDER_REVIEW

URGENT_DAYS = 14
"""A renewal goes before the rest when the version that stands ends within so many days."""
TABLE_MINUTES = 30
"""So long something stays on a checker's table; then anybody may take it."""
WINDOW = 50
"""So many lines of the queue stand beside an opened credential."""

_NEVER = datetime.max.replace(tzinfo=UTC)
Place = tuple[date, datetime, int]


@dataclass(frozen=True)
class QueueItem:
    """A line of the queue. `held_until` is the last day of the version that stands, for a renewal; actors are the audit's."""

    id: int
    public_id: str
    kind: str
    status: str
    submitted_at: datetime | None = None
    held_until: date | None = None
    taken_by: str | None = None
    taken_at: datetime | None = None
    first_verified_by: str | None = None

    @property
    def waits(self) -> bool:
        """Whether a checker is to decide."""
        return self.status in (SUBMITTED, UNDER_REVIEW)


@dataclass(frozen=True)
class Around:
    """Where an opened credential stands: the lines to show beside it, and the ids before and after it."""

    items: tuple[QueueItem, ...]
    before: str | None
    after: str | None


def place_of(item: QueueItem, today: date) -> Place:
    """Where an item stands: renewals whose old version ends soon by that day (all that ended already are alike), then the oldest first."""
    return _urgent_until(item, today) or date.max, item.submitted_at or _NEVER, item.id


def _urgent_until(item: QueueItem, today: date) -> date | None:
    if not item.waits or item.held_until is None or (item.held_until - today).days > URGENT_DAYS:
        return None
    return max(item.held_until, today - timedelta(days=1))


def is_urgent(item: QueueItem, today: date) -> bool:
    """Whether it goes before the rest."""
    return _urgent_until(item, today) is not None


def in_order(items: Iterable[QueueItem], today: date) -> list[QueueItem]:
    """The queue as it is worked off."""
    return sorted(items, key=lambda item: place_of(item, today))


def page_after(items: Sequence[QueueItem], last: QueueItem | None, today: date, size: int) -> tuple[list[QueueItem], bool]:
    """The page of an ordered queue behind the last item of the page before, which may have left it since; and whether more follow."""
    begin = (
        0 if last is None else next((nth for nth, item in enumerate(items) if place_of(item, today) > place_of(last, today)), len(items))
    )
    return list(items[begin : begin + size]), len(items) > begin + size


def around(items: Sequence[QueueItem], public_id: str) -> Around:
    """What stands around an opened credential of an ordered queue; the first lines where it is not in it."""
    here = next((nth for nth, item in enumerate(items) if item.public_id == public_id), None)
    if here is None:
        return Around(tuple(items[:WINDOW]), None, items[0].public_id if items else None)
    begin = max(0, min(here - WINDOW // 2, len(items) - WINDOW))
    before = items[here - 1].public_id if here else None
    after = items[here + 1].public_id if here + 1 < len(items) else None
    return Around(tuple(items[begin : begin + WINDOW]), before, after)


def on_table_of(taken_by: str | None, taken_at: datetime | None, now: datetime) -> str | None:
    """Who has it on the table; None once that has gone stale."""
    if taken_by is None or taken_at is None or now - taken_at >= timedelta(minutes=TABLE_MINUTES):
        return None
    return taken_by


def next_free(items: Iterable[QueueItem], actor: str, now: datetime) -> QueueItem | None:
    """The first of an ordered queue that this checker can work on: on nobody else's table, and not one they were the first to verify."""
    return next(
        (
            item
            for item in items
            if item.waits and item.first_verified_by != actor and on_table_of(item.taken_by, item.taken_at, now) in (None, actor)
        ),
        None,
    )
