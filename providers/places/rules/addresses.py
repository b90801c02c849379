"""Reading an address in Manhattan as people write it: house number and street, or the corner of two, with or without a ZIP code."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from providers.places.rules.geometry import Point

LAST_NUMBERED_AVENUE = 12

_ORDINAL_WORDS = {
    "first": "1", "second": "2", "third": "3", "fourth": "4", "fifth": "5", "sixth": "6", "seventh": "7", "eighth": "8", "ninth": "9",
    "tenth": "10", "eleventh": "11", "twelfth": "12",
}  # fmt: skip
_WORDS = {
    "east": "e", "west": "w", "street": "st", "str": "st", "avenue": "ave", "av": "ave", "boulevard": "blvd", "place": "pl", "saint": "st",
    "lex": "lexington", "mad": "madison", "bway": "broadway", "south": "s", **_ORDINAL_WORDS,
}  # fmt: skip

_AVENUES: tuple[tuple[str, str, str], ...] = (
    (r"ave of (?:the )?americas", "6", "Avenue of the Americas"),
    (r"adam clayton powell(?: jr)?(?: blvd)?", "7", "Adam Clayton Powell Jr. Boulevard"),
    (r"frederick douglass(?: blvd)?", "8", "Frederick Douglass Boulevard"),
    (r"(?:malcolm x|lenox)(?: blvd| ave)?", "lenox", "Malcolm X Boulevard"),
    (r"central park w|cpw", "cpw", "Central Park West"),
    (r"park ave s", "4", "Park Avenue South"),
    (r"w end(?: ave)?", "west_end", "West End Avenue"),
    (r"e end(?: ave)?", "east_end", "East End Avenue"),
    (r"columbus(?: ave)?", "columbus", "Columbus Avenue"),
    (r"amsterdam(?: ave)?", "amsterdam", "Amsterdam Avenue"),
    (r"lexington(?: ave)?", "lexington", "Lexington Avenue"),
    (r"madison(?: ave)?", "madison", "Madison Avenue"),
    (r"park ave", "park", "Park Avenue"),
    (r"york(?: ave)?", "york", "York Avenue"),
    (r"broadway", "broadway", "Broadway"),
)
_LETTERED = re.compile(r"ave ([abcd])")
_NUMBERED_AVENUE = re.compile(r"(\d{1,2})(?:st|nd|rd|th)? ave")
_STREET = re.compile(r"(?:(e|w) )?(\d{1,3})(?:st|nd|rd|th)?(?: st)?")
_HOUSE = re.compile(r"(\d{1,5})(?: ?- ?\d{1,5})?[a-z]? (.+)")
_ZIP = re.compile(r"\b(\d{5})(?:-\d{4})?$")
_UNIT = re.compile(
    r"(?:,| )\s*(?:(?:apt|apartment|unit|suite|ste|room|rm|floor|fl|ph|penthouse)\b\.?|#)\s*#?\s*([a-z0-9-]*)"
    r"|(?:,| )\s*(\d{1,3}(?:st|nd|rd|th)) (?:floor|fl)\b\.?"
)
_TOWN = re.compile(r"(?:(?:^|[, ]+)(?:new york(?: city| county)?|manhattan|nyc|ny|n\.y\.?))+[ ,.]*$")
_CORNER = re.compile(r"(?:(?:the )?corner of )?(.+?)\s*(?: and | at |&|/|@)\s*(.+)")
_COORDINATES = re.compile(r"\s*(-?\d{1,3}(?:\.\d+)?)\s*,\s*(-?\d{1,3}(?:\.\d+)?)\s*")
_ELSEWHERE = re.compile(
    r"\b(?:brooklyn|queens|bronx|staten island|long island city|astoria|flushing|williamsburg|new jersey|jersey city|hoboken|weehawken"
    r"|yonkers|westchester)\b(?! (?:bridge|tunnel))"
    r"|,\s*(?:nj|ct|pa|ca|fl|ma)\b\.?(?:\s+\d{5})?\s*$",
    re.IGNORECASE,
)
_MARBLE_HILL = re.compile(
    r"marble hill|terrace view|adrian ave|jacobus|fort charles|van corlear|teunissen|\b22[5-8](?:th)? (?:st|street)\b", re.IGNORECASE
)
_SPACES = re.compile(r"[\s,.;]+")


@dataclass(frozen=True)
class Address:
    """An address as read, `zip` and `unit` where given; `label` is its tidy spelling without unit and town.

    Either a house on a numbered street (`number`, `side`, `street`), a house on an avenue (`number`, `avenue`), or a corner
    (`avenue`, `street`).
    """

    label: str
    number: int | None = None
    side: str | None = None
    street: int | None = None
    avenue: str | None = None
    zip: str | None = None
    unit: str | None = None


@dataclass(frozen=True)
class _Avenue:
    code: str
    name: str


@dataclass(frozen=True)
class _Street:
    number: int
    side: str | None

    @property
    def name(self) -> str:
        side = {"e": "East ", "w": "West ", None: ""}[self.side]
        return f"{side}{ordinal(self.number)} Street"


@dataclass(frozen=True)
class Reading:
    """A text taken apart: what is left as `words` once ZIP code, unit and town are off; `address` where it is one the grid knows."""

    words: str
    zip: str | None
    unit: str | None
    address: Address | None


def ordinal(number: int) -> str:
    """1st, 2nd, 3rd, 4th, 11th, 21st …"""
    suffix = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{suffix}"


def capitals(words: str) -> str:
    """“45 rockefeller plaza” as on an envelope; ordinals stay small (“2nd”)."""
    return " ".join(word if word[:1].isdigit() else word.capitalize() for word in words.split())


def read_coordinates(text: str) -> Point | None:
    """`lat,lon` in degrees, if that is all the text says."""
    match = _COORDINATES.fullmatch(text)
    return Point(float(match.group(1)), float(match.group(2))) if match else None


def says_elsewhere(text: str) -> bool:
    """Whether a text itself names another borough, a town across the water, or another state."""
    return bool(_ELSEWHERE.search(text))


def names_marble_hill(words: str) -> bool:
    """Whether an address names Marble Hill or one of its streets, the only ones of 10463 that belong to Manhattan."""
    return bool(_MARBLE_HILL.search(words))


def read_address(text: str) -> Reading:
    """Take a text apart. It never fails: what the grid does not know keeps its words, its ZIP code and its unit."""
    plain = " ".join(unicodedata.normalize("NFKC", text).lower().replace("’", "'").split())
    plain = re.sub(r",?\s*(?:usa|u\.s\.a\.?|united states)$", "", plain).strip(" ,.")
    zip_match = _ZIP.search(plain)
    zip_code = zip_match.group(1) if zip_match else None
    if zip_match:
        plain = plain[: zip_match.start()].strip(" ,")
    unit_match = _UNIT.search(plain)
    unit = (unit_match.group(1) or unit_match.group(2) or None) if unit_match else None
    if unit_match:
        plain = plain[: unit_match.start()] + " " + plain[unit_match.end() :]
    plain = _TOWN.sub("", plain)
    words = _SPACES.sub(" ", plain).strip()
    return Reading(words=words, zip=zip_code, unit=unit, address=_read_words(words, zip_code, unit))


def _read_words(words: str, zip_code: str | None, unit: str | None) -> Address | None:
    short = " ".join(_WORDS.get(word, word) for word in words.split())
    corner = _CORNER.fullmatch(short)
    if corner:
        return _read_corner(corner.group(1).strip(), corner.group(2).strip(), zip_code)
    house = _HOUSE.fullmatch(short)
    return _read_house(int(house.group(1)), house.group(2), zip_code, unit) if house else None


def _read_house(number: int, rest: str, zip_code: str | None, unit: str | None) -> Address | None:
    avenue = _avenue(rest)
    if avenue:
        return Address(label=f"{number} {avenue.name}", number=number, avenue=avenue.code, zip=zip_code, unit=unit)
    street = _street(rest)
    if street and street.side:
        return Address(label=f"{number} {street.name}", number=number, side=street.side, street=street.number, zip=zip_code, unit=unit)
    return None


def _read_corner(first: str, second: str, zip_code: str | None) -> Address | None:
    for one, other in ((first, second), (second, first)):
        avenue, street = _avenue(one), _street(other)
        if avenue and street:
            return _corner(avenue, street, zip_code)
    numbers = _street(first), _street(second)
    if numbers[0] and numbers[1] and not (numbers[0].side and numbers[1].side):
        low, high = sorted(numbers, key=lambda street: street.number if street else 0)
        if low and high and low.number <= LAST_NUMBERED_AVENUE < high.number and not low.side:
            return _corner(_Avenue(str(low.number), f"{ordinal(low.number)} Avenue"), high, zip_code)
    return None


def _corner(avenue: _Avenue, street: _Street, zip_code: str | None) -> Address:
    label = f"{avenue.name} and {street.name}"
    return Address(label=label, side=street.side, street=street.number, avenue=avenue.code, zip=zip_code)


def _avenue(words: str) -> _Avenue | None:
    lettered = _LETTERED.fullmatch(words)
    if lettered:
        return _Avenue(lettered.group(1), f"Avenue {lettered.group(1).upper()}")
    numbered = _NUMBERED_AVENUE.fullmatch(words)
    if numbered and 1 <= int(numbered.group(1)) <= LAST_NUMBERED_AVENUE:
        return _Avenue(str(int(numbered.group(1))), f"{ordinal(int(numbered.group(1)))} Avenue")
    for pattern, code, name in _AVENUES:
        if re.fullmatch(pattern, words):
            return _Avenue(code, name)
    return None


def _street(words: str) -> _Street | None:
    match = _STREET.fullmatch(words)
    return _Street(number=int(match.group(2)), side=match.group(1)) if match else None
