"""A client's evening: from a sore neck to a booked, moved and cancelled visit, in a real browser."""

import re

import pytest
from playwright.sync_api import expect
from sqlalchemy import func, select

from booking.appointments.models import Appointment
from marketplace.db import db
from tests.support.journeys import ADDRESS, GUEST, Traveler

pytestmark = pytest.mark.browser


def visits(app):
    """How many visits there are."""
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(Appointment))


def test_from_a_sore_neck_to_a_booked_moved_and_cancelled_visit(either_traveler, app):
    guest, before = either_traveler, visits(app)
    guest.search()
    assert guest.results.count() >= 1
    expect(guest.page.get_by_role("heading", level=1)).to_contain_text("for neck pain")
    guest.results.first.get_by_role("link").first.click()
    guest.sees("What was checked").sees("If plans change")
    guest.page.go_back()
    price = guest.results.first.locator("a.start").first.locator("span").nth(1).inner_text()
    guest.choose_start().sees(price)
    guest.hold().answer_health().consent().place(ADDRESS | GUEST)
    guest.sees("Review and book").sees("64 East 7th Street").sees(f"Book for {price}")
    guest.enter_code().book()
    guest.sees("Booked. The letter with the calendar file is on its way.")
    assert visits(app) == before + 1
    with guest.page.expect_download() as download:
        guest.follow("Calendar file")
    assert "BEGIN:VEVENT" in download.value.path().read_text()
    visit = guest.page.url
    was = guest.page.get_by_role("heading", level=1).inner_text()
    guest.follow("Move")
    guest.page.locator("button.time").nth(3).click()
    guest.sees("Moved. The letter with the new calendar file is on its way.")
    assert guest.page.url == visit
    expect(guest.page.get_by_role("heading", level=1)).not_to_have_text(was)
    guest.follow("Cancel this visit")
    guest.page.get_by_label("Fever or something contagious").check()
    guest.page.get_by_role("main").get_by_role("button", name="Cancel").click()
    guest.sees("Canceled.").sees("There is no fee.")
    assert guest.letter("visit_cancelled").facts


def test_two_different_visits_are_booked_in_one_checkout(either_traveler, app):
    guest, before = either_traveler, visits(app)
    guest.search(when="Tomorrow", setting="At a clinic").choose_start().hold()
    guest.press("Add another visit").sees("The time you hold next is added to your checkout.")
    guest.choose_start(result=1).sees("The time you hold next is added to your checkout.").hold()
    guest.sees("2 visits in one checkout").answer_health().consent().place(GUEST)
    guest.sees("For all visits").sees("Together")
    guest.enter_code().book()
    guest.sees("Booked, all 2 visits.")
    assert visits(app) == before + 2


def test_sign_up_confirm_sign_in_and_a_second_booking_that_asks_nothing_known(traveler, app):
    me = traveler
    me.go("/sign-up")
    me.page.get_by_label("I want to book massage").check()
    me.fill({"Your name": "Alma Vega", "E-mail": "alma@example.org", "Password": "four quiet evening trains"})
    me.press("Make my account")
    link = str(me.letter("confirm").facts["link"])
    me.go(re.sub(r"^https?://[^/]+", "", link))
    if me.page.get_by_role("button", name="Confirm").count():
        me.press("Confirm")
    me.sign_in("alma@example.org", "four quiet evening trains")
    me.search(when="Tomorrow").choose_start().hold().answer_health().consent().place(ADDRESS)
    expect(me.page.get_by_label("Code")).to_have_count(0)
    me.book()
    me.search(when="Tomorrow").choose_start(start=2).hold()
    me.sees("Is it all still true?").press("Yes, still true").consent()
    assert me.page.get_by_label("Street address").input_value() == ADDRESS["Street address"]
    expect(me.page.get_by_label("Your name")).to_have_count(0)
    me.press("Continue").book()
    me.go("/appointments")
    expect(me.page.locator(".rows > li")).to_have_count(2)


@pytest.fixture
def at_review(as_client):
    """The demo's client at the last step, at a clinic."""
    as_client.search(when="Tomorrow", setting="At a clinic").choose_start().hold()
    if as_client.page.get_by_role("button", name="Yes, still true").count():
        as_client.press("Yes, still true")
    else:
        as_client.answer_health()
    return as_client.consent().press("Continue").sees("Review and book")


def test_a_double_click_on_book_makes_one_visit(at_review, app):
    before = visits(app)
    at_review.page.get_by_role("button", name="Book for").dblclick()
    at_review.sees("Booked.")
    assert visits(app) == before + 1


def test_back_after_booking_and_a_second_tab_book_nothing_more(at_review, app):
    before = visits(app)
    second = Traveler(at_review.page.context.new_page(), app).go(at_review.page.url).sees("Review and book")
    at_review.book()
    at_review.page.go_back()
    if at_review.page.get_by_role("button", name="Book for").count():
        at_review.press("Book for")
        at_review.sees("This time is booked already.")
    second.press("Book for").sees("This time is booked already.")
    assert visits(app) == before + 1


def test_a_hold_that_has_ended_leads_back_to_the_times(at_review, clock):
    clock.advance(minutes=10)
    at_review.press("Book for").sees("Your answers are kept")
    assert re.search(r"/providers/[a-z-]+/start", at_review.page.url)
    expect(at_review.page.get_by_role("button", name="Hold this time").first).to_be_visible()


def test_a_stop_is_kind_and_offers_no_time(either_traveler):
    guest = either_traveler.search(when="Tomorrow").choose_start().hold()
    guest.answer_health("chest pain, trouble breathing")
    assert guest.page.url.endswith("/stop")
    expect(guest.page.get_by_role("link", name="911").first).to_be_visible()
    expect(guest.page.locator("a.start, button.time")).to_have_count(0)
    guest.press("I chose a wrong answer").answer_health().sees("What you agree to")


def test_faults_take_the_focus_and_lead_to_their_fields(traveler):
    me = traveler.search(when="Tomorrow").choose_start().hold().answer_health().consent().press("Continue")
    expect(me.page.locator("#errors")).to_be_focused()
    me.tab_to("Street address").key("Enter")
    expect(me.page.get_by_label("Street address")).to_be_focused()


def test_booking_by_keyboard_alone(traveler, app):
    me, before = traveler.go("/"), visits(app)
    me.tab_to("What hurts").write("Neck").tab_to("Where").write("East Village").tab_to("When").write("Tomorrow").tab_to("Setting").write(
        "At a clinic"
    ).tab_to("Search").key("Enter")
    me.page.wait_for_url(re.compile("/search"))
    me.tab_to(", with ").key("Enter")
    me.page.wait_for_url(re.compile("/start"))
    me.tab_to("Hold this time").key("Enter")
    me.page.wait_for_url(re.compile("/health"))
    me.tab_to("Yes").key("ArrowDown")
    me.tab_to("Yes").key("ArrowDown")
    me.tab_to("Yes").key("ArrowDown").tab_to("Continue").key("Enter")
    me.sees("Part 2 of")
    me.answer_health()
    me.tab_to("I have read this").key("Space").tab_to("Continue").key("Enter")
    me.page.wait_for_url(re.compile("/place"))
    for label, words in GUEST.items():
        me.tab_to(label).write(words)
    me.key("Enter").sees("Review and book")
    me.tab_to("Code").write(str(me.letter("code").facts["code"])).key("Enter")
    me.sees("Booked.")
    assert visits(app) == before + 1
