"""NPPES, the federal register of NPIs, version 2.1: off without an address. It proves no license."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from providers.verification.http_port import TIMEOUT_SECONDS, Unavailable, ask_json
from providers.verification.rules.sources import (
    NOT_FOUND,
    NPPES,
    RUBBISH,
    UNAVAILABLE,
    Rubbish,
    Typed,
    Verdict,
    compare_nppes,
    read_nppes,
)

VERSION = "2.1"


@dataclass(frozen=True)
class NppesRegister:
    """The register at `url` (the public one is https://npiregistry.cms.hhs.gov/api/)."""

    url: str
    seconds: float = TIMEOUT_SECONDS
    code: str = NPPES

    def ask(self, typed: Typed, today: date) -> Verdict:  # noqa: ARG002 (what every source is asked with)
        """What it says of an NPI. Never raises for the stranger's faults; a missing page is no missing person here."""
        try:
            said = ask_json(self.url, {"version": VERSION, "number": typed.number}, {}, self.seconds)
            if said.status == 404:
                return Verdict(RUBBISH)
            found = read_nppes(said.body)
        except Unavailable:
            return Verdict(UNAVAILABLE)
        except Rubbish:
            return Verdict(RUBBISH)
        return compare_nppes(typed, found) if found else Verdict(NOT_FOUND)
