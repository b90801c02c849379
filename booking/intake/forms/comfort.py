"""The comfort card, on its page and in JSON: the same values."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Optional

from booking.care.forms.clearances import BoxesField
from booking.care.forms.prescriptions import show_faults
from booking.intake import catalogue
from booking.intake.queries import KeptComfort
from booking.intake.rules.comfort import (
    CHAPERONES,
    CLOTHING,
    DEEPEST,
    LIGHTEST,
    TEXTS,
    TOGETHER,
    Comfort,
    Statement,
    comfort_faults,
    comfort_to_dict,
)
from booking.intake.rules.keeping import why_asked
from booking.screening.catalogue import body_map
from marketplace.kernel.walltime import local_day, to_minute
from marketplace.webkit.filters import rfc3339
from marketplace.webkit.reading import Fields

CLOTHING_WORDS = {
    TOGETHER: _l("We decide together, area by area"),
    "underwear": _l("I keep my underwear on"),
    "clothed": _l("I stay fully dressed"),
}
CHAPERONE_WORDS = {
    "none": _l("Nobody else needs to be there"),
    "own": _l("Somebody of mine is in the room"),
    "clinic": _l("Somebody of the clinic is in the room, if there is one"),
}
PRESSURE_WORDS = {1: _l("Very light"), 2: _l("Light"), 3: _l("Medium"), 4: _l("Firm"), 5: _l("Deep")}


def area_names() -> Mapping[str, str]:
    """The areas of the body map, by code."""
    return body_map().names


class ComfortForm(FlaskForm):
    """The card of one person. `text_version` is the text that stood above it."""

    text_version = HiddenField()
    areas_out = BoxesField(_l("Areas to leave out"), validators=[Optional()])
    areas_in = BoxesField(_l("Only these areas"), validators=[Optional()], description=_l("Leave empty where every other area is fine."))
    pressure = SelectField(
        _l("Never more pressure than"),
        choices=[
            SelectChoice("", _l("No limit: I say it at the visit")),
            *(SelectChoice(str(step), words) for step, words in PRESSURE_WORDS.items()),
        ],
    )
    clothing = RadioField(
        _l("What you wear"), choices=[SelectChoice(code, words) for code, words in CLOTHING_WORDS.items()],
        validators=[InputRequired(_l("Please choose an answer."))],
    )  # fmt: skip
    chaperone = RadioField(
        _l("Who else is there"), choices=[SelectChoice(code, words) for code, words in CHAPERONE_WORDS.items()],
        validators=[InputRequired(_l("Please choose an answer."))],
    )  # fmt: skip
    draping = TextAreaField(_l("The sheet"), description=_l("Such as an extra blanket, or feet left out."))
    position = TextAreaField(_l("How you lie or sit"), description=_l("Such as never on the stomach, or head raised."))
    stop_words = StringField(_l("Words that mean stop"), description=_l("Stop and no always do. Add others, or a sign."))
    note = TextAreaField(_l("Anything else"))

    def __init__(self, kept: Comfort | None, statement: Statement) -> None:
        """Filled with the card that stands."""
        data = comfort_to_dict(kept or Comfort())
        data["pressure"] = str(data["pressure"] or "")
        super().__init__(data=data)
        self.areas_in.choices = self.areas_out.choices = [SelectChoice(code, name) for code, name in area_names().items()]
        if not self.is_submitted():
            self.text_version.data = statement.version

    def card(self) -> Comfort:
        """What is filled in."""
        return Comfort(
            areas_in=tuple(self.areas_in.data or ()),
            areas_out=tuple(self.areas_out.data or ()),
            pressure=int(self.pressure.data) if self.pressure.data else None,
            clothing=self.clothing.data,
            chaperone=self.chaperone.data,
            **{name: (self[name].data or "").strip() for name in TEXTS},
        )

    def validate(self, extra_validators: object = None) -> bool:
        """By the rule that the verb asks too."""
        if not super().validate(extra_validators):
            return False
        faults = comfort_faults(self.card(), area_names().keys())
        if faults:
            show_faults(self, faults, faults[0].message)
        return not faults


def read_comfort(body: Mapping[str, Any]) -> tuple[Comfort, str]:
    """The body of `PUT /me/comfort`: the card, and the version of the text that was read."""
    fields = Fields(body)
    read: str = fields.text("text_version", longest=20) or ""
    card = Comfort(
        areas_in=tuple(dict.fromkeys(fields.choices("areas_in", area_names(), []) or ())),
        areas_out=tuple(dict.fromkeys(fields.choices("areas_out", area_names(), []) or ())),
        pressure=fields.integer("pressure", None, least=LIGHTEST, most=DEEPEST),
        clothing=fields.choice("clothing", CLOTHING, TOGETHER),
        chaperone=fields.choice("chaperone", CHAPERONES, CHAPERONES[0]),
        **{name: fields.text(name, "", longest=most, blank=True) or "" for name, most in TEXTS.items()},
    )
    fields.finish()
    return card, read


def why_comfort(kept: KeptComfort | None, now: datetime) -> str | None:
    """Why a person is asked (again); None while their card stands."""
    return why_asked(kept.told if kept else None, catalogue.statement().version, local_day(to_minute(now)))


def comfort_answer(kept: KeptComfort) -> dict[str, Any]:
    """A version of a card, for programs."""
    about = {"id": kept.public_id, "text_version": kept.text_version, "written_at": rfc3339(kept.written_at)}
    return {**about, **comfort_to_dict(kept.card)}
