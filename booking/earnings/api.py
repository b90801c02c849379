"""`GET /api/v1/provider/earnings`."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, request

from booking.earnings.forms import read_asked
from booking.earnings.queries import entries_of_provider, owed_to
from booking.earnings.rules import Totals, add_up, bounds, by_year, list_lines
from marketplace import clock
from marketplace.db import db
from marketplace.kernel.walltime import day_begin, from_minute
from marketplace.webkit.filters import rfc3339
from marketplace.webkit.identity import access
from providers.registry.forms import desk_owner
from providers.registry.queries import find_own_id

blueprint = Blueprint("earnings_api", __name__, url_prefix="/api/v1")


@blueprint.get("/provider/earnings")
@access("provider")
def show() -> Response:
    """Lines and totals of a period, what is owed, and the totals of each year."""
    asked, session, now = read_asked(request.args.to_dict(), clock.now()), db.session(), clock.now()
    first, after = bounds(asked.period, asked.on)
    provider_id = find_own_id(session, desk_owner().account_id)
    rows = entries_of_provider(session, provider_id, from_minute(day_begin(first)), from_minute(day_begin(after)))
    owed = owed_to(session, provider_id, now)
    lines = [
        {
            "at": rfc3339(line.at), "what": line.what, "appointment": None if line.visit is None else line.visit.public_id,
            "reference": None if line.visit is None else line.visit.reference, "earned_cents": line.earned_cents,
            "tax_cents": line.tax_cents, "waived_cents": line.waived_cents, "received_cents": line.received_cents,
            "paid_back_cents": line.paid_back_cents,
        }
        for line in list_lines(rows)
    ]  # fmt: skip
    years = [{"year": year, **_totals(totals)} for year, totals in by_year(entries_of_provider(session, provider_id))]
    return jsonify(
        {
            "period": asked.period, "from": first.isoformat(), "until": after.isoformat(), "currency": "USD", "lines": lines,
            "totals": _totals(add_up(rows)), "due_cents": owed.due_cents, "overdue_cents": owed.overdue_cents, "years": years,
        }
    )  # fmt: skip


def _totals(totals: Totals) -> dict[str, Any]:
    return {
        "earned_cents": totals.earned_cents,
        "tax_cents": totals.tax_cents,
        "waived_cents": totals.waived_cents,
        "received_cents": totals.received_cents,
        "paid_back_cents": totals.paid_back_cents,
        "kinds": dict(totals.kinds),
    }
