"""At the door every group with a rule is asked; what is new is a yes, what is about today is asked anew, the rest stays."""

import pytest

from booking.screening import catalogue
from booking.screening.rules.door import ABOUT_TODAY, DoorCheck, answers_at_door, door_faults, door_groups
from booking.screening.rules.form import BOOLEAN, NEVER_OFFERED

FORM = catalogue.form()
ALL = tuple(group.code for group in door_groups(FORM))


def test_every_rule_that_is_asked_about_is_asked_at_the_door():
    asked = {question.code for group in door_groups(FORM) for question in group.questions}
    assert asked == {code for code, rule in catalogue.rules().items() if rule.action != NEVER_OFFERED}
    assert not {"map", "wishes"} & set(ALL)


@pytest.mark.parametrize(
    ("asked", "new", "fields"),
    [
        (ALL, (), []),
        (ALL, ("fever", "dvt"), []),
        (ALL[1:], (), ["asked"]),
        ((), (), ["asked"] * len(ALL)),
        ((*ALL, "mood"), (), ["asked"]),
        (ALL, ("mood",), ["new"]),
        (ALL, ("pain_now",), ["new"]),
    ],
)
def test_no_group_is_left_out(asked, new, fields):
    assert [fault.field for fault in door_faults(DoorCheck(asked, new), FORM)] == fields


@pytest.mark.parametrize(
    ("known", "new", "expected"),
    [
        ({"anticoagulant": True, "fever": False}, [], {"anticoagulant": True, "fever": False}),
        ({"anticoagulant": "unsure"}, ["fever"], {"anticoagulant": "unsure", "fever": True}),
        ({"intoxicated": True, "chest_pain": "unsure"}, [], {"intoxicated": False, "chest_pain": False}),
        ({"dvt": False}, ["dvt"], {"dvt": True}),
        ({"pain_now": 7, "pressure_wish": "firm", "affected_region": ["head"]}, [], {"pressure_wish": "firm", "affected_region": ["head"]}),
    ],
)
def test_the_answers_as_they_are_now(known, new, expected):
    now = answers_at_door(FORM, known, new)
    assert {code: now[code] for code in expected} == expected
    assert set(now) == {question.code for question in FORM.questions if question.type == BOOLEAN} | set(expected)
    assert [code for code, value in now.items() if code in ABOUT_TODAY and value is not False] == [
        code for code in new if code in ABOUT_TODAY
    ]
