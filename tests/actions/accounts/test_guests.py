"""Guests: details, the code in the letter, and being forgotten."""

import pytest
from sqlalchemy import func, select

from marketplace import clock as product_clock
from marketplace.accounts.actions import GuestDetails, confirm_guest_code, set_guest_details
from marketplace.accounts.changes import add_guest
from marketplace.accounts.models import Person as PersonRow
from marketplace.db import db, transaction
from marketplace.kernel.errors import Conflict, Limited, Refused
from marketplace.outbox.models import Letter
from tests.factories import PersonFactory

GUEST = GuestDetails("Gil Gast", "Gil@Example.com", "(212) 555-0177")


def now():
    return product_clock.now()


def code() -> str:
    return db.session.scalars(select(Letter).order_by(Letter.id.desc())).first().facts["code"]


def start_guest(at):
    with transaction() as session:
        return add_guest(session, at)


@pytest.fixture
def guest(ctx):
    return start_guest(now())


def confirmed(guest) -> bool:
    db.session.rollback()
    return db.session.scalar(select(PersonRow.email_confirmed_at).where(PersonRow.id == guest.id)) is not None


def test_the_code_in_the_letter_confirms_the_address(guest):
    set_guest_details(guest.id, GUEST, now())
    row = db.session.get(PersonRow, guest.id)
    assert (row.name, row.email, row.phone) == ("Gil Gast", "gil@example.com", "+12125550177")
    assert len(code()) == 6
    confirm_guest_code(guest.id, f" {code()[:3]} {code()[3:]} ", now())
    assert confirmed(guest)


def test_a_code_is_not_kept_in_the_open(guest):
    set_guest_details(guest.id, GUEST, now())
    raw = str(db.session.connection().exec_driver_sql("SELECT * FROM person, outbox_letter").all())
    assert code() not in raw


@pytest.mark.parametrize(("seconds", "good"), [(599, True), (600, False)])
def test_a_code_holds_ten_minutes(guest, clock, seconds, good):
    set_guest_details(guest.id, GUEST, now())
    clock.advance(seconds=seconds)
    if good:
        confirm_guest_code(guest.id, code(), now())
    else:
        with pytest.raises(Refused, match="code_expired"):
            confirm_guest_code(guest.id, code(), now())
    assert confirmed(guest) is good


def test_five_wrong_codes_end_it(guest):
    set_guest_details(guest.id, GUEST, now())
    wrong = "000000" if code() != "000000" else "111111"
    for _ in range(5):
        with pytest.raises(Refused, match="bad_code"):
            confirm_guest_code(guest.id, wrong, now())
    with pytest.raises(Limited, match="too_many_attempts"):
        confirm_guest_code(guest.id, code(), now())
    assert not confirmed(guest)


def test_a_code_is_for_one_guest_and_address(guest):
    set_guest_details(guest.id, GUEST, now())
    first = code()
    set_guest_details(guest.id, GuestDetails("Gil", "other@example.com", GUEST.phone), now())
    if first != code():
        with pytest.raises(Refused, match="bad_code"):
            confirm_guest_code(guest.id, first, now())


def test_a_confirmed_address_needs_no_new_code_and_another_does(guest):
    set_guest_details(guest.id, GUEST, now())
    confirm_guest_code(guest.id, code(), now())
    set_guest_details(guest.id, GuestDetails("Gil G.", "gil@example.com", GUEST.phone), now())
    assert confirmed(guest)
    assert db.session.scalar(select(func.count()).select_from(Letter)) == 1
    set_guest_details(guest.id, GuestDetails("Gil", "other@example.com", GUEST.phone), now())
    assert not confirmed(guest)


def test_nobody_is_flooded_with_codes(guest, clock):
    for _ in range(5):
        set_guest_details(guest.id, GUEST, now())
    with pytest.raises(Limited, match="too_many_codes"):
        set_guest_details(start_guest(now()).id, GUEST, now())
    clock.advance(minutes=15)
    set_guest_details(guest.id, GUEST, now())


@pytest.mark.parametrize(
    ("details", "field"),
    [
        (GuestDetails("", GUEST.email, GUEST.phone), "name"),
        (GuestDetails("www.evil.example", GUEST.email, GUEST.phone), "name"),
        (GuestDetails("Gil", "x@", GUEST.phone), "email"),
        (GuestDetails("Gil", "gil@example.com\nBcc: a@example.com", GUEST.phone), "email"),
        (GuestDetails("Gil", GUEST.email, "555"), "phone"),
        (GuestDetails("Gil", GUEST.email, "+12125550177 ext <script>"), "phone"),
    ],
)
def test_details_that_will_not_do(guest, details, field):
    with pytest.raises(Refused) as refused:
        set_guest_details(guest.id, details, now())
    assert [fault.field for fault in refused.value.faults] == [field]


def test_an_account_s_person_is_no_guest(ctx):
    person = PersonFactory()
    if person.account_id is None:
        pytest.skip("the factory makes guests")
    with pytest.raises(Conflict, match="has_account"):
        set_guest_details(person.id, GUEST, now())
