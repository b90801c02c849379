"""The button that asks a source, and its endpoint."""

import pytest

from tests.factories import AccountFactory, CredentialFactory
from tests.support.sources import STATE_ANSWER


@pytest.fixture
def register(stranger):
    return stranger(answer=STATE_ANSWER)


@pytest.fixture
def environment(register):
    return {"STATE_LOOKUP_URL": register.url, "STATE_LOOKUP_KEY": "key"}


@pytest.fixture
def desk(app):
    with app.app_context():
        boss = AccountFactory(role="admin")
        credential = CredentialFactory(status="submitted", plain_number="012345", holder_name="Alex Example")
        return boss, credential.public_id


def test_a_button_asks_and_the_page_shows_the_answer(desk, visitor, register):
    boss, public_id = desk
    browser = visitor(boss)
    browser.open(f"/admin/credentials/{public_id}")
    page = browser.submit(at=f"/admin/credentials/{public_id}/ask").text
    assert "Agrees with what was typed" in page
    assert "EXAMPLE ALEX MORGAN" in page
    register.answer = b"<html>"
    assert "cannot read" in browser.submit(at=f"/admin/credentials/{public_id}/ask").text
    assert len(register.asked) == 2


def test_programs_ask_too(desk, program, register):
    boss, public_id = desk
    admin = program(boss)
    asked = admin.post(f"/admin/credentials/{public_id}/ask", {"source": "state"})
    assert (asked.status_code, asked.json["outcome"], asked.json["fields"]) == (200, "match", [])
    register.answer = {**STATE_ANSWER, "name": "OTHER SAM"}
    assert admin.post(f"/admin/credentials/{public_id}/ask", {"source": "state"}).json["fields"] == ["name"]
    listed = admin.get(f"/admin/credentials/{public_id}/checks").json["items"]
    assert [one["outcome"] for one in listed] == ["mismatch", "match"]
    assert admin.get(f"/admin/credentials/{public_id}").json["status"] == "submitted"


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"source": "nppes"}, 422, "source_off"),
        ({"source": "x"}, 422, "invalid"),
        ({}, 422, "invalid"),
        ({"source": "state", "x": 1}, 400, "unknown_field"),
    ],
)
def test_what_cannot_be_asked_is_refused(desk, program, body, status, code):
    boss, public_id = desk
    answer = program(boss).post(f"/admin/credentials/{public_id}/ask", body)
    assert (answer.status_code, answer.json["code"]) == (status, code)


def test_an_unknown_credential_is_not_found(desk, program):
    assert program(desk[0]).post("/admin/credentials/nobody/ask", {"source": "state"}).status_code == 404
