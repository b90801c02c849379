"""A time kept by hand: which objections still lack a reason, and what is written down of those passed over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from booking.openings.rules.by_hand import Objection

LONGEST_REASON = 300


def unanswered(found: Sequence[Objection], reasons: Mapping[str, str]) -> list[Objection]:
    """The objections that no reason passes over. What can never be passed over is always among them."""
    return [one for one in found if not one.overridable or not reasons.get(one.code)]


def overrides_of(found: Sequence[Objection], reasons: Mapping[str, str]) -> list[dict[str, str]]:
    """What is kept: the rules that said no, their words then, and why they were passed over. A reason nobody needed is not kept."""
    return [{"code": one.code, "sentence": one.sentence, "reason": reasons[one.code]} for one in found if one.overridable]
