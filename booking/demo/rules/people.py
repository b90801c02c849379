"""Who lives in the town: names of many origins, languages, ways to reach them."""

from __future__ import annotations

from dataclasses import dataclass

from booking.demo.rules.chance import Chance, likely, public_id, weighted
from booking.demo.rules.words import Origin, Site, Words, World
from providers.registry.rules import slug_of

GENDERS = {"female": 55, "male": 36, "nonbinary": 5, "undisclosed": 4}
PRONOUNS = {"female": "she/her", "male": "he/him", "nonbinary": "they/them"}
AREA_CODES = ("212", "332", "646", "917")
DOMAIN = "licensedhands.test"


@dataclass(frozen=True)
class Human:
    """A name with what goes with it."""

    name: str
    family: str
    gender: str
    pronouns: str | None
    languages: tuple[str, ...]


@dataclass(frozen=True)
class Client:
    """Somebody who receives care. `account_id` is the account's public id, None for a guest."""

    id: int
    public_id: str
    name: str
    email: str
    phone: str
    home: Site
    unit: str
    access: str | None
    account: str | None
    uniquifier: str
    health: str


def draw_human(chance: Chance, words: Words) -> Human:
    """Somebody: mostly both names of one origin, sometimes of two."""
    origin = chance.choice(words.origins)
    family_origin = chance.choice(words.origins) if likely(chance, 15) else origin
    gender = weighted(chance, GENDERS)
    family = chance.choice(family_origin.family)
    given = chance.choice(words.nonbinary if gender == "nonbinary" else _given(chance, origin, gender))
    pronouns = PRONOUNS.get(gender) if likely(chance, 40) else None
    return Human(f"{given} {family}", family, gender, pronouns, _languages(chance, origin, words))


def _given(chance: Chance, origin: Origin, gender: str) -> tuple[str, ...]:
    if gender == "undisclosed":
        return origin.female if likely(chance, 50) else origin.male
    return origin.female if gender == "female" else origin.male


def _languages(chance: Chance, origin: Origin, words: Words) -> tuple[str, ...]:
    found = ["en", *(code for code in origin.languages if likely(chance, 70))]
    if likely(chance, 25):
        found.append(chance.choice(words.further_languages))
    return tuple(dict.fromkeys(found))


def draw_phone(chance: Chance) -> str:
    """A number from the range that is kept free for stories (555-0100 to 555-0199)."""
    return f"+1{chance.choice(AREA_CODES)}55501{chance.randrange(0, 100):02}"


def free_email(name: str, taken: set[str]) -> str:
    """An address made of a name; it is added to `taken`."""
    base = slug_of(name).replace("-", ".")
    email, number = f"{base}@{DOMAIN}", 2
    while email in taken:
        email, number = f"{base}{number}@{DOMAIN}", number + 1
    taken.add(email)
    return email


def draw_client(chance: Chance, world: World, person_id: int, taken: set[str], *, guest: bool) -> Client:
    """A client, with a home somewhere in town."""
    human = draw_human(chance, world.words)
    home = chance.choice(world.sites[chance.choice(tuple(world.sites))])
    return Client(
        id=person_id,
        public_id=public_id(chance),
        name=human.name,
        email=free_email(human.name, taken),
        phone=draw_phone(chance),
        home=home,
        unit=draw_unit(chance),
        access=chance.choice(world.words.texts["home_access"]) or None,
        account=None if guest else public_id(chance),
        uniquifier=chance.randbytes(16).hex(),
        health=weighted(chance, {"clear": 80, "mild": 12, "restricted": 8}),
    )


def draw_unit(chance: Chance) -> str:
    """A unit such as 4C."""
    return f"{chance.randrange(1, 19)}{chance.choice('ABCDEFGH')}"
