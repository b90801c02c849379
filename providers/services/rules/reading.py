"""Reading what a person or program sent, collecting every fault instead of stopping at the first."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from marketplace.kernel.errors import FieldFault, Malformed, Refused

_CLOCK = re.compile(r"([01][0-9]|2[0-4]):([0-5][0-9])")


class Reader:
    """Walks one body, remembers faults, and refuses once at the end with all of them."""

    def __init__(self) -> None:
        self.faults: list[FieldFault] = []
        self.unknown: list[FieldFault] = []

    def fault(self, field: str, message: str) -> None:
        """Remember one thing wrong."""
        self.faults.append(FieldFault(field, message))

    def mapping(self, value: object, field: str, allowed: Sequence[str], required: Sequence[str] = ()) -> Mapping[str, object]:
        """`value` as a mapping with no other names than `allowed` and all of `required`; an empty one where it is none."""
        if not isinstance(value, Mapping):
            self.fault(field, "This must be an object.")
            return {}
        prefix = f"{field}." if field else ""
        for name in value:
            if name not in allowed:
                self.unknown.append(FieldFault(f"{prefix}{name}", "We do not know this field."))
        for name in required:
            if name not in value:
                self.fault(f"{prefix}{name}", "This is missing.")
        return value

    def rows(self, value: object, field: str, at_most: int) -> Sequence[object]:
        """`value` as a list of at most so many entries; an empty one where it is none."""
        if not isinstance(value, list | tuple):
            self.fault(field, "This must be a list.")
            return ()
        if len(value) > at_most:
            self.fault(field, f"At most {at_most} entries.")
        return value[:at_most]

    def whole(self, value: object, field: str, low: int, high: int) -> int:
        """`value` as a whole number from `low` to `high`; `low` where it is none (the fault is remembered)."""
        if isinstance(value, bool) or not isinstance(value, int):
            self.fault(field, "This must be a whole number.")
            return low
        if not low <= value <= high:
            self.fault(field, f"This must lie between {low} and {high}.")
            return low
        return value

    def clock(self, value: object, field: str) -> int:
        """Minutes since midnight of a wall time written "19:00"; "24:00" is the end of the day."""
        match = _CLOCK.fullmatch(value) if isinstance(value, str) else None
        minute = int(match[1]) * 60 + int(match[2]) if match else -1
        if not 0 <= minute <= 1440:
            self.fault(field, 'This must be a time such as "19:00".')
            return 0
        return minute

    def choice(self, value: object, field: str, allowed: Sequence[str]) -> str:
        """`value` if it is one of `allowed`, else the first of them (the fault is remembered)."""
        if not isinstance(value, str) or value not in allowed:
            self.fault(field, f"This must be one of: {', '.join(allowed)}.")
            return allowed[0]
        return value

    def finish(self, code: str, sentence: str) -> None:
        """Refuse if anything was wrong: unknown fields first (400), then values (422 with `code`)."""
        if self.unknown:
            raise Malformed("unknown_field", "The request holds fields we do not know.", faults=self.unknown)
        if self.faults:
            raise Refused(code, sentence, faults=self.faults)


def clock_text(minute: int) -> str:
    """The wall time of a minute of the day as the contract writes it: 1140 is "19:00"."""
    return f"{minute // 60:02d}:{minute % 60:02d}"
