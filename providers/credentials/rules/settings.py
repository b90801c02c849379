"""What is missing in some settings alone: it closes visits there, not the person."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from providers.credentials.rules.kinds import KindTable
from providers.credentials.rules.policies import Policies
from providers.credentials.rules.standing import CredentialFact, standing_on
from providers.credentials.rules.states import SUBMITTED, UNDER_REVIEW

ORDER = ("clinic", "home", "office", "hotel")
"""Settings in the order in which people read them."""


@dataclass(frozen=True)
class MissingThere:
    """A kind that closes these settings for somebody: a sentence for them, and whether we have it already and are to check it."""

    code: str
    settings: tuple[str, ...]
    sentence: str
    with_us: bool

    def concerns(self, offered: Collection[str]) -> bool:
        """Whether it closes one of the settings that somebody offers."""
        return not set(offered).isdisjoint(self.settings)


def missing_there(
    day: date, facts: Sequence[CredentialFact], policies: Policies, profession: str | None = None
) -> tuple[MissingThere, ...]:
    """What keeps somebody from being booked in some settings on a day, beside what keeps them from all of them."""
    everywhere = {one.code for one in standing_on(day, facts, policies, {}, None, profession).missing}
    sentences: dict[str, str] = {}
    closed: dict[str, list[str]] = {}
    for setting in ORDER:
        for one in standing_on(day, facts, policies, {}, setting, profession).missing:
            if one.code not in everywhere:
                sentences[one.code] = one.sentence
                closed.setdefault(one.code, []).append(setting)
    return tuple(
        MissingThere(code, tuple(settings), f"{sentences[code]} It is {needed_for(settings)}.", _with_us(code, day, facts))
        for code, settings in closed.items()
    )


def closing(table: KindTable, profession: str | None = None) -> dict[str, tuple[str, ...]]:
    """The kinds that are needed in some settings alone, by code, each with its settings."""
    everywhere = table.required_of(profession)
    asked = {setting: table.required_of(profession, setting) for setting in ORDER}
    found = {code: tuple(setting for setting in ORDER if code in asked[setting]) for code in table.kinds if code not in everywhere}
    return {code: settings for code, settings in found.items() if settings}


def needed_for(settings: Sequence[str]) -> str:
    """Where a kind is needed, in words: `needed for home visits`, `needed for home, office and hotel visits`."""
    return f"needed for {' and '.join(filter(None, (', '.join(settings[:-1]), *settings[-1:])))} visits"


def _with_us(code: str, day: date, facts: Sequence[CredentialFact]) -> bool:
    return any(fact.kind == code and fact.status in (SUBMITTED, UNDER_REVIEW) and fact.covers(day) for fact in facts)
