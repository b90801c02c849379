"""The town as it is drawn, before anything is written."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from booking.demo.actions import Plan, build_world
from booking.demo.rules.desks import Ids, draw_desk
from booking.demo.rules.meetings import Town
from booking.demo.rules.outcomes import Outcome, as_planned, draw_outcome
from booking.demo.rules.papers import CLEAR, fate_of
from booking.demo.rules.people import draw_client, free_email
from booking.demo.rules.visits import Diary, draw_diary, stage
from booking.openings.catalogue import rules_by
from booking.openings.rules.judging import judge_start
from booking.quotes.rules.agreed import AgreedTerms, agreed_from_dict
from marketplace.kernel.walltime import from_minute, local_day, to_minute
from providers.credentials.catalogue import first_policy
from providers.credentials.rules.numbers import npi_fault
from providers.credentials.rules.standing import EXPIRED, EXPIRING, PENDING, shown_state, standing_on
from providers.schedule.rules.checking import check_weekly
from providers.services.rules.prices import prices_from_dict, prices_to_dict
from providers.services.rules.terms import DEFAULT_TERMS, terms_from_dict, terms_to_dict

NOW = datetime(2027, 1, 12, 17, 0, tzinfo=UTC)
TODAY = local_day(to_minute(NOW))
HOUSE = rules_by(first_policy())
PLAN = Plan(providers=60, days=30, seed=1)


@pytest.fixture(scope="module")
def world():
    return build_world(PLAN, NOW)


@pytest.fixture(scope="module")
def desks(world):
    slugs: set[str] = set()
    return [draw_desk(world, number, Ids(number + 1, number + 2, 2 * number + 1), slugs) for number in range(60)]


@pytest.fixture(scope="module")
def clients(world):
    chance, taken = world.dice("clients"), set()
    return [draw_client(chance, world, number + 1, taken, guest=number > 20) for number in range(120)]


# --- providers -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(1, 6))
def test_sixty_providers_work_in_at_least_25_neighborhoods(seed):
    world = build_world(Plan(60, 30, seed), NOW)
    slugs: set[str] = set()
    drawn = [draw_desk(world, number, Ids(1, 1, 1), slugs) for number in range(60)]
    assert len({place.neighborhood for desk in drawn for place in desk.facts.places if desk.facts.state == "listed"}) >= 25


def test_there_are_clinics_mobile_providers_and_both(desks):
    kinds = Counter((bool(desk.facts.places), desk.facts.area is not None) for desk in desks)
    assert min(kinds[True, False], kinds[False, True], kinds[True, True]) >= 8


def test_professions_genders_and_languages_vary(desks):
    professions = Counter(desk.facts.profession for desk in desks)
    assert professions["lmt"] > 30
    assert professions["pt"] >= 1
    assert professions["chiropractor"] >= 1
    assert {"female", "male"} <= {desk.facts.gender for desk in desks}
    assert len({code for desk in desks for code in desk.facts.languages}) >= 8


def test_hours_reach_from_the_morning_past_midnight_and_over_the_weekend(desks):
    hours = [one for desk in desks for one in desk.facts.weekly]
    assert any(one.opens_minute < 8 * 60 for one in hours)
    assert any(one.closes_minute > 25 * 60 for one in hours)
    assert {one.weekday for one in hours} == set(range(7))
    assert {one.staffing for one in hours} == {"full_time", "part_time", "rotating"}
    assert any(exception.closed for desk in desks for exception in desk.facts.exceptions)
    assert any(not exception.closed for desk in desks for exception in desk.facts.exceptions)


def test_the_hours_editor_would_take_every_week(desks):
    for desk in desks:
        assert check_weekly(desk.facts.weekly, desk.facts.exceptions) == []


def test_steps_offsets_notice_and_horizons_vary(desks):
    rules = [desk.facts.rules for desk in desks]
    assert {15, 30, 60} <= {one.step_minutes for one in rules}
    assert any(one.offset_minutes is not None for one in rules)
    assert any(one.max_per_day for one in rules)
    assert all(60 <= one.notice_minutes <= 720 and 30 <= one.horizon_days <= 60 for one in rules)


def test_the_contracts_readers_take_prices_and_terms_as_they_are_kept(desks):
    for desk in desks:
        assert prices_from_dict(prices_to_dict(desk.facts.prices)) == desk.facts.prices
        assert terms_from_dict(terms_to_dict(desk.facts.terms)) == desk.facts.terms
    assert sum(desk.facts.terms == DEFAULT_TERMS for desk in desks) > 30
    assert len({desk.facts.terms for desk in desks}) >= 3


def test_areas_are_stated_in_three_ways_and_cover_something(desks):
    areas = [desk.area for desk in desks if desk.area]
    assert any(area.radius_meters for area in areas)
    assert any(area.neighborhoods for area in areas)
    assert any(len(area.zips) > 1 for area in areas)
    assert {"subway", "car"} < {area.mode.value for area in areas}
    assert all(desk.facts.area.covered_zips for desk in desks if desk.facts.area)


# --- credentials -----------------------------------------------------------------------------------------------------------


def test_every_state_of_a_credential_is_there_even_in_a_small_town(desks):
    kinds = HOUSE.policies.newest
    shown = {shown_state(fact, TODAY, kinds.expiring_days) for desk in desks[:12] for fact in desk.facts.credentials}
    assert {"verified", EXPIRING, PENDING, EXPIRED, "suspended"} <= shown


def test_who_is_in_good_standing_may_be_booked_and_the_others_not(desks):
    for number, desk in enumerate(desks):
        may = desk.facts.state == "listed" and standing_on(TODAY, desk.facts.credentials, HOUSE.policies, {}).bookable
        if fate_of(number) == CLEAR:
            assert may, desk.facts.name
    assert sum(desk.facts.state != "listed" for desk in desks) >= 4


def test_techniques_that_need_a_certificate_have_one(desks):
    levels = HOUSE.evidence_levels
    for desk in desks:
        needed = {code for service in desk.facts.services for code in service.techniques if levels[code] == "required"}
        held = {paper.draft.technique for paper in desk.papers if paper.draft.kind == "certificate" and paper.status == "verified"}
        assert needed <= held or desk.facts.state == "draft"


def test_what_is_verified_says_by_whom_from_where_and_when_next(desks):
    for paper in (paper for desk in desks for paper in desk.papers if paper.status == "verified"):
        assert paper.source
        assert paper.checked_by
        assert paper.decided_at < NOW
        assert paper.created_at <= paper.decided_at
        assert paper.next_check_on is not None


def test_collaborations_are_declared_attested_and_confirmed(desks):
    found = [paper.draft.details for desk in desks for paper in desk.papers if paper.draft.kind == "physician_collaboration"]
    assert {details["level"] for details in found} == {"declared", "attested", "confirmed"}
    assert all(npi_fault(str(details["npi"])) is None for details in found)


# --- visits ----------------------------------------------------------------------------------------------------------------


def test_every_visit_began_where_the_engine_would_have_let_it_begin(world, desks, clients):
    """By the engine's own judgement, for the moment of booking, with all other visits in the way."""
    town, judged = Town(clients), 0
    for number, desk in enumerate(desks[:25]):
        diary = draw_diary(world, desk, town, world.dice(f"visits {number}"), 20)
        if diary is None:
            continue
        live = [(visit, claim) for visit, claim in zip(diary.visits, diary.taken[len(diary.breaks) :], strict=True)]
        for visit, claim in live:
            choice = next(
                one
                for one in diary.choices
                if (one.service.code, one.minutes, one.setting) == (visit.service.code, visit.minutes, visit.setting)
            )
            alone = Diary(world, desk, Town(()), world.dice("nobody"))
            alone.taken = [other for other in diary.taken if other is not claim]
            zip_code = visit.zip if visit.address else None
            verdict = judge_start(alone.question(choice, zip_code, local_day(visit.begin_minute), visit.booked_at), visit.begin_minute)
            assert verdict.ok, verdict.sentence
            assert visit.address or verdict.place_id == visit.place_id
            judged += 1
    assert judged > 200


def test_nobody_is_at_two_visits_at_once(world, desks, clients):
    town = Town(clients)
    diaries = [draw_diary(world, desk, town, world.dice(f"visits {number}"), 30) for number, desk in enumerate(desks[:20])]
    spans: dict[int, list[tuple[int, int]]] = {}
    for visit in (visit for diary in diaries if diary for visit in diary.visits):
        spans.setdefault(visit.client.id, []).append((visit.begin_minute, visit.begin_minute + visit.minutes))
    for busy in spans.values():
        busy.sort()
        assert all(end <= begin for (_, end), (begin, _) in pairwise(busy))


@pytest.mark.parametrize("hour", [0, 6, 12, 18, 23])
def test_the_named_therapist_is_busy_today_and_tomorrow_at_any_hour_and_the_client_has_one_visit_past_and_one_to_come(hour, clients):
    now = datetime(2027, 3, 14, 5, 30, tzinfo=UTC) + timedelta(hours=hour)  # a day of 23 hours
    world = build_world(PLAN, now)
    desk = draw_desk(world, 0, Ids(1, 1, 1), set())
    diary = Diary(world, desk, Town(clients[1:]), world.dice("visits 0"))
    stage(diary, clients[0])
    days = Counter(local_day(visit.begin_minute) for visit in diary.visits)
    today = local_day(to_minute(now))
    assert days[today] >= 2
    assert days[today + timedelta(days=1)] >= 2
    own = sorted((visit for visit in diary.visits if visit.client is clients[0]), key=lambda visit: visit.begin_minute)
    assert [visit.outcome.status for visit in own] == ["completed", "confirmed"]
    assert {visit.setting for visit in diary.visits} > {"clinic"}


def test_fees_of_visits_that_were_left_are_those_of_the_agreed_terms(world, desks, clients):
    town, seen = Town(clients), Counter()
    for number, desk in enumerate(desks):
        diary = draw_diary(world, desk, town, world.dice(f"fees {number}"), 25)
        for visit in diary.visits if diary else ():
            outcome, agreed = visit.outcome, agreed_from_dict(visit.quote["terms"])
            seen[outcome.status] += 1
            if outcome.status == "cancelled" and outcome.cancelled_by == "provider":
                assert outcome.fee_cents == 0
            elif outcome.status == "cancelled" and outcome.cancel_reason in {None, "other"}:
                assert outcome.fee_cents == agreed.fee_cents(agreed.percent_at(outcome.cancelled_at))
            elif outcome.status == "no_show":
                assert outcome.fee_cents == agreed.fee_cents(agreed.terms.no_show_percent)
            elif outcome.live:
                assert outcome.fee_cents == 0
    assert min(seen[status] for status in ("completed", "confirmed", "cancelled", "no_show", "requested")) >= 3


def test_what_is_over_is_closed_and_what_is_to_come_is_open(world, desks, clients):
    diary = draw_diary(world, desks[0], Town(clients), world.dice("x"), 40)
    for visit in diary.visits:
        ends_at = from_minute(visit.begin_minute + visit.minutes)
        if visit.outcome.status in {"completed", "no_show"}:
            assert from_minute(visit.begin_minute) <= NOW
        if visit.outcome.status in {"confirmed", "requested"}:
            assert from_minute(visit.begin_minute) > NOW
        if visit.outcome.status == "completed":
            assert ends_at <= NOW
        assert visit.booked_at < NOW
        assert [event.at for event in visit.events] == sorted(event.at for event in visit.events)
        assert all(event.at <= NOW for event in visit.events)


def test_a_visit_that_is_going_on_is_checked_in(world):
    found = as_planned(world.dice("x"), NOW - timedelta(minutes=10), NOW + timedelta(minutes=50), NOW)
    assert isinstance(found, Outcome)
    assert found.status == "checked_in"
    assert found.checked_out_at is None


def test_an_outcome_needs_a_booking(world):
    with pytest.raises(ValueError, match="booked"):
        draw_outcome(world.dice("x"), AgreedTerms(DEFAULT_TERMS, 16_500, NOW), NOW, NOW)


def test_addresses_are_given_out_once():
    taken: set[str] = set()
    assert [free_email("Mei Bai", taken) for _ in range(3)] == [
        "mei.bai@licensedhands.test", "mei.bai2@licensedhands.test", "mei.bai3@licensedhands.test",
    ]  # fmt: skip


def test_a_first_consultation_is_the_clients_first_visit_there(world, desks, clients):
    town, consults = Town(clients), 0
    for number, desk in enumerate(desks):
        diary = draw_diary(world, desk, town, world.dice(f"consults {number}"), 60)
        firsts: dict[int, int] = {}
        for visit in diary.visits if diary else ():
            firsts[visit.client.id] = min(visit.begin_minute, firsts.get(visit.client.id, visit.begin_minute))
        for visit in diary.visits if diary else ():
            if visit.service.first_visit_only:
                consults += 1
                assert visit.begin_minute == firsts[visit.client.id]
    assert consults > 50
