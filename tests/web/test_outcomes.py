"""Outcomes on pages and for programs: whose they are, who may see them, and what becomes of them over time."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from booking.appointments.models import Appointment
from booking.outcomes.models import Outcome
from marketplace.audit import AuditEntry
from marketplace.db import db
from marketplace.webkit.masking import mask

DAY = timedelta(days=1)
ACTIVITY = "carry shopping upstairs"


def done(app, visit, clock):
    """The visit took place, and it is the hour after it."""
    with app.app_context():
        row = db.session.scalar(select(Appointment).where(Appointment.public_id == visit))
        row.status = "completed"
        clock.set(row.ends_at + timedelta(hours=1))
        db.session.commit()


def test_a_client_notes_and_a_therapist_measures_at_the_visit_and_both_see_the_trend(sides, program, clock):
    client, therapist, visit = sides
    me, anna = program(client), program(therapist)
    made = me.post("/outcomes", body={"measure": "nprs", "value": 7})
    assert (made.status_code, made.json["label"], made.json["value"], made.json["by"]) == (201, "now", 7, "client")
    turned = anna.post("/outcomes", body={"measure": "rom", "label": "neck_rotation_l", "value": 45, "appointment": visit})
    assert (turned.status_code, turned.json["by"], turned.json["appointment"]) == (201, "provider", visit)
    clock.advance(days=8)
    assert me.post("/outcomes", body={"measure": "nprs", "value": 5, "appointment": visit}).status_code == 201
    for who, at in ((me, None), (anna, visit)):
        said = who.get("/outcomes/trend", measure="nprs", appointment=at).json
        assert [point["value"] for point in said["points"]] == [7, 5]
        assert (said["first"], said["last"], said["change"], said["matters"]) == (7, 5, -2, True)
        assert (said["way"], said["better"]) == ("better", "lower")
    listed = me.get("/outcomes").json["outcomes"]
    assert [(one["measure"], one["value"]) for one in listed] == [("nprs", 5), ("rom", 45), ("nprs", 7)]
    assert listed == anna.get("/outcomes", appointment=visit).json["outcomes"]
    assert [one["value"] for one in me.get("/outcomes", appointment=visit).json["outcomes"]] == [5, 45]


@pytest.mark.parametrize(
    "body, field",
    [
        ({"measure": "nprs", "value": 11}, "value"),
        ({"measure": "nprs", "value": 4.5}, "value"),
        ({"measure": "nprs", "value": True}, "value"),
        ({"measure": "nprs", "value": "7"}, "value"),
        ({"measure": "nprs"}, "value"),
        ({"measure": "nprs", "value": 7, "label": "yesterday"}, "label"),
        ({"measure": "psfs", "value": 7}, "label"),
        ({"measure": "rom", "value": 45, "label": "neck_rotation_l"}, "measure"),
        ({"measure": "odi", "value": 40}, "measure"),
        ({"measure": "mood", "value": 7}, "measure"),
        ({"value": 7}, "measure"),
        ({"measure": "nprs", "value": 7, "person": 1}, "person"),
    ],
)
def test_what_is_on_no_scale_is_refused_by_its_field(sides, program, body, field):
    client, *_rest = sides
    me = program(client)
    answer = me.post("/outcomes", body=body)
    assert answer.status_code in (400, 422)
    assert field in answer.text
    assert me.get("/outcomes").json["outcomes"] == []


def test_a_huge_or_endless_number_is_refused_and_breaks_nothing(sides, program):
    me = program(sides[0])
    for value in (10**400, 1e308, -1, 0.1):
        assert me.post("/outcomes", body={"measure": "nprs", "value": value}).status_code in (400, 422)


def test_only_the_two_sides_of_a_visit_in_care_see_them(sides, program, outsiders):
    client, therapist, visit = sides
    anna = program(therapist)
    me = program(client)
    stranger, other = outsiders
    me.post("/outcomes", body={"measure": "nprs", "value": 7})
    for account in (stranger, other):
        other = program(account)
        assert other.get("/outcomes", appointment=visit).status_code == 404
        assert other.post("/outcomes", body={"measure": "nprs", "value": 1, "appointment": visit}).status_code == 404
    assert anna.get("/outcomes").status_code == 404
    assert anna.post("/outcomes", body={"measure": "nprs", "value": 1}).status_code == 422
    assert len(anna.get("/outcomes", appointment=visit).json["outcomes"]) == 1
    me.post(f"/appointments/{visit}/cancel", body={"expected_fee_cents": 0})
    assert anna.get("/outcomes", appointment=visit).status_code == 404
    assert len(me.get("/outcomes").json["outcomes"]) == 1


def test_each_reading_by_a_therapist_is_in_the_audit_and_nothing_of_it_is_readable_at_rest(app, sides, program, visitor):
    client, therapist, visit = sides
    program(client).post("/outcomes", body={"measure": "psfs", "label": ACTIVITY, "value": 3})
    assert program(therapist).get("/outcomes", appointment=visit).status_code == 200
    assert _readings(app) == 1
    assert ACTIVITY in visitor(therapist).open(f"/provider/appointments/{visit}/progress").text
    assert _readings(app) == 2
    with app.app_context():
        raw = str(db.session.connection().exec_driver_sql("SELECT * FROM outcome").all())
        audit = str([(entry.details, entry.verb) for entry in db.session.scalars(select(AuditEntry))])
        assert db.session.scalar(select(Outcome)).content["label"] == ACTIVITY
    for word in (ACTIVITY, "psfs", "shopping"):
        assert word not in raw
        assert word not in audit


def _readings(app):
    with app.app_context():
        return len(db.session.scalars(select(AuditEntry).where(AuditEntry.verb == "health.read")).all())


def test_the_same_key_twice_keeps_one_value(sides, program):
    me = program(sides[0])
    first, second = (me.post("/outcomes", body={"measure": "nprs", "value": 7}, key="one") for _ in range(2))
    assert first.json == second.json
    assert len(me.get("/outcomes").json["outcomes"]) == 1


def test_what_is_asked_depends_on_visits_that_took_place(app, sides, program, clock):
    client, _therapist, visit = sides
    me = program(client)
    assert me.get("/outcomes").json["asked"] == []
    done(app, visit, clock)
    assert me.get("/outcomes").json["asked"][:2] == ["nprs", "stiffness"]
    me.post("/outcomes", body={"measure": "nprs", "value": 7})
    assert "nprs" not in me.get("/outcomes").json["asked"]


# --- pages -----------------------------------------------------------------------------------------------------------------------


def test_a_client_fills_in_the_sheet_and_sees_it_over_time(app, sides, visitor, clock):
    client, _therapist, visit = sides
    done(app, visit, clock)
    pages = visitor(client)
    assert "A visit has taken place" in pages.open("/progress").text
    page = pages.submit(at="/progress", pain_now="7", sleep="4", activity_0=ACTIVITY, level_0="3", global_change="1")
    assert "Saved." in page.text
    assert "A visit has taken place" not in pages.open("/progress").text
    assert "A little better" in pages.page.text.split("Over time")[1]
    clock.advance(days=8)
    pages = visitor(client)
    assert "<polyline" not in pages.open("/progress").text
    page = pages.submit(at="/progress", pain_now="4", level_0="6")
    text = page.text
    assert ACTIVITY in text
    assert "by more than chance" in text
    assert text.count("<polyline") == 3  # pain, the mean of the activities, the activity
    assert "as a table" in text


@pytest.mark.parametrize(
    "typed, words",
    [
        ({}, "Nothing is filled in yet."),
        ({"pain_now": "11"}, "between 0 and 10"),
        ({"pain_now": "much"}, "Not a valid integer"),
        ({"level_0": "5"}, "Say which activity"),
        ({"activity_0": "x" * 81, "level_0": "5"}, "80 characters"),
    ],
)
def test_a_slip_on_the_sheet_is_named_and_nothing_is_kept(sides, visitor, program, typed, words):
    pages = visitor(sides[0])
    pages.open("/progress")
    page = pages.submit(at="/progress", **typed)
    assert page.status_code == 422
    assert words in page.text
    assert program(sides[0]).get("/outcomes").json["outcomes"] == []


def test_a_therapist_measures_on_a_page(sides, visitor, program):
    client, therapist, visit = sides
    pages, path = visitor(therapist), f"/provider/appointments/{visit}/progress"
    assert "Nothing was taken down yet." in pages.open(path).text
    page = pages.submit(at=path, what="rom:lumbar_flexion", value="60")
    assert "bending forward" in page.text
    assert "60 degrees" in page.text
    page = pages.submit(at=path, what="peg", value="6.3")
    assert "6.3" in page.text
    for what, value in (("peg", "6.35"), ("nprs:now", "12"), ("psfs", "3"), ("x", "1")):
        assert pages.submit(at=path, what=what, value=value).status_code == 422
    assert len(program(client).get("/outcomes").json["outcomes"]) == 2


def test_the_words_of_an_activity_stand_in_no_servers_log():
    asked = "GET /api/v1/outcomes/trend?measure=psfs&label=lift+my+son&appointment=abc HTTP/1.1"
    assert mask(asked) == "GET /api/v1/outcomes/trend?measure=psfs&label=…&appointment=abc HTTP/1.1"
