"""The demo's free calls: some offer them, the named therapist has one tomorrow, and nobody takes them for visits."""

from datetime import UTC, datetime, timedelta

import pytest

from booking.demo.actions import Plan, build_world
from booking.demo.rules.desks import Ids, draw_desk
from booking.demo.rules.meetings import Town
from booking.demo.rules.people import draw_client
from booking.demo.rules.visits import Diary, stage
from booking.openings.rules.judging import judge_start
from marketplace.kernel.walltime import local_day, to_minute
from providers.services.rules.calls import CALL_DRAFT

NOW = datetime(2027, 1, 12, 17, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def world():
    return build_world(Plan(providers=30, days=30, seed=1), NOW)


@pytest.fixture(scope="module")
def desks(world):
    slugs: set[str] = set()
    return [draw_desk(world, number, Ids(number + 1, number + 2, 2 * number + 1), slugs) for number in range(30)]


def test_every_third_therapist_offers_a_call_beside_visits(desks):
    offering = [number for number, desk in enumerate(desks) if desk.facts.call is not None]
    assert offering == list(range(0, 30, 3))
    for desk in desks:
        assert "phone" not in desk.facts.settings
        assert desk.facts.call is None or dict(desk.facts.call.prices) == dict(CALL_DRAFT.prices)


def test_the_named_therapist_has_one_call_tomorrow_at_a_start_that_was_free(world, desks):
    chance, taken = world.dice("clients"), set()
    clients = [draw_client(chance, world, number + 1, taken, guest=False) for number in range(40)]
    diary = Diary(world, desks[0], Town(clients), world.dice("visits 0"))
    stage(diary, clients[0])
    [(call, claim)] = [(visit, claim) for visit, claim in zip(diary.visits, diary.taken, strict=True) if visit.setting == "phone"]
    assert local_day(call.begin_minute) == local_day(to_minute(NOW)) + timedelta(days=1)
    assert (call.minutes, call.total_cents, call.technique, call.place_id, call.zip, call.address) == (10, 0, None, None, None, None)
    assert (claim.is_call, claim.is_visit, claim.before_minutes, claim.after_minutes) == (True, False, 0, 0)
    diary.taken.remove(claim)
    choice = next(one for one in diary.choices if one.setting == "clinic")
    asked = diary.question(type(choice)(call.service, 10, "phone"), None, local_day(call.begin_minute), call.booked_at)
    assert judge_start(asked, call.begin_minute).ok


def test_visits_are_drawn_from_visits_alone(world, desks):
    diary = Diary(world, desks[0], Town(()), world.dice("nobody"))
    assert {choice.setting for choice in diary.choices} <= {"clinic", "home", "office", "hotel"}
