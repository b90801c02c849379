"""Chromium for tests: with and without scripts, narrow and wide, and axe."""

import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.support.profiles import missing

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-sync",
    "--disable-domain-reliability",
    "--no-first-run",
    "--no-pings",
    "--metrics-recording-only",
    "--disable-features=OptimizationHints,MediaRouter,Translate",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]
WIDE = {"width": 1280, "height": 900}
NARROW = {"width": 360, "height": 740}
# WCAG 2.0 to 2.2, levels A and AA.
STANDARD = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The machine's Chromium, one for the session."""
    program = next((found for name in NAMES if (found := shutil.which(name))), None)
    if program is None:
        missing("no Chromium is installed")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield chromium
        chromium.close()


NewContext = Callable[..., BrowserContext]


@pytest.fixture
def new_context(browser: Browser, live_server: str) -> Iterator[NewContext]:
    """`new_context(viewport=NARROW, java_script_enabled=False, color_scheme="dark")`: a person with their own cookies, at the live server."""
    opened: list[BrowserContext] = []

    def make(**wishes: Any) -> BrowserContext:
        context = browser.new_context(
            **{"base_url": live_server, "viewport": WIDE, "locale": "en-US", "timezone_id": "America/New_York"} | wishes
        )
        context.set_default_timeout(10_000)
        opened.append(context)
        return context

    yield make
    for context in opened:
        context.close()


@pytest.fixture
def page(new_context: NewContext) -> Iterator[Page]:
    """A wide page with scripts. An error in a script, or a refusal by the content policy, fails the test."""
    page = new_context().new_page()
    faults = watch_for_faults(page)
    yield page
    assert not faults, faults


@pytest.fixture
def plain_page(new_context: NewContext) -> Page:
    """A page without scripts: everything essential must work here too."""
    return new_context(java_script_enabled=False).new_page()


def watch_for_faults(page: Page) -> list[str]:
    """A list that fills with script errors and content policy refusals as they happen."""
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: faults.append(message.text) if "Content Security Policy" in message.text else None)
    return faults


@pytest.fixture(scope="session")
def axe() -> Callable[..., list[str]]:
    """`assert axe(page) == []`: what WCAG 2.2 A and AA find, one line each. `axe(page, "color-contrast")` asks for single rules."""

    def violations(page: Page, *rules: str) -> list[str]:
        wanted = {"runOnly": {"type": "rule", "values": list(rules)}} if rules else STANDARD
        found = Axe().run(page, options={**wanted, "resultTypes": ["violations"]}).response["violations"]
        return [f"{fault['id']}: {node['target']} {node['failureSummary']}" for fault in found for node in fault["nodes"]]

    return violations
