"""Whoever's newest answers mean stop gets no visit, keeps no other time and is not treated, by whatever verb anybody tries."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

import booking
from booking.appointments.actions.answer import accept
from booking.appointments.actions.book import book
from booking.appointments.actions.hand_over import Handing, answer_handover, offer_handover
from booking.appointments.actions.hold import HoldWish, hold_first_free, hold_time
from booking.appointments.actions.hold_series import SeriesStart, SeriesWanted, hold_series
from booking.appointments.actions.hold_together import BasketWanted, hold_together
from booking.appointments.actions.keep_by_hand import ForWhom, HandWish, keep_by_hand
from booking.appointments.actions.move import move
from booking.appointments.actions.offer import offer_freed
from booking.appointments.actions.progress import check_in
from booking.appointments.actions.wait import WaitWish, join_waitlist
from booking.appointments.changes.history import Doer
from booking.appointments.models import Appointment, Hold
from booking.appointments.rules.waiting import Wait
from booking.openings.rules.asking import Wish
from booking.screening import catalogue
from booking.screening.rules.form import BLOCK
from marketplace.accounts.models import Person
from marketplace.db import db
from marketplace.kernel.errors import Refused
from marketplace.kernel.walltime import local_day, to_minute
from providers.registry.rules import Owner
from providers.schedule.models import Claim
from providers.services.models import Service
from tests.factories import AccountFactory, PersonFactory, bookable_provider, person_of
from tests.support.visits import BASE_URL, CLIENT, answered, book_hold, book_visit, booking_of, clear_answers, visit_of

WISH = Wish("medical-massage", 60, "clinic")
THERAPIST, ADMIN = Doer("provider", "account:therapist"), Doer("admin", "account:admin")
STOPS = [rule.code for rule in catalogue.rules().values() if rule.action == BLOCK]


def one_start(anna, person, start, now):
    return hold_time(HoldWish(anna.slug, WISH, start), person.id, CLIENT, now)


def as_a_guest(anna, person, start, now):
    return hold_time(HoldWish(anna.slug, WISH, start, "somewhere"), None, CLIENT, now)


def whoever_is_free(anna, person, start, now):
    return hold_first_free([HoldWish(anna.slug, WISH, start)], person.id, CLIENT, now)


def a_series(anna, person, start, now):
    starts = (SeriesStart(start, 60), SeriesStart(start + timedelta(days=7), 60))
    return hold_series(SeriesWanted(anna.slug, WISH.service, "clinic", None, 7, starts), person.id, CLIENT, now).holds[0]


def a_basket(anna, person, start, now):
    wishes = (HoldWish(anna.slug, WISH, start), HoldWish(anna.slug, WISH, start + timedelta(days=1)))
    return hold_together(BasketWanted(wishes), person.id, CLIENT, now).holds[0]


def the_waitlist(anna, person, start, now):
    day = local_day(to_minute(start))
    join_waitlist(WaitWish(anna.slug, WISH, Wait(60, day, day, frozenset())), person.id, CLIENT, BASE_URL, now)
    assert offer_freed(now, BASE_URL) == 1
    return db.session.scalars(select(Hold).where(Hold.person_id == person.id)).one()


def by_a_therapists_hand(anna, person, start, now):
    known = visit_of(book_visit(anna, person, start + timedelta(days=5), now))
    wanted = HandWish(WISH, start, ForWhom(appointment=known.public_id))
    return keep_by_hand(Owner(anna.account_id, anna.name, THERAPIST.name), wanted, THERAPIST, BASE_URL, now)


def by_the_staffs_hand(anna, person, start, now):
    known = visit_of(book_visit(anna, person, start + timedelta(days=5), now))
    return keep_by_hand(anna.slug, HandWish(WISH, start, ForWhom(appointment=known.public_id)), ADMIN, BASE_URL, now)


WAYS_TO_HOLD = (
    one_start, as_a_guest, whoever_is_free, a_series, a_basket, the_waitlist, by_a_therapists_hand, by_the_staffs_hand,
)  # fmt: skip


def visits_at(start):
    return db.session.scalar(select(func.count()).select_from(Appointment).where(Appointment.starts_at == start))


@pytest.mark.parametrize("way", WAYS_TO_HOLD, ids=lambda way: way.__name__)
def test_what_is_held_is_not_booked(way, ctx, clock):
    anna, now, start = bookable_provider(), clock.now, clock.now + timedelta(days=2)
    hold = way(anna, PersonFactory(), start, now)
    owner = db.session.get_one(Person, hold.person_id)
    owner.email, owner.email_confirmed_at, owner.name = "somebody@example.com", now, "Some Body"
    db.session.commit()
    earlier = answered(owner, now)
    stopped = booking_of(hold, owner, now, {**clear_answers(), "dvt": True})
    for wanted in (stopped, replace(stopped, screening=earlier)):  # an older answer dodges nothing
        for doer in (CLIENT, THERAPIST, ADMIN):
            with pytest.raises(Refused) as refused:
                book(wanted, owner.id, doer, BASE_URL, now)
            assert refused.value.code == "screening_stop"
            db.session.rollback()
    assert visits_at(hold.starts_at) == 0
    answered(owner, now)  # a slip is put right, and the same hold is good again
    with pytest.raises(Refused, match="screening_stop"):
        book(stopped, owner.id, CLIENT, BASE_URL, now)
    db.session.rollback()
    book_hold(hold, owner, now)
    assert visits_at(hold.starts_at) == 1


@pytest.mark.parametrize("code", STOPS)
def test_each_stop_stops(code, ctx, clock):
    anna, person = bookable_provider(), PersonFactory()
    hold = one_start(anna, person, clock.now + timedelta(days=2), clock.now)
    with pytest.raises(Refused, match="screening_stop"):
        book_hold(hold, person, clock.now, {**clear_answers(), code: True})
    db.session.rollback()
    assert visits_at(hold.starts_at) == 0


def stop(visit, clock):
    answered(db.session.get_one(Person, visit.person_id), clock.now, fever=True)


@pytest.mark.parametrize("doer", [CLIENT, THERAPIST, ADMIN], ids=lambda doer: doer.part)
def test_a_visit_is_not_moved_until_the_answers_allow_it(doer, visit, clock):
    stop(visit, clock)
    later = visit.starts_at + timedelta(days=3)
    with pytest.raises(Refused, match="screening_stop"):
        move(visit.public_id, later, doer, BASE_URL, clock.now)
    db.session.rollback()
    assert visits_at(later) == 0
    answered(db.session.get_one(Person, visit.person_id), clock.now)
    assert move(visit.public_id, later, doer, BASE_URL, clock.now).appointment.starts_at == later


def test_a_visit_is_handed_to_nobody(visit, clock):
    bookable_provider(slug="colleague")
    stop(visit, clock)
    with pytest.raises(Refused, match="screening_stop"):
        offer_handover(visit.public_id, Handing("colleague", "They are ill."), ADMIN, BASE_URL, clock.now)
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(Claim).where(Claim.live)) == 1


def test_a_colleague_does_not_take_over_either(visit, clock):
    bookable_provider(slug="colleague")
    offer_handover(visit.public_id, Handing("colleague", "They are ill."), ADMIN, BASE_URL, clock.now)
    stop(visit, clock)
    with pytest.raises(Refused, match="screening_stop"):
        answer_handover(visit.public_id, CLIENT, BASE_URL, clock.now, accept=True)
    db.session.rollback()
    assert answer_handover(visit.public_id, CLIENT, BASE_URL, clock.now, accept=False)


def test_a_request_is_not_accepted_even_when_its_own_answers_are_too_old_to_count(ctx, clock):
    anna, person = bookable_provider(), PersonFactory()
    db.session.scalars(select(Service)).one().by_request = {"settings": ["clinic"], "new_clients_only": False, "answer_hours": 24}
    db.session.commit()
    screening = answered(person, clock.now)
    clock.advance(days=29, hours=23)
    hold = one_start(anna, person, clock.now + timedelta(days=2), clock.now)
    asked = visit_of(book(replace(booking_of(hold, person, clock.now), screening=screening), person.id, CLIENT, BASE_URL, clock.now))
    clock.advance(hours=2)
    stop(asked, clock)
    with pytest.raises(Refused, match="screening_stop"):
        accept(asked.public_id, THERAPIST, BASE_URL, clock.now)
    db.session.rollback()
    assert db.session.get_one(Appointment, asked.id, populate_existing=True).status == "requested"


@pytest.mark.parametrize("doer", [THERAPIST, ADMIN], ids=lambda doer: doer.part)
def test_nobody_is_treated(doer, visit, clock):
    stop(visit, clock)
    clock.advance(days=2)
    with pytest.raises(Refused, match="screening_stop"):
        check_in(visit.public_id, doer, clock.now)


def test_every_verb_that_gives_a_visit_its_minutes_asks_about_the_stop():
    """A new verb that turns or moves a claim into a visit's has to ask as well."""
    topics = Path(booking.__file__).parent
    lays = [
        path
        for path in sorted(topics.glob("*/actions/*.py"))
        if "move_claim(" in (source := path.read_text()) or ("turn_claim(" in source and "APPOINTMENT" in source)
    ]
    assert {path.stem for path in lays} >= {"answer", "hand_over", "move"}
    assert [path.name for path in lays if "refuse_stop(" not in path.read_text() and "usable_screening(" not in path.read_text()] == []


def test_programs_are_told_so(app, program, client_account, clock):
    with app.app_context():
        bookable_provider(slug="anna")
    me, start = program(client_account), (clock.now + timedelta(days=2)).isoformat()
    hold = me.post("/holds", {"provider": "anna", "service": "medical-massage", "minutes": 60, "setting": "clinic", "starts_at": start})
    consent = {"version": me.get("/screenings/form").json["consent"]["version"], "accepted": True}
    clear = me.post("/screenings", {"answers": clear_answers()}).json["id"]
    stopped = me.post("/screenings", {"answers": clear_answers(chest_pain=True)}).json
    assert (stopped["outcome"], stopped["advice"]) == ("stop", "call_911")
    for screening in (stopped["id"], clear):
        refused = me.post("/appointments", {"hold": hold.json["id"], "screening": screening, "consent": consent})
        assert (refused.status_code, refused.json["code"]) == (422, "screening_stop")
    assert me.get("/appointments").json["items"] == []
    again = me.post("/screenings", {"answers": clear_answers()}).json["id"]
    made = me.post("/appointments", {"hold": hold.json["id"], "screening": again, "consent": consent}).json
    me.post("/screenings", {"answers": clear_answers(chest_pain=True)})
    moved = me.post(f"/appointments/{made['id']}/reschedule", {"starts_at": (clock.now + timedelta(days=4)).isoformat()})
    assert (moved.status_code, moved.json["code"]) == (422, "screening_stop")


@pytest.fixture
def client_account(app):
    with app.app_context():
        account = AccountFactory()
        person_of(account)
        db.session.expunge_all()
    return account
