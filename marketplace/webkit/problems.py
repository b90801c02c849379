"""Refusals as answers: problem+json for programs, a page for people."""

from __future__ import annotations

from flask import Flask, Response, jsonify, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import BadHost, HTTPException, SecurityError

from marketplace.kernel.errors import (
    Conflict,
    Forbidden,
    Limited,
    Malformed,
    NotFound,
    PaymentNeeded,
    Refusal,
    Refused,
    Unauthorized,
)

STATUS: dict[type[Refusal], int] = {
    Malformed: 400,
    Unauthorized: 401,
    PaymentNeeded: 402,
    Forbidden: 403,
    NotFound: 404,
    Conflict: 409,
    Refused: 422,
    Limited: 429,
}
CODES = {
    400: "bad_request",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    415: "unsupported_media_type",
    429: "too_many_requests",
    500: "internal",
    503: "unavailable",
}
PAGES = (400, 403, 404, 405, 409, 413, 429, 500, 503)
API_ROOT = "/api/"
MEMBERS = frozenset({"type", "title", "status", "detail", "code"})  # a refusal's own; new figures never overwrite them
NO_HOST = (BadHost, SecurityError)
"""The request names no host that could be one: no address can be built, so none of our pages can be shown."""


def status_of(refusal: Refusal) -> int:
    """The HTTP status a refusal is answered with."""
    return next(status for kind, status in STATUS.items() if isinstance(refusal, kind))


def wants_json() -> bool:
    """Whether the running request is for the JSON API."""
    return request.path.startswith(API_ROOT)


def problem(status: int, code: str, title: str, detail: str, **more: object) -> Response:
    """An `application/problem+json` answer. `more` adds members, for example `errors` or new figures."""
    body = {"type": f"/help/problems#{code}", "title": title, "status": status, "detail": detail, "code": code, **more}
    response = jsonify(body)
    response.status_code = status
    response.mimetype = "application/problem+json"
    return response


def problem_of(refusal: Refusal) -> Response:
    """A refusal as problem+json."""
    more: dict[str, object] = {name: value for name, value in refusal.details.items() if name not in MEMBERS}
    if refusal.faults:
        more["errors"] = [{"field": fault.field, "message": fault.message} for fault in refusal.faults]
    title = refusal.code.replace("_", " ").capitalize()
    return problem(status_of(refusal), refusal.code, title, refusal.sentence, **more)


def page_of(status: int, sentence: str) -> tuple[str, int]:
    """The page for people that goes with a status."""
    shown = status if status in PAGES else (400 if status < 500 else 500)
    return render_template(f"errors/{shown}.html", sentence=sentence), status


def install_problems(app: Flask) -> None:
    """Answer refusals, HTTP errors and crashes in the manner of the path asked for."""

    @app.errorhandler(Refusal)
    def on_refusal(refusal: Refusal) -> Response | tuple[str, int]:
        return problem_of(refusal) if wants_json() else page_of(status_of(refusal), refusal.sentence)

    @app.errorhandler(CSRFError)
    def on_csrf(_error: CSRFError) -> Response | tuple[str, int]:
        sentence = "This form was open too long or came from another page. Go back, reload and send it again."
        return problem(400, "csrf", "Csrf", sentence) if wants_json() else page_of(400, sentence)

    @app.errorhandler(HTTPException)
    def on_http(error: HTTPException) -> Response | tuple[str, int] | HTTPException:
        status = error.code or 500
        if status < 400:
            return error
        code = CODES.get(status, f"http_{status}")
        if not wants_json():
            return error if isinstance(error, NO_HOST) else page_of(status, "")
        answer = problem(status, code, error.name, error.description or error.name)
        for name, value in error.get_headers():
            if name.lower() in ("allow", "retry-after"):
                answer.headers[name] = value
        return answer

    @app.errorhandler(Exception)
    def on_crash(error: Exception) -> Response | tuple[str, int]:
        if app.testing or app.debug:
            raise error
        app.logger.error("unhandled error", exc_info=error)
        return problem(500, "internal", "Internal", "Something broke on our side. It is logged.") if wants_json() else page_of(500, "")
