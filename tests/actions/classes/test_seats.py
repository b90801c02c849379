"""Classes through a real database: planning, holding, booking, leaving, moving, calling off; races for the last seats."""

from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from booking.appointments.changes.history import Doer
from booking.classes.actions.attend import check_in_seat, mark_absent, take_payment
from booking.classes.actions.book_seat import book_seat
from booking.classes.actions.call_off import call_off
from booking.classes.actions.expire_seats import expire_seats
from booking.classes.actions.hold_seat import SeatWish, hold_seat, release_seat
from booking.classes.actions.leave_seat import Leaving, leave_seat
from booking.classes.actions.move_class import move_class
from booking.classes.actions.plan_class import plan_class
from booking.classes.models import ClassSeat, ClassSession
from booking.classes.queries import get_lesson, list_coming
from booking.classes.rules.planning import ClassDraft
from booking.ledger.models import LedgerEntry
from booking.upkeep.actions import forget_guests
from booking.upkeep.queries import findings
from marketplace.accounts.models import Person
from marketplace.db import db
from marketplace.kernel.errors import Conflict, Limited, NotFound, Refused, Stale
from marketplace.kernel.walltime import to_minute
from marketplace.outbox.models import Letter
from providers.credentials.models import Credential
from providers.places.models import ProviderPlace
from providers.profiles.queries import get_facts
from providers.registry.models import Provider
from providers.registry.rules import Owner
from providers.schedule.models import Claim
from tests.factories import AppointmentFactory, ClassSeatFactory, ClassSessionFactory, PersonFactory, bookable_provider
from tests.support.clocks import START
from tests.support.racing import race
from tests.support.visits import BASE_URL, CLIENT, book_visit, hold_visit

ANNA = Doer("provider", "account:anna")
DAY, HOUR, SECOND = timedelta(days=1), timedelta(hours=1), timedelta(seconds=1)
AT = START + 3 * DAY
RACERS = 12


@pytest.fixture
def anna(ctx):
    return bookable_provider(slug="anna", name="Anna Alder")


@pytest.fixture
def sam(ctx):
    return PersonFactory()


@pytest.fixture
def lesson(anna):
    return plan(anna)


def plan(provider, **change):
    place = db.session.scalars(select(ProviderPlace.public_id).where(ProviderPlace.provider_id == provider.id)).first()
    words = {
        "title": "Move with ease",
        "words": "Bring a mat.",
        "place": place,
        "starts_at": AT,
        "minutes": 60,
        "capacity": 3,
        "price_cents": 2_500,
    }
    return plan_class(Owner(provider.account_id, provider.name, "account:anna"), ClassDraft(**{**words, **change}), START)


def hold(lesson, person, now=START):
    return hold_seat(SeatWish(lesson.public_id), person.id, CLIENT, now)


def book(lesson, person, now=START):
    held = hold(lesson, person, now)
    return book_seat(held.public_id, person.id, CLIENT, BASE_URL, now).seated.seat


def seat_of(seat):
    db.session.rollback()
    return db.session.scalars(select(ClassSeat).where(ClassSeat.id == seat.id).execution_options(populate_existing=True)).one()


def class_of(lesson):
    db.session.rollback()
    return db.session.scalars(select(ClassSession).where(ClassSession.id == lesson.id).execution_options(populate_existing=True)).one()


def sound(now=START):
    db.session.rollback()
    return [line for line in findings(db.session(), now) if "class" in line or "seat" in line or "overlap" in line]


def kinds(seat):
    rows = db.session.scalars(
        select(Letter).where(Letter.about == seat.public_id).order_by(Letter.id).execution_options(populate_existing=True)
    )
    return [letter.kind for letter in rows if letter.withdrawn_at is None]


# --- time ---------------------------------------------------------------------------------------------------------------------


def test_a_class_is_one_claim_of_its_therapists_time(anna, lesson, sam):
    claim = db.session.get_one(Claim, lesson.claim_id)
    assert (claim.kind, claim.live, claim.begin_minute, claim.end_minute) == ("class", True, to_minute(AT), to_minute(AT) + 60)
    for minutes in (-30, 0, 45):
        with pytest.raises(Conflict, match="slot_taken"):
            hold_visit(anna, sam, AT + timedelta(minutes=minutes), START)
    assert hold_visit(anna, sam, AT + 2 * HOUR, START).state == "live"
    assert sound() == []


def test_a_class_cannot_be_planned_over_a_visit_or_another_class(anna, sam, lesson):
    visit = book_visit(anna, sam, AT + 3 * HOUR, START).booked.appointment.public_id
    with pytest.raises(Conflict) as refused:
        plan(anna, starts_at=AT + 3 * HOUR + timedelta(minutes=30))
    assert refused.value.details == {"appointments": [visit]}
    with pytest.raises(Conflict, match="slot_taken"):
        plan(anna, starts_at=AT + timedelta(minutes=59))


def test_a_class_is_planned_outside_of_hours_and_right_beside_a_visit(anna, sam):
    book_visit(anna, sam, AT, START)
    assert plan(anna, starts_at=AT + timedelta(minutes=75)).state == "planned"
    assert plan(anna, starts_at=AT.replace(hour=3)).state == "planned"
    assert sound() == []


@pytest.mark.parametrize(
    ("change", "field"), [({"place": "nowhere"}, "place"), ({"capacity": 0}, "capacity"), ({"starts_at": START}, "starts_at")]
)
def test_a_draft_that_says_too_little_is_refused(anna, change, field):
    with pytest.raises(Refused) as refused:
        plan(anna, **change)
    assert [fault.field for fault in refused.value.faults] == [field]
    assert db.session.scalar(select(func.count()).select_from(Claim)) == 0


# --- seats --------------------------------------------------------------------------------------------------------------------


def test_seats_are_held_and_booked_until_there_are_none(lesson):
    people = [PersonFactory() for _ in range(4)]
    seats = [book(lesson, person) for person in people[:3]]
    assert [seat.number for seat in seats] == [1, 2, 3]
    with pytest.raises(Conflict, match="class_full"):
        hold(lesson, people[3])
    assert get_lesson(db.session(), lesson.public_id, START).left == 0
    assert kinds(seats[0]) == ["seat_booked", "seat_reminder", "seat_reminder", "provider_seat_booked"]
    assert sound() == []


def test_a_held_seat_is_kept_ten_minutes_to_the_second(anna, sam):
    lesson, bea = plan(anna, capacity=1), PersonFactory()
    held = hold(lesson, sam)
    last = START + timedelta(minutes=10) - SECOND
    with pytest.raises(Conflict, match="class_full"):
        hold(lesson, bea, last)
    assert get_lesson(db.session(), lesson.public_id, last).left == 0
    assert get_lesson(db.session(), lesson.public_id, last + SECOND).left == 1
    with pytest.raises(Conflict, match="hold_expired"):
        book_seat(held.public_id, sam.id, CLIENT, BASE_URL, last + SECOND)
    assert hold(lesson, bea, last + SECOND).number == 1
    assert seat_of(held).state == "expired"


def test_a_held_seat_is_booked_in_its_last_second(lesson, sam):
    held = hold(lesson, sam)
    last = START + timedelta(minutes=10) - SECOND
    assert book_seat(held.public_id, sam.id, CLIENT, BASE_URL, last).seated.seat.state == "booked"


def test_the_job_marks_what_ran_out(lesson, sam):
    held = hold(lesson, sam)
    late = START + timedelta(minutes=10)
    assert sound(late) == [f"seat {held.id} is held and has run out"]
    assert expire_seats(late - SECOND) == 0
    assert expire_seats(late) == 1
    assert (seat_of(held).state, sound(late)) == ("expired", [])


def test_one_seat_each(lesson, sam):
    held = hold(lesson, sam)
    with pytest.raises(Conflict, match="already_seated"):
        hold(lesson, sam)
    release_seat(held.public_id, sam.id, CLIENT, START)
    assert book(lesson, sam).number == 1
    with pytest.raises(Conflict, match="already_seated"):
        hold(lesson, sam)


def test_what_is_not_ones_own_is_not_found(lesson, sam):
    held, bea = hold(lesson, sam), PersonFactory()
    for verb in (
        partial(book_seat, held.public_id, bea.id, CLIENT, BASE_URL, START),
        partial(release_seat, held.public_id, bea.id, CLIENT, START),
        partial(book_seat, "nothing", bea.id, CLIENT, BASE_URL, START),
        partial(hold_seat, SeatWish("nothing"), bea.id, CLIENT, START),
        partial(move_class, lesson.public_id, 0, AT + DAY, ANNA, BASE_URL, START),
        partial(call_off, lesson.public_id, 0, None, ANNA, BASE_URL, START),
    ):
        with pytest.raises(NotFound):
            verb()
    assert seat_of(held).state == "held"


def test_nobody_holds_more_than_two_seats_and_no_address_more_than_three(anna, sam):
    lessons = [plan(anna, starts_at=AT + number * DAY) for number in range(4)]
    for lesson in lessons[:2]:
        hold(lesson, sam)
    with pytest.raises(Limited, match="too_many_holds"):
        hold(lessons[2], sam)
    for lesson in lessons[:3]:
        hold_seat(SeatWish(lesson.public_id, "somewhere"), None, CLIENT, START)
    with pytest.raises(Limited, match="too_many_holds"):
        hold_seat(SeatWish(lessons[3].public_id, "somewhere"), None, CLIENT, START)


def test_a_booked_seat_is_not_released_and_not_booked_twice(lesson, sam):
    seat = book(lesson, sam)
    with pytest.raises(Conflict, match="wrong_state"):
        release_seat(seat.public_id, sam.id, CLIENT, START)
    with pytest.raises(Conflict, match="wrong_state"):
        book_seat(seat.public_id, sam.id, CLIENT, BASE_URL, START)


def test_only_a_confirmed_address_books(lesson):
    guest = hold_seat(SeatWish(lesson.public_id, "somewhere"), None, CLIENT, START)
    with pytest.raises(Refused, match="email_unconfirmed"):
        book_seat(guest.public_id, guest.person_id, CLIENT, BASE_URL, START)
    person = db.session.get_one(Person, guest.person_id)
    person.email, person.name, person.email_confirmed_at = "guest@licensedhands.test", "Gus Guest", START
    db.session.commit()
    made = book_seat(guest.public_id, guest.person_id, CLIENT, BASE_URL, START)
    assert made.guest_key
    letter = db.session.scalars(select(Letter).where(Letter.kind == "seat_booked")).one()
    assert letter.facts["link"] == f"{BASE_URL}/class-seats/{made.guest_key}"
    move_class(lesson.public_id, lesson.provider_id, AT + DAY, ANNA, BASE_URL, START)
    moved = db.session.scalars(select(Letter).where(Letter.kind == "seat_moved")).one()
    assert moved.facts["link"] == letter.facts["link"]


def test_guests_who_booked_a_seat_are_kept_and_the_others_forgotten(lesson):
    held = [hold_seat(SeatWish(lesson.public_id, "somewhere"), None, CLIENT, START) for _ in range(2)]
    booked = db.session.get_one(Person, held[0].person_id)
    booked.email, booked.email_confirmed_at = "guest@licensedhands.test", START
    db.session.commit()
    book_seat(held[0].public_id, booked.id, CLIENT, BASE_URL, START)
    later = START + 2 * DAY
    assert forget_guests(later) == 0
    expire_seats(later)
    assert forget_guests(later) == 1
    db.session.rollback()
    assert db.session.scalars(select(ClassSeat.state)).all() == ["booked"]


# --- who may teach ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["suspended", "draft"])
def test_nobody_takes_a_seat_with_somebody_who_is_not_listed(anna, lesson, sam, state):
    held = hold(lesson, sam)
    db.session.execute(update(Provider).where(Provider.id == anna.id).values(state=state))
    db.session.commit()
    with pytest.raises(Refused, match="not_bookable"):
        hold(lesson, PersonFactory())
    with pytest.raises(Refused, match="not_bookable"):
        book_seat(held.public_id, sam.id, CLIENT, BASE_URL, START)
    assert list_coming(db.session(), "anna", START) == []


def test_a_lapsed_credential_closes_the_class_and_makes_leaving_free(anna, lesson, sam):
    seat = book(lesson, sam)
    db.session.execute(
        update(Credential).where(Credential.provider_id == anna.id, Credential.kind == "license").values(valid_until=(AT - DAY).date())
    )
    db.session.commit()
    with pytest.raises(Refused, match="not_bookable"):
        hold(lesson, PersonFactory())
    _gone, verdict = leave_seat(seat.public_id, Leaving(), CLIENT, BASE_URL, AT - HOUR)
    assert (verdict.fee_cents, verdict.reason) == (0, "provider_lapsed")


def test_a_class_moves_to_no_day_without_standing(anna, lesson, sam):
    seat = book(lesson, sam)
    db.session.execute(
        update(Credential).where(Credential.provider_id == anna.id, Credential.kind == "license").values(valid_until=AT.date())
    )
    db.session.commit()
    with pytest.raises(Refused, match="not_bookable"):
        move_class(lesson.public_id, anna.id, AT + DAY, ANNA, BASE_URL, START)
    assert (class_of(lesson).starts_at, seat_of(seat).sequence, sound()) == (AT, 0, [])
    assert move_class(lesson.public_id, anna.id, AT + HOUR, ANNA, BASE_URL, START).sequence == 1


def test_no_seat_once_the_class_has_begun(lesson, sam):
    held = hold(lesson, sam, AT - SECOND)
    with pytest.raises(Refused, match="too_late"):
        book_seat(held.public_id, sam.id, CLIENT, BASE_URL, AT)
    with pytest.raises(Refused, match="too_late"):
        hold(lesson, PersonFactory(), AT)


# --- leaving ------------------------------------------------------------------------------------------------------------------


def test_a_seat_that_is_left_is_free_at_once_and_the_number_is_had_again(lesson):
    people = [PersonFactory() for _ in range(4)]
    seats = [book(lesson, person) for person in people[:3]]
    gone, verdict = leave_seat(seats[1].public_id, Leaving(0), CLIENT, BASE_URL, START)
    assert (gone.seat.state, gone.seat.sequence, verdict.fee_cents) == ("canceled", 1, 0)
    assert book(lesson, people[3]).number == 2
    assert kinds(gone.seat) == ["seat_canceled", "provider_seat_canceled"]
    assert sound() == []


def test_leaving_late_costs_the_agreed_fee_and_the_ledger_says_so(lesson, sam):
    seat, late = book(lesson, sam), AT - 13 * HOUR
    with pytest.raises(Stale) as stale:
        leave_seat(seat.public_id, Leaving(0), CLIENT, BASE_URL, late)
    assert stale.value.details["fee_cents"] == 1_250
    leave_seat(seat.public_id, Leaving(1_250), CLIENT, BASE_URL, late)
    [entry] = db.session.scalars(select(LedgerEntry))
    assert (entry.memo, entry.amount_cents, entry.provider_id, entry.person_id) == ("late_cancel_fee", 1_250, lesson.provider_id, sam.id)
    row = seat_of(seat)
    assert (row.fee_cents, row.due_cents) == (1_250, 1_250)
    take_payment(seat.public_id, "cash", ANNA, AT)
    row = seat_of(seat)
    assert (row.paid_cents, row.due_cents, sound(AT)) == (1_250, 0, [])
    with pytest.raises(Conflict, match="wrong_state"):
        leave_seat(seat.public_id, Leaving(), CLIENT, BASE_URL, late)


def test_the_terms_agreed_hold_whatever_the_therapist_says_later(anna, lesson, sam):
    seat = book(lesson, sam)
    kept = seat_of(seat).terms["steps"]
    assert [step["hours"] for step in kept] == [step.hours for step in get_facts(db.session(), anna.id).terms.steps]


# --- moving and calling off -----------------------------------------------------------------------------------------------------


def test_a_moved_class_takes_everybody_along(anna, lesson, sam):
    seat, held = book(lesson, sam), hold(lesson, PersonFactory())
    moved = move_class(lesson.public_id, anna.id, AT + DAY, ANNA, BASE_URL, START)
    assert (moved.starts_at, moved.sequence) == (AT + DAY, 1)
    row = seat_of(seat)
    assert (row.state, row.sequence, row.terms["starts_at"][:10]) == ("booked", 1, (AT + DAY).date().isoformat())
    assert seat_of(held).terms["starts_at"][:10] == (AT + DAY).date().isoformat()
    assert kinds(seat) == ["seat_booked", "seat_moved", "seat_reminder", "seat_reminder"]
    assert hold_visit(anna, sam, AT, START).state == "live"
    assert sound() == []


def test_a_class_moves_over_its_own_old_time_and_not_over_a_visit(anna, lesson, sam):
    assert move_class(lesson.public_id, anna.id, AT + timedelta(minutes=30), ANNA, BASE_URL, START).sequence == 1
    book_visit(anna, sam, AT + 3 * HOUR, START)
    with pytest.raises(Conflict, match="slot_taken"):
        move_class(lesson.public_id, anna.id, AT + 3 * HOUR, ANNA, BASE_URL, START)
    row = class_of(lesson)
    assert (row.starts_at, row.sequence, sound()) == (AT + timedelta(minutes=30), 1, [])


def test_a_class_that_stays_where_it_is_tells_nobody(anna, lesson, sam):
    seat = book(lesson, sam)
    assert move_class(lesson.public_id, anna.id, AT, ANNA, BASE_URL, START).sequence == 0
    assert "seat_moved" not in kinds(seat)


def test_a_class_called_off_frees_the_time_and_costs_nobody_anything(anna, lesson, sam):
    seat, held = book(lesson, sam), hold(lesson, PersonFactory())
    call_off(lesson.public_id, anna.id, "I am ill.", ANNA, BASE_URL, AT - HOUR)
    assert class_of(lesson).state == "called_off"
    assert (seat_of(seat).state, seat_of(seat).due_cents, seat_of(held).state) == ("canceled", 0, "expired")
    assert kinds(seat) == ["seat_canceled"]
    for verb in (
        partial(call_off, lesson.public_id, anna.id, None, ANNA, BASE_URL, START),
        partial(move_class, lesson.public_id, anna.id, AT + DAY, ANNA, BASE_URL, START),
        partial(hold, lesson, PersonFactory()),
    ):
        with pytest.raises(Conflict):
            verb()
    assert hold_visit(anna, sam, AT, START).state == "live"
    assert list_coming(db.session(), "anna", START) == sound() == []


# --- the day ------------------------------------------------------------------------------------------------------------------


def test_whoever_came_owes_the_price_and_pays_it_once(lesson, sam):
    seat = book(lesson, sam)
    with pytest.raises(Conflict, match="nothing_due"):
        take_payment(seat.public_id, "cash", ANNA, START)
    with pytest.raises(Conflict, match="too_early"):
        check_in_seat(seat.public_id, ANNA, AT - HOUR - SECOND)
    check_in_seat(seat.public_id, ANNA, AT - HOUR)
    assert (seat_of(seat).state, seat_of(seat).due_cents) == ("came", 2_500)
    take_payment(seat.public_id, "terminal", ANNA, AT)
    with pytest.raises(Conflict, match="nothing_due"):
        take_payment(seat.public_id, "cash", ANNA, AT)
    with pytest.raises(Conflict, match="wrong_state"):
        check_in_seat(seat.public_id, ANNA, AT)
    assert (seat_of(seat).paid_cents, sound(AT)) == (2_500, [])
    assert "seat_reminder" not in kinds(seat)


def test_whoever_did_not_come_owes_the_agreed_fee(lesson, sam):
    seat = book(lesson, sam)
    with pytest.raises(Conflict, match="too_early"):
        mark_absent(seat.public_id, ANNA, AT)
    mark_absent(seat.public_id, ANNA, AT + timedelta(minutes=15))
    assert (seat_of(seat).state, seat_of(seat).fee_cents, seat_of(seat).due_cents) == ("no_show", 2_500, 2_500)
    with pytest.raises(Conflict, match="wrong_state"):
        check_in_seat(seat.public_id, ANNA, AT + timedelta(minutes=16))


def test_a_free_class_writes_no_money(anna, sam):
    seat = book(plan(anna, price_cents=0), sam)
    check_in_seat(seat.public_id, ANNA, AT)
    assert (seat_of(seat).due_cents, db.session.scalars(select(LedgerEntry)).all(), sound(AT)) == (0, [], [])


# --- what the database guarantees by itself ---------------------------------------------------------------------------------------


def refused_by_database(**seat):
    with pytest.raises(IntegrityError):
        ClassSeatFactory(**seat)
    db.session.rollback()


def test_no_writer_at_all_gives_a_seat_twice_or_one_that_is_not_there(ctx):
    lesson, sam = ClassSessionFactory(capacity=2), PersonFactory()
    ClassSeatFactory(lesson=lesson, number=1, person=sam)
    refused_by_database(lesson=lesson, number=1)
    refused_by_database(lesson=lesson, number=0)
    refused_by_database(lesson=lesson, number=3)
    refused_by_database(lesson=lesson, number=3, capacity=3)
    refused_by_database(lesson=lesson, number=2, person=sam)
    ClassSeatFactory(lesson=lesson, number=1, state="canceled", ended_at=START)
    assert ClassSeatFactory(lesson=lesson, number=2).id


def test_no_writer_at_all_takes_a_seat_away_under_somebody(ctx):
    lesson = ClassSessionFactory(capacity=3)
    ClassSeatFactory(lesson=lesson, number=2)
    wider = update(ClassSession).where(ClassSession.id == lesson.id)
    for capacity in (5, 2):
        db.session.execute(wider.values(capacity=capacity))
        db.session.commit()
        assert db.session.scalars(select(ClassSeat.capacity)).all() == [capacity]
    with pytest.raises(IntegrityError):
        db.session.execute(wider.values(capacity=1))
    db.session.rollback()


# --- races ----------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def stage(app):
    """A class of three seats and many who want one, prepared outside of any context that stays open."""
    with app.app_context():
        anna = bookable_provider(slug="anna")
        lesson, people = plan(anna), [PersonFactory() for _ in range(RACERS)]
        db.session.expunge_all()
    return lesson, people


def states(app):
    with app.app_context():
        assert sound() == []
        rows = db.session.execute(select(ClassSeat.state, ClassSeat.number).where(ClassSeat.ended_at.is_(None)))
        return sorted((row.number, row.state) for row in rows)


def test_of_all_who_want_the_last_seats_exactly_as_many_get_one_as_there_are(app, stage):
    lesson, people = stage
    ended = race(app, [partial(book, lesson, person) for person in people])
    assert ended == {"done": 3, "class_full": RACERS - 3}
    assert states(app) == [(1, "booked"), (2, "booked"), (3, "booked")]


def test_one_person_who_asks_many_times_at_once_gets_one_seat(app, stage):
    lesson, people = stage
    ended = race(app, [partial(hold, lesson, people[0]) for _ in range(6)])
    assert ended == {"done": 1, "already_seated": 5}
    assert states(app) == [(1, "held")]


def test_whoever_leaves_while_others_want_in_never_makes_a_seat_too_many(app, stage):
    lesson, people = stage
    with app.app_context():
        seats = [book(lesson, person).public_id for person in people[:3]]
        db.session.remove()
    leaving = [partial(leave_seat, seat, Leaving(), CLIENT, BASE_URL, START) for seat in seats]
    ended = race(app, [*leaving, *(partial(book, lesson, person) for person in people[3:9])])
    assert ended["done"] + ended["class_full"] == 9
    assert 3 <= ended["done"] <= 6
    assert len(states(app)) == ended["done"] - 3


def test_a_class_is_called_off_while_people_take_seats_and_nobody_keeps_one(app, stage):
    lesson, people = stage
    off = partial(call_off, lesson.public_id, lesson.provider_id, None, ANNA, BASE_URL, START)
    ended = race(app, [off, *(partial(book, lesson, person) for person in people[:6])])
    assert sum(ended.values()) == 7
    assert states(app) == []


def test_a_class_and_a_visit_race_for_one_hour_and_one_gets_it(app, stage):
    lesson, people = stage
    with app.app_context():
        anna = db.session.get_one(Provider, lesson.provider_id)
        db.session.expunge_all()
    ended = race(app, [partial(plan, anna, starts_at=AT + DAY), partial(hold_visit, anna, people[0], AT + DAY, START)])
    assert ended == {"done": 1, "slot_taken": 1}


def test_a_move_takes_along_whoever_books_meanwhile(app, stage):
    lesson, people = stage
    move = partial(move_class, lesson.public_id, lesson.provider_id, AT + DAY, ANNA, BASE_URL, START)
    ended = race(app, [move, *(partial(book, lesson, person) for person in people[:3])])
    assert ended == {"done": 4}
    with app.app_context():
        ends = {seat.terms["starts_at"][:10] for seat in db.session.scalars(select(ClassSeat))}
        assert (ends, sound()) == ({(AT + DAY).date().isoformat()}, [])


def test_a_seat_is_no_visit(ctx):
    """What stands in the ledger about seats moves no visit's figures."""
    visit = AppointmentFactory()
    seat = ClassSeatFactory()
    check_in_seat(seat.public_id, ANNA, AT)
    db.session.refresh(visit)
    assert (visit.paid_cents, [line for line in findings(db.session(), AT) if "appointment" in line and "ledger" in line]) == (0, [])
