"""One's own visits: the list, one visit, cancelling, moving, another technique; for guests the same behind their secret link."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, NamedTuple

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Answer
from wtforms.fields.choices import SelectChoice

from booking.appointments.actions.cancel import Cancelling, cancel
from booking.appointments.actions.hand_over import answer_handover
from booking.appointments.actions.move import move
from booking.appointments.actions.progress import choose_technique
from booking.appointments.changes.history import Doer
from booking.appointments.changes.letters import Sending, letter_facts
from booking.appointments.changes.loading import verdict_facts
from booking.appointments.changes.pairing import visits_beside
from booking.appointments.changes.waivers import must_not_come, waivers_left
from booking.appointments.forms.answering import hold_fields, instead_of
from booking.appointments.forms.moving import free_starts, starts_instead
from booking.appointments.forms.reading import CALENDAR, base_url, calendar_url, doer, own_person_id
from booking.appointments.forms.visits import CancelForm, MoveForm, TechniqueForm
from booking.appointments.models import Appointment, AppointmentEvent
from booking.appointments.queries import Booked, find_handover, get_by_guest_key, get_of_person, list_events, list_of_person, part_of_series
from booking.appointments.rules.cancellation import ILLNESS, NOTICE_PASSED, WAIVABLE, assess_cancellation
from booking.appointments.rules.handing import is_open
from booking.appointments.rules.holding import technique_changes_until
from booking.appointments.rules.moving import assess_move
from booking.appointments.rules.requests import is_declined
from booking.appointments.rules.states import EXPIRED, LIVE
from booking.ledger.queries import credit_with, receipts_of_visit
from booking.payments.forms import pursue_visit
from booking.quotes.rules.clock import clock_words
from marketplace import clock
from marketplace.db import db
from marketplace.kernel.errors import Refusal, Stale
from marketplace.kernel.walltime import from_minute, to_minute
from marketplace.vault import secret_hash
from marketplace.webkit.filters import ny_date
from marketplace.webkit.identity import access
from marketplace.webkit.reading import read_instant
from marketplace.webkit.signing import sign_name
from providers.profiles.queries import get_facts
from providers.registry.models import Provider
from providers.services.catalogue import techniques
from providers.services.rules.calls import PHONE

blueprint = Blueprint("visits", __name__)
LISTED = 200
MOVE_DAYS = 21
# A call fits nearly anywhere: fewer days, and one start in each half hour, are choice enough.
CALL_MOVE_DAYS = 10
HALF_HOUR = 30
Page = str | Answer | tuple[str, int]


class Instead(NamedTuple):
    """A start that was refused, and the free ones nearest to it."""

    wanted: datetime | None
    starts: Sequence[datetime]


@dataclass(frozen=True)
class Door:
    """How the viewer came to a visit: signed in, or by a guest's link. It knows where the visit's pages are and who acts."""

    booked: Booked
    key: str | None

    def url(self, step: str) -> str:
        """The address of a step on this side of the door."""
        if self.key is not None:
            return url_for(f"visits.guest{'_' + step if step != 'show' else ''}", key=self.key)
        return url_for(f"visits.{step}", public_id=self.booked.appointment.public_id)

    def receipt(self, name: str) -> str:
        """The address of a paper about the visit on this side of the door."""
        if self.key is not None:
            return url_for("money.guest_receipt", key=self.key, name=name)
        return url_for("money.receipt", public_id=self.booked.appointment.public_id, name=name)

    @property
    def doer(self) -> Doer:
        """Who acts through this door."""
        return Doer("client", f"person:{self.booked.person.id}") if self.key else doer()


def _own(public_id: str) -> Door:
    return Door(get_of_person(db.session(), public_id, own_person_id()), None)


def _by_key(key: str) -> Door:
    return Door(get_by_guest_key(db.session(), secret_hash(key)), key)


@blueprint.get("/appointments")
@access("client")
def index() -> str:
    """Coming and past visits."""
    rows = list_of_person(db.session(), own_person_id(), limit=LISTED)
    now = clock.now()
    coming = [row for row in reversed(rows) if row.appointment.ends_at > now and row.appointment.status in LIVE]
    past = [row for row in rows if row not in coming]
    return render_template("appointments/index.html", coming=coming, past=past)


@blueprint.get("/appointments/<public_id>")
@access("client")
def show(public_id: str) -> str:
    """One visit."""
    return _show(_own(public_id))


@blueprint.get("/visits/<key>")
@access("anyone")
def guest(key: str) -> str:
    """A guest's one visit."""
    return _show(_by_key(key))


def _show(door: Door) -> str:
    visit, now = door.booked.appointment, clock.now()
    facts = verdict_facts(db.session(), visit)
    verdict = assess_cancellation(facts, actor="client", now=now, must_not_come=must_not_come(db.session(), visit))
    events = list_events(db.session(), visit.id)
    return render_template(
        "appointments/show.html",
        door=door,
        visit=visit,
        booked=door.booked,
        now=now,
        verdict=verdict,
        moving=assess_move(facts, actor="client", now=now),
        lapsed=facts.lapsed and visit.starts_at >= now,
        clock=clock_words(facts.agreed, now) if visit.status in LIVE else None,
        events=events,
        technique=techniques().get(visit.technique or ""),
        technique_open=visit.status in ("requested", "confirmed") and now <= technique_changes_until(visit.starts_at),
        calendar=calendar_links(door.booked),
        offered=_offered(visit, now),
        instead=_instead(door.booked, events, now),
        part=part_of_series(db.session(), visit),
        beside=visits_beside(db.session(), [visit]).get(visit.id),
        receipts=receipts_of_visit(db.session(), visit.id),
        credit_cents=credit_with(db.session(), visit.person_id, visit.provider_id, now),
    )


def _instead(booked: Booked, events: Sequence[AppointmentEvent], now: datetime) -> list[dict[str, Any]] | None:
    """What the client of a request that was declined or ran out could hold instead, with one tap; None for any other visit."""
    visit = booked.appointment
    if visit.status != EXPIRED and not is_declined(visit.cancel_reason):
        return None
    proposed = [datetime.fromisoformat(text) for event in events for text in event.facts.get("proposed", ())]
    found = instead_of(booked, proposed, now)
    return [
        {"starts_at": from_minute(one.start_minute), "words": one.words, "proposed": named, "fields": hold_fields(one)}
        for one, named in found
    ]


def calendar_links(booked: Booked) -> dict[str, Any]:
    """What the add-to-calendar links need: the file's address and the event's plain facts."""
    facts = letter_facts(booked, Sending(base_url()), for_provider=False)
    signed = sign_name(booked.appointment.public_id, CALENDAR)
    return {"file": calendar_url(booked.appointment.public_id), "signed": signed, "facts": facts}


@blueprint.route("/appointments/<public_id>/cancel", methods=["GET", "POST"])
@access("client")
def leave(public_id: str) -> Page:
    """Cancel one's own visit."""
    return _leave(_own(public_id))


@blueprint.route("/visits/<key>/cancel", methods=["GET", "POST"])
@access("anyone")
def guest_leave(key: str) -> Page:
    """A guest cancels."""
    return _leave(_by_key(key))


def _leave(door: Door) -> Page:
    """The fee that is shown is the fee that is charged; if it has changed meanwhile the page asks again."""
    visit, now, session = door.booked.appointment, clock.now(), db.session()
    form = CancelForm()
    if form.validate_on_submit():
        try:
            fee_cents, waived_cents = form.expected
            wanted = Cancelling(fee_cents, form.reason.data or None, form.note.data or None, waived_cents)
            gone, final = cancel(visit.public_id, wanted, door.doer, base_url(), now)
            pursue_visit(gone.appointment.id, now)
        except Stale as changed:
            session.rollback()
            flash(changed.sentence, "warning")
        except Refusal as refusal:
            flash(refusal.sentence, "warning")
            return redirect(door.url("show"))
        else:
            flash(_("Canceled.") if final.fee_cents == 0 else _("Canceled. The fee you agreed to is recorded."), "good")
            return redirect(door.url("show"))
    facts, left, health = verdict_facts(session, visit), waivers_left(session, visit, now), must_not_come(session, visit)
    plain = assess_cancellation(facts, actor="client", now=now, must_not_come=health)
    if not plain.allowed and plain.reason != NOTICE_PASSED:
        flash(plain.sentence, "warning")
        return redirect(door.url("show"))
    by_reason = {
        reason: assess_cancellation(facts, actor="client", now=now, reason=reason, waivers_left=left.of(reason), must_not_come=health)
        for reason in (ILLNESS, *WAIVABLE)
    }
    form.show(plain, by_reason, left)
    return render_template(
        "appointments/cancel.html",
        door=door,
        visit=visit,
        booked=door.booked,
        form=form,
        verdict=plain,
        clock=clock_words(facts.agreed, now),
        beside=visits_beside(session, [visit]).get(visit.id),
    )


@blueprint.route("/appointments/<public_id>/move", methods=["GET", "POST"])
@access("client")
def shift(public_id: str) -> Page:
    """Move one's own visit."""
    return _shift(_own(public_id))


@blueprint.route("/visits/<key>/move", methods=["GET", "POST"])
@access("anyone")
def guest_shift(key: str) -> Page:
    """A guest moves."""
    return _shift(_by_key(key))


def _shift(door: Door) -> Page:
    visit, now = door.booked.appointment, clock.now()
    verdict = assess_move(verdict_facts(db.session(), visit), actor="client", now=now)
    if not verdict.allowed:
        flash(verdict.sentence, "warning")
        return redirect(door.url("show"))
    form, instead = MoveForm(), Instead(None, ())
    if form.validate_on_submit():
        wanted = read_instant(form.starts_at.data or "")
        try:
            moved = move(visit.public_id, wanted, door.doer, base_url(), now)
        except Refusal as refusal:
            db.session.rollback()
            flash(refusal.sentence, "warning")
            instead = Instead(wanted, starts_instead(door.booked, wanted, door.doer.part, now))
        else:
            flash(_("Moved. The letter with the new calendar file is on its way."), "good")
            return redirect(Door(moved, door.key).url("show"))
    days = [(day, list(starts)) for day, starts in groupby(_free_starts(door.booked, now), key=ny_date)]
    return render_template(
        "appointments/move.html",
        door=door,
        visit=visit,
        booked=door.booked,
        form=form,
        verdict=verdict,
        days=days,
        instead=instead,
        beside=visits_beside(db.session(), [visit]).get(visit.id),
    )


def _free_starts(booked: Booked, now: datetime) -> Sequence[datetime]:
    """Where this visit could go in the next weeks; its own time counts as free."""
    is_call = booked.appointment.setting == PHONE
    starts = free_starts(booked, now, now + timedelta(days=CALL_MOVE_DAYS if is_call else MOVE_DAYS), now)
    return sorted({to_minute(start) // HALF_HOUR: start for start in reversed(starts)}.values()) if is_call else starts


@blueprint.post("/appointments/<public_id>/handover")
@access("client")
def handed(public_id: str) -> Answer:
    """Whether a colleague may come instead."""
    return _handed(_own(public_id))


@blueprint.post("/visits/<key>/handover")
@access("anyone")
def guest_handed(key: str) -> Answer:
    """A guest says whether a colleague may come instead."""
    return _handed(_by_key(key))


def _handed(door: Door) -> Answer:
    accept = request.form.get("answer") == "yes"
    try:
        answered = answer_handover(door.booked.appointment.public_id, door.doer, base_url(), clock.now(), accept=accept)
    except Refusal as refusal:
        flash(refusal.sentence, "warning")
    else:
        name = answered.provider.name
        flash(_("%(name)s gives your visit.", name=name) if accept else _("The visit stays with %(name)s.", name=name), "good")
    return redirect(door.url("show"))


def _offered(visit: Appointment, now: datetime) -> dict[str, Any] | None:
    """The hand-over that waits for the client's answer, with who would come."""
    newest = find_handover(db.session(), visit.id)
    if newest is None or not is_open(newest.state, newest.answer_by_at, now) or newest.starts_at != visit.starts_at:
        return None
    colleague = db.session.get_one(Provider, newest.to_provider_id)
    return {"name": colleague.name, "slug": colleague.slug, "reason": newest.reason, "answer_by_at": newest.answer_by_at}


@blueprint.route("/appointments/<public_id>/technique", methods=["GET", "POST"])
@access("client")
def technique(public_id: str) -> Page:
    """Choose another technique."""
    return _technique(_own(public_id))


@blueprint.route("/visits/<key>/technique", methods=["GET", "POST"])
@access("anyone")
def guest_technique(key: str) -> Page:
    """A guest chooses another technique."""
    return _technique(_by_key(key))


def _technique(door: Door) -> Page:
    visit = door.booked.appointment
    service = get_facts(db.session(), visit.provider_id).service(visit.service_code)
    form = TechniqueForm(data={"technique": visit.technique})
    form.technique.choices = [SelectChoice(code, techniques()[code].name) for code in (service.techniques if service else ())]
    if form.validate_on_submit():
        try:
            choose_technique(visit.public_id, form.technique.data, door.doer, clock.now())
        except Refusal as refusal:
            flash(refusal.sentence, "warning")
        else:
            flash(_("The technique is changed."), "good")
        return redirect(door.url("show"))
    return render_template("appointments/technique.html", door=door, visit=visit, booked=door.booked, form=form)
