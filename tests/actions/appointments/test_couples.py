"""Two people side by side, through a real database: held both or not, booked both or not, and nobody reads the other's answers."""

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from functools import partial
from random import Random

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from booking.appointments.actions.answer import Declining, accept, decline
from booking.appointments.actions.answer_half import HalfGiven, answer_half
from booking.appointments.actions.book import book
from booking.appointments.actions.cancel import Cancelling, cancel
from booking.appointments.actions.expire import expire_holds, expire_requests
from booking.appointments.actions.hold import HoldWish, release_hold
from booking.appointments.actions.hold_couple import CoupleWanted, hold_couple
from booking.appointments.actions.hold_together import BasketWanted, hold_together
from booking.appointments.actions.move import move
from booking.appointments.changes.history import Doer
from booking.appointments.changes.loading import verdict_facts
from booking.appointments.changes.pairing import other_half, visits_beside
from booking.appointments.models import Appointment, Couple, Hold
from booking.appointments.rules.cancellation import assess_cancellation
from booking.openings.queries.listing import judge_opening
from booking.openings.queries.pairs import pairs_free
from booking.openings.rules.asking import Wish
from booking.openings.rules.wanted import SearchQuery
from booking.screening import catalogue
from booking.screening.models import Screening
from booking.screening.queries import find_newest, find_screening
from booking.upkeep.queries import findings, overlap_findings
from marketplace.accounts.models import Person
from marketplace.db import db
from marketplace.kernel.errors import Conflict, Limited, Refused
from marketplace.kernel.walltime import from_minute, to_minute
from marketplace.outbox.models import Letter
from providers.places.models import ProviderPlace
from providers.profiles.queries import get_listed_facts
from providers.registry.changes import note_change
from providers.schedule.models import Claim
from providers.services.models import Service
from tests.factories import ClinicFactory, PersonFactory, bookable_provider
from tests.support.racing import race
from tests.support.visits import BASE_URL, CLIENT, answered, book_hold, booking_of, hold_visit, traveling_provider

PROVIDER, ADMIN = Doer("provider", "account:therapist"), Doer("admin", "account:staff")
ASKS = {"settings": ["clinic"], "new_clients_only": False, "answer_hours": 24}


def shared(*slugs):
    """Therapists who work in rooms of one clinic."""
    clinic = ClinicFactory()
    found = []
    for slug in slugs:
        provider = bookable_provider(slug=slug, name=slug.capitalize())
        place = db.session.scalars(select(ProviderPlace).where(ProviderPlace.provider_id == provider.id)).one()
        place.clinic_id = clinic.id
        found.append(provider)
    db.session.commit()
    return found


@pytest.fixture
def two(ctx):
    return shared("anna", "bea")


@pytest.fixture
def booker(ctx):
    return PersonFactory(name="Ada Booker")


def wish(slug, starts_at, *, setting="clinic", zip_code=None, minutes=60):
    return HoldWish(slug, Wish("medical-massage", minutes, setting, zip_code), starts_at)


def held_by(person, now, starts_at, own="anna", other="bea", email="guest@example.org", **more):
    wanted = CoupleWanted(wish(own, starts_at, **more), wish(other, starts_at, **more), "Bo Guest", email)
    return hold_couple(wanted, person.id if person else None, CLIENT, now)


def booked_by(person, now, starts_at, **more):
    held = held_by(person, now, starts_at, **more)
    book_hold(held.first, person, now)
    return visits()


def visits():
    """The booker's visit and the other's, as the database has them."""
    db.session.rollback()
    found = db.session.scalars(select(Appointment).order_by(Appointment.hold_id).execution_options(populate_existing=True)).all()
    return list(found)


def given(person_id, now, **answers):
    screening = answered(db.session.get_one(Person, person_id), now, **answers)
    return HalfGiven(screening, catalogue.form().consent.version, consent_accepted=True)


def answer(visit, now, **answers):
    guest = Doer("client", f"person:{visit.person_id}")
    return answer_half(visit.public_id, given(visit.person_id, now, **answers), guest, BASE_URL, now)


def letters(kind=None):
    db.session.rollback()
    wanted = select(Letter).order_by(Letter.id)
    return db.session.scalars(wanted if kind is None else wanted.where(Letter.kind == kind)).all()


def live_claims():
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Claim).where(Claim.live))


def statuses():
    return [visit.status for visit in visits()]


def test_both_are_held_for_one_checkout_each_with_its_own_person_and_price(two, booker, clock, start):
    held = held_by(booker, clock.now, start)
    assert held.first.person_id == booker.id != held.second.person_id
    assert {hold.expires_at for hold in held.holds} == {clock.now + timedelta(minutes=10)}
    assert [hold.quote["total_cents"] for hold in held.holds] == [16_720, 16_720]
    assert live_claims() == 2


def test_where_one_is_taken_neither_is_held(two, booker, clock, start):
    hold_visit(two[1], PersonFactory(), start + timedelta(minutes=30), clock.now)
    with pytest.raises(Conflict, match="slot_taken") as refused:
        held_by(booker, clock.now, start)
    assert refused.value.details["visit"] == 2
    db.session.rollback()
    assert live_claims() == 1
    assert db.session.scalar(select(func.count()).select_from(Couple)) == 0


def test_two_places_are_not_side_by_side(ctx, booker, clock, start):
    bookable_provider(slug="anna")
    bookable_provider(slug="bea")
    with pytest.raises(Refused, match="outside_hours"):
        held_by(booker, clock.now, start)
    db.session.rollback()
    assert live_claims() == 0


@pytest.mark.parametrize(
    ("more", "field"),
    [({"other": "anna"}, "provider"), ({"email": "no address"}, "email")],
)
def test_what_makes_no_two_is_refused_by_its_field(two, booker, clock, start, more, field):
    with pytest.raises(Refused) as refused:
        held_by(booker, clock.now, start, **more)
    assert [fault.field for fault in refused.value.faults] == [field]


def test_the_other_person_has_an_address_of_their_own(two, booker, clock, start):
    with pytest.raises(Refused, match="own_address"):
        held_by(booker, clock.now, start, email=booker.email.upper())


def test_it_counts_as_one_hold_and_both_count_in_the_share_of_a_week(two, booker, clock, start):
    held_by(booker, clock.now, start, minutes=90)
    with pytest.raises(Limited, match="coming week"):
        held_by(booker, clock.now, start + timedelta(days=1), own="bea", other="anna", minutes=90)
    db.session.rollback()
    held_by(booker, clock.now, start + timedelta(days=1))
    with pytest.raises(Limited, match="You hold 2 times"):
        hold_visit(two[0], booker, start + timedelta(days=9), clock.now)
    db.session.rollback()
    assert live_claims() == 4


def test_nothing_joins_them_and_both_are_given_back_or_run_out_together(two, booker, clock, start):
    held = held_by(booker, clock.now, start)
    with pytest.raises(Conflict, match="wrong_state"):
        hold_together(BasketWanted((wish("bea", start + timedelta(days=3)),), held.first.public_id), booker.id, CLIENT, clock.now)
    release_hold(held.first.public_id, booker.id, CLIENT, clock.now)
    assert live_claims() == 0
    held_by(booker, clock.now, start)
    clock.advance(minutes=10)
    assert expire_holds(clock.now) == 2
    assert live_claims() == 0


def test_booking_asks_the_other_by_a_letter_of_their_own_and_confirms_nothing_yet(two, booker, clock, start):
    mine, theirs = booked_by(booker, clock.now, start)
    assert (mine.status, mine.attention) == ("requested", ["other_due"])
    assert (theirs.status, theirs.attention) == ("requested", ["health_due"])
    assert mine.respond_by_at == theirs.respond_by_at == clock.now + timedelta(hours=24)
    assert theirs.screening_id is theirs.consent_id is theirs.note is None
    assert mine.screening_id is not None
    to_guest = [letter for letter in letters("visit_requested") if letter.recipient == "guest@example.org"]
    assert len(to_guest) == 1
    assert to_guest[0].facts["answers_link"].endswith("/answers")
    assert to_guest[0].facts["beside_name"] == "Ada"
    assert len(letters("provider_visit_booked")) == 2
    assert letters("visit_reminder") == []
    assert list(findings(db.session(), clock.now)) == []


def test_with_the_others_answers_both_are_confirmed_at_once(two, booker, clock, start):
    mine, theirs = booked_by(booker, clock.now, start)
    answer(theirs, clock.now)
    mine, theirs = visits()
    assert [visit.status for visit in (mine, theirs)] == ["confirmed", "confirmed"]
    assert [visit.respond_by_at for visit in (mine, theirs)] == [None, None]
    assert (mine.attention, theirs.attention) == ([], [])
    assert theirs.screening_id != mine.screening_id
    assert len(letters("visit_booked")) == 2
    assert {letter.facts["beside_provider"] for letter in letters("visit_booked")} == {"Anna", "Bea"}
    assert {claim.expires_at for claim in db.session.scalars(select(Claim).where(Claim.live))} == {None}
    assert other_half(db.session(), mine).appointment.id == theirs.id
    assert {key: booked.provider.slug for key, booked in visits_beside(db.session(), [mine, theirs]).items()} == {
        mine.id: "bea",
        theirs.id: "anna",
    }
    assert list(findings(db.session(), clock.now)) == []


def test_the_booker_cannot_reach_the_others_answers(two, booker, clock, start):
    _mine, theirs = booked_by(booker, clock.now, start)
    answer(theirs, clock.now, seizure=False)
    screening = db.session.get_one(Screening, visits()[1].screening_id)
    assert screening.person_id != booker.id
    assert find_screening(db.session(), screening.public_id, booker.id) is None
    assert find_newest(db.session(), booker.id, clock.now).id != screening.id


def test_a_stop_ends_both_at_no_cost_and_tells_nobody_why(two, booker, clock, start):
    _mine, theirs = booked_by(booker, clock.now, start)
    answer(theirs, clock.now, fever=True)
    assert statuses() == ["cancelled", "cancelled"]
    assert {(visit.cancel_reason, visit.fee_cents, visit.due_cents) for visit in visits()} == {("both_or_none", 0, 0)}
    assert live_claims() == 0
    assert len(letters("visit_both_off")) == 2
    told = str([(letter.kind, letter.facts) for letter in letters() if letter.kind.endswith(("both_off", "visit_cancelled"))])
    assert "fever" not in told
    assert "health" not in told
    assert list(findings(db.session(), clock.now)) == []


def test_answers_are_taken_once_and_until_their_second(two, booker, clock, start):
    _mine, theirs = booked_by(booker, clock.now, start)
    clock.advance(hours=24)
    with pytest.raises(Conflict, match="not_asked"):
        answer(theirs, clock.now)
    db.session.rollback()
    assert expire_requests(clock.now, BASE_URL) == 1
    assert statuses() == ["expired", "expired"]
    assert live_claims() == 0
    assert list(findings(db.session(), clock.now)) == []


def test_what_needs_a_clearance_keeps_both_waiting(two, booker, clock, start):
    _mine, theirs = booked_by(booker, clock.now, clock.now + timedelta(days=7))
    answer(theirs, clock.now, pain_now=3, surgery_recent=True, affected_region=["knee_front_r"])
    mine, theirs = visits()
    assert (mine.status, theirs.status) == ("requested", "requested")
    assert (mine.attention, theirs.attention) == (["other_due"], ["clearance_due"])
    assert mine.respond_by_at == theirs.respond_by_at


def by_request(provider):
    """The therapist confirms each booking of theirs."""
    for service in db.session.scalars(select(Service).where(Service.provider_id == provider.id)):
        service.by_request = ASKS
    note_change(db.session(), provider.id)
    db.session.commit()


@pytest.mark.parametrize("guest_first", [True, False])
def test_a_therapist_who_confirms_in_person_keeps_both_waiting(two, booker, clock, guest_first):
    by_request(two[0])
    mine, theirs = booked_by(booker, clock.now, clock.now + timedelta(days=7))
    assert (mine.attention, theirs.attention) == (["answer_due", "other_due"], ["health_due", "other_due"])
    deeds = [lambda: answer(theirs, clock.now), lambda: accept(mine.public_id, PROVIDER, BASE_URL, clock.now)]
    first, second = deeds if guest_first else reversed(deeds)
    first()
    assert statuses() == ["requested", "requested"]
    assert list(findings(db.session(), clock.now)) == []
    second()
    assert statuses() == ["confirmed", "confirmed"]
    assert len(letters("visit_booked")) == 2
    assert {claim.expires_at for claim in db.session.scalars(select(Claim).where(Claim.live))} == {None}


def test_one_therapists_no_ends_both(two, booker, clock):
    by_request(two[1])
    _mine, theirs = booked_by(booker, clock.now, clock.now + timedelta(days=7))
    decline(theirs.public_id, Declining("full"), PROVIDER, BASE_URL, clock.now)
    assert statuses() == ["cancelled", "cancelled"]
    assert [visit.cancel_reason for visit in visits()] == ["both_or_none", "declined_full"]
    assert live_claims() == 0
    assert len(letters("visit_both_off")) == len(letters("visit_declined")) == 1


@pytest.mark.parametrize("doer", [CLIENT, PROVIDER, ADMIN])
def test_while_nothing_is_confirmed_leaving_one_leaves_both_at_no_cost(two, booker, clock, start, doer):
    mine, _theirs = booked_by(booker, clock.now, start)
    _gone, verdict = cancel(mine.public_id, Cancelling(), doer, BASE_URL, clock.now)
    assert verdict.fee_cents == 0
    assert statuses() == ["cancelled", "cancelled"]
    assert live_claims() == 0


def confirmed(two, booker, clock, start, **more):
    theirs = booked_by(booker, clock.now, start, **more)[1]
    answer(theirs, clock.now)
    return visits()


@pytest.mark.parametrize(("doer", "free"), [(CLIENT, False), (PROVIDER, True), (ADMIN, True)])
def test_once_confirmed_each_is_left_by_itself_and_the_other_is_told(two, booker, clock, start, doer, free):
    mine, theirs = confirmed(two, booker, clock, start)
    clock.advance(hours=40)
    cancel(mine.public_id, Cancelling(), doer, BASE_URL, clock.now)
    assert statuses() == ["cancelled", "confirmed"]
    told = letters("visit_other_off")
    assert [(letter.recipient, letter.facts["free"]) for letter in told] == [("guest@example.org", free)]
    verdict = assess_cancellation(verdict_facts(db.session(), visits()[1]), actor="client", now=clock.now)
    assert (verdict.fee_cents == 0) is free
    assert visits_beside(db.session(), [theirs]) == {}


@pytest.mark.parametrize("named", [0, 1])
@pytest.mark.parametrize("doer", [CLIENT, ADMIN])
def test_moving_one_moves_both(two, booker, clock, start, named, doer):
    visit = confirmed(two, booker, clock, start)[named]
    later = start + timedelta(days=1)
    move(visit.public_id, later, doer, BASE_URL, clock.now)
    assert {(one.starts_at, one.status, one.moves) for one in visits()} == {(later, "confirmed", 1)}
    assert len(letters("visit_moved")) == 2
    assert len(letters("provider_visit_moved")) == 2
    assert list(findings(db.session(), clock.now)) == []


def test_where_the_other_one_cannot_move_neither_does(two, booker, clock, start):
    mine, _theirs = confirmed(two, booker, clock, start)
    later = start + timedelta(days=1)
    hold_visit(two[1], PersonFactory(), later, clock.now)
    with pytest.raises(Conflict, match="slot_taken"):
        move(mine.public_id, later, CLIENT, BASE_URL, clock.now)
    assert {one.starts_at for one in visits()} == {start}


def test_what_keeps_the_other_from_moving_is_told_to_nobody(two, booker, clock, start):
    mine, theirs = confirmed(two, booker, clock, start)
    answered(db.session.get_one(Person, theirs.person_id), clock.now, fever=True)
    with pytest.raises(Refused, match="moves_together") as refused:
        move(mine.public_id, start + timedelta(days=1), CLIENT, BASE_URL, clock.now)
    assert "safe" not in refused.value.sentence
    db.session.rollback()
    assert {one.starts_at for one in visits()} == {start}


def test_a_therapist_moves_no_colleagues_time(two, booker, clock, start):
    mine, _theirs = confirmed(two, booker, clock, start)
    with pytest.raises(Refused, match="moves_together"):
        move(mine.public_id, start + timedelta(days=1), PROVIDER, BASE_URL, clock.now)


def test_a_request_for_two_moves_with_one_deadline(two, booker, clock):
    mine, _theirs = booked_by(booker, clock.now, clock.now + timedelta(days=4))
    clock.advance(hours=1)
    move(mine.public_id, clock.now + timedelta(hours=23), CLIENT, BASE_URL, clock.now)
    mine, theirs = visits()
    assert (mine.status, theirs.status) == ("requested", "requested")
    assert mine.respond_by_at == theirs.respond_by_at == mine.starts_at - timedelta(hours=2)
    answer(theirs, clock.now)
    assert statuses() == ["confirmed", "confirmed"]


def test_after_one_was_left_the_other_moves_alone(two, booker, clock, start):
    mine, theirs = confirmed(two, booker, clock, start)
    cancel(mine.public_id, Cancelling(), CLIENT, BASE_URL, clock.now)
    move(theirs.public_id, start + timedelta(days=1), PROVIDER, BASE_URL, clock.now)
    assert [visit.starts_at for visit in visits()] == [start, start + timedelta(days=1)]


def test_at_home_both_come_to_one_address(ctx, booker, clock, start):
    traveling_provider(slug="anna", name="Anna")
    traveling_provider(slug="bea", name="Bea")
    held = held_by(booker, clock.now, start, setting="home", zip_code="10024")
    with pytest.raises(Refused, match="place_needed"):
        book_hold_without_place(held.first, booker, clock.now)
    db.session.rollback()
    book_hold(held.first, booker, clock.now)
    mine, theirs = visits()
    assert mine.address == theirs.address
    assert mine.address["line1"] == "64 East 7th Street"


def book_hold_without_place(hold, person, now):
    wanted = replace(booking_of(hold, person, now), place=None)
    return book(wanted, person.id, CLIENT, BASE_URL, now)


def test_a_guest_books_for_two_without_an_account(two, clock, start):
    held = held_by(None, clock.now, start)
    guest = db.session.get_one(Person, held.first.person_id)
    guest.name, guest.email, guest.email_confirmed_at = "Ada Booker", "ada@example.org", clock.now
    db.session.commit()
    book_hold(held.first, guest, clock.now, guest=True)
    mine, theirs = visits()
    assert mine.guest_key_hash
    assert theirs.guest_key_hash not in {None, mine.guest_key_hash}


def test_where_one_cannot_be_booked_any_more_neither_is(two, booker, clock, start):
    held = held_by(booker, clock.now, start)
    two[1].state = "suspended"
    db.session.commit()
    with pytest.raises(Refused, match="not_bookable"):
        book_hold(held.first, booker, clock.now)
    assert visits() == []
    assert db.session.scalars(select(Hold.state)).all() == ["live", "live"]


def test_two_couples_who_want_overlapping_pairs_never_wait_for_each_other(app, clock, start):
    """Three therapists of one clinic, pairs in all orders and from both ends: whoever is first has both, others nothing."""
    with app.app_context():
        shared("anna", "bea", "cleo")
        people = [PersonFactory(name=f"P {number}").id for number in range(12)]
        db.session.commit()
    pairs = [("anna", "bea"), ("bea", "anna"), ("bea", "cleo"), ("cleo", "bea"), ("anna", "cleo"), ("cleo", "anna")] * 2

    def want(person_id, own, other):
        wanted = CoupleWanted(wish(own, start), wish(other, start), "Bo", "bo@example.org")
        hold_couple(wanted, person_id, CLIENT, clock.now)

    outcome = race(app, [partial(want, who, *pair) for who, pair in zip(people, pairs, strict=True)])
    assert outcome == {"done": 1, "slot_taken": 11}
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Couple)) == 1
        assert db.session.scalar(select(func.count()).select_from(Claim).where(Claim.live)) == 2
        assert list(overlap_findings(db.session())) == []


def test_answering_canceling_moving_and_running_out_at_once_leave_both_or_none(app, clock, start):
    """Whatever comes first, the two halves stand alike afterwards, and nobody waits for anybody forever.

    Only where both were confirmed and one was then called off may the other one, which stays, go to another time alone.
    """
    with app.app_context():
        shared("anna", "bea")
        booker = PersonFactory(name="Ada Booker")
        mine, theirs = (visit.public_id for visit in booked_by(booker, clock.now, start))
        screened = given(visits()[1].person_id, clock.now)
        db.session.commit()
    guest = Doer("client", "person:guest")
    deeds = [
        partial(answer_half, theirs, screened, guest, BASE_URL, clock.now),
        partial(cancel, theirs, Cancelling(), guest, BASE_URL, clock.now),
        partial(move, mine, start + timedelta(days=1), CLIENT, BASE_URL, clock.now),
        partial(move, theirs, start + timedelta(days=2), guest, BASE_URL, clock.now),
        partial(expire_requests, clock.now + timedelta(days=2), BASE_URL),
    ]
    race(app, deeds)
    with app.app_context():
        one, other = visits()
        left_alone = {one.status, other.status} == {"confirmed", "cancelled"}
        assert one.starts_at == other.starts_at or left_alone
        live = {visit.status for visit in (one, other)} & {"requested", "confirmed"}
        assert len(live) <= 1
        assert list(findings(db.session(), clock.now)) == []


def test_the_pairs_that_are_listed_are_those_that_a_look_at_every_start_finds(two, clock):
    """Three therapists with taken time here and there: the list, against the engine asked about each of them at every fifth minute."""
    bookable_provider(slug="cleo", name="Cleo")
    dice = Random(7)
    for provider in two:
        for _ in range(4):
            begin = to_minute(clock.now) + dice.randrange(1440, 3 * 1440)
            with suppress(IntegrityError), db.session.begin_nested():
                db.session.add(Claim(provider_id=provider.id, kind="block", begin_minute=begin, end_minute=begin + 50))
        note_change(db.session(), provider.id)
    db.session.commit()
    low = to_minute(clock.now)
    window = (low, low + 3 * 1440)
    pairs = pairs_free(db.session(), SearchQuery(*window, minutes=60, settings=frozenset({"clinic"})), clock.now, 20)
    listed = {(pair.first.facts.slug, pair.second.facts.slug, start) for pair in pairs for start in pair.starts}
    free = {slug: free_by_asking(slug, window, clock.now) for slug in ("anna", "bea", "cleo")}
    assert listed == {("anna", "bea", start) for start in free["anna"] & free["bea"]}
    assert len(listed) > 20
    assert len(free["cleo"]) > len(listed)


def free_by_asking(slug, window, now):
    facts = get_listed_facts(db.session(), slug)
    asked = Wish("medical-massage", 60, "clinic")
    return {start for start in range(window[0], window[1], 5) if judge_opening(db.session(), facts, asked, from_minute(start), now).ok}
