"""The policy through time: every version of the table of kinds, each from its first day on. Versions are added, never edited."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from types import MappingProxyType
from typing import Any

from marketplace.kernel.errors import FieldFault
from providers.credentials.rules.kinds import CERTIFICATE, LICENSE, Kind, KindTable, Requirement

NAMED = ("professions", "techniques", "settings")


@dataclass(frozen=True, eq=False)
class Policies:
    """The versions in the order of their numbers. The first one holds until another has begun, and for all time before."""

    versions: tuple[KindTable, ...]

    def on(self, day: date) -> KindTable:
        """The version by which a day is judged: the highest of those that have begun."""
        return next((table for table in reversed(self.versions) if table.effective_from <= day), self.versions[0])

    def changes(self, first: date, last: date) -> list[date]:
        """The days after `first`, up to `last`, on which a version begins."""
        return [table.effective_from for table in self.versions[1:] if first < table.effective_from <= last]

    @property
    def newest(self) -> KindTable:
        """The version added last, begun or not."""
        return self.versions[-1]

    @cached_property
    def settings(self) -> frozenset[str]:
        """The settings that any version names. All others stand and fall together."""
        return frozenset().union(*(one.settings for table in self.versions for kind in table.kinds.values() for one in kind.requirements))

    def own_setting(self, setting: str | None) -> str | None:
        """A setting that must be judged by itself, or None where it goes with those that no version names."""
        return setting if setting in self.settings else None


@dataclass(frozen=True)
class PolicyDraft:
    """A version to be added: its first day, why, and what it changes. `kinds` maps every code to requirements, expiry and re-check."""

    effective_from: date
    reason: str
    kinds: Mapping[str, Kind]
    expiring_days: int
    reminder_days: tuple[int, ...]
    document_days: int
    evening_from_minute: int
    morning_from_minute: int
    per_occurrence_cents: int
    aggregate_cents: int

    def table(self, version: int) -> KindTable:
        """The draft as the table of a version."""
        return KindTable(
            kinds=MappingProxyType(dict(self.kinds)), expiring_days=self.expiring_days, reminder_days=self.reminder_days,
            document_days=self.document_days, evening_from_minute=self.evening_from_minute, morning_from_minute=self.morning_from_minute,
            per_occurrence_cents=self.per_occurrence_cents, aggregate_cents=self.aggregate_cents, version=version,
            effective_from=self.effective_from,
        )  # fmt: skip


def table_of(data: Mapping[str, Any], version: int, effective_from: date) -> KindTable:
    """A table as it is stored (`kinds.json`, or a row of the policy)."""
    kinds = {
        row["code"]: Kind(
            row["code"], row["title"], row["short"], tuple(row["details"]), tuple(_requirement(one) for one in row["requirements"]),
            row["expiry_required"], row["recheck_days"],
        )
        for row in data["kinds"]
    }  # fmt: skip
    return KindTable(
        kinds=MappingProxyType(kinds),
        expiring_days=data["expiring_days"],
        reminder_days=tuple(data["reminder_days"]),
        document_days=data["document_days"],
        evening_from_minute=data["evening_from_minute"],
        morning_from_minute=data["morning_from_minute"],
        per_occurrence_cents=data["insurance_minimums"]["per_occurrence_cents"],
        aggregate_cents=data["insurance_minimums"]["aggregate_cents"],
        version=version,
        effective_from=effective_from,
    )


def table_to_dict(table: KindTable) -> dict[str, Any]:
    """A table as it is stored and shown: plain JSON."""
    return {
        "expiring_days": table.expiring_days,
        "reminder_days": list(table.reminder_days),
        "document_days": table.document_days,
        "evening_from_minute": table.evening_from_minute,
        "morning_from_minute": table.morning_from_minute,
        "insurance_minimums": {"per_occurrence_cents": table.per_occurrence_cents, "aggregate_cents": table.aggregate_cents},
        "kinds": [
            {
                "code": kind.code,
                "title": kind.title,
                "short": kind.short,
                "details": list(kind.details),
                "requirements": [{name: sorted(getattr(one, name)) for name in NAMED} for one in kind.requirements],
                "expiry_required": kind.expiry_required,
                "recheck_days": kind.recheck_days,
            }
            for kind in table.kinds.values()
        ],
    }


def kinds_with(table: KindTable, changed: Mapping[str, tuple[Sequence[Requirement], bool, int]]) -> dict[str, Kind]:
    """The kinds of a table with other requirements, expiry and re-check, by code; their names and fields stay."""
    kinds = dict(table.kinds)
    for code, (requirements, expiry_required, recheck_days) in changed.items():
        stated = tuple(dict.fromkeys(requirements))
        kinds[code] = replace(kinds[code], requirements=stated, expiry_required=expiry_required, recheck_days=recheck_days)
    return kinds


def draft_faults(draft: PolicyDraft, today: date) -> list[FieldFault]:
    """What is wrong with a version. It may begin today at the earliest: days that are over were judged by what held then."""
    faults = []
    if draft.effective_from < today:
        faults.append(FieldFault("effective_from", "A version can begin today at the earliest."))
    if not draft.reminder_days or list(draft.reminder_days) != sorted(set(draft.reminder_days), reverse=True):
        faults.append(FieldFault("reminder_days", "List the days from far to near, each once."))
    if draft.evening_from_minute <= draft.morning_from_minute:
        faults.append(FieldFault("evening_from_minute", "The evening begins after the morning."))
    if draft.aggregate_cents < draft.per_occurrence_cents:
        faults.append(FieldFault("aggregate_cents", "The sum for all cases is at least the sum for one."))
    faults += [fault for kind in draft.kinds.values() for fault in _kind_faults(kind)]
    return faults


def _kind_faults(kind: Kind) -> list[FieldFault]:
    """A license is asked of everybody (Education Law 6512), a certificate is a technique's."""
    field = f"kinds[{kind.code}].requirements"
    if kind.code == LICENSE and not kind.required:
        return [FieldFault(field, "A license is always required of everybody.")]
    if kind.code == CERTIFICATE and any(not one.techniques for one in kind.requirements):
        return [FieldFault(field, "A certificate is for a technique: name the techniques it is required for.")]
    return []


def _requirement(row: Mapping[str, Any]) -> Requirement:
    return Requirement(*(frozenset(row.get(name, ())) for name in NAMED))
