"""Birth dates and guardians, read."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from booking.guardians import catalogue
from booking.guardians.models import CareAge, Guardianship
from booking.guardians.rules import ASKED, ENDED, GIVEN, Standing, day_of, standing


def find_birth_date(session: Session, person_id: int, *, lock: bool = False) -> date | None:
    """The birth date that was stated; `lock` keeps it and the guardian as they are until the transaction is over."""
    wanted = select(CareAge).where(CareAge.person_id == person_id).execution_options(populate_existing=lock)
    row = session.scalar(wanted.with_for_update() if lock else wanted)
    return None if row is None else date.fromisoformat(row.born_on)


def find_guardian(session: Session, person_id: int, state: str = GIVEN) -> Guardianship | None:
    """The guardian whose agreement holds, or who was asked."""
    wanted = select(Guardianship).where(Guardianship.person_id == person_id, Guardianship.state == state)
    return session.scalar(wanted.execution_options(populate_existing=True))


def find_asked(session: Session, person_id: int, now: datetime) -> Guardianship | None:
    """The guardian whose link still waits for an answer."""
    row = find_guardian(session, person_id, ASKED)
    return row if row is not None and row.link_expires_at is not None and row.link_expires_at > now else None


def standing_of(session: Session, person_id: int, day: date, *, lock: bool = False) -> Standing:
    """How it stands for a visit of a person on a New York day."""
    born_on = find_birth_date(session, person_id, lock=lock)
    if born_on is None:
        return Standing("not_needed")
    rows = session.scalars(
        select(Guardianship)
        .where(Guardianship.person_id == person_id, Guardianship.state.in_((ASKED, GIVEN)))
        .execution_options(populate_existing=True)
    ).all()
    agreed = next((row.text_version for row in rows if row.state == GIVEN), None)
    return standing(born_on, day, catalogue.house(), agreed, asked=any(row.state == ASKED for row in rows))


def birth_dates(session: Session, person_ids: Collection[int]) -> dict[int, date]:
    """Birth dates by person, of those who stated one; one statement however many."""
    rows = session.scalars(select(CareAge).where(CareAge.person_id.in_(person_ids))) if person_ids else ()
    return {row.person_id: date.fromisoformat(row.born_on) for row in rows}


def unguarded(session: Session, visits: Iterable[tuple[int, int, date]]) -> set[int]:
    """Of visits (id, person, New York day) those that cannot begin because no guardian has agreed; two statements however many."""
    wanted = list(visits)
    born = birth_dates(session, {person_id for _, person_id, _ in wanted})
    if not born:
        return set()
    rows = session.scalars(select(Guardianship).where(Guardianship.person_id.in_(born), Guardianship.state == GIVEN))
    agreed = {row.person_id: row.text_version for row in rows}
    house = catalogue.house()
    return {
        visit_id
        for visit_id, person_id, day in wanted
        if not standing(born.get(person_id), day, house, agreed.get(person_id), asked=False).open
    }


def guardian_at(session: Session, person_id: int, at: datetime) -> Guardianship | None:
    """Whose agreement held at an instant, whatever has become of it since."""
    wanted = select(Guardianship).where(
        Guardianship.person_id == person_id, Guardianship.state.in_((GIVEN, ENDED)), Guardianship.answered_at <= at,
        (Guardianship.ended_at.is_(None)) | (Guardianship.ended_at > at),
    )  # fmt: skip
    return session.scalar(wanted.order_by(Guardianship.id.desc()).limit(1))


def list_guardianships(session: Session, person_id: int) -> Sequence[Guardianship]:
    """Every guardian that was ever named, the newest first."""
    return session.scalars(select(Guardianship).where(Guardianship.person_id == person_id).order_by(Guardianship.id.desc())).all()


def count_asked(session: Session, person_id: int, since: datetime) -> int:
    """How many guardians were asked by letter since an instant."""
    asked = select(func.count()).select_from(Guardianship).where(
        Guardianship.person_id == person_id, Guardianship.link_expires_at.is_not(None), Guardianship.asked_at > since
    )  # fmt: skip
    return session.scalar(asked) or 0


def guardian_line(session: Session, person_id: int, starts_at: datetime) -> str | None:
    """Who agreed to a visit, as papers about it say; None where nobody had to."""
    if not standing_of(session, person_id, day_of(starts_at)).needed:
        return None
    row = guardian_at(session, person_id, starts_at)
    return None if row is None else f"{row.name}, {catalogue.house().relations.get(row.relation, row.relation).lower()}"
