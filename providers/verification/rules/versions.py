"""What changed from one version of a credential to the next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Facts:
    """What was typed, and the file that came along (its SHA-256)."""

    issuer: str
    holder_name: str
    number: str | None
    issued_on: date | None
    expires_on: date | None
    details: Mapping[str, object]
    file: str | None = None


@dataclass(frozen=True)
class Difference:
    """One fact that differs: its name (details by their own) and both values as text; empty where there was none. A file is only named."""

    name: str
    before: str
    after: str


def differences(before: Facts, after: Facts) -> tuple[Difference, ...]:
    """What differs, in the order in which the facts stand on the page."""
    old, new = _texts(before), _texts(after)
    found = [
        Difference(name, old.get(name, ""), new.get(name, "")) for name in dict.fromkeys((*old, *new)) if old.get(name) != new.get(name)
    ]
    if before.file != after.file:
        found.append(Difference("file", "earlier file" if before.file else "", "new file" if after.file else ""))
    return tuple(found)


def _texts(facts: Facts) -> dict[str, str]:
    plain = {
        "holder_name": facts.holder_name,
        "issuer": facts.issuer,
        "number": facts.number,
        "issued_on": facts.issued_on,
        "expires_on": facts.expires_on,
    }
    return {name: _text(name, value) for name, value in (*plain.items(), *facts.details.items()) if value not in (None, "", [])}


def _text(name: str, value: object) -> str:
    if name.endswith("_cents") and isinstance(value, int):
        return f"${value // 100:,}"
    if isinstance(value, list | tuple):
        return ", ".join(sorted(map(str, value)))
    return str(value)
