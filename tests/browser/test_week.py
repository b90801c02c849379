"""The drawn week over the hours form: by mouse, by finger, by keyboard, and not there without scripts. The form stays the truth."""

import random

import pytest
from playwright.sync_api import expect
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from booking.demo.actions import PASSWORD, THERAPIST_EMAIL
from marketplace.db import db
from providers.registry.models import Provider
from providers.schedule.forms import read_schedule
from providers.schedule.forms.page import page_of_form
from providers.schedule.models import WeeklyHours
from providers.schedule.queries import list_weekly
from tests.support.browsers import NARROW, WIDE, watch_for_faults
from tests.support.journeys import Traveler

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]
SENT = "() => [...new FormData(document.getElementById('hours'))]"
EVENING = "Sunday, 7:00\u00a0PM to 11:30\u00a0PM"


@pytest.fixture
def desk(as_therapist):
    """The therapist at the hours, once what clients see has come."""
    as_therapist.go("/provider/hours")
    expect(as_therapist.page.locator("#seen[data-looks]")).to_be_visible()
    return as_therapist


def block(me, name):
    return me.page.get_by_role("button", name=name).and_(me.page.locator(".hw-block"))


def meant(me):
    """What the form would store, by weekday: opens and closes, in order."""
    draft = read_schedule(page_of_form(MultiDict([tuple(pair) for pair in me.page.evaluate(SENT)])).body())
    return [sorted((hours.opens_minute, hours.closes_minute) for hours in draft.weekly if hours.weekday == day) for day in range(7)]


def pull(me, begin, end, steps=4):
    """From one point to another with the mouse."""
    mouse = me.page.mouse
    mouse.move(*begin)
    mouse.down()
    mouse.move(*end, steps=steps)
    mouse.up()


def test_drawing_moving_pulling_and_taking_back_with_the_mouse(desk):
    me = desk
    track = me.page.locator("[data-day='2'] .hw-track")
    track.scroll_into_view_if_needed()
    size = track.bounding_box()
    hour = size["height"] / 20  # the axis runs from 6 AM to 2 AM
    middle = size["x"] + size["width"] / 2
    pull(me, (middle, size["y"] + hour), (middle, size["y"] + 2.5 * hour))
    expect(block(me, "Wednesday, 7:00\u00a0AM to 8:30\u00a0AM")).to_be_visible()
    assert meant(me)[2] == [(420, 510), (600, 1140), (1140, 1410)]
    pull(me, (middle, size["y"] + 1.75 * hour), (middle, size["y"] + 2.25 * hour))
    expect(block(me, "Wednesday, 7:30\u00a0AM to 9:00\u00a0AM")).to_be_visible()
    # The end of the evening is pulled past midnight.
    pull(me, (middle, size["y"] + 17.5 * hour - 3), (middle, size["y"] + 19 * hour - 3))
    expect(block(me, "Wednesday, 7:00\u00a0PM to 1:00\u00a0AM, ends the next day")).to_be_visible()
    assert meant(me)[2] == [(450, 540), (600, 1140), (1140, 1500)]
    # Over to Thursday, which then has three.
    pull(me, (middle, size["y"] + 2.25 * hour), (middle + size["width"], size["y"] + 2.25 * hour))
    assert meant(me)[2:4] == [[(600, 1140), (1140, 1500)], [(450, 540), (600, 1140), (1140, 1410)]]
    for _change in range(4):
        me.press("Undo")
    assert meant(me)[2:4] == [[(600, 1140), (1140, 1410)]] * 2
    expect(me.page.get_by_role("button", name="Undo")).to_be_disabled()


def test_by_keyboard_alone_hours_are_changed_copied_removed_and_stored(desk, app):
    me = desk
    me.tab_to("Monday, 10:00")
    me.key("ArrowDown", "Enter", "Shift+ArrowDown", "Shift+ArrowDown", "Shift+ArrowDown", "Shift+ArrowDown", "ArrowUp", "Enter")
    expect(me.page.locator("#live")).to_contain_text("Kept: Monday, 6:45\u00a0PM to 12:15\u00a0AM")
    assert meant(me)[0] == [(600, 1140), (1125, 1455)]
    me.key("Enter", "ArrowDown", "Escape")
    assert meant(me)[0] == [(600, 1140), (1125, 1455)]
    me.key("ArrowUp", "Delete")
    expect(me.page.locator("#live")).to_contain_text("Removed: Monday, 10:00\u00a0AM to 7:00\u00a0PM")
    assert meant(me)[0] == [(1125, 1455)]
    me.key("ArrowDown", "ArrowDown")
    expect(me.page.get_by_role("button", name="Copy Monday to other days")).to_be_focused()
    me.key("Enter")
    expect(me.page.get_by_role("checkbox", name="Tuesday", exact=True)).to_be_focused()
    me.key("Space")
    me.tab_to("Copy").key("Enter")
    assert meant(me)[1] == [(1125, 1455)]
    me.key("Control+z")
    assert meant(me)[1] == [(600, 1140), (1140, 1410)]
    me.press("Save these hours").sees("Your hours are stored")
    with app.app_context():
        rows = db.session.scalars(select(WeeklyHours).join(Provider).where(Provider.slug == "renata-solano", WeeklyHours.weekday == 0))
        assert [(row.opens_minute, row.closes_minute, sorted(row.settings)) for row in rows] == [(1125, 1455, ["home", "hotel"])]


def test_what_clients_see_follows_each_change(desk):
    me = desk
    me.sees("Nothing: clients are offered what they are offered now.")
    block(me, EVENING).click()
    me.press("Remove")
    me.sees("evening: ")
    expect(me.page.locator(".seen-changes")).to_contain_text("Sun, Jan 17")
    expect(me.page.locator("#live")).to_contain_text("For clients: Sun, Jan 17")
    me.press("Undo").sees("Nothing: clients are offered what they are offered now.")


def test_a_fault_is_told_at_its_block(desk):
    me = desk
    block(me, EVENING).click()
    for setting in ("Home", "Hotel"):
        me.page.locator(".hw-panel").get_by_role("button", name=setting, exact=True).click()
    bad = me.page.locator(".hw-bad")
    expect(bad).to_have_attribute("aria-label", "Sunday, 7:00\u00a0PM to 11:30\u00a0PM, no setting yet. Choose at least one setting.")
    me.press("Save these hours")
    expect(me.page.locator(".hw-bad")).to_have_count(1)
    expect(me.page.locator("#w6-1-settings-error")).to_be_visible()
    block(me, EVENING).click()
    me.page.locator(".hw-panel").get_by_role("button", name="Home", exact=True).click()
    expect(me.page.locator(".hw-bad")).to_have_count(0)


def test_on_a_phone_a_tap_and_buttons_do_what_dragging_does(app, new_context):
    page = new_context(viewport=NARROW, has_touch=True, is_mobile=True).new_page()
    faults = watch_for_faults(page)
    me = Traveler(page, app).sign_in(THERAPIST_EMAIL, PASSWORD).go("/provider/hours")
    expect(page.locator("#seen[data-looks]")).to_be_attached()
    tap = block(me, "Friday, 7:00\u00a0PM to 11:30\u00a0PM")
    tap.tap()
    page.get_by_role("button", name="Ends + 15 min").tap()
    page.get_by_role("button", name="Ends + 15 min").tap()
    page.get_by_role("button", name="Begins − 15 min").tap()
    assert meant(me)[4] == [(600, 1140), (1125, 1440)]
    page.get_by_role("button", name="Day + one day").tap()
    assert meant(me)[4:6] == [[(600, 1140)], [(600, 1140), (1125, 1440), (1140, 1410)]]
    for button in page.locator(".hw-panel button, .hw-tool, .hw-block").all():
        size = button.bounding_box()
        assert min(size["width"], size["height"]) >= 24, button.get_attribute("aria-label") or button.inner_text()
    page.get_by_role("button", name="Remove", exact=True).tap()
    assert meant(me)[5] == [(600, 1140), (1140, 1410)]
    page.get_by_role("button", name="Draw hours on Friday").tap()
    assert len(meant(me)[4]) == 2
    assert page.evaluate("document.documentElement.scrollWidth") == NARROW["width"]
    assert faults == []


def test_what_is_typed_into_the_lines_is_drawn(desk):
    me = desk
    me.page.locator("summary", has_text="Sunday").first.click()
    me.page.locator("#w6-1-closes").fill("02:00")
    me.page.locator("#w6-1-closes").blur()
    expect(block(me, "Sunday, 7:00\u00a0PM to 2:00\u00a0AM, ends the next day")).to_be_visible()


def test_weeks_that_take_turns_are_shown_apart(desk):
    me = desk
    me.page.locator("summary", has_text="Sunday").first.click()
    me.page.locator("#hours").get_by_role("button", name="Weeks, services, by arrangement of Sunday").last.click()
    me.page.wait_for_load_state()
    me.page.locator("#w6-1-weeks").select_option("b")
    me.page.get_by_role("button", name="Weeks A").click()
    expect(block(me, EVENING)).to_have_count(0)
    me.page.get_by_role("button", name="Weeks B").click()
    expect(block(me, f"{EVENING}, Home, Hotel, Weeks B")).to_be_visible()


def test_without_scripts_there_is_the_form_and_a_button_for_what_clients_see(plain_traveler):
    me = plain_traveler.sign_in(THERAPIST_EMAIL, PASSWORD).go("/provider/hours")
    expect(me.page.locator("#week")).to_be_hidden()
    me.page.locator("summary", has_text="Sunday").first.click()
    me.page.locator("#w6-1-closes").fill("20:45")
    me.press("Show what clients would see").sees("What changes")
    expect(me.page.locator(".seen-changes")).to_contain_text("Sun, Jan 17")
    expect(me.page.locator("#w6-1-closes")).to_have_value("20:45")
    me.go("/provider/hours")
    expect(me.page.locator("#w6-1-closes")).to_have_value("23:30")


# --- what the week writes is what the form reads -------------------------------------------------------------------------------

SETTINGS = ("clinic", "home", "hotel", "office")
WRITE = """async ([address, week]) => {
  const { writeWeek, readWeek } = await import(address);
  writeWeek(week);
  return [[...new FormData(document.getElementById("hours"))], readWeek()];
}"""


def random_range(dice, places, services):
    opens = dice.randrange(0, 1440, dice.choice([1, 5, 15]))
    return {
        "name": None,
        "opens": opens,
        "closes": opens + dice.choice([5, 60, dice.randrange(1, 1441), 1440]),
        "settings": sorted(dice.sample(SETTINGS, dice.randrange(1, 5))),
        "place": dice.choice(["", *places]),
        "staffing": dice.choice(["", "full_time", "part_time", "rotating"]),
        "weeks": dice.choice(["", "", "a", "b"]),
        "services": sorted(dice.sample(services, dice.randrange(0, len(services) + 1))) if dice.random() < 0.3 else [],
        "first_visits": dice.random() < 0.2,
        "contact": dice.random() < 0.2,
    }


def as_said(day, one):
    return (
        day, one["opens"], one["closes"], tuple(one["settings"]), one["place"], one["staffing"], one["weeks"],
        tuple(one["services"]), one["first_visits"], one["contact"],
    )  # fmt: skip


def as_read(pairs):
    draft = read_schedule(page_of_form(MultiDict([tuple(pair) for pair in pairs])).body())
    return sorted(
        (
            hours.weekday, hours.opens_minute, hours.closes_minute, tuple(sorted(hours.settings)), place or "", hours.staffing or "",
            hours.weeks or "", tuple(sorted(hours.services)), hours.first_visits, hours.contact,
        )
        for hours, place in zip(draft.weekly, draft.weekly_places, strict=True)
    )  # fmt: skip


def test_what_the_week_writes_is_what_the_form_reads(desk):
    """Random weeks, past midnight too, each written over the one before."""
    me, dice = desk, random.Random(20270112)
    address = me.page.locator("script[src*='week']").get_attribute("src")
    template = me.page.locator("#line-template")
    choices = "(all, name) => [...all.content.querySelectorAll(`[name$='-${name}']`)].flatMap((one) => [...(one.options ?? [one])].map((one) => one.value))"
    places = [code for code in template.evaluate(choices, "place") if code] if template.count() else []
    services = template.evaluate(choices, "services")
    for _week in range(40):
        week = [[random_range(dice, places, services) for _range in range(dice.randrange(0, 5))] for _day in range(7)]
        pairs, back = me.page.evaluate(WRITE, [address, week])
        said = sorted(as_said(day, one) for day, rows in enumerate(week) for one in rows)
        assert as_read(pairs) == said
        assert (
            sorted(
                as_said(day, one | {"settings": sorted(one["settings"]), "services": sorted(one["services"])})
                for day, rows in enumerate(back)
                for one in rows
            )
            == said
        )


def test_what_is_stored_is_what_the_week_reads(desk, app):
    with app.app_context():
        own_id = db.session.scalar(select(Provider.id).where(Provider.slug == "renata-solano"))
        stored = sorted(
            (one.weekday, one.opens_minute, one.closes_minute, tuple(sorted(one.settings))) for one in list_weekly(db.session(), own_id)
        )
    address = desk.page.locator("script[src*='week']").get_attribute("src")
    week = desk.page.evaluate("async (address) => (await import(address)).readWeek()", address)
    assert (
        sorted((day, one["opens"], one["closes"], tuple(sorted(one["settings"]))) for day, rows in enumerate(week) for one in rows)
        == stored
    )


def test_axe_finds_nothing_in_the_week_while_it_is_edited(desk, axe):
    me, wrong = desk, []
    for viewport in (NARROW, WIDE):
        me.page.set_viewport_size(viewport)
        block(me, EVENING).click()
        for scheme in ("light", "dark"):
            me.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            wrong += axe(me.page)
        me.page.get_by_role("button", name="Copy Sunday to other days").click()
        wrong += axe(me.page)
        me.press("Cancel")
        assert me.page.evaluate("document.documentElement.scrollWidth") == viewport["width"]
    assert wrong == []


def test_dates_are_chosen_in_the_month_by_keyboard(desk):
    me, page = desk, desk.page
    page.get_by_role("checkbox", name="Tuesday, January\u00a012").focus()
    me.key("ArrowDown", "Space", "Shift+ArrowRight", "Shift+ArrowRight")
    me.key("PageDown")
    expect(page.locator(".month legend")).to_have_text("Choose dates in February 2027")
    expect(page.get_by_role("checkbox", name="Monday, February\u00a01", exact=True)).to_be_focused()
    me.key("Space")
    me.tab_to("Add as closed").key("Enter")
    expect(page.locator("#e-1-on")).to_have_value("2027-02-01")
    assert [page.locator(f"#e-0-{part}").input_value() for part in ("on", "until")] == ["2027-01-19", "2027-01-21"]
    me.press("Save these hours").sees("Your hours are stored")


def test_dates_are_chosen_without_scripts(plain_traveler):
    me = plain_traveler.sign_in(THERAPIST_EMAIL, PASSWORD).go("/provider/hours")
    me.page.get_by_role("checkbox", name="Wednesday, January\u00a020").check(force=True)
    me.press("The month after").sees("Choose dates in February 2027")
    me.page.get_by_role("checkbox", name="Tuesday, February\u00a02", exact=True).check(force=True)
    me.press("Add as closed")
    expect(me.page.locator("#e-0-on")).to_have_value("2027-01-20")
    expect(me.page.locator("#e-1-on")).to_have_value("2027-02-02")
    me.press("Save these hours").sees("Your hours are stored")
