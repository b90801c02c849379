"""Random questions about a provider's time, small enough to be walked minute by minute, nasty enough to matter."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from random import Random
from zoneinfo import ZoneInfo

from booking.openings.rules.question import DayEnds, Question, Taken, Visit
from providers.schedule.rules.hours import Asked, DateException, ScheduleRules, WeeklyRange, turns_of
from providers.schedule.rules.opening import open_spans
from providers.services.rules.holidays import PUBLIC_HOLIDAYS, public_holidays
from tests.rules.openings.yardstick import Case

NEW_YORK = ZoneInfo("America/New_York")
OTHER_ZONES = tuple(ZoneInfo(key) for key in ("Europe/London", "Australia/Lord_Howe", "America/St_Johns", "Asia/Kolkata"))
YEARS = range(2026, 2038)
SETTINGS = ("clinic", "home", "office", "hotel")
STAFFINGS = (None, "full_time", "full_time", "part_time", "rotating")
SERVICES = ("relax", "deep", "knee")
ZIPS = ("10001", "10019", "10128")
PLACE_ZIPS = {1: "10001", 2: "10019"}
EPOCH_DAY = date(1970, 1, 1).toordinal()


@lru_cache(maxsize=64)
def change_days(zone: ZoneInfo) -> tuple[date, ...]:
    """The dates of 2026-2037 on which the clocks change: their two midnights have different offsets."""
    first, last = date(YEARS[0], 1, 1).toordinal(), date(YEARS[-1], 12, 31).toordinal()
    days = [date.fromordinal(number) for number in range(first, last + 1)]

    def offset_at_midnight(day: date) -> timedelta | None:
        return datetime(day.year, day.month, day.day, tzinfo=zone).utcoffset()

    return tuple(day for day in days if offset_at_midnight(day) != offset_at_midnight(day + timedelta(days=1)))


def travel(here: str, there: str, departure_minute: int) -> int:
    """Some travel: never under 10 minutes, farther between farther codes, slower in the evening."""
    distance = abs(ZIPS.index(here) - ZIPS.index(there))
    return 10 + 15 * distance + (10 if departure_minute // 60 % 24 >= 20 else 0)


@lru_cache(maxsize=1)
def days_to_ask() -> tuple[tuple[date, ZoneInfo], ...]:
    """Every change day of New York with its neighbors, some of other zones, some plain days."""
    changes = [(day + timedelta(days=beside), NEW_YORK) for day in change_days(NEW_YORK) for beside in (0, -1, 0, 1)]
    abroad = [(day, zone) for zone in OTHER_ZONES for day in change_days(zone)[:8]]
    plain = [(date(2027, month, 3 * month), zone) for zone in (NEW_YORK, *OTHER_ZONES) for month in (1, 6, 7)]
    kept = [(day + timedelta(days=beside), NEW_YORK) for day in public_holidays(2027) for beside in (-1, 0, 0, 1)]
    return (*changes, *abroad, *plain, *kept)


def random_hours(random: Random) -> tuple[int, int]:
    """Opening and closing: whole hours mostly, across midnight often, on odd minutes sometimes."""
    grain = random.choice((60, 60, 30, 15, 1))
    opens = random.randrange(0, 1440, grain)
    length = min(random.choice((90, 240, 480, 600, 720, 1440, random.randrange(1, 1441))), 2880 - opens)
    return opens, opens + max(1, length // grain * grain)


def random_settings(random: Random) -> frozenset[str]:
    return frozenset(random.sample(SETTINGS, random.choice((0, 2, 3, 4, 4, 4))))


def random_purpose(random: Random) -> tuple[frozenset[str], bool, bool]:
    """For which services, only for a first visit, only by contact: mostly nothing of all this."""
    if random.random() < 0.85:
        return frozenset(), False, False
    return frozenset(random.sample(SERVICES, random.choice((0, 1, 2)))), random.random() < 0.3, random.random() < 0.3


def random_weekly(random: Random, day: date) -> list[WeeklyRange]:
    ranges = []
    for _ in range(random.choice((2, 3, 4, 4, 5, 7))):
        weekday = (day + timedelta(days=random.choice((-1, 0, 0, 0, 1)))).weekday()
        place, staffing = random.choice((None, 1, 1, 2)), random.choice(STAFFINGS)
        weeks = random.choice((*[None] * 8, "a", "b"))
        ranges.append(WeeklyRange(weekday, *random_hours(random), random_settings(random), place, staffing, weeks, *random_purpose(random)))
    return ranges


def random_exceptions(random: Random, day: date) -> list[DateException]:
    found = []
    for _ in range(random.choice((0, 0, 0, 0, 1, 1, 2))):
        on = day + timedelta(days=random.choice((-1, 0, 0, 1)))
        if random.random() < 0.5:
            found.append(DateException(on, closed=True))
        else:
            place, staffing = random.choice((None, 1)), random.choice(STAFFINGS)
            found.append(DateException(on, False, *random_hours(random), random_settings(random), place, staffing, *random_purpose(random)))
    return found


def random_rules(random: Random) -> ScheduleRules:
    run, rest = random.choice((*[(None, None)] * 3, (60, 60), (90, 30), (30, 120), (120, 45), (150, 240)))
    return ScheduleRules(
        step_minutes=random.choice((15, 15, 30, 60, 5, 20, 45, 50, 7)),
        offset_minutes=random.choice((None, None, 0, 5, 15, 40)),
        buffer_before_minutes=0,
        buffer_after_minutes=0,
        notice_minutes=random.choice((0, 0, 0, 60, 120, 720)),
        horizon_days=random.choice((0, 1, 2, 2, 30, 30)),
        max_per_day=random.choice((*[None] * 8, 0, 1, 2, 4)),
        turnover_minutes=0,
        max_per_week=random.choice((*[None] * 16, 1, 2, 4)),
        max_minutes_per_day=random.choice((*[None] * 16, 45, 120, 200)),
        max_minutes_per_week=random.choice((*[None] * 16, 60, 180, 300)),
        closed_holidays=tuple(random.sample(sorted(PUBLIC_HOLIDAYS), random.choice((0, 0, 3, 11)))),
        run_minutes=run,
        break_minutes=rest,
        fill_gaps=random.choice((None, "prefer", "only", "only")),
        offer_one_in=random.choice((*[None] * 12, 2, 3)),
        week_a_from=random.choice((date(2026, 1, 5), date(2030, 7, 8), date(2037, 12, 7))),
    )


def random_taken(random: Random, midnight: int) -> list[Taken]:
    """Claims that do not overlap, pads included, as the database guarantees; some touch."""
    found = []
    at = midnight - 900 + random.randrange(0, 1200, 5)
    for _ in range(random.choice((0, 2, 4, 6))):
        before, after = random.choice((0, 0, 15)), random.choice((0, 15, 30))
        begin = at + random.choice((0, 0, 10, 25, 45, 120, 180, 300)) + before
        end = begin + random.choice((1, 30, 60, 90))
        zip_code, place = random.choice(((None, None), ("10001", 1), ("10019", 2), ("10128", None), ("10001", None)))
        found.append(Taken(begin, end, before, after, zip_code, random.random() < 0.7, place))
        at = end + after
    random.shuffle(found)
    return found


def random_full(random: Random, midnight: int) -> dict[int, list[tuple[int, int]]]:
    """When the clinics of some places have no room left: apart, as merged spans are; one long enough for some days to have no start."""
    found: dict[int, list[tuple[int, int]]] = {}
    for place in random.choice(((), (), (1,), (1, 2))):
        at, found[place] = midnight - 900 + random.randrange(0, 1200, 5), []
        for _ in range(random.choice((1, 2, 3, 5))):
            begin = at + random.choice((1, 10, 45, 120, 300))
            at = begin + random.choice((1, 30, 75, 240, 600))
            found[place].append((begin, at))
    return found


def random_standing(random: Random, midnight: int) -> list[tuple[int, int]]:
    whole = (midnight - 4 * 1440, midnight + 6 * 1440)
    lapse = midnight + random.randrange(-600, 2400, 5)
    return random.choice(
        ([whole], [whole], [whole], [], [(whole[0], lapse)], [(lapse, whole[1])], [(whole[0], lapse), (lapse + 240, whole[1])])
    )


def random_case(random: Random) -> Case:
    day, zone = random.choice(days_to_ask())
    midnight = (day.toordinal() - EPOCH_DAY) * 1440 + 300
    visit = Visit(
        minutes=random.choice((30, 60, 60, 90, 17, 1)),
        before_minutes=random.choice((0, 0, 10, 15)),
        after_minutes=random.choice((0, 15, 30)),
        zip=random.choice((None, None, "10001", "10019", "10128")),
    )
    now = datetime.fromtimestamp(
        (midnight + random.choice((random.randrange(-2880, 0, 10), random.randrange(-1200, 1200, 10)))) * 60 + random.choice((0, 0, 1, 59)),
        UTC,
    )
    weekly, exceptions, more = random_weekly(random, day), random_exceptions(random, day), {}
    if random.random() < 0.25:
        weekly, exceptions, more = *on_the_road(weekly, exceptions), random_evenings(random)
        visit = replace(visit, zip=random.choice(ZIPS))
    return Case(
        weekly=weekly,
        exceptions=exceptions,
        rules=random_rules(random),
        taken=random_taken(random, midnight),
        visit=visit,
        now=now,
        first_day=day,
        last_day=day,
        setting=random.choice((None, None, "clinic", "home")),
        standing=random_standing(random, midnight),
        full=random_full(random, midnight),
        travel=travel if more else random.choice((None, travel, travel)),
        place_zips=PLACE_ZIPS,
        zone=zone,
        look_back_days=3,
        shortest=random.choice((60, 90, 150, 240)),
        service=random.choice((None, *SERVICES)),
        first_visit=random.random() < 0.3,
        late=random.choice((None, (1140, 360), (1140, 360), (1020, 600), (1439, 0), (random.randrange(720, 1440), random.randrange(720)))),
        **more,
    )


def on_the_road(weekly: list[WeeklyRange], exceptions: list[DateException]) -> tuple[list[WeeklyRange], list[DateException]]:
    """The same hours of somebody who comes to clients: where they are kept does not matter."""
    return [replace(hours, place_id=None) for hours in weekly], [replace(hours, place_id=None) for hours in exceptions]


def random_evenings(random: Random) -> dict[str, object]:
    """A last start, and days that begin and end somewhere."""
    ends = {"leaves_from": random.sample(ZIPS, 2), "returns_to": random.sample(ZIPS, random.choice((1, 2)))}
    last = {"last_start": random.choice((1200, 1320, 720, 1439, random.randrange(720, 1440)))}
    return random.choice((ends, last, last, ends | last, ends | last))


def question_of(case: Case, from_minute: int, until_minute: int) -> Question:
    """The engine's own question for a case, in a window."""
    asked_for = Asked(turns_of(case.rules), case.service, case.first_visit)
    spans = open_spans(case.weekly, case.exceptions, case.first_day, case.last_day, case.setting, case.zone, asked_for=asked_for)
    return Question(
        spans=spans,
        rules=case.rules,
        taken=case.taken,
        visit=case.visit,
        now=case.now,
        from_minute=from_minute,
        until_minute=until_minute,
        standing=case.standing,
        travel=case.travel,
        place_zips=case.place_zips,
        zone=case.zone,
        late=None if case.late is None else lambda _day: case.late,
        last_start=case.last_start,
        shortest_minutes=case.shortest,
        day_ends=DayEnds(case.leaves_from, case.returns_to, spans) if case.leaves_from else None,
        full=case.full,
    )
