"""Reading profiles as the contract has them; pages build the same bodies from their fields."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from babel import Locale

from marketplace.accounts.contacts import read_phone
from marketplace.kernel.errors import Malformed, Refused
from marketplace.webkit.reading import Fields
from providers.places.forms import read_places
from providers.places.rules.drafts import PlaceDraft
from providers.profiles.catalogue import interview
from providers.profiles.rules import GENDERS, PROFESSIONS, ProfileDraft
from providers.services.forms import SETTINGS

_SHOWN_ONLY = ("slug", "state", "missing", "answered_on", "attested")


@lru_cache(maxsize=1)
def languages() -> Mapping[str, str]:
    """Languages by code with their English names."""
    named = Locale("en").languages
    return {code: str(named[code]) for code in sorted(named, key=lambda code: str(named[code])) if len(code) <= 3}


def read_profile(body: Mapping[str, Any], shown: Mapping[str, object]) -> tuple[ProfileDraft, tuple[PlaceDraft, ...]]:
    """The contract's `PUT /provider/profile`. Raises Malformed for unknown fields, Refused `invalid` for the rest.

    What an answer adds (slug, state, missing, answered_on, attested) may be sent back as it was `shown`; anything else there is refused
    as unknown.
    """
    fields = Fields(body)
    for name in _SHOWN_ONLY:
        if fields.has(name) and name != "missing" and body[name] != shown.get(name):
            raise Malformed("unknown_field", f"`{name}` is not set here.")
    draft = ProfileDraft(
        name=fields.text("name", longest=120),
        headline=fields.text("headline", "", longest=160, blank=True),
        about=fields.text("about", "", longest=4000, blank=True),
        gender=fields.choice("gender", GENDERS, "undisclosed"),
        pronouns=fields.text("pronouns", None, longest=40, blank=True) or None,
        profession=fields.choice("profession", PROFESSIONS, "lmt"),
        languages=tuple(dict.fromkeys(fields.choices("languages", languages(), ("en",)) or ())),
        settings=tuple(dict.fromkeys(fields.choices("settings", SETTINGS, ()) or ())),
        phone=_phone(fields),
        answers=_answers(fields),
        legal_name=fields.text("legal_name", None, longest=120, blank=True) or None,
    )
    places = read_places(fields)
    fields.finish()
    return draft, places


def read_reason(body: Mapping[str, Any]) -> str:
    """The `{reason}` of an admin's verb."""
    fields = Fields(body)
    reason: str = fields.text("reason", longest=300)
    fields.finish()
    return reason


def read_suspension(body: Mapping[str, Any]) -> tuple[str, bool]:
    """The `{reason, confidential?}` of a suspension: why, and whether the provider is not to be told."""
    fields = Fields(body)
    reason: str = fields.text("reason", longest=300)
    confidential: bool = fields.boolean("confidential", False)
    fields.finish()
    return reason, confidential


def read_submit(body: Mapping[str, Any]) -> int | None:
    """The body of `POST /provider/submit`: `{attestation?: {version, accepted: true}}`; gives the version that is signed for, if any."""
    fields = Fields(body)
    table = fields.table("attestation", None)
    version: int | None = None
    if table is not None:
        row = Fields(table, "attestation.")
        version = row.integer("version", least=1)
        if row.boolean("accepted") is False:
            row.fault("accepted", "Only a statement that is accepted can be recorded.")
        fields.adopt(row)
    fields.finish()
    return version


def _phone(fields: Fields) -> str | None:
    text = fields.text("phone", None, longest=40, blank=True)
    if not text:
        return None
    try:
        return read_phone(text)
    except Refused as refusal:
        fields.fault("phone", refusal.sentence)
        return None


def _answers(fields: Fields) -> dict[str, str]:
    """Answers by the code of their question; an empty one is no answer. Unknown codes are unknown fields."""
    table = fields.table("answers", {})
    row = Fields(table if isinstance(table, dict) else {}, "answers.")
    given = {one.code: row.text(one.code, "", longest=interview().longest, blank=True) for one in interview().questions}
    fields.adopt(row)
    return {code: text for code, text in given.items() if isinstance(text, str) and text}
