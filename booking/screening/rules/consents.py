"""Whether a consent still holds, and what it says of each sensitive area."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from booking.screening.rules.form import ConsentSection, ConsentText

CURRENT, OUTDATED, MISSING = "current", "outdated", "missing"
_AREA = "area_"


@dataclass(frozen=True)
class AreaAgreed:
    """A sensitive area, the sentence somebody agrees to it by, and whether they did. What was not agreed to is left out."""

    code: str
    text: str
    agreed: bool


def consent_state(version: str | None, today: ConsentText) -> str:
    """`current` where the text that was accepted is today's, `outdated` where it has changed since, `missing` where none was."""
    if version is None:
        return MISSING
    return CURRENT if version == today.version else OUTDATED


def sensitive(consent: ConsentText) -> tuple[ConsentSection, ...]:
    """The sections about sensitive areas: each is agreed to on its own, and none is needed for a visit."""
    return tuple(section for section in consent.sections if not section.required and section.code.startswith(_AREA))


def areas_agreed(consent: ConsentText, given: Collection[str]) -> tuple[AreaAgreed, ...]:
    """Every sensitive area with whether it is among the sections that were `given`."""
    return tuple(AreaAgreed(section.code, section.text, section.code in given) for section in sensitive(consent))
