"""Booking an introductory call: whom to call, one look, and the last yes. No health questions, no consent, no place."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, url_for
from werkzeug.wrappers import Response as Answer

from booking.appointments.actions.book import Booking
from booking.appointments.forms.checkout import CallForm, GuestCallForm
from booking.appointments.views.checkout import Checkout, Page, begin, code_or_plain, finish, send_new_code, show_refusal
from marketplace.accounts.actions.guests import GuestDetails, set_guest_details
from marketplace.accounts.actions.keeping import ContactDetails, update_me
from marketplace.kernel.errors import Refusal
from marketplace.webkit.identity import access

blueprint = Blueprint("calls", __name__)
STEPS = 2


@blueprint.route("/checkout/<public_id>/call", methods=["GET", "POST"])
@access("client", "anonymous")
def details(public_id: str) -> Page:
    """Name and number; for guests an address for the letter too."""
    checkout = _begin(public_id)
    if not isinstance(checkout, Checkout):
        return checkout
    form = _form(checkout)
    if form.validate_on_submit() and _keep(checkout, form):
        return redirect(url_for(".review", public_id=public_id))
    page = checkout.page("call", 1, form=form, guest=isinstance(form, GuestCallForm))
    return (page, 422) if form.errors else page


def _begin(public_id: str) -> Checkout | Answer:
    """The checkout of a call; the one of a visit has other steps."""
    checkout = begin(public_id)
    if isinstance(checkout, Checkout) and not checkout.is_call:
        return redirect(url_for("appointments.health", public_id=public_id))
    return checkout


def _form(checkout: Checkout) -> CallForm:
    person = checkout.person
    known: dict[str, Any] = {"phone": person.phone or "", "note": (checkout.draft.get("call") or {}).get("note")}
    if person.account_id is not None:
        return CallForm(data=known)
    return GuestCallForm(data=known | {"name": person.name, "email": person.email or ""})


def _keep(checkout: Checkout, form: CallForm) -> bool:
    """Keep the step; false with a message at the field where a detail cannot be used."""
    person, phone = checkout.person, form.phone.data or ""
    try:
        if isinstance(form, GuestCallForm):
            set_guest_details(person.id, GuestDetails(form.name.data or "", form.email.data or "", phone), checkout.now)
        elif person.account_id is not None:
            update_me(person.account_id, ContactDetails(phone=phone), checkout.now)
    except Refusal as refusal:
        show_refusal(form, refusal)
        return False
    checkout.keep(call={"note": form.note.data})
    return True


@blueprint.route("/checkout/<public_id>/call/review", methods=["GET", "POST"])
@access("client", "anonymous")
def review(public_id: str) -> Page:
    """When who calls whom, and the last yes. A guest's code from the letter is asked here."""
    checkout = _begin(public_id)
    if not isinstance(checkout, Checkout):
        return checkout
    if not checkout.ready:
        return redirect(url_for(".details", public_id=public_id))
    form = code_or_plain(checkout)
    if form.validate_on_submit():
        booked = finish(checkout, form, _booking(checkout))
        if booked is not None:
            return booked
    page = checkout.page("call_review", STEPS, form=form)
    return (page, 422) if form.errors else page


def _booking(checkout: Checkout) -> Booking:
    note = (checkout.draft.get("call") or {}).get("note")
    return Booking(checkout.hold.public_id, note=note or None, guest=checkout.person.account_id is None)


@blueprint.post("/checkout/<public_id>/call/code")
@access("client", "anonymous")
def send_code(public_id: str) -> Page:
    """Another code for a guest whose letter is lost."""
    checkout = _begin(public_id)
    if not isinstance(checkout, Checkout):
        return checkout
    if checkout.ready and checkout.person.account_id is None:
        send_new_code(checkout)
    return redirect(url_for(".review", public_id=public_id))
