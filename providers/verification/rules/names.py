"""Names of people folded for comparing: accents, case, marks, titles and suffixes do not count; several last names may."""

from __future__ import annotations

import re
import unicodedata

SUFFIXES = frozenset({"JR", "SR", "II", "III", "IV", "ESQ"})
TITLES = frozenset({"DR", "MR", "MRS", "MS", "PROF", "MD", "DO", "DC", "DPT", "PT", "PHD", "LMT", "RN", "NP", "LAC"})
_PLAIN = {"Ø": "O", "Ł": "L", "Đ": "D", "Æ": "AE", "Œ": "OE", "ß": "SS", "ı": "I"}


def words_of(name: str) -> tuple[str, ...]:
    """The words of a name in plain capitals, in the order printed; "Garcia, Maria" is turned round first."""
    before, comma, after = name.partition(",")
    if comma and _plain_words(after) and not set(_plain_words(after)) <= SUFFIXES | TITLES:
        name = f"{after} {before}"
    return plain_words(name)


def plain_words(text: str) -> tuple[str, ...]:
    """The words of a text in plain capitals without titles and suffixes, in the order printed; "O'Neill" is one word."""
    return tuple(word for word in _plain_words(text) if word not in SUFFIXES and word not in TITLES)


def same_person(typed: str, registered: str) -> bool:
    """Whether a typed name (first name first) and a register's (LAST FIRST MIDDLE) can be the same person's.

    The register's first word must be among the typed last names and the typed first name among the words that follow it; every other
    typed word must stand in the register too, or be an initial of what stands there. A register may know more (middle names).
    """
    mine, theirs = words_of(typed), plain_words(registered)
    if len(mine) < 2 or len(theirs) < 2:
        return False
    if theirs[0] not in mine[1:] or mine[0] not in theirs[1:]:
        return False
    return all(_stands_in(word, theirs) for word in mine)


def same_names(typed: str, first: str, last: str) -> bool:
    """The same where a register keeps first and last names apart; middle names that were typed need not be known there."""
    mine, given, family = words_of(typed), plain_words(first), plain_words(last)
    if len(mine) < 2 or not given or not family:
        return False
    return mine[0] == given[0] and mine[-1] in family and (set(family) <= set(mine) or set(mine[1:]) <= {*family, *given})


def resembles(typed: str, last: str, first: str) -> bool:
    """Whether a name resembles an entry of a list, for a person to judge: the first names are equal and one side's last names hold the
    other's last. Generous on purpose, since people carry several last names.
    """
    mine, family, given = words_of(typed), plain_words(last), plain_words(first)
    if len(mine) < 2 or not family or not given or mine[0] != given[0]:
        return False
    return set(family) <= set(mine[1:]) or mine[-1] in family


def _stands_in(word: str, words: tuple[str, ...]) -> bool:
    return word in words or (len(word) == 1 and any(other.startswith(word) for other in words))


def _plain_words(text: str) -> tuple[str, ...]:
    capitals = "".join(_PLAIN.get(letter, letter) for letter in text.upper())
    plain = unicodedata.normalize("NFKD", capitals).encode("ascii", "ignore").decode()
    return tuple(re.findall(r"[A-Z]+", re.sub(r"['.`]", "", plain)))
