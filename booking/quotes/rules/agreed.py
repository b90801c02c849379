"""Terms as they stand on one visit: each step with its instant and its fee, kept with the appointment as agreed.

The fee is a percentage of the service line alone: no surcharge, travel or tax is ever part of it. An `until` belongs to
the step it ends: at that very second the lower fee still holds. All hours are elapsed hours, also over clock changes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any

from marketplace.kernel.money import percent_half_up
from marketplace.kernel.walltime import NEW_YORK
from providers.services.rules.terms import Terms, terms_from_dict, terms_to_dict

SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class Stretch:
    """From just after `from_at` (None: from booking on) to `until_at`, that second included, leaving costs `fee_cents`."""

    from_at: datetime | None
    until_at: datetime
    fee_percent: int
    fee_cents: int


@dataclass(frozen=True)
class AgreedTerms:
    """A provider's terms applied to one start. `booked_at` is None as long as nothing is booked: then no grace runs."""

    terms: Terms
    fee_base_cents: int
    starts_at: datetime
    booked_at: datetime | None = None

    def __post_init__(self) -> None:
        """Instants in UTC: between two times of one zone Python would count hours by the wall."""
        object.__setattr__(self, "starts_at", self.starts_at.astimezone(UTC))
        object.__setattr__(self, "booked_at", self.booked_at and self.booked_at.astimezone(UTC))

    @property
    def grace_until_at(self) -> datetime | None:
        """The last second of the free minutes after booking."""
        return None if self.booked_at is None else whole_second(self.booked_at) + timedelta(minutes=self.terms.grace_minutes)

    def fee_cents(self, percent: int) -> int:
        """A percentage of the service price in cents, half up."""
        return percent_half_up(self.fee_base_cents, percent)

    def in_grace(self, now: datetime) -> bool:
        """Whether the free minutes after booking still run."""
        until = self.grace_until_at
        return until is not None and whole_second(now) <= until

    def percent_at(self, now: datetime) -> int:
        """The fee in percent for leaving at `now`, to the second."""
        return 0 if self.in_grace(now) else self.terms.percent_at((self.starts_at - whole_second(now)) // SECOND)

    def credit_cents_at(self, now: datetime) -> int:
        """The credit that the provider gives for canceling at `now`; with the agreed hours left, to the second, none."""
        percent, hours = self.terms.credit_percent, self.terms.credit_hours
        in_time = hours is not None and self.starts_at - whole_second(now) >= timedelta(hours=hours)
        return 0 if percent is None or in_time else self.fee_cents(percent)

    @property
    def move_until_at(self) -> datetime | None:
        """The last second in which the client may move the visit, where the terms set one of its own."""
        return self._end_of(self.terms.move_notice_hours)

    @property
    def cancel_until_at(self) -> datetime | None:
        """The last second in which the client may cancel the visit without a reason that always counts, where the terms set one."""
        return self._end_of(self.terms.cancel_notice_hours)

    def _end_of(self, notice_hours: int | None) -> datetime | None:
        """Never before the free minutes after booking are over, and never after the start."""
        if notice_hours is None:
            return None
        end = self.starts_at - timedelta(hours=notice_hours)
        return min(self.starts_at, max(end, self.grace_until_at or end))

    def moved_to(self, starts_at: datetime) -> AgreedTerms:
        """The same terms on another start; the price, and so the fee's base, stays as agreed, and so does `booked_at`."""
        return replace(self, starts_at=starts_at)

    def at_booking(self, booked_at: datetime) -> AgreedTerms:
        """The terms of a quote once it is booked: the grace begins."""
        return replace(self, booked_at=booked_at)


def whole_second(instant: datetime) -> datetime:
    """An instant in UTC without its fraction. Cut-offs are exact to the second: the whole second belongs to the client."""
    return instant.astimezone(UTC).replace(microsecond=0)


def fee_stretches(agreed: AgreedTerms) -> tuple[Stretch, ...]:
    """The time up to the start cut where the fee changes, in order; the fee never falls from one stretch to the next."""
    cuts = {agreed.starts_at - timedelta(hours=step.hours) for step in agreed.terms.steps}
    if agreed.grace_until_at is not None:
        cuts.add(agreed.grace_until_at)
    if agreed.booked_at is not None:
        cuts = {cut for cut in cuts if cut >= whole_second(agreed.booked_at)}
    ends = sorted(cut for cut in cuts | {agreed.starts_at} if cut <= agreed.starts_at)
    stretches: list[Stretch] = []
    for percent, run in groupby(ends, key=agreed.percent_at):
        begins = stretches[-1].until_at if stretches else None
        stretches.append(Stretch(begins, list(run)[-1], percent, agreed.fee_cents(percent)))
    return tuple(stretches)


def instant_text(instant: datetime) -> str:
    """An instant as answers carry it: RFC 3339 with New York's offset."""
    return instant.astimezone(NEW_YORK).isoformat()


def agreed_to_dict(agreed: AgreedTerms, summary: str, *, if_booked_at: datetime | None = None) -> dict[str, object]:
    """The contract's `terms` of a quote, with what is needed to read it back: hours, base, start, booking, version.

    `if_booked_at` dates the grace of a quote that nobody has booked yet.
    """
    dated = agreed if agreed.booked_at is not None or if_booked_at is None else agreed.at_booking(if_booked_at)
    shape = terms_to_dict(agreed.terms, with_version=True)
    ends = {"move_until": dated.move_until_at, "cancel_until": dated.cancel_until_at}
    steps = [
        {
            "until": instant_text(agreed.starts_at - timedelta(hours=step.hours)),
            "fee_percent": step.fee_percent,
            "fee_cents": agreed.fee_cents(step.fee_percent),
            "hours": step.hours,
        }
        for step in agreed.terms.steps
    ]
    return {
        **shape,
        "summary": summary,
        "steps": steps,
        "grace_until": None if dated.grace_until_at is None else instant_text(dated.grace_until_at),
        "fee_base_cents": agreed.fee_base_cents,
        "starts_at": instant_text(agreed.starts_at),
        "booked_at": None if agreed.booked_at is None else instant_text(agreed.booked_at),
        **{name: instant_text(end) for name, end in ends.items() if end is not None},
    }


def agreed_from_dict(kept: Mapping[str, Any]) -> AgreedTerms:
    """Read back what `agreed_to_dict` wrote. Fees are computed anew from the kept base and percentages, which never change."""
    names = (
        "grace_minutes", "no_show_percent", "late_minutes", "free_moves", "payment", "deposit_percent", "version", "move_notice_hours",
        "cancel_notice_hours", "credit_percent", "credit_hours",
    )  # fmt: skip
    facts: dict[str, object] = {name: kept[name] for name in names if name in kept}
    facts["steps"] = [{"hours": step["hours"], "fee_percent": step["fee_percent"]} for step in kept["steps"]]
    booked = kept.get("booked_at")
    return AgreedTerms(
        terms=terms_from_dict(facts),
        fee_base_cents=int(kept["fee_base_cents"]),
        starts_at=datetime.fromisoformat(kept["starts_at"]),
        booked_at=datetime.fromisoformat(booked) if booked else None,
    )
