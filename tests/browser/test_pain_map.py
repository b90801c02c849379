"""The pain map in a browser: by keyboard alone, as a screen reader hears it, by pointer, and without scripts."""

import pytest
from playwright.sync_api import expect

from booking.bodymap.rules import BACK, FRONT, REGIONS
from booking.demo.actions import PASSWORD

pytestmark = pytest.mark.browser

NEW = "/account/pain-map/new"
FRONT_NAMES, BACK_NAMES = ([region.name for region in REGIONS.values() if region.view == view] for view in (FRONT, BACK))


@pytest.fixture
def as_somebody(traveler, somebody):
    """A client who has drawn no map yet, signed in."""
    return traveler.sign_in(somebody, PASSWORD)


def drawn(me, view):
    return me.page.get_by_role("group", name=view, exact=True)


def boxes_of(me):
    """What the list holds: the codes of the ticked boxes."""
    return me.page.locator(".marks input[type=checkbox]:checked").evaluate_all("(all) => all.map((one) => one.closest('li').id)")


def test_a_map_is_drawn_by_keyboard_alone(as_somebody):
    me = as_somebody.go(NEW)
    me.tab_to("Left shoulder, front").key("Space")
    box = drawn(me, "Front").get_by_role("checkbox", name="Left shoulder, front")
    expect(box).to_be_checked()
    me.key("Space")
    expect(box).not_to_be_checked()
    me.tab_to("Back of the neck").key("Enter")
    expect(drawn(me, "Back").get_by_role("checkbox", name="Back of the neck")).to_be_checked()
    assert boxes_of(me) == ["neck_back"]
    # On to the row of the list that says the same: its box, then how strong, how it feels, and a note.
    me.tab_to("Front of the neck").key("Tab", "Tab").write("6").key("Tab", "ArrowDown", "Tab").write("since Monday")
    expect(drawn(me, "Back").get_by_role("checkbox", name="Back of the neck, 6 of 10, aching")).to_be_checked()
    me.tab_to("Save this map").key("Enter")
    me.sees("Saved.").sees("Back of the neck: 6 of 10, aching").sees("since Monday")


def test_a_screen_reader_hears_every_region_with_its_side_and_whether_it_is_marked(as_somebody):
    me = as_somebody.go(NEW)
    me.page.get_by_label("Right calf", exact=True).locator("visible=true").first.wait_for()
    for view, names in (("Front", FRONT_NAMES), ("Back", BACK_NAMES)):
        heard = drawn(me, view).aria_snapshot()
        assert [line.strip() for line in heard.splitlines() if "checkbox" in line] == [f'- checkbox "{name}"' for name in names]
    listed = me.page.locator("#calf_r").get_by_role("checkbox")
    listed.check()
    row = me.page.locator("#calf_r")
    row.get_by_label("How strong").fill("8")
    row.get_by_label("Feels").select_option(label="Burning")
    assert '- checkbox "Right calf, 8 of 10, burning" [checked]' in drawn(me, "Back").aria_snapshot()
    assert '- group "Right calf"' in row.aria_snapshot()


def test_the_drawing_and_the_list_agree_whichever_is_pressed(as_somebody):
    me = as_somebody.go(NEW)
    drawing = me.page.locator(".body-map")
    drawing.locator("a[data-region=hip_l]").click()
    # An arm from behind is the same arm.
    drawing.locator("g[data-region=hand_l]").click()
    me.page.locator("#jaw_r").get_by_role("checkbox").check()
    assert boxes_of(me) == ["jaw_r", "hand_l", "hip_l"]
    expect(drawing.locator("a[aria-checked=true]")).to_have_count(3)
    me.page.locator("#jaw_r").get_by_role("checkbox").uncheck()
    drawing.locator("a[data-region=hip_l]").click()
    assert boxes_of(me) == ["hand_l"]
    expect(drawing.locator("a[aria-checked=true]")).to_have_count(1)
    # Left is the client's own: on the front at the right of the page, on the back at its left.
    front, back = drawing.locator("a[data-region=hand_l]").bounding_box(), drawing.locator("a[data-region=elbow_l]").bounding_box()
    assert front["x"] > drawing.locator("a[data-region=hand_r]").bounding_box()["x"]
    assert back["x"] < drawing.locator("a[data-region=elbow_r]").bounding_box()["x"]


def test_without_scripts_the_drawing_leads_to_the_list(plain_traveler, somebody):
    me = plain_traveler.sign_in(somebody, PASSWORD).go(NEW)
    me.page.locator(".body-map a[href='#sacrum']").click()
    row = me.page.locator("#sacrum")
    expect(row.get_by_role("checkbox")).to_be_in_viewport()
    expect(row.get_by_label("How strong")).to_be_hidden()
    row.get_by_role("checkbox").check()
    row.get_by_label("How strong").fill("3")
    me.press("Save this map")
    expect(me.page.get_by_text("Choose what it feels like.").first).to_be_visible()
    me.page.locator("#sacrum").get_by_label("Feels").select_option(label="Stiff")
    me.press("Save this map").sees("Base of the spine: 3 of 10, stiff")
