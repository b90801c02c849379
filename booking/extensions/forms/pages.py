"""What people type about requests for more visits."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, EmailField, IntegerField, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from booking.extensions.rules.asking import LONGEST_REASON, LONGEST_WORDS, SHORT, Draft, Reply
from booking.screening.rules.prescriptions import MOST_VISITS


class RequestForm(FlaskForm):
    """A therapist asks for more visits."""

    visits = IntegerField(
        _l("How many more visits"),
        validators=[InputRequired(_l("Say how many.")), NumberRange(1, MOST_VISITS, _l("Write a number from 1 to 100."))],
    )
    until_on = DateField(_l("Until when"), validators=[InputRequired(_l("Choose the day."))], description=_l("The last day included."))
    reason = TextAreaField(
        _l("Why, in words that your client and whoever prescribed read"),
        validators=[InputRequired(_l("Say why more visits are needed.")), Length(max=LONGEST_REASON)],
    )

    @property
    def draft(self) -> Draft:
        """What a valid form says."""
        return Draft(self.visits.data or 0, self.until_on.data, (self.reason.data or "").replace("\r\n", "\n").strip())


class SendForm(FlaskForm):
    """A client sends a request on."""

    email = EmailField(
        _l("The e-mail of the practice that prescribed"), validators=[InputRequired(_l("Give an e-mail address.")), Length(max=254)],
        description=_l("They get one letter with a link. It says nothing about your health; the page behind it shows this request."),
    )  # fmt: skip


class ReplyForm(FlaskForm):
    """A prescriber's answer behind their link."""

    answer = RadioField(
        _l("Do you prescribe more visits?"),
        choices=[SelectChoice("yes", _l("Yes, as I state below")), SelectChoice("no", _l("No"))],
        validators=[InputRequired(_l("Please choose an answer."))],
    )
    signer_name = StringField(_l("Your name"), validators=[InputRequired(_l("Give your name.")), Length(max=SHORT)])
    signer_npi = StringField(
        _l("Your NPI"), validators=[Length(max=10)], description=_l("Ten digits, as on the prescription; needed for a yes."),
        render_kw={"inputmode": "numeric", "maxlength": 10},
    )  # fmt: skip
    visits = IntegerField(
        _l("How many more visits"), validators=[Optional(), NumberRange(1, MOST_VISITS, _l("Write a number from 1 to 100."))]
    )
    expires_on = DateField(_l("Good until"), validators=[Optional()], description=_l("The last day included; a year at most."))
    words = TextAreaField(_l("What your patient and the therapist should know"), validators=[Length(max=LONGEST_WORDS)])

    @property
    def reply(self) -> Reply:
        """What a valid form says."""
        return Reply(
            self.answer.data == "yes", (self.signer_name.data or "").strip(), (self.signer_npi.data or "").strip(), self.visits.data,
            self.expires_on.data, (self.words.data or "").replace("\r\n", "\n").strip(),
        )  # fmt: skip
