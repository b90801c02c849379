"""A Good Faith Estimate (45 CFR 149.610(c)): what a visit, or the visits that were planned together, will cost as far as is known.

What an estimate says is made once and kept as it was given: a plain dict, so that a later version of the rules still shows it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from booking.papers.rules.deadlines import asked_estimate_due_on, estimate_due_on
from booking.papers.rules.paper import Paper, Party, Table
from marketplace.kernel.money import format_usd

SCHEDULED, ASKED, CHANGED = "scheduled", "asked", "changed"
REASONS = (SCHEDULED, ASKED, CHANGED)
DISPUTE_CENTS = 400_00
"""A bill that is higher than the estimate by so much or more may be disputed (45 CFR 149.620(b))."""
MONTHS_COVERED = 12

FIRST_UNIT_MINUTES, UNIT_MINUTES = 8, 15
WITHOUT_TECHNIQUE = "97124"
NOT_GIVEN = "not given"

Content = dict[str, Any]


@dataclass(frozen=True)
class ItemFacts:
    """One visit of an estimate: its reference, New York date, agreed quote lines and total, minutes, and its expected code."""

    reference: str
    on: date
    service_name: str
    minutes: int
    cpt: str
    lines: tuple[tuple[str, str, int], ...]
    total_cents: int


@dataclass(frozen=True)
class PartyFacts:
    """Who receives and who gives care. What is not known is None and said to be so."""

    client_name: str
    client_born_on: date | None
    provider_name: str
    provider_credential: str
    provider_npi: str | None
    provider_tax_id: str | None
    place: str


def units_of(minutes: int) -> int:
    """Timed units of 15 minutes by the custom of counting from the eighth minute on: 7 are none, 8 to 22 one, 23 to 37 two."""
    return 0 if minutes < FIRST_UNIT_MINUTES else (minutes + UNIT_MINUTES - FIRST_UNIT_MINUTES) // UNIT_MINUTES


def expected_cpt(hint: str | None) -> str:
    """The code to expect for a technique by the catalog's hint; massage where no technique is chosen yet."""
    return hint[:5] if hint and hint[:5].isdigit() else WITHOUT_TECHNIQUE


def estimate_of(parties: PartyFacts, items: Sequence[ItemFacts], *, reason: str, scheduled_on: date, notices: Mapping[str, Any]) -> Content:
    """What an estimate says about visits in order of their dates; at least one. `notices` are the words below it with their version."""
    service_on = items[0].on
    due = asked_estimate_due_on(scheduled_on) if reason == ASKED else estimate_due_on(scheduled_on, service_on)
    return {
        "reason": reason,
        "scheduled_on": scheduled_on.isoformat(),
        "service_on": service_on.isoformat(),
        "due_on": due and due.isoformat(),
        "client": {"name": parties.client_name, "born_on": parties.client_born_on and parties.client_born_on.isoformat()},
        "provider": {
            "name": parties.provider_name,
            "credential": parties.provider_credential,
            "npi": parties.provider_npi,
            "tax_id": parties.provider_tax_id,
            "state": "NY",
            "place": parties.place,
        },
        "diagnosis": None,
        "items": [row for item in items for row in _rows(item)],
        "total_cents": sum(item.total_cents for item in items),
        "currency": "USD",
        "notices": list(notices["texts"]),
        "notices_version": notices["version"],
    }


def _rows(item: ItemFacts) -> list[Content]:
    """One row for each agreed line; the care itself carries the expected code and its units."""
    return [
        {
            "visit": item.reference,
            "on": item.on.isoformat(),
            "line": code,
            "label": f"{item.service_name}, {item.minutes} minutes" if code == "service" else label,
            "code": item.cpt if code == "service" else None,
            "units": units_of(item.minutes) if code == "service" else None,
            "amount_cents": amount_cents,
        }
        for code, label, amount_cents in item.lines
    ]


def says_the_same(one: Content, other: Content) -> bool:
    """Whether two estimates differ in nothing but why and when they were made."""
    told = ("client", "provider", "items", "total_cents", "service_on")
    return all(one[name] == other[name] for name in told)


def day_words(day: str) -> str:
    """A kept date as people here read it: `Dec 7, 2026`."""
    on = date.fromisoformat(day)
    return f"{on:%b} {on.day}, {on.year}"


def paper_of(content: Content, number: str, made_on: date) -> Paper:
    """The estimate as a paper, from what was kept."""
    client, provider = content["client"], content["provider"]
    gives = (
        provider["name"],
        provider["credential"],
        f"NPI {provider['npi'] or NOT_GIVEN}",
        f"Tax ID {provider['tax_id'] or NOT_GIVEN}",
        f"{provider['place']}, {provider['state']}",
    )
    due = content["due_on"]
    facts = (
        ("Made on", day_words(made_on.isoformat())),
        ("Asked for on" if content["reason"] == ASKED else "Scheduled on", day_words(content["scheduled_on"])),
        ("First visit on", day_words(content["service_on"])),
        ("Due by", day_words(due) if due else "none, the visit is near"),
        ("Diagnosis", content["diagnosis"] or "none given to us"),
    )
    rows = tuple(
        (day_words(row["on"]), row["label"], row["code"] or "", str(row["units"] or ""), format_usd(row["amount_cents"]))
        for row in content["items"]
    )
    return Paper(
        "Good Faith Estimate",
        number,
        facts,
        (Party("For", (client["name"], f"Born {day_words(client['born_on']) if client['born_on'] else NOT_GIVEN}")), Party("From", gives)),
        Table("Expected items", ("Date", "Item", "Code", "Units", "Amount"), rows, ("Expected total", format_usd(content["total_cents"]))),
        tuple(content["notices"]),
    )
