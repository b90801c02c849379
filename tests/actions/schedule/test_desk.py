"""Hours and blocks in both databases: stated as a whole, and never in a visit's way."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from marketplace.audit import broken_entries
from marketplace.db import db
from marketplace.kernel.errors import Conflict, NotFound, Refused, Stale
from providers.registry.models import Change, Provider
from providers.registry.rules import Owner
from providers.schedule.actions import add_block, put_schedule, remove_block
from providers.schedule.models import Claim, HoursException, HoursStatement, WeeklyHours
from providers.schedule.queries import stated_schedule
from providers.schedule.rules.drafts import BlockDraft, ScheduleDraft, schedule_mark
from providers.schedule.rules.hours import WeeklyRange, stated_from_list
from tests.factories import AccountFactory, ClaimFactory, ProviderFactory, ProviderPlaceFactory, epoch_minute
from tests.support.clocks import START

NOON = START + timedelta(days=2)
HOUR = timedelta(hours=1)


def nobody(session, provider_id, from_minute, until_minute):
    return []


def owner_of(provider):
    return Owner(provider.account_id, provider.name, f"account:{provider.account_id}")


def count(model, **where):
    return db.session.scalar(select(func.count()).select_from(model).filter_by(**where))


@pytest.fixture
def provider(ctx):
    return ProviderFactory()


def week(*ranges, places=None):
    return ScheduleDraft(tuple(ranges), tuple(places or [None] * len(ranges)), (), (), None)


EVENING = WeeklyRange(0, 18 * 60, 22 * 60, frozenset({"home"}))


def test_the_first_thing_done_begins_the_draft(ctx):
    account = AccountFactory(role="provider", name="Rosa Lindqvist")
    owner = Owner(account.id, account.name, f"account:{account.public_id}")
    put_schedule(owner, week(EVENING), START)
    put_schedule(owner, week(EVENING, EVENING), START)
    assert db.session.scalars(select(Provider.slug)).all() == ["rosa-lindqvist"]
    assert count(WeeklyHours) == 2
    assert list(broken_entries(db.session())) == []


def test_hours_that_were_changed_meanwhile_are_not_replaced_unseen(provider):
    def mark():
        return schedule_mark(stated_schedule(db.session(), provider.id))

    owner, morning = owner_of(provider), replace(EVENING, opens_minute=8 * 60, closes_minute=12 * 60)
    opened = mark()
    put_schedule(owner, week(EVENING), START, opened)
    put_schedule(owner, week(EVENING), START, opened)  # pressed twice: nothing is lost by it
    with pytest.raises(Stale) as stale:
        put_schedule(owner, week(morning), START, opened)
    assert (stale.value.code, stale.value.details) == ("hours_changed", {"mark": mark()})
    assert db.session.scalars(select(WeeklyHours.opens_minute)).all() == [EVENING.opens_minute]
    put_schedule(owner, week(morning, EVENING), START, mark())
    put_schedule(owner, week(EVENING, morning), START, opened)  # the same hours in another order
    assert count(WeeklyHours) == 2


def test_a_schedule_replaces_the_one_before_and_tells_the_feed(provider):
    put_schedule(owner_of(provider), week(EVENING, EVENING), START)
    before = count(Change)
    put_schedule(owner_of(provider), week(), START)
    assert (count(WeeklyHours), count(HoursException), count(Change)) == (0, 0, before + 1)


def test_a_week_is_noted_with_its_day_and_only_when_it_changes(provider):
    full, part = (replace(EVENING, staffing=word) for word in ("full_time", "part_time"))
    for days, stated in enumerate((full, full, part, full)):
        put_schedule(owner_of(provider), week(stated), START + timedelta(days=days))
    noted = db.session.execute(select(HoursStatement.stated_at, HoursStatement.weekly).order_by(HoursStatement.id)).all()
    assert [(row.stated_at - START).days for row in noted] == [0, 2, 3]
    assert [stated_from_list(row.weekly) for row in noted] == [(full,), (part,), (full,)]


def test_a_refused_week_is_not_noted(provider):
    places = [ProviderPlaceFactory(provider=provider).public_id, ProviderPlaceFactory(provider=provider, line1="2 Broadway").public_id]
    with pytest.raises(Refused):
        put_schedule(owner_of(provider), week(EVENING, EVENING, places=places), START)
    assert count(HoursStatement) == 0


def test_two_places_at_once_are_refused_and_nothing_changes(provider):
    places = [ProviderPlaceFactory(provider=provider).public_id, ProviderPlaceFactory(provider=provider, line1="2 Broadway").public_id]
    put_schedule(owner_of(provider), week(EVENING), START)
    with pytest.raises(Refused) as refused:
        put_schedule(owner_of(provider), week(EVENING, EVENING, places=places), START)
    assert [fault.field for fault in refused.value.faults] == ["weekly[1].place"]
    assert count(WeeklyHours) == 1


def test_a_block_takes_whole_minutes_around_what_was_said(provider):
    add_block(owner_of(provider), BlockDraft(NOON + timedelta(seconds=30), NOON + HOUR + timedelta(seconds=1)), START, nobody)
    claim = db.session.scalars(select(Claim)).one()
    assert (claim.begin_minute, claim.end_minute) == (epoch_minute(NOON), epoch_minute(NOON) + 61)


def test_a_block_meets_a_visit_with_its_pads(provider):
    ClaimFactory(provider=provider, kind="appointment", begin_minute=epoch_minute(NOON), after_minutes=15)
    told = []

    def tell(session, provider_id, from_minute, until_minute):
        told.append((provider_id, until_minute - from_minute))
        return [{"id": "the-visit"}]

    with pytest.raises(Conflict) as conflict:
        add_block(owner_of(provider), BlockDraft(NOON + HOUR, NOON + 2 * HOUR), START, tell)
    assert (conflict.value.code, conflict.value.details) == ("slot_taken", {"appointments": [{"id": "the-visit"}]})
    assert told == [(provider.id, 60)]
    add_block(owner_of(provider), BlockDraft(NOON + HOUR + timedelta(minutes=15), NOON + 2 * HOUR), START, nobody)
    assert count(Claim, kind="block") == 1


@pytest.mark.parametrize(("seconds", "free"), [(1, False), (0, True), (-1, True)])
def test_a_hold_is_in_the_way_to_the_second_it_ends(provider, seconds, free):
    ClaimFactory(provider=provider, kind="hold", begin_minute=epoch_minute(NOON), expires_at=START + timedelta(seconds=seconds))
    draft = BlockDraft(NOON, NOON + HOUR)
    if free:
        add_block(owner_of(provider), draft, START, nobody)
    else:
        with pytest.raises(Conflict):
            add_block(owner_of(provider), draft, START, nobody)
    assert count(Claim, kind="block") == int(free)


def test_what_is_over_is_not_blocked(provider):
    with pytest.raises(Refused) as refused:
        add_block(owner_of(provider), BlockDraft(START - HOUR, START), START, nobody)
    assert refused.value.code == "past"


def test_a_block_is_given_back_once_and_by_its_owner_alone(provider):
    block = add_block(owner_of(provider), BlockDraft(NOON, NOON + HOUR), START, nobody)
    with pytest.raises(NotFound):
        remove_block(owner_of(ProviderFactory()), block.public_id, START)
    remove_block(owner_of(provider), block.public_id, START)
    with pytest.raises(NotFound):
        remove_block(owner_of(provider), block.public_id, START)
    add_block(owner_of(provider), BlockDraft(NOON, NOON + HOUR), START, nobody)


def test_a_visits_claim_is_no_block_to_remove(provider):
    claim = ClaimFactory(provider=provider, kind="appointment", begin_minute=epoch_minute(NOON))
    with pytest.raises(NotFound):
        remove_block(owner_of(provider), claim.public_id, START)
