"""What a checkout asks and shows of people under 18."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from booking.appointments.models import Hold
from booking.guardians import catalogue as guardians
from booking.guardians.forms import OptionalBirthDateForm
from booking.guardians.queries import find_birth_date, standing_of
from booking.guardians.rules import day_of, is_minor
from booking.screening import catalogue
from booking.screening.rules.consents import sensitive
from booking.screening.rules.form import ConsentText
from marketplace.db import db


def birth_form(person_id: int) -> OptionalBirthDateForm | None:
    """The question for the birth date; None where it is known."""
    return OptionalBirthDateForm() if find_birth_date(db.session(), person_id) is None else None


def lacks_guardian(person_id: int, holds: Iterable[Hold]) -> bool:
    """Whether a guardian still has to agree before all of this can be booked."""
    return any(not standing_of(db.session(), person_id, day_of(one.starts_at)).open for one in holds)


def consent_for(person_id: int, now: datetime) -> ConsentText:
    """The consent text of today as it is for this person: before 18 without the sensitive areas, which are never worked on."""
    text, house = catalogue.form().consent, guardians.house()
    born_on = find_birth_date(db.session(), person_id)
    if born_on is None or not is_minor(born_on, day_of(now), house.age_limit):
        return text
    never = {section.code for section in sensitive(text)} - set(house.sensitive_areas)
    return replace(text, sections=tuple(section for section in text.sections if section.code not in never))
