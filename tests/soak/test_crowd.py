"""Two hundred clients at once, over HTTP, against two processes: the minutes go to disjoint winners, everybody else hears so."""

from collections import Counter
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import func, select

from booking.appointments.models import Hold
from booking.upkeep.queries import overlap_findings
from marketplace.db import db
from marketplace.webkit.filters import rfc3339
from providers.schedule.models import Claim, ScheduleRule
from tests.factories import bookable_provider
from tests.support.crowds import Call, all_at_once, print_figures, served, tokens_of_many
from tests.support.profiles import soak_rounds

CROWD, STARTS = 200, 60
BUSY = timedelta(minutes=60 + 15)


@pytest.fixture
def stage(app):
    """A provider who can begin every five minutes, and a crowd: their slug and tokens."""
    with app.app_context():
        provider = bookable_provider()
        db.session.get_one(ScheduleRule, provider.id).step_minutes = 5
        tokens = tokens_of_many(CROWD)
        db.session.remove()
    return provider.slug, tokens


@pytest.fixture
def port(stage, database, clock, tmp_path):
    with served(database.url, clock.path, tmp_path / "server.log") as port:
        yield port


def wish(slug, starts_at):
    return {"provider": slug, "service": "medical-massage", "minutes": 60, "setting": "clinic", "starts_at": rfc3339(starts_at)}


def outcomes(replies):
    return Counter((reply.status, reply.body.get("code")) for reply in replies)


def live_holds(app, now):
    with app.app_context():
        assert list(overlap_findings(db.session())) == []
        return db.session.scalar(
            select(func.count()).select_from(Hold).join(Claim, Claim.id == Hold.claim_id).where(Claim.live, Hold.expires_at > now)
        )


def rush(port, stage, starts):
    slug, tokens = stage
    return all_at_once(port, [Call(token, "/holds", wish(slug, starts[number % len(starts)])) for number, token in enumerate(tokens)])


@pytest.mark.parametrize("rounds", [pytest.param(1, id="once"), pytest.param(50, id="50 rounds", marks=pytest.mark.soak)])
def test_one_start_goes_to_one_of_two_hundred(app, clock, stage, port, database, capsys, rounds):
    everybody = []
    for _ in range(rounds):
        replies = rush(port, stage, [clock.now.replace(hour=17, minute=0) + timedelta(days=2)])
        assert outcomes(replies) == {(201, None): 1, (409, "slot_taken"): CROWD - 1}
        assert live_holds(app, clock.now) == 1
        everybody += replies
        clock.advance(minutes=10)
    with capsys.disabled():
        print_figures(f"one start, {database.kind}", everybody)


@pytest.mark.parametrize("rounds", [pytest.param(1, id="once"), pytest.param(50, id="50 rounds", marks=pytest.mark.soak)])
def test_sixty_overlapping_starts_go_to_disjoint_winners(app, clock, stage, port, database, capsys, rounds):
    everybody = []
    for _ in range(rounds):
        nine = clock.now.replace(hour=14, minute=0) + timedelta(days=2)
        starts = [nine + timedelta(minutes=5 * number) for number in range(STARTS)]
        replies = rush(port, stage, starts)
        assert set(outcomes(replies)) == {(201, None), (409, "slot_taken")}
        won = sorted(datetime.fromisoformat(reply.body["starts_at"]) for reply in replies if reply.status == 201)
        assert all(later - sooner >= BUSY for sooner, later in pairwise(won))
        # nobody was sent away for nothing: each start meets a winner's minutes
        assert [start for start in starts if not any(abs(start - winner) < BUSY for winner in won)] == []
        assert live_holds(app, clock.now) == len(won)
        everybody += replies
        clock.advance(minutes=10)
    with capsys.disabled():
        print_figures(f"{STARTS} overlapping starts, {database.kind}", everybody)


@pytest.mark.parametrize("round_", soak_rounds(1, 50))
def test_one_key_sent_by_eight_at_once_makes_one_hold(app, clock, stage, port, round_):
    slug, tokens = stage
    call = Call(tokens[0], "/holds", wish(slug, clock.now + timedelta(days=2)), key="the same key")
    replies = all_at_once(port, [call] * 8)
    done = [reply for reply in replies if reply.status == 201]
    assert [reply.replayed for reply in done].count(False) == 1
    assert len({reply.body["id"] for reply in done}) == 1
    assert {reply.body["code"] for reply in replies if reply.status != 201} <= {"idempotency_in_progress"}
    assert live_holds(app, clock.now) == 1
    (late,) = all_at_once(port, [call])
    assert (late.status, late.replayed, late.body) == (201, True, done[0].body)
