"""A therapist names a supervising colleague, who accepts; either of them ends it, at once."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement

from booking.reviewing.changes import NOT_LISTED, News, check_colleague, record, tell
from booking.reviewing.models import Supervision
from booking.reviewing.queries import Pair, get_pair, list_pairs
from booking.reviewing.rules.steps import ENDED, NAMED
from marketplace.db import transaction
from marketplace.kernel.errors import Conflict, FieldFault, Refused
from providers.profiles.queries import find_provider_id
from providers.registry.changes import lock_provider

PAGE = "/provider/supervision"


def name_supervisor(slug: str, provider_id: int, actor: str, base_url: str, now: datetime) -> Pair:
    """Ask a colleague by public name; nothing is theirs to see until they accept.

    Raises Refused `invalid` for nobody or oneself, `not_in_standing`, Conflict `named_already`.
    """
    with transaction() as session:
        colleague_id = find_provider_id(session, slug)
        if colleague_id is None or colleague_id == provider_id:
            raise Refused("invalid", NOT_LISTED, faults=[FieldFault("provider", NOT_LISTED)])
        lock_provider(session, provider_id)
        theirs = (Supervision.provider_id == provider_id) & (Supervision.supervisor_id == colleague_id)
        if list_pairs(session, theirs & Supervision.ended_at.is_(None)):
            raise Conflict("named_already", "You have named this colleague already.")
        row = Supervision(provider_id=provider_id, supervisor_id=colleague_id, named_by=actor, named_at=now)
        session.add(row)
        session.flush()
        pair = get_pair(session, Supervision.id == row.id)
        check_colleague(session, pair.supervisor, now)
        record(session, "supervision.named", row.public_id, actor, now)
        tell(session, pair, pair.supervisor, News("named", row.public_id, base_url + PAGE), now)
        return pair


def accept_supervision(public_id: str, provider_id: int, actor: str, base_url: str, now: datetime) -> Pair:
    """The colleague who was named says yes. Raises NotFound, Conflict `wrong_state`, Refused `not_in_standing`."""
    with transaction() as session:
        pair = get_pair(session, (Supervision.public_id == public_id) & _of(provider_id), lock=True)
        if pair.state != NAMED or pair.supervisor.id != provider_id:
            raise Conflict("wrong_state", "There is nothing here for you to accept.")
        check_colleague(session, pair.supervisor, now)
        pair.supervision.accepted_at = now
        record(session, "supervision.accepted", public_id, actor, now)
        tell(session, pair, pair.provider, News("agreed", public_id, base_url + PAGE), now)
        return pair


def end_supervision(public_id: str, provider_id: int, actor: str, base_url: str, now: datetime) -> None:
    """Either ends it, or declines it: no note is open to the colleague from this moment on. Raises NotFound, Conflict `wrong_state`."""
    with transaction() as session:
        pair = get_pair(session, (Supervision.public_id == public_id) & _of(provider_id), lock=True)
        if pair.state == ENDED:
            raise Conflict("wrong_state", "This is over already.")
        pair.supervision.ended_at, pair.supervision.ended_by = now, actor
        record(session, "supervision.ended", public_id, actor, now)
        tell(session, pair, pair.other(provider_id), News("ended", public_id, base_url + PAGE), now)


def _of(provider_id: int) -> ColumnElement[bool]:
    return (Supervision.provider_id == provider_id) | (Supervision.supervisor_id == provider_id)
