"""`/api/v1/outcomes`: a client's own, and for a therapist those of the client of one of their visits."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request

from booking.appointments.forms.reading import doer, own_appointment, own_person_id
from booking.outcomes.actions import open_outcomes, take_outcomes
from booking.outcomes.forms import read_outcome, sitting
from booking.outcomes.queries import Kept, load_outcomes, visit_ends
from booking.outcomes.rules.measures import LONGEST_ACTIVITY, MEASURES, better_of, label_faults, number
from booking.outcomes.rules.showing import measure_to_dict, trend_to_dict
from booking.outcomes.rules.trends import asked_now, trend
from marketplace import clock
from marketplace.db import db
from marketplace.kernel.errors import NotFound, Refused
from marketplace.webkit.filters import rfc3339
from marketplace.webkit.idempotency import idempotent
from marketplace.webkit.identity import access, viewer
from marketplace.webkit.limits import limiter
from marketplace.webkit.reading import Fields

blueprint = Blueprint("outcomes_api", __name__, url_prefix="/api/v1")


@blueprint.get("/outcomes")
@access("client", "provider")
def list_outcomes() -> Response:
    """Everything that was taken, newest first; for a client also what is asked for now, and the measures there are."""
    fields = Fields(request.args.to_dict())
    appointment = fields.text("appointment", None, longest=40)
    fields.finish()
    kept, now = _kept(appointment), clock.now()
    due = () if viewer().role == "provider" else asked_now([one.taken for one in kept], visit_ends(db.session(), own_person_id(), now), now)
    return jsonify(
        outcomes=[_answer(one) for one in kept], asked=list(due), measures=[measure_to_dict(measure) for measure in MEASURES.values()]
    )


@blueprint.post("/outcomes")
@access("client", "provider")
@limiter.limit("60 per minute")
@idempotent
def take_outcome() -> tuple[Response, int]:
    """Keep one value."""
    by_client = viewer().role == "client"
    value, appointment = read_outcome(by_client=by_client)
    if appointment is None and not by_client:
        raise Refused("appointment_needed", "Say at which visit.")
    person_id = own_person_id() if appointment is None else own_appointment(appointment).person.id
    (kept,) = take_outcomes(sitting(person_id, "client" if by_client else "provider", appointment, [value]), doer().name, clock.now())
    return jsonify(_answer(kept)), 201


@blueprint.get("/outcomes/trend")
@access("client", "provider")
def show_trend() -> Response:
    """One measure over time, and whether the change is more than chance."""
    fields = Fields(request.args.to_dict())
    code = fields.choice("measure", MEASURES)
    label = fields.text("label", None, longest=LONGEST_ACTIVITY)
    appointment = fields.text("appointment", None, longest=40)
    if code in MEASURES and (label is not None or MEASURES[code].labels):
        for fault in label_faults(MEASURES[code], label):
            fields.fault(fault.field, fault.message)
    fields.finish()
    measure = MEASURES[str(code)]
    made = trend(measure, [one.taken for one in _kept(appointment)], label)
    return jsonify(measure=measure.code, label=label, unit=measure.unit, better=better_of(measure, label), **trend_to_dict(made))


def _kept(appointment: str | None) -> list[Kept]:
    """The viewer's own outcomes, or those of the client of a therapist's visit."""
    if viewer().role == "client":
        if appointment is not None:
            own_appointment(appointment)
        kept = load_outcomes(db.session(), own_person_id())
        return [one for one in kept if appointment in (None, one.appointment)]
    if appointment is None:
        raise NotFound("not_found", "Say at which visit.")
    own_appointment(appointment)
    return open_outcomes(appointment, doer().name, clock.now())


def _answer(kept: Kept) -> dict[str, object]:
    return {
        "id": kept.public_id,
        "measure": kept.taken.measure,
        "label": kept.taken.label,
        "value": number(kept.taken.tenths),
        "taken_at": rfc3339(kept.taken.at),
        "by": kept.side,
        "appointment": kept.appointment,
    }
