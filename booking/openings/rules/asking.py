"""From a provider and a wish to the question that the engine answers: the one way for lists, search and booking."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from types import MappingProxyType
from typing import TypeVar

from booking.openings.rules.question import DayEnds, Question, Taken, TravelMinutes, Visit
from marketplace.kernel.errors import Refused
from marketplace.kernel.intervals import Span, intersect, merge
from marketplace.kernel.walltime import day_begin, local_day
from providers.credentials.rules.policies import Policies
from providers.credentials.rules.standing import CredentialFact, standing_days, techniques_in_standing
from providers.profiles.rules import MOBILE, ProviderFacts, ServiceFacts, comes_to, last_start, pads
from providers.registry.rules import LISTED
from providers.schedule.rules.hours import Asked, DateException, OpenSpan, ScheduleRules, WeeklyRange, turns_of
from providers.schedule.rules.opening import open_spans
from providers.services.rules.calls import PHONE
from providers.services.rules.requests import ANSWER_LEAD_MINUTES

Hours = TypeVar("Hours", WeeklyRange, DateException)
Full = Mapping[int, Sequence[Span]]
"""By place when its clinic has no treatment room left."""
NEVER_FULL: Full = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Wish:
    """What a client wants of a provider. `zip` is where a home, office or hotel visit would be; clinics and calls need none.

    `met` says that the provider has treated them before. Where nobody knows it is not
    so: what is offered to a stranger, everybody may have. `door_minutes` is
    what the way from the street to their door took before. `add_ons` are codes of the service's; `more_minutes` is what a booked visit
    has beside the length that is priced, agreed with it whatever is offered now. `agreed` says that the provider has agreed to the visit
    already, so that what they ask of new clients before is no question any more.
    """

    service: str
    minutes: int
    setting: str
    zip: str | None = None
    met: bool = False
    door_minutes: int = 0
    add_ons: tuple[str, ...] = ()
    more_minutes: int = 0
    agreed: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class HouseRules:
    """What the house demands of everybody: which credentials are required from when on, and each technique's level of evidence."""

    policies: Policies
    evidence_levels: Mapping[str, str]

    def late_hours(self, day: date) -> tuple[int, int]:
        """From when on a day's starts are evening starts, and before when they still are night starts, in wall minutes."""
        table = self.policies.on(day)
        return table.evening_from_minute, table.morning_from_minute


@dataclass(frozen=True, slots=True)
class Workable:
    """When somebody may work: open time, the time in standing, and by whose hours a start is an evening or night start.

    `whole` is all open time for the setting where `spans` is only the part of it that is asked for.
    """

    spans: Sequence[OpenSpan]
    standing: Sequence[Span]
    house: HouseRules
    whole: Sequence[OpenSpan] | None = None


def offered_service(facts: ProviderFacts, wish: Wish) -> ServiceFacts:
    """The service wished for. Raises Refused: unknown_service, unknown_add_on, outside_area, not_bookable, booking_paused, and for
    whom the provider has not met first_visit_by_contact, first_visit_length.
    """
    service = facts.service(wish.service)
    if service is None or wish.minutes not in service.prices or wish.setting not in service.settings:
        raise Refused("unknown_service", "This provider does not offer that service in this length and setting.")
    if facts.state != LISTED:
        raise Refused("not_bookable", "This provider cannot be booked at present.")
    if facts.pause is not None:
        raise Refused("booking_paused", facts.pause)
    if wish.setting in MOBILE:
        if wish.zip is None:
            raise Refused("zip_needed", "A visit at your place needs its ZIP code, because travel counts.")
        if not comes_to(facts, wish.zip):
            raise Refused("outside_area", f"This provider does not come to {wish.zip}.")
    service.added(wish.add_ons)
    if not (wish.met or wish.agreed or service.is_call):
        facts.first_visits.check(wish.minutes)
    return service


def whole_minutes(service: ServiceFacts, wish: Wish) -> int:
    """How long a wished visit takes hands-on: its length, its add-ons, and what was agreed beside. Raises Refused `unknown_add_on`."""
    return wish.minutes + wish.more_minutes + sum(one.minutes for one in service.added(wish.add_ons))


def ask(
    facts: ProviderFacts,
    wish: Wish,
    service: ServiceFacts,
    house: HouseRules,
    *,
    taken: Sequence[Taken],
    travel: TravelMinutes | None,
    now: datetime,
    from_minute: int,
    until_minute: int,
) -> Question:
    """The question whether and when `wish` fits into this provider's time in the window of epoch minutes.

    Whoever asks puts in when the provider's clinics are `full`; see `rooms.closed_starts`.
    """
    first, last = days_around(from_minute, until_minute)
    spans = open_time(facts, wish.setting, first, last, service)
    standing = standing_spans(facts, service, house, first, last, wish.setting)
    workable = Workable(spans, standing, house)
    return pose(facts, wish, service, workable, taken=taken, travel=travel, now=now, window=(from_minute, until_minute))


def pose(
    facts: ProviderFacts,
    wish: Wish,
    service: ServiceFacts,
    workable: Workable,
    *,
    taken: Sequence[Taken],
    travel: TravelMinutes | None,
    now: datetime,
    window: Span,
    full: Full = NEVER_FULL,
) -> Question:
    """The question that `ask` puts, for whoever keeps open time and standing at hand."""
    before, after = pads(facts, service, wish.setting, met=wish.met)
    before += wish.door_minutes if wish.setting in MOBILE else 0
    visit = Visit(whole_minutes(service, wish), before, after, wish.zip if wish.setting in MOBILE else None, is_call=wish.setting == PHONE)
    spans, standing, late = workable.spans, workable.standing, workable.house.late_hours
    ends, shortest = _day_ends(facts, wish, workable), _shortest(facts) if facts.rules.packs else 0
    last = last_start(facts, wish.setting, met=wish.met)
    rules = rules_for(facts, service, wish)
    return Question(
        spans, rules, taken, visit, now, *window, standing, travel, facts.place_zips,
        late=late, last_start=last, day_ends=ends, shortest_minutes=shortest, hours=workable.whole, full=full,
    )  # fmt: skip


def _shortest(facts: ProviderFacts) -> int:
    """What the shortest visit that anybody can book takes, with what is kept free around it."""
    return min(
        (
            sum(pads(facts, service, setting, met=True)) + min(service.prices)
            for service in facts.services
            if service.prices and not service.is_call
            for setting in service.settings
        ),
        default=0,
    )


def rules_for(facts: ProviderFacts, service: ServiceFacts, wish: Wish) -> ScheduleRules:
    """The provider's rules as they count for a wish: by request the notice is longer by the time that an answer takes."""
    if not service.by_request.asks(wish.setting, met=wish.met):
        return facts.rules
    return replace(facts.rules, notice_minutes=facts.rules.notice_minutes + ANSWER_LEAD_MINUTES)


def _day_ends(facts: ProviderFacts, wish: Wish, workable: Workable) -> DayEnds | None:
    if wish.setting not in MOBILE or facts.area is None or not facts.area.leaves_from:
        return None
    return DayEnds(facts.area.leaves_from, facts.area.returns_to, workable.spans if workable.whole is None else workable.whole)


def days_around(from_minute: int, until_minute: int) -> tuple[date, date]:
    """The New York days of a window with one more on each side, so that nights and long visits are whole."""
    one = timedelta(days=1)
    return local_day(from_minute) - one, local_day(max(from_minute, until_minute - 1)) + one


def open_time(
    facts: ProviderFacts, setting: str, first: date, last: date, service: ServiceFacts | None = None, *, contact: bool = False
) -> list[OpenSpan]:
    """Open time of a provider for a setting and a service (None: any of them) on the days first..last.

    On the road the place of a range does not matter. A call can be whenever they work, wherever and for what that is. With `contact` it
    is the hours in which visits are agreed upon, and those alone.
    """
    turns = turns_of(facts.rules)
    if setting == PHONE:
        asked_for = Asked(turns, contact=contact, anywhere=True)
        return open_spans(facts.weekly, facts.exceptions, first, last, None, clinics=facts.clinic_hours, asked_for=asked_for)
    weekly, exceptions = _hours_for(facts, setting)
    clinics = () if setting in MOBILE else facts.clinic_hours
    code, first_visit = (None, False) if service is None else (service.code, service.first_visit_only)
    asked_for = Asked(turns, code, first_visit, contact)
    return open_spans(weekly, exceptions, first, last, setting, clinics=clinics, asked_for=asked_for)


def open_for_anything(facts: ProviderFacts, from_minute: int, until_minute: int) -> list[Span]:
    """The epoch minutes in [from, until) at which a provider is open for any setting that one of the services is offered in."""
    first, last = days_around(from_minute, until_minute)
    apart = tells_services_apart(facts)
    kinds = {(setting, service.code if apart else None) for service in facts.services for setting in service.settings}
    spans = [span[:2] for setting, code in kinds for span in open_time(facts, setting, first, last, facts.service(code) if code else None)]
    return intersect(spans, [(from_minute, until_minute)])


def arranged_hours(facts: ProviderFacts, wish: Wish, service: ServiceFacts, from_minute: int, until_minute: int) -> list[Span]:
    """The epoch minutes in [from, until) in which a visit like this is agreed upon by a call or a letter, and not booked."""
    first, last = days_around(from_minute, until_minute)
    spans = open_time(facts, wish.setting, first, last, service, contact=True)
    return intersect([span[:2] for span in spans], [(from_minute, until_minute)])


def tells_services_apart(facts: ProviderFacts) -> bool:
    """Whether some hours are for some of the services alone; else one look at open time does for all of them."""
    both: tuple[WeeklyRange | DateException, ...] = (*facts.weekly, *facts.exceptions)
    return any(hours.services or hours.first_visits for hours in both)


@dataclass(frozen=True, slots=True)
class StandingPiece:
    """Epoch minutes [begin, end) of whole days on which the required credentials hold, and the techniques that stand on them."""

    begin_minute: int
    end_minute: int
    techniques: frozenset[str]


def standing_pieces(
    facts: ProviderFacts, techniques: Iterable[str], house: HouseRules, first: date, last: date, setting: str | None
) -> list[StandingPiece]:
    """The days first..last on which the provider may work in a setting, cut where a credential or a policy begins or ends, in order.

    Without a setting only what is required in all of them counts.
    """
    policies, profession = house.policies, facts.profession
    days = standing_days(facts.credentials, facts.state, policies, first, last, setting=setting, profession=profession)
    levels = {code: house.evidence_levels[code] for code in techniques if code in house.evidence_levels}
    return [
        StandingPiece(
            day_begin(begin),
            day_begin(end),
            frozenset(techniques_in_standing(begin, facts.credentials, levels, policies, setting, profession)),
        )
        for span in days
        for begin, end in _cut(span, facts.credentials, policies)
    ]


def standing_spans(facts: ProviderFacts, service: ServiceFacts, house: HouseRules, first: date, last: date, setting: str) -> list[Span]:
    """Epoch minutes of the days first..last on which the provider may work in a setting and this service has a technique in standing."""
    pieces = standing_pieces(facts, service.techniques, house, first, last, setting)
    return [(piece.begin_minute, piece.end_minute) for piece in pieces if piece.techniques or not service.techniques]


def covers(spans: Sequence[Span], begin: int, end: int) -> bool:
    """Whether [begin, end) lies wholly in spans that may touch one another, as those of a renewal do at midnight."""
    return any(low <= begin and end <= high for low, high in merge(spans))


def _cut(span: tuple[date, date], credentials: Sequence[CredentialFact], policies: Policies) -> Iterator[tuple[date, date]]:
    """A span of days in pieces within which no credential and no version of the policy begins or ends."""
    bounds = {fact.valid_from for fact in credentials if fact.valid_from is not None}
    bounds |= set(policies.changes(*span))
    bounds |= {fact.valid_until + timedelta(days=1) for fact in credentials if fact.valid_until is not None and fact.valid_until < date.max}
    return pairwise([span[0], *sorted(day for day in bounds if span[0] < day < span[1]), span[1]])


def _hours_for(facts: ProviderFacts, setting: str) -> tuple[Sequence[WeeklyRange], Sequence[DateException]]:
    """Hours as they count for a setting: on the road the place of a range does not matter; in a clinic hours without
    a place are at the provider's first one, and without any clinic there are none.
    """
    if setting in MOBILE:
        return _at(facts, lambda _place: None)
    clinics = [place.id for place in facts.places]
    if not clinics:
        return (), ()
    return _at(facts, lambda place: clinics[0] if place is None else place)


def _at(facts: ProviderFacts, place_of: Callable[[int | None], int | None]) -> tuple[list[WeeklyRange], list[DateException]]:
    def placed(hours: Hours) -> Hours:
        place_id = place_of(hours.place_id)
        return hours if place_id == hours.place_id else replace(hours, place_id=place_id)

    return [placed(hours) for hours in facts.weekly], [placed(exception) for exception in facts.exceptions]
