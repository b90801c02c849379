"""The JSON API of accounts: making one, tokens, one's own details."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, jsonify, request
from flask.typing import ResponseReturnValue
from flask_limiter.util import get_remote_address

from marketplace import clock
from marketplace.accounts.actions import ContactDetails, NewAccount, create_account, issue_token, revoke_token, update_me
from marketplace.accounts.queries import find_person_of, get_account
from marketplace.accounts.rules import LONGEST_PASSWORD, OPEN_ROLES
from marketplace.db import db
from marketplace.kernel.errors import Conflict
from marketplace.webkit.filters import rfc3339
from marketplace.webkit.idempotency import idempotent
from marketplace.webkit.identity import access, viewer
from marketplace.webkit.limits import limiter
from marketplace.webkit.reading import Fields, json_object

LONGEST_EMAIL = 254
blueprint = Blueprint("accounts_api", __name__, url_prefix="/api/v1")


@blueprint.post("/accounts")
@limiter.limit("10 per hour", key_func=get_remote_address)
@access("anyone")
@idempotent
def post_account() -> ResponseReturnValue:
    """Make an account. A known address gets the same answer, and its owner a letter."""
    fields = Fields(json_object(request))
    email = fields.text("email", longest=LONGEST_EMAIL)
    password = fields.raw("password")
    if password is not None and not (isinstance(password, str) and 0 < len(password) <= LONGEST_PASSWORD):
        fields.fault("password", f"This must be text of at most {LONGEST_PASSWORD} characters.")
    name, role = fields.text("name", longest=120), fields.choice("role", OPEN_ROLES)
    fields.finish()
    return jsonify(id=create_account(NewAccount(email, password, name, role), clock.now())), 201


@blueprint.post("/tokens")
@limiter.limit("30 per minute", key_func=get_remote_address)
@access("anyone")
def post_token() -> ResponseReturnValue:
    """Sign in for programs."""
    fields = Fields(json_object(request))
    email, password = fields.text("email", longest=LONGEST_EMAIL), fields.raw("password")
    if password is not None and not isinstance(password, str):
        fields.fault("password", "This must be text.")
    code = fields.text("code", None, longest=20)
    fields.finish()
    required = bool(current_app.config["SECURITY_TWO_FACTOR_ROLES"])
    token, expires_at = issue_token(email, password[: LONGEST_PASSWORD + 1], code, clock.now(), factor_required=required)
    return jsonify(token=token, expires_at=rfc3339(expires_at)), 201


@blueprint.delete("/tokens/current")
@access("client", "provider", "admin")
def delete_token() -> ResponseReturnValue:
    """Sign out for programs."""
    if not viewer().by_token:
        raise Conflict("no_token", "You are signed in with a browser, not with a token.")
    revoke_token(request.headers["Authorization"].removeprefix("Bearer ").strip(), clock.now())
    return "", 204


@blueprint.get("/me")
@access("client", "provider", "admin")
def get_me() -> ResponseReturnValue:
    """Who one is."""
    return jsonify(_me())


@blueprint.patch("/me")
@access("client", "provider", "admin")
def patch_me() -> ResponseReturnValue:
    """Change one's name or contact details; an empty text takes a detail away."""
    fields = Fields(json_object(request))
    name, phone = fields.text("name", None, longest=120), fields.text("phone", None, longest=40, blank=True)
    address, zip_code = _address(fields), fields.text("zip", None, longest=5, blank=True)
    fields.finish()
    update_me(viewer().account_id or 0, ContactDetails(name, phone, address, zip_code), clock.now())
    return jsonify(_me())


def _address(fields: Fields) -> dict[str, str] | None:
    """`{line1, unit?, access?}`, an empty object to take it away, or nothing."""
    table = fields.table("address", None)
    if not isinstance(table, dict) or not table:
        return table if isinstance(table, dict) else None
    inner = Fields(table, "address.")
    read = {"line1": inner.text("line1"), "unit": inner.text("unit", None, longest=40), "access": inner.text("access", None, longest=500)}
    inner.finish()
    return {name: value for name, value in read.items() if value}


def _me() -> dict[str, Any]:
    session = db.session()
    account = get_account(session, viewer().account_id or 0)
    person = find_person_of(session, account.id)
    details = {name: getattr(person, name) for name in ("phone", "address", "zip")} if person else {}
    return {
        "id": account.public_id,
        "name": account.name,
        "email": account.email,
        "role": account.role,
        "confirmed": account.confirmed_at is not None,
        **{name: value for name, value in details.items() if value},
    }
