"""The exclusion list and who resembles an entry."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.kernel.errors import NotFound
from marketplace.kernel.walltime import local_day, to_minute
from providers.credentials.models import Credential
from providers.credentials.rules.states import REJECTED, WITHDRAWN
from providers.registry.models import Provider
from providers.verification.models import ExclusionEntry, ExclusionHit, ExclusionImport
from providers.verification.rules.exclusions import OPEN, Entry, Somebody, list_fault
from providers.verification.rules.sources import COLLABORATION, NPI


@dataclass(frozen=True)
class HitRow:
    """A hit with the provider it may be about."""

    hit: ExclusionHit
    provider: Provider


def find_newest_import(session: Session) -> ExclusionImport | None:
    """The reading whose entries are the list."""
    return session.scalar(select(ExclusionImport).order_by(ExclusionImport.id.desc()).limit(1))


def find_list_fault(session: Session, today: date, *, wanted: bool) -> str | None:
    """What is wrong with the list on a New York day, as a sentence; `wanted` is the operator's word that there is to be one."""
    newest = find_newest_import(session)
    return list_fault(local_day(to_minute(newest.imported_at)) if newest else None, today, wanted=wanted)


def stream_entries(session: Session) -> Iterator[Entry]:
    """The list, without holding all of it."""
    table = ExclusionEntry.__table__.c
    columns = [table[one.name] for one in fields(Entry)]
    for row in session.execute(select(*columns).execution_options(yield_per=5000)):
        yield Entry(*row)


def load_people(session: Session) -> list[Somebody]:
    """Every provider with every name they go by here (profile, legal name, names on what they handed in) and their own NPI."""
    names: dict[int, set[str]] = defaultdict(set)
    npis: dict[int, set[str]] = defaultdict(set)
    for row in session.execute(select(Provider.id, Provider.name, Provider.legal_name)):
        names[row.id] |= {name for name in (row.name, row.legal_name) if name}
    live = select(Credential.provider_id, Credential.holder_name).where(Credential.status.not_in((WITHDRAWN, REJECTED)))
    for provider_id, holder in session.execute(live.where(Credential.kind != COLLABORATION)):
        names[provider_id].add(holder)
    numbers = select(Credential.provider_id, Credential.number).where(Credential.kind == NPI, Credential.number.is_not(None))
    for provider_id, number in session.execute(numbers.where(Credential.status != WITHDRAWN)):
        npis[provider_id] |= {number} if number else set()
    return [Somebody(provider_id, tuple(sorted(known)), frozenset(npis[provider_id])) for provider_id, known in names.items()]


def known_hits(session: Session) -> set[tuple[int, str]]:
    """Provider and entry of every hit there is, decided or not."""
    return {(row.provider_id, row.entry_key) for row in session.execute(select(ExclusionHit.provider_id, ExclusionHit.entry_key))}


def list_hits(session: Session, status: str | None = OPEN, limit: int = 200) -> list[HitRow]:
    """Hits in a status (None: all), the newest first."""
    wanted = select(ExclusionHit, Provider).join(Provider, Provider.id == ExclusionHit.provider_id)
    if status is not None:
        wanted = wanted.where(ExclusionHit.status == status)
    return [HitRow(row[0], row[1]) for row in session.execute(wanted.order_by(ExclusionHit.id.desc()).limit(limit))]


def get_hit(session: Session, public_id: str) -> HitRow:
    """One hit. Raises NotFound."""
    row = session.execute(
        select(ExclusionHit, Provider).join(Provider, Provider.id == ExclusionHit.provider_id).where(ExclusionHit.public_id == public_id)
    ).first()
    if row is None:
        raise NotFound("not_found", "There is no such hit.")
    return HitRow(row[0], row[1])
