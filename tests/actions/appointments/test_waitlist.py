"""The waitlist through a real database: first come, first asked; the offer holds the time; nobody is offered what they cannot book."""

from datetime import timedelta
from functools import partial
from random import Random

import pytest
from sqlalchemy import select

from booking.appointments.actions.expire import expire_holds
from booking.appointments.actions.hold import release_hold
from booking.appointments.actions.move import move
from booking.appointments.actions.offer import offer_freed
from booking.appointments.actions.wait import join_waitlist, leave_waitlist
from booking.appointments.models import Hold, WaitlistEntry, WaitlistOffer
from booking.appointments.queries import get_waiting, list_waiting
from booking.appointments.rules.waiting import state_of
from booking.upkeep.queries import findings, overlap_findings
from marketplace.db import db
from marketplace.kernel.errors import Conflict, Limited, NotFound, Refused
from marketplace.kernel.walltime import local_day, to_minute
from providers.registry.rules import Owner
from providers.schedule.actions import add_block, remove_block
from providers.schedule.models import Claim
from providers.schedule.rules.drafts import BlockDraft
from tests.factories import ClaimFactory, CredentialFactory, PersonFactory, ServiceDurationFactory, ServiceFactory, bookable_provider
from tests.support.clocks import START
from tests.support.racing import race
from tests.support.visits import BASE_URL, CLIENT, book_hold, book_visit, hold_visit, traveling_provider
from tests.support.waiting import DAYS, call_off, letters, noon, noon_only, offer, offer_to, wish_for


@pytest.fixture
def anna(ctx, clock):
    """A provider with one start a day, at noon; for four days all of them are booked by others."""
    return noon_only(clock, slug="anna", name="Anna Alder")


@pytest.fixture
def visits(anna, clock):
    """The visits at noon, by their day."""
    return {day: book_visit(anna, PersonFactory(), noon(clock, day), clock.now).booked.appointment for day in range(1, DAYS + 1)}


def join(clock, person=None, **wish):
    """Somebody joins, a second after whoever came before."""
    clock.advance(seconds=1)
    entry = join_waitlist(wish_for(clock, **wish), (person or PersonFactory()).id, CLIENT, BASE_URL, clock.now).entry
    return entry.public_id


def test_a_canceled_visit_is_offered_to_whoever_came_first(visits, clock):
    first = PersonFactory()
    one, two = join(clock, first), join(clock)
    assert offer(clock) == 0
    call_off(visits[2], clock)
    assert offer(clock) == 1
    held = offer_to(one, clock)
    assert (held.starts_at, held.person_id, offer_to(two, clock)) == (noon(clock, 2), first.id, None)
    [letter] = letters("waitlist_offer")
    assert letter.facts["link"] == f"{BASE_URL}/checkout/{held.public_id}/health"
    assert letter.send_before_at == held.expires_at > clock.now + timedelta(hours=3)
    assert offer(clock) == 0


def test_while_the_offer_lives_nobody_else_can_have_the_time(anna, visits, clock):
    one = join(clock)
    call_off(visits[2], clock)
    offer(clock)
    with pytest.raises(Conflict, match="slot_taken"):
        hold_visit(anna, PersonFactory(), noon(clock, 2), clock.now)
    clock.set(offer_to(one, clock).expires_at - timedelta(seconds=1))
    with pytest.raises(Conflict, match="slot_taken"):
        hold_visit(anna, PersonFactory(), noon(clock, 2) - timedelta(days=0), clock.now)


def test_an_offer_that_runs_out_goes_to_the_next_and_not_back(visits, clock):
    start = noon(clock, 2)
    one, two = join(clock), join(clock)
    call_off(visits[2], clock)
    offer(clock)
    clock.set(offer_to(one, clock).expires_at)
    assert offer(clock) == 1
    assert (offer_to(one, clock), offer_to(two, clock).starts_at) == (None, start)
    clock.set(offer_to(two, clock).expires_at)
    assert offer(clock) == 0
    expire_holds(clock.now)
    assert list(findings(db.session(), clock.now)) == []


def test_an_offer_is_booked_in_the_same_checkout_as_any_hold(visits, clock):
    person = PersonFactory()
    one = join(clock, person)
    call_off(visits[3], clock)
    offer(clock)
    book_hold(offer_to(one, clock), person, clock.now)
    waiting = get_waiting(db.session(), one)
    assert state_of(left=False, until_on=waiting.entry.until_on, today=waiting.entry.from_on, offers=waiting.states(clock.now)) == "booked"
    call_off(visits[4], clock)
    assert offer(clock) == 0


def test_a_declined_offer_goes_on_and_its_wish_stays_in_line(visits, clock):
    person = PersonFactory()
    one, two = join(clock, person), join(clock)
    call_off(visits[2], clock)
    offer(clock)
    release_hold(offer_to(one, clock).public_id, person.id, CLIENT, clock.now)
    assert offer(clock) == 1
    assert offer_to(two, clock).starts_at == noon(clock, 2)
    call_off(visits[3], clock)
    assert offer(clock) == 1
    assert offer_to(one, clock).starts_at == noon(clock, 3)


def test_a_moved_visit_a_block_taken_away_and_a_lapsed_hold_free_time_too(anna, visits, clock):
    owner = Owner(anna.account_id, anna.name, "account:test")
    people = [PersonFactory() for _ in range(3)]
    ids = [join(clock, person) for person in people]
    call_off(visits[1], clock)
    held = hold_visit(anna, PersonFactory(), noon(clock, 1), clock.now)
    assert offer(clock) == 0
    clock.set(held.expires_at)
    assert offer(clock) == 1
    call_off(visits[2], clock)
    block = add_block(owner, BlockDraft(noon(clock, 2), noon(clock, 2) + timedelta(hours=1)), clock.now, lambda *_: [])
    assert offer(clock) == 0
    remove_block(owner, block.public_id, clock.now)
    assert offer(clock) == 1
    far = noon(clock, 8)
    move(visits[3].public_id, far, CLIENT, BASE_URL, clock.now)
    assert offer(clock) == 1
    assert [offer_to(one, clock).starts_at for one in ids] == [noon(clock, day) for day in (1, 2, 3)]


def test_leaving_gives_back_what_is_offered(visits, clock):
    person = PersonFactory()
    one, two = join(clock, person), join(clock)
    call_off(visits[2], clock)
    offer(clock)
    leave_waitlist(one, person.id, CLIENT, clock.now)
    leave_waitlist(one, person.id, CLIENT, clock.now)
    assert letters("waitlist_offer")[0].withdrawn_at is not None
    assert offer(clock) == 1
    assert offer_to(two, clock).starts_at == noon(clock, 2)
    with pytest.raises(NotFound):
        leave_waitlist(two, person.id, CLIENT, clock.now)


def test_who_is_busy_then_is_not_offered_that_time(anna, visits, clock):
    busy, free = PersonFactory(), PersonFactory()
    book_visit(bookable_provider(), busy, noon(clock, 2) + timedelta(minutes=30), clock.now)
    one, two = join(clock, busy), join(clock, free)
    call_off(visits[2], clock)
    assert offer(clock) == 1
    assert (offer_to(one, clock), offer_to(two, clock).person_id) == (None, free.id)


def test_who_holds_all_they_may_is_passed_over_for_now(anna, visits, clock):
    greedy = PersonFactory()
    one, two = join(clock, greedy), join(clock)
    held = [hold_visit(bookable_provider(), greedy, noon(clock, day), clock.now) for day in (3, 4)]
    call_off(visits[2], clock)
    assert offer(clock) == 1
    assert (offer_to(one, clock), offer_to(two, clock) is not None) == (None, True)
    release_hold(held[0].public_id, greedy.id, CLIENT, clock.now)
    call_off(visits[1], clock)
    assert offer(clock) == 1
    assert offer_to(one, clock).starts_at == noon(clock, 1)


def test_a_time_without_standing_or_for_first_visits_is_not_offered_to_those_who_cannot_book_it(anna, visits, clock):
    first = ServiceFactory(provider=anna, code="first", settings=["clinic"], first_visit_only=True, position=1)
    ServiceDurationFactory(service=first, minutes=60, price_cents=9_000)
    regular, newcomer = PersonFactory(), PersonFactory()
    one, two = join(clock, regular, service="first"), join(clock, newcomer, service="first")
    book_visit(anna, regular, noon(clock, 7), clock.now)
    call_off(visits[2], clock)
    assert offer(clock) == 1
    assert (offer_to(one, clock), offer_to(two, clock).person_id) == (None, newcomer.id)
    license_ = CredentialFactory._meta.model
    own = db.session.scalars(select(license_).where(license_.provider_id == anna.id, license_.kind == "license")).one()
    own.valid_until = local_day(to_minute(clock.now))
    db.session.commit()
    call_off(visits[3], clock)
    release_hold(offer_to(two, clock).public_id, newcomer.id, CLIENT, clock.now)
    join(clock)
    assert offer(clock) == 0


def test_whoever_waits_for_anybody_gets_the_first_who_is_free(anna, visits, clock):
    bela = noon_only(clock, slug="bela")
    theirs = {day: book_visit(bela, PersonFactory(), noon(clock, day), clock.now).booked.appointment for day in range(1, DAYS + 1)}
    one = join(clock, slug=None, service="")
    assert offer(clock) == 0
    call_off(visits[3], clock)
    call_off(theirs[2], clock)
    assert offer(clock) == 1
    assert (offer_to(one, clock).provider_id, offer_to(one, clock).starts_at) == (bela.id, noon(clock, 2))


def test_parts_of_the_day_and_days_bound_what_is_offered(visits, clock):
    evening, late_days = join(clock, parts=["evening"]), join(clock, days=(3, 4))
    call_off(visits[2], clock)
    assert offer(clock) == 0
    call_off(visits[4], clock)
    assert offer(clock) == 1
    assert (offer_to(evening, clock), offer_to(late_days, clock).starts_at) == (None, noon(clock, 4))


def test_after_five_offers_a_wish_rests(visits, clock):
    person = PersonFactory()
    one = join(clock, person)
    for _ in range(4):
        entry = get_waiting(db.session(), one).entry
        held = hold_visit(bookable_provider(), PersonFactory(), noon(clock, 20), clock.now)
        db.session.add(WaitlistOffer(entry_id=entry.id, hold_id=held.id, offered_at=clock.now))
        db.session.get_one(Hold, held.id).state = "expired"
        db.session.commit()
    call_off(visits[2], clock)
    assert offer(clock) == 1
    release_hold(offer_to(one, clock).public_id, person.id, CLIENT, clock.now)
    call_off(visits[3], clock)
    assert offer(clock) == 0


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        ({"slug": "nobody"}, "not_found"),
        ({"service": "nothing"}, "unknown_service"),
        ({"minutes": 45}, "unknown_service"),
        ({"days": (-3, -1)}, "invalid"),
        ({"days": (2, 1)}, "invalid"),
        ({"days": (0, 61)}, "invalid"),
        ({"slug": None, "service": "", "setting": "home"}, "zip_needed"),
    ],
)
def test_what_can_never_be_booked_is_not_waited_for(anna, clock, wish, code):
    with pytest.raises((Refused, NotFound)) as refused:
        join(clock, **wish)
    assert refused.value.code == code


def test_outside_an_area_nobody_waits(anna, clock):
    traveling_provider(slug="cleo")
    with pytest.raises(Refused, match="outside_area"):
        join(clock, slug="cleo", setting="home", zip_code="10009")
    assert join(clock, slug="cleo", setting="home", zip_code="10024")


def test_the_same_wish_sent_twice_has_one_place_in_line_and_one_letter(anna, clock):
    person = PersonFactory()
    one = join(clock, person)
    assert join(clock, person) == one
    assert len({one, join(clock, person, days=(1, 5)), join(clock, person, parts=["evening"]), join(clock)}) == 4
    leave_waitlist(one, person.id, CLIENT, clock.now)
    assert join(clock, person) != one
    assert len(letters("waitlist_joined")) == 5


def test_a_double_click_on_joining_makes_one_wish(anna, app, clock):
    person_id, wish = PersonFactory().id, wish_for(clock)
    db.session.commit()
    assert race(app, [partial(join_waitlist, wish, person_id, CLIENT, BASE_URL, clock.now) for _ in range(4)]) == {"done": 4}
    assert len(list_waiting(db.session(), WaitlistEntry.person_id == person_id)) == 1
    assert len(letters("waitlist_joined")) == 1


def test_one_person_waits_for_five_things_at_most_and_needs_an_address(anna, clock):
    person = PersonFactory()
    ids = [join(clock, person, days=(1, last)) for last in (4, 5, 6, 7, 8)]
    with pytest.raises(Limited, match="too_many_waiting"):
        join(clock, person, days=(1, 9))
    leave_waitlist(ids[0], person.id, CLIENT, clock.now)
    assert join(clock, person, days=(1, 9))
    with pytest.raises(Refused, match="email_unconfirmed"):
        join(clock, PersonFactory(email_confirmed_at=None))
    assert len(letters("waitlist_joined")) == 6


@pytest.mark.parametrize("seed", range(4))
def test_a_time_is_never_offered_to_two_and_always_to_the_first_who_may_have_it(anna, visits, clock, seed):
    """Random days of joining, canceling, booking, declining and forgetting, held against a line kept in a list."""
    random = Random(seed)
    line, people = [], {}
    gone = set()  # (wish, noon): offered before and let go
    for _ in range(14):
        clock.advance(minutes=random.choice((1, 30, 200)))
        db.session.rollback()
        deed = random.choice(("join", "join", "cancel", "cancel", "decline", "leave", "book"))
        if deed == "join" and len(line) < 6:
            person = PersonFactory()
            passed = local_day(to_minute(clock.now)) - local_day(to_minute(START))
            one = join(clock, person, days=(0, DAYS - passed.days))
            line.append(one)
            people[one] = person
        elif deed == "cancel":
            coming = [visit for visit in visits.values() if visit.starts_at > clock.now and live(visit)]
            if coming:
                call_off(random.choice(coming), clock)
        elif line:
            one = random.choice(line)
            held = offer_to(one, clock)
            if deed == "leave":
                leave_waitlist(one, people[one].id, CLIENT, clock.now)
                line.remove(one)
            elif held is not None and deed == "decline":
                release_hold(held.public_id, people[one].id, CLIENT, clock.now)
            elif held is not None and deed == "book":
                book_hold(held, people[one], clock.now)
                line.remove(one)
        for one in line:
            if offer_to(one, clock) is None:
                gone |= {(one, hold.starts_at) for hold in get_waiting(db.session(), one).offers}
        expected = twin(line, gone, free_noons(anna, clock), {one: offer_to(one, clock) for one in line}, clock)
        offer(clock)
        live_offers = {one: held.starts_at for one in line if (held := offer_to(one, clock)) is not None}
        assert live_offers == expected
        assert len(set(live_offers.values())) == len(live_offers)
        assert list(overlap_findings(db.session())) == []


def live(visit):
    return db.session.scalar(select(Claim.live).where(Claim.id == visit.claim_id))


def free_noons(anna, clock):
    """The noons of the coming days that nothing takes, by looking at every claim."""
    taken = db.session.execute(
        select(Claim.begin_minute, Claim.end_minute, Claim.expires_at).where(Claim.provider_id == anna.id, Claim.live)
    ).all()
    last = local_day(to_minute(START)) + timedelta(days=DAYS)
    noons = [
        at
        for at in (noon(clock, day) for day in range(DAYS + 1))
        if local_day(to_minute(at)) <= last and at >= clock.now + timedelta(hours=2)
    ]
    return [
        at
        for at in noons
        if not any(low < to_minute(at) + 60 and to_minute(at) < high and (until is None or until > clock.now) for low, high, until in taken)
    ]


def twin(line, gone, free, held, clock):
    """Who should have which noon: those who have one keep it, the others choose in the order in which they came."""
    given = {one: hold.starts_at for one, hold in held.items() if hold is not None}
    left = sorted(set(free) - set(given.values()))
    for one in line:
        days = get_waiting(db.session(), one).entry
        for at in [] if one in given else left:
            if (one, at) not in gone and days.from_on <= local_day(to_minute(at)) <= days.until_on:
                given[one] = at
                left = [other for other in left if other != at]
                break
    return given


def test_two_workers_at_once_offer_each_time_once(app, clock):
    with app.app_context():
        provider = noon_only(clock, slug="anna")
        taken = [book_visit(provider, PersonFactory(), noon(clock, day), clock.now).booked.appointment for day in (1, 2)]
        for _ in range(3):
            join(clock)
        for visit in taken:
            call_off(visit, clock)
        for day in (3, 4):
            ClaimFactory(provider=provider, starts_at=noon(clock, day), minutes=60)
        db.session.remove()
    race(app, [partial(offer_freed, clock.now, BASE_URL) for _ in range(4)])
    with app.app_context():
        waiting = list_waiting(db.session(), WaitlistEntry.id > 0)
        given = [one.live_offer(clock.now) for one in waiting]
        assert [held and held.starts_at for held in given] == [noon(clock, 1), noon(clock, 2), None]
        assert [len(one.offers) for one in waiting] == [1, 1, 0]
        assert list(overlap_findings(db.session())) == []
