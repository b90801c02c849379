"""The price of a visit with a provider: what a start costs in a list, in search, at the hold and when booked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from booking.quotes.rules.pricing import PriceTable, Quote, WishFacts, quote, total_cents
from booking.quotes.rules.taxes import TaxRow
from providers.profiles.rules import ProviderFacts, ServiceFacts
from providers.services.rules.calls import CALL_TERMS, PHONE
from providers.services.rules.prices import PriceRules
from providers.services.rules.terms import Terms


@dataclass(frozen=True)
class Asked:
    """What is asked for beside the visit itself: codes of add-ons; and whether the provider has met whoever asks."""

    add_ons: Sequence[str] = ()
    met: bool = True


def quote_visit(
    facts: ProviderFacts,
    service: ServiceFacts,
    *,
    minutes: int,
    setting: str,
    starts_at: datetime,
    zip_code: str | None,
    taxes: Sequence[TaxRow],
    now: datetime,
    asked: Asked = Asked(),
) -> Quote:
    """The whole price of one start with its reasons and terms. Raises Refused `unknown_add_on`."""
    wish = WishFacts(service.name, minutes, setting, starts_at, zip_code, facts.profession, add_ons=service.added(asked.add_ons))
    prices, terms = _conditions(facts, setting)
    if not asked.met and setting != PHONE:
        terms = facts.first_visits.terms(terms)
    return quote(wish, PriceTable(service.prices, service.version), prices, terms, taxes, now=now)


def whole_price_cents(
    facts: ProviderFacts,
    service: ServiceFacts,
    *,
    minutes: int,
    setting: str,
    starts_at: datetime,
    zip_code: str | None,
    taxes: Sequence[TaxRow],
    now: datetime,
    add_ons: Sequence[str] = (),
) -> int:
    """The total of `quote_visit` alone."""
    wish = WishFacts(service.name, minutes, setting, starts_at, zip_code, facts.profession, add_ons=service.added(add_ons))
    return total_cents(wish, PriceTable(service.prices, service.version), _conditions(facts, setting)[0], taxes, now=now)


def _conditions(facts: ProviderFacts, setting: str) -> tuple[PriceRules, Terms]:
    """The extras and terms that hold: the provider's own, and none of them for a call, which is free at any hour."""
    return (PriceRules(), CALL_TERMS) if setting == PHONE else (facts.prices, facts.terms)
