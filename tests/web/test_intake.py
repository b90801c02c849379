"""What a client tells once, their comfort card and their papers: kept sealed, shown to the therapist of a visit, each look written down."""

import io
import json
from datetime import timedelta

import pytest
from PIL import Image
from sqlalchemy import select, update

from booking.appointments.models import Appointment
from booking.intake import catalogue
from booking.intake.models import ComfortVersion, HealthFile, IntakeVersion
from booking.intake.rules.comfort import Statement
from booking.intake.rules.files import MOST_BYTES, MOST_FILES
from marketplace.audit import AuditEntry
from marketplace.db import db
from marketplace.outbox.models import Letter
from providers.registry.models import Provider
from tests.factories import HealthFileFactory, person_of
from tests.support.visits import book_visit

DAY = timedelta(days=1)
GOAL, MEDICINE, HISTORY, AUNT = "zzgoalzz again", "Zzeliquiszz", "zzhistoryzz", "Zzauntzz"
TOLD = {
    "goals": [GOAL],
    "history": HISTORY,
    "medicines": [{"name": f"{MEDICINE} Eliquis", "dose": "2 a day"}, {"name": "ibuprofen", "since": "May"}],
    "surgeries": [{"what": "knee", "year": 2011}],
    "emergency": {"name": AUNT, "phone": "(212) 555-0123", "relation": "aunt"},
    "home": {"space": "zzparlorzz", "pets": "a cat"},
}
CARD = {"text_version": "1", "areas_out": ["head"], "pressure": 3, "stop_words": "zzpineapplezz", "clothing": "underwear"}
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"


def photo():
    """A JPEG that says where it was taken."""
    exif = Image.Exif()
    exif[0x010E] = "zzexifzz"
    kept = io.BytesIO()
    Image.new("RGB", (8, 8)).save(kept, "JPEG", exif=exif)
    return kept.getvalue()


def send(caller, content, **about):
    """A file, as a program sends it."""
    words = {"kind": "imaging", "taken_on": "2026-11-02", **about, "file": (io.BytesIO(content), "scan.pdf")}
    return caller.app.test_client(use_cookies=False).post("/api/v1/files", data=words, headers=caller.headers)


def another_visit(app, clock, client, days):
    """One more confirmed visit of the client with the same therapist."""
    with app.app_context():
        anna = db.session.scalars(select(Provider).where(Provider.slug == "anna")).one()
        return book_visit(anna, person_of(client), clock.now + days * DAY, clock.now).booked.appointment.public_id


# --- the intake ------------------------------------------------------------------------------------------------------------------


def test_what_is_told_is_kept_in_versions_and_asked_again_after_a_year(app, sides, program, clock):
    me = program(sides[0])
    assert me.get("/me/intake").json == {"asked": "never", "current_form_version": "1", "intake": None}
    assert me.post("/me/intake/confirm").status_code == 404
    first = me.put("/me/intake", TOLD)
    assert (first.status_code, first.json["asked"]) == (200, None)
    kept = first.json["intake"]
    assert (kept["goals"], kept["emergency"]["phone"], kept["sleep"]) == ([GOAL], "+12125550123", "")
    assert kept["blood_thinners"] == [f"{MEDICINE} Eliquis"]
    assert kept["medicines"][1] == {"name": "ibuprofen", "dose": "", "since": "May"}
    assert me.put("/me/intake", TOLD).json == first.json  # the same again is no new version
    assert me.post("/me/intake/confirm").json == first.json
    second = me.put("/me/intake", {**TOLD, "history": "none"})
    assert second.json["intake"]["id"] != kept["id"]
    with app.app_context():
        db.session.execute(update(IntakeVersion).values(written_at=clock.now - 366 * DAY))
        db.session.commit()
    assert me.get("/me/intake").json["asked"] == "old"
    confirmed = me.post("/me/intake/confirm")
    assert (confirmed.json["asked"], confirmed.json["intake"]["history"]) == (None, "none")
    with app.app_context():
        rows = db.session.scalars(select(IntakeVersion).order_by(IntakeVersion.id)).all()
        assert [row.content["history"] for row in rows] == [HISTORY, "none", "none"]
        raw = str(db.session.connection().exec_driver_sql("SELECT * FROM intake_version").all())
        audit = json.dumps([entry.details for entry in db.session.scalars(select(AuditEntry))])
    assert not [word for word in (GOAL, MEDICINE, HISTORY, AUNT, "zzparlorzz") if word in raw or word in audit]


def test_another_form_is_asked_about_again(sides, program, monkeypatch):
    me = program(sides[0])
    me.put("/me/intake", TOLD)
    monkeypatch.setattr(catalogue, "form_version", lambda: "2")
    assert me.get("/me/intake").json["asked"] == "changed"
    assert me.post("/me/intake/confirm").json["intake"]["form_version"] == "2"
    assert me.get("/me/intake").json["asked"] is None


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"goals": []}, "goals"),
        ({"goals": None}, "goals"),
        ({"goals": "run"}, "goals"),
        ({"goals": [1]}, "goals"),
        ({"goals": ["a", "b", "c", "d"]}, "goals"),
        ({"medicines": [{"dose": "1"}]}, "medicines[0].name"),
        ({"medicines": [{"name": "a", "color": "red"}]}, "medicines[0].color"),
        ({"medicines": ["aspirin"]}, "medicines"),
        ({"surgeries": [{"what": "knee", "year": "1999"}]}, "surgeries[0].year"),
        ({"surgeries": [{"what": "knee", "year": 2028}]}, "surgeries[0].year"),
        ({"emergency": {"name": "Ann", "phone": "12"}}, "emergency.phone"),
        ({"emergency": {"name": "Ann"}}, "emergency.phone"),
        ({"emergency": []}, "emergency"),
        ({"home": {"garden": "big"}}, "home.garden"),
        ({"history": 4}, "history"),
        ({"pregnant": True}, "pregnant"),
    ],
)
def test_what_cannot_stay_so_is_named_by_its_field(sides, program, change, field):
    answer = program(sides[0]).put("/me/intake", {**TOLD, **change})
    assert answer.status_code in (400, 422)
    assert field in [fault["field"] for fault in answer.json["errors"]]


def test_the_therapist_sees_what_is_new_since_the_last_look_and_the_client_sees_who_looked(app, sides, program, clock):
    client, therapist, visit = sides
    me, anna = program(client), program(therapist)
    path = f"/appointments/{visit}/intake"
    assert anna.get(path).json == {"intake": None, "changed": [], "changed_since": None, "comfort": None, "files": []}
    first = me.put("/me/intake", TOLD).json["intake"]
    seen = anna.get(path).json
    assert (seen["intake"]["goals"], seen["changed"], seen["changed_since"]) == ([GOAL], [], None)
    assert seen["intake"]["home"] is None  # the visit is at the clinic
    clock.advance(hours=1)
    me.put("/me/intake", {**TOLD, "medicines": [], "sleep": "well"})
    for _look in range(2):  # what is new stays marked through all looks about this visit
        seen = anna.get(path).json
        assert (seen["changed"], seen["changed_since"]) == (["sleep", "medicines"], first["written_at"])
    later = another_visit(app, clock, client, 20)
    assert anna.get(f"/appointments/{later}/intake").json["changed"] == []
    reads = me.get("/me/access-log").json["items"]
    assert [(read["what"], read["about"]) for read in reads] == [("intake", later)] + [("intake", visit)] * 4


def test_only_the_therapist_of_a_visit_in_care_looks(app, sides, program, clock, outsiders):
    client, therapist, visit = sides
    me, anna = program(client), program(therapist)
    me.put("/me/intake", TOLD)
    me.put("/me/comfort", CARD)
    paper = send(me, PDF).json["id"]
    stranger, other = outsiders
    theirs, desk = program(stranger), program(other)
    paths = [f"/appointments/{visit}/intake", f"/appointments/{visit}/comfort", f"/files/{paper}"]
    assert [anna.get(path).status_code for path in paths] == [200, 200, 200]
    assert [desk.get(path).status_code for path in paths] == [404, 404, 404]
    assert theirs.get(f"/files/{paper}").status_code == 404
    assert theirs.delete(f"/files/{paper}").status_code == 404
    assert theirs.get("/me/intake").json["intake"] is None
    with app.app_context():
        row = db.session.scalar(select(Appointment).where(Appointment.public_id == visit))
        row.status, ends = "completed", row.ends_at
        db.session.commit()
    clock.set(ends + 30 * DAY)
    assert [anna.get(path).status_code for path in paths] == [200, 200, 200]
    clock.advance(seconds=1)
    assert [anna.get(path).status_code for path in paths] == [404, 404, 404]
    assert len(me.get("/files").json["items"]) == 1


# --- the comfort card ------------------------------------------------------------------------------------------------------------


def test_a_card_is_kept_under_the_text_that_was_read(app, sides, program, monkeypatch):
    client, therapist, visit = sides
    me, anna = program(client), program(therapist)
    empty = me.get("/me/comfort").json
    assert (empty["asked"], empty["comfort"], empty["text"]["version"]) == ("never", None, "1")
    assert anna.get(f"/appointments/{visit}/comfort").json == {"comfort": None, "asked": "never"}
    made = me.put("/me/comfort", CARD)
    assert (made.status_code, made.json["asked"]) == (200, None)
    kept = made.json["comfort"]
    assert (kept["areas_out"], kept["pressure"], kept["clothing"], kept["chaperone"]) == (["head"], 3, "underwear", "none")
    assert me.put("/me/comfort", CARD).json == made.json
    assert anna.get(f"/appointments/{visit}/comfort").json["comfort"] == kept
    monkeypatch.setattr(catalogue, "statement", lambda: Statement("2", ("Another text.",)))
    assert me.get("/me/comfort").json["asked"] == "changed"
    assert anna.get(f"/appointments/{visit}/comfort").json["asked"] == "changed"
    stale = me.post("/me/comfort/confirm", {"text_version": "1"})
    assert (stale.status_code, stale.json["code"]) == (409, "text_changed")
    assert me.put("/me/comfort", CARD).status_code == 409
    assert me.post("/me/comfort/confirm", {"text_version": "2"}).json["asked"] is None
    with app.app_context():
        rows = db.session.scalars(select(ComfortVersion).order_by(ComfortVersion.id)).all()
        assert [(row.text_version, row.content["pressure"]) for row in rows] == [("1", 3), ("2", 3)]
        raw = str(db.session.connection().exec_driver_sql("SELECT * FROM comfort_version").all())
    assert "zzpineapplezz" not in raw
    assert {read["what"] for read in me.get("/me/access-log").json["items"]} == {"comfort_card"}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"areas_in": ["head"]}, "areas_out"),
        ({"areas_in": ["tail"]}, "areas_in"),
        ({"areas_out": "head"}, "areas_out"),
        ({"pressure": 6}, "pressure"),
        ({"pressure": True}, "pressure"),
        ({"clothing": "coat"}, "clothing"),
        ({"text_version": None}, "text_version"),
        ({"aroma": "rose"}, "aroma"),
    ],
)
def test_a_slip_on_a_card_is_named(sides, program, change, field):
    answer = program(sides[0]).put("/me/comfort", {**CARD, **change})
    assert answer.status_code in (400, 422)
    assert field in [fault["field"] for fault in answer.json["errors"]]


# --- papers ----------------------------------------------------------------------------------------------------------------------


def test_a_paper_is_told_by_its_content_cleaned_sealed_and_handed_out_as_an_attachment(app, sides, program):
    client, therapist, visit = sides
    me, anna = program(client), program(therapist)
    made = send(me, photo(), title="zztitlezz")
    assert (made.status_code, made.json["media_type"], made.json["taken_on"]) == (201, "image/jpeg", "2026-11-02")
    assert me.get("/files").json["items"] == [made.json]
    assert anna.get(f"/appointments/{visit}/intake").json["files"] == [made.json]
    for caller in (me, anna):
        answer = caller.get(f"/files/{made.json['id']}")
        assert answer.data.startswith(b"\xff\xd8\xff")
        assert b"zzexifzz" not in answer.data
        assert answer.headers["Content-Type"] == "image/jpeg"
        assert answer.headers["Content-Disposition"] == 'attachment; filename="health-file.jpg"'
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert answer.headers["Cache-Control"] == "private, no-store"
    assert [read["what"] for read in me.get("/me/access-log").json["items"]] == ["health_file", "intake"]
    with app.app_context():
        raw = str(db.session.connection().exec_driver_sql("SELECT * FROM health_file").all())
        audit = json.dumps([entry.details for entry in db.session.scalars(select(AuditEntry))])
        assert db.session.scalars(select(Letter).where(Letter.kind.like("%file%"))).all() == []
    assert "zztitlezz" not in raw + audit
    assert "imaging" not in raw
    assert me.delete(f"/files/{made.json['id']}").status_code == 204
    assert me.delete(f"/files/{made.json['id']}").status_code == 404
    assert anna.get(f"/files/{made.json['id']}").status_code == 404


@pytest.mark.parametrize(
    ("content", "about", "code", "field"),
    [
        (b"<html>", {}, "bad_file", "file"),
        (b"%PDF-1.7 cut off", {}, "bad_file", "file"),
        (PDF, {"kind": "photo"}, "invalid", "kind"),
        (PDF, {"taken_on": "2027-01-13"}, "invalid", "taken_on"),
        (PDF, {"taken_on": "soon"}, "bad_date", None),
        (PDF, {"title": "x" * 121}, "invalid", "title"),
        (PDF, {"body": "arm"}, "unknown_field", "body"),
    ],
)
def test_what_is_no_paper_is_not_kept(app, sides, program, content, about, code, field):
    refused = send(program(sides[0]), content, **about)
    assert refused.status_code in (400, 422)
    assert refused.json["code"] == code
    assert field is None or field in [fault["field"] for fault in refused.json["errors"]]
    with app.app_context():
        assert db.session.scalars(select(HealthFile)).all() == []


def test_without_a_file_there_is_nothing_to_keep(sides, program):
    refused = program(sides[0]).post("/files", {"kind": "imaging", "taken_on": "2026-11-02"})
    assert (refused.status_code, [fault["field"] for fault in refused.json["errors"]]) == (422, ["file"])


def test_there_is_room_for_so_many_and_no_more(app, sides, program):
    with app.app_context():
        person = person_of(sides[0])
        for _number in range(MOST_FILES - 1):
            HealthFileFactory(person=person)
    me = program(sides[0])
    last = send(me, PDF)
    assert last.status_code == 201
    full = send(me, PDF)
    assert (full.status_code, full.json["code"]) == (422, "no_room")
    assert me.delete(f"/files/{last.json['id']}").status_code == 204
    assert send(me, PDF).status_code == 201


def test_all_papers_together_have_a_size(app, sides, program):
    with app.app_context():
        HealthFileFactory(person=person_of(sides[0]), size_bytes=MOST_BYTES - len(PDF))
    me = program(sides[0])
    assert send(me, PDF).status_code == 201
    assert send(me, PDF).json["code"] == "no_room"


# --- pages -----------------------------------------------------------------------------------------------------------------------


def test_both_sides_on_pages(app, sides, visitor, clock):
    client, therapist, visit = sides
    mine, desk = visitor(client), visitor(therapist)
    shown = mine.open(f"/appointments/{visit}").text
    assert "What to bring" in shown
    assert "/account/intake" in shown
    assert shown.count("Not here yet") == 5
    assert "What you tell your therapist" in mine.open("/account").text
    page = mine.open("/account/intake")
    assert "medicine_2_name" not in page.text
    page = mine.submit(at="/account/intake", goal_0=GOAL, medicine_0_name="Eliquis", medicine_1_dose="2", more="1")
    assert page.status_code == 200
    assert "medicine_3_name" in page.text
    page = mine.submit(at="/account/intake", emergency_name=AUNT, emergency_phone="12")
    assert page.status_code == 422
    assert "This is not a phone number." in page.text
    page = mine.submit(at="/account/intake", emergency_phone="(212) 555-0123")
    assert (page.status_code, "Which medicine?" in page.text) == (422, True)
    page = mine.submit(at="/account/intake", medicine_1_dose="", medicine_3_name=MEDICINE)
    assert "Saved. Your therapist sees it before your visit." in page.text
    assert "may thin the blood" in page.text
    page = mine.open("/account/comfort")
    page = mine.submit(at="/account/comfort", areas_out=["head", "foot_l"], pressure="2", stop_words="zzpineapplezz")
    assert "Saved. Your therapist sees the card" in page.text
    shown = mine.open(f"/appointments/{visit}").text
    assert shown.count("Not here yet") == 2
    card = desk.open(f"/provider/appointments/{visit}").text
    assert "How your client wants to be touched" in card
    assert "zzpineapplezz" in card
    assert "Light at most" in card
    assert "zzpineapplezz" in desk.open(f"/provider/appointments/{visit}/note").text
    seen = desk.open(f"/provider/appointments/{visit}/intake").text
    assert all(word in seen for word in (GOAL, "Eliquis", MEDICINE, AUNT, "may thin the blood"))
    mine.open("/account/intake")
    mine.submit(at="/account/intake", medicine_0_name="", history=HISTORY)
    seen = desk.open(f"/provider/appointments/{visit}/intake").text
    assert "What has changed since your last look is marked." in seen
    assert "No longer there" in seen
    log = mine.open("/care/access-log").text
    assert "Your comfort card" in log
    assert "What you told" in log


def test_one_tap_says_that_everything_still_stands(app, sides, visitor, clock, monkeypatch):
    client, _therapist, _visit = sides
    mine = visitor(client)
    mine.open("/account/intake")
    mine.submit(at="/account/intake", goal_0=GOAL)
    mine.open("/account/comfort")
    mine.submit(at="/account/comfort", note="cold feet")
    monkeypatch.setattr(catalogue, "form_version", lambda: "2")
    monkeypatch.setattr(catalogue, "statement", lambda: Statement("2", ("Another text.",)))
    assert "Our questions have changed" in mine.open("/account/intake").text
    assert "We ask again in a year" in mine.submit(at="/still-right").text
    assert "Another text." in mine.open("/account/comfort").text
    assert "We ask again in a year" in mine.submit(at="/still-right").text
    with app.app_context():
        assert [row.form_version for row in db.session.scalars(select(IntakeVersion))] == ["1", "2"]
        assert [row.content["note"] for row in db.session.scalars(select(ComfortVersion))] == ["cold feet", "cold feet"]


def test_a_card_written_under_a_text_that_changed_meanwhile_is_read_again_with_nothing_lost(sides, visitor, monkeypatch):
    mine = visitor(sides[0])
    mine.open("/account/comfort")
    monkeypatch.setattr(catalogue, "statement", lambda: Statement("2", ("Another text.",)))
    page = mine.submit(at="/account/comfort", note="cold feet")
    assert page.status_code == 422
    assert all(word in page.text for word in ("The text has changed.", "Another text.", "cold feet"))
    assert "Saved." in mine.submit(at="/account/comfort").text


def test_papers_on_a_page(app, sides, visitor):
    client, therapist, visit = sides
    mine, desk = visitor(client), visitor(therapist)
    assert "Nothing here yet." in mine.open("/account/files").text
    page = mine.submit(at="/account/files", kind="doctor_note", taken_on="2030-01-01", title="zztitlezz")
    assert page.status_code == 422
    assert "Choose a file." in page.text
    page = mine.submit(at="/account/files", file=(io.BytesIO(PDF), "note.pdf"))
    assert page.status_code == 422
    assert "That day has not come yet." in page.text
    page = mine.submit(at="/account/files", taken_on="2026-12-01", file=(io.BytesIO(PDF), "note.pdf"))
    assert "zztitlezz" in page.text
    with app.app_context():
        paper = db.session.scalars(select(HealthFile.public_id)).one()
    assert mine.open(f"/account/files/{paper}").data == PDF
    assert f"/provider/files/{paper}" in desk.open(f"/provider/appointments/{visit}/intake").text
    answer = desk.open(f"/provider/files/{paper}")
    assert (answer.data, answer.headers["Content-Security-Policy"]) == (PDF, "default-src 'none'; sandbox")
    mine.open("/account/files")
    assert "The file is gone." in mine.submit(at="/remove").text
    assert desk.open(f"/provider/files/{paper}").status_code == 404


def test_a_visit_that_is_called_off_opens_neither_card_nor_intake(app, sides, program, visitor):
    client, therapist, visit = sides
    me = program(client)
    me.put("/me/comfort", CARD)
    me.post(f"/appointments/{visit}/cancel", {"expected_fee_cents": 0})
    desk = visitor(therapist)
    assert "zzpineapplezz" not in desk.open(f"/provider/appointments/{visit}").text
    assert desk.open(f"/provider/appointments/{visit}/intake").status_code == 404
    assert me.get("/me/access-log").json["items"] == []
    assert "What to bring" not in visitor(client).open(f"/appointments/{visit}").text
