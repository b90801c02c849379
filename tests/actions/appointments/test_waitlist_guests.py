"""Waiting without an account: nothing before the letter's link, the same line as everybody, one address is one person, and forgotten after."""

from datetime import timedelta
from functools import partial
from random import Random

import pytest
from sqlalchemy import func, select

from booking.appointments.actions.adopt_waiting import adopt_waiting
from booking.appointments.actions.expire import expire_holds
from booking.appointments.actions.hold import release_hold
from booking.appointments.actions.offer import offer_freed
from booking.appointments.actions.take_offer import take_offer
from booking.appointments.actions.wait import join_waitlist, leave_waitlist
from booking.appointments.actions.wait_as_guest import GuestWish, ask_to_wait, confirm_waiting
from booking.appointments.changes.waiting import offer_key
from booking.appointments.models import Hold, WaitlistEntry, WaitlistGuest, WaitlistOffer
from booking.appointments.queries import get_waiting, list_waiting
from booking.appointments.views.waitlist_links import BY_LINK
from booking.upkeep.actions import forget_guests
from booking.upkeep.queries import findings, overlap_findings
from marketplace.accounts.actions.creating import confirm_account
from marketplace.accounts.models import Person
from marketplace.audit import AuditEntry
from marketplace.db import db
from marketplace.kernel.errors import Conflict, Forbidden, Limited, NotFound, Refused
from tests.factories import AccountFactory, ClaimFactory, PersonFactory, person_of
from tests.support.racing import race
from tests.support.visits import BASE_URL, CLIENT, book_hold, book_visit, hold_visit
from tests.support.waiting import DAYS, call_off, letters, noon, noon_only, offer, offer_to, wish_for

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)


@pytest.fixture
def anna(ctx, clock):
    return noon_only(clock, slug="anna", name="Anna Alder")


@pytest.fixture
def visits(anna, clock):
    return {day: book_visit(anna, PersonFactory(), noon(clock, day), clock.now).booked.appointment for day in range(1, DAYS + 1)}


def ask(clock, email="gil@example.org", origin="one place", **wish):
    """Somebody without an account asks; gives the wish's public id."""
    clock.advance(seconds=1)
    ask_to_wait(GuestWish(wish_for(clock, **wish), email, origin), BY_LINK, BASE_URL, clock.now)
    db.session.rollback()
    return db.session.scalars(select(WaitlistEntry.public_id).order_by(WaitlistEntry.id.desc()).limit(1)).one()


def wait(clock, email="gil@example.org", **more):
    """A guest in line."""
    public_id = ask(clock, email, **more)
    clock.advance(seconds=1)
    confirm_waiting(public_id, BY_LINK, BASE_URL, clock.now)
    return public_id


def join(clock, person, **wish):
    clock.advance(seconds=1)
    return join_waitlist(wish_for(clock, **wish), person.id, CLIENT, BASE_URL, clock.now).entry.public_id


def person_behind(public_id):
    db.session.rollback()
    return db.session.get_one(Person, get_waiting(db.session(), public_id).entry.person_id)


def count(model):
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model))


def test_nothing_is_offered_before_the_letters_link_was_used(visits, clock):
    one = ask(clock)
    call_off(visits[2], clock)
    assert offer(clock) == 0
    [letter] = letters("waitlist_confirm")
    assert (letter.recipient, letters("waitlist_joined")) == ("gil@example.org", [])
    assert letter.facts["link"].startswith(f"{BASE_URL}/waitlist/{one}/confirm/")
    confirm_waiting(one, BY_LINK, BASE_URL, clock.now)
    assert offer(clock) == 1
    held = offer_to(one, clock)
    assert held.starts_at == noon(clock, 2)
    [letter] = letters("waitlist_offer")
    assert letter.facts["link"] == f"{BASE_URL}/waitlist/{one}/offer/{offer_key(held.public_id)}"
    assert (letter.send_before_at, letter.facts["list_link"]) == (held.expires_at, None)


def test_a_place_in_line_begins_with_the_confirmation_and_accounts_stand_in_the_same_line(visits, clock):
    late = ask(clock)
    member = join(clock, PersonFactory())
    early = wait(clock, "eva@example.org")
    confirm_waiting(late, BY_LINK, BASE_URL, clock.now + SECOND)
    clock.advance(seconds=2)
    for day in (1, 2, 3):
        call_off(visits[day], clock)
    assert offer(clock) == 3
    assert [offer_to(one, clock).starts_at for one in (member, early, late)] == [noon(clock, day) for day in (1, 2, 3)]


def test_an_offer_runs_out_to_the_second_and_goes_to_the_next_whoever_that_is(visits, clock):
    one, two = wait(clock), join(clock, PersonFactory())
    call_off(visits[2], clock)
    assert offer(clock) == 1
    held = offer_to(one, clock)
    clock.set(held.expires_at - SECOND)
    assert (offer(clock), offer_to(two, clock)) == (0, None)
    taken = take_offer(one, offer_key(held.public_id), None, BY_LINK, clock.now)
    assert taken.hold == held.public_id
    clock.set(held.expires_at)
    with pytest.raises(Conflict, match="hold_expired"):
        take_offer(one, offer_key(held.public_id), None, BY_LINK, clock.now)
    assert (offer(clock), offer_to(two, clock).starts_at) == (1, noon(clock, 2))
    expire_holds(clock.now)
    assert list(findings(db.session(), clock.now)) == []


def test_a_guest_books_what_was_offered_as_any_hold(visits, clock):
    one = wait(clock)
    call_off(visits[3], clock)
    offer(clock)
    held, guest = offer_to(one, clock), person_behind(one)
    assert take_offer(one, offer_key(held.public_id), None, BY_LINK, clock.now).person == guest.public_id
    guest.name, guest.phone = "Gil Guest", "+12125550188"
    db.session.commit()
    made = book_hold(offer_to(one, clock), guest, clock.now, guest=True)
    assert made.guest_key is not None
    call_off(visits[4], clock)
    assert offer(clock) == 0


@pytest.mark.parametrize("wish", [{"days": (2, 1)}, {"service": "nothing"}, {"slug": None, "service": "", "setting": "home"}])
def test_what_can_never_be_booked_is_refused_whatever_the_address(anna, clock, wish):
    for email in ("gil@example.org", PersonFactory().email):
        with pytest.raises(Refused):
            ask(clock, email, **wish)
    assert (count(WaitlistEntry), count(WaitlistGuest)) == (0, 0)


def test_an_address_that_is_known_and_one_that_is_not_leave_the_same_behind(anna, clock):
    known, strange = PersonFactory().email, "nobody@example.org"
    kept = []
    for email in (known, strange):
        guest = person_behind(ask(clock, email))
        kept.append((guest.account_id, guest.email_confirmed_at, guest.name, len(letters("waitlist_confirm"))))
    assert kept == [(None, None, "", 1), (None, None, "", 2)]


def test_an_address_that_waits_for_five_gets_no_letter_and_the_same_answer(anna, clock):
    member = PersonFactory()
    for last in (4, 5, 6):
        join(clock, member, days=(1, last))
    for _ in range(2):
        wait(clock, member.email, origin="far away")
        clock.advance(minutes=20)
    assert len(letters("waitlist_confirm")) == 2
    sixth = ask(clock, member.email)
    assert len(letters("waitlist_confirm")) == 2
    with pytest.raises(Limited, match="too_many_waiting"):
        confirm_waiting(sixth, BY_LINK, BASE_URL, clock.now)
    with pytest.raises(Limited, match="too_many_waiting"):
        join(clock, member, days=(1, 7))


def test_letters_to_one_address_are_few_and_come_again_later(anna, clock):
    for _ in range(5):
        ask(clock)
    assert len(letters("waitlist_confirm")) == 3
    clock.advance(minutes=16)
    ask(clock)
    assert len(letters("waitlist_confirm")) == 4


def test_ten_wishes_come_from_one_place_whether_or_not_they_led_to_a_letter(anna, clock):
    first = ask(clock, "one@example.org")
    for _ in range(9):
        ask(clock, "same@example.org")
    with pytest.raises(Limited, match="too_many_waiting"):
        ask(clock, "other@example.org")
    assert ask(clock, "other@example.org", origin="elsewhere")
    leave_waitlist(first, None, BY_LINK, clock.now)
    assert ask(clock, "other@example.org")
    clock.advance(days=1)
    assert ask(clock, "third@example.org", days=(1, 2))


def test_one_address_holds_what_one_person_may_with_or_without_account(visits, clock):
    member = PersonFactory()
    ids = [join(clock, member), wait(clock, member.email), wait(clock, member.email, origin="b")]
    for day in (1, 2, 3):
        call_off(visits[day], clock)
    assert offer(clock) == 2
    assert [offer_to(one, clock) is not None for one in ids] == [True, True, False]
    release_hold(offer_to(ids[0], clock).public_id, member.id, CLIENT, clock.now)
    assert offer(clock) == 1


def test_who_has_a_visit_then_is_not_offered_that_time_as_a_guest(anna, visits, clock):
    bela = noon_only(clock, slug="bela")
    member = PersonFactory()
    book_visit(bela, member, noon(clock, 2), clock.now)
    one = wait(clock, member.email)
    call_off(visits[2], clock)
    assert offer(clock) == 0
    call_off(visits[3], clock)
    assert offer(clock) == 1
    assert offer_to(one, clock).starts_at == noon(clock, 3)


def test_a_link_is_good_for_a_day_to_the_second_and_works_once_and_again(anna, clock):
    one, two = ask(clock), ask(clock, "eva@example.org")
    asked_at = db.session.scalars(select(WaitlistGuest.asked_at).order_by(WaitlistGuest.entry_id)).all()
    clock.set(asked_at[0] + DAY - SECOND)
    confirm_waiting(one, BY_LINK, BASE_URL, clock.now)
    began = get_waiting(db.session(), one).entry.created_at
    confirm_waiting(one, BY_LINK, BASE_URL, clock.now + SECOND)
    assert (get_waiting(db.session(), one).entry.created_at, len(letters("waitlist_joined"))) == (began, 1)
    clock.set(asked_at[1] + DAY)
    with pytest.raises(Conflict, match="wrong_state"):
        confirm_waiting(two, BY_LINK, BASE_URL, clock.now)


def test_what_was_taken_back_is_not_put_in_line(anna, clock):
    one = ask(clock)
    leave_waitlist(one, None, BY_LINK, clock.now)
    with pytest.raises(Conflict, match="wrong_state"):
        confirm_waiting(one, BY_LINK, BASE_URL, clock.now)
    with pytest.raises(NotFound):
        confirm_waiting("nobody", BY_LINK, BASE_URL, clock.now)
    member = join(clock, PersonFactory())
    with pytest.raises(NotFound):
        confirm_waiting(member, BY_LINK, BASE_URL, clock.now)


def test_an_account_takes_over_what_its_confirmed_address_waits_for(visits, clock):
    one, other = wait(clock), wait(clock, "eva@example.org")
    call_off(visits[1], clock)
    offer(clock)
    passed = offer_to(one, clock)
    account = AccountFactory(email="gil@example.org", confirmed_at=None)
    person = person_of(account)
    person.email_confirmed_at = None
    db.session.commit()
    assert adopt_waiting(clock.now) == 0, "the account's address is not confirmed"
    confirm_account(account.id, clock.now)
    assert adopt_waiting(clock.now) == 0, "a time is just offered: its checkout is a guest's"
    release_hold(passed.public_id, passed.person_id, CLIENT, clock.now)
    assert adopt_waiting(clock.now) == 1
    assert adopt_waiting(clock.now) == 0
    db.session.rollback()
    [mine] = list_waiting(db.session(), WaitlistEntry.person_id == person.id)
    assert (mine.entry.public_id, [hold.public_id for hold in mine.offers]) == (one, [passed.public_id])
    assert person_behind(other).account_id is None
    assert offer(clock) == 1
    assert offer_to(other, clock).starts_at == noon(clock, 1), "what was let go does not come back"
    call_off(visits[2], clock)
    offer(clock)
    assert offer_to(one, clock).person_id == person.id
    assert letters("waitlist_offer")[-1].facts["link"].endswith("/health")


def test_whoever_is_signed_in_with_the_same_address_takes_an_offer_over(visits, clock):
    one, member, stranger = wait(clock), PersonFactory(email="gil@example.org"), PersonFactory()
    call_off(visits[2], clock)
    offer(clock)
    held = offer_to(one, clock)
    key = offer_key(held.public_id)
    with pytest.raises(Forbidden):
        take_offer(one, key, stranger.id, BY_LINK, clock.now)
    with pytest.raises(NotFound):
        take_offer(one, "0" * 32, None, BY_LINK, clock.now)
    assert take_offer(one, key, member.id, BY_LINK, clock.now).person == member.public_id
    assert offer_to(one, clock).person_id == member.id
    with pytest.raises(Forbidden):
        take_offer(one, key, None, BY_LINK, clock.now)
    book_hold(offer_to(one, clock), member, clock.now)


def test_guests_are_forgotten_a_day_after_what_they_waited_for_has_ended(visits, clock):
    asked, left, waits, over = ask(clock, "a@x.org"), wait(clock, "b@x.org"), wait(clock, "c@x.org"), wait(clock, "d@x.org", days=(0, 0))
    call_off(visits[2], clock)
    assert offer(clock) == 1
    leave_waitlist(left, None, BY_LINK, clock.now)
    assert offer(clock) == 1
    assert offer_to(waits, clock) is not None
    clock.advance(hours=23)
    expire_holds(clock.now)
    forget_guests(clock.now)
    assert count(WaitlistEntry) == 4
    clock.advance(hours=2)
    forget_guests(clock.now)
    db.session.rollback()
    assert {one.entry.public_id for one in list_waiting(db.session(), WaitlistEntry.id > 0)} == {waits, over}
    assert (asked, count(WaitlistGuest), count(WaitlistOffer)) != (waits, 0, 0)
    clock.advance(days=1)
    forget_guests(clock.now)
    assert {one.entry.public_id for one in list_waiting(db.session(), WaitlistEntry.id > 0)} == {waits}
    clock.advance(days=5)
    forget_guests(clock.now)
    assert (count(WaitlistEntry), count(WaitlistGuest), count(WaitlistOffer)) == (0, 0, 0)
    assert db.session.scalars(select(Person.email).where(Person.email.like("%@x.org"))).all() == []
    assert "@x.org" not in repr([(row.actor, row.details) for row in db.session.scalars(select(AuditEntry))])


@pytest.mark.parametrize("seed", range(3))
def test_no_time_is_offered_to_a_guest_and_an_account(visits, clock, seed):
    """Random joining, canceling, declining and running out: each noon is one person's, in the order in which they came."""
    random, line = Random(seed), []
    for step in range(12):
        clock.advance(minutes=random.choice((1, 40, 250)))
        deed = random.choice(("guest", "account", "cancel", "cancel", "decline"))
        if deed == "guest":
            line.append(wait(clock, f"guest{step}@example.org", days=(0, 3), origin=str(step)))
        elif deed == "account":
            line.append(join(clock, PersonFactory()))
        elif deed == "cancel":
            coming = [day for day, visit in visits.items() if visit.starts_at > clock.now]
            if coming:
                call_off(visits.pop(random.choice(coming)), clock)
        elif line:
            held = offer_to(random.choice(line), clock)
            if held is not None:
                release_hold(held.public_id, held.person_id, CLIENT, clock.now)
        before = {one: held.starts_at for one in line if (held := offer_to(one, clock)) is not None}
        offer(clock)
        after = {one: held.starts_at for one in line if (held := offer_to(one, clock)) is not None}
        assert before.items() <= after.items()
        assert len(set(after.values())) == len(after)
        assert list(overlap_findings(db.session())) == []


def test_many_workers_offer_each_time_once_to_guests_and_accounts(app, clock):
    with app.app_context():
        provider = noon_only(clock, slug="anna")
        taken = [book_visit(provider, PersonFactory(), noon(clock, day), clock.now).booked.appointment for day in (1, 2)]
        ids = [wait(clock, "one@example.org"), join(clock, PersonFactory()), wait(clock, "one@example.org"), wait(clock, "two@example.org")]
        for visit in taken:
            call_off(visit, clock)
        for day in (3, 4):
            ClaimFactory(provider=provider, starts_at=noon(clock, day), minutes=60)
        db.session.remove()
    race(app, [partial(offer_freed, clock.now, BASE_URL) for _ in range(4)])
    with app.app_context():
        given = [offer_to(one, clock) for one in ids]
        assert [held and held.starts_at for held in given] == [noon(clock, 1), noon(clock, 2), None, None]
        assert db.session.scalar(select(func.count()).select_from(Hold).where(Hold.state == "live")) == 2
        assert list(overlap_findings(db.session())) == []


def test_confirming_and_taking_back_and_offering_at_once_leave_one_answer(app, clock):
    with app.app_context():
        provider = noon_only(clock, slug="anna")
        visit = book_visit(provider, PersonFactory(), noon(clock, 1), clock.now).booked.appointment
        one, other = ask(clock), wait(clock, "eva@example.org")
        call_off(visit, clock)
        db.session.remove()
    results = race(
        app,
        [
            partial(confirm_waiting, one, BY_LINK, BASE_URL, clock.now),
            partial(leave_waitlist, one, None, BY_LINK, clock.now),
            partial(offer_freed, clock.now, BASE_URL),
            partial(offer_freed, clock.now, BASE_URL),
            partial(leave_waitlist, other, None, BY_LINK, clock.now),
        ],
    )
    assert set(results) <= {"done", "wrong_state"}
    with app.app_context():
        for public_id in (one, other):
            waiting = get_waiting(db.session(), public_id)
            assert waiting.entry.left_at is not None
            assert waiting.live_offer(clock.now) is None
        assert list(findings(db.session(), clock.now)) == []


def test_a_guest_who_holds_a_time_can_still_be_offered_one(anna, visits, clock):
    """What a guest typed at a checkout is not known to whoever waits with the same, unconfirmed address."""
    guest = PersonFactory(account=None, email="gil@example.org", email_confirmed_at=None)
    call_off(visits[1], clock)
    hold_visit(anna, guest, noon(clock, 1), clock.now)
    one = wait(clock)
    call_off(visits[2], clock)
    assert offer(clock) == 1
    assert offer_to(one, clock).starts_at == noon(clock, 2)
