"""How the demo's visits were paid: by the rules that booking uses, drawn from each visit's own name, so that nothing else is drawn anew."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from booking.appointments.rules.states import CANCELLED, COMPLETED, NO_SHOW
from booking.demo.rules.meetings import Visit
from booking.ledger.rules.entries import LATE_CANCEL, Entry, Group, charge, credited, fee, forgiven, paid_at_visit
from booking.ledger.rules.entries import NO_SHOW as NO_SHOW_FEE

PAID_OF_100, FEES_PAID_OF_100 = 92, 55
WAYS = ("cash", "terminal", "terminal", "check")
DAYS_LATER = 2


@dataclass(frozen=True)
class Paid:
    """A payment of a visit, as its receipt tells it."""

    group: Group
    how: str
    amount_cents: int
    at: datetime


@dataclass(frozen=True)
class Story:
    """A visit's groups of entries with their instants, in order, and its payment where there was one."""

    groups: tuple[tuple[Group, datetime], ...] = ()
    paid: Paid | None = None

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All entries."""
        return tuple(one for group, _at in self.groups for one in group.entries)


def money_of(visit: Visit, now: datetime) -> Story:
    """What the ledger says of a visit as of `now`: nothing before it is over; then its price or fee, mostly paid."""
    outcome, name = visit.outcome, visit.public_id
    at = visit.events[-1].at
    if outcome.status == COMPLETED:
        groups = [(charge(name, visit.quote["lines"]), next(event.at for event in visit.events if event.verb == COMPLETED))]
        return _paid(visit, groups, visit.total_cents, PAID_OF_100, timedelta(minutes=1), now)
    if outcome.status in {CANCELLED, NO_SHOW}:
        memo = NO_SHOW_FEE if outcome.status == NO_SHOW else LATE_CANCEL
        groups = [(fee(name, memo, outcome.fee_cents + outcome.waived_cents), at)]
        if outcome.waived_cents:
            groups.append((forgiven(name, outcome.waived_cents, outcome.cancel_reason or ""), at))
        if outcome.credit_cents:
            groups.append((credited(name, outcome.credit_cents), at))
        return _paid(visit, groups, outcome.fee_cents, FEES_PAID_OF_100, timedelta(days=DAYS_LATER), now)
    return Story()


def _paid(visit: Visit, groups: list[tuple[Group, datetime]], due_cents: int, of_100: int, later: timedelta, now: datetime) -> Story:
    chance, at = zlib.crc32(visit.public_id.encode()), groups[-1][1] + later
    if due_cents == 0 or chance % 100 >= of_100 or at > now:
        return Story(tuple(groups))
    how = WAYS[chance // 100 % len(WAYS)]
    group = paid_at_visit(visit.public_id, 1, how, due_cents)
    return Story((*groups, (group, at)), Paid(group, how, due_cents, at))
