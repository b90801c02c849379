"""Money at a visit: charged by its agreed lines, paid, taken back, waived; the appointment always says what the ledger says."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, update

from booking.appointments.actions.cancel import Cancelling, cancel
from booking.appointments.actions.progress import complete, mark_no_show
from booking.appointments.actions.settle import Payment, correct_payment, record_payment, waive
from booking.appointments.changes.history import Doer
from booking.appointments.changes.waivers import waivers_left
from booking.appointments.models import Appointment
from booking.ledger.models import LedgerEntry, Receipt
from booking.ledger.queries import entries_of_visit, story_of_visit, visit_sums
from booking.upkeep.actions import mend_money
from booking.upkeep.queries import findings, money_findings
from marketplace.db import db, transaction
from marketplace.kernel.errors import Conflict, Refusal, Refused, Stale
from tests.factories import PersonFactory, bookable_provider
from tests.support.racing import race
from tests.support.visits import BASE_URL, CLIENT, book_visit, letters_about, visit_of

pytestmark = pytest.mark.usefixtures("ctx")

PROVIDER, ADMIN = Doer("provider", "account:provider"), Doer("admin", "account:admin")
HOUR = timedelta(hours=1)


@pytest.fixture
def done(visit, start):
    """A visit that took place: 160.00 and tax of 7.20."""
    complete(visit.public_id, PROVIDER, start + HOUR)
    return visit


def anew(visit):
    db.session.rollback()
    return db.session.get_one(Appointment, visit.id, populate_existing=True)


def says(visit):
    now = anew(visit)
    return (now.paid_cents, now.due_cents, now.fee_cents, now.waived_cents)


def pay(visit, now, cents, how="cash", **more):
    return record_payment(visit.public_id, Payment(how, cents, **more), PROVIDER, BASE_URL, now)


def take_back(visit, now, number=1):
    return correct_payment(visit.public_id, number, "the wrong visit", PROVIDER, BASE_URL, now)


def told(visit):
    return [(step.what, step.cents) for step in story_of_visit(db.session, visit.id)]


def test_nothing_is_owed_before_the_visit(visit):
    assert told(visit) == []
    assert says(visit) == (0, 16_720, 0, 0)


def test_a_visit_is_charged_by_its_agreed_lines_when_it_is_done(done):
    rows = entries_of_visit(db.session, done.id)
    assert [(row.memo, row.credit, row.amount_cents) for row in rows] == [
        ("service", "provider_earned", 16_000),
        ("tax", "tax_collected", 720),
    ]
    assert says(done) == (0, 16_720, 0, 0)


def test_paid_in_parts_never_above_what_is_due(done, start):
    first = pay(done, start + HOUR, 10_000, "check").receipt
    with pytest.raises(Refused, match="above_due") as refusal:
        pay(done, start + HOUR, 6_721)
    assert refusal.value.details == {"due_cents": 6_720}
    second = pay(done, start + 2 * HOUR, 6_720).receipt
    with pytest.raises(Conflict, match="nothing_due"):
        pay(done, start + 3 * HOUR, 1)
    assert says(done) == (16_720, 0, 0, 0)
    assert [(one.number, one.content["balance_cents"]) for one in (first, second)] == [(1, 6_720), (2, 0)]
    assert [line["amount_cents"] for line in second.content["lines"]] == [16_000, 720]
    assert [letter.facts["number"] for letter in letters_about(done) if letter.kind == "visit_receipt"] == [first.name, second.name]


def test_what_is_due_has_changed_since_the_page_was_shown(done, start):
    pay(done, start + HOUR, 16_720, expected_due_cents=16_720)
    with pytest.raises(Stale, match="due_changed"):  # the button was pressed twice
        pay(done, start + HOUR, 16_720, expected_due_cents=16_720)
    assert says(done) == (16_720, 0, 0, 0)


def test_nothing_is_paid_or_waived_before_the_visit_is_done(visit, start):
    for deed in (lambda: pay(visit, start, 100), lambda: waive(visit.public_id, None, "so", PROVIDER, start)):
        with pytest.raises(Conflict, match="wrong_state"):
            deed()


def test_a_slip_is_countered_and_its_receipt_void(done, start):
    wrong = pay(done, start + HOUR, 16_720).receipt
    note = take_back(done, start + 2 * HOUR).receipt
    assert says(done) == (0, 16_720, 0, 0)
    assert (note.kind, note.number, note.voids_id, note.content["reason"]) == ("credit_note", 2, wrong.id, "the wrong visit")
    with pytest.raises(Conflict, match="already_corrected"):
        take_back(done, start + 2 * HOUR)
    with pytest.raises(Refused, match="unknown_payment"):
        take_back(done, start + 2 * HOUR, 7)
    assert pay(done, start + 3 * HOUR, 16_720).receipt.number == 3
    assert told(done) == [("charge", 16_720), ("paid_cash", 16_720), ("correction", 16_720), ("paid_cash", 16_720)]


def test_a_fee_is_waived_with_who_and_why_and_stays_on_record(visit, start):
    mark_no_show(visit.public_id, PROVIDER, start + HOUR)
    waive(visit.public_id, 6_000, "her train stood still", PROVIDER, start + HOUR)
    assert says(visit) == (0, 10_000, 16_000, 0)
    waive(visit.public_id, None, "a kindness", ADMIN, start + 2 * HOUR)
    assert says(visit) == (0, 0, 16_000, 0)
    rows = [row for row in entries_of_visit(db.session, visit.id) if row.memo == "waived"]
    assert [(row.by, row.reason, row.at, row.amount_cents) for row in rows] == [
        ("account:provider", "her train stood still", start + HOUR, 6_000),
        ("account:admin", "a kindness", start + 2 * HOUR, 10_000),
    ]
    assert told(visit)[0] == ("no_show_fee", 16_000)
    assert waivers_left(db.session, anew(visit), start + 3 * HOUR).of("weather") == 2  # what others give is not what the client may ask for


def test_a_reason_of_the_terms_leaves_fee_and_waiver_on_record(visit, start):
    cancel(visit.public_id, Cancelling(None, "weather"), CLIENT, BASE_URL, start - 2 * HOUR)
    assert says(visit) == (0, 0, 0, 16_000)
    assert told(visit) == [("late_cancel_fee", 16_000), ("waived_by_reason", 16_000)]


@pytest.mark.parametrize(("hours", "fee"), [(25, 0), (20, 8_000), (2, 16_000)])
def test_leaving_writes_the_agreed_fee_once(visit, start, hours, fee):
    cancel(visit.public_id, Cancelling(fee), CLIENT, BASE_URL, start - hours * HOUR)
    assert says(visit) == (0, fee, fee, 0)
    assert told(visit) == ([("late_cancel_fee", fee)] if fee else [])


def test_a_waived_price_was_never_taxed(done, start):
    waive(done.public_id, None, "it hurt", PROVIDER, start + HOUR)
    sums = visit_sums(db.session, done.id)
    assert (sums.tax, sums.waived, sums.due) == (0, 16_720, 0)


def test_many_payments_at_once_never_pass_what_is_due(app, done, start):
    ended = race(app, [lambda: pay(done, start + HOUR, 10_000)] * 5)
    assert ended == {"done": 1, "above_due": 4}
    assert says(done) == (10_000, 6_720, 0, 0)
    assert db.session.scalar(select(func.count()).select_from(Receipt)) == 1


def test_a_no_show_that_many_say_at_once_costs_once(app, visit, start):
    ended = race(app, [lambda: mark_no_show(visit.public_id, PROVIDER, start + HOUR)] * 4)
    assert ended == {"done": 1, "wrong_state": 3}
    assert says(visit) == (0, 16_000, 16_000, 0)


def test_figures_that_strayed_are_found_and_mended_from_the_ledger(done, start):
    pay(done, start + HOUR, 720)
    with transaction() as session:
        session.execute(update(Appointment).where(Appointment.id == done.id).values(due_cents=1, paid_cents=9))
    now = start + 2 * HOUR
    assert len(list(money_findings(db.session))) == 1
    assert mend_money(now) == 1
    assert (says(done), list(findings(db.session, now))) == ((720, 16_000, 0, 0), [])


def test_a_visit_from_before_the_ledger_is_charged_by_the_repair(visit, start):
    with transaction() as session:
        session.execute(update(Appointment).where(Appointment.id == visit.id).values(status="completed", paid_cents=5))
    assert mend_money(start + HOUR) == 1
    assert (says(visit), told(visit)) == ((0, 16_720, 0, 0), [("charge", 16_720)])


STEPS = st.lists(st.tuples(st.sampled_from(["pay", "waive", "undo"]), st.integers(1, 20_000), st.integers(1, 3)), max_size=7)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.sampled_from(["complete", "no_show", "cancel"]), STEPS)
def test_whatever_happens_the_visit_says_what_the_ledger_says(clock, start, end, steps):
    made = visit_of(book_visit(bookable_provider(), PersonFactory(), start, clock.now))
    if end == "complete":
        complete(made.public_id, PROVIDER, start + HOUR)
    elif end == "no_show":
        mark_no_show(made.public_id, PROVIDER, start + HOUR)
    else:
        cancel(made.public_id, Cancelling(), CLIENT, BASE_URL, start - 20 * HOUR)
    for step, cents, number in steps:
        deeds = {
            "pay": lambda cents=cents: pay(made, start + HOUR, cents),
            "waive": lambda cents=cents: waive(made.public_id, cents, "so", ADMIN, start + HOUR),
            "undo": lambda number=number: take_back(made, start + HOUR, number),
        }
        try:
            deeds[step]()
        except Refusal as refusal:
            assert refusal.code in {"above_due", "nothing_due", "unknown_payment", "already_corrected"}  # noqa: PT017
    sums, now = visit_sums(db.session, made.id), anew(made)
    assert (now.paid_cents, now.due_cents) == (sums.paid, sums.due)
    assert 0 <= sums.net_fee <= now.quote["subtotal_cents"]
    assert list(money_findings(db.session)) == []
    debits = db.session.scalar(select(func.sum(LedgerEntry.amount_cents)).where(LedgerEntry.appointment_id == made.id)) or 0
    assert debits >= sums.charged
