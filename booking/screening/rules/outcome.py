"""What the answers lead to: clear, restricted, clearance needed, or stop. Strictest wins, and a stop outweighs what is unanswered."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from booking.screening.rules.answers import Answer, RegionMark, counts_as_yes, missing_answers, read_answers, read_marks
from booking.screening.rules.form import (
    BLOCK,
    BLOCK_REGION,
    CAUTION,
    CLEARANCE,
    GUARDIAN,
    NEVER_OFFERED,
    BodyMap,
    Form,
    Rule,
    rules_on,
)
from marketplace.kernel.errors import FieldFault, Refused
from providers.services.rules.matching import Condition, Technique

CLEAR, RESTRICTED, CLEARANCE_NEEDED, STOP = "clear", "restricted", "clearance_needed", "stop"
SEVERITY = (CLEAR, RESTRICTED, CLEARANCE_NEEDED, STOP)
ADULTS_ONLY = "adults_only"

_LEADS_TO = {BLOCK: STOP, CLEARANCE: CLEARANCE_NEEDED, BLOCK_REGION: RESTRICTED, CAUTION: RESTRICTED}


@dataclass(frozen=True)
class Reason:
    """One rule that holds. `regions` are codes of the body map, or the stand-in (such as affected_region) the client has not marked yet."""

    code: str
    action: str
    advice: str | None
    regions: tuple[str, ...]
    words: str
    clearance_from: str | None = None


@dataclass(frozen=True)
class Outcome:
    """What the answers lead to, and what a visit must respect all the same.

    `pressure_limit` None is no limit; `must_offer` are techniques the provider has to be trained in; `waives_fee`: leaving a visit
    because of this costs nothing; `valid_until` is the last day on which the answers count.
    """

    outcome: str
    reasons: tuple[Reason, ...]
    barred_techniques: tuple[str, ...]
    barred_regions: tuple[str, ...]
    pressure_limit: int | None
    must_offer: tuple[str, ...]
    waives_fee: bool
    valid_until: date
    form_version: str

    @property
    def advice(self) -> str | None:
        """The most urgent advice among the reasons."""
        given = {reason.advice for reason in self.reasons}
        return next((code for code in ("call_911", "urgent_care", "see_physician", "rest_and_rebook", ADULTS_ONLY) if code in given), None)

    def bars(self, technique: Technique) -> bool:
        """Whether a technique must not be used: named by a rule, or too firm for the pressure limit."""
        too_firm = self.pressure_limit is not None and technique.pressure_level > self.pressure_limit
        return too_firm or technique.code in self.barred_techniques


@dataclass(frozen=True)
class Submission:
    """What a client sent: answers by question code, marks on the body map, and the conditions they come with."""

    answers: object
    region_marks: object = ()
    concerns: object = ()


def screen(
    sent: Submission,
    form: Form,
    rules: Mapping[str, Rule],
    body: BodyMap,
    conditions: Mapping[str, Condition],
    *,
    today: date,
    cleared: Collection[str] = (),
    guarded: bool = False,
) -> Outcome:
    """Judge a submission by the rules in force on `today`; Refused `invalid_answers` with every fault.

    `cleared` are the codes that an accepted clearance lifts: it opens the way, while bars and limits stay. `guarded`: a guardian has
    agreed, and being under age is what the therapist minds then. Missing answers are a
    fault, unless what was answered means stop already: nobody in an emergency has to answer the rest.
    """
    active = rules_on(rules, today)
    answers, faults = read_answers(sent.answers, form, body)
    marks, mark_faults = read_marks(sent.region_marks, body, {*active, *body.marked})
    concerns, concern_faults = _read_concerns(sent.concerns, conditions)
    faults += mark_faults + concern_faults
    reasons = [*_rule_reasons(answers, marks, form, active, body, cleared, guarded=guarded), *_concern_reasons(concerns, cleared)]
    outcome = _strictest(reason.action for reason in reasons)
    if outcome != STOP:
        faults += missing_answers(answers, form)
    if faults:
        raise Refused("invalid_answers", "Some answers are missing or cannot be read.", faults=faults)
    return _outcome(outcome, reasons, [active[reason.code] for reason in reasons if reason.code in active], form, today, body)


def newly_waives(before: Outcome | None, after: Outcome, rules: Mapping[str, Rule]) -> bool:
    """Whether a rule with a fee waiver turned true since the earlier screening: then leaving the visit is free."""
    known = [reason.code for reason in before.reasons] if before else []
    return turned_true(known, [reason.code for reason in after.reasons], rules)


def turned_true(before: Collection[str], after: Collection[str], rules: Mapping[str, Rule]) -> bool:
    """The same of the codes of reasons, as they are kept with screenings."""
    return any(code not in before and code in rules and rules[code].fee_waiver for code in after)


def outcome_to_dict(outcome: Outcome) -> dict[str, object]:
    """The contract's answer of `POST /screenings`, with the bars that a visit has to respect."""
    return {
        "outcome": outcome.outcome,
        "reasons": [
            {
                "code": reason.code,
                "action": reason.action,
                "advice": reason.advice,
                "regions": list(reason.regions),
                "words": reason.words,
                "clearance_from": reason.clearance_from,
            }
            for reason in outcome.reasons
        ],
        "advice": outcome.advice,
        "barred_techniques": list(outcome.barred_techniques),
        "barred_regions": list(outcome.barred_regions),
        "pressure_limit": outcome.pressure_limit,
        "must_offer": list(outcome.must_offer),
        "valid_until": outcome.valid_until.isoformat(),
        "form_version": outcome.form_version,
    }


def _rule_reasons(
    answers: Mapping[str, Answer],
    marks: Sequence[RegionMark],
    form: Form,
    rules: Mapping[str, Rule],
    body: BodyMap,
    cleared: Collection[str],
    *,
    guarded: bool,
) -> list[Reason]:
    """A reason for each rule whose question was answered with yes or not sure, in the order of the form."""
    found = []
    for question in form.questions:
        rule = rules.get(question.code)
        if rule is None or rule.action == NEVER_OFFERED or not counts_as_yes(question, answers.get(question.code)):
            continue
        action, advice = _action(rule, form, cleared, guarded=guarded)
        if action is not None:
            regions = _regions(rule, answers, marks, body)
            lifted_by = rule.clearance_from if rule.until_cleared and rule.code not in cleared else None
            found.append(Reason(rule.code, action, advice, regions, question.why, lifted_by))
    return found


def _action(rule: Rule, form: Form, cleared: Collection[str], *, guarded: bool) -> tuple[str | None, str | None]:
    """What a rule that holds leads to, and its advice. Minors: nobody to book for before a guardian has agreed."""
    if rule.action == GUARDIAN:
        if guarded:
            return CAUTION, None
        return (GUARDIAN, None) if form.minors_allowed else (BLOCK, ADULTS_ONLY)
    if rule.until_cleared and rule.code in cleared:
        return (None, None) if rule.action == CAUTION else (CAUTION, None)
    return rule.action, rule.advice


def _regions(rule: Rule, answers: Mapping[str, Answer], marks: Sequence[RegionMark], body: BodyMap) -> tuple[str, ...]:
    """A rule's regions: groups spelled out, stand-ins replaced by what the client marked, or kept where nothing was marked."""
    found: list[str] = []
    for code in rule.barred_regions:
        found += body.groups.get(code, (code,)) if code not in body.marked else _marked(code, rule, answers, marks)
    return tuple(dict.fromkeys(found))


def _marked(stand_in: str, rule: Rule, answers: Mapping[str, Answer], marks: Sequence[RegionMark]) -> Sequence[str]:
    """Where the client says it is: the answer to the map question and marks made for it; else bare marks; else the stand-in itself."""
    answer = answers.get(stand_in)
    named = [*(answer if isinstance(answer, tuple) else ()), *(mark.region for mark in marks if mark.why in {stand_in, rule.code})]
    return named or [mark.region for mark in marks if mark.is_bare] or (stand_in,)


def _read_concerns(raw: object, conditions: Mapping[str, Condition]) -> tuple[list[Condition], list[FieldFault]]:
    """The conditions a client comes with, and a fault for each we do not know."""
    if not isinstance(raw, list | tuple):
        return [], [FieldFault("concerns", "Concerns must be a list.")]
    codes = list(dict.fromkeys(str(code) for code in raw))
    faults = [FieldFault("concerns", f"We do not know the condition “{code[:40]}”.") for code in codes if code not in conditions]
    return [conditions[code] for code in codes if code in conditions], faults


def _concern_reasons(concerns: Sequence[Condition], cleared: Collection[str]) -> list[Reason]:
    """Some conditions need a clearance from the start."""
    words = "A physician should agree before you book for {}."
    return [
        Reason(one.code, CLEARANCE, None, (), words.format(one.phrase), "physician")
        for one in concerns
        if one.clearance_by_default and one.code not in cleared
    ]


def _strictest(actions: Iterable[str]) -> str:
    """The strictest of what the actions lead to; a guardian's paper is a clearance."""
    return max((_LEADS_TO.get(action, CLEARANCE_NEEDED) for action in actions), key=SEVERITY.index, default=CLEAR)


def _outcome(outcome: str, reasons: Sequence[Reason], rules: Sequence[Rule], form: Form, today: date, body: BodyMap) -> Outcome:
    """Everything the rules that hold ask for, together."""
    limits = [rule.pressure_limit for rule in rules if rule.pressure_limit is not None]
    return Outcome(
        outcome=outcome,
        reasons=tuple(reasons),
        barred_techniques=tuple(sorted({code for rule in rules for code in rule.barred_techniques})),
        barred_regions=tuple(sorted({code for reason in reasons for code in reason.regions if code in body.names})),
        pressure_limit=min(limits, default=None),
        must_offer=tuple(sorted({rule.provider_must_offer for rule in rules if rule.provider_must_offer})),
        waives_fee=any(rule.fee_waiver for rule in rules),
        valid_until=today + timedelta(days=form.valid_days),
        form_version=form.version,
    )
