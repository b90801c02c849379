"""What a provider stated about insurers, in their words and with their day; never whether anything is covered."""

from __future__ import annotations

from flask_babel import gettext as _

from booking.openings.rules.wanted import SearchQuery
from booking.openings.views.marks import Words
from providers.insurers import catalogue as insurers
from providers.insurers.rules import ASK, WAY_WORDS, Entry, fitting
from providers.profiles.rules import ProviderFacts

MOST_INSURERS = 3


def insurance_words(entry: Entry) -> str:
    """One line of what a provider stated: the insurer, the kinds of plans, and how they deal with it."""
    table = insurers.table()
    plans = ", ".join(_(table.plan_name(code)) for code in entry.plans)
    way = _(WAY_WORDS[entry.way])
    return f"{table.carrier_name(entry.carrier)}{f' ({plans})' if plans else ''}: {way[:1].lower()}{way[1:]}"


def insurance_line(facts: ProviderFacts, query: SearchQuery) -> Words | None:
    """What they stated about the insurers that are asked for, and when; None where none is asked for."""
    if facts.insurance is None or not (query.carriers or query.plans):
        return None
    entries = fitting(facts.insurance, query.carriers, query.plans)
    return {"text": "; ".join(insurance_words(one) for one in entries[:MOST_INSURERS]), "stated_on": facts.insurance.stated_on}


def insurance_card(facts: ProviderFacts) -> Words:
    """What they stated about insurers, with its day; whether anything is covered nobody here knows."""
    stated = facts.insurance
    lines = [] if stated is None else [insurance_words(one) for one in stated.entries]
    return {"lines": lines, "stated_on": stated.stated_on if stated else None, "ask": _(ASK)}
