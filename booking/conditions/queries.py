"""Versions of terms and price rules, and the coming visits that keep each of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from booking.appointments.models import Appointment
from booking.appointments.queries import coming_visits
from booking.quotes.rules.agreed import agreed_from_dict
from providers.services.models import PricePolicy, TermsPolicy
from providers.services.rules.calls import PHONE
from providers.services.rules.prices import PriceRules, prices_from_dict
from providers.services.rules.terms import DEFAULT_TERMS, Terms, terms_from_dict

# Rules of a price that are the provider's own table, by the beginning of a line's rule.
_OWN_RULES = frozenset({"evening", "late", "weekend", "holiday", "short_notice", "travel", "cap"})


@dataclass(frozen=True)
class Version:
    """One version: since when, who stated it as the audit names them (None: not kept), what it says, the coming visits that keep it.

    `number` 0 is what holds where nothing was ever stated: the house's terms, no price rules.
    """

    number: int
    made_at: datetime | None
    made_by: str | None
    in_force: bool
    says: Any
    visits: tuple[Appointment, ...]


def list_terms_versions(session: Session, provider_id: int | None, now: datetime) -> list[Version]:
    """Every version of the terms, the newest first. A visit keeps the version whose words it was booked with."""
    rows = _rows(session, TermsPolicy, provider_id)
    stated = [(row.version, row, terms_from_dict(row.terms, version=row.version)) for row in rows]
    kept = [(visit, agreed_from_dict(visit.terms).terms) for visit in _priced_visits(session, provider_id, now)]
    numbered = [(visit, _number_of(terms, [(number, one) for number, _, one in stated])) for visit, terms in kept]
    return _versions(stated, DEFAULT_TERMS, numbered)


def list_price_versions(session: Session, provider_id: int | None, now: datetime) -> list[Version]:
    """Every version of the price rules, the newest first. A visit keeps the version that its own lines name, if one does."""
    rows = _rows(session, PricePolicy, provider_id)
    stated = [(row.version, row, prices_from_dict({"rules": row.rules, "cap_percent": row.cap_percent}, row.version)) for row in rows]
    visits = [(visit, _rules_version(visit.quote["lines"])) for visit in _priced_visits(session, provider_id, now)]
    return _versions(stated, PriceRules(version=0), [(visit, number) for visit, number in visits if number])


def _rows(session: Session, model: type[TermsPolicy | PricePolicy], provider_id: int | None) -> Sequence[Any]:
    return session.scalars(select(model).where(model.provider_id == provider_id).order_by(model.version.desc())).all()


def _priced_visits(session: Session, provider_id: int | None, now: datetime) -> list[Appointment]:
    """Coming visits, calls aside: they have neither fee nor price."""
    if provider_id is None:
        return []
    return [visit for visit in coming_visits(session, now, [provider_id]) if visit.setting != PHONE]


def _number_of(terms: Terms, stated: Sequence[tuple[int, Terms]]) -> int:
    """The version that says exactly this; else 0, the house's own."""
    return next((number for number, one in stated if number == terms.version and one == terms), 0)


def _rules_version(lines: Sequence[dict[str, Any]]) -> int:
    named = (str(line["rule"]).rpartition("@") for line in lines)
    return max((int(number) for name, _, number in named if name in _OWN_RULES), default=0)


def _versions(stated: Sequence[tuple[int, Any, Any]], house: Any, visits: Sequence[tuple[Appointment, int]]) -> list[Version]:
    """The stated ones, and what held before the first where nothing is stated or visits still keep it."""
    found = [
        Version(number, row.created_at, row.made_by, at == 0, says, _of(number, visits)) for at, (number, row, says) in enumerate(stated)
    ]
    first = Version(0, None, None, not found, house, _of(0, visits))
    return [*found, first] if not found or first.visits else found


def _of(number: int, visits: Sequence[tuple[Appointment, int]]) -> tuple[Appointment, ...]:
    return tuple(visit for visit, one in visits if one == number)
