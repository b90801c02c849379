"""What is answered about releases and letters: JSON, files, and pages that nobody keeps or lists."""

from __future__ import annotations

from typing import Any

from flask import Response, make_response

from booking.papers.pdf_port import pdf_of
from booking.papers.rules.paper import Paper
from booking.sharing.actions.write_letter import Draft
from booking.sharing.queries.letters import Sent
from booking.sharing.queries.releases import Signed
from booking.sharing.rules.letters import paper_to_dict, words_to_dict
from booking.sharing.rules.releases import Recipient
from marketplace.webkit.filters import rfc3339
from providers.registry.forms import provider_line


def release_answer(signed: Signed) -> dict[str, Any]:
    """A release."""
    row = signed.release
    return {
        "id": row.public_id,
        "client": {"name": signed.person.name},
        "provider": provider_line(signed.provider),
        "recipient": {**_recipient(signed.recipient), "email": signed.recipient.email},
        "scope": row.scope,
        "purpose": row.purpose,
        "expires_on": row.expires_on.isoformat(),
        "signed_name": row.signed_name,
        "guardian": signed.guardian,
        "signed_at": rfc3339(row.signed_at),
        "text_version": row.text_version,
        "revoked_at": rfc3339(row.revoked_at) if row.revoked_at else None,
        "live": signed.live,
        "reason": signed.reason,
    }


def letter_answer(sent: Sent) -> dict[str, Any]:
    """That a letter left, without a word of it."""
    letter = sent.letter
    return {
        "id": letter.public_id,
        "release": sent.release.public_id,
        "provider": provider_line(sent.provider),
        "recipient": _recipient(sent.recipient),
        "way": letter.way,
        "parts": letter.parts,
        "sent_at": rfc3339(letter.sent_at),
        "open_until": rfc3339(letter.open_until_at),
        "openings": [rfc3339(at) for at in sent.opened],
        "open": sent.open,
    }


def draft_answer(draft: Draft) -> dict[str, Any]:
    """A letter in the making: its words, and the letter as it would leave."""
    return {
        "release": draft.release.public_id,
        **words_to_dict(draft.words),
        "letter": paper_to_dict(draft.paper),
        "checksum": draft.checksum,
        "changed_at": rfc3339(draft.changed_at),
    }


def _recipient(recipient: Recipient) -> dict[str, str]:
    return {"name": recipient.name, "profession": recipient.profession, "practice": recipient.practice}


def private(body: str, status: int = 200) -> Response:
    """A page that nobody keeps or lists."""
    return _unkept(make_response(body, status))


def file_of(paper: Paper) -> Response:
    """A letter as a file that nobody keeps on the way."""
    made = make_response(pdf_of(paper))
    made.headers["Content-Type"] = "application/pdf"
    made.headers["Content-Disposition"] = 'attachment; filename="letter.pdf"'
    return _unkept(made)


def _unkept(made: Response) -> Response:
    made.headers["Cache-Control"] = "private, no-store"
    made.headers["X-Robots-Tag"] = "noindex, nofollow"
    return made
