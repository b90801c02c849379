"""How many listed therapists offer what.

The listed ones are kept in the process, so that this takes one statement when nothing has changed, and a fixed number otherwise.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from booking.openings.catalogue import rules_by, search_tables
from booking.openings.queries.roster import roster_of
from booking.openings.rules.candidates import Candidate, Tables, strength
from marketplace.kernel.walltime import local_day, to_minute
from providers.credentials.rules.kinds import CERTIFICATE
from providers.credentials.rules.standing import in_force


@dataclass(frozen=True)
class Counts:
    """Therapists who may work today: by technique of theirs that stands today, by condition, and by certificate in force."""

    by_technique: Mapping[str, int]
    by_condition: Mapping[str, int]
    certified: Mapping[str, int]


def count_offering(session: Session, now: datetime) -> Counts:
    """Who offers what today, each therapist once for each thing."""
    candidates, policies = roster_of(session).candidates(session, now)
    tables, today = search_tables(rules_by(policies)), local_day(to_minute(now))
    techniques: Counter[str] = Counter()
    conditions: Counter[str] = Counter()
    certified: Counter[str] = Counter()
    for candidate in candidates:
        usable = _usable(candidate, today, tables)
        standing = frozenset().union(*usable.values())
        techniques.update(standing)
        certified.update(code for code in standing if in_force(today, candidate.facts.credentials, CERTIFICATE, code))
        conditions.update(_conditions(candidate, usable, tables))
    return Counts(techniques, conditions, certified)


def _usable(candidate: Candidate, today: date, tables: Tables) -> dict[str, frozenset[str]]:
    """Of each service that may be given today in some setting, by its code, the techniques that stand."""
    found: dict[str, frozenset[str]] = {}
    for service in candidate.facts.services:
        for setting in service.settings if service.prices and not service.is_call else ():
            pieces = candidate.pieces((today, today), tables.house, setting)
            stand = frozenset().union(*(piece.techniques for piece in pieces)).intersection(service.techniques)
            if pieces and (stand or not service.techniques):
                found[service.code] = found.get(service.code, frozenset()) | stand
    return found


def _conditions(candidate: Candidate, usable: Mapping[str, frozenset[str]], tables: Tables) -> Iterable[str]:
    services = [service for service in candidate.facts.services if service.code in usable]
    return [code for code in tables.strengths if any(strength(one, usable[one.code], code, tables) for one in services)]
