"""Which sales tax applies: by place, day of the visit, profession and kind of line. Rates are rows with dates, never constants."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class TaxRow:
    """One rate for one profession in one place ("*" is every profession without a row of its own).

    `covers` names the line codes in the base; `because` is the reason a client reads; the dates are both inclusive.
    """

    name: str
    version: int
    place: str
    profession: str
    basis_points: int
    label: str
    because: str
    covers: tuple[str, ...]
    effective_from: date
    effective_to: date | None = None

    def in_force(self, day: date) -> bool:
        """Whether the row counts on a New York date."""
        return self.effective_from <= day and (self.effective_to is None or day <= self.effective_to)


def tax_row(rows: Sequence[TaxRow], place: str, profession: str, day: date) -> TaxRow | None:
    """The row for a visit on `day`: the profession's own before the general one; None where no tax is known for the place."""
    found = [row for row in rows if row.place == place and row.profession in {profession, "*"} and row.in_force(day)]
    return min(found, key=lambda row: (row.profession == "*", -row.version), default=None)
