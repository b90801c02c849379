"""Statements by both sides: what each event does to a balance, and the same sums found by walking through all entries by hand."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from booking.fees import rules as fees
from booking.giftcards import rules as giftcards
from booking.ledger.rules import entries as ledger
from booking.ledger.rules.entries import ACCOUNTS, Entry
from booking.ledger.rules.story import Told
from booking.packages import rules as packages
from booking.payouts import rules as payouts
from booking.statements.rules.sides import OF_CLIENT, OF_PROVIDER
from booking.statements.rules.spans import Span, month_of, months_in, span_faults, year_of
from booking.statements.rules.statement import Row, state
from booking.statements.rules.words import paper_of, told_changes, told_parts
from marketplace.kernel.money import format_usd

YEAR = year_of(date(2027, 5, 5))
LINES = [{"code": "service", "amount_cents": 16_000}, {"code": "travel", "amount_cents": 2_500}, {"code": "tax", "amount_cents": 833}]
WORTH = packages.Worth(5, 14_000, 630, 16_000, 720)
AT = datetime(2027, 1, 12, 17, 0, tzinfo=UTC)
LATER = datetime(2028, 1, 2, tzinfo=UTC)


def told(group):
    return [Told(group.key, one, AT, group.corrects, group.reason) for one in group.entries]


def changes(side, *groups):
    return {kind: cents for kind, cents in side.changed(one for group in groups for one in told(group)).items() if cents}


def parts(side, *groups):
    return {part: cents for part, cents in side.standing(one for group in groups for one in group.entries).items() if cents}


def undone(group):
    return ledger.counter(group.key, group.entries, "a slip")


VISIT = ledger.charge("v", LINES)
CASH = ledger.paid_at_visit("v", 1, "cash", 19_333)
PARKED = ledger.parking_paid_back("v", 1_800)


@pytest.mark.parametrize(
    ("groups", "changed", "left"),
    [
        pytest.param([VISIT], {"charged": 19_333}, {"due": 19_333, "balance": 19_333}, id="a visit that is over is owed"),
        pytest.param([VISIT, CASH], {"charged": 19_333, "paid": 19_333}, {}, id="and paid in hand"),
        pytest.param([VISIT, CASH, undone(CASH)], {"charged": 19_333}, {"due": 19_333, "balance": 19_333}, id="a slip was never paid"),
        pytest.param([ledger.deposit_taken("d", 5_000)], {"paid": 5_000}, {"held": 5_000, "balance": -5_000}, id="a card payment is held"),
        pytest.param(
            [ledger.deposit_taken("d", 5_000), VISIT, ledger.deposit_used("v", 5_000)],
            {"paid": 5_000, "charged": 19_333, "moved": 5_000},
            {"due": 14_333, "balance": 14_333},
            id="and counts once when it is used",
        ),
        pytest.param(
            [ledger.deposit_taken("d", 5_000), ledger.refund("r", 5_000, "so", held=True)],
            {"paid": 5_000, "moved": 5_000},
            {"refunds_owed": 5_000, "balance": -5_000},
            id="a refund is owed until it has left",
        ),
        pytest.param(
            [ledger.deposit_taken("d", 5_000), ledger.refund("r", 5_000, "so", held=True), ledger.refund_sent("r:sent", 5_000)],
            {"paid": 5_000, "moved": 5_000, "refunded": 5_000},
            {},
            id="then it is back",
        ),
        pytest.param(
            [ledger.fee("v", ledger.NO_SHOW, 16_000), ledger.forgiven("v", 16_000, "ill")],
            {"charged": 16_000, "waived": 16_000},
            {},
            id="a fee that the terms waive",
        ),
        pytest.param(
            [VISIT, ledger.waived("v", 1, 6_000, 259, "so")],
            {"charged": 19_333, "waived": 6_000},
            {"due": 13_333, "balance": 13_333},
            id="tax goes with what is waived",
        ),
        pytest.param([ledger.credited("v", 2_000)], {"credits": 2_000}, {"credit": 2_000, "balance": -2_000}, id="credit of a provider"),
        pytest.param([ledger.credited("v", 2_000), ledger.credit_ended("v", 2_000)], {}, {}, id="that ran out"),
        pytest.param(
            [ledger.deposit_taken("d", 73_150), packages.sold("p", "card", 73_150), packages.earned("v", "card", WORTH)],
            {"paid": 73_150, "moved": 73_150, "charged": 14_630},
            {"prepaid": 58_520, "balance": -58_520},
            id="a package is charged visit by visit",
        ),
        pytest.param([fees.taken("v", 500)], {}, {}, id="what the platform takes is none of the client's"),
        pytest.param([ledger.parking_paid_back("v", 1_800)], {}, {}, id="nor is what it pays back of parking"),
        pytest.param(
            [ledger.deposit_taken("d", 9_000), giftcards.sold("g", "card", 9_000)],
            {"charged": 9_000, "paid": 9_000},
            {},
            id="a gift card is bought, and then whoever's who holds it",
        ),
        pytest.param(
            [giftcards.set_aside("v", "g", "cash", 9_000)],
            {"paid": 9_000},
            {"held": 9_000, "balance": -9_000},
            id="a gift card pays in advance for whoever uses it",
        ),
        pytest.param(
            [giftcards.set_aside("v", "g", "cash", 9_000), giftcards.came_back("v", "g", 1, "cash", giftcards.Return(1, 9_000, 0))],
            {"paid": 9_000, "refunded": 9_000},
            {},
            id="and has it back",
        ),
    ],
)
def test_a_client_reads(groups, changed, left):
    assert changes(OF_CLIENT, *groups) == changed
    assert parts(OF_CLIENT, *groups) == left


@pytest.mark.parametrize(
    ("groups", "changed", "left"),
    [
        pytest.param(
            [VISIT], {"earned": 18_500, "tax": 833}, {"owed_by_clients": 19_333, "balance": 19_333}, id="earned when the visit is over"
        ),
        pytest.param([VISIT, CASH], {"earned": 18_500, "tax": 833, "in_hand": 19_333}, {}, id="and received in hand"),
        pytest.param([ledger.deposit_taken("d", 19_333)], {}, {}, id="a card payment that is held is nobody's yet"),
        pytest.param(
            [VISIT, ledger.paid_by_card("c", 19_333), fees.taken("v", 500)],
            {"earned": 18_500, "tax": 833, "card": 19_333, "fees": 500},
            {"with_us": 18_833, "balance": 18_833},
            id="card money less our fee is with us",
        ),
        pytest.param(
            [VISIT, ledger.paid_by_card("c", 19_333), fees.taken("v", 500), payouts.paid_out("o", "v", 18_833)],
            {"earned": 18_500, "tax": 833, "card": 19_333, "fees": 500, "paid_out": 18_833},
            {},
            id="until it is paid out",
        ),
        pytest.param(
            [ledger.parking_paid_back("v", 1_800)], {"paid_back": 1_800}, {"with_us": 1_800, "balance": 1_800}, id="parking is with us"
        ),
        pytest.param(
            [ledger.parking_paid_back("v", 1_800), payouts.parking_paid_out("o", "v", 1_800)],
            {"paid_back": 1_800, "paid_out": 1_800},
            {},
            id="until it is paid out too",
        ),
        pytest.param([PARKED, undone(PARKED)], {}, {}, id="taken back it was never there"),
        pytest.param([ledger.credited("v", 2_000)], {"earned": -2_000}, {"credit_given": 2_000, "balance": -2_000}, id="credit costs"),
        pytest.param(
            [packages.sold("p", "cash", 73_150), packages.earned("v", "cash", WORTH)],
            {"in_hand": 73_150, "earned": 14_000, "tax": 630},
            {"prepaid_in_hand": 58_520, "balance": -58_520},
            id="prepaid visits are owed",
        ),
        pytest.param(
            [giftcards.sold("g", "cash", 9_000), giftcards.set_aside("v", "g", "cash", 9_000)],
            {"in_hand": 9_000},
            {"prepaid_in_hand": 9_000, "balance": -9_000},
            id="a gift card is owed, set aside for a visit or not",
        ),
    ],
)
def test_a_provider_reads(groups, changed, left):
    assert changes(OF_PROVIDER, *groups) == changed
    assert parts(OF_PROVIDER, *groups) == left


@pytest.mark.parametrize("side", [OF_CLIENT, OF_PROVIDER], ids=["client", "provider"])
def test_whatever_an_entry_is_between_a_balance_moves_by_what_is_told(side):
    for debit in ACCOUNTS:
        for credit in set(ACCOUNTS) - {debit}:
            for memo in ("paid_cash", ledger.WAIVED_TAX, ledger.NO_SHOW):
                one = Told("k", Entry(memo, debit, credit, 700), AT)
                assert side.standing([one.entry])["balance"] == side.effect(side.changed([one])), (debit, credit)


# --- the twin: pockets, by hand ---------------------------------------------------------------------------------------------------

MOMENTS = st.datetimes(datetime(2026, 11, 1), datetime(2028, 2, 1)).map(lambda at: at.replace(tzinfo=UTC))
CENTS = st.integers(1, 30_000)
NAMES = st.sampled_from(["v", "w", "x"])
GROUPS = st.one_of(
    st.builds(lambda visit: ledger.charge(visit, LINES), NAMES),
    st.builds(lambda visit, cents: ledger.fee(visit, ledger.LATE_CANCEL, cents), NAMES, CENTS),
    st.builds(lambda visit, cents: ledger.forgiven(visit, cents, "ill"), NAMES, CENTS),
    st.builds(lambda visit, cents: ledger.waived(visit, 1, cents + 1, 1, "so"), NAMES, CENTS),
    st.builds(lambda visit, how, cents: ledger.paid_at_visit(visit, 1, how, cents), NAMES, st.sampled_from(ledger.HOW), CENTS),
    st.builds(ledger.deposit_taken, NAMES.map(lambda name: f"payment:{name}"), CENTS),
    st.builds(ledger.paid_by_card, NAMES.map(lambda name: f"card:{name}"), CENTS),
    st.builds(ledger.deposit_used, NAMES, CENTS),
    st.builds(ledger.credited, NAMES, CENTS),
    st.builds(ledger.credit_used, NAMES, st.just(1), CENTS),
    st.builds(ledger.credit_ended, NAMES, CENTS),
    st.builds(lambda visit, cents, held: ledger.refund(f"refund:{visit}", cents, "so", held=held), NAMES, CENTS, st.booleans()),
    st.builds(ledger.refund_sent, NAMES.map(lambda name: f"sent:{name}"), CENTS, st.sampled_from([ledger.CARD, ledger.AT_VISIT])),
    st.builds(packages.sold, NAMES, st.sampled_from(["card", "cash"]), CENTS),
    st.builds(lambda visit, how: packages.earned(visit, how, WORTH), NAMES, st.sampled_from(["card", "cash"])),
    st.builds(lambda visit, how: packages.pays_fee(visit, how, WORTH), NAMES, st.sampled_from(["card", "cash"])),
    st.builds(giftcards.sold, NAMES, st.sampled_from(["card", "cash"]), CENTS),
    st.builds(giftcards.set_aside, NAMES, st.just("g"), st.sampled_from(["card", "cash"]), CENTS),
    st.builds(giftcards.used, NAMES, st.just("g"), st.sampled_from(["card", "cash"]), CENTS),
    st.builds(giftcards.cashed, NAMES, st.just(1), st.sampled_from(["card", "cash"]), CENTS),
    st.builds(fees.taken, NAMES, CENTS),
    st.builds(lambda visit, cents: payouts.paid_out("o", visit, cents), NAMES, CENTS),
    st.builds(ledger.parking_paid_back, NAMES, CENTS),
    st.builds(lambda visit, cents: payouts.parking_paid_out("o", visit, cents), NAMES, CENTS),
).flatmap(lambda group: st.sampled_from([group, undone(group)]))


@st.composite
def histories(draw):
    """Groups at instants in order, each under a key of its own, as rows."""
    found = draw(st.lists(st.tuples(MOMENTS, GROUPS), max_size=30))
    return [
        Row(Told(f"{group.key}#{number}", one, at, group.corrects, group.reason))
        for number, (at, group) in enumerate(sorted(found, key=lambda pair: pair[0]))
        for one in group.entries
    ]


def of_span(side, span, rows, now=LATER):
    earlier = [row.told.entry for row in rows if row.told.at < span.begins_at]
    return state(side, span, earlier, [row for row in rows if span.begins_at <= row.told.at < span.ends_at], now)


def pocket(rows, accounts):
    """What lies in some accounts together, entry by entry."""
    cents = 0
    for row in rows:
        for account in accounts:
            if row.told.entry.debit == account:
                cents += row.told.entry.amount_cents
            if row.told.entry.credit == account:
                cents -= row.told.entry.amount_cents
    return cents


CLIENTS = {ledger.CLIENT, ledger.DEPOSITS, ledger.REFUNDS, ledger.CREDIT, ledger.PREPAID, ledger.PREPAID_IN_HAND}
CLIENTS |= {ledger.GIFTS_ASIDE, ledger.GIFTS_ASIDE_IN_HAND}
GIFTS = {ledger.GIFTS, ledger.GIFTS_IN_HAND}


@given(histories())
@settings(max_examples=150)
def test_a_clients_sums_are_what_the_entries_say(rows):
    statement = of_span(OF_CLIENT, YEAR, rows)
    until = [row for row in rows if row.told.at < YEAR.ends_at]
    own = [row for row in until if row.told.at >= YEAR.begins_at]
    assert statement.after["balance"] == pocket(until, CLIENTS)
    assert statement.before["balance"] == pocket([row for row in until if row not in own], CLIENTS)
    touching = [row for row in own if {row.told.entry.debit, row.told.entry.credit} & CLIENTS]
    # Money that came in or went out lies at the card company, in the therapist's hands or on a gift card; all else is price (that of a
    # gift card too), waiver or credit.
    sold = [row for row in touching if row.told.entry.memo == ledger.GIFT_SOLD]
    others = [row for row in touching if row not in sold]
    assert statement.changed["paid"] - statement.changed["refunded"] == pocket(others, {ledger.CARD, ledger.AT_VISIT} | GIFTS)
    rest = -pocket(touching, {ledger.PROVIDER, ledger.TAX, ledger.WAIVED}) - pocket(sold, GIFTS)
    assert statement.changed["charged"] - statement.changed["waived"] - statement.changed["credits"] == rest


@given(histories())
@settings(max_examples=150)
def test_a_providers_sums_are_what_the_entries_say(rows):
    statement = of_span(OF_PROVIDER, YEAR, rows)
    own = [row for row in rows if YEAR.begins_at <= row.told.at < YEAR.ends_at]
    told = statement.changed
    assert told["earned"] == -pocket(own, {ledger.PROVIDER})
    assert told["tax"] == -pocket(own, {ledger.TAX})
    assert told["waived"] == pocket(own, {ledger.WAIVED})
    assert told["in_hand"] == pocket(own, {ledger.AT_VISIT})
    assert told["paid_out"] == pocket(own, {ledger.PAID_OUT})
    assert told["paid_back"] == -pocket(own, {ledger.PAID_BACK})
    assert told["fees"] == -pocket(own, {ledger.PLATFORM})
    until = [row.told.entry for row in rows if row.told.at < YEAR.ends_at]
    assert statement.after["with_us"] == sum(payouts.payable(one) for one in until)
    assert statement.after["with_us"] - statement.before["with_us"] == told["card"] - told["fees"] + told["paid_back"] - told["paid_out"]


@pytest.mark.parametrize("side", [OF_CLIENT, OF_PROVIDER], ids=["client", "provider"])
@given(rows=histories())
@settings(max_examples=80)
def test_months_follow_one_another_and_make_the_year(side, rows):
    year = of_span(side, YEAR, rows)
    months = [of_span(side, span, rows) for span in months_in(YEAR)]
    assert [month.before for month in months[1:]] == [month.after for month in months[:-1]]
    assert (months[0].before, months[-1].after) == (year.before, year.after)
    for kind, cents in year.changed.items():
        assert cents == sum(month.changed[kind] for month in months)
    for month, told_of in zip(months, year.months, strict=True):
        assert (told_of.span, dict(told_of.changed), told_of.balance_cents) == (month.span, dict(month.changed), month.after["balance"])
        assert (month.lines[-1].balance_cents if month.lines else month.before["balance"]) == month.after["balance"]
        assert month.before["balance"] + sum(side.effect(line.changed) for line in month.lines) == month.after["balance"]
    assert year.before["balance"] + side.effect(year.changed) == year.after["balance"]


@pytest.mark.parametrize("side", [OF_CLIENT, OF_PROVIDER], ids=["client", "provider"])
@given(rows=histories())
@settings(max_examples=50)
def test_what_is_over_never_changes(side, rows):
    january = month_of(date(2027, 1, 5))
    assert of_span(side, january, rows) == of_span(side, january, [row for row in rows if row.told.at < january.ends_at])


def test_days_begin_at_midnight_in_new_york():
    march = month_of(date(2027, 3, 31))
    assert (march.begins_at, march.ends_at) == (datetime(2027, 3, 1, 5, tzinfo=UTC), datetime(2027, 4, 1, 4, tzinfo=UTC))
    assert (march.last, march.lined, YEAR.lined) == (date(2027, 3, 31), True, False)
    settled = march.ends_at + timedelta(hours=1)
    assert [march.is_final(now) for now in (settled - timedelta(seconds=1), settled)] == [False, True]


@pytest.mark.parametrize(
    ("first", "after", "fault"),
    [
        (date(2027, 1, 1), date(2027, 1, 2), False),
        (date(2027, 1, 1), date(2027, 1, 1), True),
        (date(2027, 1, 2), date(2027, 1, 1), True),
        (date(2028, 1, 1), date(2029, 1, 1), False),
        (date(2027, 1, 1), date(2028, 1, 3), True),
    ],
)
def test_a_statement_is_about_a_day_to_a_year(first, after, fault):
    assert bool(span_faults(Span(first, after))) is fault


def test_months_of_a_span_that_begins_and_ends_inside_of_some():
    assert [(one.first.day, one.after.day) for one in months_in(Span(date(2027, 1, 20), date(2027, 3, 5)))] == [(20, 1), (1, 1), (1, 5)]


@pytest.mark.parametrize("side", [OF_CLIENT, OF_PROVIDER], ids=["client", "provider"])
@given(rows=histories())
@settings(max_examples=50)
def test_what_is_read_on_paper_adds_up(side, rows):
    statement = of_span(side, YEAR, rows)
    read = sum(cents for _label, cents in told_changes(side, statement.changed))
    assert statement.before["balance"] + read == statement.after["balance"]
    assert sum(cents for _label, cents in told_parts(side, statement.after)) == statement.after["balance"]
    paper = paper_of(side, statement, "Sam Ellery")
    assert paper.table.total == ("Balance after", format_usd(statement.after["balance"]))
    assert len(paper.table.rows) == 12
