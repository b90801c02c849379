"""A therapist ticks neighborhoods on the map; without scripts the boxes beside it do."""

import pytest

from booking.demo.actions import PASSWORD, THERAPIST_EMAIL

pytestmark = pytest.mark.timeout(120)
EAST_VILLAGE = ".area-map [data-neighborhoods='east_village']"


def test_a_press_on_the_map_ticks_the_boxes_of_that_part(traveler):
    traveler.sign_in(THERAPIST_EMAIL, PASSWORD)
    traveler.go("/provider/areas")
    box, part = traveler.page.locator("input[name=neighborhoods][value=east_village]"), traveler.page.locator(EAST_VILLAGE).first
    box.set_checked(False)
    assert "hatch" not in (part.get_attribute("class") or "")
    part.click()
    assert box.is_checked()
    assert "hatch" in (part.get_attribute("class") or "")
    part.click()
    assert not box.is_checked()


def test_without_scripts_the_boxes_alone_do(plain_traveler):
    plain_traveler.sign_in(THERAPIST_EMAIL, PASSWORD)
    plain_traveler.go("/provider/areas")
    assert plain_traveler.page.locator(".area-map [data-scripted]").is_hidden()
    plain_traveler.page.locator("input[name=neighborhoods][value=east_village]").set_checked(True)
    plain_traveler.press("Save this area")
    assert plain_traveler.page.locator("input[name=neighborhoods][value=east_village]").is_checked()
    assert "hatch" in (plain_traveler.page.locator(EAST_VILLAGE).first.get_attribute("class") or "")
