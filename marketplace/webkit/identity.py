"""Who is asking, as one frozen value, and the rule that every view names who may enter."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from flask import Flask, Response, current_app, g, redirect, request, url_for

from marketplace.kernel.errors import Forbidden, Unauthorized
from marketplace.webkit.problems import wants_json

ANYONE = "anyone"
# How long after a sign-in what is weighty may be done without another proof.
FRESH = timedelta(minutes=15)
SIGNED_IN = frozenset({"client", "provider", "admin"})
View = TypeVar("View", bound=Callable[..., object])


@dataclass(frozen=True)
class Viewer:
    """Who is asking. `role` is anonymous, client, provider or admin; `person_id` is set for clients and for guests at checkout.

    `signed_in_at` is when they signed in, or when their token was issued.
    """

    role: str = "anonymous"
    account_id: int | None = None
    account_public_id: str | None = None
    name: str = ""
    email: str | None = None
    person_id: int | None = None
    by_token: bool = False
    signed_in_at: datetime | None = None

    @property
    def signed_in(self) -> bool:
        """Whether an account stands behind the request."""
        return self.account_id is not None

    @property
    def actor(self) -> str:
        """How the audit names this viewer."""
        if self.account_public_id:
            return f"account:{self.account_public_id}"
        return f"person:{self.person_id}" if self.person_id else "anonymous"


def viewer() -> Viewer:
    """Who sends the running request; the accounts topic puts it there."""
    found: Viewer = g.get("viewer", Viewer())
    return found


def require_fresh(now: datetime) -> None:
    """Let nobody on who signed in more than a quarter of an hour ago. Raises Forbidden `fresh_sign_in_required`.

    For programs; pages ask for the password once more.
    """
    since = viewer().signed_in_at
    if since is None or now - since > FRESH:
        raise Forbidden("fresh_sign_in_required", "This needs a sign-in of the last 15 minutes. Ask for a new token at /api/v1/tokens.")


def access(*roles: str) -> Callable[[View], View]:
    """Say who may enter a view: role names, or `anyone`. A view that does not say is closed to all."""

    def mark(view: View) -> View:
        view.access = frozenset(roles)  # type: ignore[attr-defined]
        return view

    return mark


def access_of(app: Flask, endpoint: str) -> frozenset[str]:
    """The roles that may enter `endpoint`; empty when it does not say."""
    view = app.view_functions[endpoint]
    inner = getattr(view, "view_class", None)
    marked: frozenset[str] = getattr(view, "access", getattr(inner, "access", frozenset()))
    return marked or app.config["OPEN_ENDPOINTS"].get(endpoint, frozenset())


def install_guard(app: Flask, open_endpoints: dict[str, frozenset[str]]) -> None:
    """Deny by default: a request enters only a view that names its viewer's role. `open_endpoints` speaks for other libraries' views."""
    app.config["OPEN_ENDPOINTS"] = open_endpoints

    @app.before_request
    def guard() -> Response | None:
        if request.endpoint is None:
            return None
        allowed = access_of(current_app, request.endpoint)
        who = viewer()
        if ANYONE in allowed or who.role in allowed:
            return None
        if who.signed_in:
            raise Forbidden("forbidden", "This page is for others. Sign in with another account to see it.")
        if wants_json():
            raise Unauthorized("unauthorized", "Sign in first: send Authorization: Bearer and a token.")
        here = request.full_path.rstrip("?") if request.method in ("GET", "HEAD") else None
        return redirect(url_for("security.login", next=here))  # type: ignore[return-value]
