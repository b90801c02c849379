"""Full-time evenings on every page that speaks of them: one hour, the policy's; one day, the one on which it was said."""

import json
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from marketplace.accounts.models import Account
from marketplace.db import db
from providers.schedule.models import HoursStatement
from tests.factories import (
    KINDS,
    AccountFactory,
    ClinicFactory,
    CredentialPolicyFactory,
    HoursStatementFactory,
    ProviderPlaceFactory,
    ServiceAreaFactory,
    ServiceDurationFactory,
    ServiceFactory,
    WeeklyHoursFactory,
    bookable_provider,
)
from tests.web.test_provider_page import text_of

EVENING = {"weekday": 2, "opens_minute": 18 * 60, "closes_minute": 25 * 60, "settings": ["home"]}
MARCH = datetime(2025, 3, 4, 12, tzinfo=UTC)
KEPT = [[2, 18 * 60, 25 * 60, ["home"], None, "full_time"]]


def evening_therapist(word="full_time", **more):
    provider = bookable_provider(slug="anna", name="Anna Alder", settings=["clinic", "home"], **more)
    service = ServiceFactory(provider=provider, code="home-visit", settings=["home"], techniques=["myofascial_release"], position=1)
    ServiceDurationFactory(service=service, minutes=60, price_cents=18_000)
    ServiceAreaFactory(provider=provider)
    WeeklyHoursFactory(provider=provider, staffing=word, **EVENING)
    HoursStatementFactory(provider=provider, stated_at=MARCH, weekly=KEPT)
    return provider


@pytest.fixture
def anna(app):
    with app.app_context():
        return evening_therapist()


def policy(**changes):
    CredentialPolicyFactory(table=json.loads(KINDS.read_text(encoding="utf-8")) | changes)


def test_the_mark_is_dated_and_leads_to_its_page(anna, client):
    page = client.get("/providers/anna")
    assert "Full-time evenings since March 2025" in text_of(page)
    assert 'href="/providers/anna/evidence/evening_staffing"' in page.text
    assert "Full-time evenings since March 2025" in text_of(client.get("/search?near=10024&setting=home"))
    behind = text_of(client.get("/providers/anna/evidence/evening_staffing"))
    assert "All their evenings have been stated as full-time since Mar 4, 2025." in behind
    assert "Evening From 7 PM" in behind
    assert "It does not mean that anybody looked at a contract." in behind
    assert "We look again" not in behind
    assert 'href="/providers/anna/evidence/evening_staffing"' in client.get("/providers/anna/evidence/license").text


def test_programs_read_the_same(anna, client):
    profile = client.get("/api/v1/providers/anna").json
    (found,) = client.get("/api/v1/providers?near=10024&setting=home").json["items"]
    for said in (profile, found):
        assert (said["evening_staffing"], said["evening_staffing_since"]) == ("full_time", "2025-03-04")
    behind = client.get("/api/v1/providers/anna/evidence/evening_staffing").json
    assert (behind["status"], behind["in_force"], behind["stated_since"]) == ("stated", True, "2025-03-04")
    assert (behind["evening_from"], behind["morning_from"]) == ("19:00", "07:00")
    assert {behind[name] for name in ("source", "verified_on", "checked_by", "valid_until", "issuer")} == {None}
    assert client.get("/api/v1/providers/anna/evidence/license").json["stated_since"] is None


@pytest.mark.parametrize("word", ["part_time", "rotating", None])
def test_no_mark_where_it_is_not_said(app, client, word):
    with app.app_context():
        evening_therapist(word)
    assert "Full-time evenings since" not in text_of(client.get("/providers/anna"))
    profile = client.get("/api/v1/providers/anna").json
    assert (profile["evening_staffing"], profile["evening_staffing_since"]) == (word, None)
    assert client.get("/api/v1/providers/anna/evidence/evening_staffing").json["status"] == "not_stated"
    assert "Nobody has to say it." in text_of(client.get("/providers/anna/evidence/evening_staffing"))


def test_where_nobody_noted_it_the_mark_has_no_date(app, client):
    with app.app_context():
        evening_therapist()
        db.session.delete(db.session.scalars(select(HoursStatement)).one())
        db.session.commit()
    words = text_of(client.get("/providers/anna"))
    assert "Full-time evenings" in words
    assert "Full-time evenings since" not in words
    assert "Nobody noted since when." in text_of(client.get("/providers/anna/evidence/evening_staffing"))


def test_every_page_says_the_hour_of_the_policy_in_force(app, client, visitor):
    with app.app_context():
        policy(evening_from_minute=20 * 60 + 30, morning_from_minute=6 * 60)
        provider = evening_therapist()
        owner, admin = db.session.get(Account, provider.account_id), AccountFactory(role="admin")
        ProviderPlaceFactory(provider=provider, clinic_id=ClinicFactory(slug="east", rostered=True).id)
    desk, ada = visitor(owner), visitor(admin)
    for path in ("/help/how-we-verify", "/providers/anna/evidence/evening_staffing"):
        words = text_of(client.get(path))
        assert "8:30 PM" in words
        assert "7 PM" not in words
    behind = client.get("/api/v1/providers/anna/evidence/evening_staffing").json
    assert (behind["evening_from"], behind["morning_from"]) == ("20:30", "06:00")
    assert "from 8:30 PM until 6 AM" in text_of(desk.open("/provider/hours"))
    assert "Evening, from 8:30 PM" in text_of(desk.open("/provider/calendar"))
    assert "from 8:30 PM until 6 AM" in text_of(ada.open("/admin/clinics/east/roster", week="2027-01-18"))


def test_an_evening_by_five_is_none_by_the_rule(app, client):
    """Starts at five or six are offered from whoever works then, so nobody is marked for them."""
    with app.app_context():
        provider = bookable_provider(slug="anna", name="Anna Alder")
        for weekday in range(7):
            WeeklyHoursFactory(provider=provider, weekday=weekday, opens_minute=17 * 60, closes_minute=19 * 60, staffing="full_time")
    assert client.get("/api/v1/providers/anna").json["evening_staffing"] is None


def test_what_is_said_of_all_starts_is_not_called_evenings(anna, client):
    words = text_of(client.get("/search?near=10024&setting=home&staffing=full_time"))
    assert "Full-time staff only" in words
    assert "Staffing" in words


def test_the_minimum_of_the_policy_is_on_the_page(app, client):
    with app.app_context():
        policy(insurance_minimums={"per_occurrence_cents": 200_000_000, "aggregate_cents": 600_000_000})
    assert "$2,000,000 for each event and $6,000,000 in all" in text_of(client.get("/help/how-we-verify"))
