"""A person's way through the site in a browser: each step does what a hand would do, and leaves the page where it is."""

import re
from typing import Self

from flask import Flask
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import select

from marketplace.db import db
from marketplace.outbox.models import Letter

GUEST = {"Your name": "Priya Natarajan", "E-mail": "priya@example.org", "Mobile phone": "212 555 0142"}
ASKING = {"Your name": "Sam Ortiz", "E-mail": "sam@example.org", "Phone number": "212 555 0142", "What you would like": "Do you know jaws?"}
ADDRESS = {"Street address": "64 East 7th Street", "Apartment": "4C", "How to get in": "Walk-up, 4th floor."}
MOST_SCREENS = 30
MOST_TABS = 150
# The outline of what has the focus, or of the row around it. The small button inside a date field has one of its own, which no script can read.
OUTLINE = """() => {
  if (["date", "time"].includes(document.activeElement.type)) return 3;
  const row = document.activeElement.closest("label.choice") ?? document.activeElement;
  const style = getComputedStyle(row);
  return style.outlineStyle === "none" ? 0 : parseFloat(style.outlineWidth);
}"""
NAME = """() => {
  const here = document.activeElement;
  const words = here.getAttribute("aria-label") || here.labels?.[0]?.textContent || here.textContent || here.name || "";
  return words.replace(/\\s+/g, " ").trim();
}"""


class Traveler:
    """Somebody at a page."""

    def __init__(self, page: Page, app: Flask) -> None:
        self.page = page
        self.app = app

    def go(self, path: str) -> Self:
        """Open an address of the site."""
        self.page.goto(path)
        return self

    def press(self, name: str) -> Self:
        """Press the button of this name."""
        return self.click(self.page.get_by_role("button", name=name).first)

    def follow(self, name: str) -> Self:
        """Follow the link of this name."""
        return self.click(self.page.get_by_role("link", name=name).first)

    def click(self, what: Locator) -> Self:
        """Click, and let the page that comes of it arrive: a click returns when the answer begins, before there is anything to look at."""
        what.click()
        self.page.wait_for_load_state()
        return self

    def fill(self, values: dict[str, str]) -> Self:
        """Type into the fields with these labels."""
        for label, value in values.items():
            self.page.get_by_label(label).first.fill(value)
        return self

    def sees(self, words: str) -> Self:
        """The words stand on the page, where they can be seen."""
        expect(self.page.get_by_text(words).first).to_be_visible()
        return self

    # --- accounts -------------------------------------------------------------------------------------------------------------

    def sign_in(self, email: str, password: str) -> Self:
        """Through the sign-in page."""
        self.go("/login").fill({"E-mail": email, "Password": password})
        self.page.get_by_role("main").get_by_role("button", name="Sign in").click()
        self.page.wait_for_url(re.compile(r"^(?!.*/login)"))
        return self

    def sign_up_to_work(self, name: str, email: str, password: str) -> Self:
        """A new account for somebody who gives care: the letter's link is followed, and they are signed in."""
        self.go("/sign-up?role=provider").fill({"Your name": name, "E-mail address": email, "Password": password})
        self.press("Make my account").sees(f"on its way to {email}")
        link = str(self.letter("confirm").facts["link"])
        self.go("/confirm/" + link.rsplit("/confirm/", 1)[1]).press("Confirm this address").sees("confirmed")
        return self.sign_in(email, password)

    def letter(self, kind: str) -> Letter:
        """The newest letter of a kind, as the outbox has it."""
        with self.app.app_context():
            letter = db.session.scalars(select(Letter).where(Letter.kind == kind).order_by(Letter.id.desc())).first()
            assert letter is not None, f"no letter of kind {kind}"
            db.session.expunge(letter)
        return letter

    # --- finding --------------------------------------------------------------------------------------------------------------

    def search(self, what: str = "Neck pain", where: str = "East Village", when: str = "This evening", setting: str = "At my home") -> Self:
        """Fill in the search of the first page."""
        self.go("/")
        self.page.get_by_label("What hurts").select_option(label=what)
        self.page.get_by_label("Where").fill(where)
        self.page.get_by_label("When").select_option(label=when)
        self.page.get_by_label("Setting").select_option(label=setting)
        return self.press("Search")

    @property
    def results(self) -> Locator:
        """The therapists found."""
        return self.page.locator("article.result")

    def choose_start(self, result: int = 0, start: int = 0) -> Self:
        """A start of a result: its page, with the price of that start."""
        return self.click(self.results.nth(result).locator("a.start").nth(start))

    def hold(self) -> Self:
        """Hold what is chosen; the health check opens."""
        self.press("Hold this time")
        self.page.wait_for_url(re.compile("/health"))
        return self

    def ask_first(self) -> Self:
        """From a therapist's page to the starts of a free call."""
        return self.follow("Ask first: free 10-minute call").sees("A free 10-minute call: choose when.")

    def hold_call(self) -> Self:
        """Hold the start of a call; the number is asked for."""
        self.press("Hold this time")
        self.page.wait_for_url(re.compile("/call$"))
        return self

    # --- checkout -------------------------------------------------------------------------------------------------------------

    def answer_screen(self, *yes: str) -> Self:
        """No to everything on this screen but questions with the words of `yes`; on to the next."""
        for question in self.page.locator("fieldset.field").all():
            said = "Yes" if any(words in question.inner_text() for words in yes) else "No"
            option = question.get_by_label(said, exact=True)
            if option.count():
                option.check()
        return self.press("Continue")

    def answer_health(self, *yes: str) -> Self:
        """Every screen, until the page is another."""
        for _ in range(MOST_SCREENS):
            if "/health" not in self.page.url:
                return self
            self.answer_screen(*yes)
        raise AssertionError("the health check does not end")

    def consent(self) -> Self:
        """Agree to what every visit needs."""
        self.page.get_by_label("I have read this").check()
        return self.press("Continue")

    def place(self, values: dict[str, str]) -> Self:
        """Place, and for guests who they are."""
        return self.fill(values).press("Continue")

    def enter_code(self) -> Self:
        """The code of the newest letter."""
        return self.fill({"Code": str(self.letter("code").facts["code"])})

    def book(self) -> Self:
        """The last yes."""
        self.press("Book for")
        self.page.wait_for_url(re.compile(r"/(visits|appointments)/"))
        return self

    def book_call(self) -> Self:
        """The last yes to a call."""
        self.press("Book this call")
        self.page.wait_for_url(re.compile(r"/(visits|appointments)/"))
        return self

    # --- by keyboard alone ----------------------------------------------------------------------------------------------------

    def tab_to(self, name: str, *, back: bool = False) -> Self:
        """Press Tab until the focus is on what bears this name; every stop on the way must be seen."""
        passed = []
        for _ in range(MOST_TABS):
            self.page.keyboard.press("Shift+Tab" if back else "Tab")
            here = self.page.evaluate(NAME)
            if self.page.evaluate("document.activeElement === document.body"):
                continue  # the page has only just come: the focus is not on anything yet
            assert self.page.evaluate(OUTLINE) >= 2, f"the focus on {here!r} cannot be seen"
            if name.lower() in here.lower():
                return self
            passed.append(here)
        raise AssertionError(f"{name!r} is not reached by Tab: {passed}")

    def key(self, *keys: str) -> Self:
        """Press keys, one after the other."""
        for one in keys:
            self.page.keyboard.press(one)
        return self

    def write(self, words: str) -> Self:
        """Type where the focus is."""
        self.page.keyboard.type(words)
        return self
