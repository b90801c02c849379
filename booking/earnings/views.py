"""A provider's earnings: by week, month or year, as a page and as a table file."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

from flask import Blueprint, Response, render_template, request

from booking.earnings.forms import read_asked
from booking.earnings.queries import entries_of_provider, owed_to
from booking.earnings.rules import PERIODS, Line, add_up, bounds, by_year, cell, list_lines
from marketplace import clock
from marketplace.db import db
from marketplace.kernel.walltime import NEW_YORK, day_begin, from_minute
from marketplace.webkit.identity import access
from providers.registry.forms import desk_owner
from providers.registry.queries import find_own_id

blueprint = Blueprint("earnings", __name__)
HEAD = ("when", "what", "reference", "service", "visit", "earned", "tax", "waived", "received", "paid back")


@blueprint.get("/provider/earnings")
@access("provider")
def index() -> str:
    """The totals, the lines, and what is still owed."""
    asked = read_asked(request.args.to_dict(), clock.now())
    first, after = bounds(asked.period, asked.on)
    provider_id, session, now = _own_id(), db.session(), clock.now()
    rows = entries_of_provider(session, provider_id, from_minute(day_begin(first)), from_minute(day_begin(after)))
    return render_template(
        "provider/earnings.html", period=asked.period, periods=PERIODS, on=asked.on, first=first, last=after - timedelta(days=1),
        after=after, lines=list_lines(rows), totals=add_up(rows), owed=owed_to(session, provider_id, now),
        years=by_year(entries_of_provider(session, provider_id)), earlier=bounds(asked.period, first - timedelta(days=1))[0],
    )  # fmt: skip


@blueprint.get("/provider/earnings.csv")
@access("provider")
def table() -> Response:
    """The same lines for a table program, amounts in dollars."""
    asked = read_asked(request.args.to_dict(), clock.now())
    first, after = bounds(asked.period, asked.on)
    rows = entries_of_provider(db.session(), _own_id(), from_minute(day_begin(first)), from_minute(day_begin(after)))
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow(HEAD)
    writer.writerows([cell(one) for one in _cells(line)] for line in list_lines(rows))
    name = f"earnings-{asked.period}-{first.isoformat()}.csv"
    return Response(written.getvalue(), mimetype="text/csv", headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _cells(line: Line) -> list[object]:
    visit = line.visit
    about = ["", "", ""] if visit is None else [visit.reference, visit.service_name, visit.starts_at.astimezone(NEW_YORK).isoformat()]
    cents = (line.earned_cents, line.tax_cents, line.waived_cents, line.received_cents, line.paid_back_cents)
    return [line.at.astimezone(NEW_YORK).isoformat(), line.what, *about, *(_Amount(one) for one in cents)]


class _Amount:
    """Cents as a table program adds them up: -1250 is -12.50. A number is no text, so that no quote is put before it."""

    def __init__(self, cents: int) -> None:
        self.cents = cents

    def __str__(self) -> str:
        return f"{'-' if self.cents < 0 else ''}{abs(self.cents) // 100}.{abs(self.cents) % 100:02d}"


def _own_id() -> int | None:
    return find_own_id(db.session(), desk_owner().account_id)
