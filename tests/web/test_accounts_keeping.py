"""Passwords, addresses and second factors: changed by their owner alone, told to the owner, links good once and for minutes."""

import re

import pyotp
import pytest
from sqlalchemy import select

from marketplace.accounts.models import Account
from marketplace.accounts.models import Person as PersonRow
from marketplace.audit import AuditEntry
from marketplace.db import db
from tests.support.people import letters, link_in, submit, token_in

NEW = "another fine phrase"


def signed_in(client) -> bool:
    return client.get("/account").status_code == 200


def verbs(app) -> list[str]:
    with app.app_context():
        return list(db.session.scalars(select(AuditEntry.verb).order_by(AuditEntry.id)))


def text_of(answer) -> str:
    return answer.get_data(as_text=True)


# --- password --------------------------------------------------------------------------------------------------------


def ask_reset(app, client, email) -> str:
    submit(client, "/reset", email=email)
    return link_in(letters(app, "reset")[-1])


def test_a_reset_link_works_once_and_ends_all_sign_ins(app, client, person):
    ann = person()
    elsewhere, token = ann.browser(), ann.token()
    link = ask_reset(app, client, ann.email)
    assert client.get(link).status_code == 200
    answer = submit(client, link, password=NEW, password_confirm=NEW)
    assert answer.location == "/login"
    assert not signed_in(elsewhere)
    assert client.get("/api/v1/me", headers={"Authorization": f"Bearer {token}"}).status_code == 401
    assert ann.sign_in(app.test_client(), NEW).location == "/welcome"
    assert client.get(link).location == "/reset", "used up"
    assert [letter.kind for letter in letters(app)][-1] == "password_changed"
    assert "password_changed" in verbs(app)


@pytest.mark.parametrize(("minutes", "good"), [(14.9, True), (15.1, False)])
def test_a_reset_link_holds_a_quarter_of_an_hour_by_the_product_s_clock(app, client, person, clock, minutes, good):
    link = ask_reset(app, client, person().email)
    clock.advance(minutes=minutes)
    assert (client.get(link).status_code == 200) is good


def test_asking_for_a_reset_tells_nothing(app, client, person):
    ann = person()
    known = text_of(submit(client, "/reset", email=ann.email)).split("<main")[0]
    unknown = text_of(submit(client, "/reset", email="nobody@example.com")).split("<main")[0]
    assert re.sub(r'value="[^"]+"', "", known) == re.sub(r'value="[^"]+"', "", unknown)
    assert [letter.recipient for letter in letters(app, "reset")] == [ann.email]


def test_links_lead_to_our_own_host_whatever_the_request_says(app, client, person):
    ann = person()
    page = client.get("/reset").get_data(as_text=True)
    client.post(
        "/reset",
        data={"csrf_token": token_in(page), "email": ann.email},
        headers={"X-Forwarded-Host": "evil.example"},
        base_url="http://evil.example",
    )
    evil = app.test_client()
    page = evil.get("/reset", base_url="http://evil.example").get_data(as_text=True)
    evil.post("/reset", data={"csrf_token": token_in(page), "email": ann.email}, base_url="http://evil.example")
    found = letters(app, "reset")
    assert found
    assert all(letter.facts["link"].startswith("http://127.0.0.1/reset/") for letter in found)


def test_a_changed_password_puts_others_out_and_keeps_this_browser(app, person):
    ann = person()
    here, elsewhere, token = ann.browser(), ann.browser(), ann.token()
    answer = submit(here, "/account/password", password=ann.password, new_password=NEW, new_password_confirm=NEW)
    assert answer.location == "/account"
    assert signed_in(here)
    assert not signed_in(elsewhere)
    assert app.test_client().get("/api/v1/me", headers={"Authorization": f"Bearer {token}"}).status_code == 401
    assert [letter.recipient for letter in letters(app, "password_changed")] == [ann.email]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [("wrong password", NEW, "That is not your password"), (None, "short", "at least 8"), (None, "password123", "first that anyone")],
)
def test_a_password_is_not_changed_to_or_by_anything(person, old, new, message):
    ann = person()
    browser = ann.browser()
    answer = submit(browser, "/account/password", password=old or ann.password, new_password=new, new_password_confirm=new)
    assert message in text_of(answer)
    assert ann.sign_in(browser.application.test_client()).location == "/welcome"


# --- address ---------------------------------------------------------------------------------------------------------


def test_an_address_changes_when_its_letter_is_opened_and_the_button_pressed(app, person):
    ann = person()
    browser = ann.browser()
    submit(browser, "/account/email", email="new@example.com")
    letter = letters(app, "change_email")[0]
    assert letter.recipient == "new@example.com"
    assert "Use this address" in text_of(browser.get(link_in(letter)))
    with app.app_context():
        assert db.session.scalar(select(Account.email)) == ann.email, "a GET changed something"
    assert submit(browser, link_in(letter)).status_code == 302
    with app.app_context():
        assert db.session.scalar(select(Account.email)) == "new@example.com"
        assert db.session.scalar(select(PersonRow.email)) == "new@example.com"
    assert [letter.recipient for letter in letters(app, "email_changed")] == [ann.email]
    submit(browser, link_in(letter))
    assert len(letters(app, "email_changed")) == 1, "a second use changes nothing"


def test_a_taken_address_is_not_told(app, person):
    ann, eve = person(), person()
    browser = ann.browser()
    taken = text_of(submit(browser, "/account/email", email=eve.email))
    assert f"on its way to {eve.email}" in taken
    assert letters(app, "change_email") == []


# --- second factor ---------------------------------------------------------------------------------------------------


class Authenticator:
    """A phone."""

    def __init__(self, secret: str) -> None:
        self.totp = pyotp.TOTP(secret)

    @property
    def code(self) -> str:
        return self.totp.now()


def set_up(browser) -> Authenticator:
    page = text_of(submit(browser, "/account/second-factor", setup="authenticator"))
    phone = Authenticator(re.search(r'id="key">([^<]+)<', page)[1].replace("-", "").replace(" ", ""))
    action = re.search(r'action="(/account/second-factor/[^"]+)"', page)[1]
    answer = browser.post(action, data={"csrf_token": token_in(page), "code": phone.code})
    assert answer.location == "/account/recovery-codes"
    return phone


def recovery_codes(browser) -> list[str]:
    return re.findall(r"<li>([0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4})</li>", text_of(submit(browser, "/account/recovery-codes")))


def test_with_a_second_factor_a_password_is_not_enough(app, person):
    ann = person("provider")
    phone = set_up(ann.browser())
    stranger = app.test_client()
    assert ann.sign_in(stranger, next="/account").location.startswith("/login/code")
    assert not signed_in(stranger)
    assert "That code is wrong" in text_of(submit(stranger, "/login/code", code="000000"))
    assert not signed_in(stranger)
    assert submit(stranger, "/login/code", code=phone.code).status_code == 302
    assert signed_in(stranger)
    assert "second_factor_set" in verbs(app)
    assert letters(app, "second_factor_changed")


def test_a_code_is_good_once(app, person):
    ann = person("provider")
    phone = set_up(ann.browser())
    code = phone.code
    first, second = app.test_client(), app.test_client()
    ann.sign_in(first)
    submit(first, "/login/code", code=code)
    ann.sign_in(second)
    assert "used before" in text_of(submit(second, "/login/code", code=code))


def test_codes_cannot_be_guessed_on_and_on(app, person):
    ann = person("provider")
    phone = set_up(ann.browser())
    stranger = app.test_client()
    for _ in range(10):
        ann.sign_in(stranger)
        submit(stranger, "/login/code", code="000000")
    assert "Too many attempts" in text_of(ann.sign_in(stranger))
    assert phone


def test_a_recovery_code_opens_once_and_is_not_kept_in_the_open(app, person):
    ann = person("provider")
    browser = ann.browser()
    set_up(browser)
    codes = recovery_codes(browser)
    assert len(codes) == 10
    assert codes[0] not in text_of(browser.get("/account/recovery-codes?show_codes=1"))
    with app.app_context():
        raw = str(db.session.connection().exec_driver_sql("SELECT mf_recovery_codes, tf_totp_secret FROM account").first())
    assert not any(code.replace("-", "") in raw.replace("-", "") for code in codes)
    assert '"key"' not in raw
    stranger, again = app.test_client(), app.test_client()
    ann.sign_in(stranger)
    assert submit(stranger, "/login/recovery-code", code=codes[3].upper()).status_code == 302
    assert signed_in(stranger)
    ann.sign_in(again)
    assert "used before" in text_of(submit(again, "/login/recovery-code", code=codes[3]))


def test_a_second_factor_can_be_switched_off_where_it_may(app, person):
    ann = person("client")
    browser = ann.browser()
    set_up(browser)
    submit(browser, "/account/second-factor", setup="disable")
    assert ann.sign_in(app.test_client()).location == "/welcome"
    assert "second_factor_removed" in verbs(app)


def test_programs_need_the_code_too(app, client, person):
    ann = person("provider")
    phone = set_up(ann.browser())

    def ask(**more):
        return client.post("/api/v1/tokens", json={"email": ann.email, "password": ann.password, **more})

    assert (ask().status_code, ask().json["code"]) == (401, "code_required")
    assert ask(code="000000").json["code"] == "bad_code"
    assert ask(code=phone.code).status_code == 201


def test_the_secret_never_stands_in_an_address_or_cookie_in_the_open(person):
    browser = person().browser()
    page = text_of(submit(browser, "/account/second-factor", setup="authenticator"))
    secret = re.search(r'id="key">([^<]+)<', page)[1].replace("-", "").replace(" ", "")
    action = re.search(r'action="(/account/second-factor/[^"]+)"', page)[1]
    assert secret not in action
    assert secret not in browser.get_cookie("session").value
    with browser.session_transaction() as session:
        assert secret not in str(dict(session))


@pytest.mark.parametrize("path", ["/account/email", "/account/recovery-codes", "/account/second-factor"])
def test_weighty_pages_ask_for_the_password_again(person, path):
    ann = person()
    browser = ann.browser()
    with browser.session_transaction() as session:
        session["fs_paa"] -= 16 * 60
    answer = browser.get(path)
    assert answer.location.startswith("/account/again")
    assert submit(browser, answer.location, password="wrong password").status_code == 200
    assert submit(browser, answer.location, password=ann.password).location.endswith(path)
    assert browser.get(path).status_code == 200


class TestProduction:
    @pytest.fixture
    def environment(self):
        return {"APP_ENV": "production", "BASE_URL": "https://hands.example", "RATE_LIMITS": "on", "CLOCK_FILE": ""}

    def test_providers_and_admins_must_have_a_second_factor(self, app, person):
        app.config["WTF_CSRF_ENABLED"] = True
        boss = person("admin")
        browser = app.test_client()
        answer = secure(browser, "/login", email=boss.email, password=boss.password)
        assert answer.location == "/account/second-factor"
        assert browser.get("/account", base_url="https://hands.example").status_code == 302, "not signed in yet"
        page = text_of(secure(browser, "/account/second-factor", setup="authenticator"))
        phone = Authenticator(re.search(r'id="key">([^<]+)<', page)[1].replace("-", "").replace(" ", ""))
        answer = browser.post("/login/code", data={"csrf_token": token_in(page), "code": phone.code}, base_url="https://hands.example")
        assert answer.status_code == 302
        assert browser.get("/account", base_url="https://hands.example").status_code == 200
        disable = secure(browser, "/account/second-factor", setup="disable")
        assert disable.status_code == 200
        with app.app_context():
            assert db.session.scalar(select(Account.tf_primary_method)) == "authenticator"

    def test_a_token_waits_for_the_second_factor(self, app, person):
        boss = person("provider")
        answer = app.test_client().post(
            "/api/v1/tokens", json={"email": boss.email, "password": boss.password}, base_url="https://hands.example"
        )
        assert (answer.status_code, answer.json["code"]) == (403, "second_factor_required")

    def test_clients_need_none(self, app, person):
        ann = person()
        assert secure(app.test_client(), "/login", email=ann.email, password=ann.password).location == "/welcome"

    def test_cookies_are_for_https_and_this_host(self, app, person):
        ann = person()
        browser = app.test_client()
        answer = secure(browser, "/login", email=ann.email, password=ann.password)
        cookies = answer.headers.getlist("Set-Cookie")
        assert {cookie.split("=")[0] for cookie in cookies} == {"__Host-session", "__Host-device"}
        assert all("Secure" in cookie and "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Path=/" in cookie for cookie in cookies)
        assert not any("Domain" in cookie for cookie in cookies)

    def test_letters_are_not_shown(self, app):
        assert app.test_client().get("/dev/outbox", base_url="https://hands.example").status_code == 404


def secure(client, path, **fields):
    page = client.get(path, base_url="https://hands.example").get_data(as_text=True)
    return client.post(path, data={"csrf_token": token_in(page), **fields}, base_url="https://hands.example")
