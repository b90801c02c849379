"""Search keeps providers in the process; every answer still holds everything that was committed before it was asked for."""

from datetime import timedelta

import pytest
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from booking.openings.queries.roster import roster_of
from booking.openings.queries.searching import search
from booking.openings.rules.wanted import SearchQuery
from marketplace.db import db, prepare_engine
from marketplace.kernel.walltime import day_begin, from_minute, local_day, to_minute
from providers.registry.models import Change, Provider
from providers.schedule.changes import BLOCK, HOLD, ClaimFacts, claim_time
from tests.factories import ChangeFactory, ClaimFactory, bookable_provider
from tests.support.clocks import START

TOMORROW = day_begin(local_day(to_minute(START)) + timedelta(days=1))
NINE = TOMORROW + 9 * 60
QUERY = SearchQuery(TOMORROW, TOMORROW + 1440)


@pytest.fixture
def anna(ctx):
    return bookable_provider(slug="anna")


@pytest.fixture
def elsewhere(ctx, database):
    """Another connection to the same database, as another process would have."""
    engine = create_engine(database.url)
    prepare_engine(engine)
    with Session(engine) as session:
        yield session
    engine.dispose()


def first_starts(now=START):
    db.session.rollback()
    return {found.facts.slug: found.starts[0] for found in search(db.session(), QUERY, now).items}


def test_what_another_process_commits_is_in_the_next_answer(anna, elsewhere):
    assert first_starts() == {"anna": NINE}
    claim_time(elsewhere, anna.id, BLOCK, ClaimFacts(NINE, NINE + 60))
    assert first_starts() == {"anna": NINE}, "nothing is committed yet"
    elsewhere.commit()
    assert first_starts() == {"anna": NINE + 60}


def test_a_hold_of_another_process_blocks_until_its_second(anna, elsewhere):
    assert first_starts() == {"anna": NINE}
    claim_time(elsewhere, anna.id, HOLD, ClaimFacts(NINE, NINE + 60), expires_at=START + timedelta(minutes=10))
    elsewhere.commit()
    assert first_starts(START + timedelta(minutes=9, seconds=59)) == {"anna": NINE + 60}
    assert first_starts(START + timedelta(minutes=10)) == {"anna": NINE}


def test_whoever_is_no_longer_listed_is_gone_and_comes_back(anna, elsewhere):
    assert set(first_starts()) == {"anna"}
    for state, expected in (("suspended", set()), ("listed", {"anna"})):
        elsewhere.get(Provider, anna.id).state = state
        elsewhere.add(Change(provider_id=anna.id))
        elsewhere.commit()
        assert set(first_starts()) == expected


def test_a_provider_listed_later_is_found(anna):
    assert set(first_starts()) == {"anna"}
    bob = bookable_provider(slug="bob")
    ChangeFactory(provider=bob)
    assert set(first_starts()) == {"anna", "bob"}


@pytest.mark.parametrize("database", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True)
@pytest.mark.parametrize("late", ["first", "second"])
def test_a_change_that_commits_after_a_later_one_is_not_lost(anna, elsewhere, database, late):
    """On PostgreSQL two transactions may take numbers in one order and commit in the other. SQLite has one writer."""
    bob = bookable_provider(slug="bob")
    ChangeFactory(provider=bob)
    assert first_starts() == {"anna": NINE, "bob": NINE}
    engine = create_engine(database.url)
    with Session(engine) as other:
        claim_time(elsewhere, anna.id, BLOCK, ClaimFacts(NINE, NINE + 60))
        claim_time(other, bob.id, BLOCK, ClaimFacts(NINE, NINE + 60))
        early, later = (other, elsewhere) if late == "first" else (elsewhere, other)
        early.commit()
        between = first_starts()
        assert sorted(between.values()) == [NINE, NINE + 60]
        later.commit()
    engine.dispose()
    assert first_starts() == {"anna": NINE + 60, "bob": NINE + 60}


def test_nothing_new_costs_one_statement_and_many_people_cost_no_more(anna, statements):
    others = [bookable_provider(slug=f"extra-{number}") for number in range(6)]
    for provider in others:
        ClaimFactory(provider=provider)
    db.session.rollback()
    with statements() as cold:
        assert len(first_starts()) == 7
    with statements() as warm:
        first_starts()
    for provider in others:
        ChangeFactory(provider=provider)
    with statements() as touched:
        first_starts()
    assert len(warm) == 1
    assert len(cold) <= 16
    assert len(touched) <= len(cold)


def test_a_clock_set_back_reads_the_claims_of_that_time(anna, elsewhere):
    """Claims that ended long ago are not kept; when the clock is set back, they are read again."""
    long_ago = START - timedelta(days=40)
    begins = to_minute(long_ago + timedelta(days=1))
    ClaimFactory(provider=anna, starts_at=from_minute(begins), minutes=8 * 60)
    assert first_starts() == {"anna": NINE}
    query = SearchQuery(begins, begins + 60)
    assert [found.starts for found in search(db.session(), query, long_ago).items] == []


def test_each_database_has_its_own_roster(anna, elsewhere):
    assert roster_of(db.session()) is roster_of(db.session())
    assert roster_of(db.session()) is not roster_of(elsewhere)
