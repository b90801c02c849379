"""`POST /webhooks/stripe`."""

from __future__ import annotations

from flask import Blueprint, current_app, request
from flask.typing import ResponseReturnValue

from booking.payments.actions.take_event import take_event
from booking.payments.forms import LARGEST_EVENT, SIGNATURE, find_port, follow_news
from booking.payments.rules.signing import is_genuine
from booking.payments.stripe_port.reading import read_event
from booking.payments.stripe_port.values import Unknown
from marketplace import clock
from marketplace.settings import Settings
from marketplace.webkit.identity import access
from marketplace.webkit.problems import problem

blueprint = Blueprint("stripe_webhooks", __name__)


@blueprint.post("/webhooks/stripe")
@access("anyone")
def stripe() -> ResponseReturnValue:
    """Stripe's news. Only its signature counts; a repeat and a type unknown to us are acknowledged; 503 asks Stripe to come again."""
    settings: Settings = current_app.extensions["settings"]
    port, secret = find_port(), settings.stripe_webhook_secret
    if port is None:
        return problem(404, "not_found", "Not found", "Cards are off here.")
    if secret is None:
        return problem(503, "unavailable", "Unavailable", "Webhooks cannot be checked here yet.")
    if (request.content_length or 0) > LARGEST_EVENT:
        return problem(413, "too_large", "Too large", "No event is this large.")
    body, now = request.get_data(cache=False), clock.now()
    if not is_genuine(body, request.headers.get(SIGNATURE, ""), secret, now):
        return problem(400, "bad_signature", "Bad request", "This does not come from Stripe.")
    event = read_event(body)
    if event is None:
        return problem(400, "not_an_event", "Bad request", "This is no event.")
    try:
        outcome = take_event(port, event, now)
    except Unknown:
        return problem(503, "unavailable", "Unavailable", "Stripe could not be asked. Send it again later.")
    follow_news(now)
    return {"outcome": outcome}
