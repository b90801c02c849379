"""How old somebody is on a day, and whether a guardian has to agree; no exceptions by path (decision 0048)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from marketplace.kernel.errors import FieldFault
from marketplace.kernel.walltime import local_day, to_minute

OLDEST_YEARS = 120
ASKED, GIVEN, DECLINED, ENDED = "asked", "given", "declined", "ended"
NOT_NEEDED, AGREED, WAITING, OUTDATED, MISSING = "not_needed", "agreed", "waiting", "outdated", "missing"

NEEDED_WORDS = {
    MISSING: "Somebody under 18 is booked with a parent or guardian who has agreed. Name them first, under “Under 18”.",
    WAITING: "The guardian has not answered the link in our letter yet. The visit can be booked once they have agreed.",
    OUTDATED: "The text for guardians has changed since this guardian agreed. They have to agree to it as it is now.",
}
NOT_TREATED = "This therapist does not treat people of that age. Choose somebody who does."
FIXED = "This birth date says under 18 and is not changed to an earlier one here. Write to us, and a person looks at it."


@dataclass(frozen=True)
class GuardianText:
    """What a guardian agrees to, as it is shown and kept, by version; every section (code, text) is needed."""

    version: str
    text: str
    sections: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class House:
    """The house's rules for people under `age_limit`: sensitive areas that may be agreed to (codes of sections), links and relations."""

    age_limit: int
    sensitive_areas: tuple[str, ...]
    link_days: int
    most_letters_a_day: int
    relations: Mapping[str, str]
    text: GuardianText


@dataclass(frozen=True)
class Standing:
    """Whether somebody needs a guardian on a day, and how far that has come; `grown_on` is from when on they need none."""

    state: str
    grown_on: date | None = None

    @property
    def needed(self) -> bool:
        """Whether a guardian has to agree for that day."""
        return self.state != NOT_NEEDED

    @property
    def open(self) -> bool:
        """Whether a visit may be booked for that day and begin."""
        return self.state in {NOT_NEEDED, AGREED}


def birthday(born_on: date, years: int) -> date:
    """The day on which somebody has lived that many years. Who is born on 29 February has it on 1 March of a common year."""
    try:
        return born_on.replace(year=born_on.year + years)
    except ValueError:
        return date(born_on.year + years, 3, 1)


def age_on(born_on: date, day: date) -> int:
    """Whole years on a day; below 0 before the birth."""
    years = day.year - born_on.year
    return years if birthday(born_on, years) <= day else years - 1


def is_minor(born_on: date, day: date, limit: int) -> bool:
    """Whether somebody is under the limit on a day; the birthday itself is not."""
    return day < birthday(born_on, limit)


def day_of(instant: datetime) -> date:
    """The New York date of a visit that begins at an instant."""
    return local_day(to_minute(instant))


def grew_up_between(born_on: date, since: date, day: date, limit: int) -> bool:
    """Whether the birthday that ends a guardian's say lies after `since` and not after `day`."""
    return is_minor(born_on, since, limit) and not is_minor(born_on, day, limit)


def birth_date_fault(born_on: date, today: date) -> str | None:
    """Why this cannot be somebody's birth date, if it cannot."""
    if born_on > today:
        return "A birth date lies in the past."
    if today.year - born_on.year > OLDEST_YEARS:
        return "This birth date is too long ago. Please check the year."
    return None


def restating_fault(kept: date | None, stated: date, today: date, limit: int) -> str | None:
    """Why a birth date cannot take the place of the one that is kept: nobody under the limit makes themselves older."""
    if kept is None or not is_minor(kept, today, limit) or stated >= kept:
        return None
    return FIXED


def standing(born_on: date | None, day: date, house: House, agreed: str | None, *, asked: bool) -> Standing:
    """How it stands for a visit on a day. `agreed` is the version of the text a guardian's live agreement is to, `asked`: a link waits."""
    if born_on is None:
        return Standing(NOT_NEEDED)
    grown_on = birthday(born_on, house.age_limit)
    if day >= grown_on:
        return Standing(NOT_NEEDED, grown_on)
    if agreed == house.text.version:
        return Standing(AGREED, grown_on)
    if asked:
        return Standing(WAITING, grown_on)
    return Standing(MISSING if agreed is None else OUTDATED, grown_on)


@dataclass(frozen=True)
class Naming:
    """Who is named as guardian, and how they are reached. `by_booker`: they are who sits at the screen, and agree at once."""

    name: str
    relation: str
    phone: str
    email: str
    by_booker: bool
    version: str = ""
    accepted: bool = False


def naming_faults(wanted: Naming, house: House) -> list[FieldFault]:
    """What is missing so that the guardian can be asked, or has agreed, or can be reached."""
    faults = []
    if not wanted.name:
        faults.append(FieldFault("name", "Give the guardian's name."))
    if wanted.relation not in house.relations:
        faults.append(FieldFault("relation", "Choose what they are to the young person."))
    if not (wanted.phone or wanted.email):
        faults.append(FieldFault("phone", "Give a phone number or an e-mail address at which they are reached."))
    if not (wanted.by_booker or wanted.email):
        faults.append(FieldFault("email", "Give the address to which the link goes."))
    if wanted.by_booker and not _agrees(wanted.version, house, accepted=wanted.accepted):
        faults.append(FieldFault("accepted", "Read the text as it is now, and agree to it."))
    return faults


def _agrees(version: str, house: House, *, accepted: bool) -> bool:
    return accepted and version == house.text.version


def answer_fault(version: str, house: House, *, agrees: bool) -> FieldFault | None:
    """Why a yes through the link does not count: the text has changed since it was shown. A no always counts."""
    if not agrees or version == house.text.version:
        return None
    return FieldFault("agrees", "The text has changed. Read it again as it is now.")
