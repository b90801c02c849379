"""What a therapist sees of what the client of a visit told."""

from __future__ import annotations

from flask import Blueprint, Response, g, render_template, request

from booking.appointments.forms.reading import doer, own_appointment
from booking.appointments.rules.naming import short_name
from booking.care.forms.people import own_provider_id
from booking.intake.actions.look import look_at_comfort, look_at_file, look_at_intake
from booking.intake.forms.comfort import CHAPERONE_WORDS, CLOTHING_WORDS, PRESSURE_WORDS, area_names, why_comfort
from booking.intake.forms.files import KIND_WORDS, as_attachment
from booking.intake.forms.page import HOME_WORDS, WORDS
from booking.intake.forms.telling import why_intake
from booking.intake.rules.telling import blood_thinners
from marketplace import clock
from marketplace.kernel.errors import NotFound
from marketplace.webkit.identity import access, viewer
from providers.profiles.rules import MOBILE

blueprint = Blueprint("intake_desk", __name__)
# A visit, and the sheet on which its note is written.
CARD_PAGES = frozenset({"desk_visit.show", "notes.note"})


def show_card(public_id: str) -> None:
    """Let the card stand on the page that comes: a look, written down as one. Nothing stands there where it may not be seen."""
    now = clock.now()
    try:
        kept = look_at_comfort(public_id, doer().name, now)
    except NotFound:
        return
    g.comfort_card = {"kept": kept, "asked": why_comfort(kept, now)}


@blueprint.before_app_request
def open_card() -> None:
    """The comfort card stands on the pages of a visit in care, so that opening one is a look at it and is written down as one."""
    if request.endpoint in CARD_PAGES and viewer().role == "provider" and request.view_args:
        try:
            public_id = own_appointment(request.view_args["public_id"]).appointment.public_id
        except NotFound:
            return
        show_card(public_id)


@blueprint.app_context_processor
def carding() -> dict[str, object]:
    """The card of the visit whose page is open (None where it may not be seen), and the words of cards."""
    words = {"clothing": CLOTHING_WORDS, "chaperone": CHAPERONE_WORDS, "pressure": PRESSURE_WORDS, "areas": area_names()}
    return {"comfort_card": lambda: g.get("comfort_card"), "comfort_words": words}


@blueprint.get("/provider/appointments/<public_id>/intake")
@access("provider")
def show(public_id: str) -> str:
    """What the client told, with what is new since the last look."""
    booked, now = own_appointment(public_id), clock.now()
    seen = look_at_intake(public_id, doer().name, now)
    g.comfort_card = {"kept": seen.comfort, "asked": why_comfort(seen.comfort, now)}
    return render_template(
        "intake/desk.html", visit=booked.appointment, client=short_name(booked.person.name), seen=seen, kept=seen.kept,
        words=WORDS, home_words=HOME_WORDS, kinds=KIND_WORDS, mobile=booked.appointment.setting in MOBILE,
        why=why_intake(seen.kept, now), thinners=blood_thinners(seen.kept.intake.medicines) if seen.kept else (),
    )  # fmt: skip


@blueprint.get("/provider/files/<public_id>")
@access("provider")
def file(public_id: str) -> Response:
    """A paper of the client of a visit in care."""
    return as_attachment(*look_at_file(public_id, own_provider_id(), doer().name, clock.now()))
