"""What is odd about terms or price rules: harsh beside what is usual here, or one part against another. Advice refuses nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from providers.services.rules.prices import BandRule, PriceRules, ShortNoticeRule
from providers.services.rules.terms import Terms

HARSH, CONTRADICTORY = "harsh", "contradictory"
USUAL_FREE_HOURS = 24
FAR_HOURS = 48
SHORT_WAIT_MINUTES = 10
HIGH_CAP_PERCENT = 100


@dataclass(frozen=True)
class Advice:
    """One remark: its code, harsh or contradictory, the field it is about, and a sentence."""

    code: str
    kind: str
    field: str
    sentence: str


def advise_terms(terms: Terms) -> tuple[Advice, ...]:
    """Every remark about terms that could be stored, in the order of the form."""
    return tuple(found for rule in _TERMS_RULES for found in rule(terms))


def advise_prices(prices: PriceRules) -> tuple[Advice, ...]:
    """Every remark about price rules that could be stored."""
    return tuple(found for rule in _PRICE_RULES for found in rule(prices))


def _hours(count: int) -> str:
    return "1 hour" if count == 1 else f"{count} hours"


def _never_free(terms: Terms) -> Iterator[Advice]:
    first = terms.steps[0]
    if first.fee_percent > 0:
        yield Advice(
            "never_free", HARSH, "steps.0.fee_percent",
            "However early a client cancels, it costs. Clients look for a time in which they can leave for free.",
        )  # fmt: skip


def _free_far(terms: Terms) -> Iterator[Advice]:
    free = [step.hours for step in terms.steps if step.fee_percent == 0]
    if free and free[-1] > FAR_HOURS:
        yield Advice(
            "free_far_ahead", HARSH, f"steps.{len(free) - 1}.hours",
            f"Leaving costs already {_hours(free[-1])} ahead. Usual here is {_hours(USUAL_FREE_HOURS)}.",
        )  # fmt: skip


def _jump(terms: Terms) -> Iterator[Advice]:
    for number, (earlier, later) in enumerate(pairwise(terms.steps), start=1):
        if earlier.fee_percent == 0 and later.fee_percent == 100:
            yield Advice(
                "from_nothing_to_all", HARSH, f"steps.{number}.fee_percent",
                f"One second decides between nothing and the whole price, {_hours(earlier.hours)} ahead. A step of half between them "
                "is taken for fair.",
            )  # fmt: skip


def _same_fee(terms: Terms) -> Iterator[Advice]:
    for number, (earlier, later) in enumerate(pairwise(terms.steps), start=1):
        if earlier.fee_percent == later.fee_percent:
            yield Advice(
                "same_fee_twice", CONTRADICTORY, f"steps.{number}.fee_percent",
                f"Two steps cost the same {later.fee_percent}%, so the one for {_hours(earlier.hours)} changes nothing.",
            )  # fmt: skip


def _never_reached(terms: Terms) -> Iterator[Advice]:
    notice = terms.cancel_notice_hours
    if notice is None:
        return
    reached = [step for step in terms.steps if step.hours >= notice]
    for number, step in enumerate(terms.steps):
        if number > len(reached):
            yield Advice(
                "step_never_reached", CONTRADICTORY, f"steps.{number}.hours",
                f"Nobody can cancel with less than {_hours(notice)} of notice, so the step for {_hours(step.hours)} never counts.",
            )  # fmt: skip


def _no_grace(terms: Terms) -> Iterator[Advice]:
    if terms.grace_minutes == 0 and terms.steps[-1].fee_percent > 0:
        yield Advice(
            "no_grace", HARSH, "grace_minutes",
            "Whoever books by mistake shortly before a visit pays at once. 10 free minutes after booking are usual.",
        )  # fmt: skip


def _cheaper_not_to_come(terms: Terms) -> Iterator[Advice]:
    last = terms.steps[-1].fee_percent
    if terms.no_show_percent < last:
        yield Advice(
            "cheaper_not_to_come", CONTRADICTORY, "no_show_percent",
            f"Canceling at the end costs {last}%, not coming at all {terms.no_show_percent}%. Nobody has a reason to tell you.",
        )  # fmt: skip


def _short_wait(terms: Terms) -> Iterator[Advice]:
    if terms.late_minutes < SHORT_WAIT_MINUTES and terms.no_show_percent > 0:
        yield Advice(
            "short_wait", HARSH, "late_minutes",
            f"After {terms.late_minutes} minutes a client counts as missing. Trains are late by more; 15 minutes are usual.",
        )  # fmt: skip


def _moves_end_first(terms: Terms) -> Iterator[Advice]:
    free = [step.hours for step in terms.steps if step.fee_percent == 0]
    if terms.move_notice_hours is not None and free and terms.move_notice_hours > free[-1]:
        yield Advice(
            "moving_ends_before_canceling", CONTRADICTORY, "move_notice_hours",
            f"From {_hours(terms.move_notice_hours)} ahead a visit cannot be moved, but canceling it is free until "
            f"{_hours(free[-1])} ahead. Clients will cancel and book anew.",
        )  # fmt: skip


def _moves_unused(terms: Terms) -> Iterator[Advice]:
    free = [step.hours for step in terms.steps if step.fee_percent == 0]
    opens = terms.move_notice_hours is not None and (not free or terms.move_notice_hours < free[-1])
    if terms.free_moves > 1 and not opens and terms.steps[-1].fee_percent:
        yield Advice(
            "free_moves_never_count", CONTRADICTORY, "free_moves",
            "Without a shorter notice to move, moving ends where canceling begins to cost, so more free moves change nothing. "
            "Give moving a notice of its own.",
        )  # fmt: skip


def _long_cancel_notice(terms: Terms) -> Iterator[Advice]:
    if terms.cancel_notice_hours is not None and terms.cancel_notice_hours > FAR_HOURS:
        yield Advice(
            "cannot_leave", HARSH, "cancel_notice_hours",
            f"From {_hours(terms.cancel_notice_hours)} ahead a client cannot cancel at all unless ill. Most will book elsewhere.",
        )  # fmt: skip


def _whole_deposit(terms: Terms) -> Iterator[Advice]:
    if terms.deposit_percent == 100:
        yield Advice(
            "deposit_is_all", CONTRADICTORY, "deposit_percent", "A deposit of 100% is the whole price. Choose “All when booking” instead."
        )


_TERMS_RULES: tuple[Callable[[Terms], Iterator[Advice]], ...] = (
    _never_free, _free_far, _jump, _same_fee, _never_reached, _no_grace, _cheaper_not_to_come, _short_wait, _moves_unused, _moves_end_first,
    _long_cancel_notice, _whole_deposit,
)  # fmt: skip


def _no_cap(prices: PriceRules) -> Iterator[Advice]:
    extras = [rule for rule in prices.rules if rule.code != "travel"]
    if len(extras) > 1 and prices.cap_percent is None:
        yield Advice("no_cap", HARSH, "cap_percent", "Several extras can meet on one visit and nothing limits them. Set a cap.")
    if prices.cap_percent is not None and prices.cap_percent > HIGH_CAP_PERCENT:
        sentence = f"Extras up to {prices.cap_percent}% more than double the price of a visit. Usual caps lie at 50% or below."
        yield Advice("high_cap", HARSH, "cap_percent", sentence)
    if prices.cap_percent == 0 and extras:
        yield Advice("cap_takes_all", CONTRADICTORY, "cap_percent", "A cap of 0% takes every extra off again.")


def _bands_meet(prices: PriceRules) -> Iterator[Advice]:
    bands = [(number, rule) for number, rule in enumerate(prices.rules) if isinstance(rule, BandRule)]
    for (_, earlier), (number, later) in pairwise(bands):
        if any(earlier.holds(minute) and later.holds(minute) for minute in range(1440)):
            yield Advice(
                "bands_meet", CONTRADICTORY, f"rules.{number}.from",
                "This band and the one before share some times: a start in both pays both extras.",
            )  # fmt: skip


def _always_short(prices: PriceRules) -> Iterator[Advice]:
    for number, rule in enumerate(prices.rules):
        if isinstance(rule, ShortNoticeRule) and rule.hours > FAR_HOURS:
            yield Advice(
                "short_notice_is_long", HARSH, f"rules.{number}.hours",
                f"{_hours(rule.hours)} ahead is not short notice to most people. Up to 24 hours is usual.",
            )  # fmt: skip


_PRICE_RULES: tuple[Callable[[PriceRules], Iterator[Advice]], ...] = (_no_cap, _bands_meet, _always_short)
