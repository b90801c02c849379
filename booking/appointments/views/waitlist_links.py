"""The waitlist by the links of its letters: a guest stands in line, goes on with an offer, lets it go. Opening a link changes nothing."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Answer

from booking.appointments.actions.hold import release_hold
from booking.appointments.actions.take_offer import take_offer
from booking.appointments.actions.wait_as_guest import confirm_waiting
from booking.appointments.changes.history import Doer
from booking.appointments.changes.waiting import check_confirm_key, leave_key, offered_by
from booking.appointments.forms.baskets import forget_beside
from booking.appointments.forms.checkout import PlainForm
from booking.appointments.forms.reading import base_url
from booking.appointments.queries import Waiting, find_waiting_guest, get_waiting
from booking.appointments.rules.waiting import may_confirm, state_of
from marketplace import clock
from marketplace.db import db
from marketplace.kernel.errors import Conflict, Forbidden, Limited, NotFound
from marketplace.kernel.walltime import local_day, to_minute
from marketplace.webkit.identity import ANYONE, access, viewer
from marketplace.webkit.limits import limiter
from providers.registry.models import Provider

blueprint = Blueprint("waitlist_links", __name__)
Page = str | Answer | tuple[str, int]
BY_LINK = Doer("client", "link:waitlist")


@blueprint.route("/waitlist/<public_id>/confirm/<key>", methods=["GET", "POST"])
@access(ANYONE)
@limiter.limit("60 per minute")
def confirm(public_id: str, key: str) -> Page:
    """The link of the first letter: a page with the wish, and the button that puts it in line."""
    check_confirm_key(public_id, key)
    form, refused = PlainForm(), ""
    if form.validate_on_submit():
        try:
            confirm_waiting(public_id, BY_LINK, base_url(), clock.now())
            return redirect(url_for(".confirm", public_id=public_id, key=key))
        except (Conflict, Limited) as refusal:
            db.session.rollback()
            refused = refusal.sentence
    waiting, now = get_waiting(db.session(), public_id), clock.now()
    guest = find_waiting_guest(db.session(), waiting.entry.id)
    page = render_template(
        "waitlist/confirm.html",
        **_words(waiting),
        form=form,
        refused=refused,
        confirmed=guest is None or guest.confirmed_at is not None,
        too_late=guest is not None and guest.confirmed_at is None and not may_confirm(guest.asked_at, now),
    )
    return (page, 409) if refused else page


@blueprint.route("/waitlist/<public_id>/offer/<key>", methods=["GET", "POST"])
@access(ANYONE)
@limiter.limit("60 per minute")
def offer(public_id: str, key: str) -> Page:
    """The link of an offer: what is kept until when, and the button that opens its checkout in this browser."""
    waiting, form, refused = get_waiting(db.session(), public_id), PlainForm(), ""
    offered_by(waiting, key)
    if form.validate_on_submit():
        try:
            return _take(public_id, key)
        except (Conflict, Forbidden) as refusal:
            db.session.rollback()
            refused, waiting = refusal.sentence, get_waiting(db.session(), public_id)
    hold, now = offered_by(waiting, key), clock.now()
    page = render_template(
        "waitlist/offer.html", **_words(waiting), form=form, refused=refused, key=key, hold=hold,
        provider=db.session.get_one(Provider, hold.provider_id),
        live=hold.state == "live" and hold.expires_at > now, booked=hold.state == "booked",
    )  # fmt: skip
    return (page, 409) if refused else page


def _take(public_id: str, key: str) -> Answer:
    """On to the checkout. A guest's browser knows them from now on as after a hold of their own."""
    signed_in = viewer().signed_in
    taken = take_offer(public_id, key, viewer().person_id if signed_in else None, BY_LINK, clock.now())
    forget_beside()
    if not signed_in:
        session["guest"] = taken.person
    return redirect(url_for("appointments.health", public_id=taken.hold))


@blueprint.post("/waitlist/<public_id>/offer/<key>/decline")
@access(ANYONE)
@limiter.limit("60 per minute")
def decline(public_id: str, key: str) -> Answer:
    """Let an offer go to the next in line, and wait on."""
    waiting = get_waiting(db.session(), public_id)
    hold = offered_by(waiting, key)
    if find_waiting_guest(db.session(), waiting.entry.id) is None:
        raise NotFound("not_found", "There is no such wish on the waitlist.")
    release_hold(hold.public_id, hold.person_id, BY_LINK, clock.now())
    flash(_("The time goes to the next person. You keep your place for others."), "info")
    return redirect(url_for(".offer", public_id=public_id, key=key))


def _words(waiting: Waiting) -> dict[str, object]:
    """The wish, how it stands, and where its owner takes it back."""
    entry, now = waiting.entry, clock.now()
    return {
        "waiting": waiting,
        "entry": entry,
        "state": state_of(
            left=entry.left_at is not None, until_on=entry.until_on, today=local_day(to_minute(now)), offers=waiting.states(now)
        ),
        "leave_href": url_for("waitlist.leave_by_link", public_id=entry.public_id, key=leave_key(entry.public_id)),
    }
