"""Money of one visit for its therapist and for admins; receipts for them and for whoever paid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from booking.appointments.actions.refund import refund as give_back
from booking.appointments.actions.settle import correct_payment, record_payment, waive
from booking.appointments.forms.money import CorrectionForm, PaymentForm, RefundForm, WaiverForm
from booking.appointments.forms.reading import base_url, doer, own_person_id
from booking.appointments.queries import Booked, get_any, get_by_guest_key, get_of_person, get_of_provider
from booking.appointments.rules.money import SETTLED
from booking.appointments.rules.naming import short_name
from booking.giftcards.queries import paid_for_visit
from booking.ledger.queries import (
    credits_of_person,
    find_voiding,
    get_receipt,
    receipts_of_person,
    receipts_of_visit,
    story_of_visit,
    visit_sums,
)
from booking.payments.forms import pursue_visit
from booking.payments.queries import disputed_cents, payments_of_visit, refunds_of_visit
from marketplace import clock
from marketplace.db import db
from marketplace.vault import secret_hash
from marketplace.webkit.deeds import do_and_say
from marketplace.webkit.identity import access
from marketplace.webkit.typed import dollars
from providers.registry.forms import desk_owner

blueprint = Blueprint("money", __name__)
LISTED = 200


@dataclass(frozen=True)
class Desk:
    """From where somebody looks at a visit's money: the therapist's desk or the platform's."""

    side: str
    booked: Booked

    def url(self, step: str, **more: Any) -> str:
        """The address of a step on this side."""
        return url_for(f"money.{self.side}_{step}", public_id=self.booked.appointment.public_id, **more)


def _of_provider(public_id: str) -> Desk:
    return Desk("desk", get_of_provider(db.session(), public_id, desk_owner().account_id))


def _of_admin(public_id: str) -> Desk:
    return Desk("admin", get_any(db.session(), public_id))


def _page(desk: Desk, payment: PaymentForm | None = None, waiver: WaiverForm | None = None, refund: RefundForm | None = None) -> str:
    """What is due, what was paid, and the forms for more; a form that was sent with a fault is shown again with it."""
    visit = desk.booked.appointment
    due = dollars(visit.due_cents)
    fresh = PaymentForm(formdata=None, data={"amount": due, "expected_due_cents": visit.due_cents})
    return render_template(
        "provider/money.html", desk=desk, visit=visit, client=short_name(desk.booked.person.name), settled=visit.status in SETTLED,
        sums=visit_sums(db.session(), visit.id), story=story_of_visit(db.session(), visit.id), payment=payment or fresh,
        waiver=waiver or WaiverForm(formdata=None, data={"waived": due}), correction=CorrectionForm(formdata=None),
        receipts=receipts_of_visit(db.session(), visit.id), **_cards(desk, refund),
    )  # fmt: skip


def _cards(desk: Desk, refund: RefundForm | None) -> dict[str, Any]:
    """What was asked of cards, for the platform alone, and the form for what is left to be given back."""
    if desk.side != "admin":
        return {"cards": [], "left_cents": 0, "refund": None}
    session, visit = db.session(), desk.booked.appointment
    cards = payments_of_visit(session, visit.id)
    left = sum(max(0, one.captured_cents - one.refunded_cents - disputed_cents(session, [one.id])) for one in cards)
    left += paid_for_visit(session, visit.id)
    fresh = RefundForm(formdata=None, data={"back": dollars(left), "expected_left_cents": left})
    return {"cards": cards, "left_cents": left, "refund": refund or fresh, "refunds": refunds_of_visit(session, visit.id)}


def _pay(desk: Desk) -> ResponseReturnValue:
    form, name = PaymentForm(), desk.booked.appointment.public_id
    if not form.validate_on_submit():
        return _page(desk, payment=form)
    return do_and_say(
        desk.url("show"),
        lambda: record_payment(name, form.payment, doer(), base_url(), clock.now()),
        _("Recorded. The client has a receipt."),
    )


def _waive(desk: Desk) -> ResponseReturnValue:
    form, name = WaiverForm(), desk.booked.appointment.public_id
    if not form.validate_on_submit():
        return _page(desk, waiver=form)
    return do_and_say(
        desk.url("show"), lambda: waive(name, form.cents, form.reason.data or "", doer(), clock.now()), _("Waived. The record stays.")
    )


def _correct(desk: Desk, number: int) -> ResponseReturnValue:
    form, name = CorrectionForm(), desk.booked.appointment.public_id
    if not form.validate_on_submit():
        flash(_("Say what was wrong."), "warning")
        return redirect(desk.url("show"))
    words = _("Taken back. The client has a credit note.")
    return do_and_say(desk.url("show"), lambda: correct_payment(name, number, form.why.data or "", doer(), base_url(), clock.now()), words)


@blueprint.get("/provider/appointments/<public_id>/money")
@access("provider")
def desk_show(public_id: str) -> str:
    """The therapist looks."""
    return _page(_of_provider(public_id))


@blueprint.post("/provider/appointments/<public_id>/money/payments")
@access("provider")
def desk_pay(public_id: str) -> ResponseReturnValue:
    """The therapist was paid."""
    return _pay(_of_provider(public_id))


@blueprint.post("/provider/appointments/<public_id>/money/waivers")
@access("provider")
def desk_waive(public_id: str) -> ResponseReturnValue:
    """The therapist lets go of what is due."""
    return _waive(_of_provider(public_id))


@blueprint.post("/provider/appointments/<public_id>/money/payments/<int:number>/correction")
@access("provider")
def desk_correct(public_id: str, number: int) -> ResponseReturnValue:
    """The therapist takes a slip back."""
    return _correct(_of_provider(public_id), number)


@blueprint.get("/provider/appointments/<public_id>/receipts/<name>")
@access("provider")
def desk_receipt(public_id: str, name: str) -> str:
    """A paper about one's own visit."""
    return _receipt(_of_provider(public_id).booked, name)


@blueprint.get("/admin/appointments/<public_id>/money")
@access("admin")
def admin_show(public_id: str) -> str:
    """An admin looks."""
    return _page(_of_admin(public_id))


@blueprint.post("/admin/appointments/<public_id>/money/payments")
@access("admin")
def admin_pay(public_id: str) -> ResponseReturnValue:
    """An admin marks what is due as paid."""
    return _pay(_of_admin(public_id))


@blueprint.post("/admin/appointments/<public_id>/money/waivers")
@access("admin")
def admin_waive(public_id: str) -> ResponseReturnValue:
    """An admin lets go of what is due."""
    return _waive(_of_admin(public_id))


@blueprint.post("/admin/appointments/<public_id>/money/payments/<int:number>/correction")
@access("admin")
def admin_correct(public_id: str, number: int) -> ResponseReturnValue:
    """An admin takes a slip back."""
    return _correct(_of_admin(public_id), number)


@blueprint.post("/admin/appointments/<public_id>/money/refunds")
@access("admin")
def admin_refund(public_id: str) -> ResponseReturnValue:
    """An admin gives card money back."""
    desk, form, now = _of_admin(public_id), RefundForm(), clock.now()
    if not form.validate_on_submit():
        return _page(desk, refund=form)

    def give() -> None:
        pursue_visit(give_back(public_id, form.refunding, doer(), now).appointment.id, now)

    return do_and_say(desk.url("show"), give, _("Ordered. The client has a letter as soon as it has left."))


@blueprint.get("/admin/appointments/<public_id>/receipts/<name>")
@access("admin")
def admin_receipt(public_id: str, name: str) -> str:
    """A paper about a visit."""
    return _receipt(_of_admin(public_id).booked, name)


@blueprint.get("/account/payments")
@access("client")
def mine() -> str:
    """One's own receipts, the newest first."""
    rows = receipts_of_person(db.session(), own_person_id(), limit=LISTED)
    voided = {row.voids_id for row in rows}
    credits_left = credits_of_person(db.session(), own_person_id(), clock.now())
    return render_template("appointments/payments.html", rows=rows, voided=voided, credits_left=credits_left)


@blueprint.get("/appointments/<public_id>/receipts/<name>")
@access("client")
def receipt(public_id: str, name: str) -> str:
    """A paper about one's own visit."""
    return _receipt(get_of_person(db.session(), public_id, own_person_id()), name)


@blueprint.get("/visits/<key>/receipts/<name>")
@access("anyone")
def guest_receipt(key: str, name: str) -> str:
    """A paper about a guest's visit."""
    return _receipt(get_by_guest_key(db.session(), secret_hash(key)), name)


def _receipt(booked: Booked, name: str) -> str:
    """One paper, made to be printed."""
    found = get_receipt(db.session(), name, appointment_id=booked.appointment.id)
    return render_template(
        "appointments/receipt.html", receipt=found, paper=found.content, client=booked.person.name,
        voided=find_voiding(db.session(), found.id),
    )  # fmt: skip
