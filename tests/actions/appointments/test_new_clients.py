"""What is asked of new clients holds on every way to a time; whoever was treated before, and what was agreed already, is left alone."""

from datetime import timedelta

import pytest

from booking.appointments.actions.hold import HoldWish
from booking.appointments.actions.hold_series import SeriesStart, SeriesWanted, hold_series
from booking.appointments.actions.hold_together import BasketWanted, hold_together
from booking.appointments.actions.keep_by_hand import ForWhom, HandWish, keep_by_hand
from booking.appointments.actions.move import move
from booking.appointments.actions.wait import WaitWish, join_waitlist
from booking.appointments.changes.history import Doer
from booking.appointments.rules.waiting import Wait
from booking.openings.queries.listing import judge_opening, list_openings, quote_start
from booking.openings.queries.nearby import alternatives_to
from booking.openings.queries.searching import search
from booking.openings.queries.wished import free_with, free_with_anybody
from booking.openings.rules.asking import Wish
from booking.openings.rules.wanted import SearchQuery
from marketplace.db import db
from marketplace.kernel.errors import Conflict, Refused
from marketplace.kernel.walltime import local_day, to_minute
from providers.profiles.queries import get_facts
from providers.registry.rules import Owner
from providers.services.actions import put_first_visits
from providers.services.rules.first_visits import FirstVisits
from tests.factories import AppointmentFactory, PersonFactory
from tests.support.visits import BASE_URL, CLIENT, book_visit, hold_call, hold_visit, offer_call, visit_of

WISH = Wish("medical-massage", 60, "clinic")
THERAPIST = Doer("provider", "account:therapist")


def ask(provider, now, **rules):
    put_first_visits(Owner(provider.account_id, provider.name, "account:therapist"), FirstVisits(**rules), now)


def known_to(provider, now):
    """Somebody whom the provider has treated."""
    person = PersonFactory()
    AppointmentFactory(
        provider=provider, person=person, status="completed", starts_at=now - timedelta(days=30), ends_at=now - timedelta(days=29)
    )
    return person


@pytest.fixture
def closed(provider, clock):
    ask(provider, clock.now, online=False)
    return provider


def test_a_new_client_holds_nothing_and_a_known_one_everything(clock, closed, start):
    with pytest.raises(Refused, match="first_visit_by_contact"):
        hold_visit(closed, PersonFactory(), start, clock.now)
    assert hold_visit(closed, known_to(closed, clock.now), start, clock.now).state == "live"


def test_the_lengths_are_those_asked_for(clock, provider, start):
    ask(provider, clock.now, least_minutes=75)
    with pytest.raises(Refused, match="first_visit_length"):
        hold_visit(provider, PersonFactory(), start, clock.now)
    assert hold_visit(provider, PersonFactory(), start, clock.now, minutes=90).state == "live"


def test_series_and_baskets_are_no_way_around(clock, closed, start):
    person = PersonFactory()
    wanted = SeriesWanted(
        closed.slug, "medical-massage", "clinic", None, 7, tuple(SeriesStart(start + timedelta(days=7 * at), 60) for at in range(2))
    )
    with pytest.raises(Conflict, match="series_clash"):
        hold_series(wanted, person.id, CLIENT, clock.now)
    visits = tuple(HoldWish(closed.slug, WISH, start + timedelta(hours=2 * at)) for at in range(2))
    with pytest.raises(Conflict, match="basket_clash"):
        hold_together(BasketWanted(visits), person.id, CLIENT, clock.now)


def test_the_waitlist_takes_and_offers_for_known_clients_alone(clock, closed, start):
    day = local_day(to_minute(start))
    wish = WaitWish(closed.slug, WISH, Wait(60, day, day, frozenset()))
    with pytest.raises(Refused, match="first_visit_by_contact"):
        join_waitlist(wish, PersonFactory().id, CLIENT, BASE_URL, clock.now)
    assert join_waitlist(wish, known_to(closed, clock.now).id, CLIENT, BASE_URL, clock.now).entry.id


def test_a_hidden_start_is_shown_nowhere_to_a_stranger(clock, closed, start):
    facts = get_facts(db.session(), closed.id)
    window = to_minute(start) - 120, to_minute(start) + 120
    for asked in (
        lambda: list_openings(db.session(), facts, WISH, *window, clock.now),
        lambda: judge_opening(db.session(), facts, WISH, start, clock.now),
        lambda: quote_start(facts, WISH, start, clock.now),
    ):
        with pytest.raises(Refused, match="first_visit_by_contact"):
            asked()
    assert search(db.session(), SearchQuery(*window), clock.now).total == 0
    assert free_with(db.session(), closed.id, WISH, window, clock.now) == []
    assert free_with_anybody(db.session(), WISH, window, frozenset(), clock.now) == []
    assert alternatives_to(db.session(), closed.slug, WISH, start, clock.now) == []


def test_a_search_shows_the_lengths_that_anybody_may_have(clock, provider, start):
    window = to_minute(start) - 120, to_minute(start) + 180
    totals = []
    for rules in ({}, {"most_minutes": 60}, {"least_minutes": 90}):
        ask(provider, clock.now, **rules)
        totals.append([search(db.session(), SearchQuery(*window, minutes=minutes), clock.now).total for minutes in (60, 90)])
    assert totals == [[1, 1], [1, 0], [0, 1]]


def test_a_known_client_is_listed_what_they_may_hold(clock, closed, start):
    facts = get_facts(db.session(), closed.id)
    met = Wish("medical-massage", 60, "clinic", met=True)
    assert to_minute(start) in list_openings(db.session(), facts, met, to_minute(start), to_minute(start) + 60, clock.now).starts


def test_the_free_call_is_open_to_everybody(clock, closed, start):
    offer_call(closed)
    assert hold_call(closed, PersonFactory(), start, clock.now).state == "live"


def test_what_was_booked_is_moved_as_agreed(clock, provider, visit):
    ask(provider, clock.now, online=False)
    moved = move(visit.public_id, visit.starts_at + timedelta(hours=2), CLIENT, BASE_URL, clock.now)
    assert moved.appointment.moves == 1


def test_a_therapist_keeps_a_time_for_a_new_client_by_hand(clock, closed, start):
    owner = Owner(closed.account_id, closed.name, "account:therapist")
    kept = keep_by_hand(owner, HandWish(WISH, start, ForWhom(name="Nora New", email="nora@people.test")), THERAPIST, BASE_URL, clock.now)
    assert kept.state == "live"


@pytest.mark.parametrize(
    ("rules", "payment", "deposit"),
    [({"payment": "prepaid"}, "prepaid", None), ({"payment": "deposit", "deposit_percent": 30}, "deposit", 30), ({}, "at_visit", None)],
)
def test_how_a_new_client_pays_is_agreed_with_the_hold_and_kept(clock, provider, start, rules, payment, deposit):
    ask(provider, clock.now, **rules)
    held = hold_visit(provider, PersonFactory(), start, clock.now)
    assert (held.terms["payment"], held.terms.get("deposit_percent")) == (payment, deposit)
    known = hold_visit(provider, known_to(provider, clock.now), start + timedelta(hours=3), clock.now)
    assert known.terms["payment"] == "at_visit"
    ask(provider, clock.now, payment="card_on_file")
    assert held.terms["payment"] == payment


def test_a_booked_visit_keeps_how_it_is_paid(clock, provider, start):
    made = book_visit(provider, PersonFactory(), start, clock.now)
    ask(provider, clock.now, payment="prepaid")
    assert visit_of(made).terms["payment"] == "at_visit"
