"""The listed providers with their claims, kept in the process and kept fresh by the change feed.

Every answer holds what was committed before its request began: each look first asks the feed who was touched since the last look, and
reads those anew. A new version of the policy touches every listed provider, so it needs no question of its own. On SQLite the feed's
numbers are in the order of commits. On PostgreSQL they are not, so changes are followed by transaction: all from the oldest that still
ran at the last look. Whoever writes what decides about openings must tell the feed (`providers.registry.changes.note_change`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from functools import cache
from threading import Lock
from weakref import WeakKeyDictionary

from sqlalchemy import BigInteger, Engine, Select, String, bindparam, cast, func, select, true
from sqlalchemy.orm import Session

from booking.openings.queries.taken import as_taken, claims_wanted
from booking.openings.rules.candidates import Candidate, HeldTime, Rooms
from booking.openings.rules.question import meets
from marketplace.kernel.walltime import DAY_MINUTES, to_minute
from providers.credentials.catalogue import first_policy
from providers.credentials.queries import read_policies
from providers.credentials.rules.policies import Policies
from providers.places.models import Clinic
from providers.profiles.queries import load_facts, load_listed
from providers.profiles.rules import ProviderFacts
from providers.registry.models import Change
from providers.registry.rules import LISTED
from providers.schedule.queries import FOREVER_MINUTE, as_use, rooms_wanted
from providers.schedule.rules.rooms import RoomUse

# The whole of a week in which somebody may still be booked, and a day.
KEPT_BACK_MINUTES = 8 * DAY_MINUTES
FOREVER = 2**62

_rosters: WeakKeyDictionary[Engine, Roster] = WeakKeyDictionary()
_making = Lock()


class Roster:
    """The candidates of one database. Looks queue behind one another only while somebody reads what has changed."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._mark: int | None = None
        self._claims_from = 0
        self._candidates: Mapping[int, Candidate] = {}
        self._rooms: dict[int, Rooms] = {}
        self._policies = first_policy()

    def candidates(self, session: Session, now: datetime) -> tuple[Collection[Candidate], Policies]:
        """Every listed provider as of now, by id, and the policy. One statement when nothing has changed, a fixed number otherwise."""
        with self._lock:
            mark, touched = _poll(session, self._mark)
            claims_from = to_minute(now) - KEPT_BACK_MINUTES
            if self._mark is None or mark < self._mark or claims_from < self._claims_from - DAY_MINUTES:
                everybody, self._rooms = load_listed(session), {}
                self._read_rooms(session, _counted_houses(everybody), claims_from)
                self._candidates, self._claims_from = _load(session, everybody, None, claims_from, self._rooms), claims_from
            elif touched:
                read = load_facts(session, touched)
                before = [self._candidates[key].facts for key in touched if key in self._candidates]
                self._read_rooms(session, _counted_houses((*read, *before)), claims_from)
                kept = {key: candidate for key, candidate in self._candidates.items() if key not in touched}
                listed = [facts for facts in read if facts.state == LISTED]
                new = _load(session, listed, [facts.id for facts in listed], claims_from, self._rooms)
                self._candidates = dict(sorted((kept | new).items()))
            if touched or self._mark is None or mark < self._mark:
                self._policies = read_policies(session)
            self._mark = mark
            return self._candidates.values(), self._policies

    def _read_rooms(self, session: Session, houses: Collection[int], claims_from: int) -> None:
        """Read anew which rooms of these clinics are taken. What one therapist takes there touches all who work there: they share it."""
        if houses:
            found = _load_rooms(session, houses, claims_from)
            self._rooms.update(found)
            for gone in set(houses) - set(found):
                self._rooms.pop(gone, None)


def roster_of(session: Session) -> Roster:
    """The roster of the database that a session speaks to; one for each process."""
    engine = session.get_bind().engine
    with _making:
        return _rosters.setdefault(engine, Roster())


def taken_already(session: Session, slug: str, span: tuple[int, int], now: datetime) -> bool:
    """Whether minutes that somebody wants, their own pads left aside, meet a claim that a provider who can be booked has already.

    It is asked before any lock is: of many who want one start, those who come too late hear so without waiting for one another.
    """
    known, _ = roster_of(session).candidates(session, now)
    own = next((one for one in known if one.facts.slug == slug), None)
    return own is not None and meets(own.taken(*span, now), *span)


def _poll(session: Session, mark: int | None) -> tuple[int, frozenset[int]]:
    """Where the feed stands, and who was touched since `mark`; nobody when there is no mark yet."""
    feed = _feed(session.get_bind().dialect.name)
    rows = session.execute(feed, {"since": FOREVER if mark is None else mark}).all()
    return rows[0].mark or 0, frozenset(row.provider_id for row in rows if row.provider_id is not None)


@cache
def _feed(dialect: str) -> Select[tuple[int, int]]:
    """One row at least, each with the feed's mark as this very statement sees it, and a provider touched since `since`.

    Put together once, since every search asks it.
    """
    since = bindparam("since", type_=BigInteger)
    if dialect == "postgresql":
        oldest = cast(cast(func.pg_snapshot_xmin(func.pg_current_snapshot()), String), BigInteger)
        top, later = select(oldest.label("mark")).subquery(), Change.xid >= since
    else:
        top, later = select(func.max(Change.seq).label("mark")).subquery(), Change.seq > since
    touched = select(Change.provider_id).where(later).distinct().subquery()
    return select(top.c.mark, touched.c.provider_id).select_from(top.outerjoin(touched, true()))


def _load(
    session: Session, listed: Iterable[ProviderFacts], ids: Collection[int] | None, claims_from: int, rooms: Mapping[int, Rooms]
) -> dict[int, Candidate]:
    """Those of the listed who have not stopped booking, with the claims of these providers (None: of all) from a minute on."""
    claims: dict[int, list[HeldTime]] = defaultdict(list)
    for row in session.execute(claims_wanted(ids, claims_from, FOREVER_MINUTE)):
        claims[row.provider_id].append(HeldTime(as_taken(row), row.expires_at))
    return {facts.id: Candidate(facts, claims[facts.id], rooms) for facts in listed if facts.pause is None}


def _load_rooms(session: Session, houses: Collection[int], claims_from: int) -> dict[int, Rooms]:
    """Of these clinics those that have said how many rooms they have, with what takes one from a minute on."""
    rows = session.execute(select(Clinic.id, Clinic.rooms).where(Clinic.rooms.is_not(None), Clinic.id.in_(houses))).all()
    uses: dict[int, list[RoomUse]] = defaultdict(list)
    for use in session.execute(rooms_wanted([row.id for row in rows], claims_from, FOREVER_MINUTE)) if rows else ():
        uses[use.clinic_id].append(as_use(use))
    return {row.id: Rooms(row.rooms, uses[row.id]) for row in rows if row.rooms is not None}


def _counted_houses(known: Iterable[ProviderFacts]) -> set[int]:
    """The clinics with a count of rooms in which these providers have a place."""
    return {place.clinic_id for facts in known for place in facts.places if place.clinic_id is not None and place.rooms is not None}
