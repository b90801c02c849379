"""A therapist with one start a day, and who waits for it."""

from datetime import timedelta

from sqlalchemy import select

from booking.appointments.actions.cancel import Cancelling, cancel
from booking.appointments.actions.offer import offer_freed
from booking.appointments.actions.wait import WaitWish
from booking.appointments.queries import get_waiting
from booking.appointments.rules.waiting import Wait
from booking.openings.rules.asking import Wish
from marketplace.db import db
from marketplace.kernel.walltime import local_day, to_minute
from marketplace.outbox.models import Letter
from tests.factories import ClaimFactory, bookable_provider
from tests.support.visits import BASE_URL, CLIENT

DAYS = 4


def noon_only(clock, **names):
    provider = bookable_provider(**names)
    for day in range(DAYS + 1):
        ClaimFactory(provider=provider, starts_at=clock.now + timedelta(days=day, hours=-4), minutes=240)
        ClaimFactory(provider=provider, starts_at=clock.now + timedelta(days=day, hours=1, minutes=15), minutes=300)
    return provider


def noon(clock, day):
    return clock.now.replace(hour=17, minute=0, second=0) + timedelta(days=day)


def wish_for(clock, slug="anna", service="medical-massage", minutes=60, setting="clinic", zip_code=None, parts=(), days=(1, DAYS)):
    today = local_day(to_minute(clock.now))
    wait = Wait(minutes, today + timedelta(days=days[0]), today + timedelta(days=days[1]), frozenset(parts))
    return WaitWish(slug, Wish(service, minutes, setting, zip_code), wait)


def call_off(visit, clock):
    cancel(visit.public_id, Cancelling(), CLIENT, BASE_URL, clock.now)


def offer(clock):
    return offer_freed(clock.now, BASE_URL)


def offer_to(public_id, clock):
    db.session.rollback()
    return get_waiting(db.session(), public_id).live_offer(clock.now)


def letters(kind):
    db.session.rollback()
    return list(db.session.scalars(select(Letter).where(Letter.kind == kind).order_by(Letter.id)))
