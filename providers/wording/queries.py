"""Flags on public texts, for those who look at them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.kernel.errors import NotFound
from providers.registry.models import Provider
from providers.wording.models import ProfileFlag
from providers.wording.rules import OPEN


@dataclass(frozen=True)
class FlagRow:
    """A flag with whose text it is."""

    flag: ProfileFlag
    provider: Provider


def list_flags(session: Session, status: str, after_id: int | None, limit: int) -> list[FlagRow]:
    """Flags of a status, the oldest first, after a row; one more than `limit` when there are more."""
    wanted = select(ProfileFlag, Provider).join(Provider, Provider.id == ProfileFlag.provider_id).where(ProfileFlag.status == status)
    if after_id is not None:
        wanted = wanted.where(ProfileFlag.id > after_id)
    return [FlagRow(row[0], row[1]) for row in session.execute(wanted.order_by(ProfileFlag.id).limit(limit + 1))]


def count_open(session: Session) -> int:
    """How many flags nobody has looked at."""
    return session.scalar(select(func.count()).select_from(ProfileFlag).where(ProfileFlag.status == OPEN)) or 0


def get_flag(session: Session, public_id: str, *, lock: bool = False) -> FlagRow:
    """One of them, locked for a decision where asked. Raises NotFound."""
    wanted = select(ProfileFlag, Provider).join(Provider, Provider.id == ProfileFlag.provider_id).where(ProfileFlag.public_id == public_id)
    row = session.execute(wanted.with_for_update(of=ProfileFlag) if lock else wanted).first()
    if row is None:
        raise NotFound("not_found", "There is no such flag.")
    return FlagRow(row[0], row[1])


def known_fingerprints(session: Session, provider_id: int, fingerprints: Collection[str]) -> set[str]:
    """Which of these were raised before, whatever was decided on them."""
    wanted = select(ProfileFlag.fingerprint).where(ProfileFlag.provider_id == provider_id, ProfileFlag.fingerprint.in_(fingerprints))
    return set(session.scalars(wanted))
