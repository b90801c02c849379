"""Addresses that open something, and words of a client's own in them, are masked in the logs of servers: who reads a log holds neither."""

from __future__ import annotations

import logging
import re

from flask import Flask

from marketplace.settings import Settings

SERVERS = ("werkzeug", "gunicorn.access", "gunicorn.error")
_SECRET = re.compile(
    r"(/(?:visits|class-seats|evidence|clearance|guardian/(?:answer|end)|letter|more-visits|waitlist/[^\s/\"']+/(?:confirm|leave|offer)|confirm|reset|calendar(?:/visit)?|api/v1/confirmations|account/email)/)[^\s/?\"']{30,}"
)
# What somebody comes back with from another house is a key to their account there, and so is what they were sent with.
_KEYS = re.compile(r"((?:[?&]|%3F|%26)(?:code|state|code_challenge|access_token|refresh_token)(?:=|%3D))[^\s&\"'#%]+", re.IGNORECASE)
_BEARER = re.compile(r"(Bearer\s+)[A-Za-z0-9._~+/=-]{8,}", re.IGNORECASE)
# What an activity is called is the client's own wording; `GET /outcomes/trend` is asked for it by name.
_WORDS = re.compile(r"([?&]label=)[^\s&\"'#]+")


def mask(text: str) -> str:
    """The text with the secret part of each such address replaced."""
    for pattern in (_SECRET, _WORDS, _KEYS, _BEARER):
        text = pattern.sub(r"\1…", text)
    return text


class MaskSecrets(logging.Filter):
    """Masks a line's arguments and its words."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Always lets the line through, masked."""
        message = record.getMessage()
        masked = mask(message)
        if masked != message:
            record.msg, record.args = masked, ()
        return True


def install_masking(_app: Flask, _settings: Settings) -> None:
    """Put the filter on the servers' loggers, once."""
    for name in SERVERS:
        logger = logging.getLogger(name)
        if not any(isinstance(known, MaskSecrets) for known in logger.filters):
            logger.addFilter(MaskSecrets())
