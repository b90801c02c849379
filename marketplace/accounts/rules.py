"""What holds of accounts: roles, how long a sign-in lasts, how often one may fail, how long a code holds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

CLIENT = "client"
PROVIDER = "provider"
ADMIN = "admin"
ROLES = (CLIENT, PROVIDER, ADMIN)
OPEN_ROLES = (CLIENT, PROVIDER)
SECOND_FACTOR_ROLES = (PROVIDER, ADMIN)

MOST_FAILURES = 10
FAILURE_WINDOW = timedelta(minutes=15)
CODE_LIFE = timedelta(minutes=10)
CODE_DIGITS = 6
MOST_CODE_ATTEMPTS = 5
TOKEN_LIFE = timedelta(days=30)
DEVICE_LIFE = timedelta(days=365)
SHORTEST_PASSWORD = 8
LONGEST_PASSWORD = 200
# Of at least eight characters, from the top of every published list of leaked passwords.
_LEAKED = """
12345678 123456789 1234567890 password password1 password12 password123 passw0rd qwertyui qwertyuiop qwerty123 1q2w3e4r 1q2w3e4r5t
iloveyou sunshine princess football baseball superman starwars whatever trustno1 computer michelle jennifer jordan23 liverpool
11111111 00000000 88888888 87654321 987654321 abcd1234 abc12345 asdfghjk asdfghjkl zxcvbnm1 letmein1 welcome1 welcome123 admin123
administrator changeme monkey123 dragon123 master123 shadow123 football1 baseball1 charlie1 pokemon1 iloveyou1 sunshine1 princess1
"""
COMMON_PASSWORDS = frozenset(_LEAKED.split())


@dataclass(frozen=True)
class SessionLimits:
    """How long a sign-in lasts without a request, and in all."""

    idle: timedelta
    whole: timedelta


# Who sees more of others is asked more often.
SESSION_LIMITS = {
    CLIENT: SessionLimits(idle=timedelta(days=14), whole=timedelta(days=30)),
    PROVIDER: SessionLimits(idle=timedelta(hours=24), whole=timedelta(days=7)),
    ADMIN: SessionLimits(idle=timedelta(hours=1), whole=timedelta(hours=12)),
}


def chief_role(names: Iterable[str]) -> str:
    """The one role that counts when an account has several or none: admin, provider or client."""
    held = set(names)
    return next((name for name in (ADMIN, PROVIDER) if name in held), CLIENT)


def session_alive(role: str, began_at: datetime, seen_at: datetime, now: datetime) -> bool:
    """Whether a sign-in of this role still holds."""
    limits = SESSION_LIMITS[role]
    return now - began_at < limits.whole and now - seen_at < limits.idle


def blocked_until(count: int, since_at: datetime, now: datetime) -> datetime | None:
    """Until when nothing more is tried after `count` failures since `since_at`; None when one may try."""
    until = since_at + FAILURE_WINDOW
    return until if count >= MOST_FAILURES and now < until else None


def password_fault(password: str, *, email: str) -> str | None:
    """What is wrong with a new password, as a sentence, or None. Length counts, kinds of characters do not (NIST SP 800-63B)."""
    if len(password) < SHORTEST_PASSWORD:
        return f"Use at least {SHORTEST_PASSWORD} characters."
    if len(password) > LONGEST_PASSWORD:
        return f"Use at most {LONGEST_PASSWORD} characters."
    lowered = password.lower()
    if lowered in COMMON_PASSWORDS or len(set(lowered)) == 1:
        return "This password is one of the first that anyone would try. Choose another."
    if lowered in (email.lower(), email.partition("@")[0].lower()):
        return "This is your e-mail address. Choose another password."
    return None
