"""Photographs of the main pages for docs/screens: `make screens`. Demo Manhattan on the standing clock, so that two runs look alike."""

from pathlib import Path

import pytest

from tests.factories import PASSWORD
from tests.support.browsers import NARROW, WIDE
from tests.support.callers import SIGN_IN

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "screens"
LOOKS = [(viewport, scheme) for viewport in (WIDE, NARROW) for scheme in ("light", "dark")]
# name, who looks, where; {slug} and {visit} are filled in from the demo
PAGES = [
    ("home", None, "/"),
    ("search", None, "/search?near=Upper+West+Side"),
    ("provider", None, "/providers/{slug}"),
    ("sign-in", None, "/login"),
    ("help", None, "/help"),
    ("appointments", "client@licensedhands.test", "/appointments"),
    ("visit", "client@licensedhands.test", "/appointments/{visit}"),
    ("today", "therapist@licensedhands.test", "/provider/today"),
    ("week", "therapist@licensedhands.test", "/provider/week"),
    ("hours", "therapist@licensedhands.test", "/provider/hours"),
    ("providers-admin", "admin@licensedhands.test", "/admin/providers"),
    ("credentials-admin", "admin@licensedhands.test", "/admin/credentials"),
]


@pytest.fixture
def fillers(app, program):
    """What the addresses need from the demo."""
    loaded = app.test_cli_runner().invoke(args=["demo", "load", "--providers", "60", "--seed", "1"])
    assert loaded.exit_code == 0, loaded.output
    client = program()
    slug = client.get("/providers").json["items"][0]["slug"]
    token = client.post("/tokens", {"email": "client@licensedhands.test", "password": PASSWORD}).json["token"]
    client.headers = {"Authorization": f"Bearer {token}"}
    return {"slug": slug, "visit": client.get("/appointments").json["items"][0]["id"]}


@pytest.mark.screens
@pytest.mark.browser
@pytest.mark.timeout(900)
def test_photographs(fillers, new_context):
    FOLDER.mkdir(parents=True, exist_ok=True)
    missed = []
    for viewport, scheme in LOOKS:
        for who in dict.fromkeys(page[1] for page in PAGES):
            page = new_context(viewport=viewport, color_scheme=scheme).new_page()
            if who:
                page.goto(SIGN_IN)
                page.get_by_label("E-mail").fill(who)
                page.get_by_label("Password").first.fill(PASSWORD)
                page.get_by_role("button", name="Sign in").last.click()
            for name, _, address in [one for one in PAGES if one[1] == who]:
                answer = page.goto(address.format(**fillers))
                if answer.status != 200:
                    missed.append((name, answer.status))
                page.screenshot(path=FOLDER / f"{name}-{viewport['width']}-{scheme}.png", full_page=True)
    assert missed == []
