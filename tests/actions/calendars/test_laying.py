"""Outside time between what is booked, in both databases: never an overlap, never a free minute that a calendar takes."""

from datetime import timedelta
from random import Random

import pytest
from sqlalchemy import select

from booking.upkeep.queries import overlap_findings
from marketplace.db import db, transaction
from marketplace.kernel.errors import Conflict
from marketplace.kernel.intervals import covers
from marketplace.kernel.walltime import to_minute
from providers.registry.changes import lock_provider
from providers.registry.models import Change
from providers.registry.rules import Owner
from providers.schedule.actions import add_block, remove_block
from providers.schedule.changes import (
    APPOINTMENT,
    HOLD,
    ClaimFacts,
    claim_time,
    flip_expired,
    lay_ahead,
    move_claim,
    release_claim,
    replace_outside,
)
from providers.schedule.models import Claim, OutsideBusy
from providers.schedule.rules.drafts import BlockDraft
from providers.schedule.rules.outside import OutsideSpan, cut_by_place
from tests.factories import OutsideCalendarFactory, ScheduleRuleFactory
from tests.support.clocks import START

NOW = to_minute(START)
DAY = 1440


@pytest.fixture
def calendar(ctx):
    made = OutsideCalendarFactory()
    ScheduleRuleFactory(provider_id=made.provider_id, provider=None)
    return made


def says(calendar, *spans, now=START):
    with transaction() as session:
        lock_provider(session, calendar.provider_id)
        changed = replace_outside(session, calendar.provider_id, calendar.id, [OutsideSpan(*span) for span in spans], to_minute(now) - DAY)
        lay_ahead(session, calendar.provider_id, now)
    return changed


def live(kind="outside"):
    db.session.rollback()
    rows = db.session.scalars(select(Claim).where(Claim.live, Claim.kind == kind).order_by(Claim.begin_minute))
    return [(row.begin_minute - NOW, row.end_minute - NOW) for row in rows]


def test_a_calendar_takes_time_and_gives_it_back(calendar):
    says(calendar, (NOW + 60, NOW + 120), (NOW + 300, NOW + 360))
    assert live() == [(60, 120), (300, 360)]
    says(calendar, (NOW + 90, NOW + 120))
    assert live() == [(90, 120)]
    says(calendar)
    assert live() == []


def test_the_same_again_changes_no_row_and_tells_nobody(calendar):
    says(calendar, (NOW + 60, NOW + 120))
    before = (
        db.session.scalars(select(Claim.id)).all(),
        db.session.scalars(select(OutsideBusy.id)).all(),
        len(db.session.scalars(select(Change.seq)).all()),
    )
    for _ in range(10):
        assert says(calendar, (NOW + 60, NOW + 120)) == 0
    assert (
        db.session.scalars(select(Claim.id)).all(),
        db.session.scalars(select(OutsideBusy.id)).all(),
        len(db.session.scalars(select(Change.seq)).all()),
    ) == before


def test_a_visit_stays_and_the_rest_is_laid_around_it(calendar):
    with transaction() as session:
        claim_time(session, calendar.provider_id, APPOINTMENT, ClaimFacts(NOW + 100, NOW + 160, 10, 15))
    says(calendar, (NOW + 60, NOW + 240))
    assert live() == [(60, 90), (175, 240)]
    assert live("appointment") == [(100, 160)]
    with transaction() as session:
        release_claim(session, session.scalar(select(Claim).where(Claim.kind == APPOINTMENT)))
    assert live() == [(60, 240)]


def test_a_hold_that_runs_out_and_a_visit_that_moves_leave_the_time_to_the_calendar(calendar):
    with transaction() as session:
        claim_time(session, calendar.provider_id, HOLD, ClaimFacts(NOW + 60, NOW + 120), expires_at=START + timedelta(minutes=10))
        visit = claim_time(session, calendar.provider_id, APPOINTMENT, ClaimFacts(NOW + 200, NOW + 260))
        moving = visit.id
    says(calendar, (NOW + 60, NOW + 260))
    assert live() == [(120, 200)]
    with transaction() as session:
        flip_expired(session, calendar.provider_id, START + timedelta(minutes=10))
        move_claim(session, session.get_one(Claim, moving), ClaimFacts(NOW + 600, NOW + 660))
    assert live() == [(60, 260)]


def test_a_block_lies_over_it_and_gives_it_back(calendar):
    says(calendar, (NOW + 3000, NOW + 3300))
    owner = Owner(db.session.get_one(type(calendar), calendar.id).provider_id, "x", "account:x")
    account = _owner_of(calendar, owner)
    block = add_block(account, BlockDraft(START + timedelta(minutes=3100), START + timedelta(minutes=3400), None), START, lambda *_: [])
    assert (live(), live("block")) == ([(3000, 3100)], [(3100, 3400)])
    remove_block(account, block.public_id, START)
    assert live() == [(3000, 3300)]


def _owner_of(calendar, owner):
    with transaction() as session:
        provider = lock_provider(session, calendar.provider_id)
        return Owner(provider.account_id, provider.name, owner.actor)


def test_beyond_the_horizon_nothing_is_laid_yet(calendar):
    says(calendar, (NOW + 60, NOW + 120), (NOW + 300 * DAY, NOW + 300 * DAY + 60))
    assert live() == [(60, 120)]
    says(calendar, (NOW + 60, NOW + 120), (NOW + 300 * DAY, NOW + 300 * DAY + 60), now=START + timedelta(days=250))
    assert (300 * DAY, 300 * DAY + 60) in live()


@pytest.mark.parametrize("seed", range(3))
def test_random_edits_never_overlap_and_never_free_what_a_calendar_takes(calendar, seed):
    luck = Random(seed)
    other = OutsideCalendarFactory(provider_id=calendar.provider_id, provider=None)
    said = {calendar.id: [], other.id: []}
    booked: list[int] = []
    for _step in range(25):
        way = luck.randrange(4)
        if way == 0:
            one = luck.choice((calendar, other))
            busy = [
                OutsideSpan(begin, begin + luck.randint(5, 200), luck.choice((None, "10022")))
                for begin in luck.sample(range(NOW, NOW + 1200), 5)
            ]
            said[one.id] = cut_by_place(busy)
            says(one, *said[one.id])
        elif way == 1:
            begin = NOW + luck.randrange(1200)
            try:
                with transaction() as session:
                    lock_provider(session, calendar.provider_id)
                    booked.append(claim_time(session, calendar.provider_id, APPOINTMENT, ClaimFacts(begin, begin + 60, 10, 15)).id)
            except Conflict:
                continue
        elif booked:
            with transaction() as session:
                lock_provider(session, calendar.provider_id)
                claim = session.get_one(Claim, luck.choice(booked))
                if way == 2:
                    release_claim(session, claim)
                    booked.remove(claim.id)
            if way == 3:
                _try_to_move(calendar, claim.id, NOW + luck.randrange(1200))
        db.session.rollback()
        assert list(overlap_findings(db.session())) == []
        taken = db.session.execute(select(Claim.busy_from_minute, Claim.busy_until_minute).where(Claim.live)).all()
        for span in [*said[calendar.id], *said[other.id]]:
            assert covers([tuple(row) for row in taken], span[:2])


def _try_to_move(calendar, claim_id, begin):
    try:
        with transaction() as session:
            lock_provider(session, calendar.provider_id)
            move_claim(session, session.get_one(Claim, claim_id), ClaimFacts(begin, begin + 60, 10, 15))
    except Conflict:
        return
