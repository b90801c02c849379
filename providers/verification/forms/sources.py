"""Which sources are on, which one is asked, and what they said, for pages and programs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import current_app

from marketplace.kernel.errors import Refused
from marketplace.settings import Settings
from marketplace.webkit.filters import rfc3339
from marketplace.webkit.limits import limiter
from marketplace.webkit.reading import Fields
from providers.verification.actions.ask import Source
from providers.verification.models import SourceCheck
from providers.verification.nppes_port import NppesRegister
from providers.verification.queries.sources import seen_in
from providers.verification.rules.sources import NPPES, SOURCES, STATE
from providers.verification.state_port import StateRegister

ask_limit = limiter.shared_limit("120 per hour", scope="ask a source")
TITLES = {STATE: "New York State license register", NPPES: "NPPES (NPI register)"}


def sources_on() -> dict[str, Source]:
    """The sources that the operator has switched on, by code."""
    settings: Settings = current_app.extensions["settings"]
    found: dict[str, Source] = {}
    if settings.state_lookup_url and settings.state_lookup_key:
        found[STATE] = StateRegister(settings.state_lookup_url, settings.state_lookup_key)
    if settings.nppes_url:
        found[NPPES] = NppesRegister(settings.nppes_url)
    return found


def sources_of(kind: str) -> list[tuple[str, str]]:
    """Those that know about a kind of credential and are on: code and title."""
    on = sources_on()
    return [(code, TITLES[code]) for code in SOURCES.get(kind, ()) if code in on]


def read_source(body: Mapping[str, Any]) -> Source:
    """The body of `POST …/ask`. Raises Refused `source_off` for one that is not switched on."""
    fields = Fields(body)
    code = fields.choice("source", TITLES)
    fields.finish()
    on = sources_on()
    if code not in on:
        raise Refused("source_off", f"{TITLES[code]}: this source is not switched on here.")
    return on[code]


def check_answer(check: SourceCheck) -> dict[str, object]:
    """One answer of a source, for those who check."""
    kept = seen_in(check)
    return {
        "id": check.public_id,
        "source": check.source,
        "outcome": check.outcome,
        "fields": kept["fields"],
        "seen": kept["seen"],
        "asked_at": rfc3339(check.asked_at),
        "asked_by": check.asked_by,
    }
