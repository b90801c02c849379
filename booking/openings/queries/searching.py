"""The one way into search. Whatever may come to stand behind it, pages and programs ask here."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from booking.openings.catalogue import tables_for
from booking.openings.queries.roster import roster_of
from booking.openings.rules.doors import Doors
from booking.openings.rules.search import Position, SearchResult, find
from booking.openings.rules.wanted import SearchQuery


def search(session: Session, query: SearchQuery, now: datetime, after: Position | None = None, doors: Doors | None = None) -> SearchResult:
    """Listed providers who really are free, with exact totals and counts, from everything committed before this call began.

    `doors` are those of whoever asks: what is listed then is what they can hold.
    """
    candidates, policies = roster_of(session).candidates(session, now)
    return find(candidates, query, tables_for(policies, doors), now, after)
