"""The platform's desk for money that waits for a person: disputes, refunds that came back, fees that no card has paid."""

from __future__ import annotations

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from booking.disputes.actions import read_case
from booking.disputes.forms import FindForm, evidence_file
from booking.disputes.queries import find_visit, list_disputes, list_waiting
from booking.disputes.rules import term_words
from booking.payments.rules.disputes import is_open, keeps_back
from marketplace import clock
from marketplace.db import db
from marketplace.webkit.identity import access, viewer

blueprint = Blueprint("money_desk", __name__)


@blueprint.get("/admin/money")
@access("admin")
def index() -> ResponseReturnValue:
    """What waits, and the way to any visit's money by its reference."""
    form = FindForm(request.args)
    if form.reference.data and form.validate():
        visit = find_visit(db.session(), form.reference.data)
        if visit is not None:
            return redirect(url_for("money.admin_show", public_id=visit.public_id))
        flash(_("There is no visit with this reference."), "warning")
    return render_template(
        "admin/money.html", form=form, disputes=list_disputes(db.session()), waiting=list_waiting(db.session()), is_open=is_open,
        keeps_back=keeps_back,
    )  # fmt: skip


@blueprint.get("/admin/disputes/<name>")
@access("admin")
def show(name: str) -> str:
    """One dispute with its evidence. The look is recorded."""
    found, case = read_case(name, viewer().actor, clock.now())
    return render_template(
        "admin/dispute.html", found=found, case=case, terms=term_words(case.terms), is_open=is_open, keeps_back=keeps_back
    )


@blueprint.get("/admin/disputes/<name>/evidence.pdf")
@access("admin")
def evidence(name: str) -> Response:
    """The evidence as a file. The look is recorded."""
    return evidence_file(read_case(name, viewer().actor, clock.now())[1])
