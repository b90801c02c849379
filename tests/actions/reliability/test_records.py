"""A record read from real verbs, what follows from it, and what staff lift, on both databases."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from booking.appointments.actions.answer import Declining, decline
from booking.appointments.actions.cancel import Cancelling, cancel
from booking.appointments.actions.expire import expire_holds, expire_requests
from booking.appointments.actions.progress import complete
from booking.appointments.changes.history import Doer
from booking.appointments.rules.requests import WAITS
from booking.openings.queries.searching import search
from booking.openings.rules.wanted import SearchQuery
from booking.plans.actions.pause import call_off_visits, pause_visits
from booking.reliability.actions.judge import judge_everybody
from booking.reliability.actions.lift import lift_limit
from booking.reliability.models import ReliabilityStep
from booking.reliability.queries import assess, touched_providers
from booking.upkeep.actions import tell_lapses
from booking.upkeep.queries import findings
from marketplace.audit import AuditEntry
from marketplace.db import db
from marketplace.kernel.errors import Refused
from marketplace.kernel.walltime import local_day, to_minute
from marketplace.outbox.models import Letter
from marketplace.webkit.letters import render_letter
from providers.limits.models import ProviderLimit
from providers.profiles.actions.oversee import reinstate_provider, suspend_provider
from providers.profiles.queries import get_facts
from providers.schedule.actions.pausing import put_pause
from providers.services.models import Service
from tests.factories import PersonFactory, ProviderLimitFactory, bookable_provider
from tests.support.clocks import START
from tests.support.visits import BASE_URL, CLIENT, book_call, book_visit, hold_visit, offer_call, visit_of

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
ANNA, STAFF = Doer("provider", "account:anna"), Doer("admin", "account:admin")


@pytest.fixture
def anna(ctx):
    return bookable_provider(slug="anna", name="Anna Alder")


@pytest.fixture
def sam(ctx):
    return PersonFactory(email="sam@licensedhands.test")


def booked(anna, sam, days, at=START):
    return visit_of(book_visit(anna, sam, START + days * DAY, at))


def leave(visit, at, doer=ANNA, reason=None):
    cancel(visit.public_id, Cancelling(None, reason), doer, BASE_URL, at)


def drop(anna, sam, count, at=START + HOUR):
    """Anna cancels so many visits of the next noon at late notice, two points each."""
    noon = START + ((at - START).days + 1) * DAY
    for _ in range(count):
        leave(visit_of(book_visit(anna, sam, noon, at)), at)


def judge(at):
    db.session.rollback()
    return judge_everybody(at, BASE_URL)


def record(anna, at):
    db.session.rollback()
    return assess(db.session(), [anna.id], at)[anna.id]


def whys(anna, at):
    return sorted(line.why for line in record(anna, at).lines)


def limit(anna):
    db.session.rollback()
    return db.session.scalar(select(ProviderLimit.kind).where(ProviderLimit.provider_id == anna.id))


def letters(kind):
    db.session.rollback()
    return db.session.scalars(select(Letter).where(Letter.kind == kind).order_by(Letter.id)).all()


def nothing_found(at):
    db.session.rollback()
    return list(findings(db.session(), at)) == []


def test_what_a_therapist_cancels_counts_and_what_others_do_not(anna, sam):
    leave(booked(anna, sam, 2), START + HOUR)
    leave(booked(anna, sam, 3), START + 2 * DAY + 2 * HOUR)
    leave(booked(anna, sam, 4), START + HOUR, reason="illness")
    leave(booked(anna, sam, 5), START + HOUR, doer=CLIENT)
    leave(booked(anna, sam, 6), START + HOUR, doer=STAFF)
    now = START + 3 * DAY
    assert whys(anna, now) == ["cancelled", "cancelled_late", "illness"]
    assert (record(anna, now).record.points, record(anna, now).record.lines) == (3, 2)


def test_a_call_is_no_visit(anna, sam):
    offer_call(anna)
    call = visit_of(book_call(anna, sam, START + 2 * DAY, START))
    leave(call, START + HOUR)
    assert touched_providers(db.session(), START + DAY) == []


def test_pauses_lapses_and_answers_never_count(anna, sam):
    paused = booked(anna, sam, 2)
    pause = pause_visits(paused.public_id, "See a physician.", "", ANNA, BASE_URL, START + HOUR).pause
    call_off_visits(pause.public_id, anna.id, ANNA, BASE_URL, START + 2 * HOUR)
    lapsed = booked(anna, PersonFactory(), 3, START + 3 * HOUR)
    suspend_provider("anna", "A complaint is looked into.", "account:admin", START + 4 * HOUR)
    tell_lapses(START + 4 * HOUR, BASE_URL)
    leave(lapsed, START + 5 * HOUR)
    assert whys(anna, START + DAY) == ["lapsed", "paused"]
    assert record(anna, START + DAY).record.points == 0


def test_in_standing_again_it_counts(anna, sam):
    visit = booked(anna, sam, 3)
    suspend_provider("anna", "A complaint is looked into.", "account:admin", START + HOUR)
    tell_lapses(START + HOUR, BASE_URL)
    reinstate_provider("anna", "It was nothing.", "account:admin", START + 2 * HOUR)
    tell_lapses(START + 2 * HOUR, BASE_URL)
    leave(visit, START + 3 * HOUR)
    assert whys(anna, START + DAY) == ["cancelled"]


def test_a_request_counts_only_where_it_ran_out_waiting_for_the_therapist(anna, sam):
    service = db.session.scalar(select(Service).where(Service.provider_id == anna.id))
    service.by_request = {"settings": ["clinic"], "new_clients_only": False, "answer_hours": 4}
    db.session.commit()
    asked, refused, withdrawn, left = (booked(anna, PersonFactory(), days) for days in (2, 3, 4, 5))
    assert asked.attention == [WAITS[1]]
    decline(refused.public_id, Declining("full"), ANNA, BASE_URL, START + HOUR)
    leave(withdrawn, START + HOUR, doer=CLIENT)
    leave(left, START + HOUR)
    expire_requests(START + DAY, BASE_URL)
    assert whys(anna, START + DAY) == ["declined", "not_confirmed", "unanswered"]
    assert record(anna, START + DAY).record.points == 1


def test_first_a_warning_then_requests_then_rest_and_all_of_it_ends(anna, sam):
    drop(anna, sam, 4)
    assert judge(START + 2 * HOUR) == 1
    assert (limit(anna), record(anna, START + 2 * HOUR).standing.level) == (None, "warned")
    assert judge(START + 3 * HOUR) == 0, "what was there before the warning leads no further"
    drop(anna, sam, 1, START + DAY + HOUR)
    assert judge(START + DAY + HOUR) == 1
    assert limit(anna) == "requests_only"
    assert judge(START + DAY + 2 * HOUR) == 0
    with_rules = get_facts(db.session(), anna.id).services
    assert {one.by_request.settings for one in with_rules} == {frozenset({"clinic"})}
    held = hold_visit(anna, sam, START + 2 * DAY, START + DAY + 2 * HOUR)
    assert held.by_request
    again = visit_of(book_visit(anna, sam, START + 3 * DAY, START + DAY + 2 * HOUR))
    assert (again.status, again.attention) == ("requested", ["answer_due"])
    expire_holds(START + 3 * DAY)
    expire_requests(START + 3 * DAY, BASE_URL)
    assert judge(START + 3 * DAY) == 1
    assert limit(anna) == "resting"
    with pytest.raises(Refused) as refusal:
        hold_visit(anna, sam, START + 6 * DAY, START + 3 * DAY)
    assert refusal.value.code == "booking_paused"
    assert nothing_found(START + 3 * DAY)
    assert judge(START + 89 * DAY) == 0
    assert judge(START + 90 * DAY) == 1
    assert (limit(anna), record(anna, START + 90 * DAY).standing.level) == (None, "warned")
    assert judge(START + 91 * DAY) == 1
    assert record(anna, START + 91 * DAY).standing.level == "clear"
    levels = [step.level for step in db.session.scalars(select(ReliabilityStep).order_by(ReliabilityStep.id))]
    assert levels == ["warned", "requests_only", "resting", "warned", "clear"]
    told = [render_letter(one.kind, one.facts).subject for one in letters("reliability_changed")]
    assert told == [
        "A warning: please keep what is booked", "Your bookings come as requests", "Your listing rests", "Your limit has ended",
        "Your record is in order again",
    ]  # fmt: skip
    verbs = db.session.scalars(select(AuditEntry.verb).where(AuditEntry.verb.like("%limit%") | AuditEntry.verb.like("reliab%"))).all()
    assert sorted(verbs) == ["booking_limit_lifted", "booking_limited", "booking_limited"] + ["reliability_step"] * 5
    assert nothing_found(START + 91 * DAY)


def test_many_visits_that_took_place_outweigh_a_few_that_did_not(anna, sam):
    drop(anna, sam, 2)
    for hours in range(1, 7):
        visit = visit_of(book_visit(anna, sam, START + DAY + hours * timedelta(minutes=75) - 4 * HOUR, START))
        complete(visit.public_id, ANNA, visit.starts_at + HOUR)
    found = record(anna, START + 2 * DAY).record
    assert (found.points, found.lines, found.kept, found.percent) == (4, 2, 6, 25)


def shown(now):
    db.session.rollback()
    begin = to_minute(START + 2 * DAY) // 1440 * 1440
    query = SearchQuery(begin, begin + 2 * 1440)
    return {one.facts.slug: one.facts.services[0].by_request.settings for one in search(db.session(), query, now).items}


def test_search_follows_at_once(anna, sam):
    assert shown(START) == {"anna": frozenset()}
    drop(anna, sam, 4)
    judge(START + HOUR)
    drop(anna, sam, 1, START + 2 * HOUR)
    judge(START + 2 * HOUR)
    assert shown(START + 3 * HOUR) == {"anna": frozenset({"clinic"})}
    lift_limit("anna", "A flood.", local_day(to_minute(START + DAY)), "account:admin", BASE_URL, START + 3 * HOUR)
    assert shown(START + 3 * HOUR) == {"anna": frozenset()}
    judge(START + 2 * DAY)
    assert shown(START + 2 * DAY) == {"anna": frozenset({"clinic"})}


def test_staff_lift_until_the_end_of_a_day_and_then_the_rule_decides_again(anna, sam):
    drop(anna, sam, 4)
    judge(START + HOUR)
    drop(anna, sam, 1, START + 2 * HOUR)
    judge(START + 2 * HOUR)
    assert limit(anna) == "requests_only"
    until = local_day(to_minute(START + 5 * DAY))
    lift_limit("anna", " A flood in the street. ", until, "account:admin", BASE_URL, START + 3 * HOUR)
    assert limit(anna) is None
    [letter] = letters("reliability_lifted")
    assert letter.facts["reason"] == "A flood in the street."
    assert until.isoformat() in render_letter(letter.kind, letter.facts).text
    drop(anna, sam, 1, START + 4 * DAY + HOUR)
    assert judge(START + 4 * DAY + 2 * HOUR) == 0, "nothing goes up meanwhile"
    assert judge(START + 5 * DAY + 6 * HOUR) == 0
    assert judge(START + 6 * DAY) == 1
    assert limit(anna) in {"requests_only", "resting"}
    deed = db.session.scalars(select(AuditEntry).where(AuditEntry.verb == "reliability_lifted")).one()
    assert deed.details == {"until_on": until.isoformat(), "reason": "A flood in the street."}
    assert nothing_found(START + 6 * DAY)


def test_a_therapist_cannot_end_their_own_limit(anna, sam):
    ProviderLimitFactory(provider=anna, kind="resting")
    put_pause("anna", "Back in March.", "account:anna", START)
    put_pause("anna", None, "account:anna", START)
    db.session.rollback()
    assert get_facts(db.session(), anna.id).pause is not None


def test_what_rests_without_having_been_told_is_found(anna):
    ProviderLimitFactory(provider=anna, kind="resting")
    assert [one for one in findings(db.session(), START) if "rests on them" in one] == [
        "provider anna: resting rests on them, and their record says clear"
    ]
    judge(START)
    assert nothing_found(START)
