"""The ledger and the receipts of the demo's visits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from booking.appointments.rules.credit import ends_at
from booking.appointments.rules.money import PaperFacts, receipt_content
from booking.demo.changes.bulk import Bulk
from booking.demo.rules.meetings import Visit
from booking.demo.rules.money import Story
from booking.ledger.changes import RECEIPT, receipt_name
from booking.ledger.models import Credit, LedgerEntry, Receipt
from booking.ledger.rules.sums import sum_visit
from marketplace.kernel.walltime import NEW_YORK, from_minute
from providers.profiles.rules import ProviderFacts

BY = "command:demo"


@dataclass(frozen=True)
class Kept:
    """A visit that is being written: whose, its row id, and what money did."""

    provider_id: int
    appointment_id: int
    visit: Visit
    story: Story


def add_entries(bulk: Bulk, kept: Kept) -> None:
    """Keep a visit's entries for writing."""
    for group, at in kept.story.groups:
        for line, one in enumerate(group.entries):
            bulk.add(
                LedgerEntry, key=group.key, line=line, memo=one.memo, debit=one.debit, credit=one.credit, amount_cents=one.amount_cents,
                currency="USD", appointment_id=kept.appointment_id, provider_id=kept.provider_id, person_id=kept.visit.client.id,
                corrects=None, reason=group.reason, by=BY, at=at,
            )  # fmt: skip


def add_credit(bulk: Bulk, kept: Kept) -> None:
    """Keep the credit of a therapist who canceled for writing, where one was promised."""
    outcome = kept.visit.outcome
    if outcome.credit_cents and outcome.cancelled_at is not None:
        bulk.add(
            Credit, public_id=f"{kept.visit.public_id[:-3]}crd", person_id=kept.visit.client.id, provider_id=kept.provider_id,
            appointment_id=kept.appointment_id, amount_cents=outcome.credit_cents, left_cents=outcome.credit_cents,
            issued_at=outcome.cancelled_at, expires_at=ends_at(outcome.cancelled_at),
        )  # fmt: skip


def add_receipts(bulk: Bulk, kept: Iterable[Kept], facts: Mapping[int, ProviderFacts]) -> None:
    """Keep receipts for all payments for writing, numbered by provider and year in the order of payment."""
    numbers: Counter[tuple[int, int]] = Counter()
    paid = [(one, one.story.paid) for one in kept if one.story.paid is not None]
    for one, payment in sorted(paid, key=lambda pair: (pair[1].at, pair[1].group.key)):
        provider, year = facts[one.provider_id], payment.at.astimezone(NEW_YORK).year
        numbers[provider.id, year] += 1
        visit, number = one.visit, numbers[provider.id, year]
        about = PaperFacts(
            provider.slug, provider.name, visit.public_id, visit.reference, visit.outcome.status, visit.service.name, visit.minutes,
            from_minute(visit.begin_minute), visit.quote["lines"],
        )  # fmt: skip
        bulk.add(
            Receipt, name=receipt_name(provider.slug, year, number), provider_id=provider.id, year=year, number=number, kind=RECEIPT,
            entry_key=payment.group.key, voids_id=None, appointment_id=one.appointment_id, person_id=visit.client.id,
            amount_cents=payment.amount_cents, issued_at=payment.at,
            content=receipt_content(about, sum_visit(one.story.entries), payment.how, payment.amount_cents, payment.at),
        )  # fmt: skip
