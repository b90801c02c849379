"""Headers on every answer, health, and the letters that developers see."""

import pytest

from marketplace.db import db
from tests.support.people import submit


@pytest.mark.parametrize("path", ["/login", "/api/v1/me", "/nowhere", "/healthz", "/static/css/app.css", "/account"])
def test_every_answer_carries_the_headers(client, path):
    with client.get(path) as answer:
        headers = answer.headers
    policy = headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "Strict-Transport-Security" not in headers


def test_a_picture_that_comes_late_does_not_sign_in_again(person):
    browser = person().browser()
    assert "session=" in browser.get("/account").headers["Set-Cookie"]
    with browser.get("/static/img/favicon.svg") as answer:
        assert answer.status_code == 200
        assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("path", ["/login", "/sign-up", "/reset", "/confirm", "/account", "/account/second-factor", "/account/email"])
def test_our_pages_carry_no_script_or_style_of_their_own(person, client, path):
    browser = client if path in ("/login", "/sign-up", "/reset", "/confirm") else person().browser()
    page = browser.get(path).get_data(as_text=True)
    assert "<style" not in page
    assert " style=" not in page
    assert " on" not in "".join(
        part.split(">")[0] for part in page.split("<") if " on" in part.split(">")[0] and "=" in part.split(" on")[-1][:12]
    )
    assert all('src="' in part.split(">")[0] for part in page.split("<script")[1:])


def test_personal_pages_are_not_stored(person):
    assert person().browser().get("/account").headers["Cache-Control"] == "private, no-store"


def test_head_is_answered(client):
    assert client.head("/login").status_code == 200
    assert client.head("/healthz").status_code == 200


def test_health(client):
    assert client.get("/healthz").json == {"status": "ok"}
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json == {"status": "ready", "database": "ok", "migrations": "ok", "oldest_letter_seconds": 0}


def test_readiness_tells_of_letters_that_wait(client, clock):
    submit(client, "/sign-up", role="client", name="Ann", email="ann@example.com", password="a few words here")
    clock.advance(minutes=5)
    assert client.get("/readyz").json["oldest_letter_seconds"] == 300


def test_not_ready_without_the_newest_migration(app, client):
    with app.app_context():
        db.session.connection().exec_driver_sql("UPDATE alembic_version SET version_num = '0001'")
        db.session.commit()
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json["migrations"].startswith("at 0001, wanted ")


class TestForDevelopers:
    @pytest.fixture
    def environment(self):
        return {"APP_ENV": "development"}

    def test_the_outbox_is_shown_to_developers(self, client):
        submit(client, "/sign-up", role="client", name="<b>Ann</b>", email="ann@example.com", password="a few words here")
        page = client.get("/dev/outbox").get_data(as_text=True)
        assert "ann@example.com" in page
        path = page.split('href="/dev/outbox/')[1].split('"')[0]
        letter = client.get(f"/dev/outbox/{path}").get_data(as_text=True)
        assert "Confirm your e-mail address" in letter
        assert "/confirm/" in letter
        assert "<b>Ann" not in letter
        assert client.get("/dev/outbox/nobody").status_code == 404


@pytest.mark.parametrize("path", ["/dev/outbox", "/dev/outbox/nobody"])
def test_nobody_else_is_shown_letters(client, path):
    """This application is one under test; production is asked in test_accounts_keeping.py."""
    submit(client, "/sign-up", role="client", name="Ann", email="ann@example.com", password="a few words here")
    answer = client.get(path)
    assert answer.status_code == 404
    assert "ann@example.com" not in answer.text
