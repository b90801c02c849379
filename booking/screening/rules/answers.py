"""Reading answers, marks and consents: every fault is named, nothing is guessed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from booking.screening.rules.form import BOOLEAN, CHOICE, NUMBER, REGIONS, UNSURE, BodyMap, ConsentText, Form, Question
from marketplace.kernel.errors import FieldFault

Answer = bool | str | int | float | tuple[str, ...]

_QUALITIES = ("ache", "sharp", "burning", "numb", "tingling")
_DEPTHS = ("surface", "deep")
_MARK_FIELDS = ("region", "intensity", "quality", "depth", "radiates_to", "for")


@dataclass(frozen=True)
class RegionMark:
    """One area on the body map. `why` names the question or rule it answers; a mark with neither `why` nor pain facts is bare."""

    region: str
    intensity: int | None = None
    quality: str | None = None
    depth: str | None = None
    radiates_to: str | None = None
    why: str | None = None

    @property
    def is_bare(self) -> bool:
        """Whether it says nothing but where: then it tells where something is, not where it hurts."""
        return self.why is None and self.intensity is None and self.quality is None


def read_answers(raw: object, form: Form, body: BodyMap) -> tuple[dict[str, Answer], list[FieldFault]]:
    """The answers that can be read, by question code, and a fault for each unknown code and each answer of a wrong type."""
    if not isinstance(raw, Mapping):
        return {}, [FieldFault("answers", "Answers must be an object of question codes.")]
    questions = {question.code: question for question in form.questions}
    answers: dict[str, Answer] = {}
    faults: list[FieldFault] = []
    for code, value in raw.items():
        question = questions.get(str(code))
        if question is None:
            faults.append(FieldFault(f"answers.{code}", "We do not ask this question."))
        elif value is not None:
            answer = _read(question, value, body)
            if answer is None:
                faults.append(FieldFault(f"answers.{code}", _expected(question)))
            else:
                answers[question.code] = answer
    return answers, faults


def counts_as_yes(question: Question, answer: Answer | None) -> bool:
    """Yes is yes, and "I am not sure" is too unless the question's data say otherwise."""
    return answer is True or (answer == UNSURE and question.unsure_counts)


def missing_answers(answers: Mapping[str, Answer], form: Form) -> list[FieldFault]:
    """A fault for each required question that is asked, given the other answers, and was not answered."""
    questions = {question.code: question for question in form.questions}
    faults = []
    for question in form.questions:
        asked = not question.only_if or any(counts_as_yes(questions[code], answers.get(code)) for code in question.only_if)
        if question.required and asked and question.code not in answers:
            faults.append(FieldFault(f"answers.{question.code}", "Please answer this question."))
    return faults


def read_marks(raw: object, body: BodyMap, codes: Collection[str] = ()) -> tuple[tuple[RegionMark, ...], list[FieldFault]]:
    """Marks of the body map: each a region code, or an object `{region, intensity?, quality?, depth?, radiates_to?, for?}`.

    `codes` are the rule and question codes that `for` may name.
    """
    if not isinstance(raw, list | tuple):
        return (), [FieldFault("region_marks", "Marks must be a list.")]
    marks: list[RegionMark] = []
    faults: list[FieldFault] = []
    for number, row in enumerate(raw):
        facts = row if isinstance(row, Mapping) else {"region": row}
        found = _mark_faults(facts, f"region_marks.{number}", body, codes)
        faults += found
        if not found:
            marks.append(
                RegionMark(
                    region=str(facts["region"]),
                    intensity=facts.get("intensity"),
                    quality=facts.get("quality"),
                    depth=facts.get("depth"),
                    radiates_to=facts.get("radiates_to"),
                    why=facts.get("for"),
                )
            )
    return tuple(marks), faults


def consent_faults(consent: ConsentText, version: object, accepted: object, sections: object = None) -> list[FieldFault]:
    """What is missing from a consent: the text as it stands today, accepted, with every required section.

    Without `sections` the acceptance covers every required one and none of the others.
    """
    faults = []
    if str(version) != consent.version:
        faults.append(FieldFault("consent.version", "The consent text has changed. Please read it again."))
    if accepted is not True:
        faults.append(FieldFault("consent.accepted", "Please accept the consent to go on."))
    known = {section.code: section for section in consent.sections}
    given = set(known) if sections is None else {str(code) for code in sections} if isinstance(sections, Sequence) else set()
    faults += [FieldFault(f"consent.sections.{code}", "We do not know this section.") for code in sorted(given - set(known))]
    faults += [
        FieldFault(f"consent.sections.{code}", "This section must be accepted.")
        for code, section in known.items()
        if section.required and code not in given
    ]
    return faults


def _read(question: Question, value: object, body: BodyMap) -> Answer | None:
    """The value where it fits the question's type, else nothing."""
    if question.type == BOOLEAN:
        return value if isinstance(value, bool) else UNSURE if value == UNSURE and question.unsure else None
    if question.type == NUMBER and isinstance(value, int | float) and not isinstance(value, bool):
        return value if question.minimum <= value <= question.maximum else None
    if question.type == CHOICE:
        return value if isinstance(value, str) and value in {option.code for option in question.options} else None
    if question.type == REGIONS and isinstance(value, list | tuple) and all(isinstance(one, str) and one in body.names for one in value):
        return tuple(dict.fromkeys(str(one) for one in value))
    return None


def _expected(question: Question) -> str:
    """What kind of answer a question takes."""
    if question.type == BOOLEAN:
        return "Answer true, false or “unsure”." if question.unsure else "Answer true or false."
    if question.type == NUMBER:
        return f"Answer with a number from {question.minimum} to {question.maximum}."
    if question.type == CHOICE:
        return f"Answer with one of: {', '.join(option.code for option in question.options)}."
    return "Answer with a list of body regions."


def _mark_faults(facts: Mapping[object, object], where: str, body: BodyMap, codes: Collection[str]) -> list[FieldFault]:
    """Everything wrong with one mark."""
    faults = [FieldFault(f"{where}.{name}", "We do not know this field.") for name in facts if name not in _MARK_FIELDS]
    region, radiates = facts.get("region"), facts.get("radiates_to")
    if not isinstance(region, str) or region not in body.names:
        faults.append(FieldFault(f"{where}.region", "We do not know this body region."))
    if radiates is not None and (not isinstance(radiates, str) or radiates not in body.names):
        faults.append(FieldFault(f"{where}.radiates_to", "We do not know this body region."))
    intensity = facts.get("intensity")
    if intensity is not None and (isinstance(intensity, bool) or not isinstance(intensity, int) or not 0 <= intensity <= 10):
        faults.append(FieldFault(f"{where}.intensity", "Say how strong from 0 to 10."))
    for name, allowed in (("quality", _QUALITIES), ("depth", _DEPTHS), ("for", tuple(codes))):
        if facts.get(name) is not None and facts[name] not in allowed:
            faults.append(FieldFault(f"{where}.{name}", "We do not know this value."))
    return faults
