"""Photographs of the main pages for docs/screens: `make screens`. Demo Manhattan on the standing clock, so that two runs look alike.

What a photograph shows belongs to whoever changes the page: run it, look at every picture, commit both together.
"""

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from PIL import Image
from playwright.sync_api import Locator, expect
from sqlalchemy import select

from booking.appointments.models import Appointment
from booking.demo.actions import ADMIN_EMAIL, CLIENT_EMAIL, PASSWORD, THERAPIST_EMAIL
from marketplace.db import db
from providers.registry.models import Provider
from tests.factories import HandoverFactory
from tests.support.browsers import NARROW, WIDE
from tests.support.exclusions import row, write_list
from tests.support.journeys import ADDRESS, ASKING, GUEST, Traveler
from tests.support.people import PASSWORD as OWN_PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.screens, pytest.mark.timeout(900)]

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "screens"
MOST_BYTES = 250_000
COLORS = 128
ALSO_DARK = {
    "search", "provider", "checkout-health", "checkout-review", "today", "week", "queue", "credential", "policies", "attention", "exclusions",
    "confirm", "apply-more", "hours", "hours-changed",
}  # fmt: skip
SEARCH = "/search?condition=neck_pain&near=East+Village"
# name: what the picture shows
SHOWN = {
    "home": "The first page",
    "search": "Results for neck pain, East Village, at home",
    "no-results": "Nothing fits: what comes nearest",
    "provider": "A provider: starts, prices, what was checked",
    "start": "One start with its whole price",
    "checkout-health": "Checkout 1: the health check, first part",
    "checkout-faults": "Checkout 1: an answer is missing",
    "checkout-stop": "The health check says stop",
    "checkout-consent": "Checkout 2: consent",
    "checkout-place": "Checkout 3: place, person, wishes, payment",
    "checkout-review": "Checkout 4: everything once more, with the code",
    "visit": "Booked: the visit's page",
    "move": "Moving the visit",
    "cancel": "Cancelling the visit",
    "sign-in": "Sign-in",
    "sign-up": "Sign-up",
    "visits": "A client's visits",
    "calendars": "Addresses that a calendar follows",
    "today": "A therapist's day",
    "week": "A therapist's week",
    "hours": "Hours: the drawn week, what clients see beside it",
    "hours-changed": "Hours being changed: the chosen ones, and what changes for clients",
    "hours-lines": "Hours as lines, with everything to say about one; without scripts",
    "dates": "Several dates that differ, chosen in a month",
    "pause": "Stopping booking for a while",
    "provider-paused": "What clients find while booking is stopped",
    "pause-house": "Stopping all booking, for staff",
    "hand-over": "A visit is offered to a colleague, by staff",
    "hand-over-client": "The client is asked about another therapist",
    "evidence-evening": "Behind the evening mark: since when, by which weeks",
    "time-off": "Time off",
    "services": "Services and prices",
    "price-rules": "Price rules",
    "terms": "Terms with an example",
    "area": "Area of visits",
    "credentials": "A therapist's credentials",
    "apply-you": "Applying 1: who applies",
    "apply-license": "Applying 2: profession and license",
    "apply-insurance": "Applying 3: insurance",
    "apply-practice": "Applying 4: the practice, with advice on words",
    "apply-techniques": "Applying 5: certificates",
    "apply-more": "Applying 6: what may be added",
    "apply-attest": "Applying 7: the signature",
    "apply-review": "Applying 8: everything once more",
    "flags": "Words that a person looks at",
    "queue": "What waits for a check",
    "credential": "A document beside its facts",
    "rechecks": "What is in force and to be looked at again",
    "policies": "What is asked of whom, and a new version of it",
    "attention": "Coming visits that somebody must look at",
    "exclusions": "Who resembles an entry of the exclusion list",
    "confirm": "A physician is asked to confirm that they work together",
    "providers": "All providers, for staff",
    "audit": "The audit",
    "evidence": "Behind a badge: one check with everything about it",
    "evidence-unchecked": "Behind a badge that says not checked",
    "call": "Ask first: the starts of a free call",
    "checkout-call": "A call, step 1: whom to call",
    "checkout-call-review": "A call, step 2: review",
    "visit-call": "A booked call",
    "start-gone": "A start that is gone, and what comes nearest",
    "series-plan": "Several visits planned at once",
    "checkout-series": "Checkout 1 of several visits",
    "waitlist-join": "Waiting for a time",
    "waitlist": "What one waits for",
    "clinics": "Shared clinics, for staff",
    "clinic": "One clinic with its hours",
    "roster": "A week's roster",
}


class Camera:
    """Photographs the page at hand, narrow and wide, light and, where it is asked for, dark."""

    def __init__(self, traveler: Traveler) -> None:
        self.page = traveler.page

    def part(self, name: str, part: Locator) -> None:
        """The same of one part of the page."""
        self.take(name, part)

    def take(self, name: str, part: Locator | None = None) -> None:
        """Files such as search-360-dark.png, in a palette that keeps them small."""
        assert name in SHOWN, name
        for viewport in (WIDE, NARROW):
            self.page.set_viewport_size(viewport)
            for scheme in ("light", "dark") if name in ALSO_DARK else ("light",):
                self.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
                path = FOLDER / f"{name}-{viewport['width']}-{scheme}.png"
                if part is None:
                    self.page.screenshot(path=path, full_page=True)
                else:
                    part.screenshot(path=path)
                Image.open(path).convert("RGB").quantize(COLORS, dither=Image.Dither.NONE).save(path, optimize=True)
                assert path.stat().st_size <= MOST_BYTES, path
        self.page.set_viewport_size(WIDE)
        self.page.emulate_media(color_scheme="light", reduced_motion="reduce")


@pytest.fixture
def plain_camera(plain_traveler):
    """The same for somebody without scripts."""
    return Camera(plain_traveler)


@pytest.fixture
def camera(traveler):
    """Pictures go to docs/screens."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    return Camera(traveler)


def test_a_time_that_is_gone_several_visits_and_waiting(traveler, camera):
    me = traveler
    me.sign_in(CLIENT_EMAIL, PASSWORD)
    me.search(when="Tomorrow").choose_start()
    start = me.page.url
    me.go(re.sub(r".*(/providers/.*starts_at=[0-9-]+)T[^&]*", r"\1T03:07:00-05:00", start))
    camera.take("start-gone")
    me.follow("Tell me when a time is free")
    camera.take("waitlist-join")
    me.press("Wait for a time").sees("In line")
    camera.take("waitlist")
    me.go(start).follow("Plan several visits")
    camera.take("series-plan")
    me.press("Hold these visits")
    camera.take("checkout-series")


def test_a_visitors_way(traveler, camera):
    me = traveler
    for name, path in (
        ("home", "/"),
        ("sign-in", "/login"),
        ("sign-up", "/sign-up"),
        ("no-results", f"{SEARCH}&setting=home&when=today&part=morning"),
        ("search", f"{SEARCH}&setting=home&when=tomorrow"),
    ):
        me.go(path)
        camera.take(name)
    me.click(me.results.first.get_by_role("link").first)
    camera.take("provider")
    me.page.go_back()
    me.choose_start(start=1)
    camera.take("start")
    me.hold()
    camera.take("checkout-health")
    me.press("Continue")
    camera.take("checkout-faults")
    me.answer_health()
    camera.take("checkout-consent")
    me.consent().fill(ADDRESS | GUEST)
    camera.take("checkout-place")
    me.press("Continue").sees("Review and book")
    camera.take("checkout-review")
    me.enter_code().book()
    camera.take("visit")
    me.follow("Move")
    camera.take("move")
    me.page.go_back()
    me.follow("Cancel this visit")
    camera.take("cancel")
    me.page.context.clear_cookies()
    me.go(f"{SEARCH}&setting=clinic&when=tomorrow").choose_start().hold().answer_health("chest pain")
    camera.take("checkout-stop")


def test_asking_first(traveler, camera):
    me = traveler.go("/providers/renata-solano").ask_first()
    camera.take("call")
    me.click(me.page.locator("a.time").first).hold_call().fill(ASKING)
    camera.take("checkout-call")
    me.press("Continue").sees("Review and book")
    camera.take("checkout-call-review")
    me.enter_code().book_call()
    camera.take("visit-call")


def test_a_clients_pages(as_client, camera):
    as_client.go("/appointments")
    camera.take("visits")
    as_client.go("/account/calendars")
    camera.take("calendars")


def test_a_therapists_desk(as_therapist, camera):
    for name, path in {
        "today": "/provider",
        "week": "/provider/calendar",
        "hours": "/provider/hours",
        "time-off": "/provider/time-off",
        "services": "/provider/services",
        "price-rules": "/provider/prices",
        "terms": "/provider/terms",
        "area": "/provider/areas",
        "credentials": "/provider/credentials",
    }.items():
        as_therapist.go(path)
        if name == "hours":
            expect(as_therapist.page.locator("#seen[data-looks]")).to_be_visible()
        camera.take(name)


def test_changing_hours(as_therapist, camera):
    me, page = as_therapist.go("/provider/hours"), as_therapist.page
    expect(page.locator("#seen[data-looks]")).to_be_visible()
    chosen = page.locator(".hw-day[data-day='6'] .hw-block").last
    chosen.click()
    for press in ("Begins + 15 min", "Begins + 15 min", "Ends + 15 min", "Ends + 15 min", "Ends + 15 min"):
        page.get_by_role("button", name=press).click()
    expect(page.locator(".seen-changes")).to_contain_text("Sun, Jan 17")
    page.locator(".seen-day summary").nth(5).click()
    camera.take("hours-changed")
    me.go("/provider/hours").page.get_by_role("checkbox", name="Monday, January\u00a018", exact=True).focus()
    me.key("Space", "Shift+ArrowRight", "Shift+ArrowRight")
    me.press("Add as closed")
    expect(page.locator("#e-0-until")).to_have_value("2027-01-20")
    page.get_by_role("checkbox", name="Monday, January\u00a025", exact=True).focus()
    me.key("Space", "Shift+ArrowRight")
    camera.part("dates", page.locator("#dates"))


def test_hours_as_lines(plain_traveler, plain_camera):
    me = plain_traveler.sign_in(THERAPIST_EMAIL, PASSWORD).go("/provider/hours")
    me.page.locator("summary", has_text="Sunday").first.click()
    me.click(me.page.get_by_role("button", name="Weeks, services, by arrangement of Sunday").last)
    plain_camera.take("hours-lines")


def test_stopping_for_a_while(traveler, camera):
    me = traveler.sign_in(ADMIN_EMAIL, PASSWORD).go("/admin/pause")
    camera.take("pause-house")
    me.page.context.clear_cookies()
    me.sign_in(THERAPIST_EMAIL, PASSWORD).go("/provider/pause")
    camera.take("pause")
    me.fill({"What clients read": "Away for a course until February 1. Your visits stand."}).press("Stop booking")
    me.page.context.clear_cookies()
    me.go("/providers/renata-solano")
    camera.take("provider-paused")


def test_handing_a_visit_over(traveler, camera, app):
    me = traveler.sign_in(CLIENT_EMAIL, PASSWORD).search(when="Tomorrow", setting="At a clinic").choose_start().hold()
    if me.page.get_by_role("button", name="Yes, still true").count():
        me.press("Yes, still true")
    else:
        me.answer_health()
    visit = urlsplit(me.consent().press("Continue").book().page.url).path
    me.page.context.clear_cookies()
    me.sign_in(ADMIN_EMAIL, PASSWORD).go(f"/admin{visit}/hand-over").fill({"What the client is told": "Your therapist is ill that day."})
    camera.take("hand-over")
    slug = me.page.locator("select[name=provider] option").first.get_attribute("value")
    with app.app_context():
        booked = db.session.scalars(select(Appointment).where(Appointment.public_id == visit.rsplit("/", 1)[1])).one()
        colleague = db.session.scalars(select(Provider).where(Provider.slug == slug)).one()
        HandoverFactory(appointment=booked, colleague=colleague, reason="Your therapist is ill that day.")
        db.session.commit()
    me.page.context.clear_cookies()
    me.sign_in(CLIENT_EMAIL, PASSWORD).go(visit).sees("may come")
    camera.take("hand-over-client")


def test_an_application(traveler, camera):
    me = traveler.sign_up_to_work("Zora Quill", "zora@example.com", OWN_PASSWORD)
    me.go("/provider/apply/practice").fill({"One line about your work": "I guarantee relief. Cash only."}).press("Save and continue")
    for step in ("you", "license", "insurance", "practice", "techniques", "more", "attest", "review"):
        me.go(f"/provider/apply/{step}")
        camera.take(f"apply-{step}")
    me.page.context.clear_cookies()
    me.sign_in(ADMIN_EMAIL, PASSWORD).go("/admin/flags")
    camera.take("flags")


def test_an_admins_desk(traveler, camera):
    me = traveler.sign_in(ADMIN_EMAIL, PASSWORD).go("/admin/credentials")
    camera.take("queue")
    me.click(me.page.locator(".queue a").nth(1))
    camera.take("credential")
    me.go("/admin/rechecks").click(me.page.locator(".queue a").first)
    camera.take("rechecks")
    for name, path in {"providers": "/admin/providers", "audit": "/admin/audit"}.items():
        me.go(path)
        camera.take(name)


def test_what_staff_keeps_an_eye_on(traveler, camera, app, tmp_path):
    rows = [row("SOLANO", "RENATA"), row("DOE", "JANE")]
    app.test_cli_runner().invoke(args=["exclusions", "import", str(write_list(tmp_path / "list.csv", rows))])
    me = traveler.sign_in(ADMIN_EMAIL, PASSWORD)
    me.go("/admin/policies")
    camera.take("policies")
    me.go("/admin/exclusions").sees("Renata Solano")
    camera.take("exclusions")
    me.go("/admin/providers/renata-solano").fill({"Reason": "Two clients told us the same."}).press("Suspend").sees("Done, and recorded.")
    me.go("/admin/attention")
    camera.take("attention")


def test_a_physicians_way(traveler, camera):
    me = traveler.sign_in(ADMIN_EMAIL, PASSWORD).go("/admin/credentials?status=verified&kind=physician_collaboration")
    me.click(me.page.locator(".queue a").first).fill({"E-mail": "doctor@example.com"}).press("Send a single-use link")
    link = str(me.letter("confirmation_asked").facts["link"])
    me.page.context.clear_cookies()
    me.go("/evidence/" + link.rsplit("/evidence/", 1)[1])
    camera.take("confirm")


def test_what_stands_behind_a_badge(traveler, camera):
    kinds = {"evidence": "liability_insurance", "evidence-unchecked": "npi", "evidence-evening": "evening_staffing"}
    for name, kind in kinds.items():
        traveler.go(f"/providers/renata-solano/evidence/{kind}")
        camera.take(name)


def test_clinics(traveler, camera):
    me = traveler.sign_in(ADMIN_EMAIL, PASSWORD)
    where = "/admin/clinics/clinic-pt-clinic"
    for name, path in {"clinics": "/admin/clinics", "clinic": where, "roster": f"{where}/roster"}.items():
        me.go(path)
        camera.take(name)


def test_the_index_names_every_picture():
    rows = ["| page | wide | narrow | dark |", "| --- | --- | --- | --- |"]
    for name, words in SHOWN.items():
        dark = f"[wide]({name}-1280-dark.png) [narrow]({name}-360-dark.png)" if name in ALSO_DARK else ""
        rows.append(f"| {words} | [1280]({name}-1280-light.png) | [360]({name}-360-light.png) | {dark} |")
    (FOLDER / "README.md").write_text(
        "# Screens\n\nThe main pages with demo Manhattan, on a standing clock. `make screens` takes them anew; whoever changes a page looks at its pictures.\n\n"
        + "\n".join(rows)
        + "\n"
    )
    assert len(SHOWN) * 2 == len(list(FOLDER.glob("*-light.png")))
