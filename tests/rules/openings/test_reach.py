"""Getting there and away: the nearest claims with a place, looked for through those without one."""

import pytest

from booking.openings.rules.judging import judge_start
from booking.openings.rules.question import Visit
from booking.openings.rules.starts import find_starts
from tests.rules.openings.test_starts import at, question, said, span, visit_at

HERE, NEAR, FAR_OFF = "10019", "10023", "10128"
MINUTES = {frozenset({HERE}): 10, frozenset({HERE, NEAR}): 30, frozenset({HERE, FAR_OFF}): 60}


def by_table(here, there, departure_minute):
    return MINUTES[frozenset({here, there})]


def slower_at_night(here, there, departure_minute):
    return by_table(here, there, departure_minute) + (30 if departure_minute >= at("20:00") else 0)


def starts(*taken, visit=Visit(60, 0, 0, HERE), hours="12:00-16:00", travel=by_table, **more):  # noqa: B008 - a frozen value
    return said(find_starts(question(hours, taken=taken, visit=visit, travel=travel, **more)))


@pytest.mark.parametrize(
    "sentence, taken, free",
    [
        ("nobody around", [], "12:00 12:30 13:00 13:30 14:00 14:30 15:00"),
        ("half an hour from the visit before", [visit_at("11:00-12:00", zip_code=NEAR)], "12:30 13:00 13:30 14:00 14:30 15:00"),
        ("an hour from far off", [visit_at("11:00-12:00", zip_code=FAR_OFF)], "13:00 13:30 14:00 14:30 15:00"),
        ("the same ZIP still takes ten minutes", [visit_at("11:00-12:00", zip_code=HERE)], "12:30 13:00 13:30 14:00 14:30 15:00"),
        ("half an hour to the visit after", [visit_at("16:00-17:00", zip_code=NEAR)], "12:00 12:30 13:00 13:30 14:00 14:30"),
        ("a visit that ends as the next begins leaves no time", [visit_at("13:00-14:00", zip_code=HERE)], "14:30 15:00"),
        ("pads come before the way", [visit_at("11:00-12:00", after=30, zip_code=NEAR)], "13:00 13:30 14:00 14:30 15:00"),
        ("and after it", [visit_at("16:30-17:00", before=30, zip_code=NEAR)], "12:00 12:30 13:00 13:30 14:00 14:30"),
        ("a claim without a place asks for no way", [visit_at("11:00-12:00")], "12:00 12:30 13:00 13:30 14:00 14:30 15:00"),
        (
            "it is looked through",
            [visit_at("11:00-11:30", zip_code=FAR_OFF), visit_at("11:45-12:00")],
            "12:30 13:00 13:30 14:00 14:30 15:00",
        ),
        (
            "only the nearest before counts",
            [visit_at("10:30-11:00", zip_code=FAR_OFF), visit_at("11:30-11:50", zip_code=HERE)],
            "12:00 12:30 13:00 13:30 14:00 14:30 15:00",
        ),
        (
            "even where the farther one would forbid",
            [visit_at("11:00-11:30", zip_code=FAR_OFF), visit_at("11:40-11:50", zip_code=HERE)],
            "12:00 12:30 13:00 13:30 14:00 14:30 15:00",
        ),
        ("between two visits", [visit_at("11:00-12:00", zip_code=NEAR), visit_at("14:30-15:30", zip_code=FAR_OFF)], "12:30"),
    ],
)
def test_travel_on_both_sides(sentence, taken, free):
    assert starts(*taken) == free


def test_the_visits_own_pads_come_before_and_after_the_way():
    before, after = visit_at("11:00-12:00", zip_code=NEAR), visit_at("16:00-17:00", zip_code=NEAR)
    assert starts(before, visit=Visit(60, 30, 0, HERE)).split()[0] == "13:00"
    assert starts(after, visit=Visit(60, 0, 30, HERE)).split()[-1] == "14:00"


def test_the_way_takes_what_it_takes_at_the_minute_of_leaving():
    later = visit_at("21:30-22:00", zip_code=NEAR)
    assert starts(later, hours="18:00-22:00", travel=slower_at_night).split()[-1] == "19:30"
    assert starts(later, hours="18:00-22:00").split()[-1] == "20:00"
    gone = visit_at("18:00-20:00", zip_code=NEAR)
    assert starts(gone, hours="18:00-22:00", travel=slower_at_night) == "21:00"


def test_nobody_travels_from_a_clinic_to_itself_but_from_one_clinic_to_another():
    clinic = {"visit": Visit(60), "place_zips": {1: HERE, 2: NEAR}}
    assert starts(visit_at("11:00-12:00", zip_code=HERE, place=1), **clinic).split()[0] == "12:00"
    assert starts(visit_at("11:00-12:00", zip_code=NEAR, place=2), **clinic).split()[0] == "12:30"
    assert starts(visit_at("11:00-12:00", zip_code=HERE, place=None), **clinic).split()[0] == "12:30"


def test_a_visit_at_the_clients_place_travels_from_the_clinic_too():
    assert starts(visit_at("11:00-12:00", zip_code=HERE, place=1)).split()[0] == "12:30"


def test_a_place_without_a_known_zip_asks_for_no_way():
    assert starts(visit_at("11:00-12:00", zip_code=NEAR, place=2), visit=Visit(60), place_zips={}).split()[0] == "12:00"


def test_a_start_is_judged_at_the_place_from_which_it_can_be_reached():
    taken = [visit_at("11:00-12:00", zip_code=NEAR, place=2)]
    asked = question(
        span("12:00-14:00", place=1),
        span("12:00-14:00", place=2),
        taken=taken,
        visit=Visit(60),
        travel=by_table,
        place_zips={1: HERE, 2: NEAR},
    )
    assert said(find_starts(asked)) == "12:00 12:30 13:00"
    assert judge_start(asked, at("12:00")).place_id == 2
    assert judge_start(asked, at("12:30")).place_id == 1
