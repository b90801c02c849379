"""Every start that search or a provider's list shows can be held at that moment, and for the price that was shown."""

from datetime import timedelta
from itertools import islice
from random import Random

import pytest

from booking.appointments.actions.hold import HoldWish, hold_time, release_hold
from booking.demo.actions import Plan, load_demo
from booking.openings.queries.listing import list_openings
from booking.openings.queries.searching import search
from booking.openings.rules.asking import Wish
from booking.openings.rules.wanted import Near, SearchQuery
from marketplace.db import db
from marketplace.kernel.errors import Refusal
from marketplace.kernel.walltime import DAY_MINUTES, from_minute, to_minute
from providers.places.geocoders import find_offline
from tests.factories import PersonFactory
from tests.support.databases import Database
from tests.support.visits import CLIENT

pytestmark = [pytest.mark.usefixtures("ctx"), pytest.mark.timeout(1800)]
ZIPS = ("10001", "10003", "10009", "10014", "10016", "10019", "10024", "10025", "10027", "10029", "10033", "10128")


@pytest.fixture
def database(sqlite_database: Database) -> Database:
    return sqlite_database


def _queries(random: Random, now):
    """Searches of all kinds, without end."""
    while True:
        place = find_offline(random.choice(ZIPS))
        assert place is not None
        near = Near(place.label, place.latitude, place.longitude, place.zip, place.neighborhood_code, place.precision)
        first = to_minute(now) + random.randrange(21 * DAY_MINUTES)
        yield SearchQuery(
            first,
            first + random.choice((1, 2, 7)) * DAY_MINUTES,
            near,
            radius_meters=random.choice((1_000, 5_000, 20_000)),
            parts=frozenset(random.choice(((), ("morning",), ("evening", "late")))),
            minutes=random.choice((30, 60, 60, 90)),
            settings=frozenset(random.choice(((), ("clinic",), ("home",), ("office",), ("hotel",)))),
            first_consult=random.random() < 0.2,
            limit=50,
        )


def _shown(random: Random, now):
    """Starts as shown: the provider, the wish, the start, and its whole price where the list says it."""
    for query in _queries(random, now):
        for found in search(db.session(), query, now).items:
            wish = Wish(found.service.code, found.minutes, found.setting, found.zip)
            at = random.randrange(len(found.starts))
            yield found.facts.slug, wish, found.starts[at], found.prices_cents[at]
            if random.random() < 0.3:
                listed = list_openings(db.session(), found.facts, wish, query.from_minute, query.until_minute, now).starts
                assert set(found.starts) <= set(listed)
                yield found.facts.slug, wish, random.choice(listed), None


@pytest.mark.parametrize("count", [200, pytest.param(1_000, marks=pytest.mark.soak)])
def test_every_start_shown_can_be_held(clock, count):
    for _ in load_demo(Plan(60, 30, 1), clock.now):
        pass
    now = clock.now + timedelta(minutes=7, seconds=13)
    random, person = Random(count), PersonFactory()
    refused, settings = [], set()
    for slug, wish, minute, price_cents in islice(_shown(random, now), count):
        try:
            hold = hold_time(HoldWish(slug, wish, from_minute(minute)), person.id, CLIENT, now)
        except Refusal as refusal:
            refused.append((slug, wish, from_minute(minute), refusal.code))
        else:
            if price_cents is not None:
                assert hold.quote["total_cents"] == price_cents, (slug, wish, from_minute(minute))
            release_hold(hold.public_id, person.id, CLIENT, now)
        settings.add(wish.setting)
    assert refused == []
    assert settings == {"clinic", "home", "office", "hotel"}
