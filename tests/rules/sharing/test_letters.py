"""What a letter says of what there is, what may be made of it, and that it is kept word for word."""

from datetime import UTC, date, datetime, timedelta

import pytest

from booking.homecare.rules.programs import Item
from booking.notes.rules.content import Note, Used
from booking.outcomes.rules.showing import sheets
from booking.outcomes.rules.trends import Taken
from booking.papers.pdf_port import pdf_of
from booking.plans.rules.written import Goal
from booking.sharing.rules.letters import (
    LONGEST_SECTION,
    Heading,
    Section,
    Words,
    checksum,
    drafted,
    note_words,
    outcome_words,
    paper_from_dict,
    paper_of,
    paper_to_dict,
    plan_words,
    program_words,
    tidy,
    visit_words,
    words_faults,
    words_from_dict,
    words_to_dict,
)
from booking.sharing.rules.releases import Recipient

JAN = date(2027, 1, 5)
HEADING = Heading(
    "n1", "Anna Alder", "Ruth Weiss", Recipient("Dora Doe", "physician", "Doe Practice"), "my care", date(2027, 2, 2), JAN, date(2027, 4, 1)
)
WORDS = Words("Hello.", (Section("visits", "1 visit took place.\n\nIt went well."), Section("outcomes", "Pain: 7.")), "Thank you.")


@pytest.mark.parametrize(
    "days, next_on, text",
    [
        ([], None, ""),
        ([JAN], None, "1 visit took place: January 5, 2027."),
        (
            [date(2027, 2, 2), JAN],
            date(2027, 2, 9),
            "2 visits took place: January 5, 2027; February 2, 2027.\nThe next visit is planned on February 9, 2027.",
        ),
        ([], JAN, "The next visit is planned on January 5, 2027."),
    ],
)
def test_visits_are_told_by_their_days(days, next_on, text):
    assert visit_words(days, next_on) == text


def test_of_very_many_visits_the_last_forty_are_named():
    text = visit_words([JAN + timedelta(days=number) for number in range(50)], None)
    assert text.startswith("50 visits took place: January 15, 2027;")
    assert text.endswith("Only the last 40 days are named.")


def test_progress_is_told_in_figures_with_whether_it_is_more_than_chance():
    begin = datetime(2027, 1, 5, 17, 0, tzinfo=UTC)
    taken = [
        Taken("nprs", "now", 70, begin), Taken("nprs", "now", 30, begin + timedelta(days=28)), Taken("stiffness", None, 50, begin),
        Taken("stiffness", None, 50, begin + timedelta(days=28)), Taken("sleep", None, 40, begin), Taken("global_change", None, 20, begin),
    ]  # fmt: skip
    assert outcome_words(sheets(taken), {20: "much better"}).splitlines() == [
        "Pain (now): 7 on January 5, 2027, then 3 of 10 on February 2, 2027: better, more than chance.",
        "Stiffness: 5 on January 5, 2027, then 5 of 10 on February 2, 2027: no change.",
        "Sleep: 4 of 10 on January 5, 2027.",
        "Overall: much better (January 5, 2027).",
    ]
    assert outcome_words([], {}) == ""


def test_what_is_done_at_home_is_told_line_by_line():
    items = [Item("stretch", "the neck", 5, 2, JAN), Item("water", ""), Item("other", "Rest", None, 4), Item("ice", "", 20, 1)]
    assert program_words(items).splitlines() == [
        "Stretching: the neck, 5 minutes at a time, twice a day, until January 5, 2027.",
        "Drinking.",
        "Something else: Rest, 4 times a day.",
        "Ice: 20 minutes at a time, once a day.",
    ]


def test_a_plan_is_told_by_its_goals_and_its_visits():
    goals = [Goal("sleep through", "nprs", "worst", 30), Goal("lift my son", "psfs", "lifting")]
    assert plan_words(goals, 6, 7, " Walk. ").splitlines() == [
        "Goal: sleep through (Pain, at its worst, last 24 hours, to reach 3 of 10).",
        "Goal: lift my son (What you want to do again, lifting).",
        "Planned: 6 visits, about 7 days apart.",
        "At home: Walk.",
    ]
    assert plan_words([], 1, 7, "") == "Planned: 1 visit."


def test_a_signed_note_is_told_in_short():
    note = Note(
        subjective="told", objective="Stiff neck. ", techniques=(Used("mfr", 20), Used("met", None)), response="Eased.", plan="Weekly.",
        feedback="private",
    )  # fmt: skip
    assert note_words(JAN, note, {"mfr": "Myofascial release"}).splitlines() == [
        "Visit of January 5, 2027.", "Found: Stiff neck.", "Done: Myofascial release, 20 minutes; met", "How it was answered: Eased.",
        "Next: Weekly.",
    ]  # fmt: skip
    assert note_words(JAN, Note(subjective="told"), {}) == ""


def test_a_draft_has_what_there_is_and_is_permitted_and_no_more():
    made = drafted({"visits": "A.", "outcomes": "B.", "notes": ""}, {"outcomes", "notes", "plan", "visits"}, "Ruth Weiss")
    assert made.sections == (Section("visits", "A."), Section("outcomes", "B."))
    assert drafted({"visits": "A.", "outcomes": "B."}, {"outcomes"}, "Ruth Weiss").parts == ("outcomes",)


@pytest.mark.parametrize(
    "words, field",
    [
        (WORDS, None),
        (Words("", (Section("notes", "x"),), ""), "sections.0.code"),
        (Words("", (Section("visits", "x"), Section("visits", "y")), ""), "sections.1.code"),
        (Words("", (Section("visits", "x" * (LONGEST_SECTION + 1)),), ""), "sections.0.text"),
        (Words("x" * 2001, WORDS.sections, ""), "opening"),
        (Words("", WORDS.sections, "x" * 2001), "closing"),
        (Words("Hello.", (), ""), "sections"),
    ],
)
def test_words_are_refused_by_their_field(words, field):
    assert [fault.field for fault in words_faults(words, {"visits", "outcomes"})] == ([field] if field else [])


def test_words_are_kept_tidy_and_whole():
    assert tidy(Words(" a ", (Section("outcomes", "x "), Section("visits", " y"), Section("plan", " ")), "")) == Words(
        "a", (Section("visits", "y"), Section("outcomes", "x")), ""
    )
    assert words_from_dict(words_to_dict(WORDS)) == WORDS


def test_a_letter_is_kept_word_for_word_and_each_word_and_day_makes_it_another():
    paper = paper_of(HEADING, WORDS)
    assert paper_from_dict(paper_to_dict(paper)) == paper
    assert [party.title for party in paper.parties] == ["Dear Dora Doe", "Dates of visits", "Progress in figures", "In closing"]
    assert paper.parties[1].lines == ("1 visit took place.", "It went well.")
    others = [
        paper_of(HEADING, Words("Hello!", WORDS.sections, WORDS.closing)),
        paper_of(HEADING, Words(WORDS.opening, WORDS.sections[:1], WORDS.closing)),
        paper_of(Heading(**{**vars(HEADING), "on": date(2027, 2, 3)}), WORDS),
    ]
    assert len({checksum(one) for one in (paper, *others)}) == 4


def test_its_file_is_a_pdf_whatever_letters_a_name_has():
    assert pdf_of(paper_of(HEADING, WORDS)).startswith(b"%PDF")
    assert pdf_of(paper_of(Heading(**{**vars(HEADING), "client": "王芳"}), WORDS)).startswith(b"%PDF")
