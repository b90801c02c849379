"""`/api/v1`: one's own statements of account, for clients and for providers."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request

from booking.appointments.forms.reading import own_person_id
from booking.statements.forms import answer_of, file_of, read_span
from booking.statements.queries import statement_of_person, statement_of_provider
from booking.statements.rules.sides import OF_CLIENT, OF_PROVIDER
from booking.statements.rules.statement import Statement
from marketplace import clock
from marketplace.db import db
from marketplace.kernel.errors import NotFound
from marketplace.webkit.identity import access, viewer
from marketplace.webkit.limits import limiter
from providers.registry.forms import desk_owner
from providers.registry.models import Provider
from providers.registry.queries import find_own_id

blueprint = Blueprint("statements_api", __name__, url_prefix="/api/v1")


@blueprint.get("/me/statements")
@access("client")
def show_own() -> Response:
    """What one owed, was charged, paid and got back in some days."""
    return jsonify(answer_of(_own()))


@blueprint.get("/me/statements.pdf")
@access("client")
@limiter.limit("30 per minute")
def show_own_file() -> Response:
    """The same as a file."""
    return file_of(OF_CLIENT, _own(), viewer().name)


@blueprint.get("/provider/statements")
@access("provider")
def show_provider() -> Response:
    """What one earned, what we took and what was paid out in some days."""
    return jsonify(answer_of(_of_provider(_own_provider())))


@blueprint.get("/provider/statements.pdf")
@access("provider")
@limiter.limit("30 per minute")
def show_provider_file() -> Response:
    """The same as a file."""
    provider_id = _own_provider()
    return file_of(OF_PROVIDER, _of_provider(provider_id), db.session.get_one(Provider, provider_id).name)


def _own() -> Statement:
    now = clock.now()
    return statement_of_person(db.session(), own_person_id(), read_span(request.args.to_dict(), now), now)


def _of_provider(provider_id: int) -> Statement:
    now = clock.now()
    return statement_of_provider(db.session(), provider_id, read_span(request.args.to_dict(), now), now)


def _own_provider() -> int:
    provider_id = find_own_id(db.session(), desk_owner().account_id)
    if provider_id is None:
        raise NotFound("not_found", "You have not begun to apply yet.")
    return provider_id
