"""The questions once more at the door, asked aloud group by group: is everything asked, and what do the answers mean now."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from booking.screening.rules.form import BOOLEAN, Form, Question
from marketplace.kernel.errors import FieldFault

# What is never taken over from earlier answers: it is about today.
ABOUT_TODAY = frozenset(
    {"chest_pain", "sudden_headache", "acute_neuro", "fever", "systemic_infection", "recent_trauma", "intoxicated", "pain_now"}
)


@dataclass(frozen=True)
class DoorCheck:
    """Which groups were asked aloud, and which questions were answered with a yes that is new; both by code."""

    asked: tuple[str, ...]
    new: tuple[str, ...] = ()


@dataclass(frozen=True)
class Group:
    """Questions of one topic that lead to rules."""

    code: str
    title: str
    questions: tuple[Question, ...]


def door_groups(form: Form) -> tuple[Group, ...]:
    """The groups that are asked at the door: all that have a yes-or-no question."""
    groups = (
        Group(screen.code, screen.title, tuple(one for one in form.questions if one.screen == screen.code and one.type == BOOLEAN))
        for screen in form.screens
    )
    return tuple(group for group in groups if group.questions)


def door_faults(check: DoorCheck, form: Form) -> list[FieldFault]:
    """A fault for each group that was left out, and for each code we do not know."""
    groups = door_groups(form)
    known, asked = {group.code for group in groups}, set(check.asked)
    questions = {question.code for group in groups for question in group.questions}
    faults = [FieldFault("asked", f"Ask about this too: {group.title}.") for group in groups if group.code not in asked]
    faults += [FieldFault("asked", f"We do not know the group “{code[:40]}”.") for code in sorted(asked - known)]
    return faults + [FieldFault("new", f"We do not ask “{code[:40]}”.") for code in sorted(set(check.new) - questions)]


def answers_at_door(form: Form, known: Mapping[str, Any], new: Collection[str]) -> dict[str, Any]:
    """All answers as they are now: a new yes is a yes; what is about today is a no else; the rest is as it was answered before."""
    kept = {code: value for code, value in known.items() if code not in ABOUT_TODAY}
    asked = {question.code for question in form.questions if question.type == BOOLEAN}
    return {**dict.fromkeys(asked, False), **kept, **dict.fromkeys(new, True)}
