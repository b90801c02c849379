"""The note of a visit in a browser: written and signed with scripts and without, and no word lost with them."""

import json

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from booking.appointments.models import Appointment
from booking.demo.actions import PASSWORD, THERAPIST_EMAIL
from booking.notes.models import ClinicalNote
from marketplace.db import db
from providers.registry.models import Provider

pytestmark = pytest.mark.browser
WORDS = "zz the left shoulder catches zz"
KEPT = "() => JSON.stringify(Object.values(sessionStorage))"


@pytest.fixture
def note(app):
    """The address of the note of a visit that the demo's therapist has done and written nothing of."""
    with app.app_context():
        done = select(Appointment.public_id).join(Provider, Provider.id == Appointment.provider_id)
        written = select(ClinicalNote.appointment_id)
        renata = done.where(Provider.slug == "renata-solano", Appointment.status == "completed", Appointment.setting != "phone")
        visit = db.session.scalars(renata.where(Appointment.id.not_in(written)).order_by(Appointment.starts_at.desc())).first()
    return f"/provider/appointments/{visit}/note"


def test_a_therapist_writes_the_five_steps_and_signs(either_traveler, note):
    me = either_traveler.sign_in(THERAPIST_EMAIL, PASSWORD).go(note.removesuffix("/note")).follow("Note of this visit")
    page = me.page
    me.fill({"What the client says": WORDS, "Plan": "weekly"})
    page.locator("#m0-movement").select_option(label="Neck, turning")
    page.locator("#m0-degrees").fill("55")
    page.locator("#u0-code").select_option(label="Myofascial release")
    page.locator("#u0-minutes").fill("30")
    me.press("Save").sees("Something needs another look.").sees("Left or right.")
    expect(page.locator("#subjective")).to_have_value(WORDS)
    page.locator("#m0-side").select_option(label="Left")
    me.click(page.locator("summary", has_text="Areas").first)
    page.get_by_label("Back of the neck").first.check()
    me.press("Save").sees("Saved.")
    me.press("Save, read it once more and sign").sees("Neck, turning, left: 55°")
    page.get_by_label("My hands were on for 30 minutes").check()
    me.click(page.get_by_role("button", name="Sign", exact=True)).sees("Signed.").sees("Neck, turning, left: 55°").sees(
        "Hands on: 30 minutes"
    )
    me.fill({"What is to be added": "The client called."}).press("Add").sees("The client called.")


def test_what_was_typed_survives_a_lost_sign_in_and_goes_when_it_is_saved(traveler, note):
    me = traveler.sign_in(THERAPIST_EMAIL, PASSWORD).go(note)
    page = me.page
    me.fill({"What the client says": WORDS})
    page.wait_for_function("() => sessionStorage.length === 1")
    page.context.clear_cookies()
    me.press("Save").sees("Your words are still here")
    me.sign_in(THERAPIST_EMAIL, PASSWORD).go(note).sees("Words that were not saved are back.")
    expect(page.locator("#subjective")).to_have_value(WORDS)
    me.press("Save").sees("Saved.")
    page.wait_for_function("() => sessionStorage.length === 0")
    expect(page.locator("#unsaved")).to_be_hidden()
    expect(page.locator("#subjective")).to_have_value(WORDS)


def test_offline_words_wait_in_the_tab_and_signing_out_takes_them_along(traveler, note):
    me = traveler.sign_in(THERAPIST_EMAIL, PASSWORD).go(note)
    page = me.page
    me.fill({"What the client says": WORDS})
    page.context.set_offline(True)
    page.get_by_role("button", name="Save").first.click()
    me.sees("You are offline.")
    page.context.set_offline(False)
    expect(page.locator("#offline")).to_be_hidden()
    me.go(note).sees("Words that were not saved are back.").press("Let them go")
    expect(page.locator("#subjective")).to_have_value("")
    me.fill({"What the client says": WORDS})
    page.wait_for_function("() => sessionStorage.length === 1")
    page.locator("#subjective").press("End")
    page.keyboard.type("x")
    me.press("Sign out").sees("Sign in")
    assert json.loads(page.evaluate(KEPT)) == []
