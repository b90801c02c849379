"""Whatever is proposed can be held by the one to whom it is proposed, on both databases."""

from datetime import timedelta
from random import Random

import pytest

from booking.appointments.actions.hold import hold_time, release_hold
from booking.appointments.changes.holding import HoldWish
from booking.appointments.queries import may_hold
from booking.openings.queries.nearby import alternatives_to, nearest_to
from booking.openings.rules.asking import Wish
from booking.openings.rules.wanted import SearchQuery
from marketplace.db import db
from marketplace.kernel.errors import Conflict, Refused
from marketplace.kernel.walltime import from_minute, to_minute
from tests.factories import (
    ClaimFactory,
    PersonFactory,
    ServiceAreaFactory,
    ServiceDurationFactory,
    ServiceFactory,
    WeeklyHoursFactory,
    bookable_provider,
)
from tests.support.visits import CLIENT, book_visit, hold_visit, traveling_provider


@pytest.fixture
def town(ctx):
    """Two with a clinic of whom one travels too and has a first-visit service, and one who only travels."""
    anna = bookable_provider(slug="anna", settings=["clinic", "home"])
    first = ServiceFactory(provider=anna, code="first-visit", name="First visit", settings=["clinic"], first_visit_only=True, position=1)
    ServiceDurationFactory(service=first, minutes=45, price_cents=9_000)
    home = ServiceFactory(provider=anna, code="at-home", name="At home", settings=["clinic", "home"], position=2)
    ServiceDurationFactory(service=home, minutes=60, price_cents=18_000)
    ServiceAreaFactory(provider=anna)
    for weekday in range(7):
        WeeklyHoursFactory(provider=anna, settings=["home"], weekday=weekday, opens_minute=1080, closes_minute=1380, staffing="full_time")
    return anna, bookable_provider(slug="bela"), traveling_provider(slug="cleo")


WISHES = [
    Wish("medical-massage", 60, "clinic"),
    Wish("medical-massage", 75, "clinic"),
    Wish("medical-massage", 60, "home", "10024"),
    Wish("at-home", 60, "home", "10023"),
    Wish("at-home", 60, "home", "10009"),
    Wish("first-visit", 45, "clinic"),
    Wish("no-such-thing", 60, "clinic"),
]


@pytest.mark.parametrize("seed", range(12))
def test_every_proposal_is_one_that_the_hold_accepts(town, clock, seed):
    random = Random(seed)
    for provider in town:
        for day in random.sample(range(8), 4):
            length = random.choice((60, 240, 540))
            ClaimFactory(provider=provider, starts_at=clock.now.replace(hour=14) + timedelta(days=day), minutes=length)
    person = PersonFactory()
    if random.random() < 0.5:
        book_visit(town[0], person, first_start(town[0], clock.now), clock.now)
    if random.random() < 0.5:
        hold_visit(town[0], person, first_start(town[0], clock.now, skip=3), clock.now)
    for wish in random.sample(WISHES, 3):
        starts_at = clock.now + timedelta(
            days=random.choice((0, 1, 3, 5, 100)), hours=random.randrange(-3, 12), minutes=random.choice((0, 7))
        )
        slug = random.choice(("anna", "anna", "bela", "cleo", "nobody"))
        allowed = may_hold(db.session(), person.id, clock.now)
        found = alternatives_to(db.session(), slug, wish, starts_at, clock.now, allowed)
        assert slug == "nobody" or wish.zip == "10009" or found
        for one in found:
            wanted = HoldWish(one.facts.slug, one.wish, from_minute(one.start_minute))
            hold = hold_time(wanted, person.id, CLIENT, clock.now)
            release_hold(hold.public_id, person.id, CLIENT, clock.now)


def first_start(provider, now, skip=0):
    """A start that is free with a provider's standard service."""
    start = now + timedelta(days=2)
    found = alternatives_to(db.session(), provider.slug, Wish("medical-massage", 60, "clinic"), start, now)
    return from_minute([one for one in found if one.wish.service == "medical-massage"][min(skip, 2)].start_minute)


def test_the_same_provider_comes_first_then_others_near_that_time(town, clock):
    anna, _bela, _cleo = town
    start = clock.now + timedelta(days=2)
    for day in range(14):
        ClaimFactory(provider=anna, starts_at=start.replace(hour=5) + timedelta(days=day - 1), minutes=16 * 60)
    found = alternatives_to(db.session(), "anna", Wish("medical-massage", 60, "clinic"), start, clock.now)
    own = [one.facts.slug == "anna" for one in found]
    assert own == sorted(own, reverse=True)
    assert [(one.reason, one.facts.slug, one.start_minute) for one in found][-1] == ("other_provider", "bela", to_minute(start))


def test_who_does_not_come_to_a_place_names_where_they_do_and_who_does(town, clock):
    start = clock.now + timedelta(days=2)
    found = alternatives_to(db.session(), "anna", Wish("at-home", 60, "home", "10009"), start, clock.now)
    reasons = {one.reason for one in found}
    assert {"other_setting", "other_zip"} <= reasons
    other = next(one for one in found if one.reason == "other_zip")
    assert other.wish.zip in ("10023", "10024", "10025")
    assert "if the visit can be in" in other.words


def test_somebody_at_their_limit_is_proposed_nothing(town, clock):
    anna, bela, _cleo = town
    person = PersonFactory()
    for provider in (anna, bela):
        hold_visit(provider, person, clock.now + timedelta(days=2), clock.now)
    allowed = may_hold(db.session(), person.id, clock.now)
    assert alternatives_to(db.session(), "anna", Wish("medical-massage", 60, "clinic"), clock.now, clock.now, allowed) == []


def test_who_has_been_there_is_not_sent_to_a_first_visit(town, clock):
    anna, *_ = town
    person = PersonFactory()
    start = clock.now + timedelta(days=2)
    book_visit(anna, person, start, clock.now)
    wish = Wish("first-visit", 45, "clinic")
    with pytest.raises(Refused, match="not_bookable"):
        hold_time(HoldWish("anna", wish, start + timedelta(days=1)), person.id, CLIENT, clock.now)
    stranger = alternatives_to(db.session(), "anna", wish, start, clock.now)
    known = alternatives_to(db.session(), "anna", wish, start, clock.now, may_hold(db.session(), person.id, clock.now))
    assert "first-visit" in {one.wish.service for one in stranger}
    assert {one.wish.service for one in known if one.facts.slug == "anna"} == {"medical-massage", "at-home"}


def test_what_has_just_been_taken_is_not_proposed(town, clock):
    start = clock.now + timedelta(days=2)
    wish = Wish("medical-massage", 60, "clinic")
    hold_visit(town[1], PersonFactory(), start, clock.now)
    with pytest.raises(Conflict, match="slot_taken"):
        hold_visit(town[1], PersonFactory(), start, clock.now)
    found = alternatives_to(db.session(), "bela", wish, start, clock.now)
    assert to_minute(start) not in {one.start_minute for one in found if one.facts.slug == "bela"}


def test_a_search_without_a_result_is_told_what_comes_nearest(town, clock):
    low = to_minute(clock.now)
    query = SearchQuery(low, low + 60, minutes=75, settings=frozenset({"clinic"}))
    found = nearest_to(db.session(), query, clock.now, 5)
    assert [(code, one.minutes) for code, _words, one in found] == [("fewer_wishes", 60)]
    for _code, _words, one in found:
        wish = Wish(one.service.code, one.minutes, one.setting, one.zip)
        assert hold_time(HoldWish(one.facts.slug, wish, from_minute(one.starts[0])), PersonFactory().id, CLIENT, clock.now)
