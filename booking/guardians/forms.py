"""What is said about birth dates and guardians, on pages and in JSON: the same values."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Protocol

from flask import request
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from sqlalchemy.orm import Session
from wtforms import BooleanField, DateField, EmailField, HiddenField, RadioField, StringField, TelField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional

from booking.guardians import catalogue
from booking.guardians.models import Guardianship
from booking.guardians.queries import find_asked, find_birth_date, find_guardian, guardian_line, standing_of
from booking.guardians.rules import AGREED, Naming, age_on, day_of
from marketplace.db import db
from marketplace.kernel.errors import NotFound
from marketplace.webkit.filters import rfc3339
from marketplace.webkit.identity import viewer
from marketplace.webkit.reading import Fields, json_object

SELF, BY_LINK = "self", "link"
LONGEST = 120


class BirthDateForm(FlaskForm):
    """When the person who receives care was born."""

    born_on = DateField(
        _l("Birth date of the person who receives care"), validators=[InputRequired(_l("Choose the day."))],
        description=_l("It is kept encrypted, and decides alone whether a guardian has to agree."),
    )  # fmt: skip


class OptionalBirthDateForm(FlaskForm):
    """The same at checkout, where it may be left empty by an adult."""

    born_on = DateField(
        _l("Birth date of the person who receives care"), validators=[Optional()],
        description=_l("Needed for somebody under 18; adults may leave it empty. It is kept encrypted."),
    )  # fmt: skip


class GuardianForm(FlaskForm):
    """Who the guardian is, and whether they sit here."""

    who = RadioField(
        _l("Who is the guardian?"), validators=[InputRequired(_l("Choose one."))],
        choices=[SelectChoice(SELF, _l("I am, and I book for them")), SelectChoice(BY_LINK, _l("Somebody else: send them a link"))],
    )  # fmt: skip
    name = StringField(_l("The guardian's name"), validators=[Length(max=LONGEST)])
    relation = RadioField(_l("What they are to the young person"), validators=[InputRequired(_l("Choose one."))])
    phone = TelField(_l("Their phone number"), validators=[Length(max=40)], description=_l("Reached on the day of the visit if need be."))
    email = EmailField(
        _l("Their e-mail address"), validators=[Length(max=254)], description=_l("The link goes there, and the way to take it back.")
    )
    version = HiddenField()
    accepted = BooleanField(_l("I am the guardian, I have read every point, and I agree"))

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        self.name.flags.required = True  # its fault is told with all others, by the rule
        self.relation.choices = [SelectChoice(code, name) for code, name in catalogue.house().relations.items()]

    @property
    def naming(self) -> Naming:
        """What was typed."""
        name, relation, phone, email = ((field.data or "").strip() for field in (self.name, self.relation, self.phone, self.email))
        return Naming(name, relation, phone, email, self.who.data == SELF, self.version.data or "", bool(self.accepted.data))


class AnswerForm(FlaskForm):
    """A guardian's yes or no through their link."""

    agrees = RadioField(
        _l("Your answer"), validators=[InputRequired(_l("Choose one."))],
        choices=[
            SelectChoice("yes", _l("I am the guardian, I have read every point, and I agree")),
            SelectChoice("no", _l("I do not agree")),
        ],
    )  # fmt: skip
    version = HiddenField()


class EndForm(FlaskForm):
    """One button."""


def own_person() -> int:
    """The person behind the request; guests have one once they hold something. Raises NotFound."""
    person_id = viewer().person_id
    if person_id is None:
        raise NotFound("not_found", "There is nothing here for you.")
    return person_id


def read_birth_date() -> date:
    """`{born_on: YYYY-MM-DD}`."""
    fields = Fields(json_object(request))
    born_on = fields.written_day("born_on", date.max)
    if born_on == date.max:
        fields.fault("born_on", "This is needed.")
    fields.finish()
    return born_on or date.max


def read_naming() -> Naming:
    """`{name, relation, phone?, email?, booker_is_guardian, consent?: {version, accepted}}`."""
    fields = Fields(json_object(request))
    name, relation = fields.text("name", longest=LONGEST), fields.choice("relation", tuple(catalogue.house().relations))
    phone = fields.text("phone", None, longest=40, blank=True)
    email = fields.text("email", None, longest=254, blank=True)
    by_booker = fields.boolean("booker_is_guardian")
    given = Fields(fields.table("consent", None) or {}, "consent.")
    version, accepted = given.text("version", None, longest=20), given.boolean("accepted", default=False)
    fields.finish()
    given.finish()
    return Naming(name, relation, phone or "", email or "", by_booker, version or "", accepted)


class Visit(Protocol):
    """A visit: whose, and when it begins."""

    person_id: int
    starts_at: datetime


def state_of_visit(visit: Visit) -> str | None:
    """How far a guardian's agreement to a visit has come; None where nobody has to agree."""
    found = standing_of(db.session(), visit.person_id, day_of(visit.starts_at))
    return found.state if found.needed else None


def line_of_visit(visit: Visit) -> str | None:
    """Who agreed to a visit, as papers about it say; None where nobody had to."""
    return guardian_line(db.session(), visit.person_id, visit.starts_at)


def text_answer() -> dict[str, Any]:
    """The text that a guardian agrees to, for programs."""
    text = catalogue.house().text
    return {"version": text.version, "text": text.text, "sections": [{"code": code, "text": words} for code, words in text.sections]}


def guardian_answer(row: Guardianship) -> dict[str, Any]:
    """A guardian, for whoever books."""
    return {
        "id": row.public_id, "state": row.state, "name": row.name, "relation": row.relation, "phone": row.phone, "email": row.email,
        "booker_is_guardian": row.by_booker, "version": row.text_version, "asked_at": rfc3339(row.asked_at),
        "answered_at": rfc3339(row.answered_at) if row.answered_at else None,
        "link_expires_at": rfc3339(row.link_expires_at) if row.link_expires_at else None,
    }  # fmt: skip


def own_answer(session: Session, person_id: int, now: datetime) -> dict[str, Any]:
    """How it stands today, for whoever books."""
    today, born_on = day_of(now), find_birth_date(session, person_id)
    stands = standing_of(session, person_id, today)
    holds, waits = find_guardian(session, person_id), find_asked(session, person_id, now)
    return {
        "born_on": born_on.isoformat() if born_on else None,
        "age": age_on(born_on, today) if born_on else None,
        "needed": stands.needed,
        "needed_until": stands.grown_on.isoformat() if stands.grown_on else None,
        "agreed": stands.state == AGREED,
        "state": stands.state,
        "guardian": guardian_answer(holds) if holds and stands.needed else None,
        "asked": guardian_answer(waits) if waits and stands.needed else None,
        "text": text_answer(),
    }
