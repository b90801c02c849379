"""Flask-Security, set up for this house.

Its forms that write run inside one `transaction()` each, so that marketplace/db.py stays the only place that commits: the datastore's own
commit only checks that nothing was left over. The sign-in form alone runs outside, as it hashes passwords; what it writes, it writes
through `joined_transaction()`. Links in letters are opened by a GET that asks and changes nothing; a POST does it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

from flask import Flask, request
from flask_limiter.util import get_remote_address
from flask_login import user_logged_out
from flask_security import FormInfo, PasswordUtil, Security
from flask_security.signals import change_email_confirmed, password_changed, password_reset, user_authenticated
from itsdangerous import TimestampSigner, URLSafeTimedSerializer

from marketplace import clock
from marketplace.accounts.models import Account, Role
from marketplace.accounts.rules import SECOND_FACTOR_ROLES, SHORTEST_PASSWORD, password_fault
from marketplace.accounts.views import gate, notices, pages
from marketplace.accounts.views.second_factor import RECOVERY_CODES, AccountStore, HashedRecoveryCodes, SealedTotp
from marketplace.accounts.views.viewers import install_viewers
from marketplace.db import db, transaction
from marketplace.settings import Settings
from marketplace.webkit.identity import ANYONE, FRESH, SIGNED_IN
from marketplace.webkit.limits import limiter

View = Callable[..., Any]
_EVERYBODY = frozenset({ANYONE})
OPEN_ENDPOINTS: dict[str, frozenset[str]] = {
    **{
        f"security.{name}": _EVERYBODY
        for name in (
            "login", "logout", "forgot_password", "reset_password", "send_confirmation", "confirm_email", "change_email_confirm",
            "two_factor_setup", "two_factor_token_validation", "two_factor_rescue", "tf_select", "mf_recovery",
        )
    },
    **{
        f"security.{name}": SIGNED_IN
        for name in ("verify", "change_password", "change_email", "two_factor_setup_validate", "mf_recovery_codes")
    },
}  # fmt: skip
LETTER_ENDPOINTS = ("forgot_password", "send_confirmation", "change_email")
PROOF_ENDPOINTS = ("login", "verify", "two_factor_token_validation", "mf_recovery", "reset_password")


class HousePasswords(PasswordUtil):
    """New passwords are judged by our rule."""

    def validate(self, password: str, is_register: bool, **about: Any) -> tuple[list[str] | None, str]:  # noqa: ARG002, FBT001
        """The faults found, or None, and the password in the form in which it is hashed."""
        normal = self.normalize(password)
        fault = password_fault(normal, email=about["user"].email if "user" in about else "")
        return ([fault] if fault else None), normal


class ClockSigner(TimestampSigner):
    """Signed links age by the application's clock."""

    def get_timestamp(self) -> int:
        """Now, in seconds since 1970."""
        return int(clock.now().timestamp())


def install_accounts(app: Flask, settings: Settings) -> None:
    """Give `app` its accounts: sign-in pages, sessions, and the viewer of each request."""
    app.config.update(_config(settings))
    install_viewers(app)
    security = Security(
        app,
        AccountStore(db, Account, Role),
        login_form=gate.GatedLogin,
        verify_form=gate.GatedVerify,
        two_factor_verify_code_form=gate.GatedCode,
        two_factor_setup_form=gate.AppSetup,
        two_factor_rescue_form=gate.NoRescue,
        mf_recovery_form=gate.GatedRecovery,
        mail_util_cls=notices.OutboxMail,
        password_util_cls=HousePasswords,
        totp_cls=SealedTotp,
        mf_recovery_codes_util_cls=HashedRecoveryCodes,
    )
    security.want_json(lambda _request: False)
    security.login_manager._request_callback = None  # noqa: SLF001 (its own tokens are not ours)
    security.principal.identity_loaders.clear()  # two statements a request for permissions nobody asks
    for name, form in security.forms.items():
        if form.cls is not None:
            security.set_form_info(name, FormInfo(_with_plain_labels, form.cls))
    for name in ("reset", "confirm", "change_email", "tf_setup"):
        _age_by_clock(security, f"{name}_serializer")
    _listen(app)
    _take_over_views(app)


def _config(settings: Settings) -> dict[str, object]:
    totp_secret = hashlib.sha256(b"totp:" + settings.secret_key.encode()).hexdigest()
    return {
        "SECURITY_PASSWORD_HASH": "argon2",
        "SECURITY_PASSWORD_SCHEMES": ["argon2"],
        "SECURITY_PASSWORD_SINGLE_HASH": ["argon2"],
        # OWASP's figures for Argon2id: 19 MiB, two passes, one lane.
        "SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS": {"argon2__memory_cost": 19456, "argon2__time_cost": 2, "argon2__parallelism": 1},
        "SECURITY_PASSWORD_LENGTH_MIN": SHORTEST_PASSWORD,
        "SECURITY_CONFIRMABLE": True,
        "SECURITY_RECOVERABLE": True,
        "SECURITY_CHANGEABLE": True,
        "SECURITY_CHANGE_EMAIL": True,
        "SECURITY_RESET_PASSWORD_WITHIN": timedelta(minutes=notices.RESET_MINUTES),
        "SECURITY_CHANGE_EMAIL_WITHIN": timedelta(minutes=notices.CHANGE_EMAIL_MINUTES),
        "SECURITY_CONFIRM_EMAIL_WITHIN": timedelta(hours=48),
        "SECURITY_TWO_FACTOR": True,
        "SECURITY_TWO_FACTOR_ROLES": SECOND_FACTOR_ROLES if settings.production else (),
        "SECURITY_TWO_FACTOR_ENABLED_METHODS": ["authenticator"],
        "SECURITY_TWO_FACTOR_AUTHENTICATOR_VALIDITY": 30,
        "SECURITY_TWO_FACTOR_RESCUE_EMAIL": False,
        "SECURITY_TWO_FACTOR_IMPLEMENTATIONS": {"code": "flask_security.twofactor.CodeTfPlugin"},
        "SECURITY_TWO_FACTOR_POST_SETUP_VIEW": "security.mf_recovery_codes",
        "SECURITY_MULTI_FACTOR_RECOVERY_CODES": True,
        "SECURITY_MULTI_FACTOR_RECOVERY_CODES_N": RECOVERY_CODES,
        "SECURITY_TOTP_SECRETS": {"1": totp_secret},
        "SECURITY_TOTP_ISSUER": "Licensed Hands",
        "SECURITY_RETURN_GENERIC_RESPONSES": True,
        "SECURITY_API_ENABLED_METHODS": ["session"],
        "SECURITY_FRESHNESS": FRESH,
        "SECURITY_FRESHNESS_GRACE_PERIOD": timedelta(minutes=5),
        "SECURITY_DATETIME_FACTORY": clock.now,
        "SECURITY_JOIN_USER_ROLES": False,
        "SECURITY_EMAIL_PLAINTEXT": False,
        "SECURITY_EMAIL_HTML": False,
        "SECURITY_STATIC_FOLDER": None,
        "SECURITY_CLI_USERS_NAME": None,
        "SECURITY_CLI_ROLES_NAME": None,
        "SECURITY_POST_LOGIN_VIEW": "accounts.welcome",
        "SECURITY_POST_CHANGE_VIEW": "accounts.account",
        "SECURITY_POST_CHANGE_EMAIL_VIEW": "accounts.account",
        **_ADDRESSES,
        **_WORDS,
    }


_LABELS = {
    "email": "E-mail address",
    "password": "Password",
    "password_confirm": "The same password again",
    "new_password": "New password",
    "new_password_confirm": "The new password again",
    "code": "Code",
}
_ADDRESSES = {
    "SECURITY_LOGIN_URL": "/login",
    "SECURITY_LOGOUT_URL": "/logout",
    "SECURITY_RESET_URL": "/reset",
    "SECURITY_CHANGE_URL": "/account/password",
    "SECURITY_CONFIRM_URL": "/confirm",
    "SECURITY_VERIFY_URL": "/account/again",
    "SECURITY_CHANGE_EMAIL_URL": "/account/email",
    "SECURITY_TWO_FACTOR_SETUP_URL": "/account/second-factor",
    "SECURITY_TWO_FACTOR_TOKEN_VALIDATION_URL": "/login/code",
    "SECURITY_TWO_FACTOR_RESCUE_URL": "/login/help",
    "SECURITY_TWO_FACTOR_SELECT_URL": "/login/method",
    "SECURITY_MULTI_FACTOR_RECOVERY_CODES_URL": "/account/recovery-codes",
    "SECURITY_MULTI_FACTOR_RECOVERY_URL": "/login/recovery-code",
}
_WORDS = {
    f"SECURITY_MSG_{name}": (sentence, category)
    for name, sentence, category in (
        ("GENERIC_AUTHN_FAILED", "That address and password do not go together, or the address is not confirmed yet.", "error"),
        (
            "PASSWORD_RESET_REQUEST",
            "If this address has an account, a letter with a link is on its way. The link is good for 15 minutes.",
            "info",
        ),
        ("CONFIRMATION_REQUEST", "If this address waits for confirmation, a letter with a new link is on its way.", "info"),
        ("CHANGE_EMAIL_SENT", "A letter with a link is on its way to %(email)s. The address changes when you open it.", "success"),
        ("CHANGE_EMAIL_CONFIRMED", "Your e-mail address is changed.", "success"),
        ("CHANGE_EMAIL_EXPIRED", "This link is older than an hour. Start again.", "error"),
        ("API_ERROR", "This link is not good any more. Start again.", "error"),
        ("INVALID_RESET_PASSWORD_TOKEN", "This link was used already, or is not whole. Ask for a new one.", "error"),
        ("PASSWORD_RESET_EXPIRED", "This link is older than 15 minutes. Ask for a new one.", "error"),
        ("PASSWORD_RESET_NO_LOGIN", "Your password is changed. Sign in with the new one.", "success"),
        ("PASSWORD_CHANGE", "Your password is changed. Other browsers and programs are signed out.", "success"),
        ("INVALID_PASSWORD", "That is not your password.", "error"),
        ("RETYPE_PASSWORD_MISMATCH", "The two passwords differ.", "error"),
        ("PASSWORD_IS_THE_SAME", "This is your password now. Choose another.", "error"),
        ("PASSWORD_NOT_PROVIDED", "Type your password.", "error"),
        ("EMAIL_NOT_PROVIDED", "Type your e-mail address.", "error"),
        ("INVALID_EMAIL_ADDRESS", "This is not an e-mail address. One looks like name@example.com.", "error"),
        ("TWO_FACTOR_INVALID_TOKEN", "That code is wrong, or was used before.", "error"),
        ("TWO_FACTOR_LOGIN_SUCCESSFUL", "You are signed in.", "success"),
        (
            "TWO_FACTOR_CHANGE_METHOD_SUCCESSFUL",
            "Your second factor is set up. Make recovery codes now, for the day you lose the phone.",
            "success",
        ),
        ("TWO_FACTOR_DISABLED", "Your second factor is switched off.", "success"),
        ("TWO_FACTOR_PERMISSION_DENIED", "Sign in first.", "error"),
        ("INVALID_RECOVERY_CODE", "That recovery code is wrong, or was used before.", "error"),
        ("REAUTHENTICATION_REQUIRED", "Type your password once more: this changes how your account is kept safe.", "info"),
        ("REAUTHENTICATION_SUCCESSFUL", "Thank you.", "info"),
        ("UNAUTHENTICATED", "Sign in to see this page.", "info"),
    )
}


def _with_plain_labels(_name: str, form_class: type[Any], **given: Any) -> Any:
    """A form of Flask-Security's with our words at its fields."""
    form = form_class(**given)
    for name, words in _LABELS.items():
        if name in form:
            form[name].label.text = words
    if "password" in form and "new_password" in form:
        form["password"].label.text = "Current password"
        form["password"].flags.required = True
    return form


def _age_by_clock(security: Security, name: str) -> None:
    made: URLSafeTimedSerializer = getattr(security, name)
    setattr(security, name, URLSafeTimedSerializer(made.secret_keys, salt=made.salt, signer=ClockSigner))


def _listen(app: Flask) -> None:
    user_authenticated.connect(gate.on_signed_in, app)
    user_logged_out.connect(gate.on_signed_out, app)
    password_changed.connect(notices.on_password_changed, app)
    password_reset.connect(notices.on_password_changed, app)
    change_email_confirmed.connect(notices.on_email_changed, app)


def _take_over_views(app: Flask) -> None:
    """Its POSTs write in one transaction and are limited by address; its links ask before they act."""
    app.add_url_rule("/account/email/<token>", endpoint="security.change_email_confirm", methods=["POST"])
    for endpoint in [name for name in app.view_functions if name.startswith("security.")]:
        name = endpoint.removeprefix("security.")
        view: View = app.view_functions[endpoint]
        if name == "confirm_email":
            view = pages.confirm_email
        elif name == "two_factor_rescue":
            view = pages.without_phone
        elif name == "change_email_confirm":
            view = pages.asked_first(_in_transaction(view))
        elif name != "login":
            view = _in_transaction(view)
        if name in LETTER_ENDPOINTS:
            view = limiter.limit("10 per hour", key_func=get_remote_address, methods=["POST"])(view)
        elif name in PROOF_ENDPOINTS:
            view = limiter.limit("30 per minute", key_func=get_remote_address, methods=["POST"])(view)
        app.view_functions[endpoint] = view


def _in_transaction(view: View) -> View:
    @wraps(view)
    def writing(*args: Any, **kwargs: Any) -> Any:
        if request.method != "POST":
            return view(*args, **kwargs)
        with transaction():
            return view(*args, **kwargs)

    return writing
