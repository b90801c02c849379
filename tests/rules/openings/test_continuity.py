"""Whether people who come back come back to the same person."""

from datetime import date, timedelta
from random import Random

import pytest

from booking.openings.rules.continuity import FEWEST_CLIENTS, Continuity, DoneVisit, continuity

DAY = date(2026, 3, 15)
ANNA, BEA = 1, 2


def told(*people):
    """Visits from words: `aab` is a client who saw Anna twice and then Bea."""
    return [
        DoneVisit(person, ANNA if letter == "a" else BEA, DAY + timedelta(days=at), at)
        for person, letters in enumerate(people)
        for at, letter in enumerate(letters)
    ]


@pytest.mark.parametrize(
    "sentence, people, clients, percent",
    [
        ("everybody stays", ["aa"] * 5, 5, 100),
        ("nobody stays", ["ab"] * 5, 5, 0),
        ("one of six leaves once", ["aa"] * 5 + ["aaba"], 6, 83),
        ("a single visit counts for nothing", ["aa"] * 5 + ["a"] * 9, 5, 100),
        ("what was before the first visit with Anna counts for nothing", ["baa"] * 5, 5, 100),
        ("who never saw Anna counts for nothing", ["aa"] * 5 + ["bb"] * 5, 5, 100),
        ("half is rounded up", ["aa"] * 3 + ["ab"] * 5, 8, 38),
    ],
)
def test_the_share_who_stay(sentence, people, clients, percent):
    assert continuity(told(*people), ANNA) == Continuity(clients, percent, continuity(told(*people), ANNA).since)
    assert continuity(told(*people), ANNA).repeat_clients == clients
    assert continuity(told(*people), ANNA).same_provider_percent == percent


@pytest.mark.parametrize("people", [[], ["aa"] * (FEWEST_CLIENTS - 1), ["a"] * 50, ["bb"] * 50, ["ba"] * 50])
def test_too_few_say_nothing(people):
    assert continuity(told(*people), ANNA) is None


def test_it_counts_from_the_first_visit_here():
    assert continuity(told(*["baa"] * 5), ANNA).since == DAY + timedelta(days=1)


@pytest.mark.parametrize(
    "today, months",
    [(date(2026, 3, 15), 0), (date(2026, 4, 14), 0), (date(2026, 4, 15), 1), (date(2027, 3, 15), 12), (date(2027, 3, 14), 11)],
)
def test_months_are_whole(today, months):
    assert Continuity(5, 100, DAY).months(today) == months


@pytest.mark.parametrize("seed", range(40))
def test_the_order_in_which_visits_are_read_does_not_matter(seed):
    random = Random(seed)
    visits = told(*("".join(random.choice("aab") for _ in range(random.randrange(6))) for _ in range(12)))
    found = continuity(visits, ANNA)
    random.shuffle(visits)
    assert continuity(visits, ANNA) == found
