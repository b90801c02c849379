"""Reading what a program sent: typed, with every fault named, unknown fields refused."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any, NoReturn

from flask import Flask, Request, request

from marketplace.kernel.errors import FieldFault, Malformed, Refused
from marketplace.webkit.problems import API_ROOT

LONGEST_TEXT = 10_000
DEEPEST_BODY = 32
# Days and epoch minutes within these years can be stepped over on both sides and stored as they are.
FIRST_YEAR, LAST_YEAR = 1900, 3000
_SURROGATE = re.compile("[\ud800-\udfff]")
_MISSING: Any = object()


def read_instant(text: str) -> datetime:
    """An RFC 3339 instant with an offset, as aware UTC. Raises Malformed `naive_datetime` or `bad_datetime`."""
    try:
        instant = datetime.fromisoformat(text.strip().replace(" ", "+", 1) if "T" in text else text.strip())
    except (ValueError, TypeError):
        raise Malformed("bad_datetime", f"“{text[:40]}” is not an instant such as 2027-01-15T18:30:00-05:00.") from None
    if instant.tzinfo is None:
        raise Malformed("naive_datetime", "An instant needs an offset, such as 2027-01-15T18:30:00-05:00.")
    if not FIRST_YEAR < instant.year < LAST_YEAR:
        raise Malformed("bad_datetime", f"An instant lies between {FIRST_YEAR} and {LAST_YEAR}.")
    return instant.astimezone(UTC)


def read_date(text: str) -> date:
    """A calendar date YYYY-MM-DD. Raises Malformed `bad_date`."""
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        raise Malformed("bad_date", f"“{text[:40]}” is not a date such as 2027-01-15.")
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise Malformed("bad_date", f"“{text[:40]}” is not a day of the calendar.") from None
    if not FIRST_YEAR < day.year < LAST_YEAR:
        raise Malformed("bad_date", f"A date lies between {FIRST_YEAR} and {LAST_YEAR}.")
    return day


def json_object(asked: Request) -> dict[str, Any]:
    """The body as a JSON object; an empty body is an empty object. Raises Malformed `bad_json` or `bad_text`."""
    content = asked.get_data(cache=True)
    return read_object(content) if content else {}


def read_object(content: bytes | str) -> dict[str, Any]:
    """A JSON object whose texts can be stored. Raises Malformed `bad_json` or `bad_text`."""
    try:
        body = json.loads(content, parse_constant=_no_number)
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise Malformed("bad_json", "The body must be a JSON object.")
    _check_body(body)
    return body


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is not JSON")


def _check_body(body: dict[str, Any]) -> None:
    """Every text in the body can be stored, and nothing is nested so deeply that reading it would break."""
    waiting: list[tuple[Any, int]] = [(body, 1)]
    while waiting:
        value, depth = waiting.pop()
        if depth > DEEPEST_BODY:
            raise Malformed("bad_json", f"The body is nested deeper than {DEEPEST_BODY} levels.")
        if isinstance(value, str):
            check_text(value)
        elif isinstance(value, dict):
            waiting += [(inner, depth + 1) for inner in (*value.keys(), *value.values())]
        elif isinstance(value, list):
            waiting += [(inner, depth + 1) for inner in value]


def check_text(text: str) -> None:
    """Raises Malformed `bad_text` for what no database takes: a NUL, or half of a surrogate pair."""
    if "\x00" in text or _SURROGATE.search(text):
        raise Malformed("bad_text", "The request holds a character that cannot be stored.")


def install_reading(app: Flask) -> None:
    """Refuse addresses, query strings and forms that hold what no database takes, before anything is looked up."""

    @app.before_request
    def refuse_unstorable() -> None:
        check_text(request.path)
        for name, text in request.args.items(multi=True):
            check_text(name + text)
        if not request.path.startswith(API_ROOT):
            for name, text in request.form.items(multi=True):
                check_text(name + text)


class Fields:
    """One JSON object (or query string) being read. Ask for each field, then call `finish`, which raises what was wrong.

    Each reader gives the value, or `default` when the field is absent or null; without a default an absent field is a fault.
    """

    def __init__(self, data: Mapping[str, Any], prefix: str = "") -> None:
        self._data = data
        self._prefix = prefix
        self._known: set[str] = set()
        self._faults: list[FieldFault] = []

    def fault(self, field: str, message: str) -> None:
        """Note that `field` is wrong."""
        self._faults.append(FieldFault(self._prefix + field, message))

    def has(self, field: str) -> bool:
        """Whether the field was sent at all; asking makes it known."""
        self._known.add(field)
        return field in self._data

    def raw(self, field: str, default: Any = _MISSING) -> Any:
        """The value as sent."""
        self._known.add(field)
        value = self._data.get(field)
        if value is not None:
            return value
        if default is _MISSING:
            self.fault(field, "This is needed.")
            return None
        return default

    def _typed(self, field: str, default: Any, kind: type, message: str) -> Any:
        value = self.raw(field, default)
        if value is None or value is default:
            return value
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            self.fault(field, message)
            return None
        return value

    def text(self, field: str, default: Any = _MISSING, *, longest: int = 200, blank: bool = False) -> Any:
        """A text, trimmed; too long or (unless `blank`) empty is a fault."""
        value = self._typed(field, default, str, "This must be text.")
        if not isinstance(value, str) or value is default:
            return value
        value = value.strip()
        if "\x00" in value or _SURROGATE.search(value):
            self.fault(field, "This holds a character that cannot be stored.")
        if len(value) > longest:
            self.fault(field, f"This is longer than {longest} characters.")
        if not value and not blank:
            self.fault(field, "This must not be empty.")
        return value

    def integer(self, field: str, default: Any = _MISSING, *, least: int = 0, most: int = 2**31 - 1) -> Any:
        """A whole number within bounds."""
        value = self._typed(field, default, int, "This must be a whole number.")
        if isinstance(value, int) and not least <= value <= most:
            self.fault(field, f"This must be between {least} and {most}.")
        return value

    def boolean(self, field: str, default: Any = _MISSING) -> Any:
        """True or false."""
        return self._typed(field, default, bool, "This must be true or false.")

    def choice(self, field: str, choices: Iterable[str], default: Any = _MISSING) -> Any:
        """One of a few words."""
        value = self._typed(field, default, str, "This must be text.")
        allowed = sorted(choices)
        if isinstance(value, str) and value is not default and value not in allowed:
            self.fault(field, f"This must be one of: {', '.join(allowed)}.")
        return value

    def choices(self, field: str, choices: Iterable[str], default: Any = _MISSING) -> Any:
        """A list of words out of a few."""
        allowed = set(choices)
        value = self.texts(field, default)
        if isinstance(value, list) and value is not default:
            for word in value:
                if word not in allowed:
                    self.fault(field, f"“{str(word)[:40]}” is not known here.")
        return value

    def texts(self, field: str, default: Any = _MISSING) -> Any:
        """A list of texts."""
        value = self._typed(field, default, list, "This must be a list.")
        if isinstance(value, list) and value is not default and not all(isinstance(item, str) for item in value):
            self.fault(field, "This must be a list of texts.")
            return []
        return value

    def items(self, field: str, default: Any = _MISSING) -> Any:
        """A list of objects."""
        value = self._typed(field, default, list, "This must be a list.")
        if isinstance(value, list) and value is not default and not all(isinstance(item, dict) for item in value):
            self.fault(field, "This must be a list of objects.")
            return []
        return value

    def table(self, field: str, default: Any = _MISSING) -> Any:
        """An object."""
        return self._typed(field, default, dict, "This must be an object.")

    def instant(self, field: str, default: Any = _MISSING) -> Any:
        """An instant with an offset; a naive one raises Malformed `naive_datetime` at once."""
        value = self._typed(field, default, str, "This must be an instant such as 2027-01-15T18:30:00-05:00.")
        return read_instant(value) if isinstance(value, str) and value is not default else value

    def day(self, field: str, default: Any = _MISSING) -> Any:
        """A calendar date."""
        value = self._typed(field, default, str, "This must be a date such as 2027-01-15.")
        return read_date(value) if isinstance(value, str) and value is not default else value

    def written_day(self, field: str, default: date | None = None) -> date | None:
        """A calendar date that a person may have typed: what is none is a fault of its field, as any other; empty is absent."""
        text = self.text(field, "", longest=10, blank=True)
        try:
            return read_date(text) if text else default
        except Malformed:
            self.fault(field, "A date looks like 2027-02-03.")
            return default

    def rows(self, field: str, default: Any = _MISSING, *, most: int = 100) -> list[Fields]:
        """A list of objects, each as Fields of its own named `field[0].`; hand each back to `adopt` when it is read."""
        rows = self.items(field, default) or []
        if len(rows) > most:
            self.fault(field, f"At most {most} entries.")
        return [Fields(row, f"{self._prefix}{field}[{number}].") for number, row in enumerate(rows[:most])]

    def adopt(self, inner: Fields) -> None:
        """Take over what was wrong inside; unknown fields there raise at once."""
        self._faults.extend(inner.collect())

    def collect(self) -> list[FieldFault]:
        """The faults so far, unknown fields among them being raised first (400 `unknown_field`)."""
        unknown = sorted(str(field)[:60] for field in set(self._data) - self._known)
        if unknown:
            faults = [FieldFault(self._prefix + field, "This field is not known here.") for field in unknown]
            raise Malformed("unknown_field", f"Not known here: {', '.join(unknown)}.", faults=faults)
        return list(self._faults)

    def finish(self) -> None:
        """Raise Malformed for unknown fields, Refused `invalid` for the rest."""
        faults = self.collect()
        if faults:
            raise Refused("invalid", f"{faults[0].field}: {faults[0].message}", faults=faults)
