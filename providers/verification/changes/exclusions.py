"""Holding everybody against the list inside the caller's transaction."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from marketplace.db import wait_turn
from marketplace.kernel.walltime import local_day, to_minute
from providers.verification.models import ExclusionHit
from providers.verification.queries.exclusions import known_hits, load_people, stream_entries
from providers.verification.rules.exclusions import resemblances

TURN = "the exclusion list"


def match_everybody(session: Session, now: datetime) -> int:
    """Note each resemblance that is not known yet, for a person to judge; counts them. What was dismissed stays so."""
    wait_turn(session, TURN)
    known, today, found = known_hits(session), local_day(to_minute(now)), 0
    for one in list(resemblances(load_people(session), stream_entries(session), today)):
        key = one.entry.key
        if (one.provider_id, key) in known:
            continue
        known.add((one.provider_id, key))
        hit = ExclusionHit(provider_id=one.provider_id, entry_key=key, matched_by=one.matched_by, printed=one.entry.printed, found_at=now)
        session.add(hit)
        found += 1
    session.flush()
    return found
