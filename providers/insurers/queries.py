"""What was stated, read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ScalarSelect, func, select
from sqlalchemy.orm import Session

from providers.insurers.models import InsuranceStatement
from providers.registry.models import Provider


def newest_statement(session: Session, provider_id: int | None) -> InsuranceStatement | None:
    """The statement in force, if there is one."""
    rows = select(InsuranceStatement).where(InsuranceStatement.provider_id == provider_id)
    return session.scalar(rows.order_by(InsuranceStatement.version.desc()).limit(1))


def insurance_findings(session: Session) -> Iterator[str]:
    """Providers whose statements about insurers skip a version: one that was made is gone."""
    counted = select(Provider.slug, func.count(InsuranceStatement.id), func.max(InsuranceStatement.version))
    rows = session.execute(counted.join(InsuranceStatement, InsuranceStatement.provider_id == Provider.id).group_by(Provider.slug))
    yield from (
        f"provider {slug} has {count} statements about insurers, the last is number {last}"
        for slug, count, last in sorted(rows)
        if count != last
    )


def newest_of(column: Any) -> ScalarSelect[Any]:
    """A column of the statement in force, for a statement that reads providers."""
    rows = select(column).where(InsuranceStatement.provider_id == Provider.id)
    return rows.order_by(InsuranceStatement.version.desc()).limit(1).scalar_subquery()
