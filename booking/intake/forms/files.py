"""What is said of a paper, on the page and in JSON: the same values."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Request, Response, make_response
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import DateField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from booking.care.forms.prescriptions import show_faults
from booking.intake.queries import KeptFile
from booking.intake.rules.files import IMAGING, KINDS, LONGEST_TITLE, NOTE, About, about_faults
from marketplace.webkit.filters import rfc3339
from marketplace.webkit.reading import Fields, json_object
from providers.credentials.rules.documents import LARGEST_BYTES, SUFFIXES

KIND_WORDS = {
    IMAGING: _l("X-ray, MRI or another picture"),
    NOTE: _l("A doctor’s note"),
    "lab_report": _l("A lab report"),
    "other": _l("Something else"),
}


class FileForm(FlaskForm):
    """A paper to keep."""

    kind = SelectField(_l("What it is"), choices=[SelectChoice(code, words) for code, words in KIND_WORDS.items()])
    taken_on = DateField(_l("Of which day"), validators=[InputRequired(_l("Choose the day."))])
    title = StringField(_l("A few words about it"), render_kw={"maxlength": LONGEST_TITLE})
    file = FileField(
        _l("The file"),
        validators=[FileRequired(_l("Choose a file."))],
        description=_l(
            "PDF, JPEG or PNG, %(most)s MB at most. Place and camera are taken out of pictures. It is kept encrypted.",
            most=LARGEST_BYTES // 1024**2,
        ),
    )

    def __init__(self, today: date) -> None:
        super().__init__()
        self.today = today

    def about(self) -> About:
        """What is said of it."""
        return About(self.kind.data, self.taken_on.data, (self.title.data or "").strip())

    def validate(self, extra_validators: object = None) -> bool:
        """By the rule that the verb asks too."""
        if not super().validate(extra_validators):
            return False
        faults = about_faults(self.about(), self.today)
        if faults:
            show_faults(self, faults, faults[0].message)
        return not faults


def read_about(asked: Request) -> About:
    """What a program says of a file: the fields of a form beside it. A JSON body names what is missing."""
    sent = asked.form.to_dict() if asked.mimetype == "multipart/form-data" else json_object(asked)
    fields = Fields({name: text for name, text in sent.items() if name != "csrf_token"})
    kind, title = fields.choice("kind", KINDS), fields.text("title", "", longest=LONGEST_TITLE, blank=True)
    taken_on = fields.day("taken_on")
    fields.finish()
    return About(kind, taken_on, title or "")


def file_answer(kept: KeptFile) -> dict[str, Any]:
    """A paper without its content, for programs."""
    about = kept.about
    told = {"kind": about.kind, "taken_on": about.taken_on.isoformat(), "title": about.title}
    return {"id": kept.public_id, **told, "media_type": kept.media_type, "bytes": kept.size_bytes, "added_at": rfc3339(kept.added_at)}


def as_attachment(media_type: str, content: bytes) -> Response:
    """A paper on its way to whoever may read it: an attachment that runs nothing and that nobody keeps."""
    answer = make_response(content)
    answer.headers["Content-Type"] = media_type
    answer.headers["Content-Disposition"] = f'attachment; filename="health-file.{SUFFIXES[media_type]}"'
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
