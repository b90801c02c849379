"""Whatever is listed for somebody whose door takes minutes is accepted by a hold at that moment; without their minutes some of it is not."""

from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest
from sqlalchemy import select

from booking.appointments.actions.book import book
from booking.appointments.actions.hold import HoldWish, hold_time, release_hold
from booking.appointments.actions.hold_couple import CoupleWanted, hold_couple
from booking.appointments.actions.offer import offer_freed
from booking.appointments.actions.wait import WaitWish, join_waitlist, leave_waitlist
from booking.appointments.changes.booking import PlaceOfVisit
from booking.appointments.models import DoorTime
from booking.appointments.queries import door_mark, find_doors, get_waiting, wish_of
from booking.appointments.rules.waiting import Wait
from booking.openings.queries.listing import list_openings
from booking.openings.queries.nearby import alternatives_to, nearest_to
from booking.openings.queries.pairs import pairs_free
from booking.openings.queries.searching import search
from booking.openings.queries.wished import free_with_anybody, time_of
from booking.openings.rules.asking import Wish
from booking.openings.rules.wanted import Near, SearchQuery
from marketplace.db import db
from marketplace.kernel.errors import Refusal
from marketplace.kernel.walltime import from_minute, local_day, to_minute
from providers.places.geocoders import find_offline
from providers.profiles.queries import get_facts
from providers.schedule.models import Claim, ScheduleRule
from tests.factories import ClaimFactory, PersonFactory
from tests.support.clocks import START
from tests.support.visits import BASE_URL, CLIENT, booking_of, hold_visit, traveling_provider

SLOW, OTHER = "10024", "10025"
HOME = Wish("medical-massage", 60, "home", SLOW)
DAY = START.replace(hour=14) + timedelta(days=2)  # nine in the morning in New York


def near(code):
    place = find_offline(code)
    return Near(place.label, place.latitude, place.longitude, place.zip, place.neighborhood_code, place.precision)


@pytest.fixture
def town(ctx):
    """Three who come to homes, each with visits here and there, and packed days for one of them."""
    random, providers = Random(5), [traveling_provider(slug=slug) for slug in ("anna", "bela", "cleo")]
    for at, provider in enumerate(providers):
        for day in range(3):
            begin = DAY + timedelta(days=day, minutes=random.choice((60, 75, 90, 120)))
            ClaimFactory(provider=provider, starts_at=begin, minutes=60, kind="appointment", zip=random.choice(("10023", "10025", "10024")))
        db.session.get(ScheduleRule, provider.id).fill_gaps = ("", "only", "first")[at] or db.session.get(
            ScheduleRule, provider.id
        ).fill_gaps
    db.session.commit()
    return providers


@pytest.fixture
def person(town):
    """Their house takes half an hour; Bela, who was there, says that it takes five minutes more."""
    person = PersonFactory()
    held = hold_visit(traveling_provider(slug="dora"), person, DAY + timedelta(days=6), START, setting="home", zip=SLOW)
    wanted = replace(booking_of(held, person, START), place=PlaceOfVisit("1 West 85th Street", SLOW, "PH", None, door_minutes=30))
    book(wanted, person.id, CLIENT, BASE_URL, START)
    mark = door_mark({"line1": "1 West 85th Street", "unit": "PH", "zip": SLOW})
    db.session.add(DoorTime(provider_id=town[1].id, person_id=person.id, mark=mark, minutes=35, told_at=START))
    db.session.commit()
    return person


def refusals(shown, person):
    """What a hold says no to, of what was shown; each is given back."""
    refused = []
    for slug, wish, start in shown:
        db.session.rollback()
        try:
            hold = hold_time(HoldWish(slug, wish, from_minute(start)), person.id, CLIENT, START)
        except Refusal as refusal:
            refused.append((slug, wish.zip, from_minute(start), refusal.code))
        else:
            release_hold(hold.public_id, person.id, CLIENT, START)
    return refused


def windows(town):
    """From where each visit ends on, half a day: there the minutes to a door decide."""
    ends = db.session.execute(select(Claim.end_minute).where(Claim.provider_id.in_([one.id for one in town]), Claim.live)).scalars().all()
    return [(end, end + 480) for end in ends]


def searched(town, doors):
    """The first starts that a search shows after each visit, in the slow house's area and in another."""
    for low, high in windows(town):
        for code in (SLOW, OTHER):
            query = SearchQuery(low, high, near(code), settings=frozenset({"home"}))
            for one in search(db.session(), query, START, doors=doors).items:
                wish = Wish(one.service.code, one.minutes, one.setting, one.zip)
                yield from ((one.facts.slug, wish, start) for start in one.starts)


def test_what_a_search_lists_is_held_and_would_not_all_be_without_the_minutes(town, person):
    doors = find_doors(db.session(), person.id)
    assert [doors.minutes(one.id, SLOW) for one in town] == [30, 35, 30]
    assert doors.minutes(town[0].id, OTHER) == 0
    assert refusals(set(searched(town, doors)), person) == []
    assert refusals(set(searched(town, None)), person) != []


def test_a_stranger_is_shown_what_they_were_shown_before(town, person):
    """A search of nobody known lists what a stranger's hold accepts, and a person without a door of their own sees the same."""
    nobody = find_doors(db.session(), PersonFactory().id)
    assert set(searched(town, nobody)) == set(searched(town, None))
    assert refusals(set(searched(town, None)), PersonFactory()) == []


def test_a_page_lists_exactly_what_is_held(town, person):
    for provider in town[:2]:
        wish = wish_of(db.session(), HOME, provider.id, person.id)
        low, high = windows([provider])[0]
        listed = set(list_openings(db.session(), get_facts(db.session(), provider.id), wish, low, high, START).starts)
        every = [(provider.slug, HOME, start) for start in range(low, low + 240, 15)]
        refused = {to_minute(at) for _slug, _zip, at, _code in refusals(every, person)}
        assert {start for _slug, _wish, start in every} - refused == {start for start in listed if start < low + 240}


def test_every_proposal_is_held(town, person):
    doors, shown = find_doors(db.session(), person.id), []
    for provider in town:
        for low, _high in windows([provider]):
            found = alternatives_to(db.session(), provider.slug, HOME, from_minute(low), START, doors=doors)
            shown += [(one.facts.slug, one.wish, one.start_minute) for one in found]
            query = SearchQuery(low, low + 30, near(SLOW), settings=frozenset({"home"}))
            found = nearest_to(db.session(), query, START, 3, doors)
            shown += [(one.facts.slug, Wish(one.service.code, one.minutes, one.setting, one.zip), one.starts[0]) for _c, _w, one in found]
    assert len(shown) > 20
    assert refusals(set(shown), person) == []


def test_a_series_is_planned_from_starts_that_are_held(town, person):
    for provider in town[:2]:
        low, _high = windows([provider])[0]
        time = time_of(db.session(), provider.slug, (low, low + 240), START)
        wish = wish_of(db.session(), HOME, provider.id, person.id)
        starts = time.starts_of(wish)
        assert starts
        others = set(time.starts_of(HOME)) - set(starts)
        assert others, "a stranger has starts that this house takes too long for"
        assert refusals([(provider.slug, HOME, start) for start in starts], person) == []
        assert all(time.why_not(wish, start)[0] != "ok" for start in others)


def test_whoever_waits_is_offered_what_can_be_held(town, person):
    doors = find_doors(db.session(), person.id)
    window = (windows(town)[0][0], windows(town)[0][0] + 480)
    free = free_with_anybody(db.session(), replace(HOME, service=""), window, frozenset(), START, doors)
    assert refusals([(facts.slug, wish, start) for facts, wish, start in free], person) == []
    db.session.rollback()
    day = local_day(window[0])
    for slug in ("anna", None):
        wish = HOME if slug else replace(HOME, service="")
        public_id = join_waitlist(WaitWish(slug, wish, Wait(60, day, day)), person.id, CLIENT, BASE_URL, START).entry.public_id
        assert offer_freed(START, BASE_URL) == 1, "the first that is listed is the one that is held"
        held = get_waiting(db.session(), public_id).live_offer(START)
        assert db.session.get_one(Claim, held.claim_id).before_minutes == 15 + doors.minutes(held.provider_id, SLOW)
        leave_waitlist(public_id, person.id, CLIENT, START)


def test_two_side_by_side_are_held_and_both_therapists_count_the_door(town, person):
    doors, held = find_doors(db.session(), person.id), 0
    for low, high in windows(town):
        query = SearchQuery(low, high, near(SLOW), settings=frozenset({"home"}))
        for pair in pairs_free(db.session(), query, START, 5, doors=doors):
            db.session.rollback()
            own, other = (HoldWish(side.facts.slug, side.wish, from_minute(pair.starts[0])) for side in (pair.first, pair.second))
            both = hold_couple(CoupleWanted(own, other, "Bo", "bo@example.org"), person.id, CLIENT, START)
            pads = [db.session.get_one(Claim, hold.claim_id).before_minutes - 15 for hold in (both.first, both.second)]
            assert pads == [doors.minutes(hold.provider_id, SLOW) for hold in (both.first, both.second)]
            release_hold(both.first.public_id, person.id, CLIENT, START)
            held += 1
    assert held > 3
