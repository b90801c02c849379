"""What programs say about requests for more visits, and how they are answered."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from booking.extensions.actions.write_request import Opened
from booking.extensions.queries import Asked
from booking.extensions.rules.asking import LONGEST_REASON, Draft
from booking.screening.models import Prescription
from booking.screening.rules.prescriptions import MOST_VISITS
from marketplace.webkit.filters import rfc3339
from marketplace.webkit.reading import Fields


def read_request(body: Mapping[str, Any]) -> Draft:
    """`{visits, until_on, reason}`."""
    fields = Fields(body)
    visits, until = fields.integer("visits", least=1, most=MOST_VISITS), fields.day("until_on")
    reason = fields.text("reason", longest=LONGEST_REASON)
    fields.finish()
    return Draft(visits, until, str(reason))


def read_sending(body: Mapping[str, Any]) -> str:
    """`{email}`."""
    fields = Fields(body)
    email = fields.text("email", longest=254)
    fields.finish()
    return str(email)


def read_tie(body: Mapping[str, Any]) -> str:
    """`{prescription}`."""
    fields = Fields(body)
    prescription = fields.text("prescription", longest=40)
    fields.finish()
    return str(prescription)


def request_line(asked: Asked) -> dict[str, Any]:
    """A request without a word of why, or of what was answered."""
    row, given = asked.request, asked.given
    return {
        "id": row.public_id, "status": asked.status, "appointment": asked.appointment,
        "provider": {"slug": asked.provider.slug, "name": asked.provider.name}, "client": {"name": asked.person.name},
        "prescription": asked.prescription.public_id, "visits_allowed": asked.prescription.visits_allowed, "visits_used": asked.used,
        "visits": row.visits, "until_on": row.until_on.isoformat(), "written_at": rfc3339(row.written_at), "sent_at": _at(row.sent_at),
        "link_until": _at(row.link_expires_at), "answered_at": _at(row.answered_at), "answered_how": row.answered_how,
        "given": None if given is None else given.public_id,
    }  # fmt: skip


def request_answer(asked: Asked) -> dict[str, Any]:
    """A request as both sides read it."""
    answer = asked.request.answer
    said = None if answer is None else {"name": answer["name"], "npi": answer["npi"] or None, "words": answer["words"]}
    return {**request_line(asked), "reason": asked.reason, "answer": said}


def opened_answer(opened: Opened) -> dict[str, Any]:
    """What a visit's therapist reads: the prescription with what is left of it, the requests, and the papers that could answer one."""
    row = opened.prescription
    return {
        "prescription": None
        if row is None
        else {**paper_answer(row.prescription), "visits_used": row.used, "visits_left": row.left.visits},
        "items": [request_answer(one) for one in opened.requests],
        "papers": [paper_answer(one) for one in opened.papers],
        "next": None,
    }


def paper_answer(paper: Prescription) -> dict[str, Any]:
    """A prescription in a line."""
    return {
        "id": paper.public_id, "prescriber_name": paper.prescriber_name, "visits_allowed": paper.visits_allowed,
        "issued_on": paper.issued_on.isoformat(), "expires_on": paper.expires_on.isoformat(),
    }  # fmt: skip


def _at(instant: datetime | None) -> str | None:
    return None if instant is None else rfc3339(instant)
