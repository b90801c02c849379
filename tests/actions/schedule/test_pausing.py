"""Booking stopped for a while: nobody is listed, searched for or held meanwhile; what is booked stays booked."""

from datetime import timedelta

import pytest

from booking.appointments.actions.hold import release_hold
from booking.openings.queries.listing import list_openings
from booking.openings.queries.searching import search
from booking.openings.rules.asking import Wish
from booking.openings.rules.wanted import SearchQuery
from marketplace.audit import broken_entries
from marketplace.db import db
from marketplace.kernel.errors import NotFound, Refused
from marketplace.kernel.walltime import to_minute
from providers.profiles.queries import get_facts
from providers.registry.rules import Owner
from providers.schedule.actions.pausing import put_pause
from tests.factories import PersonFactory, bookable_provider
from tests.support.visits import CLIENT, book_visit, hold_visit, visit_of

pytestmark = pytest.mark.usefixtures("ctx")
BACK = "I am away until March."


def found(now):
    begin = to_minute(now)
    return {one.facts.slug for one in search(db.session(), SearchQuery(begin, begin + 7 * 1440), now).items}


def is_closed(provider, now):
    """Whether neither the list nor a hold gives a start, each with the message."""
    begin, wish = to_minute(now), Wish("medical-massage", 60, "clinic")
    if get_facts(db.session(), provider.id).pause is None:
        hold = hold_visit(provider, PersonFactory(), now + timedelta(days=2), now)
        release_hold(hold.public_id, hold.person_id, CLIENT, now)
        return False
    with pytest.raises(Refused) as listed:
        list_openings(db.session(), get_facts(db.session(), provider.id), wish, begin, begin + 1440, now)
    db.session.rollback()
    with pytest.raises(Refused) as held:
        hold_visit(provider, PersonFactory(), now + timedelta(days=2), now)
    assert [(one.value.code, one.value.sentence) for one in (listed, held)] == [("booking_paused", BACK)] * 2
    return True


def test_a_provider_stops_and_goes_on(clock):
    anna, bea = bookable_provider(slug="anna"), bookable_provider(slug="bea")
    owner = Owner(anna.account_id, anna.name, "account:anna")
    visit = visit_of(book_visit(anna, PersonFactory(), clock.now + timedelta(days=3), clock.now))
    put_pause(owner, BACK, owner.actor, clock.now)
    assert (is_closed(anna, clock.now), is_closed(bea, clock.now)) == (True, False)
    assert found(clock.now) == {"bea"}
    assert visit.status == "confirmed"
    put_pause(owner, None, owner.actor, clock.now)
    assert not is_closed(anna, clock.now)
    assert found(clock.now) == {"anna", "bea"}
    assert list(broken_entries(db.session())) == []


def test_the_house_stops_everybody_and_leaves_who_had_stopped_stopped(clock):
    anna, bea = bookable_provider(slug="anna"), bookable_provider(slug="bea")
    assert found(clock.now) == {"anna", "bea"}
    put_pause("bea", BACK, "account:admin", clock.now)
    put_pause(None, BACK, "account:admin", clock.now)
    assert (is_closed(anna, clock.now), is_closed(bea, clock.now)) == (True, True)
    assert found(clock.now) == set()
    put_pause(None, None, "account:admin", clock.now)
    assert (is_closed(anna, clock.now), is_closed(bea, clock.now)) == (False, True)
    assert found(clock.now) == {"anna"}


def test_a_second_message_takes_the_place_of_the_first(clock):
    anna = bookable_provider(slug="anna")
    put_pause("anna", "Soon back.", "account:admin", clock.now)
    put_pause("anna", BACK, "account:admin", clock.now)
    assert is_closed(anna, clock.now)


def test_nobody_of_that_name(clock):
    with pytest.raises(NotFound):
        put_pause("nobody", BACK, "account:admin", clock.now)
