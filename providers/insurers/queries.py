"""What was stated, read."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ScalarSelect, select
from sqlalchemy.orm import Session

from providers.insurers.models import InsuranceStatement
from providers.registry.models import Provider


def newest_statement(session: Session, provider_id: int | None) -> InsuranceStatement | None:
    """The statement in force, if there is one."""
    rows = select(InsuranceStatement).where(InsuranceStatement.provider_id == provider_id)
    return session.scalar(rows.order_by(InsuranceStatement.version.desc()).limit(1))


def newest_of(column: Any) -> ScalarSelect[Any]:
    """A column of the statement in force, for a statement that reads providers."""
    rows = select(column).where(InsuranceStatement.provider_id == Provider.id)
    return rows.order_by(InsuranceStatement.version.desc()).limit(1).scalar_subquery()
