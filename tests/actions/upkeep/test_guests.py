"""Guests are made by a hold that succeeds, and forgotten when nothing came of it."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from booking.appointments.actions.expire import expire_holds
from booking.appointments.actions.hold import HoldWish, hold_time
from booking.appointments.models import Hold
from booking.openings.rules.asking import Wish
from booking.screening.models import Consent, Screening
from booking.upkeep.actions import forget_guests
from marketplace.accounts.models import Person
from marketplace.audit import AuditEntry
from marketplace.db import db
from marketplace.kernel.errors import Conflict
from providers.schedule.models import Claim
from tests.factories import AppointmentFactory, ConsentFactory, PersonFactory, ScreeningFactory, bookable_provider
from tests.support.visits import CLIENT

DAY = timedelta(days=1)


@pytest.fixture
def provider(ctx):
    return bookable_provider()


def hold(provider, now, person_id=None):
    wish = HoldWish(provider.slug, Wish("medical-massage", 60, "clinic", None), now.replace(microsecond=0) + 2 * DAY)
    return hold_time(wish, person_id, CLIENT, now)


def count(model):
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model))


def test_a_guest_is_made_with_the_hold_and_not_for_a_refused_one(provider, clock):
    made = hold(provider, clock.now)
    assert db.session.scalars(select(Person.id)).all() == [made.person_id]
    with pytest.raises(Conflict, match="slot_taken"):
        hold(provider, clock.now)
    assert count(Person) == 1


def test_a_guest_who_was_forgotten_begins_anew(provider, clock):
    assert hold(provider, clock.now, person_id=123_456).person_id != 123_456


def test_whoever_only_held_is_forgotten_a_day_after_with_everything_they_said(provider, clock):
    made = hold(provider, clock.now)
    guest = db.session.get_one(Person, made.person_id)
    ScreeningFactory(person=guest)
    ConsentFactory(person=guest)
    later = clock.now + DAY + timedelta(seconds=1)
    assert forget_guests(later) == 0, "the hold is still marked live"
    expire_holds(later)
    assert forget_guests(clock.now + DAY) == 0, "a day is not over"
    assert forget_guests(later) == 1
    assert [count(model) for model in (Person, Hold, Claim, Screening, Consent)] == [0] * 5
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.verb == "guests_forgotten")).one()
    assert (entry.actor, entry.details) == ("job:forget guests", {"count": 1})
    assert forget_guests(later) == 0


def test_who_came_back_booked_or_has_an_account_is_kept(provider, clock):
    back = hold(provider, clock.now)
    booked, member = PersonFactory(account=None), PersonFactory()
    AppointmentFactory(provider=provider, person=booked, starts_at=clock.now + 5 * DAY)
    expire_holds(clock.now + DAY)
    again = hold(provider, clock.now + DAY, person_id=back.person_id)
    assert again.person_id == back.person_id
    expire_holds(clock.now + 2 * DAY)
    assert forget_guests(clock.now + DAY + timedelta(hours=1)) == 0
    assert {back.person_id, booked.id, member.id} == set(db.session.scalars(select(Person.id)))
