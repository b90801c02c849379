"""The shapes of the screening: rules, questions, body regions, consent. All of them are versioned data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

BOOLEAN, NUMBER, CHOICE, REGIONS = "boolean", "number", "choice", "regions"
UNSURE = "unsure"

BLOCK, CLEARANCE, BLOCK_REGION, CAUTION = "block", "clearance", "block_region", "caution"
GUARDIAN, NEVER_OFFERED = "guardian", "never_offered"


@dataclass(frozen=True)
class Rule:
    """One contraindication. `action` is what a yes leads to; the bars and the limit hold for the visit that takes place all the same.

    `until_cleared`: an accepted clearance lifts the action. `pressure_limit` 3 bars techniques of pressure 4 and 5. `parameters` are the
    limits that the question names. `fee_waiver`: leaving a visit for this reason costs nothing.
    """

    code: str
    version: int
    topic: str
    action: str
    until_cleared: bool
    clearance_from: str | None
    advice: str | None
    scope: str
    barred_techniques: tuple[str, ...]
    barred_regions: tuple[str, ...]
    pressure_limit: int | None
    provider_must_offer: str | None
    parameters: Mapping[str, object]
    fee_waiver: bool
    basis: str
    confidence: str
    effective_from: date
    effective_to: date | None = None


@dataclass(frozen=True)
class Option:
    """One answer of a choice."""

    code: str
    text: str


@dataclass(frozen=True)
class Question:
    """One question in plain words. `code` is the rule's code where a rule is asked directly.

    `unsure`: "I am not sure" is an answer (the text "unsure"). `unsure_counts`: whether it counts as a yes, which it does unless the
    data say otherwise. `only_if`: asked only where one of these questions was answered with yes or not sure.
    """

    code: str
    screen: str
    type: str
    required: bool
    unsure: bool
    text: str
    help: str
    why: str
    unsure_counts: bool = True
    only_if: tuple[str, ...] = ()
    options: tuple[Option, ...] = ()
    minimum: int = 0
    maximum: int = 0


@dataclass(frozen=True)
class Screen:
    """Questions of one topic, shown together on a wide page and one after the other on a phone."""

    code: str
    title: str


@dataclass(frozen=True)
class ConsentSection:
    """One thing a client agrees to; `required` ones before any booking, the others each on their own."""

    code: str
    text: str
    required: bool


@dataclass(frozen=True)
class ConsentText:
    """The consent as it is shown and kept, by version."""

    version: str
    text: str
    sections: tuple[ConsentSection, ...]


@dataclass(frozen=True)
class BodyMap:
    """The regions of the body map by code, groups of regions, and the stand-ins that a client fills in on the map."""

    names: Mapping[str, str]
    views: Mapping[str, str]
    groups: Mapping[str, tuple[str, ...]]
    marked: tuple[str, ...]


@dataclass(frozen=True)
class Form:
    """One version of the form. Answers hold for `valid_days`; visits for minors are off unless `minors_allowed`."""

    version: str
    valid_days: int
    minors_allowed: bool
    screens: tuple[Screen, ...]
    questions: tuple[Question, ...]
    consent: ConsentText


@dataclass(frozen=True)
class Advice:
    """What we say when a visit cannot be: a kind title, what to do, and buttons (label, address)."""

    code: str
    title: str
    text: str
    actions: tuple[tuple[str, str], ...] = field(default=())


def in_words(text: str, rule: Rule | None) -> str:
    """A question's text with the rule's own limits in it, so that the words and the rule never differ."""
    return text.format_map(rule.parameters) if rule is not None else text


def rules_on(rules: Mapping[str, Rule], day: date) -> dict[str, Rule]:
    """The rules in force on a day."""
    return {
        code: rule for code, rule in rules.items() if rule.effective_from <= day and (rule.effective_to is None or day <= rule.effective_to)
    }


def form_to_dict(form: Form) -> dict[str, object]:
    """The contract's `GET /screenings/form`, with the screens for pages that group."""
    return {
        "version": form.version,
        "valid_days": form.valid_days,
        "screens": [{"code": screen.code, "title": screen.title} for screen in form.screens],
        "questions": [_question_to_dict(question) for question in form.questions],
        "consent": {
            "version": form.consent.version,
            "text": form.consent.text,
            "sections": [{"code": section.code, "text": section.text, "required": section.required} for section in form.consent.sections],
        },
    }


def _question_to_dict(question: Question) -> dict[str, object]:
    """One question; `options`, limits and conditions only where they mean something."""
    shape: dict[str, object] = {
        "code": question.code,
        "text": question.text,
        "help": question.help,
        "why": question.why,
        "type": question.type,
        "screen": question.screen,
        "required": question.required,
        "unsure": question.unsure,
    }
    if question.only_if:
        shape["only_if"] = list(question.only_if)
    if question.options:
        shape["options"] = [{"code": option.code, "text": option.text} for option in question.options]
    if question.type == NUMBER:
        shape |= {"minimum": question.minimum, "maximum": question.maximum}
    return shape
