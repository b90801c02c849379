"""A credential as it is handed in, and a checker's decision on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class CredentialDraft:
    """The facts on a proof. `number` is already in the form in which equal numbers are equal; `details` as its kind has them."""

    kind: str
    issuer: str
    holder_name: str
    number: str | None
    issued_on: date | None
    expires_on: date | None
    details: Mapping[str, object]

    @property
    def technique(self) -> str | None:
        """The technique that a certificate is for."""
        named = self.details.get("technique")
        return str(named) if named else None


@dataclass(frozen=True)
class Document:
    """A file that may be kept: its media type by content, its bytes as we keep them, their SHA-256."""

    media_type: str
    content: bytes
    sha256: str


@dataclass(frozen=True)
class Decision:
    """verify, reject or needs_info: at which source something was looked up, which value was seen there, until when it holds, why,
    and on which day it is looked at again (None: after the kind's interval).
    """

    decision: str
    source: str
    source_value: str
    valid_until: date | None
    note: str
    next_check_on: date | None = None
