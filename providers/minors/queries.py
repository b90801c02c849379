"""What providers stated about people under 18, read."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ScalarSelect, select
from sqlalchemy.orm import Session

from providers.minors.models import MinorPolicy
from providers.registry.models import Provider


def newest_policy(session: Session, provider_id: int | None) -> MinorPolicy | None:
    """The policy in force, if one was stated."""
    rows = select(MinorPolicy).where(MinorPolicy.provider_id == provider_id)
    return session.scalar(rows.order_by(MinorPolicy.version.desc()).limit(1))


def youngest_of() -> ScalarSelect[Any]:
    """The age of the policy in force, for a statement that reads providers."""
    rows = select(MinorPolicy.from_age).where(MinorPolicy.provider_id == Provider.id)
    return rows.order_by(MinorPolicy.version.desc()).limit(1).scalar_subquery()
