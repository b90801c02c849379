"""Saying that a visit began late: once a side, the price for the minutes given, races, on both databases."""

from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import select

from booking.appointments.actions.cancel import Cancelling, cancel
from booking.appointments.actions.progress import check_in, complete
from booking.appointments.actions.settle import Payment, record_payment
from booking.appointments.changes.history import Doer
from booking.ledger.queries import visit_sums
from booking.reliability.actions.say_late import Saying, say_late
from booking.reliability.models import VisitLateness
from booking.reliability.queries import assess, list_differing, list_said
from booking.upkeep.queries import findings
from marketplace.audit import AuditEntry
from marketplace.db import db
from marketplace.kernel.errors import Conflict, NotFound, Refused
from marketplace.outbox.models import Letter
from marketplace.webkit.letters import render_letter
from tests.factories import PersonFactory, bookable_provider
from tests.support.cards import Till
from tests.support.clocks import START
from tests.support.endings import figures_agree, finish, kept_of, look, take_deposit
from tests.support.racing import race
from tests.support.visits import BASE_URL, CLIENT, book_call, book_visit, offer_call, visit_of

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
ANNA = Doer("provider", "account:anna")
BEGIN = START + 2 * DAY
OVER = BEGIN + HOUR


@pytest.fixture
def anna(ctx):
    return bookable_provider(slug="anna", name="Anna Alder")


@pytest.fixture
def visit(anna):
    return visit_of(book_visit(anna, PersonFactory(email="sam@licensedhands.test"), BEGIN, START))


@pytest.fixture
def till(ctx, clock):
    return Till(clock)


def say(visit, minutes, given=None, doer=ANNA, at=OVER):
    say_late(visit.public_id, Saying(minutes, given), doer, BASE_URL, at)
    db.session.rollback()


def said(visit):
    db.session.rollback()
    return {side: (row.minutes, row.given_minutes, row.back_cents) for side, row in list_said(db.session(), visit.id).items()}


def code_of(deed):
    with pytest.raises((Conflict, Refused, NotFound)) as refusal:
        deed()
    db.session.rollback()
    return refusal.value.code


def letters(kind):
    db.session.rollback()
    return db.session.scalars(select(Letter).where(Letter.kind == kind).order_by(Letter.id)).all()


def nothing_found(at=OVER):
    db.session.rollback()
    return list(findings(db.session(), at)) == []


def test_under_way_the_therapist_says_it_and_the_client_is_told(visit):
    check_in(visit.public_id, ANNA, BEGIN + 20 * MINUTE)
    say(visit, 20, at=BEGIN + 21 * MINUTE)
    assert said(visit) == {"provider": (20, None, 0)}
    [letter] = letters("visit_late")
    assert letter.recipient == "sam@licensedhands.test"
    text = render_letter(letter.kind, letter.facts).text
    assert "20 minutes late" in text
    assert f"{BASE_URL}/appointments/{visit.public_id}" in text
    assert look(visit).due_cents == visit.total_cents


def test_a_therapist_who_was_on_time_says_so_without_a_letter(visit):
    say(visit, 0)
    assert letters("visit_late") == []


def test_the_client_says_it_and_the_therapist_may_answer_for_three_days(anna, visit):
    say(visit, 25, doer=CLIENT)
    [letter] = letters("provider_visit_late")
    assert "25 minutes late" in render_letter(letter.kind, letter.facts).text
    assert [line.why for line in assess(db.session(), [anna.id], OVER + DAY)[anna.id].lines] == ["answer_open"]
    assert [line.why for line in assess(db.session(), [anna.id], OVER + 4 * DAY)[anna.id].lines] == ["late"]
    say(visit, 12, at=OVER + 70 * HOUR)
    [line] = assess(db.session(), [anna.id], OVER + 4 * DAY)[anna.id].lines
    assert (line.why, line.minutes) == ("late", 12)
    assert [(one[1].minutes, one[2].minutes) for one in list_differing(db.session(), anna.id, START)] == [(25, 12)]


def test_each_side_speaks_once(visit):
    say(visit, 25, doer=CLIENT)
    say(visit, 10)
    assert code_of(partial(say, visit, 20)) == "said_already"
    assert code_of(partial(say, visit, 25, doer=CLIENT)) == "said_already"
    assert said(visit) == {"client": (25, None, 0), "provider": (10, None, 0)}


@pytest.mark.parametrize(
    ("minutes", "given", "at", "code"),
    [
        (20, None, BEGIN - MINUTE, "too_early"),
        (20, None, OVER + 48 * HOUR + MINUTE, "too_late"),
        (20, 40, OVER, "not_over"),
    ],
)
def test_not_before_it_begins_nor_long_after_nor_its_length_before_it_is_over(visit, minutes, given, at, code):
    assert code_of(partial(say, visit, minutes, given, at=at)) == code
    assert said(visit) == {}


def test_what_is_off_or_a_call_did_not_begin(anna, visit):
    cancel(visit.public_id, Cancelling(), CLIENT, BASE_URL, START + HOUR)
    assert code_of(partial(say, visit, 20)) == "wrong_state"
    offer_call(anna)
    call = visit_of(book_call(anna, PersonFactory(), BEGIN, START))
    assert code_of(partial(say, call, 20)) == "wrong_state"
    assert code_of(lambda: say_late("AAAAAAAA", Saying(5), ANNA, BASE_URL, OVER)) == "not_found"


def test_the_price_is_for_the_minutes_given_and_its_tax_with_it(visit):
    complete(visit.public_id, ANNA, OVER)
    assert code_of(partial(say, visit, 20, 61)) == "invalid"
    say(visit, 20, 45)
    assert said(visit) == {"provider": (20, 45, 4_180)}
    now = look(visit)
    assert (now.total_cents, now.due_cents, now.waived_cents) == (16_720, 12_540, 0)
    assert visit_sums(db.session, visit.id).tax == 540
    assert figures_agree(visit)
    assert nothing_found()
    [letter] = letters("visit_late")
    assert "$41.80 came off the price" in render_letter(letter.kind, letter.facts).text


def test_the_length_may_be_added_once_it_is_over_and_the_whole_time_costs_the_whole_price(visit):
    say(visit, 20, at=BEGIN + 21 * MINUTE)
    complete(visit.public_id, ANNA, OVER)
    assert code_of(partial(say, visit, 10, 45)) == "said_already"
    say(visit, 20, 60)
    assert said(visit) == {"provider": (20, 60, 0)}
    assert look(visit).due_cents == 16_720
    assert code_of(partial(say, visit, 20, 30)) == "said_already"


def test_what_a_client_says_was_given_moves_no_money(visit):
    complete(visit.public_id, ANNA, OVER)
    say(visit, 30, 30, doer=CLIENT)
    assert said(visit) == {"client": (30, 30, 0)}
    assert look(visit).due_cents == 16_720


def test_card_money_goes_back_by_itself(till, visit):
    take_deposit(till, visit, 16_720)
    complete(visit.public_id, ANNA, OVER)
    finish(till)
    assert kept_of(till) == 16_720
    say(visit, 20, 45)
    finish(till)
    assert (kept_of(till), look(visit).due_cents) == (12_540, 0)
    assert figures_agree(visit)
    assert nothing_found()


def test_what_was_paid_in_cash_is_more_than_is_owed_now(visit):
    complete(visit.public_id, ANNA, OVER)
    record_payment(visit.public_id, Payment("cash", 16_720), ANNA, BASE_URL, OVER)
    say(visit, 20, 30)
    db.session.rollback()
    assert visit_sums(db.session, visit.id).due == -8_360
    assert look(visit).due_cents == 0
    assert figures_agree(visit)
    assert nothing_found()


def test_it_is_in_the_history_and_in_the_audit(visit):
    say(visit, 20)
    deed = db.session.scalars(select(AuditEntry).where(AuditEntry.verb == "appointment.lateness")).one()
    assert deed.details == {"status": "confirmed", "side": "provider", "minutes": 20, "given_minutes": None, "back_cents": 0}


def test_of_two_who_say_the_same_at_once_one_is_written(app, visit):
    complete(visit.public_id, ANNA, OVER)
    deed = partial(say_late, visit.public_id, Saying(20, 45), ANNA, BASE_URL, OVER)
    assert race(app, [deed] * 3) == {"done": 1, "said_already": 2}
    assert look(visit).due_cents == 12_540
    assert db.session.query(VisitLateness).count() == 1


def test_both_sides_may_speak_at_once(app, visit):
    deeds = [partial(say_late, visit.public_id, Saying(20), who, BASE_URL, OVER) for who in (ANNA, CLIENT)]
    assert race(app, deeds) == {"done": 2}
    assert said(visit) == {"client": (20, None, 0), "provider": (20, None, 0)}
    assert nothing_found()
