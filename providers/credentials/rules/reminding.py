"""When a provider is reminded that a credential ends: so many days before its last day, the nearest one alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from providers.credentials.rules.policies import Policies
from providers.credentials.rules.standing import CredentialFact, last_of_run, technique_of


@dataclass(frozen=True)
class Reminder:
    """A credential in force that nothing follows, its last day, and for how many days before it this reminder is."""

    fact: CredentialFact
    last_day: date
    days: int


def due_reminders(today: date, facts: Sequence[CredentialFact], policies: Policies) -> Iterator[Reminder]:
    """The reminders that are due by `today` in New York: for each run in force the nearest of the policy's days that has come.

    Whoever was not reminded in time (nobody sent letters) gets that one alone, not those before it.
    """
    for kind, technique in dict.fromkeys((fact.kind, technique_of(fact)) for fact in facts):
        last = last_of_run(today, facts, kind, technique)
        if last is None or last.valid_until is None:
            continue
        left = (last.valid_until - today).days
        come = [days for days in policies.on(today).reminder_days if days >= left]
        if come:
            yield Reminder(last, last.valid_until, min(come))


def was_known(reminder: Reminder, verified_on: date | None) -> bool:
    """Whether the credential was in force already when the reminder's day came; of a newer one nobody is reminded at once."""
    return verified_on is not None and verified_on <= reminder.last_day - timedelta(days=reminder.days)
