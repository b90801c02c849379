"""The operations of superbills."""

from __future__ import annotations

from booking.openapi.catalogue.schemas import AMOUNT, CENTS, COUNT, DAY, INSTANT, TEXT, YES, given, listed, nullable, taken
from booking.openapi.rules import Operation

ONE = "/api/v1/appointments/<public_id>/superbill"
SIDES = ("client", "provider")
ITEM = given(
    {
        "code": nullable(TEXT), "modifier": nullable(TEXT), "label": TEXT, "minutes": nullable(COUNT), "units": nullable(COUNT),
        "amount_cents": nullable(AMOUNT),
    }
)  # fmt: skip
GIVES = given(
    {
        "name": TEXT, "credential": TEXT, "license_number": nullable(TEXT), "npi": nullable(TEXT), "tax_id": nullable(TEXT),
        "address": nullable(TEXT), "phone": nullable(TEXT), "state": TEXT,
    }
)  # fmt: skip
SUPERBILL = given(
    {
        "id": nullable(TEXT),
        "number": nullable(TEXT),
        "version": COUNT,
        "issued_at": nullable(INSTANT),
        "reference": TEXT,
        "service_on": DAY,
        "setting": TEXT,
        "place_of_service": nullable(TEXT),
        "client": given({"name": TEXT, "born_on": nullable(DAY), "address": nullable(TEXT)}, {"guardian": nullable(TEXT)}),
        "provider": GIVES,
        "prescriber": nullable(given({"name": TEXT, "npi": TEXT, "prescribed_on": DAY})),
        "icd10": nullable(TEXT),
        "diagnosis": nullable(TEXT),
        "hands_on_minutes": COUNT,
        "units": nullable(COUNT),
        "items": listed(ITEM),
        "charged_cents": AMOUNT,
        "tax_cents": AMOUNT,
        "waived_cents": CENTS,
        "total_cents": AMOUNT,
        "paid_cents": AMOUNT,
        "paid_by": listed(TEXT),
        "due_cents": AMOUNT,
        "currency": {"const": "USD"},
        "note": given({"signed_by": TEXT, "signed_on": DAY}),
        "complete": YES,
        "missing": listed(given({"code": TEXT, "detail": TEXT})),
        "coverage": {"const": "unknown"},
        "checklist": listed(given({"code": TEXT, "answer": {"enum": ["yes", "no"]}, "ask": TEXT})),
        "notices": listed(TEXT),
        "notices_version": COUNT,
    }
)

OPERATIONS = (
    Operation(
        "GET", ONE, "show_superbill",
        "The newest superbill of a visit whose note is signed; version 0 is what a first would say. A therapist's look is written down.",
        "papers", SIDES, answer=SUPERBILL, errors=(404, 409),
    ),
    Operation(
        "GET", f"{ONE}.pdf", "show_superbill_file", "The superbill as a file.", "papers", SIDES,
        answer={"type": "string", "format": "binary"}, media=("application/pdf",), errors=(404, 409),
    ),
    Operation(
        "POST", ONE, "issue_superbill", "Issue the superbill, or its next version; the one that stands where it says the same.",
        "papers", ("provider",), taken({}), status=201, answer=SUPERBILL, errors=(404, 409), creates=True,
    ),
)  # fmt: skip
