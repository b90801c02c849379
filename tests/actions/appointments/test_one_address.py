"""Guests of one address hold no more than the address may, however many of them click at the same moment."""

from datetime import timedelta
from functools import partial

from booking.appointments.actions.hold import HoldWish, hold_time
from booking.appointments.rules.holding import LIVE_HOLDS_AN_ORIGIN
from booking.openings.rules.asking import Wish
from marketplace.db import db
from tests.factories import PersonFactory, bookable_provider
from tests.support.racing import race
from tests.support.visits import CLIENT

GUESTS = 8


def test_an_address_whose_guests_click_at_once_holds_three_times(app, clock):
    """Each guest is somebody else and each provider too: only the address is the same."""
    with app.app_context():
        providers, guests = [bookable_provider() for _ in range(GUESTS)], [PersonFactory(account=None) for _ in range(GUESTS)]
        db.session.expunge_all()
    start, origin = clock.now + timedelta(days=2), "one address"
    wishes = [HoldWish(provider.slug, Wish("medical-massage", 60, "clinic", None), start, origin) for provider in providers]
    ended = race(app, [partial(hold_time, wish, guest.id, CLIENT, clock.now) for wish, guest in zip(wishes, guests, strict=True)])
    assert ended == {"done": LIVE_HOLDS_AN_ORIGIN, "too_many_holds": GUESTS - LIVE_HOLDS_AN_ORIGIN}
