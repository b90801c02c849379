"""What a bank keeps for a visit is taken or let go of before the bank lets go of it by itself."""

from datetime import timedelta

import pytest

from booking.appointments.actions.authorised import keep_authorised
from booking.appointments.actions.cancel import Cancelling, cancel
from booking.appointments.actions.hand_over import Handing, answer_handover, offer_handover
from booking.appointments.changes.history import Doer
from booking.payments.queries import card_findings
from marketplace.db import db, transaction
from marketplace.outbox.models import Letter
from marketplace.webkit.letters import render_letter
from tests.factories import PersonFactory, bookable_provider
from tests.support.cards import Till, balances, letters
from tests.support.endings import finish, kept_of, look, payments_of, take_deposit
from tests.support.visits import BASE_URL, CLIENT, book_visit, visit_of

DAY = timedelta(days=1)


@pytest.fixture
def till(ctx, clock):
    return Till(clock)


@pytest.fixture
def far(clock, provider):
    """A visit in three weeks, for which a bank keeps all of it since now."""
    return visit_of(book_visit(provider, PersonFactory(email="client@licensedhands.test"), clock.now + 21 * DAY, clock.now))


@pytest.mark.parametrize("seconds, looked_at", [(-1, 0), (0, 1)])
def test_a_day_before_its_end_it_is_taken_for_a_visit_that_will_be(till, far, clock, seconds, looked_at):
    take_deposit(till, far, 16_720, capture_later=True)
    clock.advance(days=6, seconds=seconds)
    assert keep_authorised(clock.now) == looked_at
    finish(till)
    assert (kept_of(till), look(far).paid_cents) == (16_720 * looked_at,) * 2
    assert balances() == ({"card_clearing": 16_720, "deposits_held": -16_720} if looked_at else {})
    assert keep_authorised(clock.now) == 0
    cancel(far.public_id, Cancelling(), CLIENT, BASE_URL, clock.now)
    finish(till)
    assert kept_of(till) == 0


def test_nothing_is_taken_for_a_request_and_the_client_is_told(till, far, clock):
    with transaction() as session:
        session.merge(far).status = "requested"
    take_deposit(till, far, 16_720, capture_later=True)
    clock.advance(days=6)
    assert keep_authorised(clock.now) == 1
    finish(till)
    assert (till.double.captured(), letters("payment_let_go"), look(far).paid_cents) == (0, 1, 0)
    [letter] = db.session.query(Letter).filter_by(kind="payment_let_go")
    told = render_letter(letter.kind, letter.facts)
    assert "Not charged: $167.20" in told.subject
    assert "nothing was taken" in told.text
    assert list(card_findings(db.session(), clock.now + 2 * DAY)) == []


def test_nothing_is_taken_for_a_time_that_was_never_booked(till, clock):
    till.pay(capture_later=True)
    clock.advance(days=6)
    assert keep_authorised(clock.now) == 1
    finish(till)
    assert (till.double.captured(), letters("payment_let_go")) == (0, 1)


def test_a_visit_that_is_handed_over_takes_its_money_along(till, clock, provider):
    colleague = bookable_provider()
    visit = visit_of(book_visit(provider, PersonFactory(), clock.now + 3 * DAY, clock.now))
    take_deposit(till, visit, 5_000)
    staff = Doer("admin", "account:admin")
    offer_handover(visit.public_id, Handing(colleague.slug, "Your therapist is ill."), staff, BASE_URL, clock.now)
    answer_handover(visit.public_id, CLIENT, BASE_URL, clock.now, accept=True)
    assert [one.provider_id for one in payments_of(visit)] == [look(visit).provider_id] == [colleague.id]
    cancel(visit.public_id, Cancelling(), staff, BASE_URL, clock.now)
    finish(till)
    assert (kept_of(till), balances()) == (0, {})
