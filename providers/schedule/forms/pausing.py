"""Reading a pause: the message that stands in place of starts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marketplace.webkit.reading import Fields
from providers.schedule.models import BookingPause

LONGEST_MESSAGE = 300


def read_pause(body: Mapping[str, Any]) -> str:
    """`{message}`. Raises Malformed for unknown fields, Refused `invalid` for the rest."""
    fields = Fields(body)
    message = fields.text("message", longest=LONGEST_MESSAGE)
    fields.finish()
    return str(message)


def pause_answer(pause: BookingPause | None) -> dict[str, object]:
    """A pause as programs get it; without one the message is null."""
    return {"message": None if pause is None else pause.message}
