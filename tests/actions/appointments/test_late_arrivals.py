"""A verb may have waited at the provider's lock: what it saw of the clock is old, and the time it relies on may be another's by now."""

from datetime import timedelta

import pytest

from booking.appointments.actions.book import book
from booking.appointments.actions.expire import expire_holds
from booking.appointments.actions.move import move
from booking.openings.queries.searching import search
from booking.openings.rules.wanted import SearchQuery
from booking.upkeep.queries import findings
from marketplace.db import db
from marketplace.kernel.errors import Conflict
from marketplace.kernel.walltime import to_minute
from providers.schedule.models import Claim
from tests.factories import PersonFactory, bookable_provider
from tests.support.visits import BASE_URL, CLIENT, book_hold, booking_of, clear_answers, hold_visit, visit_of

pytestmark = pytest.mark.usefixtures("ctx")


@pytest.fixture
def start(clock):
    """Thursday noon."""
    return clock.now + timedelta(days=2)


def test_a_hold_whose_minutes_were_given_on_cannot_be_booked_by_who_read_the_clock_before(clock, start):
    provider, slow, fast = bookable_provider(), PersonFactory(), PersonFactory()
    now = clock.now
    hold = hold_visit(provider, slow, start, now)
    wanted = booking_of(hold, slow, now)
    other = hold_visit(provider, fast, start, now + timedelta(minutes=10))
    with pytest.raises(Conflict) as refused:
        book(wanted, slow.id, CLIENT, BASE_URL, now + timedelta(minutes=9, seconds=59))
    assert refused.value.code == "hold_expired"
    assert visit_of(book_hold(other, fast, now + timedelta(minutes=11))).status == "confirmed"
    expire_holds(now + timedelta(minutes=11))
    assert list(findings(db.session(), now + timedelta(minutes=11))) == []


def test_a_request_whose_minutes_were_given_on_cannot_be_moved_by_who_read_the_clock_before(clock, start):
    provider, slow, fast = bookable_provider(), PersonFactory(), PersonFactory()
    now = clock.now
    visit = visit_of(book_hold(hold_visit(provider, slow, start, now), slow, now, clear_answers(seizure=True)))
    assert visit.respond_by_at is not None
    hold_visit(provider, fast, start, visit.respond_by_at)
    with pytest.raises(Conflict) as refused:
        move(visit.public_id, start + timedelta(hours=2), CLIENT, BASE_URL, visit.respond_by_at - timedelta(seconds=1))
    assert refused.value.code == "wrong_state"
    assert db.session.get_one(Claim, visit.claim_id, populate_existing=True).live is False


def test_search_does_not_show_a_booked_start_when_its_hold_would_have_run_out(clock, start):
    provider, person = bookable_provider(), PersonFactory()
    window = SearchQuery(to_minute(start), to_minute(start) + 1)

    def shown(now):
        db.session.rollback()
        return search(db.session(), window, now).total

    now = clock.now
    assert shown(now) == 1
    hold = hold_visit(provider, person, start, now)
    assert shown(now) == 0
    book_hold(hold, person, now + timedelta(minutes=1))
    assert shown(now + timedelta(minutes=1)) == 0
    assert shown(now + timedelta(minutes=30)) == 0
