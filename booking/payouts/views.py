"""Payouts at the therapist's desk, the way to their account at Stripe, and everybody's for the staff."""

from __future__ import annotations

import csv
import io

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from booking.ledger.rules.entries import PARKING
from booking.payments.stripe_port.values import Invalid, Missing, Unknown
from booking.payouts.actions.accounts import begin_account, read_account
from booking.payouts.forms import account_state, find_connect, own_provider_id
from booking.payouts.queries import Line, disputed_visits, get_payout, lines_of, list_payouts, moved_of, years_of
from booking.payouts.rules import K_CENTS, K_COUNT, plan_payout
from marketplace import clock
from marketplace.accounts.security_port import proven_again
from marketplace.db import db
from marketplace.kernel.walltime import NEW_YORK
from marketplace.webkit.identity import access, viewer
from marketplace.webkit.limits import limiter

blueprint = Blueprint("payouts", __name__)
PARKING_WORDS = "Parking, paid back"
HEAD = ("week of", "state", "visit", "service", "when", "amount")
# A table program takes a cell that begins like this for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


@blueprint.get("/provider/payouts")
@access("provider")
def index() -> str:
    """What was sent, what comes next, the account, and the years."""
    session, provider_id = db.session(), own_provider_id()
    plan = plan_payout(moved_of(session, provider_id), disputed_visits(session, provider_id))
    return render_template(
        "payouts/index.html", account=account_state(provider_id), plan=plan, rows=list_payouts(session, provider_id=provider_id),
        years=years_of(session, provider_id), k_cents=K_CENTS, k_count=K_COUNT,
    )  # fmt: skip


@blueprint.get("/provider/payouts/<public_id>")
@access("provider")
def show(public_id: str) -> str:
    """One payout, each line with its visit."""
    payout = get_payout(db.session(), public_id, provider_id=own_provider_id())
    return render_template("payouts/show.html", payout=payout, lines=lines_of(db.session(), payout.id))


@blueprint.get("/provider/payouts.csv")
@access("provider")
def table() -> Response:
    """Every line of every payout for a table program, amounts in dollars."""
    written, session = io.StringIO(), db.session()
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow(HEAD)
    for payout, _provider in list_payouts(session, provider_id=own_provider_id()):
        writer.writerows(_cells(payout.week_on.isoformat(), payout.state, line) for line in lines_of(session, payout.id))
    return Response(written.getvalue(), mimetype="text/csv", headers={"Content-Disposition": 'attachment; filename="payouts.csv"'})


def _cells(week: str, state: str, line: Line) -> tuple[str, ...]:
    name = PARKING_WORDS if line.kind == PARKING else line.service_name or ""
    when = "" if line.starts_at is None else line.starts_at.astimezone(NEW_YORK).isoformat()
    amount = f"{'-' if line.cents < 0 else ''}{abs(line.cents) // 100}.{abs(line.cents) % 100:02d}"
    return week, state, line.reference or "", f"'{name}" if name.startswith(_FORMULA) else name, when, amount


@blueprint.post("/provider/payouts/account")
@access("provider")
@limiter.limit("10 per hour")
@proven_again
def begin() -> ResponseReturnValue:
    """To Stripe's own page, where one states who one is and where the money goes; nothing of that comes to us.

    Whoever signed in a while ago types the password once more first, and comes back to the list.
    """
    port = find_connect()
    if port is None:
        flash(_("Cards are off here, so there is nothing to pay out."), "warning")
        return redirect(url_for("payouts.index"))
    try:
        return redirect(begin_account(port, own_provider_id(), url_for("payouts.back", _external=True), viewer().actor, clock.now()))
    except (Unknown, Invalid, Missing):
        flash(_("Stripe cannot be reached at present. Try again in some minutes."), "warning")
        return redirect(url_for("payouts.index"))


@blueprint.get("/provider/payouts/account")
@access("provider")
@limiter.limit("30 per hour")
def back() -> ResponseReturnValue:
    """Back from Stripe: what one stated is read there, not from this address. The page to look at is the list."""
    return redirect(url_for("payouts.index"))


@blueprint.post("/provider/payouts/account/look")
@access("provider")
@limiter.limit("30 per hour")
def look() -> ResponseReturnValue:
    """Ask Stripe whether money can be sent now."""
    port = find_connect()
    try:
        ready = port is not None and read_account(port, own_provider_id(), clock.now())
    except (Unknown, Missing):
        ready = False
    flash(_("Your account is ready.") if ready else _("Your account is not ready yet."), "good" if ready else "warning")
    return redirect(url_for("payouts.index"))


@blueprint.get("/admin/payouts")
@access("admin")
def everybodys() -> str:
    """The newest payouts of everybody."""
    return render_template("payouts/admin.html", rows=list_payouts(db.session()))
