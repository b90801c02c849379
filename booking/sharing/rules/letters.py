"""Letters: what they are drafted from, what a therapist may make of them, and the paper that leaves."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from booking.homecare.rules.programs import KINDS, Item
from booking.notes.rules.content import Note
from booking.outcomes.rules.measures import MEASURES
from booking.outcomes.rules.showing import Sheet
from booking.outcomes.rules.trends import SAME, Trend, rounded
from booking.papers.rules.paper import Paper, Party
from booking.plans.rules.written import Goal
from booking.sharing.rules.releases import PARTS, Recipient
from marketplace.kernel.errors import FieldFault

LONGEST_WORDS, LONGEST_SECTION = 2_000, 6_000
MOST_DAYS = 40
NOTICES = (
    "This letter left because the client permitted it. It is for the person named above alone.",
    "It tells what was seen and measured. It is no diagnosis.",
)


@dataclass(frozen=True)
class Section:
    """One part of a letter: its code and its text."""

    code: str
    text: str


@dataclass(frozen=True)
class Words:
    """What a therapist writes: an opening, the parts, a closing."""

    opening: str
    sections: tuple[Section, ...]
    closing: str

    @property
    def parts(self) -> tuple[str, ...]:
        """The codes of the parts that say something."""
        return tuple(section.code for section in self.sections)


@dataclass(frozen=True)
class Heading:
    """What stands above the words: who writes about whom to whom, what for, on which day, by which permission, and which guardian."""

    number: str
    provider: str
    client: str
    recipient: Recipient
    purpose: str
    on: date
    signed_on: date
    expires_on: date
    guardian: str | None = None


def day_words(day: date) -> str:
    """A day as letters say it: `January 5, 2027`."""
    return f"{day:%B} {day.day}, {day.year}"


def visit_words(days: Sequence[date], next_on: date | None) -> str:
    """The days of visits that took place, oldest first, and the next one; nothing where there is neither."""
    shown = sorted(days)[-MOST_DAYS:]
    number = len(days)
    lines = [f"{number} {'visit' if number == 1 else 'visits'} took place: {'; '.join(map(day_words, shown))}."] if shown else []
    if number > MOST_DAYS:
        lines.append(f"Only the last {MOST_DAYS} days are named.")
    return "\n".join(lines + ([f"The next visit is planned on {day_words(next_on)}."] if next_on else []))


def outcome_words(sheets: Sequence[Sheet], overall: Mapping[int, str]) -> str:
    """One line a measure: where it began, where it stands, and whether that is more than chance. `overall` names values of the last one."""
    return "\n".join(line for sheet in sheets if (line := _measure_line(sheet, overall)))


def _measure_line(sheet: Sheet, overall: Mapping[int, str]) -> str:
    made, name = sheet.trend, sheet.measure.title + (f" ({sheet.label})" if sheet.label else "")
    if made.first is None or made.last is None:
        return ""
    if sheet.measure.code == "global_change":
        return f"{name}: {overall.get(int(made.last.tenths), '')} ({day_words(made.last.on)})."
    last = f"{_shown(rounded(made.last.tenths))} {sheet.measure.unit} on {day_words(made.last.on)}"
    if made.change is None:
        return f"{name}: {last}."
    return f"{name}: {_shown(rounded(made.first.tenths))} on {day_words(made.first.on)}, then {last}{_verdict(made)}."


def _shown(tenths: int) -> str:
    return f"{tenths / 10:g}"


def _verdict(made: Trend) -> str:
    if made.way == SAME or made.way is None:
        return ": no change"
    real = {True: ", more than chance", False: ", less than what counts as a real change", None: ""}[made.matters]
    return f": {made.way}{real}"


def program_words(items: Sequence[Item]) -> str:
    """One line a thing to do."""
    return "\n".join(_item_line(item) for item in items)


def _item_line(item: Item) -> str:
    how = [
        f"{item.minutes} minutes at a time" if item.minutes else "",
        {0: "", 1: "once a day", 2: "twice a day"}.get(item.times_a_day or 0, f"{item.times_a_day} times a day"),
        f"until {day_words(item.until_on)}" if item.until_on else "",
    ]
    said = ", ".join(part for part in (item.words, *how) if part)
    return f"{KINDS[item.kind].title}: {said}." if said else f"{KINDS[item.kind].title}."


def plan_words(goals: Sequence[Goal], visits: int, every_days: int, home: str) -> str:
    """A plan of care: a line a goal with its measure and where it should be, how many visits how far apart, what to do at home."""
    days = "a day" if every_days == 1 else f"{every_days} days"
    course = f"Planned: {visits} {'visit' if visits == 1 else f'visits, about {days} apart'}."
    return "\n".join([*map(_goal_line, goals), course, *([f"At home: {home.strip()}"] if home.strip() else [])])


def _goal_line(goal: Goal) -> str:
    measure = MEASURES[goal.measure]
    label = (measure.labels or {}).get(goal.label or "", goal.label)
    target = f", to reach {_shown(goal.target_tenths)} {measure.unit}" if goal.target_tenths is not None else ""
    return f"Goal: {goal.words.strip()} ({measure.title}{f', {label}' if label else ''}{target})."


def note_words(on: date, note: Note, techniques: Mapping[str, str]) -> str:
    """A summary of a signed note: what was found, done and answered, and what comes next. `techniques` are names by code."""
    done = [f"{techniques.get(used.code, used.code)}{f', {used.minutes} minutes' if used.minutes else ''}" for used in note.techniques]
    told = (
        ("Found", note.objective),
        ("Assessment", note.assessment),
        ("Done", "; ".join(done)),
        ("How it was answered", note.response),
        ("Adverse reaction", note.adverse_reaction),
        ("Next", note.plan),
    )
    lines = [f"{title}: {words.strip()}" for title, words in told if words.strip()]
    return "\n".join([f"Visit of {day_words(on)}.", *lines]) if lines else ""


def drafted(texts: Mapping[str, str], scope: Collection[str], client: str) -> Words:
    """A first draft: of what there is, the parts that the release covers, in the order of the parts."""
    sections = tuple(Section(code, texts[code]) for code in PARTS if code in scope and texts.get(code))
    opening = f"{client} sees me for hands-on care and has permitted me to tell you what follows."
    return Words(opening, sections, "I am glad to answer questions. Please tell me of anything that should change what I do.")


def tidy(words: Words) -> Words:
    """As it is kept: without blanks around, parts without a word left out, in the order of the parts."""
    order = list(PARTS)
    told = [Section(one.code, one.text.strip()) for one in words.sections if one.text.strip()]
    told.sort(key=lambda one: order.index(one.code) if one.code in order else len(order))
    return Words(words.opening.strip(), tuple(told), words.closing.strip())


def words_faults(words: Words, scope: Collection[str]) -> list[FieldFault]:
    """Everything wrong with the words of a letter under a release of this scope, by field (`sections.0.text`)."""
    faults = [
        FieldFault(name, f"At most {LONGEST_WORDS:,} characters.")
        for name, text in (("opening", words.opening), ("closing", words.closing))
        if len(text) > LONGEST_WORDS
    ]
    seen: set[str] = set()
    for place, section in enumerate(words.sections):
        if section.code not in scope or section.code in seen:
            faults.append(FieldFault(f"sections.{place}.code", "The client did not permit this part, or it stands here twice."))
        if len(section.text) > LONGEST_SECTION:
            faults.append(FieldFault(f"sections.{place}.text", f"At most {LONGEST_SECTION:,} characters."))
        seen.add(section.code)
    if not words.sections:
        faults.append(FieldFault("sections", "A letter needs at least one part."))
    return faults


def paper_of(heading: Heading, words: Words) -> Paper:
    """The letter as it leaves, for the page and the file alike."""
    to = heading.recipient
    facts = (
        ("Date", day_words(heading.on)),
        ("To", ", ".join(part for part in (to.name, to.profession, to.practice) if part)),
        ("From", heading.provider),
        ("About", heading.client),
        ("Purpose", heading.purpose),
        ("Permitted by the client", f"signed on {day_words(heading.signed_on)}, good until {day_words(heading.expires_on)}"),
        *((("Guardian who agreed", heading.guardian),) if heading.guardian else ()),
    )
    opening = (Party(f"Dear {to.name}", _lines(words.opening)),) if words.opening else ()
    told = tuple(Party(PARTS[one.code], _lines(one.text)) for one in words.sections)
    closing = (Party("In closing", (*_lines(words.closing), heading.provider)),)
    return Paper(f"Letter about {heading.client}", heading.number, facts, (*opening, *told, *closing), None, NOTICES)


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line for line in text.splitlines() if line.strip())


def words_to_dict(words: Words) -> dict[str, object]:
    """The words as they are kept and as programs read them."""
    sections = [{"code": one.code, "text": one.text} for one in words.sections]
    return {"opening": words.opening, "sections": sections, "closing": words.closing}


def words_from_dict(kept: Mapping[str, Any]) -> Words:
    """What `words_to_dict` has made."""
    return Words(kept["opening"], tuple(Section(row["code"], row["text"]) for row in kept["sections"]), kept["closing"])


def paper_to_dict(paper: Paper) -> dict[str, object]:
    """A letter as it is kept, word for word. Letters have no table."""
    return {
        "title": paper.title,
        "number": paper.number,
        "facts": [list(pair) for pair in paper.facts],
        "parts": [{"title": party.title, "lines": list(party.lines)} for party in paper.parties],
        "notices": list(paper.notices),
    }


def paper_from_dict(kept: Mapping[str, Any]) -> Paper:
    """What `paper_to_dict` has made."""
    facts = tuple((label, value) for label, value in kept["facts"])
    parties = tuple(Party(one["title"], tuple(one["lines"])) for one in kept["parts"])
    return Paper(kept["title"], kept["number"], facts, parties, None, tuple(kept["notices"]))


def checksum(paper: Paper) -> str:
    """What tells one letter from another: whoever sends names the one that they have read."""
    return hashlib.sha256(canonical(paper).encode()).hexdigest()


def canonical(paper: Paper) -> str:
    """The letter in one text, the same for the same letter."""
    return json.dumps(paper_to_dict(paper), sort_keys=True)
