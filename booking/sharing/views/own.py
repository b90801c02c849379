"""A client's permissions, and the log of what left under them."""

from __future__ import annotations

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from booking.appointments.forms.reading import doer, own_person_id
from booking.care.forms.prescriptions import show_faults
from booking.sharing.actions.revoke_release import revoke_release
from booking.sharing.actions.sign_release import sign_release
from booking.sharing.catalogue import current_version, text_of
from booking.sharing.forms.answers import file_of, private
from booking.sharing.forms.releases import PART_WORDS, ReleaseForm
from booking.sharing.queries.letters import get_own_letter, letters_of
from booking.sharing.queries.releases import get_own_release, providers_seen, releases_of
from marketplace import clock
from marketplace.db import db
from marketplace.kernel.errors import Refusal
from marketplace.kernel.walltime import local_day, to_minute
from marketplace.webkit.identity import access
from marketplace.webkit.limits import limiter

blueprint = Blueprint("sharing", __name__, url_prefix="/account")


@blueprint.get("/releases")
@access("client")
def index() -> str:
    """What one permits, and what left."""
    session, now, person_id = db.session(), clock.now(), own_person_id()
    return render_template(
        "sharing/index.html", releases=releases_of(session, person_id, now), letters=letters_of(session, person_id, now), parts=PART_WORDS
    )


@blueprint.route("/releases/new", methods=["GET", "POST"])
@access("client")
@limiter.limit("30 per hour", methods=["POST"])
def sign() -> ResponseReturnValue:
    """Sign a permission."""
    person_id, now = own_person_id(), clock.now()
    providers = providers_seen(db.session(), person_id)
    form = ReleaseForm(providers, local_day(to_minute(now)), request.args.get("provider"))
    if form.validate_on_submit():
        try:
            made = sign_release(form.draft, form.provider.data, person_id, doer().name, now)
        except Refusal as refusal:
            show_faults(form, list(refusal.faults), refusal.sentence)
        else:
            flash(_("Signed. Your therapist can write now. You can take it back at any time."), "good")
            return redirect(url_for(".show", public_id=made))
    page = render_template("sharing/sign.html", form=form, providers=providers, text=text_of(current_version()))
    return (page, 422) if form.is_submitted() else page


@blueprint.get("/releases/<public_id>")
@access("client")
def show(public_id: str) -> str:
    """What was signed, to keep and print."""
    signed = get_own_release(db.session(), public_id, own_person_id(), clock.now())
    return render_template(
        "sharing/release.html", signed=signed, row=signed.release, text=text_of(signed.release.text_version), parts=PART_WORDS
    )


@blueprint.post("/releases/<public_id>/revoke")
@access("client")
def revoke(public_id: str) -> ResponseReturnValue:
    """Take it back."""
    revoke_release(public_id, own_person_id(), doer().name, clock.now())
    flash(_("Taken back. Nothing more leaves under it, and links to its letters no longer open."), "good")
    return redirect(url_for(".index"))


@blueprint.get("/letters/<public_id>")
@access("client")
def letter(public_id: str) -> Response:
    """A letter about oneself, word for word."""
    sent = get_own_letter(db.session(), public_id, own_person_id(), clock.now())
    return private(render_template("sharing/letter.html", sent=sent, paper=sent.paper))


@blueprint.get("/letters/<public_id>.pdf")
@access("client")
def letter_file(public_id: str) -> Response:
    """The same as a file."""
    return file_of(get_own_letter(db.session(), public_id, own_person_id(), clock.now()).paper)
