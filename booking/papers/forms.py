"""What people state for papers, and who may see which."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from flask import Response, request
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, StringField, ValidationError
from wtforms.validators import Optional

from booking.appointments.queries import Booked
from booking.giftcards.models import GiftCardPaper
from booking.ledger.models import Receipt
from booking.ledger.queries import find_voiding
from booking.papers.pdf_port import pdf_of
from booking.papers.queries import content_now, find_estimate, sheet_of
from booking.papers.rules.estimates import paper_of
from booking.papers.rules.facts import birth_date_fault, tax_id_fault, tidy_tax_id
from booking.papers.rules.paper import Paper
from booking.papers.rules.receipts import paper_of_gift, paper_of_receipt
from marketplace.db import db
from marketplace.kernel.walltime import local_day, to_minute
from marketplace.webkit.filters import rfc3339
from marketplace.webkit.reading import Fields, json_object

NOT_GIVEN_YET = "not given yet"


class BirthDateForm(FlaskForm):
    """A client's birth date; empty forgets it."""

    born_on = DateField(_l("Your birth date"), validators=[Optional()])

    def __init__(self, *, today: date, born_on: date | None) -> None:
        """`today` is New York's."""
        super().__init__(born_on=born_on)
        self.today = today

    def validate_born_on(self, field: DateField) -> None:
        """A day in the past, not too long ago."""
        if field.data and (fault := birth_date_fault(field.data, self.today)):
            raise ValidationError(fault)


class TaxIdForm(FlaskForm):
    """A provider's employer identification number; empty forgets it."""

    tax_id = StringField(_l("Employer identification number (EIN)"), validators=[Optional()])

    def validate_tax_id(self, field: StringField) -> None:
        """Nine digits, and no social security number."""
        if field.data and (fault := tax_id_fault(field.data)):
            raise ValidationError(fault)


def estimate_file(booked: Booked, now: datetime) -> Response:
    """A visit's estimate as a file that nobody else keeps; before one was given, what it would say."""
    newest, session = find_estimate(db.session(), booked), db.session()
    if newest is not None:
        paper = sheet_of(newest)
    else:
        paper = paper_of(content_now(session, booked, now), NOT_GIVEN_YET, local_day(to_minute(now)))
    return _file(paper, "estimate")


def receipt_file(receipt: Receipt, client_name: str) -> Response:
    """A receipt or a credit note as a file, and whether it still counts."""
    voided = find_voiding(db.session(), receipt.id)
    issued_on = local_day(to_minute(receipt.issued_at))
    paper = paper_of_receipt(
        receipt.content, name=receipt.name, kind=receipt.kind, client_name=client_name, issued_on=issued_on,
        voided_by=voided.name if voided else None,
    )  # fmt: skip
    return _file(paper, receipt.name)


def gift_sheet(paper: GiftCardPaper, buyer_name: str) -> Paper:
    """A paper of a gift card, so that its page and its file say the same."""
    issued_on = local_day(to_minute(paper.issued_at))
    return paper_of_gift(paper.content, name=paper.name, kind=paper.kind, buyer_name=buyer_name, issued_on=issued_on)


def gift_file(paper: GiftCardPaper, buyer_name: str) -> Response:
    """The same as a file."""
    return _file(gift_sheet(paper, buyer_name), paper.name)


def gift_answer(paper: GiftCardPaper, buyer_name: str) -> dict[str, Any]:
    """The same as JSON."""
    return {
        **paper.content, "number": paper.name, "kind": paper.kind, "issued_at": rfc3339(paper.issued_at), "buyer": {"name": buyer_name},
    }  # fmt: skip


def _file(paper: Paper, name: str) -> Response:
    response = Response(pdf_of(paper), mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.pdf"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


def read_birth_date(today: date) -> date | None:
    """`{born_on: YYYY-MM-DD|null}`."""
    fields = Fields(json_object(request))
    born_on = fields.written_day("born_on")
    if born_on is not None and (fault := birth_date_fault(born_on, today)):
        fields.fault("born_on", fault)
    fields.finish()
    return born_on


def read_tax_id() -> str | None:
    """`{tax_id: NN-NNNNNNN|null}`."""
    fields = Fields(json_object(request))
    text = fields.text("tax_id", "", longest=20, blank=True)
    if text and (fault := tax_id_fault(text)):
        fields.fault("tax_id", fault)
    fields.finish()
    return tidy_tax_id(text) if text else None
