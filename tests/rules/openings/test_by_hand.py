"""A start chosen by hand: every rule says its own no, and without any no it is a start like any other."""

from dataclasses import replace
from datetime import UTC, datetime
from random import Random

import pytest

from booking.appointments.rules.by_hand import overrides_of, unanswered
from booking.openings.rules.by_hand import NEVER, OVERRIDABLE, Objection, weigh
from booking.openings.rules.judging import judge_start
from booking.openings.rules.question import Visit
from marketplace.kernel.walltime import day_span
from tests.rules.openings.cases import question_of, random_case
from tests.rules.openings.test_starts import at, question, rules, visit_at

AT_HAND = datetime.fromtimestamp(at("09:15") * 60, UTC)
FAR = 10**9


def an_hour(here, there, departure_minute):
    return 60


@pytest.mark.parametrize(
    ("sentence", "asked", "start", "codes"),
    [
        ("free", question("09:00-12:00"), "09:30", []),
        ("beside the grid is the therapist's own choice", question("09:00-12:00"), "09:31", []),
        ("before hours", question("09:00-12:00"), "08:30", ["outside_hours"]),
        ("inside the notice", question("09:00-12:00", now=AT_HAND, rules=rules(notice_minutes=60)), "10:00", ["too_soon"]),
        ("in the past", question("09:00-12:00", now=AT_HAND), "09:00", ["in_the_past"]),
        ("too far ahead", question("09:00-12:00", rules=rules(horizon_days=5)), "09:00", ["too_far_ahead"]),
        ("no credentials", question("09:00-12:00", standing=[]), "09:00", ["not_bookable"]),
        ("taken", question("09:00-12:00", taken=[visit_at("09:30-10:00")]), "09:00", ["overlap"]),
        ("buffers meet", question("09:00-12:00", taken=[visit_at("09:00-10:00")], visit=Visit(60, 15, 0)), "10:00", ["buffers"]),
        ("a full day", question("09:00-12:00", taken=[visit_at("09:00-10:00")], rules=rules(max_per_day=1)), "10:00", ["day_full"]),
        (
            "several at once, each by itself",
            question("09:00-12:00", taken=[visit_at("07:00-08:00")], rules=rules(max_per_day=1, horizon_days=5)),
            "08:30",
            ["too_far_ahead", "outside_hours", "day_full"],
        ),
        (
            "too far to travel",
            question("09:00-12:00", taken=[visit_at("08:00-09:00", zip_code="10128")], visit=Visit(60, 0, 0, "10001"), travel=an_hour),
            "09:30",
            ["not_reachable"],
        ),
    ],
)
def test_each_rule_says_its_own_no(sentence, asked, start, codes):
    weighed = weigh(asked, at(start))
    assert [one.code for one in weighed.objections] == codes, sentence
    assert all(one.sentence.endswith(".") for one in weighed.objections)


@pytest.mark.parametrize("seed", range(8))
def test_without_an_objection_it_is_judged_free_and_the_other_way_round(seed):
    random, free, late = Random(seed), 0, 0
    for _ in range(400):
        case = random_case(random)
        begin, end = day_span(case.first_day, case.zone)
        asked = replace(question_of(case, begin, end), from_minute=-FAR, until_minute=FAR)
        asked = replace(asked, rules=replace(asked.rules, step_minutes=1, offset_minutes=None, fill_gaps=False, offer_one_in=None))
        start = random.randrange(begin, end)
        weighed, judged = weigh(asked, start), judge_start(asked, start)
        assert (weighed.objections == ()) == judged.ok, (case, start, weighed, judged)
        free += judged.ok
        late += any(one.code == "not_staffed" for one in weighed.objections)
        if judged.ok:
            assert weighed.place_id == judged.place_id
    assert free > 5
    assert late > 5


def test_what_protects_others_is_never_passed_over():
    found = [Objection(code, "No.") for code in sorted(NEVER)]
    assert unanswered(found, dict.fromkeys(NEVER, "Because")) == found


def test_every_other_rule_needs_a_reason_of_its_own():
    found = [Objection(code, "No.") for code in OVERRIDABLE]
    reasons = {code: f"Why {code}" for code in OVERRIDABLE}
    assert unanswered(found, reasons) == []
    for code in OVERRIDABLE:
        assert [one.code for one in unanswered(found, {**reasons, code: ""})] == [code]
    kept = overrides_of(found[:1], reasons)
    assert kept == [{"code": OVERRIDABLE[0], "sentence": "No.", "reason": f"Why {OVERRIDABLE[0]}"}]
