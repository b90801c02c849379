"""What people type about supervision and review."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from booking.reviewing.actions.review_note import Verdict
from booking.reviewing.rules.steps import ACCEPTED, LONGEST_COMMENTS, RETURNED


class NameForm(FlaskForm):
    """Naming a colleague."""

    provider = StringField(
        _l("Your colleague’s public name"), validators=[InputRequired(_l("Give the name.")), Length(max=200)],
        description=_l("The last part of the address of their profile, such as anna-alder."),
    )  # fmt: skip

    @property
    def slug(self) -> str:
        """The public name, where a whole address was pasted its last part."""
        return (self.provider.data or "").strip().rstrip("/").rpartition("/")[2]


class VerdictForm(FlaskForm):
    """A supervising colleague's word on a note."""

    decision = RadioField(
        _l("Your word on this note"),
        choices=[SelectChoice(ACCEPTED, _l("I accept it")), SelectChoice(RETURNED, _l("I return it with comments"))],
        validators=[InputRequired(_l("Please choose one."))],
    )
    comments = TextAreaField(
        _l("Comments for whoever wrote it"), validators=[Length(max=LONGEST_COMMENTS)],
        description=_l("Needed when you return it. The note does not change; what is missing is added to it with a date."),
    )  # fmt: skip

    @property
    def verdict(self) -> Verdict:
        """What a valid form says."""
        return Verdict(self.decision.data or "", (self.comments.data or "").replace("\r\n", "\n").strip())
