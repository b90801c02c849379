"""The editors of terms and price rules follow what is typed; nothing is stored before it is saved."""

from playwright.sync_api import expect


def test_terms_follow_what_is_typed(as_therapist):
    me, page = as_therapist.go("/provider/terms"), as_therapist.page
    seen, hours, wait = page.locator("#seen"), page.locator("[name=steps-0-hours]"), page.locator("[name=late_minutes]")
    stored = hours.input_value()
    hours.fill("36")
    expect(seen).to_contain_text("36 hours")
    wait.fill("a while")
    expect(seen).to_contain_text("Finish the form first.")
    wait.fill("5")
    expect(seen).to_contain_text("After 5 minutes a client counts as missing.")
    me.go("/provider/terms")
    expect(hours).to_have_value(stored)
    expect(seen).not_to_contain_text("36 hours")


def test_prices_follow_what_is_typed(as_therapist):
    page = as_therapist.go("/provider/prices").page
    seen = page.locator("#seen")
    expect(seen).to_contain_text("Travel to 10023")
    page.get_by_label("Switched off for now").first.check()
    expect(seen).not_to_contain_text("Travel to 10023")
    page.locator("[name=cap_percent]").fill("most")
    expect(seen).to_contain_text("Finish the form first.")
    page.locator("[name=cap_percent]").fill("")
    page.get_by_label("Switched off for now").first.uncheck()
    expect(seen).to_contain_text("Travel to 10023")
