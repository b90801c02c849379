"""Names of one person as registers and people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.verification.rules.names import plain_words, resembles, same_names, same_person, words_of


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Alex Morgan Example", ("ALEX", "MORGAN", "EXAMPLE")),
        ("José Núñez-García", ("JOSE", "NUNEZ", "GARCIA")),
        ("O'Neill, Siobhán", ("SIOBHAN", "ONEILL")),
        ("Alex Example, LMT", ("ALEX", "EXAMPLE")),
        ("Alex Example, Jr.", ("ALEX", "EXAMPLE")),
        ("Dr. Mei Ostrander, M.D.", ("MEI", "OSTRANDER")),
        ("Łukasz Sørensen III", ("LUKASZ", "SORENSEN")),
        ("", ()),
        ("張偉", ()),
    ],
)
def test_a_name_is_folded(name, words):
    assert words_of(name) == words


@pytest.mark.parametrize(
    ("typed", "registered", "same"),
    [
        ("Alex Morgan Example", "EXAMPLE ALEX MORGAN", True),
        ("Alex Example", "EXAMPLE ALEX MORGAN", True),
        ("Alex M. Example", "EXAMPLE ALEX MORGAN", True),
        ("alex example", "EXAMPLE ALEX", True),
        ("María García López", "GARCIA LOPEZ MARIA", True),
        ("Maria Garcia", "GARCIA LOPEZ MARIA", True),
        ("Alex Q. Example", "EXAMPLE ALEX MORGAN", False),
        ("Alexa Example", "EXAMPLE ALEX MORGAN", False),
        ("Morgan Alex", "EXAMPLE ALEX MORGAN", False),
        ("Alex Taylor Example", "EXAMPLE ALEX MORGAN", False),
        ("Example", "EXAMPLE ALEX", False),
        ("", "EXAMPLE ALEX", False),
    ],
)
def test_the_register_prints_last_first_middle(typed, registered, same):
    assert same_person(typed, registered) is same


@pytest.mark.parametrize(
    ("typed", "first", "last", "same"),
    [
        ("Dr. Mei Ostrander", "MEI", "OSTRANDER", True),
        ("Mei L. Ostrander", "MEI", "OSTRANDER", True),
        ("Mei Ostrander Chen", "MEI", "OSTRANDER CHEN", True),
        ("Mei Chen", "MEI", "OSTRANDER-CHEN", True),
        ("Mai Ostrander", "MEI", "OSTRANDER", False),
        ("Mei Ostrow", "MEI", "OSTRANDER", False),
        ("Mei", "MEI", "OSTRANDER", False),
    ],
)
def test_nppes_keeps_first_and_last_apart(typed, first, last, same):
    assert same_names(typed, first, last) is same


@pytest.mark.parametrize(
    ("typed", "last", "first", "alike"),
    [
        ("Maria Garcia Lopez", "GARCIA LOPEZ", "MARIA", True),
        ("Maria Garcia Lopez", "LOPEZ", "MARIA ANN", True),
        ("Maria Garcia Lopez", "GARCIA", "MARIA", True),
        ("Maria Lopez", "GARCIA-LOPEZ", "MARIA", True),
        ("María López Jr.", "LOPEZ", "MARIA", True),
        ("Lopez, Maria", "LOPEZ JR", "MARIA", True),
        ("Ana Maria Lopez", "LOPEZ", "MARIA", False),
        ("Maria Lopes", "LOPEZ", "MARIA", False),
        ("Maria", "LOPEZ", "MARIA", False),
        ("Maria Lopez", "", "MARIA", False),
    ],
)
def test_an_entry_of_a_list_is_resembled(typed, last, first, alike):
    assert resembles(typed, last, first) is alike


WORD = st.text(alphabet="ABCDEFGHKLMNPRSTUW", min_size=3, max_size=8).filter(lambda word: len(plain_words(word)) == 1)


@given(WORD, WORD, st.lists(WORD, max_size=2))
def test_everybody_is_themselves_in_every_order(first, last, middle):
    typed = " ".join([first.title(), *middle, last.lower()])
    assert same_person(typed, " ".join([last, first, *middle]))
    assert same_names(typed, first, last)
    assert resembles(typed, last, first)


@given(st.text(max_size=60), st.text(max_size=60))
def test_no_text_breaks_it(typed, registered):
    assert same_person(typed, registered) in (True, False)
    assert resembles(typed, registered, typed) in (True, False)
