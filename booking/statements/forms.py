"""Which days somebody asks for, and a statement as what programs and printers take."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from flask import Response

from booking.papers.pdf_port import pdf_of
from booking.statements.rules.sides import Cents, Side
from booking.statements.rules.spans import Span, month_of, span_faults
from booking.statements.rules.statement import Line, Month, Statement
from booking.statements.rules.words import paper_of
from marketplace.kernel.walltime import local_day, to_minute
from marketplace.webkit.filters import rfc3339
from marketplace.webkit.reading import Fields


def read_span(query: Mapping[str, str], now: datetime) -> Span:
    """`from` and `until`, the first day and the first day after it: this month, or the month that begins with `from`, where not said."""
    fields = Fields(dict(query))
    first: date = fields.day("from", month_of(local_day(to_minute(now))).first)
    span = Span(first, fields.day("until", month_of(first).after))
    for fault in span_faults(span):
        fields.fault(fault.field, fault.message)
    fields.finish()
    return span


def answer_of(statement: Statement) -> dict[str, Any]:
    """The statement for programs."""
    return {
        "from": statement.span.first.isoformat(), "until": statement.span.after.isoformat(), "final": statement.final, "currency": "USD",
        "before": _cents(statement.before), "totals": _cents(statement.changed), "after": _cents(statement.after),
        "lines": [_line(line) for line in statement.lines], "months": [_month(month) for month in statement.months],
    }  # fmt: skip


def _line(line: Line) -> dict[str, Any]:
    visit, provider = line.visit, line.provider
    return {
        "at": rfc3339(line.at), "what": line.what, "appointment": visit and visit.public_id, "reference": visit and visit.reference,
        "provider": provider and {"slug": provider[0], "name": provider[1]}, "changes": _cents(line.changed),
        "balance_cents": line.balance_cents,
    }  # fmt: skip


def _month(month: Month) -> dict[str, Any]:
    days = {"from": month.span.first.isoformat(), "until": month.span.after.isoformat()}
    return {**days, "changes": _cents(month.changed), "balance_cents": month.balance_cents}


def _cents(named: Cents) -> dict[str, int]:
    return {f"{name}_cents": cents for name, cents in named.items()}


def file_of(side: Side, statement: Statement, holder: str) -> Response:
    """The statement as a PDF that nobody else keeps."""
    response = Response(pdf_of(paper_of(side, statement, holder)), mimetype="application/pdf")
    name = f"statement-{statement.span.first.isoformat()}-{statement.span.last.isoformat()}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.pdf"'
    response.headers["Cache-Control"] = "private, no-store"
    return response
