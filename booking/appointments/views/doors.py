"""After a visit its therapist says how long it took to get in."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from booking.appointments.actions.tell_door import tell_door
from booking.appointments.forms.reading import doer
from booking.appointments.queries import get_of_provider
from marketplace import clock
from marketplace.db import db
from marketplace.kernel.errors import Refusal
from marketplace.webkit.identity import access
from providers.registry.forms import desk_owner

blueprint = Blueprint("doors", __name__)


@blueprint.post("/provider/appointments/<public_id>/door")
@access("provider")
def tell(public_id: str) -> ResponseReturnValue:
    """Keep the minutes that were typed; what is no whole number says so."""
    get_of_provider(db.session(), public_id, desk_owner().account_id)
    typed = request.form.get("minutes", "").strip()
    try:
        tell_door(public_id, int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= 3 else -1, doer(), clock.now())
        flash(_("Noted. These minutes are kept free before your next visit there."), "good")
    except Refusal as refusal:
        flash(refusal.sentence, "warning")
    return redirect(url_for("desk_visit.show", public_id=public_id))
