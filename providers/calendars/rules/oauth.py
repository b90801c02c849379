"""Being let in by OAuth 2.0 (RFC 6749, with the proof of RFC 7636): what is asked for, and what an answer gives."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

CALDAV, GOOGLE, MICROSOFT = "caldav", "google", "microsoft"
NAMES = {GOOGLE: "Google Calendar", MICROSOFT: "Outlook"}
# Somebody who reads what is asked of them has this long.
CONSENT_FOR = timedelta(minutes=15)
# A token that is nearly over is one that is over: the question must arrive as well.
MARGIN = timedelta(minutes=1)
LONGEST_TOKEN = 8_000
_SHORTEST, _LONGEST = 60, 86_400


@dataclass(frozen=True)
class Grant:
    """What lets us in: the token that is kept, and the one made of it that is good for an hour. Neither is ever shown."""

    refresh_token: str = field(repr=False)
    access_token: str | None = field(default=None, repr=False)
    access_until: datetime | None = None

    def good_at(self, now: datetime) -> bool:
        """Whether the short one can still be used."""
        return self.access_token is not None and self.access_until is not None and self.access_until > now + MARGIN


def challenge_of(verifier: str) -> str:
    """What is shown on the way there of a secret that is shown on the way back (RFC 7636, S256)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


def read_grant(answer: object, now: datetime, refresh_token: str = "") -> Grant | None:
    """The tokens in an answer; the one that was kept stays where no new one is given. None where there is none to use."""
    said = answer if isinstance(answer, dict) else {}
    access, refresh = said.get("access_token"), said.get("refresh_token") or refresh_token
    if not (_is_token(access) and _is_token(refresh)):
        return None
    return Grant(str(refresh), str(access), now + timedelta(seconds=_seconds(said.get("expires_in"))))


def _is_token(said: object) -> bool:
    return isinstance(said, str) and 0 < len(said) <= LONGEST_TOKEN and said.isascii() and said.isprintable() and " " not in said


def _seconds(said: object) -> int:
    text = str(said)
    return min(max(int(text), _SHORTEST), _LONGEST) if text.isascii() and text.isdecimal() and len(text) < 10 else _SHORTEST


def missing_scopes(answer: object, wanted: Iterable[str]) -> list[str]:
    """What was asked for and not allowed. An answer that does not say allows what was asked (RFC 6749, 5.1)."""
    said = answer.get("scope") if isinstance(answer, dict) else None
    if not isinstance(said, str) or not said:
        return []
    allowed = {_short(scope) for scope in said.split()}
    return [scope for scope in wanted if scope != "offline_access" and _short(scope) not in allowed]


def _short(scope: str) -> str:
    """Microsoft writes a scope with its house or without."""
    return scope.rpartition("/")[2].lower()
