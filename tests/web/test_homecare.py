"""Home care and the journal: what a therapist leaves, what a client writes, and who may read it."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from booking.appointments.models import Appointment
from booking.homecare.models import HomeProgram, JournalEntry
from marketplace.audit import AuditEntry
from marketplace.db import db
from marketplace.outbox.models import Letter

DAY = timedelta(days=1)
WORDS = "rolling the left shoulder"
PROGRAM = {"items": [{"kind": "stretch", "words": WORDS, "minutes": 5, "times_a_day": 2}, {"kind": "ice", "minutes": 20}], "swollen": True}


def test_a_therapist_leaves_a_program_and_the_client_is_told_once_without_a_word_of_it(app, sides, program):
    client, therapist, visit = sides
    me, anna = program(client), program(therapist)
    path = f"/appointments/{visit}/home-program"
    assert me.get(path).status_code == 404
    made = anna.put(path, PROGRAM)
    assert made.status_code == 200
    assert [item["kind"] for item in made.json["items"]] == ["stretch", "ice"]
    assert anna.put(path, PROGRAM).json == made.json
    assert me.get(path).json == made.json
    again = anna.put(path, {"items": [{"kind": "sleep"}]})
    assert me.get(path).json == again.json
    with app.app_context():
        letters = db.session.scalars(select(Letter).where(Letter.kind == "home_program")).all()
        raw = str(db.session.connection().exec_driver_sql("SELECT * FROM home_program").all())
        assert len(db.session.scalars(select(HomeProgram)).all()) == 2
    assert len(letters) == 2
    assert all(WORDS not in str(letter.facts) and "ice" not in letter.facts for letter in letters)
    assert WORDS not in raw


@pytest.mark.parametrize(
    "body, field",
    [
        ({"items": []}, "items"),
        ({"items": [{"kind": "ice", "minutes": 21}]}, "items.0.minutes"),
        ({"items": [{"kind": "heat", "minutes": 10}], "swollen": True}, "items.0.kind"),
        ({"items": [{"kind": "potion"}]}, "items.0.kind"),
        ({"items": [{"kind": "ice", "until_on": "tomorrow"}]}, "items.0.until_on"),
        ({"items": [{"kind": "ice", "until_on": "2020-01-01"}]}, "items.0.until_on"),
        ({"items": [{"kind": "ice", "dose": 1}]}, "items.0.dose"),
        ({"items": "ice"}, "items"),
        ({}, "items"),
    ],
)
def test_a_program_that_cannot_stay_so_is_refused_by_its_field(sides, program, body, field):
    _client, therapist, visit = sides
    answer = program(therapist).put(f"/appointments/{visit}/home-program", body)
    assert answer.status_code in (400, 422)
    assert field in answer.text


def test_a_client_keeps_a_journal_and_the_therapist_reads_what_is_new(app, sides, program, clock):
    client, therapist, visit = sides
    me, anna = program(client), program(therapist)
    written = me.post("/journal", {"pain": 6, "note": WORDS})
    assert (written.status_code, written.json["on"], written.json["pain"]) == (201, "2027-01-12", 6)
    older = me.post("/journal", {"on": "2027-01-02", "stiffness": 3}).json["id"]
    assert [one["on"] for one in me.get("/journal").json["items"]] == ["2027-01-12", "2027-01-02"]
    assert anna.get("/journal").status_code == 404
    assert len(anna.get("/journal", appointment=visit).json["items"]) == 2
    with app.app_context():
        reads = db.session.scalars(select(AuditEntry).where(AuditEntry.verb == "health.read")).all()
        raw = str(db.session.connection().exec_driver_sql("SELECT * FROM journal_entry").all())
    assert [entry.details for entry in reads] == [{"what": "journal", "appointment": visit}]
    assert WORDS not in raw
    assert me.delete(f"/journal/{older}").status_code == 204
    assert me.delete(f"/journal/{older}").status_code == 404
    assert len(me.get("/journal").json["items"]) == 1
    assert [row["what"] for row in me.get("/me/access-log").json["items"]] == ["journal"]


def test_strangers_and_therapists_of_visits_that_came_to_nothing_read_nothing(sides, program, clock, outsiders):
    client, therapist, visit = sides
    me, anna = program(client), program(therapist)
    entry = me.post("/journal", {"pain": 6}).json["id"]
    stranger, other = outsiders
    theirs, else_ = program(stranger), program(other)
    assert theirs.delete(f"/journal/{entry}").status_code == 404
    assert theirs.get("/journal").json["items"] == []
    assert else_.get("/journal", appointment=visit).status_code == 404
    assert else_.put(f"/appointments/{visit}/home-program", PROGRAM).status_code == 404
    me.post(f"/appointments/{visit}/cancel", {"expected_fee_cents": 0})
    assert anna.get("/journal", appointment=visit).status_code == 404
    assert anna.put(f"/appointments/{visit}/home-program", PROGRAM).status_code == 404


def test_thirty_days_after_the_visit_the_therapist_sees_no_more(app, sides, program, clock):
    client, therapist, visit = sides
    me, anna = program(client), program(therapist)
    me.post("/journal", {"pain": 6})
    with app.app_context():
        row = db.session.scalar(select(Appointment).where(Appointment.public_id == visit))
        row.status, ends = "completed", row.ends_at
        db.session.commit()
    clock.set(ends + 30 * DAY)
    assert anna.get("/journal", appointment=visit).status_code == 200
    clock.advance(seconds=1)
    assert anna.get("/journal", appointment=visit).status_code == 404
    assert len(me.get("/journal").json["items"]) == 1


# --- pages -----------------------------------------------------------------------------------------------------------------------


def test_both_sides_on_pages(app, sides, visitor):
    client, therapist, visit = sides
    mine, desk, path = visitor(client), visitor(therapist), f"/provider/appointments/{visit}/home-program"
    assert "Nothing yet." in mine.open("/journal").text
    assert WORDS in mine.submit(at="/journal", note=WORDS, pain="4").text
    assert WORDS in desk.open(path).text
    page = desk.submit(at=path, ice_do="y", ice_minutes="25")
    assert page.status_code == 422
    assert "between 1 and 20" in page.text
    page = desk.submit(at=path, swollen="y", heat_do="y", ice_do="y", ice_minutes="20", ice_words="left ankle")
    assert page.status_code == 422
    assert "ice is for it and warmth is not" in page.text
    page = desk.submit(at=path, swollen="y", heat_do=None, ice_do="y", ice_minutes="15", ice_words="left ankle", ice_times="3")
    assert "Your client is told." in page.text
    shown = mine.open("/journal").text
    assert "left ankle · 15 minutes · 3 times a day" in shown
    assert "Twenty minutes at most" in shown
    assert "The entry is gone." in mine.submit(at="/remove").text
    with app.app_context():
        assert db.session.scalars(select(JournalEntry)).all() == []


@pytest.mark.parametrize(
    "typed, words",
    [({}, "Nothing is filled in yet."), ({"pain": "12"}, "between 0 and 10"), ({"pain": "1", "on": "2030-01-01"}, "has not come yet")],
)
def test_a_slip_in_the_journal_is_named(sides, visitor, typed, words):
    pages = visitor(sides[0])
    pages.open("/journal")
    page = pages.submit(at="/journal", **typed)
    assert page.status_code == 422
    assert words in page.text
