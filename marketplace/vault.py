"""Encryption of health and contact fields, with keys outside the database, and their rotation.

The first key encrypts, all keys decrypt. A sealed column holds an opaque token; nothing can be searched in it. Where equality must
be found (a license number used twice), a keyed fingerprint stands in a column beside it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Sequence
from typing import Any

from cryptography.fernet import Fernet, MultiFernet
from flask import Flask, current_app
from sqlalchemy import Dialect, LargeBinary, Text
from sqlalchemy.types import TypeDecorator

KEY = "licensed_hands_vault"


class Vault:
    """Seals and opens short texts, and makes keyed fingerprints."""

    def __init__(self, field_keys: Sequence[str], secret_key: str) -> None:
        keys = list(field_keys) or [secret_key]
        self._box = MultiFernet([Fernet(_fernet_key(key)) for key in keys])
        self._pepper = hashlib.sha256(b"fingerprint:" + secret_key.encode()).digest()

    def seal(self, text: str) -> str:
        """An opaque token of `text`; never the same twice."""
        return self._box.encrypt(text.encode()).decode()

    def open(self, token: str) -> str:
        """The text of a token made with any of the keys. Raises InvalidToken for anything else."""
        return self._box.decrypt(token.encode()).decode()

    def rotate(self, token: str) -> str:
        """The same text, sealed anew with the first key. Raises InvalidToken for anything that no key opens."""
        return self._box.rotate(token.encode()).decode()

    def rotate_bytes(self, token: bytes) -> bytes:
        """The same for the token of a file."""
        return self._box.rotate(token)

    def seal_bytes(self, content: bytes) -> bytes:
        """An opaque token of a file's content."""
        return self._box.encrypt(content)

    def open_bytes(self, token: bytes) -> bytes:
        """The content sealed by `seal_bytes`."""
        return self._box.decrypt(token)

    def fingerprint(self, text: str, purpose: str) -> str:
        """A keyed hash (64 hex digits) by which equal texts of one purpose can be found without storing them."""
        return hmac.new(self._pepper, f"{purpose}\0{text}".encode(), hashlib.sha256).hexdigest()


def _fernet_key(key: str) -> bytes:
    """Any long text may serve as a key: it is stretched to Fernet's 32 bytes."""
    return base64.urlsafe_b64encode(hashlib.sha256(b"field:" + key.encode()).digest())


def install_vault(app: Flask, field_keys: Sequence[str], secret_key: str) -> None:
    """Give `app` its vault."""
    app.extensions[KEY] = Vault(field_keys, secret_key)


def vault() -> Vault:
    """The current application's vault."""
    found: Vault = current_app.extensions[KEY]
    return found


def secret_hash(token: str) -> str:
    """How a long random secret (link, API token) is stored: SHA-256 in hex. Not for passwords."""
    return hashlib.sha256(token.encode()).hexdigest()


def new_data_key() -> str:
    """A key for one thing that may never be touched again: kept sealed beside it, so that field keys can change without it."""
    return Fernet.generate_key().decode()


def seal_under(data_key: str, text: str) -> str:
    """An opaque token of `text` under a data key."""
    return Fernet(data_key).encrypt(text.encode()).decode()


def open_under(data_key: str, token: str) -> str:
    """The text of a token made with this data key. Raises InvalidToken for anything else."""
    return Fernet(data_key).decrypt(token.encode()).decode()


class SealedText(TypeDecorator[str]):
    """A text column whose content is encrypted."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002 (signature is SQLAlchemy's)
        """To the database: sealed."""
        return None if value is None else vault().seal(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002 (signature is SQLAlchemy's)
        """From the database: opened."""
        return None if value is None else vault().open(value)


class SealedBytes(TypeDecorator[bytes]):
    """A column of bytes (a file) whose content is encrypted."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: bytes | None, dialect: Dialect) -> bytes | None:  # noqa: ARG002 (signature is SQLAlchemy's)
        """To the database: sealed."""
        return None if value is None else vault().seal_bytes(value)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> bytes | None:  # noqa: ARG002 (signature is SQLAlchemy's)
        """From the database: opened."""
        return None if value is None else vault().open_bytes(value)


class SealedJson(TypeDecorator[Any]):
    """A JSON column whose content is encrypted as a whole."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ARG002 (signature is SQLAlchemy's)
        """To the database: sealed."""
        return None if value is None else vault().seal(json.dumps(value, sort_keys=True))

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:  # noqa: ARG002 (signature is SQLAlchemy's)
        """From the database: opened."""
        return None if value is None else json.loads(vault().open(value))
