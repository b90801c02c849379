"""Several dates chosen at once in a month, without scripts: boxes, months that come and go, lines for runs of days."""

import pytest
from sqlalchemy import select

from marketplace.db import db
from providers.schedule.models import HoursException
from tests.factories import AccountFactory, bookable_provider
from tests.support.callers import forms_of

HOURS = "/provider/hours"


@pytest.fixture
def desk(app, visitor):
    with app.app_context():
        account = AccountFactory(role="provider", name="Rosa Lindqvist")
        bookable_provider(account=account, slug="rosa", settings=["clinic"])
    person = visitor(account)
    person.open(HOURS)
    return person


def lines(page):
    values = next(form["values"] for form in forms_of(page) if form["id"] == "hours")
    numbers = sorted({name.split("-")[1] for name in values if name.startswith("e-")})
    return [tuple(values.get(f"e-{number}-{part}", "") for part in ("on", "until", "opens", "closes", "closed")) for number in numbers]


def test_days_in_a_row_are_one_line_and_others_their_own(desk):
    page = desk.submit(at=HOURS, add="dates-closed", picked=["2027-01-20", "2027-01-18", "2027-01-19", "2027-01-25"])
    assert lines(page) == [("2027-01-18", "2027-01-20", "", "", ["1"]), ("2027-01-25", "", "", "", ["1"])]
    assert "picked" not in next(form["values"] for form in forms_of(page) if form["id"] == "hours")
    assert "Monday, January\u00a018, Closed" in page.text


def test_other_hours_for_dates_of_two_months_are_kept_while_months_come_and_go(app, desk):
    page = desk.submit(at=HOURS, show_month="2027-02", picked=["2027-01-29"])
    assert "Choose dates in February 2027" in page.text
    assert 'name="picked" value="2027-01-29"' in page.text
    both = ["2027-01-29", "2027-02-01"]
    page = desk.submit(at=HOURS, show_month="2027-01", picked=both)
    assert 'name="picked" value="2027-02-01"' in page.text
    page = desk.submit(at=HOURS, add="dates-hours", picked=both, picked_opens="20:00", picked_closes="02:00")
    assert lines(page) == [("2027-01-29", "", "20:00", "02:00", ""), ("2027-02-01", "", "20:00", "02:00", "")]
    assert "Your hours are stored" in desk.submit(at=HOURS).text
    with app.app_context():
        rows = db.session.scalars(select(HoursException).order_by(HoursException.on)).all()
        assert [(f"{row.on}", row.opens_minute, row.closes_minute) for row in rows] == [
            ("2027-01-29", 1200, 1560),
            ("2027-02-01", 1200, 1560),
        ]


def test_chosen_dates_that_were_not_added_are_not_lost_by_saving(app, desk):
    page = desk.submit(at=HOURS, picked=["2027-01-20"])
    assert page.status_code == 422
    assert 'href="#picked"' in page.text
    assert next(form["values"] for form in forms_of(page) if form["id"] == "hours")["picked"] == ["2027-01-20"]
    with app.app_context():
        assert db.session.scalar(select(HoursException.id)) is None


def test_stored_days_in_a_row_come_back_as_one_line(desk):
    desk.submit(at=HOURS, add="dates-closed", picked=[f"2027-02-{day:02d}" for day in range(1, 15)])
    desk.submit(at=HOURS)
    assert lines(desk.open(HOURS)) == [("2027-02-01", "2027-02-14", "", "", ["1"])]


@pytest.mark.parametrize("typed", ["never", "2027-02-30", ""])
def test_what_is_no_date_is_left_out(desk, typed):
    assert lines(desk.submit(at=HOURS, add="dates-closed", picked=[typed])) == []


def test_dates_that_have_passed_cannot_be_ticked(desk):
    page = desk.open(HOURS)
    assert 'value="2027-01-12"' in page.text
    assert 'value="2027-01-11"' not in page.text
