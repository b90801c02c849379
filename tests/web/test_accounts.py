"""Signing up, in and out; what a session is worth and for how long."""

import re
from datetime import timedelta
from urllib.parse import urljoin

import pytest
from sqlalchemy import select

from marketplace.accounts.models import Account, Role
from marketplace.db import db
from tests.support.people import letters, link_in, submit, token_in

GENERIC = "do not go together"


def signed_in(client) -> bool:
    return client.get("/account").status_code == 200


def main_of(page: str) -> str:
    """A page's main part without its CSRF token."""
    return re.sub(r'name="csrf_token"[^>]*>', "", page.split("<main")[1])


def change_account(app, email, **facts):
    with app.app_context():
        account = db.session.scalar(select(Account).where(Account.email == email))
        for name, value in facts.items():
            setattr(account, name, value)
        db.session.commit()


def test_sign_up_confirm_sign_in_sign_out(app, client):
    answer = submit(client, "/sign-up", role="client", name="Ann Lee", email="Ann@Example.com", password="a few words here")
    assert "Look into your mail" in answer.get_data(as_text=True)
    assert GENERIC in submit(client, "/login", email="ann@example.com", password="a few words here").get_data(as_text=True)

    link = link_in(letters(app, "confirm")[0])
    assert "Confirm this address" in client.get(link).get_data(as_text=True)
    assert GENERIC in submit(client, "/login", email="ann@example.com", password="a few words here").get_data(as_text=True), (
        "a GET changed something"
    )
    assert submit(client, link).location == "/login"

    assert submit(client, "/login", email="ann@example.com", password="a few words here").location == "/welcome"
    assert signed_in(client)
    page = client.get("/account").get_data(as_text=True)
    assert client.post("/logout", data={"csrf_token": token_in(page)}).status_code == 302
    assert not signed_in(client)


def test_a_known_address_gets_the_same_page_and_its_owner_a_letter(app, client, person):
    ann = person()
    fresh = submit(client, "/sign-up", role="client", name="A", email="new@example.com", password="a few words here")
    known = submit(client, "/sign-up", role="client", name="A", email=ann.email, password="a few words here")
    assert known.get_data(as_text=True).replace(ann.email, "") == fresh.get_data(as_text=True).replace("new@example.com", "")
    assert [letter.recipient for letter in letters(app, "known_address")] == [ann.email]
    assert ann.sign_in(client).location == "/welcome", "the old password holds"


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"email": "not an address"}, "This is not an e-mail address"),
        ({"password": "short"}, "Use at least 8 characters"),
        ({"password": "password123"}, "one of the first that anyone would try"),
        ({"role": "admin"}, "Not a valid choice"),
        ({"name": ""}, "Type your name"),
    ],
)
def test_bad_input_is_named_and_nothing_typed_is_lost(client, fields, message):
    typed = {"role": "client", "name": "Ann Lee", "email": "ann@example.com", "password": "a few words here"} | fields
    page = submit(client, "/sign-up", **typed).get_data(as_text=True)
    assert message in page
    assert f'value="{typed["email"]}"' in page


def test_wrong_password_and_unknown_address_answer_alike(client, person):
    ann = person()
    wrong = ann.sign_in(client, "wrong password").get_data(as_text=True)
    unknown = submit(client, "/login", email="nobody@example.com", password="wrong password").get_data(as_text=True)
    assert GENERIC in wrong
    assert main_of(wrong).replace(ann.email, "") == main_of(unknown).replace("nobody@example.com", "")


@pytest.mark.parametrize(
    "hostile",
    ["https://evil.example/", "//evil.example/", "///evil.example", "\\\\evil.example", "https:evil.example", "javascript:alert(1)"],
)
def test_next_stays_here(person, client, hostile):
    answer = person().sign_in(client, next=hostile)
    landing = urljoin("http://localhost/login", answer.location or "")
    assert landing.startswith("http://localhost/"), landing


def test_next_leads_on(person, client):
    assert client.get("/account").location == "/login?next=/account"
    assert person().sign_in(client, next="/account").location == "/account"


def test_sign_in_leaves_the_old_session_behind(person, client):
    with client.session_transaction() as session:
        session["planted"] = "by somebody else"
    before = client.get_cookie("session").value
    person().sign_in(client)
    with client.session_transaction() as session:
        assert "planted" not in session
        assert len(session["sign_in"]) > 40
    assert client.get_cookie("session").value != before


def test_a_copied_cookie_is_worth_nothing_after_sign_out(app, person):
    browser = person().browser()
    stolen = browser.get_cookie("session").value
    page = browser.get("/account").get_data(as_text=True)
    browser.post("/logout", data={"csrf_token": token_in(page)})
    thief = app.test_client()
    thief.set_cookie("session", stolen, domain="localhost")
    assert not signed_in(thief)


def test_sign_out_needs_a_post_with_a_token(person):
    browser = person().browser()
    assert browser.get("/logout").status_code == 405
    assert browser.post("/logout").status_code == 400
    assert signed_in(browser)


@pytest.mark.parametrize(
    ("role", "idle", "whole"),
    [("client", {"days": 14}, {"days": 30}), ("provider", {"hours": 24}, {"days": 7}), ("admin", {"hours": 1}, {"hours": 12})],
)
def test_sessions_end_when_idle_and_in_the_end(person, clock, role, idle, whole):
    browser = person(role).browser()
    clock.advance(**idle)
    clock.advance(minutes=-1)
    assert signed_in(browser)
    clock.advance(**idle)
    assert not signed_in(browser), "idle for too long"

    browser = person(role).browser()
    began = clock.now
    while True:
        clock.advance(**idle)
        clock.advance(minutes=-2)
        if (clock.now - began) >= timedelta(**whole):
            break
        assert signed_in(browser), "used all the time"
    assert not signed_in(browser), "never longer than this"


def test_a_disabled_account_is_out_on_the_next_request(app, person):
    ann = person()
    browser, token = ann.browser(), ann.token()
    change_account(app, ann.email, active=False)
    assert not signed_in(browser)
    assert app.test_client().get("/api/v1/me", headers={"Authorization": f"Bearer {token}"}).status_code == 401
    assert GENERIC in ann.sign_in(app.test_client()).get_data(as_text=True)


def test_a_role_taken_away_is_gone_on_the_next_request(app, person):
    boss = person("admin")
    headers = {"Authorization": f"Bearer {boss.token()}"}
    client = app.test_client()
    assert client.get("/api/v1/me", headers=headers).json["role"] == "admin"
    with app.app_context():
        account = db.session.scalar(select(Account).where(Account.email == boss.email))
        account.roles = [Role(name="client")]
        db.session.commit()
    assert client.get("/api/v1/me", headers=headers).json["role"] == "client"


def test_ten_failures_shut_strangers_out_and_not_the_owner(app, person, clock):
    ann = person()
    home = ann.browser()
    stranger = app.test_client()
    for _ in range(10):
        assert GENERIC in ann.sign_in(stranger, "wrong password").get_data(as_text=True)
    assert "Too many attempts" in ann.sign_in(stranger).get_data(as_text=True), "even with the right password"
    assert app.test_client().post("/api/v1/tokens", json={"email": ann.email, "password": ann.password}).json["code"] == "too_many_attempts"

    page = home.get("/account").get_data(as_text=True)
    home.post("/logout", data={"csrf_token": token_in(page)})
    assert ann.sign_in(home).location == "/welcome", "the owner's own browser goes on"

    clock.advance(minutes=15)
    assert ann.sign_in(stranger).location == "/welcome"


def test_unknown_addresses_are_counted_alike(app, client):
    for _ in range(10):
        submit(client, "/login", email="nobody@example.com", password="wrong password")
    assert "Too many attempts" in submit(client, "/login", email="nobody@example.com", password="wrong password").get_data(as_text=True)


def test_a_device_of_one_does_not_open_the_gate_of_another(app, person):
    ann, eve = person(), person()
    hers = eve.browser()
    page = hers.get("/account").get_data(as_text=True)
    hers.post("/logout", data={"csrf_token": token_in(page)})
    for _ in range(10):
        ann.sign_in(hers, "wrong password")
    assert "Too many attempts" in ann.sign_in(hers).get_data(as_text=True)


def test_details_are_kept(person):
    browser = person().browser()
    assert submit(browser, "/account", name="Ann L.", phone="(212) 555-0123", zip="10003").status_code == 302
    page = browser.get("/account").get_data(as_text=True)
    assert 'value="+12125550123"' in page
    page = submit(browser, "/account", name="Ann L.", phone="12", zip="10003").get_data(as_text=True)
    assert "This is not a phone number" in page
    assert 'value="12"' in page


def test_strangers_cost_no_statement(client, statements):
    client.get("/login")
    with statements() as seen:
        client.get("/login")
    assert seen == []


def test_a_signed_in_viewer_costs_one_statement(person, statements):
    browser = person().browser()
    with statements() as seen:
        browser.get("/welcome")
    assert len(seen) == 1
