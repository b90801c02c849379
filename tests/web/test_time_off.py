"""Time off over the web: a therapist their own, staff anybody's, a colleague by link; the public reads days and a name, never why."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from marketplace.db import db
from marketplace.outbox.models import Letter
from providers.registry.models import Provider
from providers.schedule.models import TimeOff
from tests.factories import AccountFactory, PersonFactory, bookable_provider
from tests.support.visits import book_visit

WHY = "An operation on my knee"
SENT = {"from": "2027-01-15", "until": "2027-01-18", "message": "Back soon.", "colleague": "maya", "reason": WHY}


@pytest.fixture
def desks(app):
    with app.app_context():
        accounts = {name: AccountFactory(role="provider") for name in ("anna", "maya")}
        for name, account in accounts.items():
            bookable_provider(account=account, slug=name, name=f"{name.title()} Chen")
        return accounts | {"admin": AccountFactory(role="admin")}


def stated(app):
    with app.app_context():
        return db.session.scalars(select(TimeOff)).all()


def test_a_therapist_by_program(app, program, desks):
    anna, public = program(desks["anna"]), program(None)
    made = anna.post("/provider/time-off", SENT)
    assert (made.status_code, made.json["from"], made.json["until"]) == (201, "2027-01-15T00:00:00-05:00", "2027-01-19T00:00:00-05:00")
    assert made.json["colleague"] == {"slug": "maya", "name": "Maya Chen", "named": True}
    assert anna.get("/provider/time-off").json["items"] == [made.json]
    away = public.get("/providers/anna").json["away"]
    assert away == {
        "from": made.json["from"], "until": made.json["until"], "message": "Back soon.", "colleague": {"slug": "maya", "name": "Maya Chen"},
    }  # fmt: skip
    public_id = made.json["id"]
    assert program(desks["maya"]).delete(f"/provider/time-off/{public_id}").status_code == 404
    assert anna.post(f"/provider/time-off/{public_id}/end", {"until": "2027-01-17T12:00:00-05:00"}).status_code == 204
    assert anna.get("/provider/time-off").json["items"][0]["until"] == "2027-01-17T12:00:00-05:00"
    assert anna.delete(f"/provider/time-off/{public_id}").status_code == 204
    assert "away" not in public.get("/providers/anna").json


def test_what_is_far_ahead_is_nobodys_business_yet(program, desks):
    assert program(desks["anna"]).post("/provider/time-off", SENT | {"from": "2027-02-15", "until": "2027-02-18"}).status_code == 201
    assert "away" not in program(None).get("/providers/anna").json


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"from": "2027-01-15T09:00:00"}, 422),
        ({"from": "2027-01-15T09:00:00", "until": "2027-01-18T09:00:00"}, 400),
        ({"until": "2027-01-14"}, 422),
        ({"colleague": "nobody"}, 422),
        ({"colleague": "anna"}, 422),
        ({"message": "x" * 301}, 422),
        ({"why": "?"}, 400),
    ],
)
def test_what_cannot_be_meant_is_refused(app, program, desks, change, status):
    assert program(desks["anna"]).post("/provider/time-off", SENT | change).status_code == status
    assert stated(app) == []


def test_visits_inside_are_listed_first(app, clock, program, desks):
    with app.app_context():
        anna = desks["anna"].id
        provider = db.session.scalars(select(Provider).where(Provider.account_id == anna)).one()
        visit = book_visit(provider, PersonFactory(), clock.now + timedelta(days=4), clock.now).booked.appointment.public_id
    desk = program(desks["anna"])
    refused = desk.post("/provider/time-off", SENT)
    assert (refused.status_code, refused.json["code"]) == (409, "visits_inside")
    assert [one["id"] for one in refused.json["appointments"]] == [visit]
    made = desk.post("/provider/time-off", SENT | {"keep_visits": True})
    assert [one["id"] for one in made.json["appointments"]] == [visit]
    assert desk.get(f"/appointments/{visit}").json["attention"] == ["provider_away"]


def test_staff_on_somebodys_behalf(app, program, desks):
    admin = program(desks["admin"])
    made = admin.post("/admin/providers/anna/time-off", SENT)
    assert made.status_code == 201
    assert admin.get("/admin/providers/anna/time-off").json["items"] == [made.json]
    assert admin.post("/admin/providers/nobody/time-off", SENT).status_code == 404
    assert program(desks["maya"]).get("/admin/providers/anna/time-off").status_code == 403
    assert admin.delete(f"/admin/providers/maya/time-off/{made.json['id']}").status_code == 404
    assert admin.delete(f"/admin/providers/anna/time-off/{made.json['id']}").status_code == 204


@pytest.mark.parametrize("times", [{"first_time": "10:00"}, {"last_time": "23:59"}, {}])
@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01"])
def test_days_that_no_calendar_has_are_refused(visitor, desks, day, times):
    anna = visitor(desks["anna"])
    anna.open("/provider/time-off")
    assert anna.submit(at="/provider/time-off", first_on=day, last_on=day, **times).status_code == 422


def test_pages_without_script(app, visitor, desks):
    anna = visitor(desks["anna"])
    anna.open("/provider/time-off")
    page = anna.submit(
        at="/provider/time-off", first_on="2027-01-15", last_on="2027-01-18", message="Back soon.", colleague="maya", reason=WHY
    )
    assert "Maya Chen sees clients in the meantime." in page.text
    assert WHY in page.text
    public = visitor(None).open("/providers/anna")
    assert "Away from Jan 15 until Jan 19. Maya Chen sees clients in the meantime." in public.text
    assert "Back soon." in public.text
    assert WHY not in public.text
    maya = visitor(desks["maya"]).open("/provider/time-off")
    assert "Anna Chen" in maya.text
    admin = visitor(desks["admin"]).open("/admin/providers/anna/time-off")
    assert "Time off of Anna Chen" in admin.text


def test_a_name_comes_off_by_the_letters_link(app, program, visitor, desks):
    program(desks["anna"]).post("/provider/time-off", SENT)
    with app.app_context():
        facts = db.session.scalars(select(Letter.facts).where(Letter.kind == "colleague_named")).one()
    path = "/time-off/" + facts["link"].partition("/time-off/")[2]
    anybody = visitor(None)
    assert "Take your name off?" in anybody.open(path).text
    assert program(None).get("/providers/anna").json["away"]["colleague"] is not None
    assert "Your name is off" in anybody.submit(at=path).text
    assert program(None).get("/providers/anna").json["away"]["colleague"] is None
    assert visitor(None).open(path[:-1] + "!").status_code == 404
