"""What a guest tells for their visit, through its secret link. Whoever has an account by now tells it there, signed in."""

from __future__ import annotations

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue

from booking.appointments.queries import get_by_guest_key
from booking.care.rules import NOT_YET, why_closed
from booking.intake.views.filling import Way, confirm_comfort, confirm_intake, fill_comfort, fill_intake
from marketplace import clock
from marketplace.db import db
from marketplace.kernel.errors import NotFound
from marketplace.vault import secret_hash
from marketplace.webkit.identity import access
from marketplace.webkit.limits import limiter
from providers.services.rules.calls import PHONE

blueprint = Blueprint("intake_guests", __name__)


@blueprint.route("/visits/<key>/intake", methods=["GET", "POST"])
@access("anyone")
@limiter.limit("60 per hour", methods=["POST"])
def telling(key: str) -> ResponseReturnValue:
    """What a guest tells once."""
    return fill_intake(_way(key))


@blueprint.post("/visits/<key>/intake/still-right")
@access("anyone")
@limiter.limit("60 per hour")
def confirm(key: str) -> ResponseReturnValue:
    """Everything still stands."""
    return confirm_intake(_way(key))


@blueprint.route("/visits/<key>/comfort", methods=["GET", "POST"])
@access("anyone")
@limiter.limit("60 per hour", methods=["POST"])
def comfort(key: str) -> ResponseReturnValue:
    """How a guest wants to be touched, and where not."""
    return fill_comfort(_way(key))


@blueprint.post("/visits/<key>/comfort/still-right")
@access("anyone")
@limiter.limit("60 per hour")
def card_stands(key: str) -> ResponseReturnValue:
    """The card still stands."""
    return confirm_comfort(_way(key))


def _way(key: str) -> Way:
    """While the visit opens its client's health to the therapist, or will. Raises NotFound for calls, what is over, and accounts."""
    booked = get_by_guest_key(db.session(), secret_hash(key))
    visit = booked.appointment
    is_open = why_closed(visit.status, visit.ends_at, clock.now()) in (None, NOT_YET)
    if visit.setting == PHONE or not is_open or booked.person.account_id is not None:
        raise NotFound("not_found", "There is nothing to fill in for this visit.")
    return Way(
        booked.person.id,
        f"person:{booked.person.id}",
        url_for("intake_guests.telling", key=key),
        url_for("intake_guests.confirm", key=key),
        url_for("intake_guests.comfort", key=key),
        url_for("intake_guests.card_stands", key=key),
        url_for("visits.guest", key=key),
    )
