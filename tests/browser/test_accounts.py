"""Accounts in a browser without scripts, and what axe says of their pages."""

import pytest

from tests.support.browsers import NARROW, WIDE
from tests.support.people import PASSWORD


@pytest.fixture
def environment():
    """Letters are shown to developers alone."""
    return {"APP_ENV": "development"}


def sign_in(page, email):
    page.goto("/login")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def test_sign_up_confirm_sign_in_sign_out_without_scripts(plain_page):
    page = plain_page
    page.goto("/sign-up")
    page.get_by_label("I want to book massage").check()
    page.get_by_label("Your name").fill("Ann Lee")
    page.get_by_label("E-mail address").fill("ann@example.com")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Make my account").click()
    assert "on its way to ann@example.com" in page.locator("main").inner_text()

    page.goto("/dev/outbox")
    page.get_by_role("link", name="confirm").click()
    link = page.locator("pre a", has_text="/confirm/").get_attribute("href")
    page.goto(link.removeprefix("http://127.0.0.1"))
    page.get_by_role("button", name="Confirm this address").click()
    assert "confirmed" in page.locator(".alerts").inner_text()

    sign_in(page, "ann@example.com")
    page.goto("/account")
    assert page.get_by_label("Your name").input_value() == "Ann Lee"
    page.get_by_role("button", name="Sign out").first.click()
    page.goto("/account")
    assert page.url.endswith("/login?next=/account")


def test_a_mistake_is_named_at_the_top_and_leads_to_its_field(page):
    page.goto("/sign-up")
    page.get_by_role("button", name="Make my account").click()
    page.locator("#errors a", has_text="Your name").click()
    assert page.evaluate("document.activeElement.id") == "name"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [NARROW, WIDE], ids=["narrow", "wide"])
def test_axe_finds_nothing(new_context, axe, person, viewport, scheme):
    ann = person()
    page = new_context(viewport=viewport, color_scheme=scheme).new_page()
    found = {}
    for path in ("/login", "/sign-up", "/reset", "/confirm"):
        page.goto(path)
        found[path] = axe(page)
        page.locator("main button[type=submit]").first.click()
        found[path + " with errors"] = axe(page)
    sign_in(page, ann.email)
    for path in (
        "/account",
        "/account/password",
        "/account/email",
        "/account/second-factor",
        "/account/recovery-codes",
        "/account/again",
        "/dev/outbox",
    ):
        page.goto(path)
        found[path] = axe(page)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), f"{path} is wider than the window"
    page.goto("/account/second-factor")
    page.get_by_role("button", name="Set up").first.click()
    found["setting up"] = axe(page)
    assert {path: faults for path, faults in found.items() if faults} == {}
