"""Building an OpenAPI 3.1 document out of plain descriptions of operations."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Schema = Mapping[str, Any]
TITLES = {
    400: "The request cannot be read.",
    401: "Sign in first.",
    402: "A payment failed or waits.",
    403: "This is for others.",
    404: "Nothing like that for you.",
    409: "The world has moved.",
    413: "Too large.",
    415: "This content type is not taken.",
    422: "A rule says no.",
    429: "Too many, too fast.",
    503: "Somebody else does not answer.",
}
PROBLEM: Schema = {"$ref": "#/components/schemas/Problem"}


@dataclass(frozen=True)
class Query:
    """One query parameter."""

    name: str
    schema: Schema
    words: str
    required: bool = False


@dataclass(frozen=True)
class Operation:
    """One endpoint: `path` is written as the router writes it, `answer` is the schema of success, `errors` the statuses of refusals.

    `roles` is empty for everybody. `creates` marks endpoints that honor Idempotency-Key, `guarded` those that honor If-Match.
    """

    method: str
    path: str
    name: str
    words: str
    topic: str
    roles: tuple[str, ...] = ()
    body: Schema | None = None
    queries: Sequence[Query] = ()
    status: int = 200
    answer: Schema | None = None
    errors: tuple[int, ...] = ()
    creates: bool = False
    guarded: bool = False
    media: tuple[str, ...] = ("application/json",)
    also: Mapping[str, Schema] = field(default_factory=dict)


def document(operations: Iterable[Operation], schemas: Mapping[str, Schema], *, title: str, version: str, words: str) -> dict[str, Any]:
    """The whole document."""
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        paths.setdefault(_template(operation.path), {})[operation.method.lower()] = _operation(operation)
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": version, "description": words},
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": dict(schemas),
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer", "description": "A token of POST /api/v1/tokens."}},
        },
    }


def _template(path: str) -> str:
    """`/holds/<public_id>` as `/holds/{public_id}`."""
    return re.sub(r"<(?:[a-z]+:)?([a-z_]+)>", r"{\1}", path)


def _operation(operation: Operation) -> dict[str, Any]:
    made: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.words,
        "tags": [operation.topic],
        "parameters": _parameters(operation),
        "responses": _responses(operation),
    }
    if operation.roles:
        made["security"] = [{"token": []}]
        made["description"] = f"For: {', '.join(operation.roles)}."
    if operation.body is not None:
        content = {
            "application/json": {"schema": operation.body},
            **{media: {"schema": schema} for media, schema in operation.also.items()},
        }
        made["requestBody"] = {"required": bool(operation.body.get("required")), "content": content}
    return made


def _parameters(operation: Operation) -> list[dict[str, Any]]:
    inside = re.findall(r"<(?:[a-z]+:)?([a-z_]+)>", operation.path)
    found: list[dict[str, Any]] = [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in inside]
    found += [
        {"name": query.name, "in": "query", "required": query.required, "schema": dict(query.schema), "description": query.words}
        for query in operation.queries
    ]
    if operation.creates:
        key = {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"}
        found.append({"name": "Idempotency-Key", "in": "header", "required": False, "schema": key})
    if operation.guarded:
        words = "The ETag of the answer that this was made from; 409 where something else is stored by now."
        found.append({"name": "If-Match", "in": "header", "required": False, "schema": {"type": "string"}, "description": words})
    return found


def _responses(operation: Operation) -> dict[str, Any]:
    success: dict[str, Any] = {"description": "Done."}
    if operation.answer is not None:
        success["content"] = {media: {"schema": operation.answer} for media in operation.media}
    errors = {*operation.errors, *((401, 403) if operation.roles else ()), *((404,) if "<" in operation.path else ())}
    errors |= {400, 409} if operation.creates else set()
    errors |= {400, 413, 422} if operation.body is not None else {400}
    return {
        str(operation.status): success,
        **{
            str(status): {"description": TITLES[status], "content": {"application/problem+json": {"schema": PROBLEM}}}
            for status in sorted(errors)
        },
    }
