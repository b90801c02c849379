"""A superbill for programs, and as a file."""

from __future__ import annotations

from typing import Any

from flask import Response

from booking.papers.pdf_port import pdf_of
from booking.superbills.queries import Given
from marketplace.webkit.filters import rfc3339


def answer_of(given: Given) -> dict[str, Any]:
    """The contract's superbill, as it was issued, with which version it is."""
    issued_at = None if given.issued_at is None else rfc3339(given.issued_at)
    return {"id": given.public_id, "number": given.number, "version": given.version, "issued_at": issued_at, **given.content}


def file_of(given: Given) -> Response:
    """The superbill as a PDF that nobody else keeps."""
    response = Response(pdf_of(given.sheet), mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="superbill-{given.number or "draft"}.pdf"'
    response.headers["Cache-Control"] = "private, no-store"
    return response
