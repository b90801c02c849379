"""What changes something comes from our own pages, or with a token of its own."""

import pytest

from tests.support.people import submit, token_in

CHANGE = {"name": "Ann the Second"}


def csrf_token(browser) -> str:
    return token_in(browser.get("/account").get_data(as_text=True))


@pytest.fixture
def browser(person):
    return person().browser()


def test_a_session_needs_the_header(browser):
    assert browser.patch("/api/v1/me", json=CHANGE).json["code"] == "csrf"
    assert browser.patch("/api/v1/me", json=CHANGE, headers={"X-CSRFToken": "nonsense"}).json["code"] == "csrf"
    answer = browser.patch("/api/v1/me", json=CHANGE, headers={"X-CSRFToken": csrf_token(browser)})
    assert answer.status_code == 200


def test_the_token_of_another_session_does_not_do(browser, person):
    stranger = person().browser()
    assert browser.patch("/api/v1/me", json=CHANGE, headers={"X-CSRFToken": csrf_token(stranger)}).status_code == 400


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "http://localhost"}, 200),
        ({"Origin": "http://127.0.0.1"}, 200),
        ({"Origin": "http://evil.example"}, 400),
        ({"Origin": "http://localhost.evil.example"}, 400),
        ({"Origin": "null"}, 400),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Sec-Fetch-Site": "cross-site"}, 400),
        ({"Sec-Fetch-Site": "same-site"}, 400),
    ],
)
def test_origins_of_json(browser, headers, status):
    token = csrf_token(browser)
    assert browser.patch("/api/v1/me", json=CHANGE, headers={"X-CSRFToken": token, **headers}).status_code == status


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "http://localhost"}, 302),
        ({"Origin": "null", "Sec-Fetch-Site": "same-origin"}, 302),
        ({"Origin": "http://evil.example"}, 400),
        ({"Origin": "null", "Sec-Fetch-Site": "cross-site"}, 400),
    ],
)
def test_origins_of_forms(browser, headers, status):
    fields = {"csrf_token": csrf_token(browser), "name": "Ann", "phone": "", "zip": ""}
    assert browser.post("/account", data=fields, headers=headers).status_code == status


def test_a_token_of_the_api_needs_neither(app, person):
    token = person().token()
    headers = {"Authorization": f"Bearer {token}", "Origin": "http://elsewhere.example"}
    assert app.test_client().patch("/api/v1/me", json=CHANGE, headers=headers).status_code == 200


def test_strangers_need_none_to_sign_up_or_in(client):
    answer = client.post("/api/v1/tokens", json={"email": "nobody@example.com", "password": "wrong password"})
    assert answer.json["code"] == "bad_credentials"


@pytest.mark.parametrize("path", ["/login", "/sign-up", "/reset", "/confirm"])
def test_forms_of_strangers_need_their_token(client, path):
    assert client.post(path, data={"email": "ann@example.com"}).status_code == 400


@pytest.mark.parametrize("path", ["/account/password", "/account/email", "/account/second-factor", "/account", "/logout"])
def test_forms_of_accounts_need_their_token(browser, path):
    assert browser.post(path, data={"email": "b@example.com"}).status_code == 400


def test_a_session_cannot_be_put_upon_somebody_by_json(app, person):
    """Flask-Security's pages do not read JSON without a token, and never hand out tokens of their own."""
    ann = person()
    client = app.test_client()
    assert client.post("/login?include_auth_token", json={"email": ann.email, "password": ann.password}).status_code == 400
    answer = submit(client, "/login?include_auth_token=1", email=ann.email, password=ann.password)
    assert "authentication_token" not in answer.get_data(as_text=True)
