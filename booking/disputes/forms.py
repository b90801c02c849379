"""Evidence as a file, and finding a visit by its reference."""

from __future__ import annotations

from flask import Response
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import InputRequired, Length

from booking.disputes.rules import Case, paper_of_case
from booking.papers.pdf_port import pdf_of


class FindForm(FlaskForm):
    """The reference of a visit, as its client reads it out."""

    class Meta:
        """A search: nothing is changed by it."""

        csrf = False

    reference = StringField(_l("Reference of the visit"), validators=[InputRequired(_l("Type a reference.")), Length(max=20)])


def evidence_file(case: Case) -> Response:
    """A file that nobody else keeps."""
    response = Response(pdf_of(paper_of_case(case)), mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="evidence-{case.dispute}.pdf"'
    response.headers["Cache-Control"] = "private, no-store"
    return response
