"""What a provider asks of clients whom they have not treated before: how long, paid how, and whether to book online at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from marketplace.kernel.errors import FieldFault, Refused
from providers.services.rules.reading import Reader
from providers.services.rules.terms import PAYMENTS, Terms

LONGEST_MINUTES = 480
FIELDS = ("online", "payment", "deposit_percent", "least_minutes", "most_minutes")
BY_CONTACT = "New clients of this therapist ask first: call, or write, and they keep a time for you."


@dataclass(frozen=True, slots=True)
class FirstVisits:
    """`online`: new clients may book by themselves. `payment`, where it is not None, holds instead of the terms' own for them.

    Who has been to a visit is new no more. `least_minutes` and `most_minutes` are of the length that is priced, add-ons left aside.
    """

    online: bool = True
    payment: str | None = None
    deposit_percent: int | None = None
    least_minutes: int | None = None
    most_minutes: int | None = None

    def allows(self, minutes: int) -> bool:
        """Whether a new client may book this length by themselves."""
        long_enough = self.least_minutes is None or minutes >= self.least_minutes
        return self.online and long_enough and (self.most_minutes is None or minutes <= self.most_minutes)

    def check(self, minutes: int) -> None:
        """Raises Refused `first_visit_by_contact` or `first_visit_length`."""
        if not self.online:
            raise Refused("first_visit_by_contact", BY_CONTACT)
        if not self.allows(minutes):
            sentence = f"A first visit with this therapist takes {self.lengths}."
            raise Refused("first_visit_length", sentence, faults=[FieldFault("minutes", sentence)])

    @property
    def lengths(self) -> str:
        """The lengths that a first visit may have, in words."""
        if self.least_minutes is not None and self.most_minutes is not None:
            return f"{self.least_minutes} to {self.most_minutes} minutes"
        return f"at least {self.least_minutes} minutes" if self.least_minutes is not None else f"at most {self.most_minutes} minutes"

    def terms(self, own: Terms) -> Terms:
        """The terms of a new client's visit: the provider's, paid as they ask of new clients."""
        return own if self.payment is None else replace(own, payment=self.payment, deposit_percent=self.deposit_percent)


AS_ANY_VISIT = FirstVisits()
"""No rules of their own: whoever comes first books as everybody does."""


def first_visits_from_dict(body: object) -> FirstVisits:
    """Read `PUT /provider/first-visits`; Malformed `unknown_field`, Refused `invalid_first_visits` with every fault."""
    reader = Reader()
    facts = reader.mapping(body, "", FIELDS, ("online",))
    online = facts.get("online")
    if not isinstance(online, bool):
        reader.fault("online", "This must be true or false.")
    payment = None if facts.get("payment") is None else reader.choice(facts["payment"], "payment", PAYMENTS)
    rules = FirstVisits(
        online is not False, payment, _whole(reader, facts, "deposit_percent", 100),
        _whole(reader, facts, "least_minutes", LONGEST_MINUTES), _whole(reader, facts, "most_minutes", LONGEST_MINUTES),
    )  # fmt: skip
    if (payment == "deposit") == (rules.deposit_percent is None):
        reader.fault(
            "deposit_percent", "A deposit needs its percentage." if payment == "deposit" else "Only the payment “deposit” has a percentage."
        )
    if rules.least_minutes is not None and rules.most_minutes is not None and rules.most_minutes < rules.least_minutes:
        reader.fault("most_minutes", "The longest is shorter than the shortest.")
    reader.finish("invalid_first_visits", "Some of these rules cannot stand as they are.")
    return rules


def first_visits_to_dict(rules: FirstVisits) -> dict[str, object]:
    """The same shape again."""
    return {name: getattr(rules, name) for name in FIELDS}


def kept_first_visits(kept: Mapping[str, Any] | None) -> FirstVisits:
    """What was stored; without anything stored no rules of their own."""
    return FirstVisits(**kept) if kept else AS_ANY_VISIT


def _whole(reader: Reader, facts: Mapping[str, object], name: str, high: int) -> int | None:
    return None if facts.get(name) is None else reader.whole(facts[name], name, 1, high)
