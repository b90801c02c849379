"""Terms x notice x who leaves x how it is paid: what the page shows is what is charged, what the ledger says and what Stripe keeps.

What it should be is counted here anew, from percentages and seconds alone.
"""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import cycle, product

import pytest

from booking.appointments.actions.cancel import Cancelling, cancel
from booking.appointments.actions.progress import complete, mark_no_show
from booking.appointments.changes.history import Doer
from booking.appointments.changes.waivers import assess_leaving
from booking.appointments.models import Appointment
from booking.ledger.models import LedgerEntry
from booking.quotes.rules.agreed import AgreedTerms, agreed_to_dict
from booking.upkeep.queries import findings
from marketplace.db import db
from providers.services.rules.terms import DEFAULT_TERMS, Step
from tests.factories import AppointmentFactory, PersonFactory, bookable_provider
from tests.support.cards import Till
from tests.support.endings import finish, keep_card, kept_of, look, take_deposit
from tests.support.profiles import print_line
from tests.support.visits import BASE_URL

SECOND = timedelta(seconds=1)
PRICE, TAX = 13_333, 600
TOTAL = PRICE + TAX
LINES = [{"code": "service", "label": "Medical massage", "amount_cents": PRICE}, {"code": "tax", "label": "Tax", "amount_cents": TAX}]
TERMS = {
    "the usual": DEFAULT_TERMS,
    "strict": replace(DEFAULT_TERMS, steps=(Step(48, 0), Step(24, 33), Step(0, 100)), grace_minutes=0),
    "mild": replace(DEFAULT_TERMS, steps=(Step(4, 0), Step(0, 50)), no_show_percent=50, grace_minutes=60),
    "always something": replace(DEFAULT_TERMS, steps=(Step(24, 1), Step(0, 67)), no_show_percent=67),
}
# An hour is lost, and won, in the night before: elapsed time counts.
STARTS = {
    "a winter day": datetime(2027, 1, 20, 17, 0, tzinfo=UTC),
    "after the night that is short": datetime(2027, 3, 14, 16, 0, tzinfo=UTC),
    "after the night that is long": datetime(2027, 11, 7, 17, 0, tzinfo=UTC),
}
LONG_AGO = timedelta(days=5)


@dataclass(frozen=True)
class Way:
    """How a visit is paid: what was taken or is kept by a bank beforehand, and whether a card is on file."""

    held_cents: int = 0
    later: bool = False
    on_file: bool = False


WAYS = {
    "at the visit": Way(),
    "card on file": Way(on_file=True),
    "a deposit": Way(4_000),
    "a deposit, a bank keeps it": Way(4_000, later=True),
    "a deposit and a card": Way(4_000, on_file=True),
    "paid ahead": Way(TOTAL),
    "paid ahead, a bank keeps it": Way(TOTAL, later=True, on_file=True),
}


@dataclass(frozen=True)
class Case:
    """Somebody ends a visit at an instant. `doer` is who cancels, or `nobody comes`, or `done`."""

    terms: str
    start: str
    way: str
    doer: str
    at: datetime
    booked_at: datetime


def edges(terms, start):
    """The seconds around every moment at which the fee changes, and around the end of the grace after a late booking."""
    for step in terms.steps:
        for moved in (-1, 0, 1):
            at = start - timedelta(hours=step.hours) + moved * SECOND
            if at <= start:
                yield at, start - LONG_AGO
    booked = start - timedelta(hours=2)
    yield from (
        (booked + timedelta(minutes=terms.grace_minutes) + moved * SECOND, booked) for moved in (-1, 0, 1) if moved >= -terms.grace_minutes
    )


def all_cases():
    """Every combination."""
    for terms, (start, begins), way in product(TERMS, STARTS.items(), WAYS):
        for at, booked in edges(TERMS[terms], begins):
            yield from (Case(terms, start, way, doer, at, booked) for doer in ("client", "provider", "admin"))
        for doer in ("nobody comes", "done"):
            yield Case(terms, start, way, doer, begins + timedelta(hours=2), begins - LONG_AGO)


def some_cases(terms):
    """Each edge once by the client, the ways and the days in turn; each way once for everybody else."""
    ways, turn = cycle(WAYS), list(TERMS).index(terms)
    start = list(STARTS)[(turn + 1) % len(STARTS)]
    yield from (Case(terms, start, next(ways), "client", at, booked) for at, booked in edges(TERMS[terms], STARTS[start]))
    for doer in ("provider", "admin", "nobody comes", "done"):
        late = STARTS[start] + timedelta(hours=2 if doer in {"nobody comes", "done"} else -2)
        yield from (Case(terms, start, way, doer, late, STARTS[start] - LONG_AGO) for way in list(WAYS)[1:])


def percent_of(case):
    """The share of the price that is due, from elapsed seconds alone."""
    terms, start = TERMS[case.terms], STARTS[case.start]
    if case.doer == "nobody comes":
        return terms.no_show_percent
    if case.doer != "client" or case.at <= case.booked_at + timedelta(minutes=terms.grace_minutes):
        return 0
    left = (start - case.at).total_seconds()
    return next(step.fee_percent for step in terms.steps if left >= step.hours * 3600)


def share(percent):
    return int((Decimal(PRICE) * percent / 100).quantize(Decimal(1), ROUND_HALF_UP))


class Walk:
    """One provider and one client, whose visit begins, is paid and ends again and again."""

    def __init__(self, clock):
        self.clock, self.till = clock, Till(clock)
        self.provider, self.person = bookable_provider(), PersonFactory()

    def visit(self, case):
        start, way = STARTS[case.start], WAYS[case.way]
        self.clock.set(min(case.booked_at, case.at))
        agreed = AgreedTerms(TERMS[case.terms], PRICE, start, case.booked_at)
        visit = AppointmentFactory(
            provider=bookable_provider() if case.doer == "done" else self.provider, person=self.person, starts_at=start, booked_at=case.booked_at, total_cents=TOTAL,
            terms=agreed_to_dict(agreed, "As agreed."), quote={"lines": LINES, "total_cents": TOTAL},
        )  # fmt: skip
        if way.on_file:
            keep_card(self.till, visit)
        if way.held_cents:
            take_deposit(self.till, visit, way.held_cents, capture_later=way.later)
        self.clock.set(case.at)
        return look(visit)

    def end(self, case):
        """Walk one case through and hold every figure against what it should be; gives the fee."""
        before = kept_of(self.till)
        visit, way = self.visit(case), WAYS[case.way]
        fee = share(percent_of(case))
        paid = 0 if way.later else way.held_cents
        if case.doer in {"client", "provider", "admin"}:
            shown = assess_leaving(db.session(), visit, case.doer, case.at)
            assert (shown.allowed, shown.fee_cents, shown.refund_cents) == (True, fee, max(0, paid - fee)), case
            told = cancel(visit.public_id, Cancelling(shown.fee_cents), Doer(case.doer, "test"), BASE_URL, case.at)[1]
            assert (told.fee_cents, told.refund_cents) == (shown.fee_cents, shown.refund_cents), case
        else:
            {"nobody comes": mark_no_show, "done": complete}[case.doer](visit.public_id, Doer("provider", "test"), case.at)
        finish(self.till)
        owed = TOTAL if case.doer == "done" else fee
        kept = owed if way.on_file and case.doer != "done" and owed - way.held_cents >= 50 else min(owed, way.held_cents)
        kept = max(kept, min(owed, way.held_cents))
        assert kept_of(self.till) - before == kept, case
        assert 0 <= fee <= PRICE
        assert kept <= max(way.held_cents, PRICE if way.on_file else 0), (
            case
        )  # what was paid, what a bank keeps, or what the card was given for
        self.compare(look(visit), case, owed, kept)
        return fee

    def compare(self, visit: Appointment, case, owed, kept):
        """The visit and its ledger say what Stripe keeps."""
        fee = 0 if case.doer == "done" else owed
        assert (visit.fee_cents, visit.paid_cents, visit.due_cents) == (fee, kept, owed - kept), case
        sums = {}
        for row in db.session.query(LedgerEntry).filter_by(appointment_id=visit.id):
            sums[row.debit] = sums.get(row.debit, 0) + row.amount_cents
            sums[row.credit] = sums.get(row.credit, 0) - row.amount_cents
        assert sum(sums.values()) == 0
        left = {account: cents for account, cents in sums.items() if cents}
        earned = {"provider_earned": -PRICE, "tax_collected": -TAX} if case.doer == "done" else {"provider_earned": -fee}
        wanted = {"card_clearing": kept, "client_receivable": owed - kept, **earned}
        assert left == {account: cents for account, cents in wanted.items() if cents}, case


def walk_all(clock, cases):
    walk = Walk(clock)
    fees = [(case, walk.end(case)) for case in cases]
    assert sum(thing.get("charges", 0) > 1 for thing in walk.till.double.things.values()) == 0  # no card was charged twice
    assert list(findings(db.session(), clock.now)) == []
    return fees


def never_falls(fees):
    """Leaving earlier never costs more, under the same terms for the same visit."""
    by_visit = {}
    for case, fee in fees:
        if case.doer == "client":
            by_visit.setdefault((case.terms, case.start, case.booked_at), []).append((case.at, fee))
    for rows in by_visit.values():
        assert [fee for _at, fee in sorted(rows)] == sorted(fee for _at, fee in rows)


@pytest.mark.parametrize("terms", TERMS)
def test_shown_is_charged_is_booked_is_what_stripe_keeps(ctx, clock, terms):
    never_falls(walk_all(clock, some_cases(terms)))


@pytest.mark.soak
def test_the_whole_grid(ctx, clock, database, capsys):
    fees = walk_all(clock, all_cases())
    never_falls(fees)
    doers = Counter(case.doer for case, _fee in fees)
    with capsys.disabled():
        print_line(
            f"the whole grid, {database.kind}: {len(fees)} endings ({', '.join(f'{doer} {n}' for doer, n in doers.items())}), no figure differs"
        )
