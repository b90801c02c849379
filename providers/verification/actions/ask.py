"""Asking a source about a credential. What it says is kept beside the typed facts and changes nothing: a person decides."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Protocol

from marketplace.audit import Deed, record
from marketplace.db import transaction
from marketplace.kernel.errors import Refused
from marketplace.kernel.walltime import local_day, to_minute
from providers.credentials.queries import get_for_checking
from providers.verification.models import SourceCheck
from providers.verification.queries.sources import cannot_be_asked, typed_of
from providers.verification.rules.sources import SOURCES, Typed, Verdict


class Source(Protocol):
    """A stranger who can be asked. `ask` answers for each of its own faults and never raises."""

    @property
    def code(self) -> str:
        """Its name in our records."""
        ...

    def ask(self, typed: Typed, today: date) -> Verdict:
        """What it says."""
        ...


def ask_source(public_id: str, source: Source, asker: str, now: datetime) -> SourceCheck:
    """Ask a source, outside of any transaction, and keep the answer. Raises NotFound, Refused `not_asked_there` or `nothing_to_ask`."""
    with transaction() as session:
        row = get_for_checking(session, public_id)
        credential_id, typed = row.credential.id, typed_of(row)
        if source.code not in SOURCES.get(row.credential.kind, ()):
            raise Refused("not_asked_there", "That source knows nothing of this kind of credential.")
        hindrance = cannot_be_asked(typed, source.code)
        if typed is None or hindrance is not None:
            raise Refused("nothing_to_ask", hindrance or "")
        record(session, Deed(now, asker, "source_asked", "credential", public_id, {"source": source.code}))
    verdict = source.ask(typed, local_day(to_minute(now)))
    with transaction() as session:
        kept = json.dumps({"fields": list(verdict.fields), "seen": dict(verdict.seen)}, sort_keys=True)
        check = SourceCheck(
            credential_id=credential_id, source=source.code, outcome=verdict.outcome, value_seen=kept, asked_by=asker, asked_at=now
        )
        session.add(check)
        said = {"source": source.code, "outcome": verdict.outcome, "fields": list(verdict.fields)}
        record(session, Deed(now, asker, "source_answered", "credential", public_id, said))
    return check
