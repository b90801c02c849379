"""Reading addresses as people type them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.places.rules.addresses import Address, ordinal, read_address


@pytest.mark.parametrize(
    ("text", "number", "side", "street", "avenue"),
    [
        ("64 East 7th Street", 64, "e", 7, None),
        ("64 E 7 St", 64, "e", 7, None),
        ("64 e. 7th st.", 64, "e", 7, None),
        ("64 East 7", 64, "e", 7, None),
        ("200 W 72nd St", 200, "w", 72, None),
        ("200 west 72nd street, New York, NY", 200, "w", 72, None),
        ("12-14 E 33rd St", 12, "e", 33, None),
        ("12A E 33rd St", 12, "e", 33, None),
        ("45 West Twelfth Street", 45, "w", 12, None),
        ("350 5th Ave", 350, None, None, "5"),
        ("350 Fifth Avenue", 350, None, None, "5"),
        ("1260 Avenue of the Americas", 1260, None, None, "6"),
        ("1260 Ave of Americas", 1260, None, None, "6"),
        ("2300 Frederick Douglass Blvd", 2300, None, None, "8"),
        ("2110 Adam Clayton Powell Jr Blvd", 2110, None, None, "7"),
        ("300 Lenox Ave", 300, None, None, "lenox"),
        ("300 Malcolm X Boulevard", 300, None, None, "lenox"),
        ("200 Central Park West", 200, None, None, "cpw"),
        ("200 CPW", 200, None, None, "cpw"),
        ("233 Park Avenue South", 233, None, None, "4"),
        ("740 Park Avenue", 740, None, None, "park"),
        ("700 West End Ave", 700, None, None, "west_end"),
        ("120 East End Avenue", 120, None, None, "east_end"),
        ("405 Lexington", 405, None, None, "lexington"),
        ("405 Lex", 405, None, None, "lexington"),
        ("2109 Broadway", 2109, None, None, "broadway"),
        ("120 Avenue A", 120, None, None, "a"),
        ("Broadway & 72nd", None, None, 72, "broadway"),
        ("72nd and Broadway", None, None, 72, "broadway"),
        ("corner of E 86th St and Lexington Ave", None, "e", 86, "lexington"),
        ("14th St at 1st Ave", None, None, 14, "1"),
        ("5th & 42nd", None, None, 42, "5"),
        ("42nd/5th", None, None, 42, "5"),
        ("Ave A @ E 7th St", None, "e", 7, "a"),
    ],
)  # fmt: skip
def test_what_is_read(text: str, number: int | None, side: str | None, street: int | None, avenue: str | None) -> None:
    address = read_address(text).address
    assert address is not None
    assert (address.number, address.side, address.street, address.avenue) == (number, side, street, avenue)


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("350 5th Ave Apt 3", "3"), ("350 5th Ave, Apt. 3B", "3b"), ("350 5th Ave #12", "12"), ("350 5th Ave, Suite 400", "400"),
        ("350 5th Ave, 4th floor", "4th"), ("350 5th Ave Floor 9, New York, NY 10118", "9"), ("350 5th Ave unit 5-C", "5-c"),
        ("350 5th Ave", None),
    ],
)  # fmt: skip
def test_the_unit_is_set_aside(text: str, unit: str | None) -> None:
    reading = read_address(text)
    assert reading.unit == unit
    assert reading.address == Address("350 5th Avenue", number=350, avenue="5", zip=reading.zip, unit=unit)


@pytest.mark.parametrize(
    ("text", "zip_code", "words"),
    [
        ("10003", "10003", ""), ("10003-1234", "10003", ""), ("NY 10003", "10003", ""), ("East Village, 10003", "10003", "east village"),
        ("64 E 7th St, New York, NY 10009, USA", "10009", "64 e 7th st"), ("10003 East Village", None, "10003 east village"),
        ("Manhattan", None, ""), ("Manhattan Valley", None, "manhattan valley"), ("Inwood, Manhattan, New York, N.Y.", None, "inwood"), ("New York Plaza", None, "new york plaza"), ("", None, ""),
    ],
)  # fmt: skip
def test_zip_and_town_come_off(text: str, zip_code: str | None, words: str) -> None:
    reading = read_address(text)
    assert (reading.zip, reading.words) == (zip_code, words)


@pytest.mark.parametrize(
    "text",
    ["200 72nd St", "72nd Street", "5 Ave", "5th & 7th", "E 7th & W 8th", "45 Rockefeller Plaza", "13th Avenue 5", "1 13th Ave", "hello", "&", "10 Downing St"],
)  # fmt: skip
def test_what_the_grid_cannot_place_is_left_as_words(text: str) -> None:
    assert read_address(text).address is None


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("64 e 7 st apt 4", "64 East 7th Street"), ("broadway & 72", "Broadway and 72nd Street"), ("14 st & ave c", "Avenue C and 14th Street"),
        ("1260 ave of the americas", "1260 Avenue of the Americas"), ("e 23 st & 3 ave", "3rd Avenue and East 23rd Street"),
    ],
)  # fmt: skip
def test_the_label_is_tidy(text: str, label: str) -> None:
    address = read_address(text).address
    assert address is not None
    assert address.label == label


@given(st.integers(1, 12_000), st.sampled_from("ew"), st.integers(1, 220), st.sampled_from(["", " Apt 5", ", New York, NY"]))
def test_a_tidy_label_reads_as_itself(number: int, side: str, street: int, tail: str) -> None:
    written = f"{number} {'East' if side == 'e' else 'West'} {ordinal(street)} Street"
    address = read_address(written + tail).address
    assert address is not None
    assert address.label == written
    assert (address.number, address.side, address.street) == (number, side, street)


@given(st.text(max_size=120))
def test_nothing_typed_breaks_it(text: str) -> None:
    reading = read_address(text)
    assert reading.zip is None or (len(reading.zip) == 5)


@pytest.mark.parametrize(("number", "written"), [(1, "1st"), (2, "2nd"), (3, "3rd"), (4, "4th"), (11, "11th"), (12, "12th"), (13, "13th"), (21, "21st"), (111, "111th"), (122, "122nd")])  # fmt: skip
def test_ordinals(number: int, written: str) -> None:
    assert ordinal(number) == written
