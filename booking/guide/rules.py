"""The client's own three-part look at insurance. Whatever is answered, coverage stays unknown: an insurer alone can say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

YES, NO = "yes", "no"
UNKNOWN = "unknown"

QUESTIONS = (
    "Does my plan pay for massage therapy, or for manual therapy, at all?",
    "Does it have to be prescribed? By whom, and in which words?",
    "Who may give it: a licensed massage therapist, or only a physical therapist or chiropractor?",
    "Does it have to be in a clinic or as part of physical therapy? Is a home visit paid?",
    "Is there a list of therapists I must choose from? What if mine is not on it?",
    "Which billing codes and which paper do you need from the therapist?",
    "How many visits a year, until which date, and at most how much for each?",
    "What is left of my deductible, and what do I pay myself?",
    "Do I need your yes in advance? How do I ask for it?",
    "How do I send in a bill, by when, and how long does an answer take?",
)
"""What to ask an insurer before a series, to print."""


@dataclass(frozen=True)
class Part:
    """One of the three: its code, the question, the answer (yes, no, None for not known), and what to do next."""

    code: str
    question: str
    answer: str | None
    advice: str


@dataclass(frozen=True)
class Coverage:
    """What three answers say. `status` is always unknown."""

    status: str
    parts: tuple[Part, ...]
    title: str

    @property
    def asked(self) -> bool:
        """Whether anything was answered."""
        return any(part.answer for part in self.parts)


_ROWS: Mapping[str, tuple[str, Mapping[str | None, str]]] = {
    "prescribed": (
        "Has a doctor prescribed it in writing?",
        {
            YES: "Prescribed: keep it in your account, and ask your insurer whether its words and dates are enough.",
            NO: "Not prescribed: plans that pay ask for this first. Talk to your doctor before you count on anything.",
            None: "Prescription: look whether you have one in writing, with a diagnosis, dates and a number of visits.",
        },
    ),
    "licensed": (
        "Is whoever gives it licensed, and of a profession your plan takes?",
        {
            YES: "Licensed: every profile here shows the license. Ask your insurer whether it takes that profession.",
            NO: "Not a profession your plan takes: then it is unlikely to pay. Look for another profession, or plan to pay yourself.",
            None: "License: everybody listed here has one. Which professions your plan takes, your insurer knows.",
        },
    ),
    "clinic": (
        "Is it part of care in a clinic or of physical therapy?",
        {
            YES: "Part of clinic care: ask your insurer whether that clinic is on its list.",
            NO: "Outside a clinic: ask your insurer whether it pays there at all, above all for home visits.",
            None: "Clinic: ask your insurer whether the place matters. Search can show clinics and physical therapists alone.",
        },
    ),
}
PARTS = tuple(_ROWS)


def look_at_coverage(answers: Mapping[str, str | None]) -> Coverage:
    """What to do next for each of the three answers (yes, no; anything else is not known)."""
    known = {code: answers.get(code) if answers.get(code) in (YES, NO) else None for code in PARTS}
    parts = tuple(Part(code, _ROWS[code][0], known[code], _ROWS[code][1][known[code]]) for code in PARTS)
    yes, no = (sum(part.answer == wanted for part in parts) for wanted in (YES, NO))
    if no:
        title = "Coverage: unknown. At least one thing is missing that plans ask for."
    elif yes == len(parts):
        title = "Coverage: unknown. All three are there, so it is worth asking."
    else:
        title = "Coverage: unknown. Find these out first."
    return Coverage(UNKNOWN, parts, title)
