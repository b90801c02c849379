"""What leaving costs: to the second, never more for leaving earlier, nothing for illness."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.appointments.rules.cancellation import REASONS, WAIVABLE, VisitFacts, assess_cancellation, assess_no_show, verdict_to_dict
from booking.quotes.rules.agreed import AgreedTerms, agreed_from_dict, agreed_to_dict
from booking.quotes.rules.clock import clock_words
from providers.services.rules.terms import DEFAULT_TERMS, Step, Terms

NEW_YORK = ZoneInfo("America/New_York")
START = datetime(2026, 12, 4, 23, 30, tzinfo=UTC)
BOOKED = START - timedelta(days=10)
HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)


def visit(*, base=13000, status="confirmed", paid=0, booked_at=BOOKED, terms=DEFAULT_TERMS, starts_at=START, moves=0):
    return VisitFacts(AgreedTerms(terms, base, starts_at, booked_at), status, paid, moves)


def by_client(now, **more):
    reason = more.pop("reason", None)
    return assess_cancellation(visit(**more), actor="client", now=now, reason=reason)


@pytest.mark.parametrize(
    "before, fee, tier, reason, why",
    [
        (240 * HOUR, 0, "free", "free", "just booked, free anyway"),
        (48 * HOUR, 0, "free", "free", "two days ahead"),
        (24 * HOUR + SECOND, 0, "free", "free", "a second more than a day"),
        (24 * HOUR, 0, "free", "free", "exactly a day"),
        (24 * HOUR - SECOND, 6500, "part", "late", "a second less than a day"),
        (23 * HOUR + timedelta(minutes=59), 6500, "part", "late", "23:59"),
        (12 * HOUR + SECOND, 6500, "part", "late", "a second more than half a day"),
        (12 * HOUR, 6500, "part", "late", "exactly half a day"),
        (12 * HOUR - SECOND, 13000, "full", "late", "a second less"),
        (11 * HOUR + timedelta(minutes=59), 13000, "full", "late", "11:59"),
        (SECOND, 13000, "full", "late", "a second before the start"),
        (timedelta(0), 13000, "full", "late", "at the very start"),
    ],
)
def test_the_default_terms_on_130_dollars(before, fee, tier, reason, why):
    verdict = by_client(START - before, paid=13585)
    assert (verdict.allowed, verdict.fee_cents, verdict.tier, verdict.reason) == (True, fee, tier, reason), why
    assert verdict.refund_cents == 13585 - fee


@pytest.mark.parametrize(
    "before, until",
    [
        (48 * HOUR, 24 * HOUR),
        (24 * HOUR, 24 * HOUR),
        (24 * HOUR - SECOND, 12 * HOUR),
        (12 * HOUR - SECOND, timedelta(0)),
        (timedelta(0), timedelta(0)),
    ],
)
def test_a_verdict_says_until_when_it_holds(before, until):
    verdict = by_client(START - before)
    assert (verdict.as_of, verdict.next_change_at) == (START - before, START - until)


@pytest.mark.parametrize("actor", ["client", "provider", "admin"])
@pytest.mark.parametrize("seconds", [1, 60, 86_400])
def test_after_the_start_nobody_cancels(actor, seconds):
    verdict = assess_cancellation(visit(paid=13585), actor=actor, now=START + timedelta(seconds=seconds), reason="illness")
    assert (verdict.allowed, verdict.reason, verdict.tier) == (False, "already_started", "closed")
    assert (verdict.fee_cents, verdict.refund_cents, verdict.next_change_at) == (0, 0, None)


def test_a_fraction_of_the_starting_second_still_counts_as_the_start():
    assert by_client(START + timedelta(microseconds=999_999)).allowed


@pytest.mark.parametrize("status", ["completed", "cancelled", "no_show", "expired"])
def test_what_is_over_cannot_be_cancelled(status):
    verdict = by_client(START - 48 * HOUR, status=status, paid=5000)
    assert (verdict.allowed, verdict.reason, verdict.refund_cents) == (False, "wrong_state", 0)
    assert status.replace("_", " ") in verdict.sentence


def test_strangers_and_the_system_do_not_cancel():
    for actor in ("system", "stranger"):
        assert assess_cancellation(visit(), actor=actor, now=START - HOUR).reason == "forbidden"


@pytest.mark.parametrize(
    "booked_hours, seconds, fee, tier",
    [
        (20, 0, 0, "grace"),
        (20, 600, 0, "grace"),
        (20, 601, 6500, "part"),
        (5, 0, 0, "grace"),
        (5, 599, 0, "grace"),
        (5, 600, 0, "grace"),
        (5, 601, 13000, "full"),
        (0.1, 360, 0, "grace"),
        (24.05, 181, 0, "grace"),  # the free step ends during the grace
        (24.05, 601, 6500, "part"),
    ],
)
def test_ten_minutes_of_grace_whenever_it_was_booked(booked_hours, seconds, fee, tier):
    booked = START - booked_hours * HOUR
    verdict = by_client(booked + timedelta(seconds=seconds), booked_at=booked)
    assert (verdict.fee_cents, verdict.tier) == (fee, tier)


def test_grace_never_runs_past_the_start():
    booked = START - timedelta(minutes=5)
    assert by_client(START, booked_at=booked).next_change_at == START
    assert not by_client(START + SECOND, booked_at=booked).allowed


def test_in_the_free_time_the_grace_does_not_end_the_free_time():
    verdict = by_client(BOOKED + SECOND)
    assert (verdict.tier, verdict.next_change_at) == ("free", START - 24 * HOUR)


def test_a_free_service_is_left_for_nothing_and_needs_no_grace():
    verdict = by_client(START - HOUR, base=0)
    assert (verdict.fee_cents, verdict.tier, verdict.reason) == (0, "free", "free")


@pytest.mark.parametrize("before", [48 * HOUR, 20 * HOUR, HOUR, timedelta(0)])
def test_illness_never_costs_anything(before):
    verdict = by_client(START - before, reason="illness", paid=13585)
    assert (verdict.allowed, verdict.fee_cents, verdict.refund_cents) == (True, 0, 13585)
    assert (verdict.tier, verdict.reason, verdict.next_change_at) == ("waived", "illness", START)


@pytest.mark.parametrize("actor, reason", [("provider", "provider_cancels"), ("admin", "platform_cancels")])
@pytest.mark.parametrize("before", [48 * HOUR, timedelta(0)])
def test_who_did_not_ask_to_leave_pays_nothing(actor, reason, before):
    verdict = assess_cancellation(visit(paid=13585), actor=actor, now=START - before, reason="other")
    assert (verdict.fee_cents, verdict.refund_cents, verdict.tier, verdict.reason) == (0, 13585, "provider", reason)


@pytest.mark.parametrize(
    "reason, left, fee",
    [
        ("emergency", 1, 0),
        ("weather", 2, 0),
        ("building_access", 1, 0),
        ("emergency", 0, 13000),
        ("weather", 0, 13000),
        ("building_access", 0, 13000),
        ("other", 5, 13000),
        (None, 5, 13000),
    ],
)
def test_waivers_have_a_yearly_limit(reason, left, fee):
    verdict = assess_cancellation(visit(), actor="client", now=START - HOUR, reason=reason, waivers_left=left)
    assert verdict.fee_cents == fee
    assert (verdict.tier, verdict.waived_cents) == (("full", 0) if fee else ("waived", 13000))


@pytest.mark.parametrize("reason", WAIVABLE)
def test_what_is_free_anyway_uses_up_no_waiver(reason):
    early = assess_cancellation(visit(), actor="client", now=START - 30 * HOUR, reason=reason, waivers_left=2)
    assert early == assess_cancellation(visit(), actor="client", now=START - 30 * HOUR)
    assert (early.fee_cents, early.tier, early.waived_cents) == (0, "free", 0)


@pytest.mark.parametrize("reason", WAIVABLE)
def test_what_is_free_for_a_stronger_reason_uses_up_no_waiver(reason):
    late = {"now": START - HOUR, "reason": reason, "waivers_left": 2}
    assert assess_cancellation(visit(), actor="provider", **late).waived_cents == 0
    assert assess_cancellation(visit(), actor="client", must_not_come=True, **late).waived_cents == 0
    assert assess_cancellation(replace(visit(), status="requested"), actor="client", **late).waived_cents == 0


def test_nobody_has_waivers_unless_they_are_counted():
    assert assess_cancellation(visit(), actor="client", now=START - HOUR, reason="emergency").fee_cents == 13000


def test_a_health_rule_that_turned_true_waives_the_fee():
    verdict = assess_cancellation(visit(), actor="client", now=START - HOUR, reason="other", must_not_come=True)
    assert (verdict.fee_cents, verdict.reason) == (0, "health")


def test_a_request_that_waits_for_its_clearance_is_left_for_nothing():
    verdict = by_client(START - HOUR, status="requested", paid=100)
    assert (verdict.fee_cents, verdict.refund_cents, verdict.reason) == (0, 100, "clearance_pending")


def test_after_check_in_the_terms_still_hold_until_the_start():
    assert by_client(START - timedelta(minutes=30), status="checked_in").fee_cents == 13000
    assert assess_cancellation(visit(status="checked_in"), actor="provider", now=START).fee_cents == 0


@pytest.mark.parametrize("paid, refund", [(0, 0), (5000, 0), (6500, 0), (6501, 1), (13585, 7085)])
def test_the_refund_is_what_was_paid_above_the_fee(paid, refund):
    assert by_client(START - 20 * HOUR, paid=paid).refund_cents == refund


@pytest.mark.parametrize(
    "start, now, fee, why",
    [
        ("2027-03-14T12:00", "2027-03-13T11:00", 0, "24 hours pass although the wall shows 25"),
        ("2027-03-14T12:00", "2027-03-13T12:00", 6500, "only 23 hours pass"),
        ("2027-03-14T12:00", "2027-03-13T23:00", 6500, "12 hours pass"),
        ("2027-03-14T12:00", "2027-03-14T00:00", 13000, "only 11 hours pass"),
        ("2027-11-07T12:00", "2027-11-06T12:00", 0, "25 hours pass"),
        ("2027-11-07T12:00", "2027-11-06T13:00", 0, "24 hours pass although the wall shows 23"),
        ("2027-11-07T12:00", "2027-11-06T13:01", 6500, "a minute less"),
        ("2027-11-07T12:00", "2027-11-07T00:00", 6500, "13 hours pass"),
        ("2027-11-07T12:00", "2027-11-07T00:59", 6500, "12 hours and a minute pass"),
    ],
)
def test_elapsed_hours_count_over_clock_changes(start, now, fee, why):
    start_at, now_at = (datetime.fromisoformat(text).replace(tzinfo=NEW_YORK) for text in (start, now))
    for begin, at in ((start_at, now_at), (start_at.astimezone(UTC), now_at.astimezone(UTC))):
        assert by_client(at, starts_at=begin).fee_cents == fee, why


@pytest.mark.parametrize("fold, fee", [(0, 6500), (1, 13000)])
def test_the_two_passes_of_a_repeated_hour_are_an_hour_apart(fold, fee):
    """Twelve hours before 1 PM on the day the clocks go back is the second 1:00 AM."""
    now = datetime(2027, 11, 7, 1, 0, 1, tzinfo=NEW_YORK, fold=fold)
    assert by_client(now, starts_at=datetime(2027, 11, 7, 13, 0, tzinfo=NEW_YORK)).fee_cents == fee


@pytest.mark.parametrize(
    "seconds, allowed, fee",
    [(-3600, False, 0), (0, False, 0), (899, False, 0), (900, True, 13000), (901, True, 13000), (99_999, True, 13000)],
)
def test_a_no_show_after_the_agreed_wait(seconds, allowed, fee):
    verdict = assess_no_show(visit(paid=13585), now=START + timedelta(seconds=seconds))
    assert (verdict.allowed, verdict.fee_cents) == (allowed, fee)
    assert verdict.reason == ("no_show" if allowed else "too_early")
    assert verdict.refund_cents == (585 if allowed else 0)
    assert verdict.next_change_at == (None if allowed else START + timedelta(minutes=15))


@pytest.mark.parametrize("percent, fee, tier", [(0, 0, "free"), (50, 6500, "part"), (100, 13000, "full")])
def test_what_a_no_show_costs(percent, fee, tier):
    terms = Terms(DEFAULT_TERMS.steps, 10, percent, 20, 1, "at_visit")
    verdict = assess_no_show(visit(terms=terms), now=START + timedelta(minutes=20))
    assert (verdict.fee_cents, verdict.tier) == (fee, tier)


@pytest.mark.parametrize("status, allowed", [("confirmed", True), ("checked_in", True), ("requested", False), ("completed", False)])
def test_who_was_never_expected_is_no_no_show(status, allowed):
    verdict = assess_no_show(visit(status=status), now=START + HOUR)
    assert verdict.allowed is allowed
    assert verdict.reason == ("no_show" if allowed else "wrong_state")


def test_the_answer_in_the_shape_of_the_contract():
    shape = verdict_to_dict(by_client(START - 20 * HOUR, paid=13585))
    assert shape == {
        "allowed": True,
        "reason": "late",
        "detail": "It is late notice: 50% of the service price is due.",
        "fee_cents": 6500,
        "refund_cents": 7085,
        "waived_cents": 0,
        "credit_cents": 0,
        "tier": "part",
        "as_of": "2026-12-03T22:30:00-05:00",
        "next_change_at": "2026-12-04T06:30:00-05:00",
    }
    assert verdict_to_dict(by_client(START + HOUR))["next_change_at"] is None


@st.composite
def visits(draw):
    hours = sorted(draw(st.sets(st.integers(1, 100), max_size=4)), reverse=True)
    percents = sorted(draw(st.lists(st.integers(0, 100), min_size=len(hours) + 1, max_size=len(hours) + 1)))
    steps = tuple(Step(hour, percent) for hour, percent in zip([*hours, 0], percents, strict=True))
    terms = Terms(steps, draw(st.integers(0, 120)), draw(st.integers(0, 100)), 15, 1, "at_visit")
    start = draw(st.datetimes(datetime(2026, 1, 1), datetime(2030, 1, 1))).replace(second=0, microsecond=0, tzinfo=UTC)
    booked = start - timedelta(seconds=draw(st.integers(0, 120 * 3600)))
    base = draw(st.integers(0, 50_000))
    return VisitFacts(AgreedTerms(terms, base, start, booked), "confirmed", draw(st.integers(0, 60_000)))


def moments(kept, data, count):
    span = int((kept.agreed.starts_at - kept.agreed.booked_at).total_seconds())
    return [kept.agreed.booked_at + timedelta(seconds=data.draw(st.integers(0, span))) for _ in range(count)]


@given(visits(), st.data())
def test_leaving_earlier_never_costs_more(kept, data):
    one, other = sorted(moments(kept, data, 2))
    earlier, later = (assess_cancellation(kept, actor="client", now=now) for now in (one, other))
    assert earlier.fee_cents <= later.fee_cents
    assert earlier.refund_cents >= later.refund_cents


@given(visits(), st.data(), st.sampled_from([None, *REASONS]), st.sampled_from(["client", "provider", "admin"]), st.integers(0, 2))
def test_a_fee_lies_between_nothing_and_the_service_price(kept, data, reason, actor, left):
    (now,) = moments(kept, data, 1)
    verdict = assess_cancellation(kept, actor=actor, now=now, reason=reason, waivers_left=left)
    assert verdict.allowed
    assert 0 <= verdict.fee_cents <= kept.agreed.fee_base_cents
    assert 0 <= verdict.refund_cents <= kept.paid_cents
    assert verdict.refund_cents == max(0, kept.paid_cents - verdict.fee_cents)
    plain = assess_cancellation(kept, actor="client", now=now)
    assert verdict.fee_cents <= plain.fee_cents, "a reason never makes it dearer"
    assert verdict.waived_cents in (0, plain.fee_cents), "a waiver forgives the whole fee"
    assert not verdict.waived_cents or verdict.fee_cents == 0


@given(visits(), st.data())
def test_the_figure_holds_until_the_moment_it_names_and_not_longer(kept, data):
    (now,) = moments(kept, data, 1)
    verdict = assess_cancellation(kept, actor="client", now=now)
    at_the_end = assess_cancellation(kept, actor="client", now=verdict.next_change_at)
    after = assess_cancellation(kept, actor="client", now=verdict.next_change_at + SECOND)
    assert (at_the_end.allowed, at_the_end.fee_cents) == (True, verdict.fee_cents)
    assert not after.allowed or after.fee_cents >= verdict.fee_cents


@given(visits(), st.data())
def test_the_page_that_shows_the_fee_and_the_verdict_agree(kept, data):
    (now,) = moments(kept, data, 1)
    shown = clock_words(kept.agreed, now).stretches[0]
    verdict = assess_cancellation(kept, actor="client", now=now)
    assert (shown.fee_cents, shown.until_at) == (verdict.fee_cents, verdict.next_change_at)


NOTICED = replace(DEFAULT_TERMS, cancel_notice_hours=6)


@pytest.mark.parametrize(
    "sentence, before, reason, allowed, code",
    [
        ("with the notice agreed, to the second", 6 * HOUR, None, True, "late"),
        ("a second later it is too late", 6 * HOUR - SECOND, None, False, "notice_passed"),
        ("illness always counts", HOUR, "illness", True, "illness"),
        ("an emergency counts while one is left", HOUR, "emergency", True, "emergency"),
        ("any other reason does not", HOUR, "other", False, "notice_passed"),
    ],
)
def test_a_notice_to_cancel(sentence, before, reason, allowed, code):
    facts = visit(terms=NOTICED, paid=5_000)
    verdict = assess_cancellation(facts, actor="client", now=START - before, reason=reason, waivers_left=1)
    assert (verdict.allowed, verdict.reason) == (allowed, code)
    assert allowed or (verdict.fee_cents, verdict.refund_cents) == (0, 0)


def test_a_notice_to_cancel_keeps_neither_the_grace_nor_the_other_side_nor_a_request():
    booked = START - 2 * HOUR
    assert by_client(booked + 600 * SECOND, terms=NOTICED, booked_at=booked).reason == "grace"
    assert by_client(booked + 601 * SECOND, terms=NOTICED, booked_at=booked).reason == "notice_passed"
    assert by_client(START - HOUR, terms=NOTICED, status="requested").reason == "clearance_pending"
    assert assess_cancellation(visit(terms=NOTICED), actor="provider", now=START - HOUR).allowed


def test_a_figure_holds_no_longer_than_canceling_does():
    assert by_client(START - 7 * HOUR, terms=NOTICED).next_change_at == START - 6 * HOUR


def test_the_notices_are_said_with_their_moments_and_kept_with_the_visit():
    agreed = AgreedTerms(replace(NOTICED, move_notice_hours=48), 13000, START, BOOKED)
    promises = clock_words(agreed, BOOKED).promises
    assert "You can move it until Wed Dec 2, 6:30 PM." in promises
    assert "You can cancel it until Fri Dec 4, 12:30 PM, after that only when you are ill." in promises
    kept = agreed_to_dict(agreed, "")
    assert (kept["move_until"], kept["cancel_until"]) == ("2026-12-02T18:30:00-05:00", "2026-12-04T12:30:00-05:00")
    assert agreed_from_dict(kept) == agreed
