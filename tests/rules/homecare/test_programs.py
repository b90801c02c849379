"""What may be left for home."""

from datetime import date

import pytest

from booking.homecare.rules.programs import KINDS, Item, Program, program_faults, program_from_dict, program_to_dict, still_to_do

TODAY = date(2027, 3, 14)


@pytest.mark.parametrize(
    "item, swollen, fault",
    [
        (Item("ice", "left ankle", 20, 3), True, None),
        (Item("ice", "left ankle", 21, 3), True, "minutes"),
        (Item("heat", "lower back", 20, 1), False, None),
        (Item("heat", "lower back", 15, 1), True, "kind"),
        (Item("stretch", "neck", 10, 2, date(2027, 3, 14)), False, None),
        (Item("stretch", "neck", 11), False, "minutes"),
        (Item("stretch", "neck", 0), False, "minutes"),
        (Item("stretch", "neck", 5, 7), False, "times_a_day"),
        (Item("stretch", "neck", 5, 0), False, "times_a_day"),
        (Item("stretch", "neck", 5, 2, date(2027, 3, 13)), False, "until_on"),
        (Item("water", ""), False, None),
        (Item("water", "", 5), False, "minutes"),
        (Item("other", "  "), False, "words"),
        (Item("other", "use the ball against the wall"), False, None),
        (Item("exercise", "x" * 301), False, "words"),
        (Item("potion", "drink it"), False, "kind"),
    ],
)
def test_a_thing_to_do_is_fine_or_named(item, swollen, fault):
    found = program_faults(Program((Item("water", ""), item), swollen), TODAY)
    assert [one.field for one in found] == ([] if fault is None else [f"items.1.{fault}"])


def test_nothing_and_too_much_are_refused():
    assert [one.field for one in program_faults(Program(()), TODAY)] == ["items"]
    assert [one.field for one in program_faults(Program((Item("water", ""),) * 13), TODAY)] == ["items"]
    assert program_faults(Program((Item("water", ""),) * 12), TODAY) == []


def test_a_program_comes_back_as_it_was_kept():
    program = Program((Item("ice", "ankle", 20, 3, TODAY), Item("sleep", "")), swollen=True)
    assert program_from_dict(program_to_dict(program)) == program


def test_what_is_over_is_not_shown_any_more():
    over, last, always = Item("ice", "", until_on=date(2027, 3, 13)), Item("heat", "", until_on=TODAY), Item("sleep", "")
    assert still_to_do(Program((over, last, always)), TODAY) == (last, always)


def test_warmth_and_ice_say_twenty_minutes_and_which_is_for_what():
    for code in ("heat", "ice"):
        assert KINDS[code].most_minutes == 20
        assert "Twenty minutes at most" in KINDS[code].advice
        assert "swollen" in KINDS[code].advice
