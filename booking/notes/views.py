"""Notes as pages: the therapist's five steps, the signed note, and what its client reads."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.csrf import CSRFError

from booking.appointments.forms.reading import doer, own_appointment
from booking.appointments.models import Appointment
from booking.appointments.queries import Booked, get_by_guest_key
from booking.appointments.rules.naming import short_name
from booking.intake.queries import find_comfort
from booking.intake.rules.comfort import left_out
from booking.intake.views.desk import show_card
from booking.notes.actions.keep import Written, carry_note, keep_note
from booking.notes.actions.look import Opened, open_note
from booking.notes.actions.sign import add_to_note, lock_note
from booking.notes.forms.page import Sheet, Typed, differing, placed, sheet_of, typed
from booking.notes.queries import find_signed, signed_at
from booking.notes.rules.agreeing import NOT_AGREED
from booking.notes.rules.content import PRESSURES, STEPS, Note, note_from_dict, settled
from booking.notes.rules.movements import MOVEMENTS
from booking.notes.rules.signing import signing_faults
from booking.screening import catalogue
from marketplace import clock
from marketplace.accounts.security_port import proven_again
from marketplace.db import db
from marketplace.kernel.errors import Conflict, NotFound, Refused, Stale
from marketplace.vault import secret_hash
from marketplace.webkit.identity import ANYONE, access, viewer
from marketplace.webkit.limits import limiter
from marketplace.webkit.origins import from_elsewhere
from marketplace.webkit.problems import page_of
from marketplace.webkit.typed import number_or_text
from providers.services import catalogue as services

blueprint = Blueprint("notes", __name__)
UNSIGNED = "There is no signed note of this visit."
SAVE, CARRY, SIGN = "save", "carry", "sign"
WORDS = {
    "subjective": _l("What the client says: pain, change since last time"),
    "objective": _l("Posture and what you see"),
    "palpation": _l("What you feel: tissue, tension, tender points"),
    "assessment": _l("What you make of it (a finding in the tissue, never a diagnosis)"),
    "minutes_explained": _l("If the minutes do not add up: why"),
    "feedback": _l("What the client answered"),
    "response": _l("How the client responded"),
    "adverse_reaction": _l("What was seen, and what you did"),
    "plan": _l("Plan: how often, what next, when to refer"),
    "aftercare": _l("What you advised for afterwards"),
}
STEP_WORDS = {
    "consultation": _l("Consultation"), "assessment": _l("Assessment"), "targeted_work": _l("Targeted work"), "feedback": _l("Feedback"),
    "aftercare": _l("Aftercare"),
}  # fmt: skip


@blueprint.app_template_global("note_signed_at")
def note_signed_at(appointment_id: int) -> datetime | None:
    """When the note of a visit was signed, for the pages of visits; no word of it is opened."""
    return signed_at(db.session(), appointment_id)


@blueprint.app_template_global("note_names")
def _names() -> dict[str, Any]:
    """What every page of a note needs to name codes in words."""
    return {
        "steps": STEPS, "step_words": STEP_WORDS, "labels": WORDS, "movements": MOVEMENTS, "pressures": PRESSURES,
        "techniques": services.techniques(), "regions": catalogue.body_map().names,
        "technique_pairs": [(code, one.name) for code, one in services.techniques().items()],
        "motion_pairs": [(code, one.title) for code, one in MOVEMENTS.items()],
    }  # fmt: skip


@blueprint.get("/provider/appointments/<public_id>/note")
@access("provider")
def note(public_id: str) -> str:
    """A therapist's note of a visit: to write on, or signed."""
    return _page(_opened(public_id))


@blueprint.get("/appointments/<public_id>/note")
@access("client")
def of_visit(public_id: str) -> str:
    """The signed note, for the client whom it is about."""
    return _read(own_appointment(public_id), url_for("visits.show", public_id=public_id))


@blueprint.get("/visits/<key>/note")
@access(ANYONE)
def by_link(key: str) -> str:
    """The signed note, for a guest through the secret link of the visit; whoever has an account by now reads it there, signed in."""
    booked = get_by_guest_key(db.session(), secret_hash(key))
    if booked.person.account_id is not None:
        raise NotFound("not_found", UNSIGNED)
    return _read(booked, url_for("visits.guest", key=key))


def _read(booked: Booked, back: str) -> str:
    kept = find_signed(db.session(), booked.appointment.id)
    if kept is None:
        raise NotFound("not_found", UNSIGNED)
    return render_template("notes/of_visit.html", kept=kept, booked=booked, back=back, **_names())


@blueprint.post("/provider/appointments/<public_id>/note")
@access(ANYONE)
@limiter.limit("120 per minute")
def keep(public_id: str) -> ResponseReturnValue:
    """Keep what was typed, then carry over or sign where that was pressed.

    Open to anyone so that nothing typed is lost: whoever is signed out by now is shown their own words again, and nothing else.
    """
    if viewer().role != "provider":
        return _held(401)
    sent = typed(request.form)
    opened = _opened(public_id, shown=False)
    if opened.kept is not None and opened.kept.signature is not None:
        return _too_late(_opened(public_id), sent)
    if sent.written is None:
        return _page(_opened(public_id), sent.sheet), 422
    try:
        return _kept(opened, sent, sent.written)
    except Stale as stale:
        return _changed_elsewhere(opened, sent, sent.written, stale)
    except Conflict as conflict:
        if conflict.code != "note_locked":
            raise
        return _too_late(_opened(public_id), sent)
    except Refused as refused:
        return _page(_opened(public_id), _with_faults(sent, placed(refused.faults, sent.used))), 422


@blueprint.route("/provider/appointments/<public_id>/note/sign", methods=["GET", "POST"])
@access("provider")
@limiter.limit("30 per minute")
@proven_again
def sign(public_id: str) -> ResponseReturnValue:
    """The whole note once more, to be signed by whoever has just proven who they are."""
    unsaid = request.method == "POST" and request.form.get("attest") != "yes"
    opened = _opened(public_id, shown=request.method != "POST" or unsaid)
    back, kept = redirect(url_for("notes.note", public_id=public_id)), opened.kept
    if kept is None or kept.signature is not None or signing_faults(kept.note, kept.carried, opened.length):
        return back
    if request.method != "POST" or unsaid:
        page = render_template(
            "notes/sign.html", kept=kept, minutes=settled(kept.note).minutes, unsaid=unsaid, visit=opened.booked.appointment,
            client=short_name(opened.booked.person.name), **_names(),
        )  # fmt: skip
        return page, 422 if unsaid else 200
    try:
        lock_note(public_id, opened.booked.provider.id, _version(), doer().name, clock.now())
        flash(_("Signed. The note does not change any more; you can add to it."), "good")
    except (Stale, Refused) as refusal:
        changed = _("The note was changed elsewhere meanwhile. Read it once more before you sign.")
        flash(refusal.sentence if refusal.code == NOT_AGREED else changed, "warning")
    return back


@blueprint.post("/provider/appointments/<public_id>/note/addenda")
@access("provider")
@limiter.limit("30 per minute")
def add(public_id: str) -> ResponseReturnValue:
    """Add words to a signed note."""
    booked, text = own_appointment(public_id), request.form.get("text", "").replace("\r\n", "\n")
    try:
        add_to_note(public_id, booked.provider.id, text, doer().name, clock.now())
    except Refused as refused:
        return _page(_opened(public_id), addendum=text, addendum_fault=refused.sentence), 422
    flash(_("Added, with today's date. It cannot be changed or taken back."), "good")
    return redirect(url_for("notes.note", public_id=public_id, _anchor="addenda"))


@blueprint.errorhandler(CSRFError)
def on_csrf(_error: CSRFError) -> ResponseReturnValue:
    """A form that was open through another sign-in: its own words come back, to be sent once more."""
    if request.endpoint != "notes.keep" or from_elsewhere():
        return page_of(400, _("This form was open too long or came from another page. Go back, reload and send it again."))
    return _held(400)


def _version() -> int:
    """The version that was on the page; without one none that there is."""
    seen = number_or_text(request.form.get("version", ""))
    return seen if isinstance(seen, int) else 0


def _opened(public_id: str, *, shown: bool = True) -> Opened:
    if shown and request.endpoint == "notes.keep":
        show_card(own_appointment(public_id).appointment.public_id)
    return open_note(public_id, own_appointment(public_id).provider.id, doer().name, clock.now(), shown=shown)


def _held(status: int) -> ResponseReturnValue:
    fields = [(name, text) for name, text in request.form.items(multi=True) if name != "csrf_token"]
    back = url_for("notes.note", **(request.view_args or {}))
    return render_template("notes/held.html", fields=fields, address=request.path, back=back, signed_in=viewer().role == "provider"), status


def _kept(opened: Opened, sent: Typed, written: Written) -> ResponseReturnValue:
    """Do what was pressed. Raises what the verbs raise."""
    visit, pressed, now = opened.booked.appointment, request.form.get("do", SAVE), clock.now()
    provider_id, who = opened.booked.provider.id, doer().name
    version = opened.kept.version if opened.kept else 0
    if opened.kept is not None or not written.note.is_empty:
        version = keep_note(visit.public_id, provider_id, written, who, now).version
    if pressed == CARRY:
        carry_note(visit.public_id, provider_id, version, who, now)
        flash(_("Your last note is carried over where nothing was written. Each part is marked until you confirm it."), "good")
    elif pressed == SIGN:
        return _on_to_sign(visit.public_id, sent)
    else:
        flash(_("Saved."), "good")
    return redirect(url_for("notes.note", public_id=visit.public_id))


def _on_to_sign(public_id: str, sent: Typed) -> ResponseReturnValue:
    """To the page where it is signed, unless something is missing still."""
    opened = _opened(public_id, shown=False)
    note, carried = (opened.kept.note, opened.kept.carried) if opened.kept else (Note(), ())
    if faults := signing_faults(note, carried, opened.length):
        return _page(_opened(public_id), _with_faults(sent, placed(faults, sent.used))), 422
    return redirect(url_for("notes.sign", public_id=public_id))


def _with_faults(sent: Typed, faults: dict[str, list[str]]) -> Sheet:
    return replace(sent.sheet, faults={**sent.sheet.faults, **faults})


def _changed_elsewhere(opened: Opened, sent: Typed, written: Written, stale: Stale) -> ResponseReturnValue:
    """Both texts on one page: what was typed in the fields, what was saved meanwhile beside it."""
    saved: Any = stale.details["saved"]
    other = note_from_dict(saved)
    return _page(_opened(opened.booked.appointment.public_id), sent.sheet, other=other, differs=differing(written.note, other)), 409


def _too_late(opened: Opened, sent: Typed) -> ResponseReturnValue:
    """The note was signed meanwhile: what was typed otherwise stands ready to be added to it."""
    signed = opened.kept.note if opened.kept else Note()
    mine = {name: sent.sheet.values.get(name, "").strip() for name in WORDS}
    words = [f"{WORDS[name]}: {text}" for name, text in mine.items() if text and text != getattr(signed, name)]
    return _page(opened, addendum="\n\n".join(words), too_late=True), 409


def _to_agree(sheet: Sheet, visit: Appointment) -> list[str]:
    """The areas that the card of the visit leaves out, where a card may stand on the page, and those that were said to be agreed on."""
    names = catalogue.body_map().names
    card = find_comfort(db.session(), visit.person_id, visit.ends_at) if g.get("comfort_card") else None
    out = left_out(card.card, names) if card else ()
    return [code for code in names if code in out or code in sheet.regions.get("agreed_regions", ())]


def _page(
    opened: Opened, sheet: Sheet | None = None, *, other: Note | None = None, differs: tuple[str, ...] = (), addendum: str = "",
    addendum_fault: str | None = None, too_late: bool = False,
) -> str:  # fmt: skip
    kept, booked = opened.kept, opened.booked
    about = {"kept": kept, "booked": booked, "visit": booked.appointment, "client": short_name(booked.person.name)} | _names()
    if kept is not None and kept.signature is not None:
        return render_template("notes/signed.html", addendum=addendum, addendum_fault=addendum_fault, too_late=too_late, **about)
    now = kept.note if kept else Note()
    shown = sheet or sheet_of(now)
    summed = now.technique_minutes
    return render_template(
        "notes/write.html", sheet=shown, before=opened.before, length=opened.length, other=other, differs=differs, summed=summed,
        carried=kept.carried if kept else (), version=kept.version if kept else 0, to_agree=_to_agree(shown, booked.appointment), **about,
    )  # fmt: skip
