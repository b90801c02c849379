"""Hours of every other week, for some services, for first visits, by contact: which open time is whose."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from booking.openings.rules.asking import Wish, arranged_hours, open_for_anything, open_time
from marketplace.kernel.walltime import day_begin
from providers.schedule.rules.checking import check_rules, check_services, check_weekly
from providers.schedule.rules.drafts import DEFAULT_RULES, ScheduleDraft
from providers.schedule.rules.hours import Asked, DateException, Turns, WeeklyRange
from providers.schedule.rules.opening import open_spans
from tests.rules.schedule.test_opening import CLINIC, MONDAY, wall
from tests.support.worlds import Random, random_provider

WEEK = timedelta(days=7)
KNEE, RELAX = frozenset({"knee"}), frozenset({"relax"})
DAY = date(2027, 6, 7)


def hours(opens=9, closes=12, weekday=0, **more):
    return WeeklyRange(weekday, opens * 60, closes * 60, CLINIC, 1, **more)


def instead(opens=9, closes=12, **more):
    return DateException(MONDAY, False, opens * 60, closes * 60, CLINIC, 1, **more)


def shown(weekly, exceptions=(), day=MONDAY, **asked):
    return wall(open_spans(weekly, exceptions, day, day, "clinic", asked_for=Asked(**asked)))


@pytest.mark.parametrize(
    "sentence, weeks, later, opened",
    [
        ("a week A begins on its Monday", "a", 0, True),
        ("it is no week B", "b", 0, False),
        ("the week after is a week B", "b", 1, True),
        ("and no week A", "a", 1, False),
        ("after two weeks it is A again", "a", 2, True),
        ("before the Monday weeks take turns too", "b", -1, True),
        ("a year later", "a", 52, True),
        ("every week is every week", None, 1, True),
    ],
)
def test_weeks_take_turns(sentence, weeks, later, opened):
    spans = shown([hours(weeks=weeks)], day=MONDAY + later * WEEK, turns=Turns(MONDAY))
    assert spans == (["Mon 09:00-12:00"] if opened else [])


def test_the_tail_of_a_night_belongs_to_the_week_in_which_it_opened():
    night = hours(20, 26, weekday=6, weeks="a")
    assert shown([night], day=MONDAY + WEEK, turns=Turns(MONDAY)) == ["Mon 00:00-02:00"]
    assert shown([night], day=MONDAY, turns=Turns(MONDAY)) == []


@pytest.mark.parametrize(
    "sentence, more, asked, opened",
    [
        ("hours for all are for everyone", {}, {"service": "knee"}, True),
        ("hours for a service are for it", {"services": KNEE}, {"service": "knee"}, True),
        ("and for no other", {"services": KNEE}, {"service": "relax"}, False),
        ("who asks for any service gets them", {"services": KNEE}, {}, True),
        ("hours for first visits are for those", {"first_visits": True}, {"service": "knee", "first_visit": True}, True),
        ("and not for the others", {"first_visits": True}, {"service": "knee"}, False),
        ("both must hold", {"services": RELAX, "first_visits": True}, {"service": "knee", "first_visit": True}, False),
        ("nobody books in hours by contact", {"contact": True}, {}, False),
        ("they are shown to whoever asks for them", {"contact": True}, {"contact": True}, True),
        ("hours that can be booked are none by contact", {}, {"contact": True}, False),
    ],
)
def test_hours_for_some(sentence, more, asked, opened):
    assert bool(shown([hours(**more)], **asked)) is opened
    assert bool(shown([], [instead(**more)], **asked)) is opened


def test_hours_on_a_date_replace_the_weeks_for_everyone_whomever_they_are_for():
    assert shown([hours(9, 17)], [instead(10, 11, services=KNEE)], service="relax") == []
    assert shown([hours(9, 17)], [instead(10, 11, contact=True)]) == []


def provider_with(*weekly):
    facts = random_provider(Random(3), 1)
    first, second = facts.services[0], replace(facts.services[0], code="other", first_visit_only=False)
    at = tuple(replace(one, place_id=None, settings=frozenset({"home"})) for one in weekly)
    services = tuple(replace(one, settings=frozenset({"home"})) for one in (first, second))
    return replace(facts, services=services, weekly=at, exceptions=(), clinic_hours=())


def test_open_for_anything_is_open_for_one_of_the_services():
    facts = provider_with(hours(9, 10, services=frozenset({"other"})), hours(15, 16, services=frozenset({"retired"})))
    begin = day_begin(MONDAY)
    assert open_for_anything(facts, begin, begin + 1440) == [(begin + 540, begin + 600)]
    assert open_time(facts, "home", MONDAY, MONDAY, facts.services[1])


def test_hours_by_arrangement_are_cut_to_the_window_and_open_for_nothing():
    facts = provider_with(hours(9, 12, contact=True))
    begin = day_begin(MONDAY)
    wish = Wish("other", 60, "home", "10003")
    assert arranged_hours(facts, wish, facts.services[1], begin + 600, begin + 1440) == [(begin + 600, begin + 720)]
    assert open_for_anything(facts, begin, begin + 1440) == []


@pytest.mark.parametrize(
    "sentence, one, other, apart",
    [
        ("two places in the same week", {}, {}, False),
        ("in weeks that take turns", {"weeks": "a"}, {"weeks": "b"}, True),
        ("in the same turn", {"weeks": "b"}, {"weeks": "b"}, False),
        ("every week meets both turns", {}, {"weeks": "b"}, False),
    ],
)
def test_places_at_once_by_weeks(sentence, one, other, apart):
    found = check_weekly([hours(**one), WeeklyRange(0, 600, 660, CLINIC, 2, **other)])
    assert (found == []) is apart


def test_a_sunday_night_of_week_a_meets_the_monday_of_week_b():
    night = WeeklyRange(6, 20 * 60, 26 * 60, CLINIC, 2, weeks="a")
    assert check_weekly([hours(0, 3, weeks="a"), night]) == []
    assert [fault.field for fault in check_weekly([hours(0, 3, weeks="b"), night])] == ["weekly[1].place"]


@pytest.mark.parametrize(
    "sentence, weekly, rules, field",
    [
        ("weeks that take turns need their Monday", [hours(weeks="a")], {}, "rules.week_a_from"),
        ("with it all is well", [hours(weeks="a")], {"week_a_from": MONDAY}, None),
        ("hours by contact need a way to reach somebody", [hours(contact=True)], {}, "rules.contact_phone"),
        ("an address is one", [hours(contact=True)], {"contact_email": "a@b.test"}, None),
        ("so is a number", [hours(contact=True)], {"contact_phone": "+12125550123"}, None),
    ],
)
def test_what_rules_must_say_because_of_hours(sentence, weekly, rules, field):
    assert [fault.field for fault in check_rules(replace(DEFAULT_RULES, **rules), weekly, ())] == ([field] if field else [])


def test_hours_are_for_services_that_are_offered():
    assert check_services([hours(services=KNEE), hours(services=RELAX)], {"knee"}, "weekly")[0].field == "weekly[1].services"
    assert check_services([hours(services=KNEE), hours()], {"knee"}, "weekly") == []


def test_a_fault_names_the_statement_that_gave_the_date():
    draft = ScheduleDraft((), (), (), (), None, exception_rows=(0, 0, 0, 1))
    assert draft.path("exceptions[2].on") == "exceptions[0].on"
    assert draft.path("exceptions[3].place") == "exceptions[1].place"
    assert draft.path("weekly[3].place") == "weekly[3].place"


LABOR_DAY = date(2027, 9, 6)
KEPT = Turns(holidays=frozenset({"labor_day"}))


@pytest.mark.parametrize(
    "sentence, weekly, exceptions, day, turns, opened",
    [
        ("a holiday that is kept closes the day", [hours()], [], LABOR_DAY, KEPT, []),
        ("one that is not kept does not", [hours()], [], LABOR_DAY, Turns(holidays=frozenset({"juneteenth"})), ["Mon 09:00-12:00"]),
        ("other Mondays are as ever", [hours()], [], LABOR_DAY + WEEK, KEPT, ["Mon 09:00-12:00"]),
        ("hours on its date open it by hand", [hours()], [DateException(LABOR_DAY, False, 600, 660, CLINIC, 1)], LABOR_DAY, KEPT, ["Mon 10:00-11:00"]),
        ("it closes the tail of the night before", [hours(20, 26, weekday=6)], [], LABOR_DAY, KEPT, []),
        ("the night before ends at midnight", [hours(20, 26, weekday=6)], [], LABOR_DAY - timedelta(days=1), KEPT, ["Sun 20:00-00:00"]),
        ("an opened one leaves that tail", [hours(20, 26, weekday=6)], [DateException(LABOR_DAY, False, 600, 660, CLINIC, 1)], LABOR_DAY, KEPT, ["Mon 00:00-02:00", "Mon 10:00-11:00"]),
    ],
)  # fmt: skip
def test_public_holidays(sentence, weekly, exceptions, day, turns, opened):
    assert shown(weekly, exceptions, day=day, turns=turns) == opened
