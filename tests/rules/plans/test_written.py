"""What may stand in a plan."""

from dataclasses import replace

import pytest

from booking.plans.rules.written import Draft, Goal, content_of, draft_faults, goals_of, tidy

GOAL = Goal("sit through a film", "nprs", "now", 20)
PLAN = Draft((GOAL,), visits=6, every_days=7, review_after=3, home="A walk a day.")


def test_a_plan_of_goals_with_a_measure_each_may_stand():
    assert draft_faults(PLAN) == []
    assert draft_faults(replace(PLAN, goals=(Goal("lift my child", "psfs", "lifting"), Goal("sleep", "sleep")))) == []


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"goals": ()}, "goals"),
        ({"goals": (GOAL,) * 6}, "goals"),
        ({"visits": 0, "review_after": 1}, "visits"),
        ({"visits": 25}, "visits"),
        ({"every_days": 0}, "every_days"),
        ({"every_days": 61}, "every_days"),
        ({"review_after": 7}, "review_after"),
        ({"review_after": 0}, "review_after"),
        ({"home": "x" * 2001}, "home"),
        ({"goals": (GOAL, replace(GOAL, words=" "))}, "goals.1.words"),
        ({"goals": (replace(GOAL, words="x" * 301),)}, "goals.0.words"),
        ({"goals": (replace(GOAL, measure="luck"),)}, "goals.0.measure"),
        ({"goals": (replace(GOAL, label="sideways"),)}, "goals.0.label"),
        ({"goals": (Goal("lift my child", "psfs"),)}, "goals.0.label"),
        ({"goals": (replace(GOAL, target_tenths=110),)}, "goals.0.target"),
        ({"goals": (replace(GOAL, target_tenths=25),)}, "goals.0.target"),
    ],
)
def test_what_is_wrong_is_named_by_its_field(wrong, field):
    assert [fault.field for fault in draft_faults(replace(PLAN, **wrong))] == [field]


def test_words_are_kept_without_spaces_around_them_and_come_back_as_they_were():
    said = tidy(Draft((Goal("  sit ", "nprs", None, 20), Goal("lift", "psfs", " my  child ")), 6, 7, 3, " walk "))
    assert said == Draft((Goal("sit", "nprs", "now", 20), Goal("lift", "psfs", "my child")), 6, 7, 3, "walk")
    assert goals_of(content_of(said)) == said.goals
