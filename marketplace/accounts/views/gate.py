"""The gate of the sign-in pages: who has failed too often, which browser has been here before, and what a sign-in opens."""

from __future__ import annotations

import secrets
from typing import Any

from flask import Response, after_this_request, current_app, g, request, session
from flask_security.forms import LoginForm, TwoFactorRescueForm, TwoFactorSetupForm, TwoFactorVerifyCodeForm, VerifyForm
from flask_security.recovery_codes import MfRecoveryForm
from itsdangerous import BadSignature, URLSafeSerializer
from wtforms import RadioField
from wtforms.fields.choices import SelectChoice

from marketplace import clock
from marketplace.accounts.actions import check_blocked
from marketplace.accounts.changes import count_failure, end_sign_in, failure_fingerprint, forget_failures, open_sign_in
from marketplace.accounts.models import Account
from marketplace.accounts.rules import DEVICE_LIFE
from marketplace.db import joined_transaction
from marketplace.kernel.errors import Limited
from marketplace.vault import vault

# Everything else in the session is left behind at sign-in: what was put there before belongs to nobody. A guest's checkout goes on.
KEPT_AT_SIGN_IN = ("_user_id", "_fresh", "_id", "fs_paa", "guest")


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(str(current_app.secret_key), salt="device")


def device_cookie() -> str:
    """The cookie's name; over https it is bound to this host."""
    return "__Host-device" if current_app.config["SESSION_COOKIE_SECURE"] else "device"


def _owner(email: str) -> str:
    return vault().fingerprint(email.strip().lower(), "device owner")


def known_device(email: str) -> str | None:
    """The mark of a browser that has signed in with this address before."""
    try:
        owner, mark = _signer().loads(request.cookies.get(device_cookie(), ""))
    except (BadSignature, ValueError, TypeError):
        return None
    return str(mark) if owner == _owner(email) else None


def _remember_device(email: str) -> None:
    value = str(_signer().dumps([_owner(email), secrets.token_urlsafe(12)]))
    secure = current_app.config["SESSION_COOKIE_SECURE"]

    @after_this_request
    def mark(response: Response) -> Response:
        age = int(DEVICE_LIFE.total_seconds())
        response.set_cookie(device_cookie(), value, max_age=age, httponly=True, samesite="Lax", secure=secure)
        return response


def _blocked(email: str) -> str | None:
    try:
        check_blocked(email, clock.now(), device=known_device(email))
    except Limited as limited:
        return limited.sentence
    return None


def _note_failure(email: str) -> None:
    with joined_transaction() as rows:
        count_failure(rows, failure_fingerprint(email, known_device(email)), clock.now())


class GatedLogin(LoginForm):
    """Sign-in. Nothing is tried while the address, or this known device, has failed too often. There is no "remember me"."""

    remember = None

    def validate(self, **kwargs: Any) -> bool:
        """Count a wrong answer, whether the address is known or not."""
        if isinstance(self.email.data, str) and (sentence := _blocked(self.email.data)):
            self.form_errors.append(sentence)
            return False
        if super().validate(**kwargs):
            return True
        if self.ifield is not None and not self.user_authenticated:
            _note_failure(self.email.data)
        return False


class _Counted:
    """Of a form that asks an account's owner for one more proof: nothing is tried after too many failures, and failures are counted."""

    user: Account | None
    form_errors: list[str]
    is_setup: bool = False

    def validate(self, **kwargs: Any) -> bool:
        """Whether the proof holds."""
        email = self.user.email if self.user else ""
        if sentence := _blocked(email):
            self.form_errors.append(sentence)
            return False
        if super().validate(**kwargs):  # type: ignore[misc]
            return True
        if not self.is_setup:
            _note_failure(email)
        return False


class GatedVerify(_Counted, VerifyForm):  # type: ignore[misc]
    """The password once more, before something weighty."""


class GatedCode(_Counted, TwoFactorVerifyCodeForm):  # type: ignore[misc]
    """The code of the second factor."""


class AppSetup(TwoFactorSetupForm):
    """An authenticator app, or none where the role allows it; letters and text messages are no second factor here."""

    setup = RadioField("Second factor", choices=[SelectChoice("authenticator"), SelectChoice("disable")], validate_choice=False)


class NoRescue(TwoFactorRescueForm):
    """There is one way in without the phone: a recovery code."""

    help_setup = RadioField("Help", choices=[], validate_choice=False)


class GatedRecovery(_Counted, MfRecoveryForm):  # type: ignore[misc]
    """A recovery code instead of the second factor."""


def on_signed_in(_app: object, user: Account, **_more: object) -> None:
    """A new session for a new right: the old one's content goes, the sign-in gets a row of its own, its failures are forgotten."""
    device = known_device(user.email)
    email = user.email
    with joined_transaction() as rows:
        token = open_sign_in(rows, user.id, clock.now())
        forget_failures(rows, failure_fingerprint(email, device))
    kept = {key: session[key] for key in KEPT_AT_SIGN_IN if key in session}
    session.clear()
    session.update(kept)
    session.permanent = True
    session["sign_in"], session["seen_minute"] = token, epoch_minute()
    g.pop("csrf_token", None)
    if device is None:
        _remember_device(email)


def on_signed_out(_app: object, **_more: object) -> None:
    """The sign-in ends on the server too, and nothing stays in the session."""
    token = session.get("sign_in")
    if token:
        with joined_transaction() as rows:
            end_sign_in(rows, token, clock.now())
    session.clear()


def epoch_minute() -> int:
    """Now, in minutes since 1970."""
    return int(clock.now().timestamp()) // 60
