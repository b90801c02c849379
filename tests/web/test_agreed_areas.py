"""A note that names what the comfort card leaves out says that it was agreed on; a refused save shows the card and every word."""

import pytest

from tests.web.test_notes import NOTE, furnish

CARD = {"text_version": "1", "areas_out": ["neck_back"], "clothing": "underwear", "stop_words": "zzpineapplezz"}


@pytest.fixture
def sides(app, clock):
    with app.app_context():
        client, therapist, ids = furnish(clock)
    return client, therapist, ids[0]


def test_programs_say_that_it_was_agreed(sides, program, clock):
    client, therapist, visit = sides
    me, anna, path = program(client), program(therapist), f"/appointments/{visit}/note"
    assert me.put("/me/comfort", CARD).status_code == 200
    refused = anna.put(path, NOTE)
    assert (refused.status_code, refused.json["code"]) == (422, "not_agreed")
    [fault] = refused.json["errors"]
    assert fault["field"] == "agreed_regions"
    assert anna.get(path).status_code == 404
    assert "comfort_card" in [row["what"] for row in me.get("/me/access-log").json["items"]]
    kept = anna.put(path, {**NOTE, "agreed_regions": ["neck_back"]})
    assert kept.json["agreed_regions"] == ["neck_back"]
    assert anna.post(f"{path}/lock").json["state"] == "locked"
    assert me.get(path).json["agreed_regions"] == ["neck_back"]


def test_a_card_written_before_the_visit_is_over_counts_at_the_signature(sides, program):
    client, therapist, visit = sides
    anna, path = program(therapist), f"/appointments/{visit}/note"
    assert anna.put(path, NOTE).status_code == 200
    program(client).put("/me/comfort", CARD)
    refused = anna.post(f"{path}/lock")
    assert (refused.status_code, refused.json["code"]) == (422, "not_agreed")
    assert anna.get(path).json["state"] == "draft"


def test_a_card_written_after_the_visit_says_nothing_about_it(sides, program, clock):
    client, therapist, visit = sides
    anna, path = program(therapist), f"/appointments/{visit}/note"
    clock.advance(days=3)
    program(client).put("/me/comfort", CARD)
    assert anna.put(path, NOTE).status_code == 200
    assert anna.post(f"{path}/lock").json["state"] == "locked"


def test_an_area_nobody_knows_cannot_be_agreed_on(sides, program):
    _client, therapist, visit = sides
    answer = program(therapist).put(f"/appointments/{visit}/note", {**NOTE, "agreed_regions": ["wing"]})
    assert [fault["field"] for fault in answer.json["errors"]] == ["agreed_regions"]


def test_a_refused_save_brings_back_every_word_the_card_and_the_tick(sides, program, visitor):
    client, therapist, visit = sides
    program(client).put("/me/comfort", CARD)
    desk, at = visitor(therapist), f"/provider/appointments/{visit}/note"
    desk.open(at)
    typed = {"subjective": "zz typed zz", "u0-code": "trigger_point", "u0-minutes": "20", "u0-regions": "neck_back"}
    page = desk.submit(at=at, **typed)
    assert page.status_code == 422
    for words in ("zz typed zz", "How your client wants to be touched", "zzpineapplezz", "The comfort card leaves out: "):
        assert words in page.text
    assert 'id="agreed_regions" open' in page.text
    page = desk.submit(at=at, agreed_regions="neck_back")
    assert "Saved." in page.text
    assert "zz typed zz" in page.text
    page = desk.submit(at=at, **{"u0-minutes": "many"})
    assert page.status_code == 422
    assert "How your client wants to be touched" in page.text
