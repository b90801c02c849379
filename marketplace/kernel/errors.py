"""What a verb answers when it will not do as asked. Each error carries a stable code and one sentence for a person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class FieldFault:
    """One thing wrong with one field of what a person or program sent."""

    field: str
    message: str


class Refusal(Exception):
    """The common root: a code for programs, a sentence for people, and figures either may need."""

    def __init__(
        self,
        code: str,
        sentence: str,
        *,
        faults: Sequence[FieldFault] = (),
        details: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(f"{code}: {sentence}")
        self.code = code
        self.sentence = sentence
        self.faults = tuple(faults)
        self.details = dict(details or {})


class Malformed(Refusal):
    """The request cannot be read: a missing offset, an unknown field, a wrong type (400)."""


class Unauthorized(Refusal):
    """Nobody is signed in, or the proof given does not hold (401)."""


class PaymentNeeded(Refusal):
    """A payment failed or waits for the client (402)."""


class Forbidden(Refusal):
    """Signed in, but this right is not theirs (403)."""


class NotFound(Refusal):
    """No such thing for this person; foreign and missing answer alike (404)."""


class Conflict(Refusal):
    """The world has moved: the time is taken, the state is another (409)."""


class Stale(Conflict):
    """What the person was shown is no longer true; the new figures are in `details` (409)."""


class Refused(Refusal):
    """Understood, but a rule says no (422)."""


class Limited(Refusal):
    """Too many, too fast (429)."""
