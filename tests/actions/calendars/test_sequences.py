"""What calendars were told is never taken back: two hands at once leave one address, and a number that fell is found."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from booking.appointments.actions.cancel import Cancelling, cancel
from booking.appointments.actions.move import move
from booking.appointments.actions.progress import check_in, complete
from booking.appointments.changes.history import Doer
from booking.appointments.models import Appointment
from booking.calendars.actions import rotate_feeds
from booking.calendars.changes import Whose
from booking.calendars.models import CalendarFeed
from booking.upkeep.queries import findings
from marketplace.db import db
from marketplace.vault import secret_hash
from tests.factories import AccountFactory, PersonFactory, bookable_provider
from tests.support.racing import race
from tests.support.visits import BASE_URL, CLIENT, book_visit, visit_of

DAY = timedelta(days=1)
DESK = Doer("provider", "account:desk")


@pytest.fixture
def visit(ctx, clock):
    return visit_of(book_visit(bookable_provider(), PersonFactory(), clock.now + 2 * DAY, clock.now))


def fresh(visit):
    db.session.rollback()
    return db.session.scalars(select(Appointment).where(Appointment.id == visit.id).execution_options(populate_existing=True)).one()


def test_every_change_of_time_or_status_raises_it_by_one(clock, visit):
    numbers = [visit.sequence]
    move(visit.public_id, visit.starts_at + DAY, CLIENT, BASE_URL, clock.now)
    numbers.append(fresh(visit).sequence)
    check_in(visit.public_id, DESK, fresh(visit).starts_at)
    numbers.append(fresh(visit).sequence)
    complete(visit.public_id, DESK, fresh(visit).starts_at)
    numbers.append(fresh(visit).sequence)
    assert numbers == [0, 1, 2, 3]


def test_completing_without_a_check_in_is_two_changes(visit):
    complete(visit.public_id, DESK, visit.starts_at)
    assert fresh(visit).sequence == 2


@pytest.mark.parametrize("verb", ["moved", "cancelled"])
def test_a_number_that_fell_is_found(clock, visit, verb):
    if verb == "moved":
        move(visit.public_id, visit.starts_at + DAY, CLIENT, BASE_URL, clock.now)
    else:
        cancel(visit.public_id, Cancelling(), CLIENT, BASE_URL, clock.now)
    assert list(findings(db.session(), clock.now)) == []
    fresh(visit).sequence = 0
    db.session.commit()
    assert list(findings(db.session(), clock.now)) == [f"appointment {visit.public_id} has sequence 0, calendars were told 1"]


def test_many_new_addresses_at_once_leave_one_that_works(app, ctx, clock):
    account = AccountFactory(role="client")
    whose, now = Whose(account.id, "client", account.public_id), clock.now
    db.session.rollback()
    assert race(app, [lambda: rotate_feeds(whose, None, "test", now)] * 6) == {"done": 6}
    feeds = db.session.scalars(select(CalendarFeed)).all()
    assert sorted(feed.detail for feed in feeds) == ["brief", "busy", "full"]
    assert all(feed.token_hash == secret_hash(feed.token) for feed in feeds)
