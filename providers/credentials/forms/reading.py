"""Reading credentials as the contract has them, as JSON or as a form with a file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import Request, current_app

from marketplace.kernel.errors import Refusal
from marketplace.settings import Settings
from marketplace.webkit.reading import Fields, json_object, read_object
from providers.credentials.catalogue import kinds
from providers.credentials.pillow_port import read_document
from providers.credentials.rules.documents import LARGEST_BYTES
from providers.credentials.rules.drafts import CredentialDraft, Document
from providers.credentials.rules.kinds import CERTIFICATE, LICENSE
from providers.credentials.rules.numbers import normalize_license_number, npi_fault

NPI = "npi"
MOST_CENTS = 10**12
_CODE = re.compile(r"[a-z][a-z0-9_]{0,31}")


def credential_body(request: Request) -> dict[str, Any]:
    """The facts as sent: a JSON object, or the fields of a form, whose `details` are a JSON text; empty fields count as absent."""
    if request.mimetype != "multipart/form-data":
        return json_object(request)
    body: dict[str, Any] = {name: text for name, text in request.form.items() if text.strip() and name != "csrf_token"}
    if "details" in body:
        body["details"] = read_object(body["details"])
    return body


def read_upload(request: Request, name: str = "file") -> Document | None:
    """The file that came along in a field, told by its content and cleaned; None without one."""
    upload = request.files.get(name)
    if upload is None or not upload.filename:
        return None
    return read_document(upload.stream.read(LARGEST_BYTES + 1))


def read_credential(body: Mapping[str, Any]) -> CredentialDraft:
    """The facts of `POST /provider/credentials`. Raises Malformed for unknown fields, Refused `invalid` for the rest."""
    fields = Fields(body)
    kind = fields.choice("kind", kinds().kinds)
    draft = CredentialDraft(
        kind=kind,
        issuer=fields.text("issuer", longest=120),
        holder_name=fields.text("holder_name", longest=120),
        number=_number(fields, kind),
        issued_on=fields.day("issued_on", None),
        expires_on=fields.day("expires_on", None),
        details=_details(fields, kind),
    )
    if draft.issued_on and draft.expires_on and draft.expires_on < draft.issued_on:
        fields.fault("expires_on", "This is before the day of issue.")
    if kind == CERTIFICATE and draft.technique is None:
        fields.fault("details.technique", "Say for which technique.")
    fields.finish()
    return draft


def _number(fields: Fields, kind: str) -> str | None:
    number: str | None = (
        fields.text("number", longest=60) if kind in (LICENSE, NPI) else fields.text("number", None, longest=60, blank=True)
    )
    if not number:
        return None
    if kind == NPI and (fault := npi_fault(number)):
        fields.fault("number", fault)
    if kind == LICENSE:
        try:
            return normalize_license_number(number)
        except Refusal as refusal:
            fields.fault("number", refusal.sentence)
    return number


def _details(fields: Fields, kind: str) -> dict[str, object]:
    """Only what the kind has; what was left out is not kept."""
    row = Fields(fields.table("details", {}) or {}, "details.")
    known = kinds().kinds.get(kind)
    found = {name: _detail(row, name) for name in (known.details if known else ())}
    if known:
        fields.adopt(row)
    return {name: value for name, value in found.items() if value not in (None, "", [])}


def _detail(row: Fields, name: str) -> object:
    if name.endswith("_cents"):
        amount: object = row.integer(name, None, most=MOST_CENTS)
        return amount
    if name in ("covers", "excludes"):
        return [word.strip()[:60] for word in row.texts(name, []) or []][:60]
    if name.endswith("_on"):
        day = row.day(name, None)
        return day.isoformat() if isinstance(day, date) else None
    text = row.text(name, None, longest=120, blank=True)
    if name == "npi" and text and (fault := npi_fault(text)):
        row.fault(name, fault)
    if name == "technique" and text and not _CODE.fullmatch(text):
        row.fault(name, "This must be the code of a technique.")
    return text


def credentials_link() -> str:
    """Where letters send a provider to see their credentials."""
    settings: Settings = current_app.extensions["settings"]
    return f"{settings.base_url}/provider/credentials"
