"""Terms and price rules tried out on examples, for the page and for programs alike. Nothing is stored."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from booking.conditions.rules.advice import Advice, advise_prices, advise_terms
from booking.conditions.rules.samples import Sample, next_thursday, sample_visit
from booking.conditions.rules.wishes import WishPriced, price_wishes
from booking.quotes.catalogue import taxes
from providers.profiles.queries import get_facts
from providers.profiles.rules import ProviderFacts
from providers.services.queries import list_services
from providers.services.rules.calls import is_call
from providers.services.rules.prices import PriceRules
from providers.services.rules.terms import Terms

EXAMPLE_CENTS = 16_500


@dataclass(frozen=True)
class TermsSeen:
    """The example of a visit next Thursday at 6 PM, and what is odd about the terms."""

    sample: Sample
    advice: tuple[Advice, ...]


@dataclass(frozen=True)
class PricesSeen:
    """The usual wishes with their whole prices, and what is odd about the rules."""

    wishes: tuple[WishPriced, ...]
    advice: tuple[Advice, ...]


def preview_terms(session: Session, provider_id: int | None, stated: Terms, now: datetime) -> TermsSeen:
    """What clients would read and pay under these terms, for the first price that is offered."""
    offered = [cents for draft in list_services(session, provider_id) for cents in draft.prices.values() if not is_call(draft.settings)]
    return TermsSeen(sample_visit(stated, offered[0] if offered else EXAMPLE_CENTS, next_thursday(now), now), advise_terms(stated))


def preview_prices(session: Session, provider_id: int | None, stated: PriceRules, now: datetime) -> PricesSeen:
    """What the usual wishes would cost under these rules, beside what they cost now. The next version's number is shown."""
    if provider_id is None:
        return PricesSeen((), advise_prices(stated))
    facts: ProviderFacts = get_facts(session, provider_id)
    as_read = replace(stated, version=facts.prices.version, zone_is_personal=facts.prices.zone_is_personal)
    tried = as_read if as_read == facts.prices else replace(as_read, version=as_read.version + 1)
    return PricesSeen(price_wishes(facts, tried, taxes(), now), advise_prices(stated))
