"""The page on which a client pays what is due after a visit; for guests the same behind their secret link."""

from __future__ import annotations

from flask import Blueprint, flash, render_template, url_for
from flask_babel import gettext as _
from flask_wtf import FlaskForm

from booking.appointments.forms.due import begin_due
from booking.appointments.forms.reading import own_person_id
from booking.appointments.queries import get_by_guest_key, get_of_person
from booking.appointments.rules.attention import CLIENT_MUST_ACT
from booking.appointments.views.visits import Door
from booking.payments.forms import find_port
from marketplace import clock
from marketplace.db import db
from marketplace.kernel.errors import Refusal
from marketplace.vault import secret_hash
from marketplace.webkit.identity import access
from marketplace.webkit.limits import limiter

blueprint = Blueprint("due", __name__)


@blueprint.route("/appointments/<public_id>/pay", methods=["GET", "POST"])
@access("client")
@limiter.limit("20 per hour", methods=["POST"])
def pay(public_id: str) -> str:
    """Pay what is due for one's own visit."""
    return _pay(Door(get_of_person(db.session(), public_id, own_person_id()), None), url_for("due.pay", public_id=public_id))


@blueprint.route("/visits/<key>/pay", methods=["GET", "POST"])
@access("anyone")
@limiter.limit("20 per hour", methods=["POST"])
def guest_pay(key: str) -> str:
    """A guest pays what is due."""
    return _pay(Door(get_by_guest_key(db.session(), secret_hash(key)), key), url_for("due.guest_pay", key=key))


def _pay(door: Door, here: str) -> str:
    """What is due and why; once the client has asked for it, the way to the page where the card is given."""
    visit, form, begun = door.booked.appointment, FlaskForm(), None
    if form.validate_on_submit():
        try:
            begun = begin_due(visit.public_id, door.doer, clock.now())
        except Refusal as refusal:
            flash(refusal.sentence, "warning")
        else:
            if begun.state == "waiting":
                flash(_("Our card company gives no answer at present. Try again in a minute. Nothing was charged."), "warning")
        db.session.refresh(visit)
    return render_template(
        "appointments/pay.html", door=door, visit=visit, booked=door.booked, form=form, here=here, begun=begun,
        must_act=CLIENT_MUST_ACT in visit.attention, cards_on=find_port() is not None,
    )  # fmt: skip
