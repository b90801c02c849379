"""The kinds of credential and what we ask of them. All of it is versioned data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from marketplace.kernel.errors import FieldFault

LICENSE, INSURANCE, CERTIFICATE = "license", "liability_insurance", "certificate"


@dataclass(frozen=True)
class Kind:
    """A kind of credential. A `required` one must be in force on every day on which somebody is booked."""

    code: str
    title: str
    short: str
    required: bool
    details: tuple[str, ...]


@dataclass(frozen=True)
class KindTable:
    """Every kind by code, with our limits: a credential is expiring from `expiring_days` before its end; insurance sums in cents."""

    kinds: Mapping[str, Kind]
    expiring_days: int
    reminder_days: tuple[int, ...]
    per_occurrence_cents: int
    aggregate_cents: int
    version: int

    @property
    def required(self) -> tuple[str, ...]:
        """The codes of the required kinds, in the order of the table."""
        return tuple(code for code, kind in self.kinds.items() if kind.required)


def insurance_faults(details: Mapping[str, object], table: KindTable) -> list[FieldFault]:
    """What an insurance falls short of, for the person who checks it; a sum that is not stated falls short too."""
    faults = []
    for name, least in (("per_occurrence_cents", table.per_occurrence_cents), ("aggregate_cents", table.aggregate_cents)):
        stated = details.get(name)
        if isinstance(stated, bool) or not isinstance(stated, int) or stated < least:
            faults.append(FieldFault(f"details.{name}", f"At least ${least // 100:,} is asked for."))
    return faults
