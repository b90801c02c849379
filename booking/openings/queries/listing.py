"""One provider's starts, from the truth rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from booking.openings.catalogue import house_rules, travel_by
from booking.openings.queries.rooms import load_full
from booking.openings.queries.taken import load_taken
from booking.openings.rules.asking import Wish, ask, offered_service
from booking.openings.rules.judging import judge_start
from booking.openings.rules.question import Judgement, Question
from booking.openings.rules.starts import beside_starts, find_starts
from booking.quotes.catalogue import taxes
from booking.quotes.rules.pricing import Quote
from booking.quotes.rules.visits import Asked, quote_visit
from marketplace.kernel.errors import FieldFault, Refused
from marketplace.kernel.intervals import Span
from marketplace.kernel.walltime import to_minute
from providers.profiles.rules import ProviderFacts, ServiceFacts


@dataclass(frozen=True)
class Openings:
    """The starts of one wish with one provider, in epoch minutes, in order; and those of them to name first, right beside another visit."""

    facts: ProviderFacts
    service: ServiceFacts
    wish: Wish
    starts: Sequence[int]
    first: Sequence[int] = ()


def list_openings(session: Session, facts: ProviderFacts, wish: Wish, from_minute: int, until_minute: int, now: datetime) -> Openings:
    """Every start in a window. Raises Refused as `offered_service` does."""
    service = offered_service(facts, wish)
    question = _question(session, facts, wish, (from_minute, until_minute), now)
    first = beside_starts(question) if facts.rules.fill_gaps and not service.is_call else ()
    return Openings(facts, service, wish, find_starts(question), first)


def judge_opening(session: Session, facts: ProviderFacts, wish: Wish, starts_at: datetime, now: datetime) -> Judgement:
    """Whether a start could be held at this moment, and if not why. Raises Refused as `offered_service` does."""
    begin = to_minute(starts_at)
    return judge_start(_question(session, facts, wish, (begin, begin + 1), now), begin)


def quote_start(facts: ProviderFacts, wish: Wish, starts_at: datetime, now: datetime) -> Quote:
    """The quote of one start, free or not. Raises Refused as `offered_service` does, and `too_soon` for what has passed."""
    service = offered_service(facts, wish)
    if starts_at < now:
        raise Refused("too_soon", "This time has passed.", faults=[FieldFault("starts_at", "This time has passed.")])
    return quote_visit(
        facts, service, minutes=wish.minutes, setting=wish.setting, starts_at=starts_at, zip_code=wish.zip, taxes=taxes(), now=now,
        asked=Asked(wish.add_ons, wish.met),
    )  # fmt: skip


def _question(session: Session, facts: ProviderFacts, wish: Wish, window: Span, now: datetime) -> Question:
    """What is asked about the starts in a window."""
    low, high = window
    service = offered_service(facts, wish)
    weeks = facts.rules.counts_weeks
    taken = load_taken(session, [facts.id], from_minute=low, until_minute=high, now=now, whole_weeks=weeks)[facts.id]
    full = load_full(session, facts, wish.setting, window, now)
    travel = travel_by(facts.travel_mode)
    question = ask(facts, wish, service, house_rules(session), taken=taken, travel=travel, now=now, from_minute=low, until_minute=high)
    return replace(question, full=full)
