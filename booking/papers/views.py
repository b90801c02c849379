"""Estimates as pages and files: for a client, a guest by their link, and the therapist."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Answer

from booking.appointments.forms.reading import base_url, doer, own_appointment
from booking.appointments.queries import Booked, get_by_guest_key
from booking.giftcards.queries import get_kept, get_paper
from booking.ledger.queries import get_receipt
from booking.papers.actions import ask_estimate, state_birth_date, state_tax_id
from booking.papers.forms import BirthDateForm, TaxIdForm, gift_file, gift_sheet, receipt_file
from booking.papers.forms import estimate_file as file_of
from booking.papers.queries import find_birth_date, find_tax_id, list_estimates, sheet_of, subject_of
from booking.papers.rules.facts import tidy_tax_id
from marketplace import clock
from marketplace.db import db
from marketplace.kernel.walltime import local_day, to_minute
from marketplace.vault import secret_hash
from marketplace.webkit.identity import access
from marketplace.webkit.limits import limiter
from providers.registry.forms import desk_owner
from providers.registry.queries import find_own_id

blueprint = Blueprint("papers", __name__)

Page = str | Answer | tuple[str, int]


@dataclass(frozen=True)
class Way:
    """How a reader came to an estimate: where they go back to, and where its file is for them."""

    back: str
    file: str


@blueprint.route("/appointments/<public_id>/estimate", methods=["GET", "POST"])
@access("client")
@limiter.limit("30 per minute")
def estimate(public_id: str) -> Page:
    """The estimate of one's own visit, or a way to ask for one."""
    way = Way(url_for("visits.show", public_id=public_id), url_for("papers.estimate_file", public_id=public_id))
    return _estimate(own_appointment(public_id), way)


@blueprint.route("/visits/<key>/estimate", methods=["GET", "POST"])
@access("anyone")
@limiter.limit("30 per minute")
def guest_estimate(key: str) -> Page:
    """The same for a guest."""
    way = Way(url_for("visits.guest", key=key), url_for("papers.guest_estimate_file", key=key))
    return _estimate(get_by_guest_key(db.session(), secret_hash(key)), way)


@blueprint.get("/provider/appointments/<public_id>/estimate")
@access("provider")
def given_estimate(public_id: str) -> str:
    """The estimate as the client has it."""
    way = Way(url_for("desk_visit.show", public_id=public_id), url_for("papers.estimate_file", public_id=public_id))
    return _page(own_appointment(public_id), way, None)


@blueprint.get("/appointments/<public_id>/estimate.pdf")
@access("client", "provider")
def estimate_file(public_id: str) -> Response:
    """The file of one's own."""
    return file_of(own_appointment(public_id), clock.now())


@blueprint.get("/visits/<key>/estimate.pdf")
@access("anyone")
def guest_estimate_file(key: str) -> Response:
    """A guest's file."""
    return file_of(get_by_guest_key(db.session(), secret_hash(key)), clock.now())


@blueprint.get("/appointments/<public_id>/receipts/<name>.pdf")
@access("client")
def receipt(public_id: str, name: str) -> Response:
    """A receipt of one's own visit as a file."""
    return _receipt(own_appointment(public_id), name)


@blueprint.get("/visits/<key>/receipts/<name>.pdf")
@access("anyone")
def guest_receipt(key: str, name: str) -> Response:
    """A guest's receipt as a file."""
    return _receipt(get_by_guest_key(db.session(), secret_hash(key)), name)


@blueprint.get("/provider/appointments/<public_id>/receipts/<name>.pdf")
@access("provider")
def desk_receipt(public_id: str, name: str) -> Response:
    """A receipt that one gave, as a file."""
    return _receipt(own_appointment(public_id), name)


@blueprint.get("/admin/appointments/<public_id>/receipts/<name>.pdf")
@access("admin")
def admin_receipt(public_id: str, name: str) -> Response:
    """A receipt as a file, for staff."""
    return _receipt(own_appointment(public_id), name)


def _receipt(booked: Booked, name: str) -> Response:
    return receipt_file(get_receipt(db.session(), name, appointment_id=booked.appointment.id), booked.person.name)


@blueprint.get("/gift-cards/orders/<public_id>/receipts/<name>")
@access("anyone")
def gift_receipt(public_id: str, name: str) -> str:
    """A paper of a gift card, for whoever knows the address of its order; the code stands on none."""
    kept = get_kept(db.session(), public_id)
    paper = gift_sheet(get_paper(db.session(), kept.card.id, name), kept.person.name)
    return render_template("papers/gift_card.html", paper=paper, back=url_for("giftcards.ordered", public_id=public_id))


@blueprint.get("/gift-cards/orders/<public_id>/receipts/<name>.pdf")
@access("anyone")
def gift_receipt_file(public_id: str, name: str) -> Response:
    """The same as a file."""
    kept = get_kept(db.session(), public_id)
    return gift_file(get_paper(db.session(), kept.card.id, name), kept.person.name)


@blueprint.route("/provider/paper-facts", methods=["GET", "POST"])
@access("provider")
def tax_id() -> Page:
    """What papers say about one's business."""
    provider_id = find_own_id(db.session(), desk_owner().account_id)
    if provider_id is None:
        return redirect(url_for("apply.show", step="practice"))
    form = TaxIdForm(tax_id=find_tax_id(db.session(), provider_id))
    if form.validate_on_submit():
        state_tax_id(provider_id, tidy_tax_id(form.tax_id.data) if form.tax_id.data else None, doer().name, clock.now())
        flash(_("Saved."), "good")
        return redirect(url_for("papers.tax_id"))
    return render_template("papers/tax_id.html", form=form)


def _estimate(booked: Booked, way: Way) -> Page:
    now = clock.now()
    form = BirthDateForm(today=local_day(to_minute(now)), born_on=find_birth_date(db.session(), booked.person.id))
    if form.validate_on_submit():
        person_id, public_id = booked.person.id, booked.appointment.public_id
        state_birth_date(person_id, form.born_on.data, now)
        ask_estimate(public_id, doer().name, base_url(), now)
        return redirect(request.path)
    return _page(booked, way, form)


def _page(booked: Booked, way: Way, form: BirthDateForm | None) -> str:
    given = list_estimates(db.session(), subject_of(db.session(), booked).name)
    return render_template(
        "papers/estimate.html", paper=sheet_of(given[0]) if given else None, earlier=given[1:], back=way.back, file=way.file, form=form
    )
