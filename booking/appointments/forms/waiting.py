"""What is waited for, as programs send it and as people type it; both are read alike."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, EmailField, HiddenField, SelectMultipleField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from booking.appointments.actions.wait import WaitWish
from booking.appointments.actions.wait_as_guest import GuestWish
from booking.appointments.rules.waiting import Wait, known_parts
from booking.openings.rules.asking import Wish
from booking.openings.rules.wanted import PARTS, SETTINGS
from marketplace.kernel.errors import Malformed, Refusal
from marketplace.kernel.walltime import local_day, to_minute
from marketplace.webkit.reading import Fields, read_date
from providers.places.gazetteer import find_zip
from providers.profiles.rules import MOBILE

USUAL_DAYS = 14


class JoinForm(FlaskForm):
    """From which day until which, at what time of day; the visit itself comes from the page before."""

    provider = HiddenField()
    service = HiddenField()
    minutes = HiddenField()
    setting = HiddenField()
    zip = HiddenField()
    from_on = DateField(_l("From"), validators=[InputRequired(_l("Choose a day."))])
    until_on = DateField(_l("Until"), validators=[InputRequired(_l("Choose a day."))])
    parts = SelectMultipleField(
        _l("Time of day"),
        choices=[
            SelectChoice("morning", _l("Morning, before noon")),
            SelectChoice("afternoon", _l("Afternoon, noon to 5 PM")),
            SelectChoice("evening", _l("Evening, 5 to 9 PM")),
            SelectChoice("late", _l("Late, from 9 PM")),
        ],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )

    def wanted(self) -> WaitWish:
        """What was typed, as the verb takes it. Raises Malformed."""
        minutes = self.minutes.data or ""
        body: dict[str, Any] = {
            "provider": self.provider.data or None,
            "service": self.service.data or None,
            "minutes": int(minutes) if minutes.isascii() and minutes.isdigit() and len(minutes) < 4 else None,
            "setting": self.setting.data,
            "zip": self.zip.data or None,
            "from": self.from_on.data.isoformat(),
            "to": self.until_on.data.isoformat(),
            "parts": self.parts.data or [],
        }
        return read_waiting(body, None)

    def show(self, refusal: Refusal) -> None:
        """A refusal about the days beside the last of them, any other above the form."""
        if any(fault.field == "to" for fault in refusal.faults):
            self.until_on.errors = [*self.until_on.errors, refusal.sentence]
        else:
            self.form_errors.append(refusal.sentence)


class GuestJoinForm(JoinForm):
    """The same for somebody without an account: where the letter goes that puts them in line."""

    email = EmailField(
        _l("E-mail"),
        validators=[InputRequired(_l("Give an e-mail address.")), Length(max=254)],
        description=_l("We send a letter with a link: only after you have used it do you stand in line."),
        render_kw={"autocomplete": "email"},
    )

    def asked(self, origin: str) -> GuestWish:
        """What was typed, as the verb takes it. Raises Malformed."""
        return GuestWish(self.wanted(), self.email.data or "", origin)

    def show(self, refusal: Refusal) -> None:
        """A refusal about the address beside it, any other as on the page of accounts."""
        if any(fault.field == "email" for fault in refusal.faults):
            self.email.errors = [*self.email.errors, refusal.sentence]
        else:
            super().show(refusal)


def usual_days(now: datetime) -> dict[str, date]:
    """The days that stand in the form before anything is typed: two weeks from today."""
    today = local_day(to_minute(now))
    return {"from_on": today, "until_on": today + timedelta(days=USUAL_DAYS - 1)}


def read_waiting(body: dict[str, Any], saved_zip: str | None) -> WaitWish:
    """The body of `POST /waitlist`. Raises Malformed."""
    fields = Fields(body)
    provider, service = fields.text("provider", None), fields.text("service", None, longest=40)
    minutes = fields.integer("minutes", least=15, most=240)
    setting = fields.choice("setting", SETTINGS)
    code = fields.text("zip", saved_zip if setting in MOBILE else None, longest=10)
    area = find_zip(code) if code else None
    if code and area is None:
        fields.fault("zip", f"{code} is not a ZIP code in Manhattan.")
    if (provider is None) != (service is None):
        fields.fault("service", "A service belongs to a provider: name both, or neither for anybody.")
    from_on, until_on = _day(fields, "from"), _day(fields, "to")
    parts = fields.choices("parts", PARTS, [])
    fields.finish()
    if setting == "clinic" and provider is not None:
        area = None
    wish = Wish(service or "", minutes, setting, area.zip if area else None)
    return WaitWish(provider, wish, Wait(minutes, from_on, until_on, known_parts(parts)))


def _day(fields: Fields, name: str) -> date:
    text = fields.text(name)
    try:
        return read_date(text or "")
    except Malformed:
        if text is not None:
            fields.fault(name, "This must be a date: 2027-01-31.")
        return date.min
