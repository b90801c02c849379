"""Visits of one provider: each start is one that the engine offered when it was booked, each price is the one that was quoted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from booking.appointments.rules.states import REQUESTED
from booking.demo.rules.chance import Chance, likely, public_id
from booking.demo.rules.desks import Desk
from booking.demo.rules.meetings import Break, Town, Visit
from booking.demo.rules.outcomes import Outcome, as_planned, booked_event, draw_outcome
from booking.demo.rules.people import Client
from booking.demo.rules.words import Site, World
from booking.openings.rules.asking import Wish, Workable, open_time, pose, standing_spans
from booking.openings.rules.judging import judge_start
from booking.openings.rules.limits import NEIGHBOR_MINUTES
from booking.openings.rules.question import Question, Taken
from booking.openings.rules.starts import find_starts
from booking.quotes.rules.agreed import AgreedTerms
from booking.quotes.rules.pricing import quote_to_dict
from booking.quotes.rules.visits import Asked, quote_visit
from marketplace.kernel.intervals import Span
from marketplace.kernel.walltime import DAY_MINUTES, day_begin, from_minute, local_day, to_minute
from providers.profiles.rules import MOBILE, ProviderFacts, ServiceFacts
from providers.registry.rules import LISTED
from providers.schedule.rules.hours import OpenSpan
from providers.services.rules.calls import CALL_MINUTES, PHONE

ONE_DAY = timedelta(days=1)
SAME_DAY_PERCENT = 14
FARTHEST_LEAD_DAYS = 12
MINUTES_A_VISIT = 200
"""A town in which there are still free times: one visit for every so many open minutes at most."""


@dataclass(frozen=True)
class Choice:
    """What a client comes for, before the time is chosen."""

    service: ServiceFacts
    minutes: int
    setting: str


class Diary:
    """One provider's time while visits are put into it."""

    def __init__(self, world: World, desk: Desk, town: Town, chance: Chance) -> None:
        self.world, self.desk, self.town, self.chance = world, desk, town, chance
        self.facts: ProviderFacts = desk.facts
        self.today = local_day(to_minute(world.now))
        self.first = self.today - timedelta(days=world.past_days)
        self.last = self.today + timedelta(days=world.coming_days - 1)
        self.travel = world.traveler(desk.facts.travel_mode)
        self.taken: list[Taken] = []
        self.visits: list[Visit] = []
        self.breaks: list[Break] = []
        self._seen: set[int] = set()
        self._consults: dict[int, int] = {}
        self._spans: dict[str, list[OpenSpan]] = {}
        self._standing: dict[tuple[str, str], list[Span]] = {}
        self._questions: dict[tuple[str, int, str], Question] = {}
        self.choices = [
            Choice(service, minutes, setting)
            for service in desk.facts.services
            if not service.is_call
            for minutes in service.prices
            for setting in sorted(service.settings)
        ]

    # --- asking the engine -----------------------------------------------------------------------------------------------

    def question(self, choice: Choice, zip_code: str | None, day: date, at: datetime) -> Question:
        """What the engine was asked when somebody booked at `at` for a day."""
        known = self._questions.get((choice.service.code, choice.minutes, choice.setting)) or self._pose(choice)
        begin, end = day_begin(day), day_begin(day + ONE_DAY)
        near = [span for span in known.spans if span.end_minute > begin - NEIGHBOR_MINUTES and span.begin_minute < end + NEIGHBOR_MINUTES]
        taken = [
            claim for claim in self.taken if claim.begin_minute < end + NEIGHBOR_MINUTES and claim.end_minute > begin - NEIGHBOR_MINUTES
        ]
        visit = replace(known.visit, zip=zip_code)
        return replace(
            known, spans=near, taken=taken, visit=visit, travel=self.travel, now=at, from_minute=begin, until_minute=end
        )  # fmt: skip

    def _pose(self, choice: Choice) -> Question:
        standing = self._standing.get((choice.service.code, choice.setting))
        if standing is None:
            bounds = self.first - ONE_DAY, self.last + ONE_DAY
            standing = standing_spans(self.facts, choice.service, self.world.house, *bounds, choice.setting)
            self._standing[choice.service.code, choice.setting] = standing
        wish = Wish(choice.service.code, choice.minutes, choice.setting)
        spans = self._open(choice.setting)
        workable = Workable(spans, standing, self.world.house)
        posed = pose(self.facts, wish, choice.service, workable, taken=(), travel=None, now=self.world.now, window=(0, 0))
        self._questions[choice.service.code, choice.minutes, choice.setting] = posed
        return posed

    def _open(self, setting: str) -> list[OpenSpan]:
        """Open time of the whole period for a setting."""
        known = self._spans.get(setting)
        if known is None:
            known = self._spans[setting] = open_time(self.facts, setting, self.first - ONE_DAY, self.last + ONE_DAY)
        return known

    def _open_day(self, choice: Choice) -> date:
        """A day on which there are hours for a choice; where there are none in the whole period, any day."""
        begin, end = day_begin(self.first), day_begin(self.last + ONE_DAY)
        spans = [span for span in self._open(choice.setting) if begin <= span.begin_minute < end]
        return local_day(self.chance.choice(spans).begin_minute) if spans else self.first

    # --- filling ---------------------------------------------------------------------------------------------------------

    def take_breaks(self, count: int) -> None:
        """Some time off in the coming days, inside open hours."""
        choice = self.choices[0]
        spans = [span for span in self._open(choice.setting) if span.begin_minute > to_minute(self.world.now)]
        for span in self.chance.sample(spans, min(count, len(spans))):
            length = self.chance.choice((60, 90, 120))
            begin = span.begin_minute + 30 * self.chance.randrange(0, 4)
            self.breaks.append(
                Break(public_id(self.chance), begin, begin + length, self.chance.choice(self.world.words.texts["block_notes"]))
            )
            self.taken.append(Taken(begin, begin + length))

    def fill(self, wanted: int) -> None:
        """So many more visits on days of the whole period, or fewer where they do not fit in half as many tries again."""
        fits = min(wanted, self._open_minutes() // MINUTES_A_VISIT)
        most = len(self.visits) + fits
        for _ in range(fits * 3 // 2):
            if len(self.visits) >= most:
                return
            choice = self.chance.choice(self.choices)
            self.add(self._open_day(choice), choice=choice)

    def _open_minutes(self) -> int:
        """Open time of the whole period, in the setting that has most of it."""
        settings = {choice.setting for choice in self.choices}
        return max(sum(span.end_minute - span.begin_minute for span in self._open(setting)) for setting in sorted(settings))

    def add(
        self,
        day: date,
        *,
        client: Client | None = None,
        choice: Choice | None = None,
        planned: bool = False,
        lead_days: int | None = None,
    ) -> Visit | None:
        """A visit on a day; None where nothing fits. `planned` ones take place or are to come, whatever happens to others."""
        chosen = choice or self._choose(known=client is not None)
        who = client or self._somebody(chosen)
        if who is None or (chosen.service.first_visit_only and who.id in self._seen):
            return None
        site = self._site(chosen, who)
        if chosen.setting in MOBILE and site is None:
            return None
        at = self._booked_at(day, lead_days)
        question = self.question(chosen, site.zip if site else None, day, at)
        starts = find_starts(question)
        if not starts:
            return None
        begin = self.chance.choice(starts)
        if not self.town.free(who, begin, begin + chosen.minutes) or begin < self._consults.get(who.id, begin):
            return None
        return self._keep(chosen, who, site, question, begin, at, planned=planned)

    def put(self, choice: Choice, client: Client, begin: int, at: datetime, add_ons: tuple[str, ...] = ()) -> Visit:
        """A visit at a clinic at a start that the engine offers, booked at `at`; it takes place or is to come. `add_ons` take no time."""
        question = self.question(choice, None, local_day(begin), at)
        return self._keep(choice, client, None, question, begin, at, planned=True, add_ons=add_ons)

    def _choose(self, *, known: bool) -> Choice:
        choices = [choice for choice in self.choices if not (known and choice.service.first_visit_only)]
        return self.chance.choice(choices or self.choices)

    def _somebody(self, choice: Choice) -> Client | None:
        """A client; for visits at home one of those who live where the provider comes to."""
        for _ in range(12):
            client = self.chance.choice(self.town.clients)
            if choice.setting != "home" or self._comes_to(client.home.zip):
                return client
        return None

    def _comes_to(self, zip_code: str) -> bool:
        return self.facts.area is not None and zip_code in self.facts.area.covered_zips

    def _site(self, choice: Choice, client: Client) -> Site | None:
        if choice.setting == "home":
            return client.home if self._comes_to(client.home.zip) else None
        if choice.setting in MOBILE and self.facts.area:
            zips = sorted(zip_code for zip_code in self.facts.area.covered_zips if zip_code in self.world.sites_by_zip)
            return self.chance.choice(self.world.sites_by_zip[self.chance.choice(zips)]) if zips else None
        return None

    def _booked_at(self, day: date, lead_days: int | None) -> datetime:
        """When it was booked: on the morning of the day, or some days before; never after now."""
        same_day = lead_days is None and likely(self.chance, SAME_DAY_PERCENT)
        lead = 0 if same_day else lead_days or self.chance.randrange(1, FARTHEST_LEAD_DAYS + 1)
        minute = self.chance.randrange(6 * 60, 8 * 60) if same_day else self.chance.randrange(8 * 60, 22 * 60)
        at = from_minute(day_begin(day) - lead * DAY_MINUTES + minute) + timedelta(seconds=self.chance.randrange(0, 60))
        return min(at, self.world.now.replace(microsecond=0) - timedelta(minutes=self.chance.randrange(15, 3 * 1440)))

    def _keep(
        self, choice: Choice, client: Client, site: Site | None, question: Question, begin: int, at: datetime, *, planned: bool,
        add_ons: tuple[str, ...] = (),
    ) -> Visit:  # fmt: skip
        place_id = judge_start(question, begin).place_id if choice.setting == "clinic" else None
        made = quote_visit(
            self.facts, choice.service, minutes=choice.minutes, setting=choice.setting, starts_at=from_minute(begin),
            zip_code=site.zip if site else None, taxes=self.world.taxes, now=at, asked=Asked(add_ons),
        )  # fmt: skip
        agreed = made.terms.at_booking(at)
        outcome = self._outcome(agreed, choice.minutes, planned=planned)
        visit = Visit(
            public_id=public_id(self.chance),
            claim_public_id=public_id(self.chance),
            reference=self.town.reference(self.chance),
            client=client,
            service=choice.service,
            technique=self._technique(choice.service, client, outcome),
            minutes=choice.minutes,
            setting=choice.setting,
            place_id=place_id,
            zip=site.zip if site else self.facts.place_zips[place_id] if place_id is not None else None,
            address=_address(client, site) if site else None,
            begin_minute=begin,
            before_minutes=question.visit.before_minutes,
            after_minutes=question.visit.after_minutes,
            quote=quote_to_dict(replace(made, terms=agreed)),
            total_cents=made.total_cents,
            booked_at=at,
            note=self.chance.choice(self.world.words.texts["client_notes"]) if likely(self.chance, 15) else None,
            outcome=outcome,
            events=(booked_event(outcome, agreed, made.total_cents), *outcome.events),
            add_ons=choice.service.added(add_ons),
        )
        self._take(visit)
        return visit

    def _outcome(self, agreed: AgreedTerms, minutes: int, *, planned: bool) -> Outcome:
        ends_at, now = agreed.starts_at + timedelta(minutes=minutes), self.world.now
        return as_planned(self.chance, agreed.starts_at, ends_at, now) if planned else draw_outcome(self.chance, agreed, ends_at, now)

    def _take(self, visit: Visit) -> None:
        """Cancelled time is not used again: what was offered at the time stays right whatever came later."""
        end = visit.begin_minute + visit.minutes
        call = visit.service.is_call
        pads = visit.before_minutes, visit.after_minutes
        self.taken.append(Taken(visit.begin_minute, end, *pads, visit.zip, is_visit=not call, place_id=visit.place_id, is_call=call))
        self.visits.append(visit)
        if not call:
            self._seen.add(visit.client.id)
        if visit.service.first_visit_only:
            self._consults[visit.client.id] = visit.begin_minute
        self.town.note(visit.client, visit.begin_minute, end)

    def _technique(self, service: ServiceFacts, client: Client, outcome: Outcome) -> str | None:
        """A technique that any evidence allows; none is named where health answers may speak against some."""
        levels = self.world.house.evidence_levels
        plain = [code for code in service.techniques if levels[code] in {"none", "badge"}]
        calm = client.health in {"clear", "mild"} and outcome.status != REQUESTED
        return self.chance.choice(plain) if plain and calm and likely(self.chance, 60) else None


def _address(client: Client, site: Site) -> Mapping[str, str | None]:
    at_home = site is client.home
    return {"line1": site.line1, "unit": client.unit if at_home else None, "zip": site.zip, "access": client.access if at_home else None}


def draw_diary(world: World, desk: Desk, town: Town, chance: Chance, wanted: int) -> Diary | None:
    """The period of a provider who is listed; None for others, whom nobody can book."""
    diary = Diary(world, desk, town, chance)
    if desk.facts.state != LISTED:
        return None
    diary.take_breaks(chance.randrange(0, 4))
    diary.fill(wanted)
    return diary


def stage(diary: Diary, client: Client) -> None:
    """What the named accounts find: the client one visit past and one to come, the therapist a busy week from today on, and a call."""
    plain = next(choice for choice in diary.choices if choice.setting == "clinic" and not choice.service.first_visit_only)
    past = diary.today - timedelta(days=min(6, diary.world.past_days))
    for day, lead in ((past, 4), (diary.today + timedelta(days=3), 5)):
        diary.add(day, client=client, choice=plain, planned=True, lead_days=lead)
    for ahead, wanted in enumerate((5, 4, 3, 3, 4, 3, 2)):
        for _ in range(wanted):
            diary.add(diary.today + timedelta(days=ahead), planned=True, lead_days=ahead + 1)
    call = diary.facts.call
    if call is not None:
        diary.add(diary.today + timedelta(days=1), choice=Choice(call, CALL_MINUTES, PHONE), planned=True, lead_days=2)
