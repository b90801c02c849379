"""The pain map: a client draws, the list and the drawing say the same, the therapist of a visit looks, and the look is written down."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from booking.appointments.models import Appointment
from booking.bodymap.models import PainMap
from booking.bodymap.rules import REGIONS
from booking.screening.models import Screening
from marketplace.audit import AuditEntry
from marketplace.db import db
from tests.factories import PersonFactory, bookable_provider
from tests.support.visits import book_hold, hold_visit

DAY = timedelta(days=1)
NOTE = "zz since the move"
NECK = {"region": "neck_back", "intensity": 6, "quality": "ache", "note": NOTE}
ARM = {"region": "forearm_l", "intensity": 3, "quality": "tingling", "depth": "deep", "radiates_to": "hand_l"}


def test_a_client_draws_again_and_again_and_nothing_that_was_drawn_changes(app, sides, program, clock):
    me, visit = program(sides[0]), sides[2]
    first = me.post("/me/pain-map", {"marks": [ARM, NECK]})
    assert first.status_code == 201
    assert [mark["region"] for mark in first.json["marks"]] == ["neck_back", "forearm_l"]
    assert first.json["marks"][1] == {**ARM, "note": ""}
    clock.advance(days=1)
    second = me.post("/me/pain-map", {"marks": [], "note": "much better", "appointment": visit}).json
    assert (second["marks"], second["note"], second["appointment"]) == ([], "much better", visit)
    listed = me.get("/me/pain-map").json
    assert listed == {"items": [second, first.json], "next": None}
    page = me.get("/me/pain-map", limit=1).json
    assert page["items"] == [second]
    assert me.get("/me/pain-map", limit=1, cursor=page["next"]).json == {"items": [first.json], "next": None}
    with app.app_context():
        raw = str(db.session.connection().exec_driver_sql("SELECT * FROM pain_map").all())
        told = str([(entry.verb, entry.details) for entry in db.session.scalars(select(AuditEntry))])
    assert "pain_map.drawn" in told
    assert all(word not in raw + told for word in (NOTE, "neck_back", "ache", "much better"))


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({}, 422, "marks"),
        ({"marks": "neck"}, 422, "marks"),
        ({"marks": ["neck"]}, 422, "marks"),
        ({"marks": [NECK, NECK]}, 422, "marks[1].region"),
        ({"marks": [{**NECK, "region": "tail"}]}, 422, "marks[0].region"),
        ({"marks": [{**NECK, "region": 7}]}, 422, "marks[0].region"),
        ({"marks": [{**NECK, "intensity": 11}]}, 422, "marks[0].intensity"),
        ({"marks": [{**NECK, "intensity": "6"}]}, 422, "marks[0].intensity"),
        ({"marks": [{**NECK, "intensity": True}]}, 422, "marks[0].intensity"),
        ({"marks": [{"region": "head", "quality": "ache"}]}, 422, "marks[0].intensity"),
        ({"marks": [{**NECK, "quality": "odd"}]}, 422, "marks[0].quality"),
        ({"marks": [{**NECK, "note": "x" * 301}]}, 422, "marks[0].note"),
        ({"marks": [{**NECK, "radiates_to": "the moon"}]}, 422, "marks[0].radiates_to"),
        ({"marks": [{**NECK, "color": "red"}]}, 400, "marks[0].color"),
        ({"marks": [NECK] * 45}, 422, "marks"),
        ({"marks": [], "note": "x" * 1001}, 422, "note"),
        ({"marks": [], "drawn_by": "me"}, 400, "drawn_by"),
    ],
)
def test_what_cannot_be_a_map_is_named_by_its_field(sides, program, body, status, field):
    answer = program(sides[0]).post("/me/pain-map", body)
    assert answer.status_code == status
    assert field in [fault["field"] for fault in answer.json["errors"]]


def test_the_therapist_sees_the_map_of_the_visit_with_what_changed_and_what_is_left_out(app, sides, program):
    me, anna, visit = program(sides[0]), program(sides[1]), sides[2]
    path = f"/appointments/{visit}/pain-map"
    assert anna.get(path).json == {"map": None, "before": None, "changes": [], "left_out": []}
    old = me.post("/me/pain-map", {"marks": [NECK, ARM]}).json
    me.post("/me/pain-map", {"marks": [], "appointment": visit})
    new = me.post("/me/pain-map", {"marks": [{**NECK, "intensity": 2}], "appointment": visit}).json
    me.post("/me/pain-map", {"marks": [{**NECK, "intensity": 9}]})
    with app.app_context():
        row = db.session.scalar(select(Appointment).where(Appointment.public_id == visit))
        newest = db.session.scalars(select(Screening).where(Screening.person_id == row.person_id).order_by(Screening.id.desc())).first()
        newest.result = {**newest.result, "barred_regions": ["foot_r", "sacrum"]}
        db.session.commit()
    seen = anna.get(path).json
    assert (seen["map"], seen["before"]) == (new, old)
    assert seen["changes"] == [
        {"region": "neck_back", "before": 6, "after": 2, "way": "less"},
        {"region": "forearm_l", "before": 3, "after": None, "way": "gone"},
    ]
    assert seen["left_out"] == ["sacrum", "foot_r"]
    assert me.get(path).json == seen
    assert [(row["what"], row["about"]) for row in me.get("/me/access-log").json["items"]] == [("pain_map", visit)] * 2


def test_nobody_else_draws_or_looks(sides, program, clock, outsiders):
    me, anna, visit = program(sides[0]), program(sides[1]), sides[2]
    me.post("/me/pain-map", {"marks": [NECK]})
    stranger, other = outsiders
    theirs, else_ = program(stranger), program(other)
    assert theirs.get("/me/pain-map").json["items"] == []
    assert theirs.post("/me/pain-map", {"marks": [], "appointment": visit}).status_code == 404
    assert [one.get(f"/appointments/{visit}/pain-map").status_code for one in (theirs, else_)] == [404, 404]
    me.post(f"/appointments/{visit}/cancel", {"expected_fee_cents": 0})
    assert anna.get(f"/appointments/{visit}/pain-map").status_code == 404
    assert me.post("/me/pain-map", {"marks": [], "appointment": visit}).status_code == 404
    assert len(me.get("/me/access-log").json["items"]) == 0


def test_a_client_draws_before_a_request_is_confirmed_but_the_therapist_looks_only_after(app, sides, program):
    me, anna, visit = program(sides[0]), program(sides[1]), sides[2]
    with app.app_context():
        db.session.scalar(select(Appointment).where(Appointment.public_id == visit)).status = "requested"
        db.session.commit()
    assert me.post("/me/pain-map", {"marks": [NECK], "appointment": visit}).status_code == 201
    assert anna.get(f"/appointments/{visit}/pain-map").status_code == 404


def test_thirty_days_after_the_visit_it_closes(app, sides, program, clock):
    me, anna, visit = program(sides[0]), program(sides[1]), sides[2]
    with app.app_context():
        row = db.session.scalar(select(Appointment).where(Appointment.public_id == visit))
        row.status, ends = "completed", row.ends_at
        db.session.commit()
    clock.set(ends + 30 * DAY)
    assert anna.get(f"/appointments/{visit}/pain-map").status_code == 200
    assert me.post("/me/pain-map", {"marks": [], "appointment": visit}).status_code == 201
    clock.advance(seconds=1)
    assert anna.get(f"/appointments/{visit}/pain-map").status_code == 404
    assert me.post("/me/pain-map", {"marks": [], "appointment": visit}).status_code == 404


# --- pages -----------------------------------------------------------------------------------------------------------------------


def test_the_drawing_and_the_list_name_the_same_regions_once(sides, visitor):
    page = visitor(sides[0]).open("/account/pain-map/new").text
    for code, region in REGIONS.items():
        assert page.count(f'<a class="region" href="#{code}" ') == 1, code
        assert page.count(f'<li id="{code}">') == 1, code
        assert f'aria-label="{region.name}"' in page


def test_without_scripts_a_map_is_filled_in_kept_and_filled_in_again(app, sides, program, visitor):
    pages, me = visitor(sides[0]), program(sides[0])
    assert "No map yet." in pages.open("/account/pain-map").text
    me.post("/me/pain-map", {"marks": [ARM]})
    pages.open("/account/pain-map/new")
    page = pages.submit(at="/new", neck_back_on="1", neck_back_intensity="eleven", note="all morning")
    assert page.status_code == 422
    assert "Say how strong, from 0 to 10. Choose what it feels like." in page.text
    assert all(words in page.text for words in ('value="eleven"', "all morning"))
    page = pages.submit(at="/new", neck_back_intensity="6", neck_back_quality="ache", neck_back_note=NOTE)
    assert "Saved." in page.text
    assert "Back of the neck: 6 of 10, aching" in page.text
    assert "Left forearm: 3 of 10, tingling, deep, goes to left hand" in page.text
    assert all(words in page.text for words in (NOTE, "all morning", "What changed", "Over time"))
    newest = me.get("/me/pain-map").json["items"][0]
    assert newest["marks"] == [{**NECK, "depth": None, "radiates_to": None}, {**ARM, "note": ""}]
    older = me.get("/me/pain-map").json["items"][1]["id"]
    assert "Back of the neck: 6" not in pages.open("/account/pain-map", map=older).text
    assert pages.open("/account/pain-map", map="nothing").status_code == 404


def test_a_map_for_the_visit_by_the_client_and_by_a_guest_and_the_page_of_its_therapist(app, sides, visitor, clock):
    mine, desk, visit = visitor(sides[0]), visitor(sides[1]), sides[2]
    path = f"/provider/appointments/{visit}/pain-map"
    assert f'href="{path}"' in desk.open(f"/provider/appointments/{visit}").text
    assert "No map yet." in desk.open(path).text
    assert f'href="/appointments/{visit}/pain-map"' in mine.open(f"/appointments/{visit}").text
    mine.open(f"/appointments/{visit}/pain-map")
    mine.submit(at="/pain-map", calf_r_on="1", calf_r_intensity="0", calf_r_quality="stiff", calf_r_note="<b>knot</b>")
    page = desk.open(path).text
    assert "Right calf: 0 of 10, stiff" in page
    assert "&lt;b&gt;knot" in page
    assert page.index("Client's right") < page.index("Client's left")
    with app.app_context():
        [kept] = db.session.scalars(select(PainMap)).all()
        assert kept.appointment_id is not None
        bea, somebody = bookable_provider(slug="bea"), PersonFactory()
        made = book_hold(hold_visit(bea, somebody, clock.now + 3 * DAY, clock.now), somebody, clock.now, guest=True)
        key, person_id = made.guest_key, somebody.id
    anybody = visitor(None)
    anybody.open(f"/visits/{key}/pain-map")
    assert "Saved." in anybody.submit(at="/pain-map", head_on="1", head_intensity="4", head_quality="other").text
    with app.app_context():
        kept = db.session.scalars(select(PainMap).where(PainMap.person_id == person_id)).one()
        assert kept.content["marks"][0]["region"] == "head"
    assert anybody.open(f"/visits/{'x' * 43}/pain-map").status_code == 404
