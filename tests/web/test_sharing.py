"""Sharing as people and programs meet it: signing, letters, the page behind a link, the log; what is closed says nothing."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from booking.appointments.models import Appointment
from booking.sharing.models import LetterOpening
from marketplace.db import db
from marketplace.outbox.models import Letter
from marketplace.webkit.letters import render_letter
from marketplace.webkit.limits import limiter
from marketplace.webkit.masking import mask

SECRET = "the left shoulder is frozen"
RELEASE = {
    "provider": "anna",
    "recipient": {"name": "Dora Doe", "profession": "physician", "practice": "Doe Practice", "email": "Dora@practice.example.com"},
    "scope": ["visits", "outcomes"],
    "purpose": "to plan my care",
    "expires_on": "2027-06-30",
    "signed_name": "Ruth Weiss",
    "text_version": "1",
}
WORDS = {"opening": SECRET, "sections": [{"code": "visits", "text": "1 visit took place."}], "closing": "Thank you."}


@pytest.fixture
def pair(sides, program):
    """The client and the therapist as programs, and the visit's id."""
    return program(sides[0]), program(sides[1]), sides[2]


def link_of(app):
    with app.app_context():
        return db.session.scalars(select(Letter).where(Letter.kind == "letter_shared").order_by(Letter.id.desc())).first().facts["link"]


def path_of(app):
    return "/letter/" + link_of(app).rpartition("/")[2]


def sent(pair):
    """A letter that left by a link; gives its id and that of its release."""
    me, anna, visit = pair
    public_id, path = me.post("/releases", RELEASE).json["id"], f"/appointments/{visit}/letter"
    anna.post(path, {"release": public_id})
    mark = anna.put(path, WORDS).json["checksum"]
    answer = anna.post(f"{path}/send", {"way": "link", "checksum": mark})
    assert answer.status_code == 201
    return answer.json["id"], public_id


def test_a_client_signs_a_therapist_writes_and_both_see_what_left(pair):
    me, anna, visit = pair
    made = me.post("/releases", RELEASE, key="once")
    assert (made.status_code, made.json["live"], made.json["recipient"]["email"]) == (201, True, "dora@practice.example.com")
    assert me.post("/releases", RELEASE, key="once").json == made.json
    [seen] = anna.get("/releases").json["items"]
    assert seen == made.json
    path = f"/appointments/{visit}/letter"
    assert anna.get(path).status_code == 404
    begun = anna.post(path, {"release": made.json["id"]})
    assert [one["code"] for one in begun.json["sections"]] == ["visits"]
    edited = anna.put(path, WORDS).json
    assert edited == anna.get(path).json | {"changed_at": edited["changed_at"]}
    assert anna.post(f"{path}/send", {"way": "link", "checksum": begun.json["checksum"]}).json["code"] == "letter_changed"
    left = anna.post(f"{path}/send", {"way": "link", "checksum": edited["checksum"]})
    assert (left.status_code, left.json["parts"], left.json["openings"], left.json["open"]) == (201, ["visits"], [], True)
    assert anna.get(path).status_code == 404
    [mine] = me.get("/letters").json["items"]
    assert mine == left.json == anna.get("/letters").json["items"][0]
    assert me.get(f"/letters/{mine['id']}").json["letter"] == edited["letter"]
    assert {row["what"] for row in me.get("/me/access-log").json["items"]} == {"letter_draft"}


@pytest.mark.parametrize(
    "change, field",
    [
        ({"expires_on": "2028-06-30"}, "expires_on"),
        ({"expires_on": "soon"}, "expires_on"),
        ({"scope": []}, "scope"),
        ({"scope": ["address"]}, "scope"),
        ({"recipient": {"name": "Dora", "profession": "physician", "email": "nowhere"}}, "recipient.email"),
        ({"recipient": {"name": "www.buy.example", "profession": "physician"}}, "recipient.name"),
        ({"recipient": {"name": "Dora", "profession": "physician", "phone": "1"}}, "recipient.phone"),
        ({"recipient": "Dora"}, "recipient"),
        ({"signed_name": ""}, "signed_name"),
        ({"text_version": "0"}, "text_version"),
        ({"provider": "bea"}, "provider"),
        ({"amount_cents": 1}, "amount_cents"),
    ],
)
def test_what_cannot_be_signed_is_refused_by_its_field(pair, change, field):
    answer = pair[0].post("/releases", RELEASE | change)
    assert answer.status_code in (400, 422)
    assert field in [fault["field"] for fault in answer.json["errors"]]
    assert pair[0].get("/releases").json["items"] == []


def test_others_find_nothing(pair, program, outsiders):
    me, anna, visit = pair
    letter, release = sent(pair)
    stranger, other = outsiders
    theirs, else_ = program(stranger), program(other)
    assert theirs.get("/releases").json["items"] == theirs.get("/letters").json["items"] == []
    assert theirs.get(f"/letters/{letter}").status_code == theirs.delete(f"/releases/{release}").status_code == 404
    assert else_.get("/releases").json["items"] == else_.get("/letters").json["items"] == []
    assert else_.post(f"/appointments/{visit}/letter", {"release": release}).status_code == 404
    assert anna.get(f"/letters/{letter}").status_code == 403
    assert me.delete(f"/releases/{release}").status_code == 204
    assert me.delete(f"/releases/{release}").status_code == 204
    answer = anna.post(f"/appointments/{visit}/letter", {"release": release})
    assert (answer.status_code, answer.json["code"]) == (422, "release_revoked")


def test_after_thirty_days_a_therapist_writes_no_more(app, pair, clock):
    me, anna, visit = pair
    release = me.post("/releases", RELEASE).json["id"]
    with app.app_context():
        row = db.session.scalars(select(Appointment)).one()
        row.status = "completed"
        db.session.commit()
        ended = row.ends_at
    clock.set(ended + timedelta(days=31))
    assert anna.post(f"/appointments/{visit}/letter", {"release": release}).status_code == 404


def test_looking_at_a_link_uses_nothing_up_and_opening_does(app, sides, pair, visitor):
    sent(pair)
    path, doctor = path_of(app), visitor()
    for _look in range(12):
        page = doctor.open(path)
        assert page.status_code == 200
    assert (page.headers["Cache-Control"], page.headers["X-Robots-Tag"]) == ("private, no-store", "noindex, nofollow")
    with app.app_context():
        name = db.session.scalars(select(Letter).where(Letter.kind == "letter_left")).one().facts["name"]
        assert db.session.scalars(select(LetterOpening)).all() == []
    assert SECRET not in page.text
    assert name not in page.text
    page = doctor.submit(at=path)
    assert (page.status_code, page.headers["Cache-Control"]) == (200, "private, no-store")
    assert SECRET in page.text
    assert name in page.text
    file = doctor.submit(at="/file")
    assert (file.data[:4], file.headers["Content-Type"]) == (b"%PDF", "application/pdf")
    [mine] = pair[0].get("/letters").json["items"]
    assert len(mine["openings"]) == 2
    log = visitor(sides[0]).open("/care/access-log").text
    assert "Whoever had the link" in log
    assert "A letter that you permitted" in log


def closed_words(page):
    return re.sub(r'value="[^"]+"|nonce-[\w+/=-]+|content="[^"]*"', "", page.text)


def test_what_is_not_open_answers_alike_whatever_the_reason(app, pair, visitor, clock):
    _letter, release = sent(pair)
    revoked = path_of(app)
    doctor, answers = visitor(), []
    doctor.open(revoked)
    pair[0].delete(f"/releases/{release}")
    answers.append(doctor.submit(at=revoked))
    sent(pair)
    expired = path_of(app)
    clock.advance(days=14)
    paths = [revoked, expired, "/letter/" + "A" * 43, "/letter/short"]
    answers += [visitor().open(path) for path in paths]
    assert {answer.status_code for answer in answers} == {404}
    assert len({closed_words(answer) for answer in answers}) == 1
    assert {answer.headers["Cache-Control"] for answer in answers} == {"private, no-store"}
    assert all("Anna" not in answer.text and SECRET not in answer.text for answer in answers)


class TestGuessing:
    @pytest.fixture
    def environment(self):
        return {"RATE_LIMITS": "on"}

    def test_is_slowed_down_for_looking_and_opening_together(self, app, client):
        limiter.reset()
        codes = [client.get(f"/letter/{number:043}").status_code for number in range(61)]
        assert codes == [404] * 60 + [429]
        assert client.get("/letter/short", environ_base={"REMOTE_ADDR": "127.0.0.2"}).status_code == 404


def test_mails_and_logs_say_no_health_word_and_no_key(app, pair):
    sent(pair)
    with app.test_request_context():
        letters = db.session.scalars(select(Letter).where(Letter.kind.in_(("letter_shared", "letter_left")))).all()
        made = {letter.kind: str(render_letter(letter.kind, letter.facts)) for letter in letters}
        client = next(letter.facts["name"] for letter in letters if letter.kind == "letter_left")
    assert "/letter/" in made["letter_shared"]
    assert client not in made["letter_shared"]
    for words in made.values():
        assert not any(word in words.lower() for word in ("shoulder", "massage", "pain", "visit"))
    assert mask(f"GET /letter/{'x' * 43} 200") == "GET /letter/… 200"
    assert mask(f"POST /letter/{'x' * 43}/file 200") == "POST /letter/…/file 200"


def test_people_do_all_of_it_on_pages(app, sides, visitor):
    client, therapist, visit = sides
    me, anna = visitor(client), visitor(therapist)
    assert "/account/releases" in me.open("/account").text
    assert "Permit a letter to your physician" in me.open(f"/appointments/{visit}").text
    assert "You permit nothing." in me.open("/account/releases").text
    me.open("/account/releases/new")
    typed = {
        "recipient_name": "Dora Doe", "recipient_profession": "physician", "scope": ["visits"], "purpose": "my care", "signed_name": "Ruth",
    }  # fmt: skip
    page = me.submit(at="/releases/new", **typed | {"expires_on": "2030-01-01"})
    assert (page.status_code, 'href="#expires_on"' in page.text) == (422, True)
    page = me.submit(at="/releases/new", **typed | {"recipient_email": "nowhere", "expires_on": "2027-06-30"})
    assert 'href="#recipient_email"' in page.text
    page = me.submit(at="/releases/new", **typed | {"recipient_email": "", "expires_on": "2027-06-30"})
    assert "What you signed" in page.text
    assert f"/provider/appointments/{visit}/letters" in anna.open(f"/provider/appointments/{visit}").text
    anna.open(f"/provider/appointments/{visit}/letters")
    page = anna.submit(at="/letters")
    assert page.request.path.endswith("/letter")
    page = anna.submit(at="/letter", visits="")
    assert (page.status_code, "at least one part" in page.text) == (422, True)
    page = anna.submit(at="/letter", visits="1 visit took place.", opening=SECRET)
    assert page.request.path.endswith("/letter/preview")
    assert SECRET in page.text
    assert page.headers["Cache-Control"] == "private, no-store"
    page = anna.submit(at="/letter/send", way="print")
    assert "The letter can be printed now." in page.text
    assert anna.submit(at="/print").data.startswith(b"%PDF")
    page = me.open("/account/releases")
    assert "Printed:" in page.text
    address = re.search(r'href="(/account/letters/[\w-]+)"', page.text)[1]
    assert SECRET in me.open(address).text
    assert me.open(f"{address}.pdf").data.startswith(b"%PDF")
    me.open("/account/releases")
    page = me.submit(at="/revoke")
    assert "Taken back" in page.text
    assert "Nothing is permitted." in anna.open(f"/provider/appointments/{visit}/letters").text
