"""Proposals as programs read them: each with the wish that can be sent to `POST /holds` as it stands."""

from __future__ import annotations

from datetime import datetime

from booking.openings.rules.alternatives import Alternative
from booking.openings.rules.asking import Wish
from booking.openings.rules.prices import WholePrices
from booking.openings.rules.search import Found
from booking.quotes.catalogue import taxes
from marketplace.kernel.walltime import from_minute
from marketplace.webkit.filters import rfc3339
from providers.profiles.rules import ProviderFacts


def alternative_answer(one: Alternative, now: datetime) -> dict[str, object]:
    """Why, whom, the whole price, and the wish."""
    return _answer(one.reason, one.words, one.facts, one.wish, one.start_minute, now)


def nearest_answer(reason: str, words: str, found: Found, now: datetime) -> dict[str, object]:
    """What comes nearest to a search that found nothing."""
    wish = Wish(found.service.code, found.minutes, found.setting, found.zip)
    return _answer(reason, words, found.facts, wish, found.starts[0], now)


def _answer(reason: str, words: str, facts: ProviderFacts, wish: Wish, start: int, now: datetime) -> dict[str, object]:
    service = facts.service(wish.service)
    cents = WholePrices(facts, service, wish, taxes()).at(now)(start) if service else None
    sent: dict[str, object] = {
        "provider": facts.slug,
        "service": wish.service,
        "minutes": wish.minutes,
        "setting": wish.setting,
        "starts_at": rfc3339(from_minute(start)),
    }
    if wish.zip is not None:
        sent["zip"] = wish.zip
    if wish.add_ons:
        sent["add_ons"] = list(wish.add_ons)
    return {"reason": reason, "words": words, "provider_name": facts.name, "total_cents": cents, "wish": sent}
