"""Those who work here: a therapist between two visits, an admin with documents to check."""

import re

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from booking.demo.actions import ADMIN_EMAIL, PASSWORD
from marketplace.db import db
from providers.credentials.models import Credential

pytestmark = pytest.mark.browser


def test_a_therapist_looks_at_the_day_and_the_week(as_therapist):
    me = as_therapist.go("/provider").sees("Today, Tuesday, January 12")
    me.follow("Calendar").sees("This week")
    assert me.page.locator(".block-visit").count() >= 1
    me.page.locator("a.block-visit").first.click()
    expect(me.page.get_by_role("heading", level=1)).to_be_visible()
    assert "/provider/appointments/" in me.page.url


def test_a_therapist_changes_an_hour_and_clients_find_it(as_therapist):
    me = as_therapist.go("/provider/hours")
    me.page.locator("summary", has_text="Sunday").click()
    sunday = me.page.locator("details", has=me.page.locator("summary", has_text="Sunday"))
    closes = sunday.get_by_label("Closes").locator("visible=true").last
    closes.fill("20:45")
    me.press("Save these hours")
    expect(me.page.locator("summary", has_text="Sunday")).to_contain_text("8:45 PM")


def test_a_therapist_takes_an_afternoon_off_and_gives_it_back(as_therapist):
    me = as_therapist.go("/provider/blocks")
    me.fill({"From": "2027-02-22", "At": "13:00", "Until": "2027-02-22", "Until what time": "17:00", "Note": "A talk on knees"})
    me.press("Block this time").sees("A talk on knees")
    me.page.get_by_role("main").get_by_role("button", name=re.compile("Remove.*February 22")).click()
    me.sees("This time can be booked again.")
    expect(me.page.get_by_text("A talk on knees")).to_have_count(0)


def test_a_price_is_changed_and_the_public_page_says_it(as_therapist):
    me = as_therapist.go("/provider/services")
    me.page.get_by_label("60 min").first.fill("173")
    me.press("Save these services")
    expect(me.page.get_by_label("60 min").first).to_have_value(re.compile(r"^173(\.00)?$"))
    me.go("/provider/profile")
    public = me.page.get_by_role("link", name=re.compile("public page|Public page|clients see", re.IGNORECASE)).first
    me.go(public.get_attribute("href")).sees("$173.00")


def test_an_admin_verifies_a_credential_by_keyboard_alone(traveler, app):
    me = traveler.sign_in(ADMIN_EMAIL, PASSWORD).go("/admin/credentials")
    me.key("j")
    me.page.wait_for_url(re.compile(r"/admin/credentials/[^/]+$"))
    public_id = me.page.url.rsplit("/", 1)[1]
    me.tab_to("Source you used").write("New York State public license search")
    me.tab_to("What it showed").write("Registered")
    # A letter typed into a field is a letter, and Enter there decides nothing.
    me.key("Enter")
    me.tab_to("Note for the record").write("verified by hand, v a r ? 1")
    assert me.page.url.endswith(public_id)
    me.tab_to("Verify").key("Enter")
    me.sees("Decided, recorded, and a letter is on its way.")
    with app.app_context():
        assert db.session.scalars(select(Credential.status).where(Credential.public_id == public_id)).one() == "verified"


class Keyboard:
    """Counts what is pressed."""

    def __init__(self, me):
        self.me, self.pressed = me, 0

    def press(self, *keys):
        for key in keys:
            self.me.page.keyboard.press(key)
            self.pressed += 1
        return self


def waiting_one(me, app):
    """Open the desk's first, and what the database says of it."""
    me.go("/admin/credentials").key("j")
    me.page.wait_for_url(re.compile(r"/admin/credentials/[^/]+$"))
    return me.page.url.rsplit("/", 1)[1]


def status_of(app, public_id):
    with app.app_context():
        return db.session.scalars(select(Credential.status).where(Credential.public_id == public_id)).one()


@pytest.mark.parametrize(
    ("keys", "status"),
    [(("v",), "verified"), (("1",), "needs_info"), (("a", "1"), "needs_info"), (("5",), "rejected"), (("r", "8"), "rejected")],
)
def test_an_admin_decides_in_three_keystrokes_and_the_next_one_opens(traveler, app, keys, status):
    me = traveler.sign_in(ADMIN_EMAIL, PASSWORD)
    public_id = waiting_one(me, app)
    keyboard = Keyboard(me).press(*keys)
    assert status_of(app, public_id) in ("submitted", "under_review")  # a letter alone decides nothing
    keyboard.press("Enter")
    me.page.wait_for_url(lambda url: not url.endswith(public_id))
    assert keyboard.pressed <= 3
    assert status_of(app, public_id) == status
    me.sees("Decided, recorded, and a letter is on its way.")
    assert status_of(app, me.page.url.rsplit("/", 1)[1]) == "under_review"
    me.sees("On your table since")


def test_no_key_fires_while_somebody_types(traveler, app):
    me = traveler.sign_in(ADMIN_EMAIL, PASSWORD)
    public_id = waiting_one(me, app)
    for label in ("Note for the record", "What it showed", "Source you used"):
        me.page.get_by_label(label).fill("")
        me.page.get_by_label(label).focus()
        me.write("jkvart15?osc")
        expect(me.page.get_by_label(label)).to_have_value("jkvart15?osc")
        expect(me.page.locator("#keys")).not_to_have_attribute("open", "")
    assert me.page.url.endswith(public_id)
    assert me.page.evaluate("document.querySelector('input[name=reason]:checked').value") == ""
    assert status_of(app, public_id) in ("submitted", "under_review")


def test_the_list_of_keys_opens_by_its_own(traveler, app):
    me = traveler.sign_in(ADMIN_EMAIL, PASSWORD)
    waiting_one(me, app)
    me.key("?").sees("verify, then Enter")
    me.key("?")
    expect(me.page.get_by_text("verify, then Enter")).to_be_hidden()


def test_an_admin_takes_checks_and_decides_without_scripts(plain_traveler, app):
    me = plain_traveler.sign_in(ADMIN_EMAIL, PASSWORD).go("/admin/credentials").press("Take the first")
    public_id = me.page.url.rsplit("/", 1)[1]
    assert status_of(app, public_id) == "under_review"
    me.page.get_by_text("Usual words for the letter").click()
    me.page.get_by_label("The source has no record of it.").check()
    me.fill({"Note for the record": "Looked up twice."}).press("Reject").sees("Decided, recorded")
    assert status_of(app, public_id) == "rejected"
    assert me.letter("credential_decided").facts["note"] == "The source has no record of it. Looked up twice."


def test_what_is_in_force_is_looked_at_again_and_stays_or_goes(traveler, app, clock):
    clock.advance(days=40)
    me = traveler.sign_in(ADMIN_EMAIL, PASSWORD).go("/admin/rechecks").key("j")
    me.page.wait_for_url(re.compile(r"/admin/rechecks/[^/]+$"))
    first = me.page.url.rsplit("/", 1)[1]
    me.key("v", "Enter").sees("Recorded. The next look is on")
    second = me.page.url.rsplit("/", 1)[1]
    assert (status_of(app, first), second == first) == ("verified", False)
    me.fill({"Note for the record": "Gone from the register"}).press("No longer so").sees("Suspended and recorded")
    assert status_of(app, second) == "suspended"


def test_the_printed_letters_press_their_buttons_outside_of_fields(traveler, app):
    me = traveler.sign_in(ADMIN_EMAIL, PASSWORD).go("/admin/credentials").key("j")
    me.page.wait_for_url(re.compile(r"/admin/credentials/[^/]+$"))
    first = me.page.url
    me.key("j")
    me.page.wait_for_url(lambda url: url != first)
    me.key("k")
    me.page.wait_for_url(first)


def test_days_away_are_stated_and_taken_back(as_therapist):
    me = as_therapist.go("/provider/time-off")
    me.fill({"First day": "2027-04-05", "Last day": "2027-04-09", "What clients read": "Back on the 10th."})
    me.press("State time off").sees("Time off is stated.")
    me.click(me.page.get_by_role("main").get_by_role("button", name=re.compile("Remove.*April 5")))
    me.sees("This time can be booked again.").sees("No time off is stated.")


def test_a_visit_is_kept_by_hand_with_a_reason(as_therapist):
    me = as_therapist.go("/provider/book")
    me.fill({"Name of a new client": "Ruth Weiss", "Their e-mail": "ruth@example.com", "Day": "2027-03-06", "Start": "06:10"})
    me.press("Keep this time and write to the client").sees("What speaks against this time")
    me.page.get_by_label("Why pass over this").first.fill("She flies at nine")
    for field in me.page.get_by_label("Why pass over this").all()[1:]:
        field.fill("Agreed on the phone")
    me.press("Keep this time and write to the client").sees("Your client gets a letter")
