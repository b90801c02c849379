"""A provider's hours, rules and claims, read for their own desk."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnExpressionArgument, Row, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from marketplace.accounts.models import Account
from marketplace.kernel.errors import FieldFault, NotFound, Refused
from marketplace.kernel.walltime import from_minute, to_minute
from providers.places.models import Clinic, ProviderPlace
from providers.registry.models import Provider
from providers.registry.rules import LISTED
from providers.schedule.models import BookingPause, Claim, HoursException, RosterShift, ScheduleRule, TimeOff, WeeklyHours
from providers.schedule.rules.checking import check_rules, check_services, check_weekly
from providers.schedule.rules.clinics import hours_from_list
from providers.schedule.rules.drafts import DEFAULT_RULES, RULE_NAMES, ScheduleDraft, schedule_to_dict
from providers.schedule.rules.hours import ClinicHours, DateException, ScheduleRules, Shift, WeeklyRange
from providers.schedule.rules.opening import LOOK_BACK_DAYS
from providers.schedule.rules.rooms import RoomUse, counted_at, first_over
from providers.schedule.rules.time_off import Away
from providers.services.queries import list_service_rows

TAKE_ROOMS = ("appointment", "hold", "handover", "class")
"""The kinds of claims that take a treatment room where their place is one of a shared clinic."""
FOREVER_MINUTE = 2**31 - 1


def list_weekly(session: Session, provider_id: int | None) -> list[WeeklyRange]:
    """Weekly hours in the order of the week."""
    rows = session.scalars(
        select(WeeklyHours)
        .where(WeeklyHours.provider_id == provider_id)
        .order_by(WeeklyHours.weekday, WeeklyHours.opens_minute, WeeklyHours.id)
    )
    return [weekly_range(row) for row in rows]


def list_exceptions(session: Session, provider_id: int | None) -> list[DateException]:
    """Exceptions by date."""
    rows = session.scalars(
        select(HoursException)
        .where(HoursException.provider_id == provider_id)
        .order_by(HoursException.on, HoursException.opens_minute, HoursException.id)
    )
    return [date_exception(row, row.on) for row in rows]


def find_rule_row(session: Session, provider_id: int | None) -> ScheduleRule | None:
    """The row of a provider's rules."""
    return session.scalar(select(ScheduleRule).where(ScheduleRule.provider_id == provider_id))


def rules_in_force(session: Session, provider_id: int | None) -> ScheduleRules:
    """How this provider's starts are laid out; the house's own rules before they say anything."""
    row = find_rule_row(session, provider_id)
    return DEFAULT_RULES if row is None else schedule_rules(row)


def weekly_range(row: Any) -> WeeklyRange:
    """A row of weekly hours, of the model or of its table, as a plain value."""
    return WeeklyRange(
        row.weekday, row.opens_minute, row.closes_minute, frozenset(row.settings), row.place_id, row.staffing, row.weeks,
        frozenset(row.services or ()), row.first_visits, row.contact,
    )  # fmt: skip


def date_exception(row: Any, on: date) -> DateException:
    """A row of an exception on its date as a plain value."""
    return DateException(
        on, row.closed, row.opens_minute, row.closes_minute, frozenset(row.settings), row.place_id, row.staffing,
        frozenset(row.services or ()), row.first_visits, row.contact,
    )  # fmt: skip


def schedule_rules(row: Any) -> ScheduleRules:
    """A row of rules as a plain value: the columns are named as the rules are."""
    named = {name: getattr(row, name) for name in RULE_NAMES}
    return ScheduleRules(**named | {"closed_holidays": tuple(row.closed_holidays or ())})


def find_pause(session: Session, provider_id: int | None) -> BookingPause | None:
    """The pause of one provider, or without one that of the house."""
    whose = BookingPause.provider_id.is_(None) if provider_id is None else BookingPause.provider_id == provider_id
    return session.scalar(select(BookingPause).where(whose).limit(1))


def list_pauses(session: Session) -> list[tuple[BookingPause, Provider | None]]:
    """Every pause with its provider (None: of the house), the newest first."""
    rows = select(BookingPause, Provider).outerjoin(Provider, Provider.id == BookingPause.provider_id)
    return [(pause, provider) for pause, provider in session.execute(rows.order_by(BookingPause.id.desc()))]


def places_by_id(session: Session, provider_id: int | None) -> dict[int, str]:
    """Public ids of a provider's places by row id, the oldest first."""
    rows = select(ProviderPlace.id, ProviderPlace.public_id).where(ProviderPlace.provider_id == provider_id).order_by(ProviderPlace.id)
    return {row.id: row.public_id for row in session.execute(rows)}


def claims_between(session: Session, provider_id: int, from_minute: int, until_minute: int, now: datetime) -> list[Claim]:
    """Live claims whose padded time meets [from, until) in epoch minutes, holds that have run out left out, in order."""
    return list(
        session.scalars(
            select(Claim)
            .where(
                Claim.provider_id == provider_id,
                Claim.live,
                Claim.busy_from_minute < until_minute,
                Claim.busy_until_minute > from_minute,
                or_(Claim.expires_at.is_(None), Claim.expires_at > now),
            )
            .order_by(Claim.begin_minute)
        )
    )


def room_key_of(session: Session, claim_id: int) -> str | None:
    """What claims that share a claim's room have in common."""
    return session.scalar(select(func.coalesce(Claim.room_key, Claim.public_id)).where(Claim.id == claim_id))


def rooms_wanted(clinic_ids: Collection[int], from_minute: int, until_minute: int) -> Select[Any]:
    """Live claims that take a room of these clinics in [from, until)."""
    table = Claim.__table__.c
    key = func.coalesce(table.room_key, table.public_id).label("key")
    wanted = select(table.clinic_id, table.provider_id, table.busy_from_minute, table.busy_until_minute, key, table.expires_at)
    return wanted.where(
        table.live, table.clinic_id.in_(clinic_ids), table.busy_from_minute < until_minute, table.busy_until_minute > from_minute
    )


def as_use(row: Row[Any]) -> RoomUse:
    """A claim's row as the rule wants it."""
    return RoomUse(row.busy_from_minute, row.busy_until_minute, row.key, row.expires_at)


def coming_astray(now: datetime) -> list[ColumnExpressionArgument[bool]]:
    """What is true of claims that are still to come and should take a room of their place's clinic, or of another one than they do.

    Joined to their place. A hold that has run out may have let its room go.
    """
    return [
        Claim.live, Claim.kind.in_(TAKE_ROOMS), Claim.busy_until_minute > to_minute(now),
        or_(Claim.expires_at.is_(None), Claim.expires_at > now), Claim.clinic_id.is_distinct_from(ProviderPlace.clinic_id),
    ]  # fmt: skip


def room_findings(session: Session, now: datetime) -> Iterator[str]:
    """Minutes with more visits than a clinic has rooms, and coming visits without the room that is theirs: the database refuses both."""
    for clinic in session.execute(select(Clinic.id, Clinic.slug, Clinic.rooms, Clinic.rooms_from_minute).where(Clinic.rooms.is_not(None))):
        uses = [as_use(row) for row in session.execute(rooms_wanted([clinic.id], clinic.rooms_from_minute, FOREVER_MINUTE))]
        own = counted_at(uses, clinic.rooms_from_minute, FOREVER_MINUTE, now)
        over = first_over(own, clinic.rooms, clinic.rooms_from_minute)
        if over is not None:
            yield f"clinic {clinic.slug} has {clinic.rooms} rooms and more than that are taken at {from_minute(over).isoformat()}"
    astray = select(Claim.id).join(ProviderPlace, ProviderPlace.id == Claim.place_id).where(*coming_astray(now)).order_by(Claim.id)
    for claim_id in session.scalars(astray):
        yield f"claim {claim_id} is at a shared clinic and takes no room of it"


def get_block(session: Session, provider_id: int, public_id: str) -> Claim:
    """A provider's own live block. Raises NotFound."""
    claim = session.scalar(
        select(Claim).where(Claim.provider_id == provider_id, Claim.public_id == public_id, Claim.kind == "block", Claim.live)
    )
    if claim is None:
        raise NotFound("not_found", "There is no such block.")
    return claim


def list_blocks(session: Session, provider_id: int | None, from_minute: int) -> list[Claim]:
    """Live blocks that end after an epoch minute, in order."""
    return list(
        session.scalars(
            select(Claim)
            .where(Claim.provider_id == provider_id, Claim.kind == "block", Claim.live, Claim.end_minute > from_minute)
            .order_by(Claim.begin_minute)
        )
    )


def last_minute_at(session: Session, place_ids: Sequence[int], from_minute: int) -> int | None:
    """When the last thing booked at any of these places ends, in epoch minutes; None where nothing is booked any more."""
    return session.scalar(
        select(Claim.end_minute)
        .where(Claim.place_id.in_(place_ids), Claim.live, Claim.end_minute > from_minute)
        .order_by(Claim.end_minute.desc())
        .limit(1)
    )


def providers_at(session: Session, clinic_id: int) -> list[tuple[int, str, str]]:
    """Who has a place in a clinic: row id, public name, name; by name."""
    rows = select(Provider.id, Provider.slug, Provider.name).join(ProviderPlace, ProviderPlace.provider_id == Provider.id)
    here = session.execute(rows.where(ProviderPlace.clinic_id == clinic_id).distinct().order_by(Provider.name, Provider.id))
    return [(row.id, row.slug, row.name) for row in here]


def shifts_between(
    session: Session, first: date, last: date, *, clinic_id: int | None = None, provider_ids: Sequence[int] | None = None
) -> list[RosterShift]:
    """Shifts that begin on the days first..last, at one clinic or of some providers, in order."""
    wanted = select(RosterShift).where(RosterShift.on >= first, RosterShift.on <= last)
    if clinic_id is not None:
        wanted = wanted.where(RosterShift.clinic_id == clinic_id)
    if provider_ids is not None:
        wanted = wanted.where(RosterShift.provider_id.in_(provider_ids))
    return list(session.scalars(wanted.order_by(RosterShift.on, RosterShift.opens_minute, RosterShift.id)))


def load_clinic_hours(
    session: Session, places: Iterable[Any], days: tuple[date, date] | None = None
) -> Mapping[int, tuple[ClinicHours, ...]]:
    """What shared clinics say about time at these places (rows of provider places), by provider. No statement where none is in a clinic.

    Of shifts those that decide about the days first..last; all there are without them, since when somebody has worked evenings among it.
    """
    rooms = [place for place in places if place.clinic_id is not None]
    if not rooms:
        return {}
    houses = {row.id: row for row in session.execute(select(Clinic.id, Clinic.hours, Clinic.rostered))}
    rostered = {room.provider_id for room in rooms if houses[room.clinic_id].rostered}
    shifts: dict[tuple[int, int], list[Shift]] = defaultdict(list)
    wanted = select(RosterShift).where(RosterShift.provider_id.in_(rostered)).order_by(RosterShift.on, RosterShift.opens_minute)
    if days is not None:
        wanted = wanted.where(RosterShift.on.between(days[0] - timedelta(days=LOOK_BACK_DAYS + 1), days[1] + timedelta(days=1)))
    for row in session.scalars(wanted) if rostered else ():
        shifts[row.provider_id, row.clinic_id].append(Shift(row.on, row.opens_minute, row.closes_minute, row.staffing))
    found: dict[int, list[ClinicHours]] = defaultdict(list)
    for room in rooms:
        house = houses[room.clinic_id]
        own = tuple(shifts[room.provider_id, room.clinic_id])
        found[room.provider_id].append(ClinicHours(room.id, hours_from_list(house.hours), house.rostered, own))
    return {provider_id: tuple(clinics) for provider_id, clinics in found.items()}


def list_clinic_hours(session: Session, provider_id: int | None, first_day: date, last_day: date) -> tuple[ClinicHours, ...]:
    """What shared clinics say about one provider's time on the days first..last; of shifts those that decide about them."""
    places = session.scalars(select(ProviderPlace).where(ProviderPlace.provider_id == provider_id).order_by(ProviderPlace.id))
    return load_clinic_hours(session, places, (first_day, last_day)).get(provider_id or 0, ())


@dataclass(frozen=True)
class Settled:
    """Stated hours whose places were found and which nothing speaks against, with the rules that hold beside them."""

    weekly: list[WeeklyRange]
    exceptions: list[DateException]
    rules: ScheduleRules


def stated_schedule(session: Session, provider_id: int | None) -> dict[str, Any]:
    """Hours, exceptions and rules as they are stored, in the contract's shape."""
    rules, places = rules_in_force(session, provider_id), places_by_id(session, provider_id)
    return schedule_to_dict(list_weekly(session, provider_id), list_exceptions(session, provider_id), rules, places)


def settle_draft(session: Session, provider_id: int | None, draft: ScheduleDraft) -> Settled:
    """Stated hours as they would be stored. Raises Refused `invalid` with every fault by the path under which it was stated."""
    weekly, exceptions = _placed(draft, places_by_id(session, provider_id))
    rules = draft.rules or rules_in_force(session, provider_id)
    offered = {row.code for row in list_service_rows(session, provider_id) if not row.retired}
    faults = check_weekly(weekly, exceptions)
    faults += check_services(weekly, offered, "weekly") + check_services(exceptions, offered, "exceptions")
    faults += check_rules(rules, weekly, exceptions)
    if faults:
        raise _refusal([FieldFault(draft.path(fault.field), fault.message) for fault in faults])
    return Settled(weekly, exceptions, rules)


def _placed(draft: ScheduleDraft, places: Mapping[int, str]) -> tuple[list[WeeklyRange], list[DateException]]:
    """Hours with their places found by public id; a place of somebody else's is as unknown as one that is not there."""
    ids = {public_id: place_id for place_id, public_id in places.items()}
    named = [(f"weekly[{at}]", place) for at, place in enumerate(draft.weekly_places)]
    named += [(f"exceptions[{at}]", place) for at, place in enumerate(draft.exception_places)]
    wrong = [draft.path(f"{path}.place") for path, place in named if place is not None and place not in ids]
    if wrong:
        raise _refusal([FieldFault(path, "This is none of your places.") for path in wrong])
    weekly = [replace(hours, place_id=ids.get(place or "")) for hours, place in zip(draft.weekly, draft.weekly_places, strict=True)]
    pairs = zip(draft.exceptions, draft.exception_places, strict=True)
    return weekly, [replace(exception, place_id=ids.get(place or "")) for exception, place in pairs]


def _refusal(faults: Sequence[FieldFault]) -> Refused:
    return Refused("invalid", f"{faults[0].field}: {faults[0].message}", faults=faults)


def list_time_off(session: Session, provider_id: int | None, from_minute: int) -> list[tuple[TimeOff, Provider | None]]:
    """Time off that ends after an epoch minute, in order, with the colleague who was named."""
    rows = select(TimeOff, Provider).outerjoin(Provider, Provider.id == TimeOff.colleague_id)
    own = rows.where(TimeOff.provider_id == provider_id, TimeOff.end_minute > from_minute, TimeOff.removed_at.is_(None))
    return [(off, colleague) for off, colleague in session.execute(own.order_by(TimeOff.begin_minute))]


def list_named_in(session: Session, provider_id: int | None, from_minute: int) -> list[tuple[TimeOff, Provider]]:
    """Time off of others that names this provider and ends after an epoch minute, in order, with whose it is."""
    rows = select(TimeOff, Provider).join(Provider, Provider.id == TimeOff.provider_id)
    named = rows.where(TimeOff.colleague_id == provider_id, TimeOff.end_minute > from_minute, TimeOff.removed_at.is_(None))
    return [(off, who) for off, who in session.execute(named.where(TimeOff.colleague_out_at.is_(None)).order_by(TimeOff.begin_minute))]


def get_time_off(session: Session, public_id: str) -> tuple[TimeOff, Provider]:
    """Time off that was not taken back, with whose it is. Raises NotFound."""
    rows = select(TimeOff, Provider).join(Provider, Provider.id == TimeOff.provider_id)
    found = session.execute(rows.where(TimeOff.public_id == public_id, TimeOff.removed_at.is_(None))).first()
    if found is None:
        raise NotFound("not_found", "There is no such time off.")
    return found[0], found[1]


def load_aways(session: Session, ids: Any) -> Mapping[int, tuple[Away, ...]]:
    """What everybody may know of time off, by provider, in one statement. A colleague is named who is listed, and not away all along."""
    away, theirs = TimeOff.__table__.c, aliased(TimeOff)
    also_away = exists().where(
        theirs.provider_id == away.colleague_id, theirs.removed_at.is_(None), theirs.begin_minute <= away.begin_minute,
        theirs.end_minute >= away.end_minute,
    )  # fmt: skip
    named = and_(Provider.id == away.colleague_id, Provider.state == LISTED, away.colleague_out_at.is_(None), ~also_away)
    active = Provider.account_id.in_(select(Account.id).where(Account.active))
    columns = select(away.provider_id, away.begin_minute, away.end_minute, away.message, Provider.id, Provider.slug, Provider.name)
    wanted = columns.select_from(TimeOff.__table__.outerjoin(Provider.__table__, and_(named, active)))
    found: dict[int, list[Away]] = defaultdict(list)
    for provider_id, *rest in session.execute(
        wanted.where(away.provider_id.in_(ids), away.removed_at.is_(None)).order_by(away.begin_minute)
    ):
        found[provider_id].append(Away(*rest))
    return {provider_id: tuple(aways) for provider_id, aways in found.items()}
