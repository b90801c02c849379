"""Visits at the client's place: no start too late in the evening, and the first and last way of a stretch of hours within it."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from booking.openings.rules.judging import judge_start
from booking.openings.rules.question import DayEnds, Visit
from booking.openings.rules.starts import find_starts
from providers.places import gazetteer
from providers.places.rules.travel import TravelMode
from tests.rules.openings.test_starts import at, question, said, span, visit_at

HERE, NEAR, FAR_OFF = "10019", "10023", "10128"
MINUTES = {frozenset({HERE}): 10, frozenset({HERE, NEAR}): 30, frozenset({HERE, FAR_OFF}): 60}
HOME = Visit(60, 0, 0, HERE)
SHORTEST_VISIT = 15
ZIPS = tuple(info.zip for info in gazetteer.zips())


def by_table(here, there, _leaving):
    return MINUTES[frozenset({here, there})]


def slower_until_four(here, there, leaving):
    return by_table(here, there, leaving) + (30 if leaving < at("16:00") else 0)


def starts(*hours, taken=(), visit=HOME, travel=by_table, leaves_from=(), returns_to=(), **more):
    spans = [span(one) for one in hours]
    ends = DayEnds(leaves_from, returns_to, spans) if leaves_from else None
    return said(find_starts(replace(question(*spans, taken=taken, visit=visit, travel=travel), day_ends=ends, **more)))


@pytest.mark.parametrize(
    "sentence, hours, more, free",
    [
        ("nobody asks for the ways", ["12:00-15:00"], {}, "12:00 12:30 13:00 13:30 14:00"),
        ("half an hour there and back", ["12:00-15:00"], {"leaves_from": [NEAR], "returns_to": [NEAR]}, "12:30 13:00 13:30"),
        ("the farthest that may be meant", ["12:00-16:00"], {"leaves_from": [NEAR, FAR_OFF], "returns_to": [NEAR]}, "13:00 13:30 14:00 14:30"),
        ("the day ends elsewhere", ["12:00-16:00"], {"leaves_from": [NEAR], "returns_to": [FAR_OFF]}, "12:30 13:00 13:30 14:00"),
        ("pads come between way and visit", ["12:00-16:00"], {"leaves_from": [NEAR], "returns_to": [NEAR], "visit": Visit(60, 30, 30, HERE)}, "13:00 13:30 14:00"),
        ("each stretch of hours has its ways", ["09:00-11:00", "12:00-15:00"], {"leaves_from": [NEAR], "returns_to": [NEAR]}, "09:30 12:30 13:00 13:30"),
        ("hours that touch are one", ["12:00-13:30", "13:30-15:00"], {"leaves_from": [NEAR], "returns_to": [NEAR]}, "12:30 13:00 13:30"),
        ("hours too short for the ways", ["12:00-13:30"], {"leaves_from": [NEAR], "returns_to": [NEAR]}, ""),
        ("the way back as slow as in the last two hours", ["12:00-16:30"], {"leaves_from": [NEAR], "returns_to": [NEAR], "travel": slower_until_four}, "13:00 13:30 14:00 14:30"),
        ("at a clinic one is where the hours are", ["12:00-14:00"], {"leaves_from": [NEAR], "returns_to": [NEAR], "visit": Visit(60)}, "12:00 12:30 13:00"),
    ],
)  # fmt: skip
def test_the_ways_from_and_to_the_base_lie_within_the_hours(sentence, hours, more, free):
    assert starts(*hours, **more) == free


@pytest.mark.parametrize(
    "sentence, last, hours, free",
    [
        ("the very minute still counts", "20:00", "19:00-22:00", "19:00 19:30 20:00"),
        ("a minute less and it does not", "19:59", "19:00-22:00", "19:00 19:30"),
        ("past midnight it is still the same evening", "22:00", "21:00-26:00", "21:00 21:30 22:00"),
        ("until five in the morning", "22:00", "04:00-07:00", "05:00 05:30 06:00"),
    ],
)
def test_nobody_begins_after_the_last_start(sentence, last, hours, free):
    hour, minute = map(int, last.split(":"))
    assert starts(hours, last_start=hour * 60 + minute) == free


def test_what_is_refused_is_said_in_a_sentence_that_names_no_place():
    asked = replace(question("12:00-23:00", visit=HOME, travel=by_table), last_start=20 * 60)
    assert judge_start(asked, at("21:00")).sentence == "A visit like this one begins at 8\u00a0PM at the latest. Choose an earlier time."
    spans = [span("12:00-15:00")]
    asked = replace(question(*spans, visit=HOME, travel=by_table), day_ends=DayEnds([NEAR], [NEAR], spans))
    judgement = judge_start(asked, at("12:00"))
    assert judgement.code == "not_reachable"
    assert not any(code in judgement.sentence for code in (HERE, NEAR))


def test_a_visit_before_does_not_bring_the_base_nearer():
    """Whether one is booked or not, the same starts fit the ways: so nothing breaks when the first visit of a day is called off."""
    ends = {"leaves_from": [NEAR], "returns_to": [NEAR]}
    alone, after = starts("12:00-18:00", **ends), starts("12:00-18:00", taken=[visit_at("12:30-13:30", zip_code=HERE)], **ends)
    assert set(after.split()) < set(alone.split())


@pytest.mark.parametrize("mode", TravelMode)
def test_who_can_go_round_by_a_visit_can_go_straight(mode):
    """Calling off or moving a visit leaves its neighbors next to one another: the straight way, by way of none, is never longer than
    both ways and the shortest visit between them. So no pair is out of reach that was not before.

    A drive that begins before nine in the evening is planned at the speed of before nine to its end, and then going round may look
    shorter; but whoever planned to go round still can.
    """
    wall = (9 * 60, 14 * 60, 22 * 60 + 30) if mode is TravelMode.CAR else (9 * 60, 18 * 60 + 50, 19 * 60 + 40, 20 * 60 + 50, 22 * 60 + 30)
    tables = {leaving: table_at(mode, leaving) for leaving in {minute // 5 * 5 for minute in range(9 * 60, 30 * 60, 5)}}
    for leaving in wall:
        straight = tables[leaving // 5 * 5]
        first = straight[:, :, None]
        for via in range(len(ZIPS)):
            there = first[:, via, 0]
            for minutes in np.unique(there):
                froms = there == minutes
                second = tables[(leaving + int(minutes) + SHORTEST_VISIT) // 5 * 5][via]
                round_trip = minutes + SHORTEST_VISIT + second
                assert (straight[froms] <= round_trip[None, :]).all(), (mode, leaving, ZIPS[via])


def table_at(mode, leaving):
    """Minutes from every ZIP code to every other."""
    count = len(ZIPS)
    pairs = (gazetteer.travel_between_zips(here, there, mode, leaving) for here, there in product(ZIPS, ZIPS))
    return np.fromiter(pairs, dtype=np.int32, count=count * count).reshape(count, count)
