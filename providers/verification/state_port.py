"""The state's license register, for an operator who has agreed access: off without an address and a key."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from providers.verification.http_port import TIMEOUT_SECONDS, Unavailable, ask_json
from providers.verification.rules.sources import (
    NOT_FOUND,
    RUBBISH,
    STATE,
    UNAVAILABLE,
    Rubbish,
    Typed,
    Verdict,
    compare_state,
    read_state,
)


@dataclass(frozen=True)
class StateRegister:
    """The register at `url`; the key goes as `X-API-Key`, which no log of addresses shows."""

    url: str
    key: str
    seconds: float = TIMEOUT_SECONDS
    code: str = STATE

    def ask(self, typed: Typed, today: date) -> Verdict:
        """What it says of a license, by profession code and number. Never raises for the stranger's faults."""
        query = {"profession_code": typed.profession_code or "", "license_number": typed.number}
        try:
            said = ask_json(self.url, query, {"X-API-Key": self.key}, self.seconds)
            if said.status == 404:
                return Verdict(NOT_FOUND)
            return compare_state(typed, read_state(said.body), today)
        except Unavailable:
            return Verdict(UNAVAILABLE)
        except Rubbish:
            return Verdict(RUBBISH)
