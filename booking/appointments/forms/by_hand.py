"""Keeping a time by hand as programs send it and as it is typed on a page; and what the answer says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, EmailField, SelectField, StringField, TimeField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional

from booking.appointments.actions.keep_by_hand import ForWhom, HandWish
from booking.appointments.forms.reading import read_zip
from booking.appointments.models import Hold
from booking.appointments.queries import list_own_clients
from booking.appointments.rules.by_hand import LONGEST_REASON
from booking.appointments.rules.naming import short_name
from booking.openings.rules.asking import Wish
from booking.openings.rules.by_hand import OVERRIDABLE
from marketplace.accounts.contacts import read_email
from marketplace.db import db
from marketplace.kernel.errors import FieldFault, Refusal, Refused
from marketplace.webkit.filters import rfc3339
from marketplace.webkit.reading import Fields
from marketplace.webkit.typed import is_left_out, wall_or_text
from providers.profiles.rules import MOBILE, ProviderFacts
from providers.schedule.rules.hours import SETTINGS

MOST_CLIENTS = 200
REASON = "reason-"
NO_SUCH_TIME = "That time does not exist on this day: the clocks go forward."
_FIELDS = {"client": "known", "client.appointment": "known", "client.name": "name", "client.email": "email", "starts_at": "starts_on"}


def read_by_hand(body: Mapping[str, Any]) -> HandWish:
    """`{client: {appointment} | {name, email}, service, minutes, setting, zip?, starts_at, override?: [{code, reason}]}`.

    Raises Malformed for unknown fields or a naive instant, Refused `invalid` for the rest.
    """
    fields = Fields(body)
    client = _client(fields)
    service = fields.text("service", longest=40)
    minutes = fields.integer("minutes", least=1, most=480)
    setting = fields.choice("setting", SETTINGS)
    starts_at = fields.instant("starts_at")
    zip_code = read_zip(fields, None)
    reasons = {}
    for row in fields.rows("override", (), most=len(OVERRIDABLE)):
        code, reason = row.choice("code", OVERRIDABLE), row.text("reason", longest=LONGEST_REASON)
        fields.adopt(row)
        reasons[str(code)] = str(reason)
    fields.finish()
    return HandWish(Wish(service, minutes, setting, zip_code if setting in MOBILE else None), starts_at, client, reasons)


def _client(fields: Fields) -> ForWhom:
    sent = Fields(fields.table("client") or {}, "client.")
    appointment = sent.text("appointment", None, longest=24)
    name, typed = ("", "") if appointment else (sent.text("name", longest=120), sent.text("email", longest=254))
    try:
        email = read_email(typed) if typed else ""
    except Refused as refusal:
        sent.fault("email", refusal.faults[0].message if refusal.faults else refusal.sentence)
        email = ""
    fields.adopt(sent)
    return ForWhom(appointment, name or "", email)


def kept_answer(hold: Hold, overrides: object) -> dict[str, object]:
    """A time kept by hand: until when its client may answer, what it costs, and which rules were passed over why."""
    return {
        "id": hold.public_id,
        "status": "requested" if hold.state == "live" else hold.state,
        "respond_by_at": rfc3339(hold.expires_at),
        "service": hold.service_code,
        "minutes": hold.minutes,
        "setting": hold.setting,
        "zip": hold.zip,
        "starts_at": rfc3339(hold.starts_at),
        "ends_at": rfc3339(hold.ends_at),
        "quote": hold.quote,
        "overrides": overrides,
    }


class HandForm(FlaskForm):
    """For whom, what, where and when."""

    known = SelectField(_l("Client"), validators=[Optional()])
    name = StringField(_l("Name of a new client"), validators=[Length(max=120)])
    email = EmailField(_l("Their e-mail"), validators=[Length(max=254)])
    visit = SelectField(_l("Service"), validators=[InputRequired(_l("Choose a service."))])
    setting = SelectField(_l("Where"), validators=[InputRequired(_l("Choose a setting."))])
    zip = StringField(_l("ZIP code, for a visit at the client’s"), validators=[Length(max=10)])
    starts_on = DateField(_l("Day"), validators=[InputRequired(_l("Choose a day."))])
    starts_time = TimeField(_l("Start"), validators=[InputRequired(_l("Choose a time."))])

    def body(self, reasons: Mapping[str, str]) -> dict[str, Any]:
        """What was typed, in the shape that programs send. In the hour that repeats the first pass is meant.

        Raises Refused for a time that the clocks leave out.
        """
        service, _, minutes = str(self.visit.data or "").rpartition("|")
        if is_left_out(self.starts_on.data, self.starts_time.data):
            raise Refused("invalid", NO_SUCH_TIME, faults=[FieldFault("starts_at", NO_SUCH_TIME)])
        new = {"name": (self.name.data or "").strip(), "email": (self.email.data or "").strip()}
        sent: dict[str, Any] = {
            "client": {"appointment": self.known.data} if self.known.data else new,
            "service": service,
            "minutes": int(minutes) if minutes.isdecimal() else 0,
            "setting": self.setting.data,
            "starts_at": wall_or_text(self.starts_on.data, self.starts_time.data),
            "override": [{"code": code, "reason": reason} for code, reason in reasons.items()],
        }
        return sent | ({"zip": self.zip.data.strip()} if (self.zip.data or "").strip() else {})

    def show(self, refusal: Refusal) -> None:
        """Put a refusal beside the fields it is about, or at the top."""
        for fault in refusal.faults:
            name = _FIELDS.get(fault.field, fault.field)
            if name in self:
                self[name].errors = [*self[name].errors, fault.message]
        if not any(field.errors for field in self):
            self.form_errors.append(refusal.sentence)


def hand_form(facts: ProviderFacts, names: Mapping[str, str]) -> HandForm:
    """The form with this provider's clients and services; `names` are the words of the settings."""
    form = HandForm()
    clients = list_own_clients(db.session(), facts.id, MOST_CLIENTS)
    form.known.choices = [SelectChoice("", _l("Somebody new"))] + [SelectChoice(key, short_name(person.name)) for key, person in clients]
    form.visit.choices = [
        SelectChoice(f"{one.code}|{minutes}", f"{one.name}, {minutes} min")
        for one in facts.services
        for minutes in sorted(one.prices)
        if not one.is_call
    ]
    offered = {setting for one in facts.services for setting in one.settings if not one.is_call}
    form.setting.choices = [SelectChoice(code, words) for code, words in names.items() if code in offered]
    return form


def typed_reasons(form: Mapping[str, str]) -> dict[str, str]:
    """The reasons that were typed beside the rules that say no."""
    return {code: text for code in OVERRIDABLE if (text := form.get(f"{REASON}{code}", "").strip())}
