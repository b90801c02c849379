"""The interview before booking: dated answers to questions that are data."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from providers.profiles.catalogue import interview, questions
from providers.profiles.rules import days_of_answers

MONDAY, FRIDAY = date(2026, 11, 2), date(2026, 11, 6)


def test_new_words_are_of_today_and_the_same_words_keep_their_day():
    before = {"approach": "I look first.", "experience": "Often."}
    days = {"approach": MONDAY.isoformat(), "experience": MONDAY.isoformat()}
    stated = {"approach": "I look first.", "experience": "Most weeks.", "refers_back": "To a physician."}
    assert days_of_answers(before, days, stated, FRIDAY) == {
        "approach": "2026-11-02",
        "experience": "2026-11-06",
        "refers_back": "2026-11-06",
    }


def test_an_answer_taken_back_and_given_again_is_new():
    before, days = {"approach": "So."}, {"approach": MONDAY.isoformat()}
    gone = days_of_answers(before, days, {}, FRIDAY)
    assert gone == {}
    assert days_of_answers({}, gone, {"approach": "So."}, FRIDAY) == {"approach": "2026-11-06"}


TEXTS = st.dictionaries(st.sampled_from(sorted(questions())), st.sampled_from(["a", "b"]))


@given(TEXTS, TEXTS)
def test_every_answer_has_a_day_and_only_changed_ones_have_a_new_one(before, stated):
    days = dict.fromkeys(before, MONDAY.isoformat())
    found = days_of_answers(before, days, stated, FRIDAY)
    assert found.keys() == stated.keys()
    assert {code for code, day in found.items() if day == FRIDAY.isoformat()} == {c for c, t in stated.items() if before.get(c) != t}


def test_the_questions_are_those_of_the_guides_and_no_success_rate_is_asked():
    assert list(questions()) == ["experience", "approach", "contact_with_others", "continuing_education", "refers_back"]
    assert interview().longest == 600
    assert not any("rate" in question or "%" in question for question in questions().values())
