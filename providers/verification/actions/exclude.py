"""Reading the exclusion list in, holding everybody against it, and judging who resembles an entry."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import islice
from typing import Protocol

from sqlalchemy import delete, insert
from sqlalchemy.orm import Session

from marketplace.audit import Deed, record
from marketplace.db import transaction, wait_turn
from marketplace.kernel.errors import Conflict, Refused
from providers.registry.changes import lock_provider, suspend
from providers.registry.rules import SUSPENDED
from providers.verification.changes.exclusions import TURN, match_everybody
from providers.verification.models import ExclusionEntry, ExclusionHit, ExclusionImport
from providers.verification.queries.exclusions import find_newest_import, get_hit
from providers.verification.rules.exclusions import CONFIRM, DECIDED, OPEN, Entry

BATCH = 2000
REASON = (
    "On the federal exclusion list (LEIE), which the Office of Inspector General publishes: people and firms that federal health programs "
    "do not pay. If that is not you, or you have been taken off the list, tell us."
)


class EntryFile(Iterable[Entry | None], Protocol):
    """Entries in order, None for a row that cannot be read; `sha256` of the file once it is read."""

    @property
    def sha256(self) -> str:
        """Of what was read so far."""
        ...


@dataclass(frozen=True)
class Imported:
    """What came of a reading."""

    rows: int
    skipped: int
    hits: int


def import_exclusions(file: EntryFile, importer: str, now: datetime, *, smaller: bool = False) -> Imported:
    """Put a file in the place of the list, all of it or nothing, and hold everybody against it.

    Raises Refused: what the file raises, `empty_file`, `too_many_bad_rows` where most cannot be read, and `much_smaller` where the file
    has less than half of the last one's entries (unless `smaller`): a list that was cut off between two rows looks just like that.
    """
    with transaction() as session:
        wait_turn(session, TURN)
        before = find_newest_import(session)
        made = ExclusionImport(sha256="", rows=0, skipped=0, imported_by=importer, imported_at=now)
        session.add(made)
        session.flush()
        made.rows, made.skipped = _store(session, made.id, file)
        _check(made, before, smaller=smaller)
        made.sha256 = file.sha256
        session.execute(delete(ExclusionEntry).where(ExclusionEntry.import_id != made.id))
        hits = match_everybody(session, now)
        facts = {"rows": made.rows, "skipped": made.skipped, "hits": hits, "sha256": made.sha256}
        record(session, Deed(now, importer, "exclusions_imported", "exclusion_list", str(made.id), facts))
    return Imported(made.rows, made.skipped, hits)


def match_exclusions(now: datetime) -> int:
    """Hold everybody, those who are new or renamed too, against the list as it is; counts new hits."""
    with transaction() as session:
        return match_everybody(session, now)


def decide_hit(public_id: str, decision: str, note: str, actor: str, now: datetime) -> ExclusionHit:
    """Say that a hit is (`confirm`) or is not (`dismiss`) this provider. Who is on the list is suspended by the same deed, with a letter.

    Raises NotFound, Conflict `wrong_state` where somebody has decided already.
    """
    with transaction() as session:
        provider = lock_provider(session, get_hit(session, public_id).provider.id)
        hit = get_hit(session, public_id).hit
        if hit.status != OPEN:
            raise Conflict("wrong_state", f"This has been {hit.status} already.")
        hit.status, hit.decided_by, hit.decided_at, hit.note = DECIDED[decision], actor, now, note
        facts = {"decision": decision, "matched_by": hit.matched_by, "provider": provider.public_id}
        record(session, Deed(now, actor, "exclusion_decided", "exclusion_hit", public_id, facts))
        if decision == CONFIRM and provider.state != SUSPENDED:
            suspend(session, provider, REASON, actor, now)
    return hit


def _store(session: Session, import_id: int, file: Iterable[Entry | None]) -> tuple[int, int]:
    """Store the entries in batches; gives how many were kept and skipped."""
    rows, kept, skipped = iter(file), 0, 0
    while batch := list(islice(rows, BATCH)):
        values = [{"import_id": import_id, **asdict(entry)} for entry in batch if entry is not None]
        if values:
            session.execute(insert(ExclusionEntry), values)
        kept, skipped = kept + len(values), skipped + len(batch) - len(values)
    return kept, skipped


def _check(made: ExclusionImport, before: ExclusionImport | None, *, smaller: bool) -> None:
    if not made.rows:
        raise Refused("empty_file", "The file has no entry that can be read. The list stays as it was.")
    if made.skipped > made.rows:
        raise Refused("too_many_bad_rows", f"{made.skipped} of {made.skipped + made.rows} rows cannot be read. The list stays as it was.")
    if before is not None and made.rows * 2 < before.rows and not smaller:
        sentence = f"The file has {made.rows} entries, the list {before.rows}: it may be broken off. Say --smaller if it is not."
        raise Refused("much_smaller", sentence)
