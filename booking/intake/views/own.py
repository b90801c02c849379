"""A client's own intake, comfort card and papers, and what to bring to a visit."""

from __future__ import annotations

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from booking.appointments.forms.reading import doer, own_person_id
from booking.appointments.models import Appointment
from booking.appointments.rules.states import CONFIRMED, REQUESTED
from booking.care.forms.prescriptions import show_faults
from booking.intake.actions.keep_files import keep_file, remove_file
from booking.intake.forms.comfort import why_comfort
from booking.intake.forms.files import KIND_WORDS, FileForm, as_attachment
from booking.intake.forms.telling import why_intake
from booking.intake.queries import find_comfort, find_intake, get_own_file, list_files
from booking.intake.rules.bag import Item, bag
from booking.intake.rules.files import MOST_BYTES, MOST_FILES
from booking.intake.views import filling
from marketplace import clock
from marketplace.db import db
from marketplace.kernel.errors import Refusal
from marketplace.kernel.walltime import local_day, to_minute
from marketplace.webkit.identity import access
from marketplace.webkit.limits import limiter
from providers.credentials.forms import read_upload
from providers.profiles.rules import MOBILE
from providers.services.rules.calls import PHONE

blueprint = Blueprint("intake", __name__)


@blueprint.app_context_processor
def packing() -> dict[str, object]:
    """What to bring, for the page of a coming visit."""
    return {"bag_of": _bag_of}


def _bag_of(visit: Appointment) -> tuple[Item, ...]:
    """What the client of a coming visit brings and has ready; nothing for calls and for what is over."""
    now = clock.now()
    if visit.setting == PHONE or visit.status not in (REQUESTED, CONFIRMED) or visit.starts_at <= now:
        return ()
    session = db.session()
    kept, card = find_intake(session, visit.person_id), find_comfort(session, visit.person_id)
    kinds = {one.about.kind for one in list_files(session, visit.person_id)}
    told = kept.intake if kept else None
    return bag(told, why_intake(kept, now), why_comfort(card, now), kinds, mobile=visit.setting in MOBILE)


@blueprint.route("/account/intake", methods=["GET", "POST"])
@access("client")
@limiter.limit("60 per hour", methods=["POST"])
def telling() -> ResponseReturnValue:
    """What one tells once: prefilled with what stands."""
    return filling.fill_intake(_way())


@blueprint.post("/account/intake/still-right")
@access("client")
@limiter.limit("60 per hour")
def confirm() -> ResponseReturnValue:
    """Everything still stands."""
    return filling.confirm_intake(_way())


@blueprint.route("/account/comfort", methods=["GET", "POST"])
@access("client")
@limiter.limit("60 per hour", methods=["POST"])
def comfort() -> ResponseReturnValue:
    """How one wants to be touched, and where not."""
    return filling.fill_comfort(_way())


@blueprint.post("/account/comfort/still-right")
@access("client")
@limiter.limit("60 per hour")
def confirm_comfort() -> ResponseReturnValue:
    """The card still stands, under the text that was shown."""
    return filling.confirm_comfort(_way())


def _way() -> filling.Way:
    names = (".telling", ".confirm", ".comfort", ".confirm_comfort")
    return filling.Way(own_person_id(), doer().name, *(url_for(name) for name in names))


@blueprint.route("/account/files", methods=["GET", "POST"])
@access("client")
@limiter.limit("60 per hour", methods=["POST"])
def files() -> ResponseReturnValue:
    """One's papers, and a place for another."""
    person_id, now = own_person_id(), clock.now()
    form = FileForm(local_day(to_minute(now)))
    if form.validate_on_submit():
        try:
            keep_file(form.about(), read_upload(request), person_id, doer().name, now)
        except Refusal as refusal:
            show_faults(form, list(refusal.faults), refusal.sentence)
        else:
            flash(_("Kept. Therapists of your visits can open it, and you see when they do."), "good")
            return redirect(url_for(".files"))
    kept = list_files(db.session(), person_id)
    page = render_template(
        "intake/files.html", form=form, files=kept, kinds=KIND_WORDS, most=MOST_FILES, most_mb=MOST_BYTES // 1024**2
    )  # fmt: skip
    return page, 422 if form.errors else 200


@blueprint.get("/account/files/<public_id>")
@access("client")
def file(public_id: str) -> Response:
    """One's own paper."""
    row = get_own_file(db.session(), public_id, own_person_id())
    return as_attachment(row.media_type, row.content)


@blueprint.post("/account/files/<public_id>/remove")
@access("client")
def remove(public_id: str) -> ResponseReturnValue:
    """Remove a paper for good."""
    remove_file(public_id, own_person_id(), doer().name, clock.now())
    flash(_("The file is gone."), "good")
    return redirect(url_for(".files"))
