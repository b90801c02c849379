"""Notes as programs and people meet them: written, kept through mishaps, signed, added to; and who may read them."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from booking.appointments.models import Appointment
from booking.notes.models import ClinicalNote
from marketplace.audit import AuditEntry
from marketplace.db import db
from tests.factories import PASSWORD, AccountFactory, bookable_provider, person_of
from tests.support.visits import book_visit

DAY = timedelta(days=1)
WORDS = "zz the left shoulder catches zz"
NOTE = {
    "subjective": WORDS,
    "objective": "left shoulder higher",
    "assessment": "upper trapezius tense",
    "plan": "weekly, four visits",
    "techniques": [
        {"code": "myofascial_release", "minutes": 20, "regions": ["neck_back"]},
        {"code": "trigger_point", "minutes": 25, "regions": ["shoulder_back_l"]},
    ],
    "regions": ["neck_back"],
    "minutes": 45,
    "pressure": 3,
    "response": "turns further",
    "adverse_reaction": "none",
}
MORE = {
    "palpation": "taut band",
    "range_of_motion": [{"joint": "neck", "movement": "rotation", "side": "left", "degrees": 55}],
    "tests": [{"name": "Spurling", "side": "left", "result": "negative", "words": ""}],
    "feedback_asked": True,
    "feedback": "a little less",
    "aftercare": "warmth",
    "step_minutes": {"consultation": 5, "targeted_work": 45},
}


def furnish(clock, *, status="checked_in", visits=1):
    """A client and a therapist with visits that have begun (the last of them with `status`): both accounts and the ids."""
    client, therapist = AccountFactory(), AccountFactory(role="provider")
    anna, person = bookable_provider(slug="anna", name="Anna Alder", account=therapist), person_of(client)
    ids = [book_visit(anna, person, clock.now + (2 + 7 * n) * DAY, clock.now).booked.appointment.public_id for n in range(visits)]
    for number, public_id in enumerate(ids):
        row = db.session.scalars(select(Appointment).where(Appointment.public_id == public_id)).one()
        row.status = status if number == visits - 1 else "completed"
    db.session.commit()
    for account in (client, therapist):
        db.session.refresh(account)
    db.session.expunge_all()
    return client, therapist, ids


@pytest.fixture
def sides(app, clock):
    """A client and a therapist in a visit, and its id."""
    with app.app_context():
        client, therapist, ids = furnish(clock)
    return client, therapist, ids[0]


@pytest.fixture
def two_visits(app, clock):
    """The same with a visit before, whose id comes first."""
    with app.app_context():
        return furnish(clock, visits=2)


def test_a_note_is_written_signed_and_added_to(app, sides, program, clock):
    client, therapist, visit = sides
    me, anna, path = program(client), program(therapist), f"/appointments/{visit}/note"
    assert anna.get(path).status_code == 404
    made = anna.put(path, {**NOTE, **MORE})
    assert made.status_code == 200
    assert {name: made.json[name] for name in {**NOTE, **MORE}} == {**NOTE, **MORE}
    assert (made.json["state"], made.json["version"], made.json["carried"], made.json["addenda"]) == ("draft", 1, [], [])
    assert anna.get(path).json == made.json
    assert me.get(path).status_code == 404
    locked = anna.post(f"{path}/lock")
    assert (locked.status_code, locked.json["state"], locked.json["signed_by"]) == (200, "locked", "Anna Alder")
    assert len(locked.json["digest"]) == 64
    for answer in (anna.put(path, {"subjective": "other"}), anna.post(f"{path}/lock"), anna.post(f"{path}/carry-over")):
        assert (answer.status_code, answer.json["code"]) == (409, "note_locked")
    added = anna.post(f"{path}/addenda", {"text": "The client called."}, key="one")
    again = anna.post(f"{path}/addenda", {"text": "The client called."}, key="one")
    assert (added.status_code, added.json) == (201, again.json)
    whole = me.get(path).json
    assert whole["addenda"] == [added.json]
    assert {name: value for name, value in whole.items() if name != "addenda"} == {k: v for k, v in locked.json.items() if k != "addenda"}


def test_the_fields_of_the_contract_alone_are_enough(sides, program):
    _client, therapist, visit = sides
    anna, path = program(therapist), f"/appointments/{visit}/note"
    plain = {**NOTE, "techniques": ["myofascial_release", "trigger_point"], "pressure": "firm", "adverse_reaction": False}
    made = anna.put(path, plain)
    assert made.status_code == 200, made.text
    assert made.json["techniques"] == [{"code": code, "minutes": None, "regions": []} for code in plain["techniques"]]
    assert (made.json["pressure"], made.json["adverse_reaction"]) == (4, False)
    assert anna.post(f"{path}/lock", {"version": 1}).status_code == 200


@pytest.mark.parametrize(
    "body, field",
    [
        ({"techniques": ["magic"]}, "techniques"),
        ({"techniques": "magic"}, "techniques"),
        ({"techniques": [1]}, "techniques"),
        ({"techniques": [{"code": "trigger_point", "minutes": 0}]}, "techniques[0].minutes"),
        ({"techniques": [{"code": "trigger_point", "dose": 1}]}, "techniques[0].dose"),
        ({"techniques": ["trigger_point", "trigger_point"]}, "techniques"),
        ({"regions": ["wing"]}, "regions"),
        ({"range_of_motion": [{"joint": "neck", "movement": "rotation", "degrees": 50}]}, "range_of_motion[0].side"),
        ({"range_of_motion": [{"joint": "neck", "movement": "flexion", "degrees": "50"}]}, "range_of_motion[0].degrees"),
        ({"range_of_motion": {}}, "range_of_motion"),
        ({"tests": [{"name": "", "result": "positive"}]}, "tests[0].name"),
        ({"pressure": 6}, "pressure"),
        ({"pressure": "hard"}, "pressure"),
        ({"pressure": []}, "pressure"),
        ({"minutes": True}, "minutes"),
        ({"adverse_reaction": 1}, "adverse_reaction"),
        ({"step_minutes": []}, "step_minutes"),
        ({"step_minutes": {"sleep": 1}}, "step_minutes.sleep"),
        ({"subjective": 5}, "subjective"),
        ({"surprise": 1, "pressure": 6}, "surprise"),
    ],
)
def test_what_cannot_stay_is_refused_by_its_field(sides, program, body, field):
    _client, therapist, visit = sides
    answer = program(therapist).put(f"/appointments/{visit}/note", body)
    assert answer.status_code in (400, 422)
    assert field in [fault["field"] for fault in answer.json["errors"]]


def test_what_is_missing_keeps_it_from_being_signed(sides, program):
    _client, therapist, visit = sides
    anna, path = program(therapist), f"/appointments/{visit}/note"
    assert anna.post(f"{path}/lock").status_code == 404
    anna.put(path, {**NOTE, "minutes": 61, "adverse_reaction": True})
    refused = anna.post(f"{path}/lock")
    assert (refused.status_code, refused.json["code"]) == (422, "note_incomplete")
    assert {fault["field"] for fault in refused.json["errors"]} == {"adverse_reaction", "minutes", "minutes_explained"}
    assert anna.post(f"{path}/addenda", {"text": "so"}).json["code"] == "note_open"


def test_another_version_is_answered_with_the_words_that_are_kept(sides, program):
    _client, therapist, visit = sides
    anna, path = program(therapist), f"/appointments/{visit}/note"
    anna.put(path, {**NOTE, "version": 0})
    other = anna.put(path, {"subjective": "typed in another tab", "version": 0})
    assert (other.status_code, other.json["code"], other.json["version"]) == (409, "note_changed", 1)
    assert other.json["saved"]["subjective"] == WORDS
    assert anna.get(path).json["subjective"] == WORDS


def test_each_look_of_the_therapist_is_in_the_clients_log_and_their_own_is_not(app, sides, program, clock):
    client, therapist, visit = sides
    me, anna, path = program(client), program(therapist), f"/appointments/{visit}/note"
    anna.put(path, NOTE)
    anna.post(f"{path}/lock")
    anna.get(path)
    clock.advance(days=90)
    assert anna.get(path).status_code == 200  # a record of each client is the therapist's to keep
    assert me.get(path).status_code == 200
    assert [row["what"] for row in me.get("/me/access-log").json["items"]] == ["note", "note"]
    with app.app_context():
        assert WORDS not in str(db.session.connection().exec_driver_sql("SELECT * FROM clinical_note").all())
        assert all(WORDS not in str(entry.details) for entry in db.session.scalars(select(AuditEntry)))


def test_strangers_and_staff_read_nothing(app, sides, program, clock):
    client, therapist, visit = sides
    anna, path = program(therapist), f"/appointments/{visit}/note"
    anna.put(path, NOTE)
    anna.post(f"{path}/lock")
    with app.app_context():
        stranger, other, staff = AccountFactory(), AccountFactory(role="provider"), AccountFactory(role="admin")
        person_of(stranger)
        bookable_provider(slug="other", account=other)
        for account in (stranger, other, staff):
            db.session.refresh(account)
        db.session.expunge_all()
    assert program(stranger).get(path).status_code == 404
    colleague = program(other)
    assert colleague.get(path).status_code == 404
    assert colleague.put(path, NOTE).status_code == 404
    assert program(staff).get(path).status_code == 403
    assert program(client).put(path, NOTE).status_code == 403


def test_words_of_the_visit_before_are_carried_over(two_visits, program):
    _client, therapist, (first, second) = two_visits
    anna = program(therapist)
    assert anna.post(f"/appointments/{second}/note/carry-over").status_code == 404
    anna.put(f"/appointments/{first}/note", NOTE)
    anna.post(f"/appointments/{first}/note/lock")
    carried = anna.post(f"/appointments/{second}/note/carry-over", {"version": 0}).json
    assert carried["carried"] == ["subjective", "objective", "assessment", "plan"]
    body = {**NOTE, "version": 1, "confirmed": ["subjective", "objective", "assessment"]}
    assert anna.put(f"/appointments/{second}/note", body).json["carried"] == ["plan"]
    assert anna.post(f"/appointments/{second}/note/lock").status_code == 422
    assert anna.put(f"/appointments/{second}/note", {**body, "version": 2, "confirmed": ["plan"]}).json["carried"] == []
    assert anna.post(f"/appointments/{second}/note/lock").status_code == 200


# --- pages -----------------------------------------------------------------------------------------------------------------------


def test_the_five_steps_on_a_page_from_the_first_word_to_the_signature(sides, visitor):
    client, therapist, visit = sides
    desk, path = visitor(therapist), f"/provider/appointments/{visit}/note"
    assert path in desk.open(f"/provider/appointments/{visit}").text
    page = desk.open(path).text
    for step in ("Consultation", "Assessment", "Targeted work", "Feedback", "Aftercare"):
        assert step in page
    typed = {
        "subjective": WORDS,
        "m0-movement": "neck.rotation",
        "m0-side": "left",
        "m0-degrees": "55",
        "t0-name": "Spurling",
        "t0-result": "negative",
    }
    work = {"u0-code": "myofascial_release", "u0-minutes": "20", "u0-regions": "neck_back", "u1-code": "trigger_point", "u1-minutes": "25"}
    rest = {"pressure": "3", "feedback_asked": "yes", "adverse": "no", "step-consultation": "5", "plan": "weekly"}
    assert "Saved." in desk.submit(form="note-form", do="save", **typed, **work, **rest).text
    assert "Your techniques add up to 45 as saved." in desk.page.text
    refused = desk.submit(form="note-form", do="sign", minutes="50")
    assert refused.status_code == 422
    assert "Say why it is 50." in refused.text
    assert "My hands were on for 50 minutes." in desk.submit(form="note-form", do="sign", minutes_explained="warming up").text
    refused = desk.submit(at="/note/sign")
    assert refused.status_code == 422
    assert "Say that the minutes are right." in refused.text
    page = desk.submit(at="/note/sign", attest="yes").text
    for words in (
        "Signed.",
        "By Anna Alder",
        "Neck, turning, left: 55°",
        "Spurling: negative",
        "Myofascial release: 20 minutes",
        "Hands on: 50 minutes",
    ):
        assert words in page, words
    assert desk.submit(at="/note/addenda", text=" ").status_code == 422
    assert "The client called." in desk.submit(at="/note/addenda", text="The client called.").text
    mine = visitor(client)
    assert f"/appointments/{visit}/note" in mine.open(f"/appointments/{visit}").text
    read = mine.open(f"/appointments/{visit}/note").text
    for words in (WORDS, "The client called.", "Hands on: 50 minutes"):
        assert words in read


def test_a_client_sees_no_note_before_it_is_signed(sides, program, visitor):
    client, therapist, visit = sides
    program(therapist).put(f"/appointments/{visit}/note", NOTE)
    mine = visitor(client)
    assert f"/appointments/{visit}/note" not in mine.open(f"/appointments/{visit}").text
    assert mine.open(f"/appointments/{visit}/note").status_code == 404


@pytest.mark.parametrize(
    "typed, words",
    [
        ({"m0-movement": "neck.rotation", "m0-degrees": "55"}, "Left or right."),
        ({"m1-degrees": "many", "m1-movement": "neck.flexion"}, "This must be a whole number."),
        ({"t1-words": "hurts"}, "This is needed."),
        ({"u0-minutes": "20"}, "This is needed."),
        ({"u0-code": "trigger_point", "u0-minutes": "0"}, "between 1 and 600"),
        ({"u0-code": "trigger_point", "u1-code": "trigger_point"}, "Each technique once"),
        ({"step-feedback": "-1"}, "between 0 and 600"),
        ({"minutes": "x"}, "This must be a whole number."),
    ],
)
def test_what_cannot_be_is_told_at_its_field_and_nothing_typed_is_lost(app, sides, visitor, typed, words):
    _client, therapist, visit = sides
    desk = visitor(therapist)
    desk.open(f"/provider/appointments/{visit}/note")
    page = desk.submit(form="note-form", do="save", subjective=WORDS, **typed)
    assert page.status_code == 422
    assert words in page.text
    assert WORDS in page.text
    with app.app_context():
        assert db.session.scalars(select(ClinicalNote)).all() == []
    fixed = dict.fromkeys(typed, "")
    assert "Saved." in desk.submit(form="note-form", do="save", **fixed).text


def test_two_tabs_show_both_texts(sides, visitor):
    _client, therapist, visit = sides
    one, other, path = visitor(therapist), visitor(therapist), f"/provider/appointments/{visit}/note"
    for tab in (one, other):
        tab.open(path)
    one.submit(form="note-form", do="save", subjective="from the first tab", plan="weekly")
    page = other.submit(form="note-form", do="save", subjective=WORDS)
    assert page.status_code == 409
    assert "from the first tab" in page.text
    assert WORDS in page.text
    page = other.submit(form="note-form", do="save", plan="weekly")
    assert "Saved." in page.text
    assert "from the first tab" not in page.text
    assert "weekly" in page.text


def test_words_that_come_after_the_signature_stand_ready_to_be_added(sides, visitor, program):
    _client, therapist, visit = sides
    desk = visitor(therapist)
    desk.open(f"/provider/appointments/{visit}/note")
    anna = program(therapist)
    anna.put(f"/appointments/{visit}/note", NOTE)
    anna.post(f"/appointments/{visit}/note/lock")
    page = desk.submit(form="note-form", do="save", subjective="typed too late")
    assert page.status_code == 409
    assert "typed too late" in page.text
    assert "typed too late" in desk.submit(at="/note/addenda").text


@pytest.mark.parametrize("in_between", ["signed out", "cookies gone"])
def test_whoever_was_signed_out_while_typing_loses_nothing(sides, visitor, in_between):
    _client, therapist, visit = sides
    desk, path = visitor(therapist), f"/provider/appointments/{visit}/note"
    desk.open(path)
    waiting = desk.page
    if in_between == "signed out":
        desk.submit(at="/logout")
    else:
        for cookie in list(desk.client._cookies.values()):
            desk.client.delete_cookie(cookie.key, domain=cookie.domain, path=cookie.path)
    desk.page = waiting
    page = desk.submit(form="note-form", do="save", subjective=WORDS)
    assert page.status_code in (400, 401)
    assert WORDS in page.text
    waiting = page
    desk.sign_in(therapist)
    desk.page = waiting
    page = desk.submit(at="/note")
    assert WORDS in page.text
    assert "Saved." in desk.submit(at="/note").text
    assert WORDS in desk.open(path).text


def test_another_site_gets_no_words_shown(sides, visitor):
    _client, therapist, visit = sides
    sent = visitor(therapist).client.post(
        f"/provider/appointments/{visit}/note", data={"subjective": WORDS}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert sent.status_code == 400
    assert WORDS not in sent.text


def test_the_last_note_is_carried_over_and_each_part_confirmed(two_visits, visitor, program):
    _client, therapist, (first, second) = two_visits
    anna = program(therapist)
    anna.put(f"/appointments/{first}/note", NOTE)
    anna.post(f"/appointments/{first}/note/lock")
    desk, path = visitor(therapist), f"/provider/appointments/{second}/note"
    desk.open(path)
    page = desk.submit(form="note-form", do="carry", plan="new plan").text
    assert WORDS in page
    assert "new plan" in page
    assert page.count("From your last note") == 3
    page = desk.submit(form="note-form", do="save", confirmed="subjective", objective="another").text
    assert page.count("From your last note") == 1


def test_the_page_of_a_note_leaves_what_it_does_not_show(sides, visitor, program):
    """Areas of the whole visit have no field of their own on the page; saving there keeps them."""
    _client, therapist, visit = sides
    anna, desk = program(therapist), visitor(therapist)
    before = anna.put(f"/appointments/{visit}/note", {**NOTE, **MORE}).json
    desk.open(f"/provider/appointments/{visit}/note")
    assert "Saved." in desk.submit(form="note-form", do="save").text
    after = anna.get(f"/appointments/{visit}/note").json
    assert {name: after[name] for name in {**NOTE, **MORE}} == {name: before[name] for name in {**NOTE, **MORE}}
    assert after["version"] == 1


def test_signing_asks_for_the_password_once_more_and_for_the_words_that_were_read(sides, visitor, program):
    _client, therapist, visit = sides
    anna, desk, path = program(therapist), visitor(therapist), f"/appointments/{visit}/note"
    anna.put(path, NOTE)
    with desk.client.session_transaction() as session:  # so long ago the password was given
        session["fs_paa"] -= 21 * 60
        session.pop("fs_gexp", None)
    assert desk.open(f"/provider{path}/sign").request.path == "/account/again"
    page = desk.submit(at="/account/again", password=PASSWORD)
    assert (page.request.path, WORDS in page.text) == (f"/provider{path}/sign", True)
    anna.put(path, {**NOTE, "plan": "never"})
    assert "changed elsewhere" in desk.submit(at="/note/sign", attest="yes").text
    assert anna.get(path).json["state"] == "draft"
    assert "never" in desk.open(f"/provider{path}/sign").text
    assert "Signed." in desk.submit(at="/note/sign", attest="yes").text


def test_what_cannot_be_signed_leads_back_to_the_note(sides, visitor, program):
    _client, therapist, visit = sides
    desk, path = visitor(therapist), f"/provider/appointments/{visit}/note"
    assert desk.open(f"{path}/sign").request.path == path
    program(therapist).put(f"/appointments/{visit}/note", {"subjective": "so"})
    assert desk.open(f"{path}/sign").request.path == path
