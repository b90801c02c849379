"""Which techniques go with a complaint, an aim, or both; why; which is the gentler choice; and what comes first.

The ties are data. A number says how firmly a guide or custom ties two things, never how well anything works.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from providers.services.rules.matching import Condition, Technique, reasons_for

BASIS = {
    3: "Named for it in the guides we work from.",
    2: "Follows from what those guides say.",
    1: "Customary among therapists; not in those guides.",
}
"""How firmly two things are tied, in words."""

NO_RESEARCH = "We cite no research for this."
FIRM_FROM = 4
_HOW_OFTEN = {3: "commonly", 2: "often", 1: "sometimes"}
_CLEARANCE, _REQUIRED, _INSURER, _BADGE = "clearance", "required", "insurer_must_cover", "badge"


@dataclass(frozen=True)
class Goal:
    """What a visit is meant for. `phrase` stands inside a sentence; `first` says what comes before; `ties` maps techniques to 3, 2 or 1."""

    code: str
    name: str
    phrase: str
    first: str | None
    ties: Mapping[str, int]


@dataclass(frozen=True)
class Group:
    """Conditions that belong together for somebody who looks for theirs."""

    code: str
    name: str
    conditions: tuple[str, ...]


@dataclass(frozen=True)
class Study:
    """What a published review found for some conditions, with the address where it can be read."""

    conditions: tuple[str, ...]
    words: str
    source: str
    address: str


@dataclass(frozen=True)
class Tables:
    """All that the matcher knows. `strengths` maps a condition to its techniques with 3, 2 or 1."""

    techniques: Mapping[str, Technique]
    conditions: Mapping[str, Condition]
    strengths: Mapping[str, Mapping[str, int]]
    goals: Mapping[str, Goal]
    groups: tuple[Group, ...]
    studies: tuple[Study, ...]


@dataclass(frozen=True)
class Need:
    """What somebody looks for, by code; what is None is open."""

    condition: str | None = None
    technique: str | None = None
    goal: str | None = None

    @property
    def is_open(self) -> bool:
        """Whether nothing was chosen."""
        return self.condition is None and self.technique is None and self.goal is None


@dataclass(frozen=True)
class Tie:
    """One reason: what the technique is tied to (condition or goal), how firmly, a sentence for people, and what the number rests on."""

    to: str
    strength: int
    words: str
    basis: str


@dataclass(frozen=True)
class Match:
    """A technique for a condition (None where only an aim was named). `gentlest`: nothing else in the answer is lighter.

    `first` are sentences on what has to be there before: a checked certificate, a policy, and a clearance where the answer as a whole does
    not say so.
    """

    condition: str | None
    technique: str
    pressure_level: int
    ties: tuple[Tie, ...]
    first: tuple[str, ...]
    gentlest: bool = False


@dataclass(frozen=True)
class Answer:
    """What was found. `besides` go with the condition but not with the aim. `gentler` names the lighter choice in a sentence."""

    need: Need
    matches: tuple[Match, ...]
    besides: tuple[Match, ...]
    gentler: str | None
    first: tuple[str, ...]
    studies: tuple[Study, ...]


def match(need: Need, tables: Tables) -> Answer:
    """Everything that goes with a need of known codes, the firmest ties first, then the lighter hand, then by name."""
    found = [_match(condition, technique, need, tables) for condition, technique in _pairs(need, tables)]
    found.sort(key=lambda one: _rank(one, tables))
    aimed = [one for one in found if need.goal is None or any(tie.to == "goal" for tie in one.ties)]
    besides = tuple(one for one in found if one not in aimed)
    matches = _mark_gentlest(aimed) if need.condition or need.goal else tuple(aimed)
    studies = tuple(study for study in tables.studies if need.condition in study.conditions)
    return Answer(need, matches, besides, _gentler(matches, tables), tuple(_first_of_all(need, tables)), studies)


def _pairs(need: Need, tables: Tables) -> Iterable[tuple[str | None, str]]:
    """Condition and technique: the pairs of the table, or for an aim alone the aim's own techniques."""
    if need.goal is not None and need.condition is None and need.technique is None:
        return [(None, code) for code in tables.goals[need.goal].ties]
    conditions = tables.conditions if need.condition is None else (tables.conditions[need.condition].code,)
    pairs = [(condition, code) for condition in conditions for code in tables.strengths[condition] if need.technique in (None, code)]
    tied_to_goal = need.goal is not None and need.condition is None and need.technique in tables.goals[need.goal].ties
    return pairs or ([(None, str(need.technique))] if tied_to_goal else [])


def _match(condition: str | None, technique: str, need: Need, tables: Tables) -> Match:
    known = tables.techniques[technique]
    ties = (*_condition_tie(condition, technique, tables), *_goal_tie(need.goal, known, tables))
    return Match(
        condition, technique, known.pressure_level, ties, tuple(_first(condition if need.condition is None else None, known, tables))
    )


def _condition_tie(condition: str | None, technique: str, tables: Tables) -> Iterable[Tie]:
    if condition is None:
        return
    for reason in reasons_for(tables.conditions[condition], tables.strengths[condition], tables.techniques, [technique]):
        yield Tie("condition", reason.strength, reason.words, BASIS[reason.strength])


def _goal_tie(goal: str | None, technique: Technique, tables: Tables) -> Iterable[Tie]:
    strength = 0 if goal is None else tables.goals[goal].ties.get(technique.code, 0)
    if goal is None or not strength:
        return
    words = f"{technique.name} is {_HOW_OFTEN[strength]} chosen {tables.goals[goal].phrase}."
    yield Tie("goal", strength, words, BASIS[strength])


def _first(condition: str | None, technique: Technique, tables: Tables) -> Iterable[str]:
    """What has to be there before this technique is used, for a condition where one is named here."""
    if condition is not None and tables.conditions[condition].clearance_by_default:
        yield f"For {tables.conditions[condition].phrase}, a doctor’s written yes comes first."
    kind = technique.evidence_type
    match technique.evidence_level:
        case level if level == _CLEARANCE:
            yield f"Needs first: {kind}."
        case level if level == _REQUIRED:
            yield f"Only by somebody with a checked {kind}."
        case level if level == _INSURER:
            yield f"Only by somebody with checked {kind}."


def takes_certificate(technique: Technique) -> bool:
    """Whether a certificate of this technique is looked at: asked for, or shown where there is one."""
    return technique.evidence_level in (_REQUIRED, _BADGE)


def _first_of_all(need: Need, tables: Tables) -> Iterable[str]:
    """What comes before any technique for this need."""
    if need.condition is not None and tables.conditions[need.condition].clearance_by_default:
        phrase = tables.conditions[need.condition].phrase
        yield f"For {phrase}, a doctor’s written yes comes first. A time can be kept for you while it is looked at."
    if need.goal is not None and tables.goals[need.goal].first:
        yield str(tables.goals[need.goal].first)


def _rank(one: Match, tables: Tables) -> tuple[int, int, int, str, str]:
    """The condition's tie counts before the aim's."""
    by_kind = {tie.to: tie.strength for tie in one.ties}
    named = tables.conditions[one.condition].name if one.condition else ""
    return -by_kind.get("condition", 0), -by_kind.get("goal", 0), one.pressure_level, tables.techniques[one.technique].name, named


def _mark_gentlest(matches: Sequence[Match]) -> tuple[Match, ...]:
    least = min((one.pressure_level for one in matches), default=0)
    apart = any(one.pressure_level != least for one in matches)
    return tuple(
        Match(one.condition, one.technique, one.pressure_level, one.ties, one.first, gentlest=apart and one.pressure_level == least)
        for one in matches
    )


def _gentler(matches: Sequence[Match], tables: Tables) -> str | None:
    """The lighter choice in a sentence; None where nothing was found."""
    if not matches:
        return None
    gentlest = list(dict.fromkeys(tables.techniques[one.technique].name for one in matches if one.gentlest))
    if gentlest:
        names = " or ".join(gentlest)
        return f"The gentler choice here: {names}. More pressure is not better by itself. You and your therapist decide together."
    if min(one.pressure_level for one in matches) >= FIRM_FROM:
        return "This is firm work. You can ask for a lighter hand at any time, and the work stops when you say so."
    return "You set the pressure. Say so when it is too much or too little."
