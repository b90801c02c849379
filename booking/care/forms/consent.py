"""What is said of a consent, on the page and in JSON: the same values."""

from __future__ import annotations

from typing import Any

from flask_wtf import FlaskForm

from booking.care.actions.consent import Agreeing
from booking.screening.models import Consent
from booking.screening.rules.consents import areas_agreed, consent_state
from booking.screening.rules.form import ConsentText
from marketplace.webkit.filters import rfc3339
from marketplace.webkit.reading import Fields

LONGEST_VERSION = 20


def read_agreeing(body: dict[str, Any], text: ConsentText) -> Agreeing:
    """`{version, accepted, sections?}`; sections are the optional ones that are agreed to, none where they are left out."""
    fields = Fields(body)
    version, accepted = fields.text("version", longest=LONGEST_VERSION), fields.boolean("accepted")
    sections = fields.choices("sections", [section.code for section in text.sections], [])
    fields.finish()
    return Agreeing(str(version), bool(accepted), tuple(sections or ()))


def chosen(form: FlaskForm, text: ConsentText) -> Agreeing:
    """What was ticked on the page."""
    ticked = tuple(section.code for section in text.sections if not section.required and form[section.code].data)
    return Agreeing(text.version, bool(form["accepted"].data), ticked)


def consent_answer(consent: Consent | None, text: ConsentText) -> dict[str, Any]:
    """A visit's consent, for programs: where it stands, what was agreed to and when, and today's text."""
    given = consent.sections if consent is not None else []
    return {
        "state": consent_state(consent.version if consent is not None else None, text),
        "version": consent.version if consent is not None else None,
        "accepted_at": rfc3339(consent.accepted_at) if consent is not None else None,
        "sections": list(given),
        "areas": {area.code: area.agreed for area in areas_agreed(text, given)},
        "today": {
            "version": text.version,
            "text": text.text,
            "sections": [{"code": section.code, "text": section.text, "required": section.required} for section in text.sections],
        },
    }
