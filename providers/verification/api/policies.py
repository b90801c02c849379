"""`/api/v1/admin/policies`: what is asked of whom, from when on."""

from __future__ import annotations

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from marketplace import clock
from marketplace.db import db
from marketplace.webkit.filters import ny_date
from marketplace.webkit.idempotency import idempotent
from marketplace.webkit.identity import access, viewer
from marketplace.webkit.reading import json_object
from providers.credentials.queries import list_policies, load_policies
from providers.verification.actions.add_policy import add_policy
from providers.verification.forms.policies import policy_answer, read_policy

blueprint = Blueprint("policies_api", __name__, url_prefix="/api/v1")


@blueprint.get("/admin/policies")
@access("admin")
def list_versions() -> ResponseReturnValue:
    """Every version, the newest first."""
    return jsonify({"items": _answers(), "next": None})


@blueprint.post("/admin/policies")
@access("admin")
@idempotent
def create_version() -> ResponseReturnValue:
    """Add a version that holds from a day on."""
    draft, based_on = read_policy(json_object(request), load_policies(db.session()).newest)
    row = add_policy(draft, based_on, viewer().actor, clock.now())
    return jsonify(next(answer for answer in _answers() if answer["version"] == row.version)), 201


def _answers() -> list[dict[str, object]]:
    session = db.session()
    policies, rows = load_policies(session), {row.version: row for row in list_policies(session)}
    today = policies.on(ny_date(clock.now())).version
    return [policy_answer(table, rows.get(table.version), today) for table in reversed(policies.versions)]
