"""What a client signs, on the page and in JSON: the same values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, EmailField, HiddenField, RadioField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from booking.sharing.catalogue import current_version
from booking.sharing.rules.releases import LONGEST_PURPOSE, PARTS, SHORT, Recipient, ReleaseDraft
from marketplace.accounts.contacts import read_email, read_name
from marketplace.kernel.errors import FieldFault, Refused
from marketplace.webkit.reading import Fields
from providers.registry.models import Provider

USUAL_DAYS = 90
PART_WORDS = {
    "visits": _l("Dates of visits"),
    "plan": _l("Plan of care"),
    "outcomes": _l("Progress in figures"),
    "notes": _l("Summary of visit notes"),
    "home_program": _l("What to do at home"),
}
_NEEDED = InputRequired(_l("This is needed."))


class PartsField(SelectMultipleField):
    """Parts to tick."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class ReleaseForm(FlaskForm):
    """A permission to sign."""

    provider = RadioField(_l("Who may send"), validators=[InputRequired(_l("Choose your therapist."))])
    recipient_name = StringField(_l("Who may receive it"), validators=[_NEEDED, Length(max=SHORT)], description=_l("One person, by name."))
    recipient_profession = StringField(
        _l("What they are"), validators=[_NEEDED, Length(max=SHORT)],
        description=_l("Such as physician, physical therapist or chiropractor."),
    )  # fmt: skip
    recipient_practice = StringField(_l("Where they work"), validators=[Length(max=SHORT)])
    recipient_email = EmailField(
        _l("Their e-mail"), validators=[Length(max=254)],
        description=_l("They get a link that opens the letter. Leave it empty to have letters printed, for fax or mail."),
    )  # fmt: skip
    scope = PartsField(
        _l("What may be sent"), validators=[InputRequired(_l("Tick at least one part."))],
        choices=[SelectChoice(code, words) for code, words in PART_WORDS.items()],
    )  # fmt: skip
    purpose = StringField(_l("What for"), validators=[_NEEDED, Length(max=LONGEST_PURPOSE)], default=_l("To plan my care together"))
    expires_on = DateField(_l("Good until"), validators=[InputRequired(_l("Choose the day."))], description=_l("A year at most."))
    signed_name = StringField(
        _l("Your full name"), validators=[InputRequired(_l("Type your full name to sign.")), Length(max=SHORT)],
        description=_l("Typing your name here signs what stands above."),
    )  # fmt: skip
    text_version = HiddenField()

    def __init__(self, providers: Sequence[Provider], today: date, chosen: str | None) -> None:
        """`chosen` is the therapist (slug) whose box is ticked at first; one alone always is."""
        first = providers[0].slug if len(providers) == 1 else chosen
        super().__init__(provider=first, expires_on=today + timedelta(days=USUAL_DAYS), text_version=current_version())
        self.provider.choices = [SelectChoice(one.slug, one.name) for one in providers]

    @property
    def draft(self) -> ReleaseDraft:
        """What a valid form says. Raises Refused `invalid` for a name or address that is none."""
        email = (self.recipient_email.data or "").strip()
        recipient = Recipient(
            read_name(self.recipient_name.data or "", "recipient_name"), (self.recipient_profession.data or "").strip(),
            (self.recipient_practice.data or "").strip(), read_email(email, "recipient_email") if email else None,
        )  # fmt: skip
        return ReleaseDraft(
            recipient, tuple(self.scope.data or ()), self.purpose.data or "", self.expires_on.data, self.signed_name.data or "",
            self.text_version.data or "",
        )  # fmt: skip


def read_release(body: Mapping[str, Any]) -> tuple[ReleaseDraft, str]:
    """The body of `POST /releases`, and the therapist (slug) it is for."""
    fields = Fields(body)
    provider = fields.text("provider")
    inner = Fields(fields.table("recipient") or {}, "recipient.")
    name, profession = inner.text("name", longest=SHORT), inner.text("profession", longest=SHORT)
    practice, email = inner.text("practice", "", longest=SHORT, blank=True), inner.text("email", None, longest=254)
    for fault in (*_faults_of(read_name, name), *_faults_of(read_email, email)):
        inner.fault(fault.field, fault.message)
    draft = ReleaseDraft(
        Recipient(name, profession, practice or "", email.strip().lower() if isinstance(email, str) else None),
        tuple(fields.choices("scope", PARTS) or ()), fields.text("purpose", longest=LONGEST_PURPOSE),
        fields.written_day("expires_on") or _absent(fields), fields.text("signed_name", longest=SHORT),
        fields.text("text_version", longest=12),
    )  # fmt: skip
    fields.adopt(inner)
    fields.finish()
    return draft, provider


def _absent(fields: Fields) -> date:
    """A day was not said, or is none: a fault, and any day, since the reading ends with it."""
    fields.fault("expires_on", "This is needed.")
    return date.min


def _faults_of(read: Any, text: object) -> Sequence[FieldFault]:
    """What a reader of contacts has against a text, where there is one."""
    if not isinstance(text, str) or not text:
        return ()
    try:
        read(text)
    except Refused as refusal:
        return refusal.faults
    return ()
