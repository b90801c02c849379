"""What an introductory call is: ten free minutes on the phone, stated once, and nothing else."""

from dataclasses import replace

import pytest

from providers.services.rules.calls import CALL_DRAFT, CALL_MINUTES, CALL_TERMS, PHONE, call_faults, is_call, noun
from providers.services.rules.drafts import AddOn, ServiceDraft

MASSAGE = ServiceDraft("massage", "Medical massage", ("deep_tissue",), ("neck_pain",), {60: 16_000}, ("clinic",), first_visit_only=True)


def fields(*drafts):
    return [fault.field for fault in call_faults(drafts)]


def test_the_call_as_it_is_switched_on_is_ten_free_minutes_on_the_phone():
    assert (CALL_DRAFT.settings, dict(CALL_DRAFT.prices), CALL_MINUTES) == ((PHONE,), {10: 0}, 10)
    assert call_faults([MASSAGE, CALL_DRAFT]) == ()


@pytest.mark.parametrize(
    "sentence, changes, field",
    [
        ("a call is nowhere else", {"settings": ("phone", "clinic")}, "settings"),
        ("a call costs nothing", {"prices": {10: 500}}, "minutes"),
        ("a call has ten minutes", {"prices": {15: 0}}, "minutes"),
        ("and no other length", {"prices": {10: 0, 20: 0}}, "minutes"),
        ("nobody is treated on the phone", {"techniques": ("deep_tissue",)}, "techniques"),
        ("and for nothing", {"conditions": ("neck_pain",)}, "conditions"),
        ("nothing comes on top", {"add_ons": (AddOn("longer", "Longer", 10, 0),)}, "add_ons"),
        ("a call is no first visit", {"first_visit_only": True}, "first_visit_only"),
    ],
)
def test_a_call_that_is_more_than_a_call_is_refused_at_its_field(sentence, changes, field):
    assert fields(MASSAGE, replace(CALL_DRAFT, **changes)) == [f"services[1].{field}"]


def test_one_call_is_enough():
    assert fields(CALL_DRAFT, MASSAGE, replace(CALL_DRAFT, code="another")) == ["services[2].settings"]


def test_visits_are_left_alone_whatever_they_are():
    free = replace(MASSAGE, prices={10: 0}, techniques=(), conditions=())
    assert fields(MASSAGE, free) == []
    assert not is_call(free.settings)


def test_leaving_a_call_is_free_at_any_moment_and_so_is_not_answering():
    assert [CALL_TERMS.percent_at(seconds) for seconds in (10**7, 3600, 0, -1)] == [0, 0, 0, 0]
    assert CALL_TERMS.no_show_percent == 0


@pytest.mark.parametrize("setting, word", [("phone", "call"), ("clinic", "visit"), ("home", "visit")])
def test_a_call_is_called_a_call(setting, word):
    assert noun(setting) == word
