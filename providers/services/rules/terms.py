"""A provider's cancellation and payment terms. A step holds with at least that many elapsed hours of notice, to the second."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from providers.services.rules.reading import Reader

PAYMENTS = ("at_visit", "card_on_file", "deposit", "prepaid")
_REQUIRED = ("steps", "grace_minutes", "no_show_percent", "late_minutes", "free_moves", "payment")
_NOTICES = ("move_notice_hours", "cancel_notice_hours")
_CREDIT = ("credit_percent", "credit_hours")
_FIELDS = (*_REQUIRED, "deposit_percent", *_NOTICES, *_CREDIT)
_LONGEST_NOTICE_HOURS = 30 * 24


@dataclass(frozen=True)
class Step:
    """With at least `hours` of notice a cancelled visit costs `fee_percent` of the service price."""

    hours: int
    fee_percent: int


@dataclass(frozen=True)
class Terms:
    """What a client agrees to. Steps run from the longest notice to 0 hours and never get cheaper on the way.

    `grace_minutes`: cancelling is free that long after booking. `late_minutes`: how long a provider waits before a no-show.
    `free_moves`: moves that are free although cancelling is not any more. `deposit_percent` goes with the payment "deposit" alone.
    With less than `move_notice_hours` (or `cancel_notice_hours`) left a client cannot move (or cancel) a visit any more; None sets no
    such end to canceling, and lets moving end where canceling begins to cost.
    A provider who cancels a booked visit with fewer than `credit_hours` left (None: whenever) gives `credit_percent` of the service
    price as credit for a later visit with them; None gives none.
    """

    steps: tuple[Step, ...]
    grace_minutes: int
    no_show_percent: int
    late_minutes: int
    free_moves: int
    payment: str
    deposit_percent: int | None = None
    version: int = 1
    move_notice_hours: int | None = None
    cancel_notice_hours: int | None = None
    credit_percent: int | None = None
    credit_hours: int | None = None

    def percent_at(self, notice_seconds: int) -> int:
        """The fee in percent with so much notice; after the start, with none left, the last step's."""
        return next((step.fee_percent for step in self.steps if notice_seconds >= step.hours * 3600), self.steps[-1].fee_percent)


# Customary in New York practices: free a day ahead, half until twelve hours ahead, then the whole service price.
DEFAULT_TERMS = Terms(
    steps=(Step(24, 0), Step(12, 50), Step(0, 100)),
    grace_minutes=10,
    no_show_percent=100,
    late_minutes=15,
    free_moves=1,
    payment="at_visit",
)


def terms_from_dict(body: object, version: int = 1) -> Terms:
    """Read the contract's `/provider/terms`; Malformed `unknown_field`, Refused `invalid_terms` with every fault.

    A `version` inside the body, as `terms_to_dict` writes with `with_version`, wins over the argument.
    """
    reader = Reader()
    facts = reader.mapping(body, "", (*_FIELDS, "version"), _REQUIRED)
    terms = Terms(
        steps=_steps(reader, facts.get("steps", ())),
        grace_minutes=_whole(reader, facts, "grace_minutes", 120),
        no_show_percent=_whole(reader, facts, "no_show_percent", 100),
        late_minutes=_whole(reader, facts, "late_minutes", 120),
        free_moves=_whole(reader, facts, "free_moves", 10),
        payment=reader.choice(facts.get("payment", "at_visit"), "payment", PAYMENTS),
        deposit_percent=_deposit(reader, facts),
        move_notice_hours=_notice(reader, facts, "move_notice_hours"),
        cancel_notice_hours=_notice(reader, facts, "cancel_notice_hours"),
        credit_percent=_credit(reader, facts),
        credit_hours=_notice(reader, facts, "credit_hours", least=1),
        version=reader.whole(facts.get("version", version), "version", 1, 1_000_000_000),
    )
    reader.finish("invalid_terms", "Some of the terms cannot stand as they are.")
    return terms


def terms_to_dict(terms: Terms, *, with_version: bool = False) -> dict[str, object]:
    """The contract's shape of `/provider/terms`; `with_version` adds the version, as kept with an appointment."""
    shape: dict[str, object] = {
        "steps": [{"hours": step.hours, "fee_percent": step.fee_percent} for step in terms.steps],
        "grace_minutes": terms.grace_minutes,
        "no_show_percent": terms.no_show_percent,
        "late_minutes": terms.late_minutes,
        "free_moves": terms.free_moves,
        "payment": terms.payment,
    }
    if terms.deposit_percent is not None:
        shape["deposit_percent"] = terms.deposit_percent
    for name in (*_NOTICES, *_CREDIT):
        if getattr(terms, name) is not None:
            shape[name] = getattr(terms, name)
    if with_version:
        shape["version"] = terms.version
    return shape


def _whole(reader: Reader, facts: Mapping[str, object], name: str, high: int) -> int:
    """A whole number from 0 to `high`; a missing one has been reported already."""
    return reader.whole(facts[name], name, 0, high) if name in facts else 0


def _notice(reader: Reader, facts: Mapping[str, object], name: str, least: int = 0) -> int | None:
    """A notice in hours; a month at most, and none where nothing is said."""
    return None if facts.get(name) is None else reader.whole(facts[name], name, least, _LONGEST_NOTICE_HOURS)


def _credit(reader: Reader, facts: Mapping[str, object]) -> int | None:
    """The credit in percent of the service price; hours without it say nothing."""
    percent = facts.get("credit_percent")
    if percent is None:
        if facts.get("credit_hours") is not None:
            reader.fault("credit_percent", "Say how much credit it is, in percent, or leave its hours out.")
        return None
    return reader.whole(percent, "credit_percent", 1, 100)


def _deposit(reader: Reader, facts: Mapping[str, object]) -> int | None:
    """The deposit in percent of the whole price: asked for with the payment "deposit", out of place with any other."""
    wanted = facts.get("payment") == "deposit"
    percent = facts.get("deposit_percent")
    if wanted == (percent is None):
        reader.fault("deposit_percent", "A deposit needs its percentage." if wanted else "Only the payment “deposit” has a percentage.")
        return None
    return None if percent is None else reader.whole(percent, "deposit_percent", 1, 100)


def _steps(reader: Reader, value: object) -> tuple[Step, ...]:
    rows = reader.rows(value, "steps", 10)
    steps = tuple(_step(reader, row, f"steps.{number}") for number, row in enumerate(rows))
    if not reader.faults:
        _check_order(reader, steps)
    return steps


def _step(reader: Reader, row: object, field: str) -> Step:
    names = ("hours", "fee_percent")
    facts = reader.mapping(row, field, names, names)
    hours = reader.whole(facts["hours"], f"{field}.hours", 0, 24 * 60) if "hours" in facts else 0
    percent = reader.whole(facts["fee_percent"], f"{field}.fee_percent", 0, 100) if "fee_percent" in facts else 0
    return Step(hours, percent)


def _check_order(reader: Reader, steps: Sequence[Step]) -> None:
    """Hours fall, the fee never does, and the last step reaches the start: so that cancelling earlier never costs more."""
    if not steps or steps[-1].hours != 0:
        reader.fault("steps", "The last step must be for 0 hours, so that every moment has a fee.")
    for number, (earlier, later) in enumerate(pairwise(steps), start=1):
        if later.hours >= earlier.hours:
            reader.fault(f"steps.{number}.hours", "Each step needs fewer hours than the one before.")
        if later.fee_percent < earlier.fee_percent:
            reader.fault(f"steps.{number}.fee_percent", "The fee must not fall as the visit comes closer.")
