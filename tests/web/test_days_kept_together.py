"""What a therapist says about keeping days together is shown to clients and programs, and saved from the page of hours."""

from datetime import date

import pytest

from marketplace.db import db
from marketplace.kernel.walltime import day_span, from_minute
from marketplace.webkit.filters import rfc3339
from providers.profiles.queries import get_facts
from providers.schedule.models import ScheduleRule
from tests.factories import AccountFactory, ClaimFactory, bookable_provider

QUERY = "service=medical-massage&minutes=60&setting=clinic&from=2027-01-14&to=2027-01-14"
THURSDAY = date(2027, 1, 14)
NOON = 12 * 60


@pytest.fixture
def account(app):
    with app.app_context():
        return AccountFactory(role="provider", name="Cleo Close")


@pytest.fixture
def cleo(app, account):
    """One visit from noon to one on Thursday; starts right beside visits are to be named first."""
    with app.app_context():
        provider = bookable_provider(account=account, slug="cleo", name="Cleo Close")
        db.session.get(ScheduleRule, provider.id).fill_gaps = "prefer"
        place = get_facts(db.session(), provider.id).places[0]
        begin = day_span(THURSDAY)[0] + NOON
        ClaimFactory(provider=provider, kind="appointment", begin_minute=begin, zip=place.zip, place_id=place.id)
        db.session.commit()
        return provider.id


def start(minute):
    return rfc3339(from_minute(day_span(THURSDAY)[0] + minute))


def openings(app):
    return app.test_client().get(f"/api/v1/providers/cleo/openings?{QUERY}").json


def test_programs_are_told_which_starts_to_offer_first(app, cleo):
    answer = openings(app)
    assert answer["offer_first"][-1] == start(NOON + 60)
    assert set(answer["offer_first"]) < set(answer["openings"])


def test_without_the_rule_nothing_is_said(app, cleo):
    with app.app_context():
        db.session.get(ScheduleRule, cleo).fill_gaps = None
        db.session.commit()
    assert "offer_first" not in openings(app)


def test_the_page_names_them_before_the_week(visitor, cleo):
    page = visitor().open("/providers/cleo", week="2027-01-14")
    assert "Right beside another visit, and so the best for Cleo Close" in page.text
    assert page.text.index('id="named-first"') < page.text.index('class="week week-')


def test_the_rule_is_saved_from_the_page_of_hours_and_takes_starts_away(app, cleo, visitor, account):
    pages = visitor(account)
    before = openings(app)["openings"]
    pages.open("/provider/hours")
    pages.submit(at="/provider/hours", fill_gaps="only")
    after = openings(app)["openings"]
    assert set(after) < set(before)
    assert start(NOON + 90) in set(before) - set(after)
