"""Cursors of searches: the whole query, resolved, and the last position, signed. What comes back is believed only as far as it reads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from flask import current_app
from itsdangerous import BadData, URLSafeSerializer

from booking.openings.rules.search import Position
from booking.openings.rules.wanted import PARTS, SORTS, Near, SearchQuery
from marketplace.kernel.errors import Malformed
from providers.places import gazetteer
from providers.services import catalogue

POSITION_LENGTHS = {"rating": 5}
USUAL_POSITION_LENGTH = 4
LATEST_MINUTE = 2**27  # in the year 2225
LONGEST_MINUTES = 100 * 24 * 60


@dataclass(frozen=True)
class Kept:
    """What a cursor stands for: the search, the position behind which its next page begins, and a short name of what was asked."""

    query: SearchQuery
    after: Position
    mark: str


def seal_cursor(kept: Kept) -> str:
    """An opaque text that goes on behind a position in the very same search: the same window, the same place."""
    query = {name: sorted(value) if isinstance(value, frozenset) else value for name, value in asdict(kept.query).items()}
    return _signer().dumps({"query": query, "after": list(kept.after), "mark": kept.mark})


def open_cursor(text: str) -> Kept:
    """What a cursor stands for. Raises Malformed `bad_cursor` for what is forged, broken, or of a release that asked otherwise."""
    try:
        sent = _signer().loads(text)
        query = _query(sent["query"])
        return Kept(query, _position(sent["after"], query.sort), _text(sent["mark"]))
    except (BadData, LookupError, TypeError, ValueError, ArithmeticError, RecursionError):
        raise Malformed("bad_cursor", "This cursor is not one of ours. Begin again without it.") from None


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(str(current_app.secret_key), salt="search cursor")


def _query(sent: Mapping[str, Any]) -> SearchQuery:
    """Every field of a query and no other, each of its kind, within what a search can be about. Raises ValueError and its like."""
    _need(set(sent) == {field.name for field in fields(SearchQuery)})
    query = SearchQuery(**{field.name: _READERS[str(field.type)](sent[field.name]) for field in fields(SearchQuery)})
    _need(0 <= query.from_minute <= query.until_minute <= min(LATEST_MINUTE, query.from_minute + LONGEST_MINUTES))
    _need(query.sort in SORTS and query.parts <= set(PARTS))
    _need(query.condition is None or query.condition in catalogue.conditions())
    return query


def _position(sent: Any, sort: str) -> Position:
    _need(isinstance(sent, list) and len(sent) == POSITION_LENGTHS.get(sort, USUAL_POSITION_LENGTH))
    return (*(_whole(figure) for figure in sent[:-1]), _text(sent[-1]))


def _near(sent: Any) -> Near:
    _need(set(sent) == {field.name for field in fields(Near)})
    near = Near(**{field.name: _READERS[str(field.type)](sent[field.name]) for field in fields(Near)})
    _need(abs(near.latitude) <= 90 and abs(near.longitude) <= 180 and gazetteer.find_zip(near.zip) is not None)
    return near


def _need(holds: bool) -> None:  # noqa: FBT001 (a claim about what was sent)
    if not holds:
        raise ValueError("not as a cursor is written")


def _text(sent: Any) -> str:
    _need(isinstance(sent, str))
    return str(sent)


def _whole(sent: Any) -> int:
    _need(type(sent) is int)
    return int(sent)


def _number(sent: Any) -> float:
    _need(type(sent) in {int, float})
    return float(sent)


def _truth(sent: Any) -> bool:
    _need(isinstance(sent, bool))
    return bool(sent)


def _texts(sent: Any) -> frozenset[str]:
    _need(isinstance(sent, list))
    return frozenset(_text(word) for word in sent)


def _or_none(read: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda sent: None if sent is None else read(sent)


_READERS: Mapping[str, Callable[[Any], Any]] = {
    "int": _whole,
    "float": _number,
    "str": _text,
    "bool": _truth,
    "frozenset[str]": _texts,
    "int | None": _or_none(_whole),
    "str | None": _or_none(_text),
    "Near | None": _or_none(_near),
}
