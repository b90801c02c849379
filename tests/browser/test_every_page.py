"""Every page, narrow and wide, light and dark: axe finds nothing, nothing is wider than the screen, and no page is heavy."""

import gzip
import re
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select, update

from booking.appointments.models import Appointment
from booking.demo.actions import ADMIN_EMAIL, CLIENT_EMAIL, PASSWORD, THERAPIST_EMAIL
from booking.openings.queries.listing import list_openings
from booking.openings.rules.asking import Wish
from marketplace import clock
from marketplace.accounts.models import Account, Person
from marketplace.db import db
from marketplace.kernel.walltime import day_begin, from_minute
from marketplace.outbox.models import Letter
from providers.places.models import ProviderPlace
from providers.profiles.queries import get_facts
from providers.profiles.rules import APPLY_STEPS
from providers.registry.models import Provider
from providers.schedule.models import WeeklyHours
from providers.services.models import Service
from providers.verification.actions.confirming import Asker, request_confirmation
from tests.factories import (
    ClassSessionFactory,
    CredentialFactory,
    DisputeFactory,
    ExclusionHitFactory,
    PaymentFactory,
    PersonFactory,
    PrescribedVisitFactory,
    PrescriptionFactory,
    RefundFactory,
    signed_note,
)
from tests.support.browsers import NARROW, WIDE, watch_for_faults
from tests.support.journeys import ADDRESS, ASKING, GUEST, Traveler
from tests.support.people import PASSWORD as OWN_PASSWORD
from tests.support.visits import book_hold, hold_visit

pytestmark = pytest.mark.browser

STATIC = Path(__file__).resolve().parents[2] / "marketplace" / "static"
MOST_HTML, MOST_CSS, MOST_SCRIPT = 60_000, 30_000, 30_000  # bytes; CSS and script as they travel, compressed
SEARCH = "/search?condition=neck_pain&near=East+Village"
VISITOR = [
    "/",
    f"{SEARCH}&setting=home",
    f"{SEARCH}&setting=clinic&sort=price&when=evening",
    f"{SEARCH}&setting=home&when=today&part=morning",
    "/search?near=Nowhere+at+all",
    "/search?setting=phone",
    "/for-two",
    "/for-two?setting=home&near=10024",
    "/login",
    "/sign-up",
    "/reset",
    "/confirm",
    "/waitlist/asked",
    "/waitlist/join?minutes=60&setting=home&zip=10024",
    "/help",
    "/help/how-we-verify",
    "/help/cancellation",
    "/help/conduct",
    "/help/emergency",
    "/help/privacy",
    "/help/terms",
    "/help/accessibility",
    "/help/medical-massage",
    "/help/techniques",
    "/help/conditions",
    "/help/what-to-expect",
    "/help/is-it-for-me",
    "/help/choosing",
    "/help/insurance?prescribed=yes&clinic=no",
    "/help/safety",
    "/help/for-practitioners",
    "/help/what-helps",
    "/help/what-helps?condition=post_surgical&goal=free_scar",
    "/platform-fee",
    "/providers/renata-solano/memberships",
    "/providers/renata-solano/evidence/liability_insurance",
    "/providers/renata-solano/evidence/npi",
    "/providers/renata-solano/evidence/evening_staffing",
]
CLIENT = [
    "/appointments",
    "/waitlist",
    "/waitlist/join?minutes=60&setting=clinic",
    "/series",
    "/account",
    "/account/payments",
    "/account/statements",
    "/progress",
    "/journal",
    "/plans",
    "/care/more-visits",
    "/account/pain-map",
    "/account/pain-map/new",
    "/cards",
    "/packages",
    "/memberships",
    "/gift-cards",
    "/care",
    "/care/prescriptions/new",
    "/care/clearances/new",
    "/guardian",
    "/care/clearances/ask",
    "/care/access-log",
    "/account/releases",
    "/account/releases/new",
    "/account/intake",
    "/account/comfort",
    "/account/files",
    "/account/email",
    "/account/password",
]
THERAPIST = [
    "/provider/clearances",
    "/provider/plans",
    "/provider/supervision",
    "/provider/reliability",
    "/provider/classes",
    "/provider",
    "/provider/calendar",
    "/provider/calendar?view=list",
    "/provider/no-longer-fits",
    "/provider/hours",
    "/provider/pause",
    "/provider/blocks",
    "/provider/time-off",
    "/provider/book",
    "/provider/calendars",
    "/provider/calendars/accounts",
    "/provider/services",
    "/provider/prices",
    "/provider/terms",
    "/provider/earnings",
    "/provider/earnings?period=year",
    "/provider/statements",
    "/provider/statements?from=2027-01-01&until=2028-01-01",
    "/provider/areas",
    "/provider/profile",
    "/provider/paper-facts",
    "/provider/packages",
    "/provider/memberships",
    "/provider/parking",
    "/provider/gift-cards",
    "/provider/payouts",
    "/provider/codes",
    "/provider/first-visits",
    "/provider/insurance",
    "/provider/minors",
    "/provider/credentials",
    "/provider/credentials/new/license",
]
FEEDS = "/account/calendars"
CLINICS = [
    "/admin/pause",
    "/admin/clinics",
    "/admin/clinics/new",
    "/admin/clinics/clinic-pt-clinic",
    "/admin/clinics/clinic-pt-clinic/roster",
]
ADMIN = [
    "/admin/providers/renata-solano/time-off",
    "/admin/providers/renata-solano/book",
    "/admin/credentials",
    "/admin/exclusions",
    "/admin/rechecks",
    "/admin/reliability",
    "/admin/reliability/renata-solano",
    "/admin/providers",
    "/admin/audit",
    "/admin/attention",
    "/admin/money",
    "/admin/policies",
    "/admin/packages",
    "/admin/parking",
    "/admin/parking-terms",
    "/admin/gift-cards",
    "/admin/payouts",
    "/admin/platform-fee",
    *CLINICS,
]


@pytest.fixture
def looked_at(traveler, axe):
    """`looked_at()`: the open page in both widths and both themes; a list of what is wrong with it."""

    def look() -> list[str]:
        page, wrong = traveler.page, []
        page.wait_for_load_state()
        size = page.evaluate("performance.getEntriesByType('navigation')[0].decodedBodySize")
        if size > MOST_HTML:
            wrong.append(f"{page.url}: {size} bytes")
        for viewport in (WIDE, NARROW):
            page.set_viewport_size(viewport)
            if (wide := page.evaluate("document.documentElement.scrollWidth")) > viewport["width"]:
                wrong.append(f"{page.url}: {wide} wide at {viewport['width']}")
            # The theme changes colors alone; without motion they change at once.
            for scheme, rules in (("light", ()), ("dark", ("color-contrast",))):
                page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
                wrong += [f"{page.url} {viewport['width']} {scheme}: {fault}" for fault in axe(page, *rules)]
        page.set_viewport_size(WIDE)
        return wrong

    return look


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    ("email", "paths"),
    [(None, VISITOR), (CLIENT_EMAIL, [*CLIENT, FEEDS]), (THERAPIST_EMAIL, [*THERAPIST, FEEDS]), (ADMIN_EMAIL, [*ADMIN, FEEDS])],
    ids=["visitor", "client", "therapist", "admin"],
)
def test_pages_by_address(traveler, looked_at, email, paths):
    if email:
        traveler.sign_in(email, PASSWORD)
    wrong = []
    for path in paths:
        traveler.go(path)
        wrong += looked_at()
    assert wrong == []


@pytest.mark.timeout(600)
def test_pages_on_the_way_to_a_visit(traveler, looked_at):
    me, wrong = traveler, []
    me.search(when="Tomorrow")
    me.click(me.results.nth(0).get_by_role("link").first)
    wrong += looked_at()
    me.page.go_back()
    me.choose_start()
    wrong += looked_at()
    me.hold()
    wrong += looked_at()
    me.press("Continue")
    wrong += looked_at()
    me.answer_health()
    wrong += looked_at()
    me.consent()
    me.press("Continue")
    wrong += looked_at()
    me.place(ADDRESS | GUEST)
    wrong += looked_at()
    me.enter_code().book()
    wrong += looked_at()
    visit = me.page.url
    me.follow("Good Faith Estimate").press("Ask for an estimate").sees("Expected total")
    wrong += looked_at()
    me.go(visit).follow("Move")
    wrong += looked_at()
    me.page.go_back()
    me.follow("Cancel this visit")
    wrong += looked_at()
    assert wrong == []


@pytest.mark.timeout(600)
def test_pages_on_the_way_to_several_visits(traveler, looked_at):
    me, wrong = traveler, []
    me.search(when="Tomorrow")
    me.choose_start()
    start = me.page.url
    me.go(re.sub(r".*(/providers/.*starts_at=[0-9-]+)T[^&]*", r"\1T03:07:00-05:00", start)).sees("Nearest to it:")
    wrong += looked_at()
    me.go(start).follow("Plan several visits")
    wrong += looked_at()
    me.press("Hold these visits")
    wrong += looked_at()
    me.go("/series/plan?provider=renata-solano&service=nothing&minutes=60&setting=clinic&visits=30")
    wrong += looked_at()
    assert wrong == []


@pytest.mark.timeout(600)
def test_pages_on_the_way_to_different_visits(traveler, looked_at):
    me, wrong = traveler, []
    me.search(when="Tomorrow", setting="At a clinic").choose_start().hold()
    me.press("Add another visit")
    wrong += looked_at()
    me.choose_start(result=1)
    wrong += looked_at()
    me.hold()
    wrong += looked_at()
    me.answer_health().consent().place(GUEST)
    wrong += looked_at()
    assert wrong == []


@pytest.mark.timeout(600)
def test_pages_on_the_way_to_two_visits_side_by_side(traveler, looked_at):
    me, wrong = traveler, []
    me.go("/for-two?setting=clinic&when=tomorrow")
    me.click(me.page.locator("a.start").first).press("Hold both times").sees("Give the other person")
    wrong += looked_at()
    me.fill({"The other person's name": "Noor Haddad", "Their e-mail": "noor@example.org"}).press("Hold both times")
    me.answer_health().consent().place(GUEST)
    wrong += looked_at()
    me.enter_code().press("Book both visits").sees("Waits for the other visit")
    wrong += looked_at()
    me.go(urlsplit(str(me.letter("visit_requested").facts["answers_link"])).path)
    wrong += looked_at()
    me.press("Send my answers").sees("Please choose an answer.")
    wrong += looked_at()
    assert wrong == []


@pytest.mark.timeout(600)
def test_pages_on_the_way_to_a_call(traveler, looked_at, app):
    me, wrong = traveler, []
    me.go("/providers/renata-solano")
    wrong += looked_at()
    me.ask_first()
    wrong += looked_at()
    me.click(me.page.locator("a.time").first)
    wrong += looked_at()
    me.hold_call()
    wrong += looked_at()
    me.press("Continue").sees("Give a phone number.")
    wrong += looked_at()
    me.fill(ASKING).press("Continue").sees("Review and book")
    wrong += looked_at()
    me.enter_code().book_call()
    wrong += looked_at()
    me.follow("Move")
    wrong += looked_at()
    me.page.go_back()
    me.follow("Cancel this call")
    wrong += looked_at()
    me.page.context.clear_cookies()
    with app.app_context():
        of = select(Appointment.public_id).join(Provider, Provider.id == Appointment.provider_id)
        calls = of.where(Provider.slug == "renata-solano", Appointment.setting == "phone", Appointment.sample_data)
        call = db.session.scalars(calls.order_by(Appointment.starts_at)).first()
    me.sign_in(THERAPIST_EMAIL, PASSWORD).go(f"/provider/appointments/{call}").sees("You call the client.")
    wrong += looked_at()
    me.follow("Cancel this call")
    wrong += looked_at()
    assert wrong == []


@pytest.mark.timeout(600)
def test_screens_of_an_application_and_the_words_that_are_looked_at(traveler, looked_at):
    me, wrong = traveler.sign_up_to_work("Zora Quill", "zora@example.com", OWN_PASSWORD), []
    for step in APPLY_STEPS:
        me.go(f"/provider/apply/{step}")
        wrong += looked_at()
    me.go("/provider/apply/practice").fill({"One line about your work": "I guarantee relief. Cash only."}).press("Save and continue")
    me.go("/provider/apply/practice").sees("A few words to think over")
    wrong += looked_at()
    me.go("/provider/apply/license").fill({"License number": "many"}).press("Save and continue")
    wrong += looked_at()
    me.page.context.clear_cookies()
    me.sign_in(ADMIN_EMAIL, PASSWORD).go("/admin/flags").sees("Cash only.")
    wrong += looked_at()
    assert wrong == []


@pytest.mark.timeout(600)
def test_pages_of_a_note(traveler, looked_at):
    with traveler.app.app_context():
        of = select(Appointment.public_id).join(Provider, Provider.id == Appointment.provider_id)
        done = of.where(Provider.slug == "renata-solano", Appointment.status == "completed", Appointment.setting != "phone")
        visit = db.session.scalars(done.order_by(Appointment.starts_at.desc())).first()
    me = traveler.sign_in(THERAPIST_EMAIL, PASSWORD).go(f"/provider/appointments/{visit}/note")
    me.page.locator("#u0-minutes").fill("30")
    me.press("Save").sees("This is needed.")
    wrong = looked_at()
    me.page.locator("#u0-code").select_option(label="Myofascial release")
    me.press("Save").sees("Saved.")
    me.press("Save, read it once more and sign")
    me.page.get_by_label("My hands were on for 30 minutes").check()
    wrong += looked_at()
    me.click(me.page.get_by_role("button", name="Sign", exact=True)).sees("Signed.")
    wrong += looked_at()
    assert wrong == []


@pytest.mark.timeout(600)
def test_pages_of_a_class(traveler, looked_at, app):
    with app.app_context():
        of = select(Provider).join(ProviderPlace, ProviderPlace.provider_id == Provider.id)
        provider = db.session.scalars(of.where(Provider.slug == "renata-solano")).first()
        place = db.session.scalars(select(ProviderPlace).where(ProviderPlace.provider_id == provider.id)).first()
        lesson = ClassSessionFactory(provider=provider, place=place, starts_at=clock.now() + timedelta(days=3, hours=19)).public_id
        db.session.remove()
    me = traveler.go("/providers/renata-solano/classes").sees("Move with ease")
    wrong = looked_at()
    me.go(f"/classes/{lesson}")
    wrong += looked_at()
    me.press("Take a seat").sees("Kept for you until")
    wrong += looked_at()
    me.fill(GUEST).press("Continue").sees("six-digit code")
    wrong += looked_at()
    me.enter_code().press("Book the seat for").sees("Your seat is booked")
    wrong += looked_at()
    me.follow("Give up your seat").sees("Canceling now is free.")
    wrong += looked_at()
    me.page.context.clear_cookies()
    me.sign_in(THERAPIST_EMAIL, PASSWORD).go(f"/provider/classes/{lesson}").sees("Priya N.")
    wrong += looked_at()
    me.page.context.clear_cookies()
    me.sign_in(CLIENT_EMAIL, PASSWORD).go(f"/classes/{lesson}").press("Take a seat").press("Book the seat for").sees("Your seat is booked")
    me.go("/seats").sees("Move with ease")
    wrong += looked_at()
    assert wrong == []


@pytest.mark.timeout(600)
def test_pages_behind_a_link(traveler, looked_at, new_context, app):
    wrong = []
    traveler.sign_in(CLIENT_EMAIL, PASSWORD).go("/appointments").click(traveler.page.locator(".rows a").first)
    wrong += looked_at()
    traveler.search(when="Tomorrow", setting="At a clinic").choose_start().hold()
    if traveler.page.get_by_role("link", name="Something has changed").count():
        wrong += looked_at()
        traveler.follow("Something has changed")
    traveler.answer_health("chest pain")
    wrong += looked_at()
    for email, start, link in (
        (THERAPIST_EMAIL, "/provider", "main ul.rows a"),
        (ADMIN_EMAIL, "/admin/credentials", ".queue a"),
        (ADMIN_EMAIL, "/admin/credentials?status=verified", ".queue a"),
        (ADMIN_EMAIL, "/admin/rechecks", ".queue a"),
        (ADMIN_EMAIL, "/admin/providers", "main td a, main th a"),
    ):
        traveler.page.context.clear_cookies()
        traveler.sign_in(email, PASSWORD).go(start).click(traveler.page.locator(link).first)
        wrong += looked_at()
    assert wrong == []


@pytest.mark.timeout(600)
def test_the_page_on_which_a_visit_is_handed_over(traveler, looked_at):
    me = traveler.sign_in(CLIENT_EMAIL, PASSWORD).search(when="Tomorrow", setting="At a clinic").choose_start().hold()
    if me.page.get_by_role("button", name="Yes, still true").count():
        me.press("Yes, still true")
    else:
        me.answer_health()
    visit = urlsplit(me.consent().press("Continue").book().page.url).path
    me.page.context.clear_cookies()
    me.sign_in(ADMIN_EMAIL, PASSWORD).go(f"/admin{visit}/hand-over").sees("Hand a visit over")
    wrong = looked_at()
    me.press("Ask the client").sees("Say why.")
    wrong += looked_at()
    assert wrong == []


@pytest.mark.timeout(600)
def test_pages_on_which_a_request_is_answered(traveler, looked_at, app):
    with app.app_context():
        provider = db.session.scalars(select(Provider).where(Provider.slug == "renata-solano")).one()
        service = db.session.scalars(select(Service).where(Service.provider_id == provider.id).order_by(Service.position)).first()
        service.by_request = {"settings": ["clinic"], "new_clients_only": False, "answer_hours": 24}
        db.session.commit()
        visits = [ask_of(provider, service, day) for day in (14, 18)]
        db.session.remove()
    me = traveler.sign_in(THERAPIST_EMAIL, PASSWORD).go("/provider").sees("Waiting for you")
    wrong = looked_at()
    for page in ("", "/decline", "/cancel"):
        me.go(f"/provider/appointments/{visits[0]}{page}")
        wrong += looked_at()
    me.go(f"/provider/appointments/{visits[0]}/decline").page.get_by_label("In your own words").fill("word " * 200)
    me.click(me.page.get_by_role("main").get_by_role("button", name="Decline"))
    wrong += looked_at()
    me.go("/search?near=Upper+West+Side&instant=1")
    wrong += looked_at()
    assert wrong == []


@pytest.mark.timeout(600)
def test_pages_of_a_superbill(traveler, looked_at, app):
    with app.app_context():
        done = select(Appointment).join(Provider, Provider.id == Appointment.provider_id).where(Provider.slug == "renata-solano")
        done = done.where(Appointment.status == "completed", Appointment.setting == "clinic").order_by(Appointment.id)
        visit = db.session.scalars(done).first()
        visit.person_id = (
            db.session.scalars(select(Person).join(Account, Account.id == Person.account_id).where(Account.email == CLIENT_EMAIL)).one().id
        )
        db.session.commit()
        signed_note(visit)
        visit = visit.public_id
        db.session.remove()
    me = traveler.sign_in(THERAPIST_EMAIL, PASSWORD).go(f"/provider/appointments/{visit}").follow("Superbill")
    me.sees("This superbill is incomplete")
    wrong = looked_at()
    me.press("Issue the superbill").sees("Your client can read and keep it now.")
    wrong += looked_at()
    me.page.context.clear_cookies()
    me.sign_in(CLIENT_EMAIL, PASSWORD).go(f"/appointments/{visit}").follow("Superbill for your insurer").sees(
        "Reimbursement is not promised"
    )
    wrong += looked_at()
    assert wrong == []


@pytest.mark.timeout(600)
def test_pages_of_a_claim_form(traveler, looked_at, app):
    with app.app_context():
        done = select(Appointment).join(Provider, Provider.id == Appointment.provider_id).where(Provider.slug == "renata-solano")
        done = done.where(Appointment.status == "completed", Appointment.setting == "clinic").order_by(Appointment.id)
        visit = db.session.scalars(done).first()
        client = db.session.scalars(
            select(Person).join(Account, Account.id == Person.account_id).where(Account.email == CLIENT_EMAIL)
        ).one()
        visit.person_id = client.id
        db.session.commit()
        signed_note(visit)
        PrescribedVisitFactory(appointment=visit, prescription=PrescriptionFactory(person=client, icd10="M54.2"))
        visit = visit.public_id
        db.session.remove()
    me = traveler.sign_in(THERAPIST_EMAIL, PASSWORD).go(f"/provider/appointments/{visit}").follow("Claim form")
    me.sees("has not given their insurance details")
    wrong = looked_at()
    me.go(f"/provider/appointments/{visit}/superbill").press("Issue the superbill")
    me.page.context.clear_cookies()
    me.sign_in(CLIENT_EMAIL, PASSWORD).go(f"/appointments/{visit}").follow("Claim form for your insurer").sees("You have given none")
    wrong += looked_at()
    me.follow("Give your insurance details").press("Keep them").sees("Write your name.")
    wrong += looked_at()
    me.page.get_by_label("I permit this").check()
    me.fill({"Insured's ID, as on the card": "XYZ123456789", "Your name, as a signature": "Sam Doe"}).press("Keep them").sees(
        "Your therapist has not made it yet."
    )
    wrong += looked_at()
    me.page.context.clear_cookies()
    me.sign_in(THERAPIST_EMAIL, PASSWORD).go(f"/provider/appointments/{visit}/claim-form").sees("Before it can be printed")
    wrong += looked_at()
    assert wrong == []


@pytest.mark.timeout(600)
def test_pages_about_visits_that_no_longer_fit(traveler, looked_at, app):
    with app.app_context():
        provider = db.session.scalars(select(Provider).where(Provider.slug == "renata-solano")).one()
        db.session.execute(update(WeeklyHours).where(WeeklyHours.provider_id == provider.id).values(opens_minute=60, closes_minute=120))
        db.session.commit()
    me = traveler.sign_in(THERAPIST_EMAIL, PASSWORD).go("/provider").sees("no longer fit what you keep now")
    wrong = looked_at()
    me.follow("What you can do").sees("It lies outside your hours now.")
    wrong += looked_at()
    me.click(me.page.locator("main ul.rows a").first).sees("This visit no longer fits what you keep now.")
    wrong += looked_at()
    assert wrong == []


@pytest.mark.timeout(600)
def test_pages_that_say_where_a_visit_is_and_whom_to_call(traveler, looked_at, app):
    with app.app_context():
        of = select(Appointment.public_id).join(Provider, Provider.id == Appointment.provider_id)
        coming = of.where(Provider.slug == "renata-solano", Appointment.status == "confirmed", Appointment.starts_at > clock.now())
        home = db.session.scalars(coming.where(Appointment.setting == "home").order_by(Appointment.starts_at)).first()
        call = db.session.scalars(coming.where(Appointment.setting == "phone").order_by(Appointment.starts_at)).first()
    me = traveler.sign_in(THERAPIST_EMAIL, PASSWORD)
    wrong = []
    for page in (f"{home}/address", f"{call}/phone", home):
        me.go(f"/provider/appointments/{page}")
        wrong += looked_at()
    assert wrong == []


@pytest.mark.timeout(600)
def test_pages_about_money(traveler, looked_at, app):
    with app.app_context():
        paid = db.session.scalars(
            select(Appointment)
            .join(Provider, Provider.id == Appointment.provider_id)
            .join(Account, Account.id == Provider.account_id)
            .where(Account.email == THERAPIST_EMAIL, Appointment.status == "completed", Appointment.paid_cents > 0)
            .order_by(Appointment.id)
        ).first()
        visit = paid.public_id
    me = traveler.sign_in(THERAPIST_EMAIL, PASSWORD).go(f"/provider/appointments/{visit}").follow("Payments and receipts")
    wrong = looked_at()
    me.page.get_by_text("This was a mistake").first.click()
    me.page.get_by_label("What was wrong").fill("The wrong visit")
    me.press("Take the payment back").sees("Taken back. The client has a credit note.")
    me.press("Record the payment").sees("Say how it was paid.")
    wrong += looked_at()
    me.go(f"/provider/appointments/{visit}/money").page.get_by_label("Cash").check()
    me.press("Record the payment").sees("Recorded. The client has a receipt.")
    me.click(me.page.locator("main ul.rows a").last)
    wrong += looked_at()
    assert wrong == []


@pytest.mark.timeout(600)
def test_pages_for_somebody_outside(traveler, looked_at, new_context, app):
    with app.app_context():
        provider = db.session.scalars(
            select(Provider).join(Account, Account.id == Provider.account_id).where(Account.email == THERAPIST_EMAIL)
        ).one()
        paper = CredentialFactory(provider=provider, kind="physician_collaboration")
        policy = CredentialFactory(provider=provider, kind="liability_insurance", plain_number="POLICY-4321")
        links = [ask_outside(one) for one in (paper, policy)]
        paths = [f"/provider/credentials/{paper.public_id}/doctor", f"/admin/credentials/{paper.public_id}"]
        ExclusionHitFactory(provider=provider)
        db.session.remove()
    wrong = []
    for link in links:
        traveler.go(link)
        wrong += looked_at()
    traveler.go(links[0]).press("Yes, I confirm")
    wrong += looked_at()
    traveler.fill({"Your first and last name": "Mei Ostrander", "Your role": "Physician"}).press("No")
    traveler.sees("Your answer is kept")
    wrong += looked_at()
    traveler.press("Take my answer back")
    wrong += looked_at()
    traveler.go(links[0]).sees("This link is not open")
    wrong += looked_at()
    traveler.sign_in(THERAPIST_EMAIL, PASSWORD).go(paths[0])
    wrong += looked_at()
    traveler.page.context.clear_cookies()
    traveler.sign_in(ADMIN_EMAIL, PASSWORD).go(paths[1])
    wrong += looked_at()
    traveler.go("/admin/exclusions").sees("Not this person")
    wrong += looked_at()
    assert wrong == []


@pytest.mark.timeout(600)
def test_pages_of_card_money(app, traveler, looked_at):
    """A fee that no card has paid, a refund that came back, a bank that asks for the money."""
    with app.app_context():
        person = db.session.scalar(select(Person).join(Account, Account.id == Person.account_id).where(Account.email == CLIENT_EMAIL))
        visit = db.session.scalar(select(Appointment).where(Appointment.person_id == person.id).order_by(Appointment.id))
        visit.status, visit.due_cents, visit.fee_cents, visit.attention = "no_show", 16_000, 16_000, ["client_must_act"]
        whose = {"person": person, "provider": db.session.get_one(Provider, visit.provider_id), "appointment_id": visit.id}
        PaymentFactory(**whose, purpose="fee", state="failed", captured_cents=0, off_session=True, failure_code="authentication_required")
        paid = PaymentFactory(**whose)
        RefundFactory(payment=paid, amount_cents=4_000, state="failed", failure_code="lost_or_stolen_card")
        dispute, public_id = DisputeFactory(payment=paid).stripe_dispute, visit.public_id
    wrong = []
    traveler.sign_in(CLIENT_EMAIL, PASSWORD).go(f"/appointments/{public_id}").sees("is due.")
    wrong += looked_at()
    traveler.follow("Pay now").sees("Until you do, nothing is paid.")
    wrong += looked_at()
    traveler.page.context.clear_cookies()
    traveler.sign_in(ADMIN_EMAIL, PASSWORD).go("/admin/money").sees("Payout frozen")
    wrong += looked_at()
    for path in (f"/admin/disputes/{dispute}", f"/admin/appointments/{public_id}/money"):
        traveler.go(path)
        wrong += looked_at()
    assert wrong == []


def ask_of(provider, service, day):
    """The first visit at the clinic that is free on a day of January, asked for; gives its public id."""
    facts, now, begin = get_facts(db.session(), provider.id), clock.now(), day_begin(date(2027, 1, day))
    wish = Wish(service.code, 60, "clinic")
    start = list_openings(db.session(), facts, wish, begin, begin + 1440, now).starts[0]
    person = PersonFactory()
    held = hold_visit(provider, person, from_minute(start), now, service=service.code)
    return book_hold(held, person, now).booked.appointment.public_id


def ask_outside(credential):
    """Send a link about a credential and give its path."""
    request = request_confirmation(credential.public_id, "outside@clinic.test", Asker("account:boss"), "", clock.now())
    letter = db.session.scalars(select(Letter).where(Letter.about == request.public_id)).one()
    return letter.facts["link"]


def test_what_travels_is_small():
    def weight(pattern):
        return sum(len(gzip.compress(path.read_bytes())) for path in STATIC.glob(pattern))

    assert weight("css/*.css") <= MOST_CSS
    assert weight("js/*.js") <= MOST_SCRIPT


@pytest.mark.soak  # what moves depends on how fast files arrive: a figure to look at, not a gate on a busy machine
def test_nothing_moves_while_the_first_pages_load(new_context, app):
    """Layout shift, as the browser measures it: under 0.1 is good; what is drawn at once does not move at all."""
    page = new_context(viewport=NARROW).new_page()
    faults = watch_for_faults(page)
    me = Traveler(page, app)
    shift = """() => new Promise((done) => {
      let sum = 0;
      new PerformanceObserver((list) => { for (const entry of list.getEntries()) if (!entry.hadRecentInput) sum += entry.value; })
        .observe({ type: "layout-shift", buffered: true });
      requestAnimationFrame(() => requestAnimationFrame(() => done(sum)));
    })"""
    for path in ("/", f"{SEARCH}&setting=home"):
        me.go(path)
        page.wait_for_load_state("networkidle")
        assert page.evaluate(shift) < 0.02, path
    slug = re.search(r"/providers/([a-z-]+)", page.content())
    assert slug
    me.go(f"/providers/{slug[1]}")
    page.wait_for_load_state("networkidle")
    assert page.evaluate(shift) < 0.02
    assert faults == []


@pytest.mark.timeout(600)
def test_pages_of_gift_cards(traveler, looked_at):
    """Switched on, sold, bought by a visitor, paid at the desk, looked at, put in at a checkout, watched over."""
    me, wrong = traveler.sign_in(ADMIN_EMAIL, PASSWORD).go("/admin/gift-cards"), []
    me.page.get_by_label("Yes").check()
    me.fill({"Why": "Counsel agrees."}).press("Save").sees("Counsel agrees.")
    wrong += looked_at()
    me.page.context.clear_cookies()
    me.sign_in(THERAPIST_EMAIL, PASSWORD).go("/provider/gift-cards").press("Sell gift cards").sees("On your public page")
    me.page.context.clear_cookies()
    me.go("/providers/renata-solano/gift-cards").sees("How much")
    wrong += looked_at()
    me.fill({"For whom": "Kim", "Your words to them": "Rest well.", "Your name": "Bea Birch", "Your e-mail address": "bea@example.com"})
    me.press("Order").sees("Not paid yet")
    wrong += looked_at()
    me.sign_in(THERAPIST_EMAIL, PASSWORD).go("/provider/gift-cards").press("It was paid to me").sees("The code is shown this once.")
    wrong += looked_at()
    code = me.page.locator("main .alert strong").last.inner_text()
    me.page.context.clear_cookies()
    me.sign_in(CLIENT_EMAIL, PASSWORD).go("/gift-cards").fill({"Code of a gift card": code}).press("Add it to my account").sees("Bought")
    wrong += looked_at()
    me.go("/providers/renata-solano")
    me.click(me.page.locator("a.time").first)
    me.hold()
    me.follow("Pay with a gift card").sees("In your account")
    wrong += looked_at()
    me.page.get_by_label(re.compile("Ending in")).check()
    me.press("Use it").sees("Left to pay of this visit")
    wrong += looked_at()
    me.page.context.clear_cookies()
    me.sign_in(ADMIN_EMAIL, PASSWORD).go("/admin/gift-cards").sees("It was stolen or lost")
    me.page.locator("summary", has_text="It was stolen or lost").first.click()
    me.page.locator("summary", has_text="Give back what is left").first.click()
    wrong += looked_at()
    me.page.locator("[id^=back-]").first.fill("It was bought twice.")
    me.page.get_by_role("button", name=re.compile("Give .* back")).first.click()
    me.sees("Ordered.")
    me.page.context.clear_cookies()
    me.sign_in(THERAPIST_EMAIL, PASSWORD).go("/provider/gift-cards").sees("We gave this card back to its buyer")
    me.page.locator("summary", has_text="Clients").last.click()
    wrong += looked_at()
    me.page.keyboard.press("Escape")
    me.follow("Credit note").sees("Given back")
    wrong += looked_at()
    assert wrong == []
