"""What people type, on its way to the readers of JSON: numbers, dollars and lists where they are such, else the text to be refused."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, time

from marketplace.kernel.errors import FieldFault
from marketplace.kernel.walltime import from_minute, wall_instant, wall_minute_of_day
from marketplace.webkit.reading import FIRST_YEAR, LAST_YEAR

_DOLLARS = re.compile(r"\$?\s*([0-9]{1,9})(?:\.([0-9]{2}))?")


def number_or_text(text: str) -> int | str | None:
    """A whole number where it is one; nothing where nothing was typed; else the text, for the reader to refuse."""
    plain = text.strip()
    return int(plain) if re.fullmatch(r"-?[0-9]{1,9}", plain) else plain or None


def decimal_or_text(text: str) -> float | str | None:
    """A number with or without a decimal point; nothing where nothing was typed; else the text."""
    plain = text.strip()
    return float(plain) if re.fullmatch(r"[0-9]{1,4}(\.[0-9]{1,3})?", plain) else plain or None


def cents_or_text(text: str) -> int | str | None:
    """Cents of an amount in dollars such as `165`, `$165` or `165.50`; nothing where nothing was typed; else the text."""
    plain = text.strip().replace(",", "")
    match = _DOLLARS.fullmatch(plain)
    return int(match[1]) * 100 + int(match[2] or 0) if match else plain or None


def wall_or_text(day: date, moment: time, *, second: bool = False) -> str:
    """A wall time in New York as programs send instants; of a repeated one the first or the `second`.

    One that the clocks leave out is the moment in which they jump over it; a year that no instant lies in is a text to be refused.
    """
    if not FIRST_YEAR <= day.year < LAST_YEAR:
        return f"{day.isoformat()}T{moment:%H:%M}:00Z"
    return from_minute(wall_instant(day, moment.hour * 60 + moment.minute, second=second)).isoformat()


def is_left_out(day: date, moment: time) -> bool:
    """Whether the clocks in New York leave out a wall time."""
    minute_of_day = moment.hour * 60 + moment.minute
    within = FIRST_YEAR <= day.year < LAST_YEAR
    return within and wall_minute_of_day(wall_instant(day, minute_of_day)) != minute_of_day


def dollars(cents: int) -> str:
    """Cents as people type them: 16500 is `165`, 16550 is `165.50`."""
    return f"{cents // 100}" if cents % 100 == 0 else f"{cents // 100}.{cents % 100:02d}"


def listed(text: str) -> list[str]:
    """The words of a text, parted by commas, semicolons, spaces or lines."""
    return [word for word in re.split(r"[,;\s]+", text.strip()) if word]


def placed_faults(
    faults: Iterable[FieldFault], names: Mapping[str, str], messages: Mapping[str, str] | None = None
) -> dict[str, list[str]]:
    """Each fault's message under the name of the field of the page that it belongs to.

    `names` maps paths to names of fields; where a whole path is not in it, its head is and the tail is put behind with a dash. A
    sentence of `messages` for a field's last word is said instead where people type something else than programs send.
    """
    placed: dict[str, list[str]] = {}
    for fault in faults:
        head, _, tail = fault.field.rpartition(".")
        name = names.get(fault.field) or (f"{names[head]}-{tail}" if head in names else fault.field)
        sentence = next((said for word, said in (messages or {}).items() if word in name), fault.message)
        if sentence not in placed.setdefault(name, []):
            placed[name].append(sentence)
    return placed
