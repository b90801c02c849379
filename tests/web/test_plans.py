"""Plans and pauses as programs and people use them, and who may read them."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from booking.appointments.models import Appointment
from marketplace.audit import AuditEntry
from marketplace.db import db
from tests.factories import bookable_provider, person_of
from tests.support.visits import book_visit

WORDS = "sit through a film"
PLAN = {"goals": [{"words": WORDS, "measure": "nprs", "target": 2}], "visits": 6, "review_after": 3, "home": "A walk a day."}


@pytest.fixture
def had(app, sides):
    """The two sides with their first visit done, and the visit's id."""
    client, therapist, visit = sides
    with app.app_context():
        row = db.session.scalars(select(Appointment).where(Appointment.public_id == visit)).one()
        row.status = "completed"
        db.session.commit()
    return client, therapist, visit


def test_a_plan_goes_from_one_side_to_the_other(app, had, program, clock):
    client, therapist, visit = had
    me, anna, path = program(client), program(therapist), f"/appointments/{visit}/plan"
    assert anna.get(path).status_code == 404
    made = anna.put(path, PLAN)
    assert (made.status_code, made.json["state"], made.json["verdict"]) == (200, "offered", "unmeasured")
    assert made.json["version"]["goals"] == [{"words": WORDS, "measure": "nprs", "label": "now", "target": 2}]
    estimate = made.json["version"]["estimate"]
    assert (estimate["each_cents"], estimate["total_cents"], estimate["promise"]) == (16_720, 100_320, False)
    assert anna.put(path, PLAN).json["version"]["number"] == 1
    [seen] = me.get("/plans").json["items"]
    assert (seen["state"], seen["version"]["home"]) == ("offered", "A walk a day.")
    accepted = me.post(f"/plans/{seen['id']}/accept", {"version": 1})
    assert (accepted.status_code, accepted.json["state"], accepted.json["in_force"]) == (200, "accepted", 1)
    assert me.post(f"/plans/{seen['id']}/accept", {"version": 2}).json["code"] == "plan_changed"
    [line] = anna.get("/plans").json["items"]
    assert (line["state"], line["visits_expected"], line["next_review"]) == ("accepted", 6, 3)
    assert WORDS not in str(line)
    refused = anna.post(f"/plans/{seen['id']}/decision", {"decision": "go_on"})
    assert (refused.status_code, refused.json["code"]) == (409, "wrong_state")
    ended = anna.post(f"/plans/{seen['id']}/decision", {"decision": "end", "words": "All done."})
    assert (ended.status_code, ended.json["state"]) == (200, "ended")
    assert me.get("/plans").json["items"][0]["steps"][-1]["words"] == "All done."


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "goals"),
        ({"goals": "much"}, "goals"),
        ({"goals": []}, "goals"),
        ({"goals": [{"words": WORDS}]}, "goals[0].measure"),
        ({"goals": [{"words": WORDS, "measure": "luck"}]}, "goals[0].measure"),
        ({"goals": [{"words": WORDS, "measure": "nprs", "target": "two"}]}, "goals[0].target"),
        ({"goals": [{"words": WORDS, "measure": "nprs", "target": 11}]}, "goals.0.target"),
        ({"goals": [{"words": WORDS, "measure": "nprs", "dose": 1}]}, "goals[0].dose"),
        ({"visits": 40}, "visits"),
        ({"review_after": 9}, "review_after"),
        ({"service": "cupping"}, "service"),
        ({"extra": 1}, "extra"),
    ],
)
def test_a_plan_that_cannot_stay_so_is_refused_by_its_field(had, program, body, field):
    _client, therapist, visit = had
    whole = PLAN | body if body else {}
    answer = program(therapist).put(f"/appointments/{visit}/plan", whole)
    assert answer.status_code in (400, 422)
    assert field in [fault["field"] for fault in answer.json["errors"]]


def test_each_look_of_the_therapist_is_in_the_clients_log(app, had, program):
    client, therapist, visit = had
    me, anna = program(client), program(therapist)
    anna.put(f"/appointments/{visit}/plan", PLAN)
    anna.get(f"/appointments/{visit}/plan")
    assert {row["what"] for row in me.get("/me/access-log").json["items"]} == {"plan"}
    with app.app_context():
        found = db.session.scalars(select(AuditEntry).where(AuditEntry.verb == "health.read")).all()
    assert all(WORDS not in str(entry.details) for entry in found)


def test_strangers_read_and_decide_nothing(had, program, outsiders):
    _client, therapist, visit = had
    anna = program(therapist)
    plan = anna.put(f"/appointments/{visit}/plan", PLAN).json["id"]
    stranger, other = outsiders
    theirs, bea = program(stranger), program(other)
    assert theirs.get("/plans").json["items"] == bea.get("/plans").json["items"] == []
    assert theirs.post(f"/plans/{plan}/accept", {"version": 1}).status_code == 404
    assert bea.post(f"/plans/{plan}/decision", {"decision": "end"}).status_code == 404
    for method, path in (("GET", "plan"), ("PUT", "plan"), ("POST", "pause")):
        body = {"PUT": PLAN, "POST": {"words": "See your physician."}}.get(method)
        assert bea.call(method, f"/appointments/{visit}/{path}", body).status_code == 404


def test_pausing_by_program(app, sides, program, clock):
    client, therapist, visit = sides
    me, anna = program(client), program(therapist)
    made = anna.post(f"/appointments/{visit}/pause", {"words": "See your physician first.", "letter": "Dear doctor"})
    assert (made.status_code, made.json["appointments"]) == (201, [visit])
    [paused] = me.get("/pauses").json["items"]
    assert (paused["words"], paused["letter"], paused["ended_at"]) == ("See your physician first.", "Dear doctor", None)
    seen = me.get(f"/appointments/{visit}").json
    assert (seen["status"], seen["attention"]) == ("confirmed", ["paused"])
    clock.advance(days=14, minutes=-5)
    assert me.get(f"/appointments/{visit}/cancellation").json["fee_cents"] == 0
    assert anna.post(f"/appointments/{visit}/check-in").json["code"] == "paused"
    again = anna.post(f"/appointments/{visit}/pause", {"words": "Once more."})
    assert (again.status_code, again.json["code"]) == (409, "paused_already")
    resumed = anna.post(f"/pauses/{made.json['id']}/end", {"how": "resumed"})
    assert (resumed.status_code, resumed.json["ended_how"]) == (200, "resumed")
    assert anna.post(f"/appointments/{visit}/check-in").status_code == 200


def test_what_is_had_by_plan_alone(had, program, clock):
    client, therapist, visit = had
    me, anna = program(client), program(therapist)
    assert anna.get("/provider/plan-policy").json == {"services": []}
    assert anna.put("/provider/plan-policy", {"services": ["medical-massage"]}).json == {"services": ["medical-massage"]}
    start = clock.now + timedelta(days=21)
    series = {
        "provider": "anna", "service": "medical-massage", "setting": "clinic", "minutes": 60, "every_days": 7,
        "visits": [{"starts_at": (start + timedelta(days=days)).isoformat()} for days in (0, 7)],
    }  # fmt: skip
    refused = me.post("/series", series)
    assert (refused.status_code, refused.json["code"]) == (422, "plan_needed")
    plan = anna.put(f"/appointments/{visit}/plan", PLAN).json["id"]
    assert me.post(f"/plans/{plan}/accept", {"version": 1}).status_code == 200
    assert me.post("/series", series).status_code == 201


# --- pages --------------------------------------------------------------------------------------------------------------------


def test_both_sides_on_pages(app, had, visitor, clock):
    client, therapist, visit = had
    mine, desk, path = visitor(client), visitor(therapist), f"/provider/appointments/{visit}/plan"
    assert "No plan yet." in mine.open("/plans").text
    assert "There is no plan yet." in desk.open(path).text
    page = desk.submit(at=path, visits="6", every_days="7", review_after="9", words_0=WORDS, measure_0="nprs:now", target_0="2")
    assert page.status_code == 422
    assert "Look again after the first visit at the earliest." in page.text
    page = desk.submit(at=path, visits="6", every_days="7", review_after="2", words_0=WORDS, measure_0="psfs", target_0="7")
    assert page.status_code == 422
    assert "Say which activity" in page.text
    page = desk.submit(
        at=path, visits="6", every_days="7", review_after="1", words_0=WORDS, measure_0="nprs:now", target_0="2", home="A walk a day."
    )  # fmt: skip
    assert "Your client is asked for a yes." in page.text
    shown = mine.open("/plans").text
    assert WORDS in shown
    assert "$1,003.20 in all, $167.20 each" in shown
    assert "Pain (now) · to reach 2 of 10" in shown
    assert "Accepted." in mine.submit(at="/accept").text
    with app.app_context():
        row = db.session.scalars(select(Appointment).where(Appointment.public_id == visit)).one()
        anna, sam = row.provider_id, person_of(client)
        from_now = row.starts_at + timedelta(days=7)
        provider = db.session.get_one(type(bookable_provider()), anna)
        second = book_visit(provider, sam, from_now, clock.now).booked.appointment
        second_id = second.public_id
        db.session.commit()
    assert "Visit 1 of 6 of your plan" in mine.open(f"/appointments/{second_id}").text
    assert "Visit 1 of 6 of the plan" in desk.open(f"/provider/appointments/{second_id}").text
    with app.app_context():
        db.session.scalars(select(Appointment).where(Appointment.public_id == second_id)).one().status = "completed"
        db.session.commit()
    assert "One plan waits for a look" in desk.open("/provider").text
    assert "Look whether it helps" in desk.open("/provider/plans").text
    page = desk.open(f"/provider/appointments/{second_id}/plan")
    assert "Time to look whether it helps." in page.text
    assert "Nothing was measured at both ends" in desk.submit(at="/decision", decision="go_on").text
    assert "Written down." in desk.submit(at="/decision", decision="go_on", words="Measured next time.").text
    assert "Measured next time." in mine.open("/plans").text


def test_referring_back_on_pages(app, sides, visitor):
    client, therapist, visit = sides
    mine, desk, path = visitor(client), visitor(therapist), f"/provider/appointments/{visit}/pause"
    desk.open(path)
    page = desk.submit(at=path, words="")
    assert page.status_code == 422
    page = desk.submit(at=path, words="See your physician before we go on.", letter="Dear doctor")
    assert "One visit is kept." in page.text
    assert "You have paused this visit." in desk.open(f"/provider/appointments/{visit}").text
    assert "Your therapist has paused this visit." in mine.open(f"/appointments/{visit}").text
    shown = mine.open("/plans").text
    assert "See your physician before we go on." in shown
    assert "Dear doctor" in shown
    desk.open(path)
    assert "The visits take place as booked." in desk.submit(at="/pause/end", how="resumed").text
    assert "has paused" not in mine.open(f"/appointments/{visit}").text


def test_a_therapist_ticks_what_is_had_by_plan(sides, visitor):
    _client, therapist, _visit = sides
    desk = visitor(therapist)
    desk.open("/provider/plans")
    page = desk.submit(at="/provider/plans", services="medical-massage")
    assert "Saved." in page.text
    assert 'value="medical-massage" checked' in page.text
