"""The fields of the profile's page. What was typed is kept as text; the JSON's reader judges it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from werkzeug.datastructures import MultiDict

from marketplace.kernel.errors import FieldFault
from marketplace.webkit.typed import placed_faults
from providers.profiles.catalogue import questions

TEXTS = ("name", "headline", "about", "gender", "pronouns", "profession", "phone")
PLACE_TEXTS = ("id", "clinic", "kind", "name", "line1", "unit", "zip", "access")
COMMON_LANGUAGES = ("en", "es", "zh", "ru", "bn", "ht", "ko", "yi", "it", "fr", "pl", "ar", "pt", "de", "ja", "he", "hi", "uk")
_PLACE = re.compile(r"p-(\d{1,2})-(id|clinic|kind|name|line1|unit|zip|access)")


@dataclass
class PlaceRow:
    """One place as typed."""

    name: str
    texts: dict[str, str] = field(default_factory=dict)

    @property
    def blank(self) -> bool:
        """Whether nothing was typed: such a place is left out."""
        return not any(self.texts.get(part) for part in ("clinic", "name", "line1", "unit", "zip", "access"))

    def body(self) -> dict[str, Any]:
        """The contract's shape."""
        return {part: self.texts.get(part) or None for part in PLACE_TEXTS}


@dataclass
class ProfilePage:
    """The profile as typed."""

    texts: dict[str, str]
    languages: list[str]
    settings: list[str]
    places: list[PlaceRow]
    answers: dict[str, str] = field(default_factory=dict)

    def body(self) -> dict[str, Any]:
        """The contract's shape."""
        return {
            **{name: self.texts[name] for name in TEXTS},
            "languages": self.languages,
            "settings": self.settings,
            "places": [row.body() for row in self.places if not row.blank],
            "answers": {code: text for code, text in self.answers.items() if text},
        }

    def public(self) -> dict[str, str]:
        """What clients can read of it, by field."""
        named = {name: self.texts[name] for name in ("name", "headline", "about")}
        return named | {f"answer:{code}": text for code, text in self.answers.items()}

    def placed(self, faults: Sequence[FieldFault]) -> dict[str, list[str]]:
        """The faults beside their fields."""
        kept = [row for row in self.places if not row.blank]
        names = {f"places[{at}]": row.name for at, row in enumerate(kept)}
        return placed_faults(faults, names | {f"answers.{code}": f"a-{code}" for code in self.answers})


def page_of_body(body: Mapping[str, Any]) -> ProfilePage:
    """The page of what is stored, from the contract's shape."""
    places = [PlaceRow(f"p-{at}", {part: str(place.get(part) or "") for part in PLACE_TEXTS}) for at, place in enumerate(body["places"])]
    return ProfilePage(
        {name: body[name] or "" for name in TEXTS}, list(body["languages"]), list(body["settings"]), places, _answers(body["answers"])
    )


def page_of_form(form: MultiDict[str, str]) -> ProfilePage:
    """The page as it was sent."""
    rows: dict[int, PlaceRow] = {}
    for key in form:
        if match := _PLACE.fullmatch(key):
            rows.setdefault(int(match[1]), PlaceRow(f"p-{int(match[1])}")).texts[match[2]] = form[key].strip()
    texts = {name: _plain(form.get(name, "")) for name in TEXTS}
    answers = _answers({code: _plain(form.get(f"a-{code}", "")) for code in questions()})
    return ProfilePage(texts, form.getlist("languages"), form.getlist("settings"), [row for _, row in sorted(rows.items())], answers)


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").strip()


def _answers(given: Mapping[str, str]) -> dict[str, str]:
    return {code: given.get(code, "") for code in questions()}
