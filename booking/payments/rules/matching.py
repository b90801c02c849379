"""Whether what Stripe keeps is what we asked for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Sum:
    """Money and whose: cents, a currency (lower case, as Stripe writes it), the instance that asked and the id it gave."""

    amount_cents: int
    currency: str
    instance: str | None
    ours: str | None


def differences(wanted: Sum, found: Sum) -> list[str]:
    """What does not agree, in words of a finding; empty when all does."""
    faults = []
    if found.instance != wanted.instance:
        faults.append("another instance")
    if found.ours != wanted.ours:
        faults.append("another id of ours")
    if found.amount_cents != wanted.amount_cents:
        faults.append(f"{found.amount_cents} cents instead of {wanted.amount_cents}")
    if found.currency != wanted.currency:
        faults.append(f"currency {found.currency} instead of {wanted.currency}")
    return faults
