"""Proving who one is: sign-ins, API tokens, and how often one may fail.

Failures are counted for an address, known or not, so that the answer does not tell which. A browser that has signed in before carries a
device mark and has a count of its own: strangers who guess at an address cannot lock its owner out.
"""

from __future__ import annotations

import secrets
from datetime import datetime

from sqlalchemy import update

from marketplace.accounts.changes import SECRET_BYTES, count_failure, failure_fingerprint, forget_failures
from marketplace.accounts.models import Account, ApiToken
from marketplace.accounts.queries import find_account, find_failures, get_account
from marketplace.accounts.rules import SECOND_FACTOR_ROLES, TOKEN_LIFE, blocked_until
from marketplace.accounts.security_port import code_fits, verify_password
from marketplace.audit import Deed, record
from marketplace.db import db, transaction
from marketplace.kernel.errors import Forbidden, Limited, Unauthorized
from marketplace.vault import secret_hash


def check_blocked(email: str, now: datetime, *, device: str | None = None) -> None:
    """Raises Limited `too_many_attempts` while nothing more is tried for this address, or from this known device."""
    found = find_failures(db.session(), failure_fingerprint(email, device))
    until = blocked_until(found.count, found.since_at, now) if found else None
    if until is not None:
        minutes = max(1, -(-int((until - now).total_seconds()) // 60))
        raise Limited(
            "too_many_attempts",
            f"Too many attempts. Try again in {minutes} minutes, use a device on which you have signed in before, or reset your password.",
            details={"retry_after_seconds": int((until - now).total_seconds())},
        )


def _count_failure(fingerprint: str, now: datetime) -> None:
    with transaction() as session:
        count_failure(session, fingerprint, now)


def issue_token(email: str, password: str, code: str | None, now: datetime, *, factor_required: bool) -> tuple[str, datetime]:
    """An API token and when it expires.

    Raises Limited `too_many_attempts`; Unauthorized `bad_credentials`, `code_required` or `bad_code`; Forbidden `email_unconfirmed`, or
    `second_factor_required` where the account's role must have a second factor and has none.
    """
    check_blocked(email, now)
    fingerprint = failure_fingerprint(email, None)
    account_id = _account_with_password(email, password)
    if account_id is None:
        _count_failure(fingerprint, now)
        raise Unauthorized("bad_credentials", "That address and password do not go together.")
    token = f"lh_{secrets.token_urlsafe(SECRET_BYTES)}"
    with transaction() as session:
        account = get_account(session, account_id)
        code_wrong = _check_access(account, code, factor_required=factor_required)
        if not code_wrong:
            forget_failures(session, fingerprint)
            session.add(ApiToken(account_id=account.id, token_hash=secret_hash(token), created_at=now, expires_at=now + TOKEN_LIFE))
            record(session, Deed(now, f"account:{account.public_id}", "token_issued", "account", account.public_id))
    if code_wrong:
        _count_failure(fingerprint, now)
        raise Unauthorized("bad_code", "That code is wrong, or was used before.")
    return token, now + TOKEN_LIFE


def _account_with_password(email: str, password: str) -> int | None:
    """The row id of the account that this password opens."""
    account = find_account(db.session(), email.strip())
    found = account.id if account is not None and account.active else None
    hashed = account.password if account is not None and account.active else None
    db.session.rollback()  # nothing is held while the password is hashed
    return found if verify_password(password, hashed) else None


def _check_access(account: Account, code: str | None, *, factor_required: bool) -> bool:
    """Whether the code is wrong; raises what else stands against a token."""
    if not account.active:
        raise Unauthorized("bad_credentials", "That address and password do not go together.")
    if account.confirmed_at is None:
        raise Forbidden("email_unconfirmed", "Open the link in the letter we sent to this address first.")
    if account.tf_primary_method is None:
        if factor_required and account.role in SECOND_FACTOR_ROLES:
            raise Forbidden("second_factor_required", "Sign in on the site and set up a second factor first.")
        return False
    if not code:
        raise Unauthorized("code_required", "This account has a second factor: send its six-digit code as `code`.")
    return not code_fits(code, account.tf_totp_secret or "", account)


def revoke_token(token: str, now: datetime) -> None:
    """An API token is worth nothing from now on."""
    with transaction() as session:
        session.execute(update(ApiToken).where(ApiToken.token_hash == secret_hash(token)).values(revoked_at=now))
