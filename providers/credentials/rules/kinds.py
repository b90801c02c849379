"""The kinds of credential and what we ask of them. All of it is versioned data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from marketplace.kernel.errors import FieldFault

LICENSE, INSURANCE, CERTIFICATE = "license", "liability_insurance", "certificate"


@dataclass(frozen=True)
class Requirement:
    """For whom and where a kind must be in force. What is not named is not narrowed: without any name it is asked of everybody.

    One that names settings closes those settings, one that names techniques closes those techniques; neither closes the person.
    """

    professions: frozenset[str] = frozenset()
    techniques: frozenset[str] = frozenset()
    settings: frozenset[str] = frozenset()

    def concerns(self, profession: str | None, setting: str | None) -> bool:
        """Whether it is asked of a profession in a setting. Of an unknown profession everything is asked; no setting is no named one."""
        whose = not self.professions or profession is None or profession in self.professions
        return whose and (not self.settings or setting in self.settings)


@dataclass(frozen=True)
class Kind:
    """A kind of credential: for whom it is required, whether one needs an end, and after how many days its source is asked again."""

    code: str
    title: str
    short: str
    details: tuple[str, ...]
    requirements: tuple[Requirement, ...] = ()
    expiry_required: bool = False
    recheck_days: int = 30

    @property
    def required(self) -> bool:
        """Whether it must be in force for everybody's visits everywhere."""
        return Requirement() in self.requirements


@dataclass(frozen=True)
class KindTable:
    """Every kind by code, with our limits, as one version of the policy says from `effective_from` on.

    A credential is expiring from `expiring_days` before its end; letters go out `reminder_days` before it. Insurance sums are the least in
    cents. Evidence older than `document_days` does not count for a decision. A start at or after `evening_from_minute` (of the wall's day)
    or before `morning_from_minute` is an evening or night start.
    """

    kinds: Mapping[str, Kind]
    expiring_days: int
    reminder_days: tuple[int, ...]
    document_days: int
    evening_from_minute: int
    morning_from_minute: int
    per_occurrence_cents: int
    aggregate_cents: int
    version: int
    effective_from: date

    @property
    def required(self) -> tuple[str, ...]:
        """The codes of the kinds required of everybody everywhere, in the order of the table."""
        return tuple(code for code, kind in self.kinds.items() if kind.required)

    def required_of(self, profession: str | None, setting: str | None = None) -> tuple[str, ...]:
        """The codes of the kinds that a profession needs in force in a setting (None: in settings that no requirement names)."""
        return tuple(
            code
            for code, kind in self.kinds.items()
            if any(not one.techniques and one.concerns(profession, setting) for one in kind.requirements)
        )

    def proofs_of(self, technique: str, profession: str | None, setting: str | None = None) -> tuple[str, ...]:
        """The codes of the kinds that a technique needs in force beside what the person needs."""
        return tuple(
            code
            for code, kind in self.kinds.items()
            if any(technique in one.techniques and one.concerns(profession, setting) for one in kind.requirements)
        )


def insurance_faults(details: Mapping[str, object], table: KindTable) -> list[FieldFault]:
    """What an insurance falls short of, for the person who checks it; a sum that is not stated falls short too."""
    faults = []
    for name, least in (("per_occurrence_cents", table.per_occurrence_cents), ("aggregate_cents", table.aggregate_cents)):
        stated = details.get(name)
        if isinstance(stated, bool) or not isinstance(stated, int) or stated < least:
            faults.append(FieldFault(f"details.{name}", f"At least ${least // 100:,} is asked for."))
    return faults
