"""Row ids given beforehand, and rows put in by the hundred."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func, insert, select, text
from sqlalchemy.orm import Session

from booking.appointments.models import Appointment, AppointmentEvent, Couple, Hold
from booking.ledger.models import Credit, LedgerEntry, Receipt
from booking.screening.models import Consent, Screening
from marketplace.accounts.models import Account, Person
from providers.credentials.models import Credential, CredentialDecision, CredentialDocument
from providers.places.models import Clinic, ProviderPlace, ServiceArea
from providers.registry.models import Provider
from providers.schedule.models import Claim, HoursException, HoursStatement, RosterShift, WeeklyHours
from providers.services.models import PricePolicy, Service, ServiceDuration, TermsPolicy

NUMBERED: tuple[Any, ...] = (
    Account, Person, Provider, Clinic, ProviderPlace, ServiceArea, Service, ServiceDuration, PricePolicy, TermsPolicy, WeeklyHours,
    HoursStatement, HoursException, RosterShift, Credential, CredentialDecision, CredentialDocument, Claim, Screening, Consent, Hold,
    Couple, Appointment, AppointmentEvent, LedgerEntry, Receipt, Credit,
)  # fmt: skip


class Bulk:
    """Collects rows with their ids and writes them in an order in which no reference dangles."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._next = {model: (session.scalar(select(func.max(model.id))) or 0) + 1 for model in NUMBERED}
        self._rows: dict[Any, list[Mapping[str, Any]]] = {}

    def peek(self, model: Any) -> int:
        """The id that the next row of a table will have."""
        found: int = self._next[model]
        return found

    def add(self, model: Any, **values: Any) -> int:
        """Keep a row for writing; gives its id."""
        found: int = self._next[model]
        self._next[model] += 1
        self._rows.setdefault(model, []).append({"id": found, **values})
        return found

    def put(self, table: Any, rows: Sequence[Mapping[str, Any]]) -> None:
        """Write rows of a table whose ids nobody needs to know, at once."""
        if rows:
            self.session.execute(insert(table), rows)

    def write(self) -> None:
        """Write what was kept, and on PostgreSQL let the numbering go on behind it."""
        for model in NUMBERED:
            self.put(model.__table__, self._rows.pop(model, []))
        if self.session.get_bind().dialect.name == "postgresql":
            for model in NUMBERED:
                self._go_on(model.__tablename__)

    def _go_on(self, table: str) -> None:
        sequence = f"pg_get_serial_sequence('{table}', 'id')"
        self.session.execute(text(f"SELECT setval({sequence}, {self._next_of(table)}, false)"))

    def _next_of(self, table: str) -> int:
        return next(number for model, number in self._next.items() if model.__tablename__ == table)
