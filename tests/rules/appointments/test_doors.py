"""Minutes for a door: whose word counts, which door is the same, who may say it when."""

from datetime import timedelta

import pytest

from booking.appointments.rules.doors import assess_door, minutes_to_door, same_door
from tests.support.clocks import START

HERE = {"line1": "64 East 7th Street", "unit": "4C", "zip": "10003"}


@pytest.mark.parametrize(
    ("sentence", "own", "address", "minutes"),
    [
        ("nobody said anything", None, HERE, 0),
        ("no address is known", None, None, 0),
        ("the client said ten", None, HERE | {"door_minutes": 10}, 10),
        ("the therapist said five, and was there", 5, HERE | {"door_minutes": 10}, 5),
        ("the therapist says that it takes no time", 0, HERE | {"door_minutes": 10}, 0),
        ("nonsense that was kept counts as nothing", None, HERE | {"door_minutes": "ten"}, 0),
    ],
)
def test_whose_word_counts(sentence, own, address, minutes):
    assert minutes_to_door(own, address) == minutes


@pytest.mark.parametrize(
    ("sentence", "other", "same"),
    [
        ("letter by letter", {}, True),
        ("other spaces and capitals", {"line1": " 64  EAST 7th street "}, True),
        ("another apartment", {"unit": "5A"}, False),
        ("another house", {"line1": "66 East 7th Street"}, False),
        ("another way in", {"access": "Ring twice."}, True),
    ],
)
def test_which_door_is_the_same(sentence, other, same):
    assert (same_door(HERE) == same_door(HERE | other)) is same


@pytest.mark.parametrize(
    ("status", "setting", "part", "after", "code"),
    [
        ("checked_in", "home", "provider", 0, "open"),
        ("completed", "hotel", "provider", 29, "open"),
        ("completed", "office", "provider", 30, "too_late"),
        ("confirmed", "home", "provider", 0, "wrong_state"),
        ("completed", "clinic", "provider", 0, "wrong_state"),
        ("completed", "phone", "provider", 0, "wrong_state"),
        ("completed", "home", "client", 0, "forbidden"),
        ("completed", "home", "admin", 0, "forbidden"),
    ],
)
def test_who_says_it_when(status, setting, part, after, code):
    verdict = assess_door(status, setting, START, part, START + timedelta(days=after))
    assert (verdict.code, verdict.allowed) == (code, code == "open")
