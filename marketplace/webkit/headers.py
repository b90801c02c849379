"""Security headers: a strict policy on every answer, loosened only by name and page."""

from __future__ import annotations

import secrets
from collections.abc import Mapping

from flask import Flask, Response, g, request
from flask.sessions import SecureCookieSessionInterface, SessionMixin

SELF = "'self'"
CSP = {
    "default-src": SELF,
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "connect-src": "'self'",
    "font-src": "'self'",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}


class Sessions(SecureCookieSessionInterface):
    """Sessions whose cookie is renewed by pages alone: a picture on its way when somebody signs out must not bring it back."""

    def should_set_cookie(self, app: Flask, session: SessionMixin) -> bool:
        """Whether this answer carries the cookie."""
        return request.endpoint != "static" and super().should_set_cookie(app, session)


def csp_nonce() -> str:
    """This request's nonce, for a page that must carry a script element of data (JSON-LD)."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    nonce: str = g.csp_nonce
    return nonce


def allow_sources(more: Mapping[str, str]) -> None:
    """Let the page of the running request, and no other, use a stranger's sources as well."""
    g.csp_more = dict(more)


def content_policy() -> str:
    """The policy of the running request."""
    rules = dict(CSP)
    for name, sources in g.get("csp_more", {}).items():
        rules[name] = f"{rules.get(name, SELF)} {sources}"
    if "csp_nonce" in g:
        rules["script-src"] += f" 'nonce-{g.csp_nonce}'"
    return "; ".join(f"{name} {value}" for name, value in rules.items())


def install_headers(app: Flask, *, production: bool) -> None:
    """Send the headers with every answer; personal answers are never stored by caches."""
    app.jinja_env.globals["csp_nonce"] = csp_nonce
    app.session_interface = Sessions()

    @app.after_request
    def send(response: Response) -> Response:
        headers = response.headers
        headers.setdefault("Content-Security-Policy", content_policy())
        headers.setdefault("X-Content-Type-Options", "nosniff")
        headers.setdefault("Referrer-Policy", "no-referrer")
        headers.setdefault("X-Frame-Options", "DENY")
        headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=()")
        if production:
            headers.setdefault("Strict-Transport-Security", "max-age=63072000; includeSubDomains")
        if request.endpoint != "static":
            headers.setdefault("Cache-Control", "private, no-store")
        return response
