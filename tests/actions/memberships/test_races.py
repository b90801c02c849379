"""Deeds at the same moment, in whatever order they come: a month is ordered once, the last place has one member."""

from functools import partial

from booking.memberships.actions.charging import charge_month
from booking.memberships.actions.joining import Wish, join
from booking.memberships.actions.keeping import end_membership, pause_membership
from booking.memberships.rules.plans import Plan
from marketplace.db import db
from tests.factories import PersonFactory
from tests.support.memberships import MONTH
from tests.support.racing import race


def test_four_jobs_at_once_order_one_month(app, club):
    membership = club.join()
    club.clock.advance(days=31)
    now = club.clock.now
    db.session.remove()
    assert race(app, [partial(charge_month, membership, now) for _job in range(4)]) == {"done": 4}
    assert club.mend() == []
    assert club.months(membership) == [(0, "active"), (1, "active")]
    assert (club.double.captured(), club.found()) == (2 * MONTH, [])


def test_the_last_place_has_one_member(app, club):
    plan = club.offer(Plan("medical-massage", 60, 1, 13_000, 3, 1))
    people = [PersonFactory() for _each in range(3)]
    wishes = [(Wish(plan, club.card(person), MONTH, agreed=True), person.id) for person in people]
    now = club.clock.now
    db.session.remove()
    assert race(app, [partial(join, wish, person_id, "account:x", now) for wish, person_id in wishes]) == {"done": 1, "members_full": 2}


def test_one_client_who_joins_twice_at_once_is_one_member(app, club, sam):
    """What was begun first and is not paid is let go of by the second; in the end one of them is charged."""
    wish, person_id, now = Wish(club.offer(), club.card(sam), MONTH, agreed=True), sam.id, club.clock.now
    db.session.remove()
    assert race(app, [partial(join, wish, person_id, "account:sam", now) for _time in range(3)]) == {"done": 3}
    club.clock.advance(minutes=5)
    assert club.mend() == []
    assert (club.double.captured() - club.double.refunded(), club.found()) == (MONTH, [])


def test_an_end_and_a_charge_at_once_leave_nothing_charged_after_the_end(app, club, sam):
    """Ordered before the end it is let go of, after it there is none."""
    membership, person_id = club.join(person=sam), sam.id
    club.clock.advance(days=31)
    now = club.clock.now
    db.session.remove()
    deeds = [partial(charge_month, membership, now), partial(end_membership, membership, "client", "account:sam", now, person_id=person_id)]
    assert race(app, deeds) == {"done": 2}
    club.clock.advance(minutes=5)
    assert club.mend() == []
    assert (club.look(membership).state, club.double.captured() - club.double.refunded(), club.found()) == ("ended", MONTH, [])


def test_a_pause_and_a_charge_at_once_are_one_or_the_other(app, club, sam):
    """On the day of a charge: ordered first it is an open month, which cannot be paused; paused first nothing is due."""
    membership, person_id = club.join(person=sam), sam.id
    club.clock.advance(days=31)
    now = club.clock.now
    db.session.remove()
    ended = race(app, [partial(charge_month, membership, now), partial(pause_membership, membership, 1, person_id, "account:sam", now)])
    assert club.mend() == []
    charged = ended["wrong_state"]
    assert ended["done"] + charged == 2
    assert (club.double.captured(), club.look(membership).paused_on is None) == ((1 + charged) * MONTH, bool(charged))
    assert club.found() == []
