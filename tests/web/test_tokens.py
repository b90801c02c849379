"""The accounts' JSON: making one, tokens, one's own details."""

import pytest
from sqlalchemy import select

from marketplace.accounts.models import ApiToken
from marketplace.accounts.models import Person as PersonRow
from marketplace.db import db
from marketplace.webkit.limits import limiter
from tests.support.people import letters, link_in, submit

ANN = {"email": "ann@example.com", "password": "a few words here", "name": "Ann", "role": "client"}


def me(client, token):
    return client.get("/api/v1/me", headers={"Authorization": f"Bearer {token}"})


@pytest.fixture
def api(app):
    """Calls with a token."""

    def call(method, path, token, body=None):
        return app.test_client().open(f"/api/v1{path}", method=method, json=body, headers={"Authorization": f"Bearer {token}"})

    return call


def test_account_letter_token_me(app, client, api):
    made = client.post("/api/v1/accounts", json=ANN)
    assert made.status_code == 201
    asked = {"email": ANN["email"], "password": ANN["password"]}
    assert client.post("/api/v1/tokens", json=asked).json["code"] == "email_unconfirmed"
    submit(client, link_in(letters(app, "confirm")[0]))
    answer = client.post("/api/v1/tokens", json=asked)
    assert answer.status_code == 201
    assert answer.json["expires_at"] == "2027-02-11T12:00:00-05:00"
    assert me(client, answer.json["token"]).json == {
        "id": made.json["id"], "name": "Ann", "email": "ann@example.com", "role": "client", "confirmed": True,
    }  # fmt: skip
    assert api("DELETE", "/tokens/current", answer.json["token"]).status_code == 204
    assert me(client, answer.json["token"]).status_code == 401


def test_a_known_address_answers_alike(app, client, person):
    ann = person()
    known = client.post("/api/v1/accounts", json=ANN | {"email": ann.email.upper()})
    fresh = client.post("/api/v1/accounts", json=ANN)
    assert (known.status_code, known.json.keys(), len(known.json["id"])) == (fresh.status_code, fresh.json.keys(), len(fresh.json["id"]))
    assert known.json["id"] != ann.public_id
    assert [letter.kind for letter in letters(app)] == ["known_address", "confirm"]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (ANN | {"role": "admin"}, 422, "invalid"),
        (ANN | {"email": "x"}, 422, "invalid"),
        (ANN | {"email": "a\r\nBcc: b@example.com"}, 422, "invalid"),
        (ANN | {"password": 12345678}, 422, "invalid"),
        (ANN | {"password": "short"}, 422, "invalid"),
        (ANN | {"name": ""}, 422, "invalid"),
        (ANN | {"name": "https://evil.example/win"}, 422, "invalid"),
        (ANN | {"name": "x" * 121}, 422, "invalid"),
        (ANN | {"confirmed": True}, 400, "unknown_field"),
        ({}, 422, "invalid"),
    ],
)
def test_what_will_not_do_is_refused_by_name(client, body, status, code):
    answer = client.post("/api/v1/accounts", json=body)
    assert (answer.status_code, answer.json["code"]) == (status, code)
    assert answer.mimetype == "application/problem+json"


@pytest.mark.parametrize("raw", ["[1]", "nonsense", '"text"'])
def test_a_body_that_is_no_object(client, raw):
    answer = client.post("/api/v1/accounts", data=raw, content_type="application/json")
    assert (answer.status_code, answer.json["code"]) == (400, "bad_json")


@pytest.mark.parametrize("more", [{"password": "wrong password"}, {"email": "nobody@example.com"}])
def test_wrong_and_unknown_answer_alike(client, person, more):
    ann = person()
    answer = client.post("/api/v1/tokens", json={"email": ann.email, "password": ann.password} | more)
    assert (answer.status_code, answer.json["code"]) == (401, "bad_credentials")


@pytest.mark.parametrize("header", ["Bearer nonsense", "Bearer ", "Bearer lh_" + "A" * 43])
def test_a_bad_token_is_no_stranger(client, header):
    answer = client.get("/api/v1/me", headers={"Authorization": header})
    assert (answer.status_code, answer.json["code"]) == (401, "bad_token")


def test_tokens_expire(client, person, clock):
    token = person().token()
    clock.advance(days=30, seconds=-1)
    assert me(client, token).status_code == 200
    clock.advance(seconds=1)
    assert me(client, token).status_code == 401


def test_tokens_are_kept_as_hashes(app, person):
    token = person().token()
    with app.app_context():
        assert token not in db.session.scalars(select(ApiToken.token_hash)).all()


def test_a_token_opens_the_json_alone(client, person):
    headers = {"Authorization": f"Bearer {person().token()}"}
    assert client.get("/account", headers=headers).status_code == 302


def test_details_are_read_back_and_sealed(app, api, person):
    ann = person()
    token = ann.token()
    change = {"name": "Ann L.", "phone": "212 555 0123", "zip": "10003", "address": {"line1": "7 East 14th Street", "unit": "4B"}}
    answer = api("PATCH", "/me", token, change)
    assert answer.status_code == 200
    assert answer.json["phone"] == "+12125550123"
    assert answer.json["address"] == {"line1": "7 East 14th Street", "unit": "4B"}
    with app.app_context():
        raw = str(db.session.connection().exec_driver_sql("SELECT phone, address FROM person").first())
        assert db.session.scalar(select(PersonRow.name)) == "Ann L."
    assert "555" not in raw
    assert "14th" not in raw
    assert "phone" not in api("PATCH", "/me", token, {"phone": "", "address": {}}).json


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"phone": "12"}, 422), ({"zip": "1000"}, 422), ({"zip": "ABCDE"}, 422), ({"email": "b@example.com"}, 400), ({"role": "admin"}, 400),
        ({"address": {"line1": "x", "planet": "Mars"}}, 400), ({"address": "x"}, 422), ({"name": ""}, 422), ({"name": "x\u0000y"}, 400),
    ],
)  # fmt: skip
def test_details_that_will_not_do(api, person, body, status):
    assert api("PATCH", "/me", person().token(), body).status_code == status


class TestLimits:
    @pytest.fixture
    def environment(self):
        return {"RATE_LIMITS": "on"}

    def test_addresses_are_limited(self, client):
        limiter.reset()
        answers = [client.post("/api/v1/accounts", json=ANN | {"email": f"a{number}@example.com"}) for number in range(11)]
        assert [answer.status_code for answer in answers] == [201] * 10 + [429]
        assert answers[-1].json["code"] == "too_many_requests"
        assert client.post("/api/v1/accounts", json=ANN, environ_base={"REMOTE_ADDR": "127.0.0.2"}).status_code == 201

    def test_sign_in_is_limited(self, client, person):
        limiter.reset()
        ann = person()
        answers = [ann.sign_in(client, "wrong password").status_code for _ in range(31)]
        assert answers == [200] * 30 + [429]
