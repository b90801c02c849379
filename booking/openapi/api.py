"""`/api/v1/openapi.json`."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from flask import Blueprint, Response, jsonify

from booking.openapi.catalogue import clients, desk
from booking.openapi.catalogue.schemas import SCHEMAS
from booking.openapi.rules import document
from marketplace.webkit.identity import access

blueprint = Blueprint("openapi_api", __name__, url_prefix="/api/v1")
WORDS = (
    "Instants are RFC 3339 with an offset; answers carry New York's. Money is integer cents in USD. Unknown fields are refused. "
    "Errors are application/problem+json. Foreign and missing things answer alike."
)


@lru_cache(maxsize=1)
def api_document() -> dict[str, Any]:
    """The description of every endpoint."""
    return document((*clients.OPERATIONS, *desk.OPERATIONS), SCHEMAS, title="Licensed Hands", version="1", words=WORDS)


@blueprint.get("/openapi.json")
@access("anyone")
def show() -> Response:
    """The OpenAPI 3.1 document."""
    return jsonify(api_document())
