"""Lateness and reliability as programs and people use them, with scripts or without."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from booking.appointments.actions.cancel import Cancelling, cancel
from booking.appointments.actions.progress import complete
from booking.appointments.changes.history import Doer
from booking.reliability.actions.judge import judge_everybody
from marketplace.db import db
from providers.limits.models import ProviderLimit
from providers.registry.models import Provider
from tests.factories import AccountFactory, PersonFactory
from tests.support.visits import BASE_URL, book_hold, book_visit, hold_visit

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
ANNA = Doer("provider", "account:anna")


@pytest.fixture
def under_way(app, sides, clock):
    """The two sides, and the id of their visit that began twenty minutes ago."""
    client, therapist, visit = sides
    clock.advance(days=14, minutes=20)
    return client, therapist, visit


@pytest.fixture
def unreliable(app, sides, clock):
    """Anna has canceled five visits at late notice, the last one after a warning."""
    with app.app_context():
        anna = db.session.scalars(select(Provider).where(Provider.slug == "anna")).one()
        for number in range(5):
            if number == 4:
                judge_everybody(clock.now, BASE_URL)
                clock.advance(hours=1)
            made = book_visit(anna, PersonFactory(), clock.now.replace(hour=16, minute=0) + DAY, clock.now)
            cancel(made.booked.appointment.public_id, Cancelling(), ANNA, BASE_URL, clock.now)
        judge_everybody(clock.now + timedelta(minutes=10), BASE_URL)
        db.session.remove()
    return sides[1]


def rests(app):
    with app.app_context():
        return db.session.scalar(select(ProviderLimit.kind))


def test_both_sides_say_it_and_both_statements_are_kept(app, under_way, program, clock):
    client, therapist, visit = under_way
    me, anna, path = program(client), program(therapist), f"/appointments/{visit}/lateness"
    assert me.get(path).json["statements"] == []
    made = me.post(path, {"minutes": 25})
    assert (made.status_code, made.json["counted_minutes"], made.json["may_say"]) == (201, 0, False)
    assert me.post(path, {"minutes": 30}).json["code"] == "said_already"
    answered = anna.post(path, {"minutes": 15})
    assert (answered.status_code, answered.json["counted_minutes"], answered.json["differ"]) == (201, 15, True)
    assert [(one["side"], one["minutes"]) for one in anna.get(path).json["statements"]] == [("client", 25), ("provider", 15)]
    with app.app_context():
        complete(visit, ANNA, clock.now + HOUR)
        db.session.remove()
    clock.advance(hours=1)
    given = anna.post(path, {"minutes": 15, "given_minutes": 45})
    assert (given.status_code, given.json["statements"][1]["back_cents"]) == (201, 4_180)
    assert me.get(f"/appointments/{visit}").json["due_cents"] == 12_540


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({}, 422, "minutes"),
        ({"minutes": "twenty"}, 422, "minutes"),
        ({"minutes": True}, 422, "minutes"),
        ({"minutes": -1}, 422, "minutes"),
        ({"minutes": 241}, 422, "minutes"),
        ({"minutes": 5, "given_minutes": "all"}, 422, "given_minutes"),
        ({"minutes": 5, "why": "rain"}, 400, "why"),
    ],
)
def test_what_cannot_be_said_is_refused_by_its_field(under_way, program, body, status, field):
    client, _therapist, visit = under_way
    answer = program(client).post(f"/appointments/{visit}/lateness", body)
    assert (answer.status_code, [fault["field"] for fault in answer.json["errors"]]) == (status, [field])


def test_a_therapist_reads_every_line_and_why(app, unreliable, program):
    whole = program(unreliable).get("/provider/reliability").json
    assert (whole["level"], whole["limit"], whole["points"], whole["lines_counted"]) == ("requests_only", "requests_only", 10, 5)
    assert {line["why"] for line in whole["lines"]} == {"cancelled_late"}
    assert [step["level"] for step in whole["steps"]] == ["requests_only", "warned"]
    assert whole["policy"]["levels"][0] == {"level": "warned", "points": 3, "percent": 5}


def test_staff_see_the_list_and_lift_with_a_reason_until_a_day(app, unreliable, program, clock):
    admin = program(_admin(app))
    [row] = admin.get("/admin/reliability").json["items"]
    assert (row["slug"], row["limit"]) == ("anna", "requests_only")
    path, until = "/admin/reliability/anna/lift", (clock.now + 5 * DAY).date().isoformat()
    for body, field in (
        ({"until_on": until}, "reason"),
        ({"reason": "A flood."}, "until_on"),
        ({"reason": "A flood.", "until_on": "soon"}, "until_on"),
        ({"reason": "A flood.", "until_on": "2020-01-01"}, "until_on"),
    ):
        refused = admin.post(path, body)
        assert (refused.status_code, refused.json["errors"][0]["field"]) == (422, field)
    assert rests(app) == "requests_only"
    lifted = admin.post(path, {"reason": "A flood.", "until_on": until})
    assert (lifted.status_code, lifted.json["limit"], lifted.json["lifted_until"]) == (200, None, until)
    assert rests(app) is None
    assert admin.post("/admin/reliability/nobody/lift", {"reason": "A flood.", "until_on": until}).status_code == 404
    assert program(unreliable).post(path, {"reason": "A flood.", "until_on": until}).status_code == 403


def _admin(app):
    with app.app_context():
        account = AccountFactory(role="admin")
        db.session.refresh(account)
        db.session.expunge_all()
        return account


# --- pages ----------------------------------------------------------------------------------------------------------------------


def test_a_client_says_it_on_the_page_of_the_visit(under_way, visitor):
    client, therapist, visit = under_way
    me = visitor(client)
    assert "My therapist was late" in me.open(f"/appointments/{visit}").text
    path = f"/appointments/{visit}/lateness"
    assert me.open(path).status_code == 200
    assert me.submit(minutes="soon").status_code == 422
    told = me.submit(minutes="25")
    assert (told.request.path, "25 minutes late" in told.text) == (f"/appointments/{visit}", True)
    assert "What was said stays as it is" in me.open(path).text
    anna = visitor(therapist)
    page = anna.open(f"/provider/appointments/{visit}").text
    assert "25 minutes late" in page
    assert "I was late" in page
    anna.open(f"/provider/appointments/{visit}/lateness")
    assert "Both statements are kept" in anna.submit(minutes="15").text
    assert "15 minutes late" in me.open(f"/appointments/{visit}").text


def test_the_therapist_gives_the_price_of_missing_minutes_back(app, under_way, visitor, clock):
    client, therapist, visit = under_way
    with app.app_context():
        complete(visit, ANNA, clock.now)
        db.session.remove()
    anna, path = visitor(therapist), f"/provider/appointments/{visit}/lateness"
    assert "Each missing minute takes about $2.79 off the price" in anna.open(path).text
    assert anna.submit(minutes="15", given_minutes="75").status_code == 422
    assert "$41.80 came off the price" in anna.submit(minutes="15", given_minutes="45").text
    assert "$41.80 came off the price" in visitor(client).open(f"/appointments/{visit}").text


def test_a_guest_says_it_behind_their_link(app, sides, clock, visitor):
    with app.app_context():
        anna = db.session.scalars(select(Provider).where(Provider.slug == "anna")).one()
        person = PersonFactory()
        key = book_hold(hold_visit(anna, person, clock.now + 3 * DAY, clock.now), person, clock.now, guest=True).guest_key
        db.session.remove()
    clock.advance(days=3, minutes=10)
    me = visitor()
    assert f"/visits/{key}/lateness" in me.open(f"/visits/{key}").text
    me.open(f"/visits/{key}/lateness")
    assert "10 minutes late" in me.submit(minutes="10").text
    assert me.open("/visits/nobody/lateness").status_code == 404


def test_a_visit_to_come_says_nothing_of_it(sides, visitor):
    client, therapist, visit = sides
    assert "was late" not in visitor(client).open(f"/appointments/{visit}").text
    assert "was late" not in visitor(therapist).open(f"/provider/appointments/{visit}").text


def test_the_desk_and_the_record_say_what_rests_on_a_therapist(unreliable, visitor):
    anna = visitor(unreliable)
    assert "Your bookings come as requests." in anna.open("/provider").text
    page = anna.open("/provider/reliability").text
    assert page.count("A confirmed visit was canceled at late notice.") == 5
    assert "Version 1" in page


def test_whoever_has_nothing_on_their_record_is_told_so(sides, visitor):
    _client, therapist, _visit = sides
    anna = visitor(therapist)
    assert "/provider/reliability" in anna.open("/provider").text
    assert "Nothing follows." in anna.open("/provider/reliability").text


def test_staff_lift_on_the_page(app, unreliable, visitor, clock):
    admin = visitor(_admin(app))
    assert 'href="/admin/reliability"' in admin.open("/admin/providers").text
    assert "/admin/reliability/anna" in admin.open("/admin/reliability").text
    admin.open("/admin/reliability/anna")
    assert admin.submit(reason="", until_on="").status_code == 422
    assert rests(app) == "requests_only"
    page = admin.submit(reason="A flood.", until_on=(clock.now + 5 * DAY).date().isoformat())
    assert (page.status_code, "A flood." in page.text) == (200, True)
    assert rests(app) is None


def test_clients_read_that_each_booking_is_confirmed_and_no_reason(unreliable, visitor, program):
    service = program(None).get("/providers/anna").json["services"][0]
    assert service["by_request"]["settings"] == ["clinic"]
    assert "reliab" not in visitor().open("/providers/anna").text.lower()


def test_another_client_has_no_part_in_it(app, under_way, visitor, program):
    _client, _therapist, visit = under_way
    with app.app_context():
        other = AccountFactory()
        PersonFactory(account=other)
        db.session.refresh(other)
        db.session.expunge_all()
    assert visitor(other).open(f"/appointments/{visit}/lateness").status_code == 404
    assert program(other).get(f"/appointments/{visit}/lateness").status_code == 404
