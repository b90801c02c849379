"""A profile answers the five questions of the guide in its order: license, experience, work with others, reviews, approach."""

import re
from html import unescape

import pytest
from sqlalchemy import select

from marketplace.db import db
from providers.credentials.models import Credential
from providers.registry.changes import note_change
from tests.factories import CredentialFactory, bookable_provider

FIVE = ["License", "Experience", "Work with others", "Reviews", "Approach"]


def told(client, slug):
    """What each of the five says, and where its link leads (empty for none)."""
    html = client.get(f"/providers/{slug}").get_data(as_text=True)
    section = html[html.index('id="five"') : html.index('id="checked"')]
    rows = re.findall(r"<li><strong>(.*?):</strong> (.*?)</li>", section)
    found = {}
    for what, answer in rows:
        link = re.search(r'href="([^"]*)"', answer)
        words = " ".join(unescape(re.sub(r"<[^>]*>", "", answer)).split())
        found[what] = (words, unescape(link[1]) if link else "")
    return found


@pytest.fixture
def bare(app):
    with app.app_context():
        bookable_provider(slug="anna")


def test_all_five_stand_in_the_order_of_the_guide(client, bare):
    assert list(told(client, "anna")) == FIVE
    guide = client.get("/help/choosing").get_data(as_text=True)
    assert re.findall(r"<li><strong>(.*?)\.</strong>", guide) == FIVE


def test_what_nobody_stated_or_checked_says_so(client, bare):
    said = told(client, "anna")
    assert said["License"][0].startswith("Valid to ")
    assert said["License"][1] == "/providers/anna/evidence/license"
    assert said["Experience"] == ("Not said", "")
    assert said["Work with others"] == ("Works with a doctor: attested (MD)", "/providers/anna/evidence/physician_collaboration")
    assert said["Reviews"] == ("Nobody has written one yet", "")
    assert said["Approach"] == ("Not said", "")


def test_answers_certificates_and_reviews_are_led_to(app, client):
    with app.app_context():
        answers = {"experience": "Necks, mostly.", "approach": "I look first."}
        anna = bookable_provider(slug="anna", answers=answers, rating_count=3, rating_sum=14)
        bookable_provider(slug="maya", answers={"refers_back": "I write to the physician."})
        CredentialFactory(provider=anna, kind="certificate", status="verified", technique="lymphatic_drainage")
        CredentialFactory(provider=anna, kind="certificate", status="submitted", technique="oncology")
    said = told(client, "anna")
    assert said["Experience"] == ("Checked certificates: manual lymphatic drainage", "#asked")
    assert said["Reviews"] == ("Rated 4.7 of 5 by 3", "")
    assert said["Approach"] == ("In their own words", "#asked")
    assert 'id="asked"' in client.get("/providers/anna").get_data(as_text=True)
    assert told(client, "maya")["Approach"] == ("In their own words", "#asked")
    assert told(client, "maya")["Experience"] == ("Not said", "")


def test_work_with_others_that_nobody_checked_says_so(app, client, bare):
    with app.app_context():
        paper = db.session.scalar(select(Credential).where(Credential.kind == "physician_collaboration"))
        paper.status = "draft"
        note_change(db.session, paper.provider_id)
        db.session.commit()
    assert told(client, "anna")["Work with others"][0] == "Work with a doctor: not checked"
