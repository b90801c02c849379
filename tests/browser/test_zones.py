"""New York's time is shown whatever the browser's own zone is: the same words in Los Angeles and in Tokyo."""

import pytest

from booking.demo.actions import CLIENT_EMAIL, PASSWORD
from tests.support.browsers import watch_for_faults
from tests.support.journeys import Traveler

pytestmark = pytest.mark.browser

PAGES = ("/search?condition=neck_pain&near=East+Village&setting=home", "/providers/renata-solano?setting=clinic&minutes=60")
TIMES = "(all) => all.map((one) => one.innerText.trim())"


def shown(traveler):
    """Every time on the pages of somebody who searches and of somebody who has booked."""
    found = []
    for path in PAGES:
        found += traveler.go(path).page.locator("main time, a.start, a.time").evaluate_all(TIMES)
    traveler.sign_in(CLIENT_EMAIL, PASSWORD).go("/appointments")
    found += traveler.page.locator("main time").evaluate_all(TIMES)
    traveler.click(traveler.page.locator(".rows a").first)
    return found + traveler.page.locator("main time").evaluate_all(TIMES)


@pytest.mark.timeout(300)
def test_pages_say_new_yorks_time_in_every_zone(new_context, app):
    said = {}
    for zone in ("America/New_York", "America/Los_Angeles", "Asia/Tokyo"):
        page = new_context(timezone_id=zone).new_page()
        faults = watch_for_faults(page)
        said[zone] = shown(Traveler(page, app))
        assert page.evaluate("Intl.DateTimeFormat().resolvedOptions().timeZone") == zone
        assert not faults
    assert len(said["America/New_York"]) > 20
    assert said["America/Los_Angeles"] == said["Asia/Tokyo"] == said["America/New_York"]
