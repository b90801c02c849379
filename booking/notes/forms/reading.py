"""What programs send about notes, as the values that verbs take; and a note as programs read it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from flask import request

from booking.notes.actions.keep import Written
from booking.notes.actions.sign import LONGEST_ADDENDUM
from booking.notes.queries import Added, Kept
from booking.notes.rules.carrying import CARRIED
from booking.notes.rules.content import (
    LONGEST_NAME,
    LONGEST_RESULT,
    LONGEST_TEXT,
    MOST_MINUTES,
    MOST_MOTIONS,
    MOST_TECHNIQUES,
    MOST_TESTS,
    PRESSURES,
    RESULTS,
    STEPS,
    TEST_SIDES,
    TEXTS,
    MovementTest,
    Note,
    Reading,
    Used,
    note_to_dict,
)
from booking.notes.rules.movements import JOINTS, MOST_DEGREES, MOVES, SIDES
from booking.screening import catalogue
from marketplace.webkit.filters import rfc3339
from marketplace.webkit.reading import Fields, json_object
from providers.services import catalogue as services

# Words that people use for how strong the pressure was; "medium" and "moderate" are one.
PRESSURE_WORDS = MappingProxyType({**{word: level for level, word in PRESSURES.items()}, "moderate": 3})
NOTHING_SEEN = frozenset({"", "no", "none", "nothing", "none seen"})
_PLAIN = tuple(name for name in TEXTS if name != "adverse_reaction")


def read_written() -> Written:
    """The body of PUT: the contract's fields and ours, `version` and `confirmed` beside them; what is left out is empty."""
    fields = Fields(json_object(request))
    version = fields.integer("version", None)
    confirmed = fields.choices("confirmed", CARRIED, [])
    note = read_note(fields)
    fields.finish()
    return Written(note, version, frozenset(confirmed or ()))


def read_note(fields: Fields) -> Note:
    """A note out of fields; what is wrong with them stands in `fields` afterwards."""
    texts = {name: fields.text(name, "", longest=LONGEST_TEXT, blank=True) or "" for name in _PLAIN}
    adverse, reaction = _adverse(fields)
    return Note(
        range_of_motion=_rows(fields, "range_of_motion", MOST_MOTIONS, _reading),
        tests=_rows(fields, "tests", MOST_TESTS, _test),
        techniques=_techniques(fields),
        regions=tuple(fields.choices("regions", catalogue.body_map().names, []) or ()),
        agreed_regions=tuple(fields.choices("agreed_regions", catalogue.body_map().names, []) or ()),
        minutes=fields.integer("minutes", None, least=1, most=MOST_MINUTES),
        pressure=_pressure(fields),
        feedback_asked=bool(fields.boolean("feedback_asked", False)),
        adverse=adverse,
        adverse_reaction=reaction,
        step_minutes=_step_minutes(fields),
        **texts,
    )


def _rows(fields: Fields, name: str, most: int, read: Any) -> tuple[Any, ...]:
    found = []
    for row in fields.rows(name, [], most=most):
        found.append(read(row))
        fields.adopt(row)
    return tuple(found)


def _reading(row: Fields) -> Reading:
    joint, movement, side = row.choice("joint", JOINTS), row.choice("movement", MOVES), row.choice("side", SIDES, None)
    degrees = row.integer("degrees", most=MOST_DEGREES)
    return Reading(str(joint), str(movement), side, degrees if isinstance(degrees, int) else 0)


def _test(row: Fields) -> MovementTest:
    name, side, result = row.text("name", longest=LONGEST_NAME), row.choice("side", TEST_SIDES, None), row.choice("result", RESULTS)
    words = row.text("words", "", longest=LONGEST_RESULT, blank=True)
    return MovementTest(name or "", side, str(result), words or "")


def _techniques(fields: Fields) -> tuple[Used, ...]:
    sent = fields.raw("techniques", [])
    if isinstance(sent, list) and sent and all(isinstance(one, str) for one in sent):
        codes = fields.choices("techniques", services.techniques(), []) or ()
        return tuple(Used(code, None) for code in codes)
    return _rows(fields, "techniques", MOST_TECHNIQUES, _used)


def _used(row: Fields) -> Used:
    code, minutes = row.choice("code", services.techniques()), row.integer("minutes", None, least=1, most=MOST_MINUTES)
    return Used(str(code), minutes, tuple(row.choices("regions", catalogue.body_map().names, []) or ()))


def _pressure(fields: Fields) -> int | None:
    if not isinstance(fields.raw("pressure", None), str):
        level: int | None = fields.integer("pressure", None, least=min(PRESSURES), most=max(PRESSURES))
        return level
    return PRESSURE_WORDS.get(str(fields.choice("pressure", PRESSURE_WORDS)))


def _adverse(fields: Fields) -> tuple[bool | None, str]:
    if isinstance(fields.raw("adverse_reaction", None), bool):
        return fields.boolean("adverse_reaction", None), ""
    words = fields.text("adverse_reaction", None, longest=LONGEST_TEXT, blank=True)
    if words is None:
        return None, ""
    return str(words).strip(" .").casefold() not in NOTHING_SEEN, words


def _step_minutes(fields: Fields) -> dict[str, int]:
    sent = fields.table("step_minutes", {})
    inner = Fields(sent if isinstance(sent, Mapping) else {}, "step_minutes.")
    read = {step: inner.integer(step, None, most=MOST_MINUTES) for step in STEPS}
    fields.adopt(inner)
    return {step: minutes for step, minutes in read.items() if isinstance(minutes, int)}


def read_version() -> int | None:
    """`{version?}`: what the signer saw."""
    fields = Fields(json_object(request))
    version: int | None = fields.integer("version", None)
    fields.finish()
    return version


def read_addendum() -> str:
    """`{text}`."""
    fields = Fields(json_object(request))
    text = fields.text("text", longest=LONGEST_ADDENDUM)
    fields.finish()
    return str(text)


def note_json(kept: Kept) -> dict[str, object]:
    """A note with who signed it and what was added."""
    note, signature = kept.note, kept.signature
    reaction = note.adverse_reaction or note.adverse
    about = {"id": kept.public_id, "appointment": kept.appointment, "version": kept.version, "changed_at": rfc3339(kept.changed_at)}
    written = {name: value for name, value in note_to_dict(note).items() if name != "adverse"} | {"adverse_reaction": reaction}
    signed = {
        "signed_by": signature.name if signature else None,
        "signed_at": rfc3339(signature.at) if signature else None,
        "digest": kept.digest,
    }
    state = {"state": "locked" if signature else "draft", "carried": list(kept.carried)}
    return {**about, **state, **written, **signed, "addenda": [added_json(one) for one in kept.addenda]}


def added_json(added: Added) -> dict[str, object]:
    """An addendum."""
    return {"id": added.public_id, "text": added.text, "by": added.name, "written_at": rfc3339(added.written_at)}
