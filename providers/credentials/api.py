"""`/api/v1/provider/credentials`."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from marketplace import clock
from marketplace.db import db
from marketplace.webkit.filters import ny_date
from marketplace.webkit.idempotency import idempotent
from marketplace.webkit.identity import access
from providers.credentials.actions.hand_in import resubmit_credential, submit_credential, withdraw_credential
from providers.credentials.forms import credential_body, read_credential, read_upload
from providers.credentials.forms.shapes import missing_answer, own_answer
from providers.credentials.queries import get_own, list_own
from providers.registry.forms import desk_owner
from providers.registry.queries import find_own_id, find_own_provider

blueprint = Blueprint("credentials_api", __name__, url_prefix="/api/v1")


def _today() -> date:
    return ny_date(clock.now())


@blueprint.get("/provider/credentials")
@access("provider")
def list_credentials() -> ResponseReturnValue:
    """One's own credentials, the newest first, and what is missing today: everywhere, or in the settings that are named."""
    session = db.session()
    provider = find_own_provider(session, desk_owner().account_id)
    rows = list_own(session, provider.id if provider else None)
    missing = missing_answer(rows, provider.profession if provider else None, _today())
    return jsonify({"items": [own_answer(row, _today()) for row in rows], "next": None, "missing": missing})


@blueprint.get("/provider/credentials/<public_id>")
@access("provider")
def show_credential(public_id: str) -> ResponseReturnValue:
    """One of them."""
    return jsonify(own_answer(get_own(db.session(), find_own_id(db.session(), desk_owner().account_id), public_id), _today()))


@blueprint.post("/provider/credentials")
@access("provider")
@idempotent
def create_credential() -> ResponseReturnValue:
    """Hand one in, with its file or without."""
    draft = read_credential(credential_body(request))
    credential = submit_credential(desk_owner(), draft, read_upload(request), clock.now())
    return jsonify(own_answer(credential, _today())), 201


@blueprint.put("/provider/credentials/<public_id>")
@access("provider")
def change_credential(public_id: str) -> ResponseReturnValue:
    """Hand it in anew: a new version waits to be checked."""
    draft = read_credential(credential_body(request))
    credential = resubmit_credential(desk_owner(), public_id, draft, read_upload(request), clock.now())
    return jsonify(own_answer(credential, _today()))


@blueprint.post("/provider/credentials/<public_id>/withdraw")
@access("provider")
def withdraw(public_id: str) -> ResponseReturnValue:
    """Take it back."""
    return jsonify(own_answer(withdraw_credential(desk_owner(), public_id, clock.now()), _today()))
