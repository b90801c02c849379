"""From sign-up to listed: a therapist applies, an admin checks license and insurance, a client finds them. With scripts and without."""

import pytest
from playwright.sync_api import expect

from booking.demo.actions import ADMIN_EMAIL, PASSWORD
from tests.support.people import PASSWORD as OWN_PASSWORD

pytestmark = pytest.mark.browser

PDF = {"name": "scan.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7\n%%EOF"}


def step(me, name):
    me.page.wait_for_url(lambda url: url.endswith(f"/provider/apply/{name}"))
    expect(me.page.get_by_role("heading", name="Still missing")).to_be_visible()
    return me


def fill_in_screens(me):
    step(me, "you").fill({"Legal name": "Zora Maria Quill", "Mobile phone": "212 555 0188"})
    me.page.get_by_label("Yiddish").check()
    me.press("Save and continue")
    step(me, "license").fill({"License number": "097531-1", "Licensed since": "2016-06-15", "Registered through": "2028-05-31"})
    me.page.get_by_label("A copy of your registration").set_input_files(PDF)
    me.press("Save and continue")
    step(me, "insurance").fill({"Carrier": "Hands and Heart Mutual", "Policy number": "PL-4471"})
    me.fill({"In force from": "2026-06-01", "In force until": "2027-05-31", "Each occurrence": "2,000,000", "Aggregate": "6,000,000"})
    me.page.get_by_label("The certificate of insurance").set_input_files(PDF)
    me.press("Save and continue")
    step(me, "practice").fill({"One line about your work": "Necks that sit all day"})
    me.page.get_by_label("About you", exact=True).fill("Twelve years in practice.")
    me.page.get_by_label("Home", exact=True).check()
    me.press("Save and come back later").sees("Saved. Come back whenever you like")
    me.page.get_by_role("link", name="Go on with your application").click()
    return step(me, "practice")


def fill_in_pages(me):
    me.follow("Services and prices").press("Add a service").fill({"Name": "Medical massage", "60 min": "160"})
    me.page.get_by_role("main").get_by_label("Home", exact=True).check()
    me.press("Save these services").follow("Back to your application")
    step(me, "practice").follow("Weekly hours")
    for weekday in ("Wednesday", "Thursday"):
        me.page.locator("summary", has_text=weekday).click()
        me.page.get_by_role("button", name=f"Add hours on {weekday}").click()
        line = me.page.get_by_role("group", name=weekday)
        line.get_by_label("Opens").fill("10:00")
        line.get_by_label("Closes").fill("18:00")
        line.get_by_role("checkbox", name="Home").check()
    me.press("Save these hours").follow("Back to your application")
    step(me, "practice").follow("How far you come")
    me.page.get_by_label("How you travel").select_option(label="Subway")
    me.fill({"ZIP codes": "10003, 10009", "Minutes to set up": "10", "Minutes to pack": "10"})
    me.press("Save this area").sees("One thing is still missing.").follow("Back to your application")
    return step(me, "practice")


def verify(me, kind, value):
    me.follow("Zora Quill").page.get_by_role("link", name=kind).first.click()
    me.fill({"Source you used": "Public search", "What it showed": value})
    me.page.locator("#verify").click()
    me.sees("Decided, recorded, and a letter is on its way.")


def test_a_half_filled_screen_is_kept_and_found_again(either_traveler):
    me = either_traveler.sign_up_to_work("Yara Quill", "yara@example.com", OWN_PASSWORD)
    step(me, "you").fill({"Legal name": "Yara Maria Quill", "Mobile phone": "212 555 0189"})
    me.press("Save and continue")
    step(me, "license").fill({"License number": "0975"})
    me.press("Save and come back later").sees("Kept as a draft: nothing of it is sent in yet.")
    me.follow("Go on with your application")
    step(me, "license").sees("This is a draft that you kept on")
    expect(me.page.get_by_label("License number")).to_have_value("0975")
    me.go("/provider/apply/insurance")
    step(me, "insurance").fill({"Carrier": "Hands and Heart Mutual"})
    me.press("Back")
    step(me, "license").go("/provider/apply/insurance")
    expect(step(me, "insurance").page.get_by_label("Carrier")).to_have_value("Hands and Heart Mutual")
    expect(me.page.get_by_role("complementary").get_by_text("Send in: Liability insurance")).to_be_visible()


def test_from_sign_up_to_listed_and_found(either_traveler):
    me = either_traveler.sign_up_to_work("Zora Quill", "zora@example.com", OWN_PASSWORD)
    fill_in_screens(me)
    fill_in_pages(me)
    me.press("Save and continue")
    step(me, "techniques").press("Save and continue")
    step(me, "more").press("Save and continue")
    me.page.get_by_label("I have read this, and it is true.").check()
    me.press("Save and continue")
    step(me, "review").sees("Nothing. You can send your application in.")
    me.press("Send in my application").sees("Your application is with us.").sees("Your profile is with us.")

    me.page.context.clear_cookies()
    me.sign_in(ADMIN_EMAIL, PASSWORD)
    for kind, value in (("New York State license", "Registered"), ("Liability insurance", "In force")):
        verify(me.go("/admin/providers?state=submitted"), kind, value)

    me.page.context.clear_cookies()
    me.go("/search?near=10003&setting=home&language=yi&when=soonest").sees("Zora Quill")
    me.follow("Zora Quill").sees("Necks that sit all day").sees("What was checked")
