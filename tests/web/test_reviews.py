"""Supervision and reviews of signed notes, as programs and people use them."""

import re
from datetime import timedelta

import pytest

from marketplace.db import db
from tests.factories import AccountFactory, bookable_provider, person_of, signed_note
from tests.support.visits import book_visit

COMMENTS = "Say for how long the pressure was held."


@pytest.fixture
def three(app, clock):
    """A client, Anna whose note of their visit is signed, Bea, and the visit's id."""
    with app.app_context():
        client, anna, bea = AccountFactory(), AccountFactory(role="provider"), AccountFactory(role="provider")
        provider, person = bookable_provider(slug="anna", account=anna, name="Anna Alder"), person_of(client)
        bookable_provider(slug="bea", account=bea, name="Bea Birch")
        visit = book_visit(provider, person, clock.now + timedelta(days=3), clock.now).booked.appointment
        signed_note(visit)
        public_id = visit.public_id
        for account in (client, anna, bea):
            db.session.refresh(account)
        db.session.expunge_all()
    return client, anna, bea, public_id


def agreed(anna, bea):
    made = anna.post("/provider/supervisions", {"provider": "bea"}).json["id"]
    assert bea.post(f"/provider/supervisions/{made}/accept").status_code == 200
    return made


def test_programs_name_offer_read_and_decide(program, three):
    me, anna, bea, path = program(three[0]), program(three[1]), program(three[2]), f"/appointments/{three[3]}/note/review"
    named = anna.post("/provider/supervisions", {"provider": "bea"}, key="once")
    assert (named.status_code, named.json["state"], named.json["side"]) == (201, "named", "supervised")
    assert anna.post("/provider/supervisions", {"provider": "bea"}, key="once").json == named.json
    [seen] = bea.get("/provider/supervisions").json["items"]
    assert (seen["side"], seen["provider"]["slug"], seen["supervisor"]["slug"]) == ("supervising", "anna", "bea")
    assert anna.post(f"/provider/supervisions/{seen['id']}/accept").json["code"] == "wrong_state"
    accepted = bea.post(f"/provider/supervisions/{seen['id']}/accept")
    assert (accepted.status_code, accepted.json["state"]) == (200, "live")
    before = anna.get(f"/appointments/{three[3]}/note").json
    assert [one["slug"] for one in anna.get(path).json["colleagues"]] == ["bea"]
    offer = anna.post(path, {"supervision": seen["id"]})
    assert (offer.status_code, offer.json["status"], offer.json["open"]) == (201, "offered", True)
    [line] = bea.get("/provider/note-reviews").json["items"]
    assert "note" not in line
    read = bea.get(f"/provider/note-reviews/{line['id']}").json
    assert (read["note"]["state"], read["note"]["digest"]) == ("locked", before["digest"])
    missing = bea.post(f"/provider/note-reviews/{line['id']}/decision", {"decision": "returned"})
    assert (missing.status_code, missing.json["errors"][0]["field"]) == (422, "comments")
    returned = bea.post(f"/provider/note-reviews/{line['id']}/decision", {"decision": "returned", "comments": COMMENTS})
    assert (returned.status_code, returned.json["status"]) == (200, "returned")
    assert bea.get(f"/provider/note-reviews/{line['id']}").status_code == 404
    [review] = anna.get(path).json["items"]
    assert [(step["kind"], step["comments"]) for step in review["steps"]] == [("offered", ""), ("returned", COMMENTS)]
    assert anna.post(path, {"supervision": seen["id"]}).status_code == 201
    assert anna.delete(path).status_code == 204
    assert anna.post(path, {"supervision": seen["id"]}).status_code == 201
    assert bea.post(f"/provider/note-reviews/{line['id']}/decision", {"decision": "accepted"}).json["status"] == "accepted"
    after = anna.get(f"/appointments/{three[3]}/note").json
    assert after == before, "no review touches a note"
    log = {(one["what"], one["who"]) for one in me.get("/me/access-log").json["items"]}
    assert {("note_review", "Bea Birch"), ("note_review", "Anna Alder")} <= log


def test_either_ends_it_by_program(program, three):
    anna, bea, path = program(three[1]), program(three[2]), f"/appointments/{three[3]}/note/review"
    for side in (anna, bea):
        made = agreed(anna, bea)
        review = anna.post(path, {"supervision": made}).json["id"]
        assert bea.get(f"/provider/note-reviews/{review}").status_code == 200
        assert side.delete(f"/provider/supervisions/{made}").status_code == 204
        assert bea.get(f"/provider/note-reviews/{review}").status_code == 404
    assert [one["state"] for one in bea.get("/provider/supervisions").json["items"]] == ["ended", "ended"]


def test_clients_and_strangers_have_no_part_in_it(app, program, three):
    me, anna, bea = program(three[0]), program(three[1]), program(three[2])
    made = agreed(anna, bea)
    review = anna.post(f"/appointments/{three[3]}/note/review", {"supervision": made}).json["id"]
    with app.app_context():
        other = AccountFactory(role="provider")
        bookable_provider(slug="other", account=other)
        db.session.refresh(other)
        db.session.expunge_all()
    cleo = program(other)
    assert cleo.get("/provider/supervisions").json["items"] == cleo.get("/provider/note-reviews").json["items"] == []
    assert cleo.get(f"/provider/note-reviews/{review}").status_code == 404
    assert cleo.delete(f"/provider/supervisions/{made}").status_code == 404
    assert anna.get(f"/provider/note-reviews/{review}").status_code == 404, "only the colleague judges"
    assert bea.get(f"/appointments/{three[3]}/note/review").status_code == 404
    assert bea.get(f"/appointments/{three[3]}/note").status_code == 404, "nothing but what is offered"
    assert me.get(f"/appointments/{three[3]}/note/review").status_code == 403


def test_both_on_pages(three, visitor):
    client, visit = visitor(three[0]), three[3]
    anna, bea, path = visitor(three[1]), visitor(three[2]), f"/provider/appointments/{three[3]}/review"
    assert "Review by a supervising colleague" in anna.open(f"/provider/appointments/{visit}/note").text
    assert "No colleague supervises you here." in anna.open(path).text
    anna.open("/provider/supervision")
    page = anna.submit(at="/provider/supervision", provider="nobody")
    assert page.status_code == 422
    assert "not listed here with everything in force" in page.text
    assert "Asked." in anna.submit(at="/provider/supervision", provider="https://hands.test/providers/bea/").text
    assert "Waits for a yes" in bea.open("/provider/supervision").text
    assert "Accepted." in bea.submit(at="/accept").text
    anna.open(path)
    assert "Offered." in anna.submit(at=path).text
    anna.open(path)
    assert "Taken back." in anna.submit(at="/review/back").text
    assert "Offered." in anna.submit(at=path).text
    assert "One note waits for your review" in bea.open("/provider").text
    address = re.search(r'href="(/provider/reviews/[\w-]+)"', bea.open("/provider/supervision").text)[1]
    page = bea.open(address)
    assert "This look is written down" in page.text
    assert "Signed" in page.text
    page = bea.submit(at=address, decision="returned", comments="")
    assert page.status_code == 422
    assert "Say what is missing." in page.text
    assert "Kept." in bea.submit(at=address, decision="returned", comments=COMMENTS).text
    assert bea.open(address).status_code == 404
    page = anna.open(path)
    assert COMMENTS in page.text
    assert "Returned with comments" in page.text
    anna.submit(at=path)
    bea.open(address)
    assert "Kept." in bea.submit(at=address, decision="accepted").text
    assert "Accepted" in anna.open(path).text
    anna.open("/provider/supervision")
    assert "Ended." in anna.submit(at="/end").text
    log = client.open("/care/access-log").text
    assert "A note of a visit, in a review by colleagues" in log
    assert "Bea Birch" in log


def test_an_unsigned_note_is_not_offered(sides, visitor):
    _client, therapist, visit = sides
    assert "Only a signed note can be offered." in visitor(therapist).open(f"/provider/appointments/{visit}/review").text
