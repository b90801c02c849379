"""Rooms in the engine: the starts with full clinics are those without, less the ones that need a room when there is none."""

from dataclasses import replace
from random import Random

import pytest

from booking.openings.rules.by_hand import NO_ROOM, weigh
from booking.openings.rules.judging import judge_start
from booking.openings.rules.rooms import closed_starts, has_room
from booking.openings.rules.starts import find_starts
from marketplace.kernel.intervals import merge
from marketplace.kernel.walltime import day_span
from providers.schedule.rules.clinics import NO_ROOM as NO_ROOM_WORDS
from tests.rules.openings.cases import PLACE_ZIPS, question_of, random_case

CASES = 600


def needs_a_room_when_there_is_none(question, place, start):
    """Minute by minute, without any interval."""
    if question.visit.zip is not None or question.visit.is_call:
        return False
    needed = range(start - question.visit.before_minutes, start + question.visit.minutes + question.visit.after_minutes)
    return any(begin <= minute < end for minute in needed for begin, end in question.full.get(place, ()))


def random_full(random, low, high):
    spans = []
    for _ in range(random.randrange(5)):
        begin = random.randrange(low - 300, high + 300)
        spans.append((begin, begin + random.choice((1, 15, 45, 75, 240))))
    return merge(spans)


@pytest.mark.parametrize("seed", range(4))
def test_a_start_is_listed_where_some_place_has_a_room_for_all_of_it(seed):
    random, closed = Random(seed), 0
    for _ in range(CASES):
        case = random_case(random)
        case = replace(case, visit=replace(case.visit, zip=random.choice((None, None, None, case.visit.zip))), full={})
        window = day_span(case.first_day, case.zone)
        free = question_of(case, *window)
        full = replace(free, full={place: random_full(random, *window) for place in PLACE_ZIPS})
        expected = set()
        for place in {span.place_id for span in free.spans}:
            here = [span for span in free.spans if span.place_id == place]
            starts = find_starts(replace(free, spans=here, hours=free.spans if free.hours is None else free.hours))
            expected |= {start for start in starts if not needs_a_room_when_there_is_none(full, place, start)}
        listed = find_starts(full)
        assert listed == sorted(expected)
        before = find_starts(free)
        closed += len(before) - len(listed)
        for start in random.sample(before, min(len(before), 6)):
            judged = judge_start(full, start)
            assert judged.ok == (start in expected)
            if judged.ok:
                assert not needs_a_room_when_there_is_none(full, judged.place_id, start)
                assert NO_ROOM not in {one.code for one in weigh(full, start).objections}
            elif len({span.place_id for span in free.spans}) == 1:
                assert (judged.code, judged.sentence) == ("slot_taken", NO_ROOM_WORDS)
                assert NO_ROOM in {one.code for one in weigh(full, start).objections}
    assert closed > CASES // 4


def test_where_nothing_is_full_nothing_is_looked_at():
    case = random_case(Random(3))
    question = question_of(case, *day_span(case.first_day, case.zone))
    barred = {1: [(0, 5)]}
    assert closed_starts(question, barred) is barred
    assert has_room(question, 1, 0)
