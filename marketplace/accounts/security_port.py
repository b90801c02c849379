"""What Flask-Security knows and verbs need: password hashes and signed links. Nobody else below the views talks to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

from flask import current_app
from flask_security.confirmable import generate_confirmation_token
from flask_security.decorators import auth_required
from flask_security.utils import hash_password as _hash
from flask_security.utils import verify_password as _verify

from marketplace.webkit.identity import FRESH

View = TypeVar("View", bound=Callable[..., object])


class Identified(Protocol):
    """An account as far as a link needs it."""

    email: str
    fs_uniquifier: str


def proven_again(view: View) -> View:
    """Let those on who gave their password in the last quarter of an hour; others give it once more, and come back to this address.

    For pages that change where money goes or how an account is kept safe.
    """
    guarded: View = auth_required("session", within=lambda: FRESH)(view)
    return guarded


def hash_password(password: str) -> str:
    """An Argon2 hash. Takes some 20 ms on purpose: never call it inside a transaction."""
    hashed: str = _hash(current_app.extensions["security"].password_util.normalize(password))
    return hashed


def verify_password(password: str, hashed: str | None) -> bool:
    """Whether a password fits; without a hash the same time is spent, so that the answer's pace tells nothing."""
    normal = current_app.extensions["security"].password_util.normalize(password)
    if hashed is None:
        _hash(normal)
        return False
    return bool(_verify(normal, hashed))


def confirmation_link(account: Identified) -> str:
    """The address that confirms an account's e-mail; it dies with the address it was made for."""
    return absolute("confirm_email", generate_confirmation_token(account))


def absolute(endpoint: str, token: str) -> str:
    """A link for letters. Its host is the setting's, never that of a request, whose Host header anybody may write."""
    base: str = current_app.extensions["settings"].base_url
    path: str = current_app.url_map.bind("", "/").build(f"security.{endpoint}", {"token": token})
    return base + path


def code_fits(totp: str, secret: str, account: object) -> bool:
    """Whether a six-digit code of an authenticator app is right and was not used before; a right one is used up."""
    fits: bool = current_app.extensions["security"].totp_factory.verify_totp(token=totp, totp_secret=secret, user=account, window=30)
    return fits
