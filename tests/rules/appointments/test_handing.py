"""When a visit may be offered to a colleague, to whom, and until when its client may answer."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from booking.appointments.rules.handing import (
    ACCEPTED,
    DECLINED,
    EXPIRED,
    OFFERED,
    WITHDRAWN,
    VisitToGive,
    assess_handing,
    equal_service,
    is_open,
    same_place,
    techniques_needed,
)
from booking.appointments.rules.states import CONFIRMED, STATUSES
from providers.profiles.rules import PlaceFacts, ServiceFacts

NOW = datetime(2027, 1, 12, 15, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def assessed(ahead, **other):
    facts = {"waiting": False, "same_provider": False} | other
    status = facts.pop("status", CONFIRMED)
    return assess_handing(status, NOW + ahead, now=NOW, **facts)


@pytest.mark.parametrize(
    ("ahead", "answer"),
    [
        (timedelta(days=9), timedelta(hours=24)),
        (timedelta(hours=25), timedelta(hours=24)),
        (timedelta(hours=25) - SECOND, timedelta(hours=24) - SECOND),
        (timedelta(hours=3), timedelta(hours=2)),
        (timedelta(minutes=90), timedelta(minutes=30)),
    ],
)
def test_the_client_has_a_day_but_must_have_answered_an_hour_before_the_visit(ahead, answer):
    verdict = assessed(ahead)
    assert (verdict.allowed, verdict.code, verdict.answer_by_at) == (True, "offered", NOW + answer)


@pytest.mark.parametrize("ahead", [timedelta(minutes=90) - SECOND, timedelta(minutes=10), -timedelta(hours=1)])
def test_with_less_than_half_an_hour_to_answer_nothing_is_offered(ahead):
    verdict = assessed(ahead)
    assert (verdict.allowed, verdict.code, verdict.answer_by_at) == (False, "too_late", None)
    assert verdict.sentence.endswith("Call them.")


@pytest.mark.parametrize("status", [status for status in STATUSES if status != CONFIRMED])
def test_only_a_booked_visit_is_handed_over(status):
    assert assessed(timedelta(days=2), status=status).code == "wrong_state"


def test_one_offer_at_a_time_and_not_to_who_gives_it_anyway():
    assert assessed(timedelta(days=2), waiting=True).code == "handover_waits"
    assert assessed(timedelta(days=2), same_provider=True).code == "same_provider"


@pytest.mark.parametrize(
    ("state", "seconds", "open_"),
    [(OFFERED, -1, True), (OFFERED, 0, False), (OFFERED, 1, False), (ACCEPTED, -1, False), (DECLINED, -1, False), (WITHDRAWN, -1, False), (EXPIRED, -1, False)],
)  # fmt: skip
def test_the_time_for_an_answer_ends_to_the_second(state, seconds, open_):
    assert is_open(state, NOW, NOW + timedelta(seconds=seconds)) is open_


def service(code, techniques, minutes=(60,), settings=("clinic",), first=False):
    return ServiceFacts(code, code, tuple(techniques), (), frozenset(settings), first, None, None, dict.fromkeys(minutes, 16_000), 1)


class Colleague:
    def __init__(self, *services):
        self.services = services


WANTED = VisitToGive(60, "clinic", frozenset({"prenatal", "trigger_point"}), first_visit_only=False)
BOTH = ("prenatal", "trigger_point")


@pytest.mark.parametrize(
    ("services", "standing", "found"),
    [
        ([service("whole", BOTH)], BOTH, "whole"),
        ([service("part", BOTH[:1]), service("whole", (*BOTH, "deep_tissue"))], (*BOTH, "cupping"), "whole"),
        ([service("two", BOTH), service("three", BOTH)], BOTH, "two"),
        ([service("lapsed", BOTH)], BOTH[1:], None),
        ([service("part", BOTH[:1])], BOTH, None),
        ([service("short", BOTH, minutes=(30,))], BOTH, None),
        ([service("away", BOTH, settings=("home",))], BOTH, None),
        ([service("first", BOTH, first=True)], BOTH, None),
        ([], BOTH, None),
    ],
)
def test_equal_is_who_offers_all_of_the_visit_with_everything_in_force(services, standing, found):
    equal = equal_service(WANTED, Colleague(*services), standing)
    assert (equal and equal.code) == found


@pytest.mark.parametrize(
    ("chosen", "offered", "proven", "all_of", "one_of"),
    [
        ("deep_tissue", ("deep_tissue", "prenatal"), ("prenatal",), {"deep_tissue"}, set()),
        (None, ("deep_tissue", "trigger_point"), (), set(), {"deep_tissue", "trigger_point"}),
        (None, ("deep_tissue", "prenatal"), ("prenatal", "oncology"), {"prenatal"}, {"deep_tissue", "prenatal"}),
        (None, (), (), set(), set()),
    ],
)
def test_where_none_was_chosen_those_that_take_a_certificate_are_needed_and_one_at_least(chosen, offered, proven, all_of, one_of):
    assert techniques_needed(chosen, offered, proven) == (all_of, one_of)


@pytest.mark.parametrize(("techniques", "found"), [(("deep_tissue",), "any"), (("cupping",), None), ((), None)])
def test_of_techniques_that_take_no_proof_one_is_enough(techniques, found):
    wanted = replace(WANTED, techniques=frozenset(), one_of=frozenset({"deep_tissue", "trigger_point"}))
    equal = equal_service(wanted, Colleague(service("any", techniques)), ("deep_tissue", "cupping"))
    assert (equal and equal.code) == found


def test_a_visit_that_names_no_technique_asks_for_none():
    assert equal_service(replace(WANTED, techniques=frozenset()), Colleague(service("any", ())), ()).code == "any"


def place(**other):
    facts = {
        "id": 1, "public_id": "p", "kind": "clinic", "name": "Room", "line1": "1 West 72nd Street", "unit": None, "city": "New York", "zip": "10023",
        "access": None, "neighborhood": "upper_west_side", "latitude": 40.0, "longitude": -73.0, "clinic_id": None,
    } | other  # fmt: skip
    return PlaceFacts(**facts)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (place(), place(id=2), True),
        (place(), place(line1="1 WEST 72nd street"), True),
        (place(clinic_id=7), place(id=2, line1="Other words for it", clinic_id=7), True),
        (place(clinic_id=7), place(line1="9 East 1st Street", clinic_id=8), False),
        (place(), place(zip="10024"), False),
        (None, None, True),
        (place(), None, False),
    ],
)
def test_the_same_place_is_one_clinic_or_one_address(one, other, same):
    assert same_place(one, other) is same
    assert same_place(other, one) is same
