"""Finding by need, and the three questions about insurance, with scripts and without."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def test_from_a_complaint_to_therapists_who_are_free(either_traveler):
    reader = either_traveler
    reader.go("/help/what-helps")
    reader.page.get_by_label("Complaint").select_option(label="Shoulder pain")
    reader.page.get_by_label("Aim").select_option(label="Let go of tension")
    reader.click(reader.page.get_by_role("main").get_by_role("button", name="Show"))
    reader.sees("Trigger point therapy is commonly used for shoulder pain.").sees("The gentler choice here: Myofascial release.")
    expect(reader.page).to_have_url(re.compile("condition=shoulder_pain&goal=tension"))
    reader.click(reader.page.locator("main .rows a.more").first)
    expect(reader.page).to_have_url(re.compile("/search\\?technique=trigger_point&condition=shoulder_pain"))
    expect(reader.results.first).to_be_visible()


def test_coverage_stays_unknown(either_traveler):
    reader = either_traveler
    reader.go("/help/insurance")
    group = reader.page.get_by_role("group", name="Has a doctor prescribed it in writing?")
    group.get_by_label("No", exact=True).check()
    reader.press("What do I ask next?").sees("Coverage: unknown. At least one thing is missing that plans ask for.")
    expect(reader.page.get_by_role("group", name="Has a doctor prescribed it in writing?").get_by_label("No", exact=True)).to_be_checked()
