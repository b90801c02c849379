"""Whoever is free: one of several providers is chosen, and of many who ask at once no two get the same one."""

from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import func, select

from booking.appointments.actions.hold import HoldWish, hold_first_free
from booking.appointments.models import Hold
from booking.openings.rules.asking import Wish
from booking.upkeep.queries import findings, overlap_findings
from marketplace.accounts.models import Person
from marketplace.db import db
from marketplace.kernel.errors import Conflict, Limited
from providers.registry.rules import SUSPENDED
from providers.schedule.models import Claim
from tests.factories import PersonFactory, bookable_provider
from tests.support.racing import race
from tests.support.visits import CLIENT, hold_visit

WISH = Wish("medical-massage", 60, "clinic")


def of(providers, starts_at):
    return [HoldWish(provider.slug, WISH, starts_at) for provider in providers]


@pytest.fixture
def three(ctx):
    return [bookable_provider() for _ in range(3)]


@pytest.fixture
def now(clock):
    return clock.now


def test_the_first_who_is_free_is_held(three, start, now):
    hold_visit(three[0], PersonFactory(), start, now)
    person = PersonFactory()
    hold = hold_first_free(of(three, start), person.id, CLIENT, now)
    assert hold.provider_id == three[1].id
    assert (hold.person_id, hold.starts_at, hold.quote["total_cents"]) == (person.id, start, 16_720)


def test_nobody_is_held_when_all_are_taken(three, start, now):
    for provider in three:
        hold_visit(provider, PersonFactory(), start, now)
    people = db.session.scalar(select(func.count()).select_from(Person))
    with pytest.raises(Conflict) as refused:
        hold_first_free(of(three, start), None, CLIENT, now)
    assert refused.value.code == "slot_taken"
    assert db.session.scalar(select(func.count()).select_from(Person)) == people, "no guest is left behind"
    assert db.session.scalar(select(func.count()).select_from(Claim)) == len(three)


def test_who_has_just_been_suspended_or_never_was_is_passed_over(three, start, now):
    three[0].state = SUSPENDED
    db.session.commit()
    nobody = HoldWish("nobody-of-this-name", WISH, start)
    hold = hold_first_free([nobody, *of(three, start)], PersonFactory().id, CLIENT, now)
    assert hold.provider_id == three[1].id


def test_a_guest_is_made_once_with_the_hold(three, start, now):
    hold_visit(three[0], PersonFactory(), start, now)
    people = db.session.scalar(select(func.count()).select_from(Person))
    hold_first_free(of(three, start), None, CLIENT, now)
    assert db.session.scalar(select(func.count()).select_from(Person)) == people + 1


def test_the_limit_of_a_person_ends_the_search(three, start, now):
    person = PersonFactory()
    for hours in (2, 4):
        hold_first_free(of(three[hours // 2 - 1 :][:1], start + timedelta(hours=hours)), person.id, CLIENT, now)
    with pytest.raises(Limited):
        hold_first_free(of(three, start), person.id, CLIENT, now)


def test_many_at_once_in_any_order_get_one_each_until_none_is_left(app, clock):
    with app.app_context():
        providers = [bookable_provider() for _ in range(4)]
        people = [PersonFactory() for _ in range(12)]
        db.session.expunge_all()
    now = clock.now
    start = now + timedelta(days=2)
    orders = [providers, providers[::-1], providers[2:] + providers[:2]]
    ended = race(app, [partial(hold_first_free, of(orders[n % 3], start), person.id, CLIENT, now) for n, person in enumerate(people)])
    assert ended == {"done": len(providers), "slot_taken": len(people) - len(providers)}
    with app.app_context():
        assert sorted(db.session.scalars(select(Hold.provider_id))) == sorted(provider.id for provider in providers)
        assert db.session.scalar(select(func.count()).select_from(Claim).where(Claim.live)) == len(providers)
        assert list(overlap_findings(db.session())) == []
        assert list(findings(db.session(), now)) == []
