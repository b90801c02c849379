"""Booking by hand over the web: a therapist for their clients, the staff with anybody; the client's own yes makes the visit."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from booking.appointments.models import Appointment, Hold
from marketplace.db import db
from marketplace.outbox.models import Letter
from providers.registry.models import Provider
from tests.factories import AccountFactory, PersonFactory, WeeklyHoursFactory, bookable_provider
from tests.support.visits import book_visit


@pytest.fixture
def desks(app, clock):
    """Two therapists, an admin, and a visit that anna has in two days at noon."""
    with app.app_context():
        accounts = {name: AccountFactory(role="provider") for name in ("anna", "bea")}
        providers = {name: bookable_provider(account=account, slug=name) for name, account in accounts.items()}
        visit = book_visit(providers["anna"], PersonFactory(name="Priya Natarajan"), clock.now + timedelta(days=2), clock.now)
        return accounts | {"admin": AccountFactory(role="admin"), "visit": visit.booked.appointment.public_id}


def sent(clock, hours=72, **change):
    body = {
        "client": {"name": "Ruth Weiss", "email": "ruth@example.com"},
        "service": "medical-massage",
        "minutes": 60,
        "setting": "clinic",
        "starts_at": (clock.now + timedelta(hours=hours)).isoformat(),
    }
    return body | change


def test_a_therapist_by_program(app, clock, program, desks):
    anna = program(desks["anna"])
    made = anna.post("/provider/appointments", sent(clock))
    assert (made.status_code, made.json["status"], made.json["overrides"]) == (201, "requested", [])
    taken = anna.post("/provider/appointments", sent(clock, 48.5))
    assert (taken.status_code, taken.json["code"]) == (409, "slot_taken")
    assert {one["client"]: one["starts_at"] for one in taken.json["in_the_way"]}["Priya N."] == "2027-01-14T12:00:00-05:00"
    early = anna.post("/provider/appointments", sent(clock, 67))
    assert (early.status_code, early.json["code"]) == (422, "override_needed")
    assert [(one["code"], one["overridable"]) for one in early.json["objections"]] == [("outside_hours", True)]
    reason = {"code": "outside_hours", "reason": "Works from nine"}
    passed = anna.post("/provider/appointments", sent(clock, 67, override=[reason]))
    assert passed.json["overrides"] == [reason | {"sentence": "This is outside the hours kept."}]
    public_id = made.json["id"]
    assert program(desks["bea"]).delete(f"/provider/kept/{public_id}").status_code == 404
    assert anna.delete(f"/provider/kept/{public_id}").status_code == 204


def test_what_is_kept_stands_at_the_desk_by_name_and_is_taken_back_there(clock, program, visitor, desks):
    program(desks["anna"]).post("/provider/appointments", sent(clock))
    desk = visitor(desks["anna"])
    for address in ("/provider", "/provider/calendar"):
        assert "Ruth W." in desk.open(address).text
    assert "Ruth W." not in visitor(desks["bea"]).open("/provider").text
    page = desk.submit(at="/back")
    assert "This time can be booked again." in page.text
    assert "Ruth W." not in desk.open("/provider").text


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"client": {}}, 422),
        ({"client": {"name": "Ruth", "email": "nothing"}}, 422),
        ({"client": {"appointment": "AAAAAAAAAAAAAAAA"}}, 422),
        ({"service": "unknown"}, 422),
        ({"starts_at": "2027-01-15T12:00:00"}, 400),
        ({"override": [{"code": "overlap", "reason": "Please"}]}, 422),
        ({"override": [{"code": "too_soon", "reason": ""}]}, 422),
        ({"total_cents": 1}, 400),
    ],
)
def test_what_cannot_be_meant_is_refused(app, clock, program, desks, change, status):
    assert program(desks["anna"]).post("/provider/appointments", sent(clock, **change)).status_code == status
    with app.app_context():
        assert len(db.session.scalars(select(Hold)).all()) == 1


def test_staff_with_anybody(clock, program, desks):
    admin = program(desks["admin"])
    made = admin.post("/admin/providers/bea/appointments", sent(clock))
    assert made.status_code == 201
    assert admin.delete(f"/admin/providers/anna/kept/{made.json['id']}").status_code == 404
    assert admin.delete(f"/admin/providers/bea/kept/{made.json['id']}").status_code == 204
    assert program(desks["anna"]).post("/admin/providers/bea/appointments", sent(clock)).status_code == 403


def test_pages_without_script(app, visitor, desks):
    anna = visitor(desks["anna"])
    anna.open("/provider/book")
    typed = {"known": desks["visit"], "visit": "medical-massage|60", "setting": "clinic", "starts_on": "2027-01-15", "starts_time": "07:00"}
    page = anna.submit(**typed)
    assert page.status_code == 422
    assert "This is outside the hours kept." in page.text
    page = anna.submit(**typed, **{"reason-outside_hours": "Works from nine"})
    assert "Your client gets a letter" in page.text
    taken = visitor(desks["anna"])
    taken.open("/provider/book")
    page = taken.submit(**typed | {"starts_on": "2027-01-14", "starts_time": "12:30"})
    assert page.status_code == 409
    assert "Priya N." in page.text
    admin = visitor(desks["admin"])
    assert admin.open("/admin/providers/bea/book").status_code == 200


def test_a_sunday_evening_is_looked_at_in_its_own_week(app, visitor, desks):
    """In UTC it is Monday by then."""
    with app.app_context():
        anna_row = db.session.scalars(select(Provider).where(Provider.slug == "anna")).one()
        WeeklyHoursFactory(
            provider=anna_row, settings=["clinic"], weekday=6, opens_minute=18 * 60, closes_minute=23 * 60, staffing="full_time"
        )
    anna = visitor(desks["anna"])
    anna.open("/provider/book")
    typed = {"known": desks["visit"], "visit": "medical-massage|60", "setting": "clinic", "starts_on": "2027-01-17", "starts_time": "21:00"}
    assert anna.submit(**typed).request.args["week"] == "2027-01-17"


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01"])
def test_days_that_no_calendar_has_are_refused(visitor, desks, day):
    anna = visitor(desks["anna"])
    anna.open("/provider/book")
    typed = {"known": desks["visit"], "visit": "medical-massage|60", "setting": "clinic", "starts_on": day, "starts_time": "23:59"}
    assert anna.submit(**typed).status_code == 422


def test_a_time_that_the_clocks_leave_out_is_refused(visitor, desks):
    anna = visitor(desks["anna"])
    anna.open("/provider/book")
    typed = {"known": desks["visit"], "visit": "medical-massage|60", "setting": "clinic", "starts_on": "2027-03-14", "starts_time": "02:30"}
    page = anna.submit(**typed)
    assert page.status_code == 422
    assert "does not exist" in page.text


def test_somebody_new_makes_it_a_visit_by_the_letters_link(app, clock, program, visitor, desks):
    program(desks["anna"]).post("/provider/appointments", sent(clock))
    with app.app_context():
        facts = db.session.scalars(select(Letter.facts).where(Letter.kind == "visit_kept")).one()
    path = "/kept/" + facts["link"].partition("/kept/")[2]
    ruth = visitor(None)
    page = ruth.open(path)
    assert "A time kept for you" in page.text
    assert "$" in page.text
    assert "/checkout/" in ruth.submit().request.path
    assert visitor(None).open(path[:-1] + "!").status_code == 404
    with app.app_context():
        assert len(db.session.scalars(select(Appointment)).all()) == 1, "nothing is booked by a link"
    clock.set(clock.now + timedelta(days=3))
    assert "This time is not kept any more" in visitor(None).open(path).text
