"""A provider's starts under hours that need not be stored: the same question as everywhere, put to other hours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from booking.openings.catalogue import house_rules, travel_by
from booking.openings.queries.rooms import load_full
from booking.openings.queries.taken import load_taken
from booking.openings.rules.asking import Wish, ask, offered_service
from booking.openings.rules.previewing import ORDER, Shown, usual_minutes, usual_zip
from booking.openings.rules.starts import find_starts
from marketplace.kernel.errors import Refused
from marketplace.kernel.intervals import Span
from providers.profiles.rules import MOBILE, ProviderFacts, ServiceFacts
from providers.schedule.rules.hours import DateException, ScheduleRules, WeeklyRange


def with_hours(
    facts: ProviderFacts, weekly: Sequence[WeeklyRange], exceptions: Sequence[DateException], rules: ScheduleRules
) -> ProviderFacts:
    """The same provider with these hours and rules."""
    return replace(facts, weekly=tuple(weekly), exceptions=tuple(exceptions), rules=rules)


def list_shown(session: Session, facts: ProviderFacts, window: Span, now: datetime) -> tuple[Shown, ...]:
    """What a client who is new would be offered in a window of epoch minutes: each service in its usual length and each of its settings."""
    low, high = window
    house, weeks = house_rules(session), facts.rules.counts_weeks
    taken = load_taken(session, [facts.id], from_minute=low, until_minute=high, now=now, whole_weeks=weeks)[facts.id]

    full = load_full(session, facts, "clinic", window, now)

    def starts(wish: Wish) -> tuple[int, ...]:
        try:
            service = offered_service(facts, wish)
        except Refused:
            return ()
        travel = travel_by(facts.travel_mode)
        question = ask(facts, wish, service, house, taken=taken, travel=travel, now=now, from_minute=low, until_minute=high)
        return tuple(find_starts(replace(question, full=full)))

    return tuple(
        Shown(service.code, service.name, wish.minutes, wish.setting, wish.zip, starts(wish))
        for service in facts.services
        if service.prices
        for wish in _wishes(facts, service)
    )


def _wishes(facts: ProviderFacts, service: ServiceFacts) -> list[Wish]:
    where = usual_zip(facts)
    return [
        Wish(service.code, usual_minutes(service), setting, where if setting in MOBILE else None)
        for setting in ORDER
        if setting in service.settings
    ]
