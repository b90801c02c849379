"""What clients would see of hours that are not stored: by the same engine, without writing anything."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from booking.openings.queries.listing import list_openings
from booking.openings.rules.asking import Wish
from marketplace.audit import AuditEntry
from marketplace.db import db
from marketplace.kernel.walltime import day_span, from_minute
from marketplace.webkit.filters import rfc3339
from providers.profiles.queries import get_facts
from providers.registry.models import Provider
from providers.schedule.models import WeeklyHours
from tests.factories import AccountFactory, PersonFactory, bookable_provider
from tests.support.callers import forms_of
from tests.support.clocks import START
from tests.support.visits import book_visit

AT = "/provider/schedule/preview"


@pytest.fixture
def account(app):
    with app.app_context():
        return AccountFactory(role="provider", name="Rosa Lindqvist")


@pytest.fixture
def provider(app, account):
    with app.app_context():
        return bookable_provider(account=account, name="Rosa Lindqvist", slug="rosa").id


@pytest.fixture
def desk(program, account, provider):
    return program(account)


@pytest.fixture
def pages(visitor, account, provider):
    return visitor(account)


def stored(desk):
    body = desk.get("/provider/schedule").json
    return {"weekly": body["weekly"], "exceptions": body["exceptions"], "rules": body["rules"]}


def by_kind(answer):
    return {(one["service"], one["setting"]): one["starts_at"] for one in answer["starts"]}


def test_the_stored_hours_change_nothing_and_show_what_is_listed(app, desk, provider):
    answer = desk.post(AT, stored(desk)).json
    assert (answer["changes"], answer["visits_outside"], answer["reason"]) == ([], [], None)
    assert len(answer["days"]) == 7
    with app.app_context():
        facts = get_facts(db.session(), provider)
        low, high = day_span(START.date())[0], day_span(START.date() + timedelta(days=7))[0]
        for one in answer["starts"]:
            wish = Wish(one["service"], one["minutes"], one["setting"], one["zip"])
            listed = list_openings(db.session(), facts, wish, low, high, START).starts
            assert one["starts_at"] == [rfc3339(from_minute(start)) for start in listed]
    assert any(one["starts_at"] for one in answer["starts"])


def test_what_would_be_listed_is_listed_once_it_is_stored(app, desk, provider):
    meant = stored(desk)
    meant["weekly"] = [hours | {"closes": "14:00"} for hours in meant["weekly"]]
    meant["rules"] |= {"step_minutes": 30}
    seen = desk.post(AT, meant).json
    assert desk.put("/provider/schedule", meant).status_code == 200
    after = desk.post(AT, meant).json
    assert by_kind(after) == by_kind(seen)
    assert after["changes"] == []
    assert seen["changes"] != []


def test_an_evening_less_is_told_by_its_day(desk):
    meant = stored(desk)
    meant["weekly"] = [hours for hours in meant["weekly"] if hours["weekday"] != 1]
    answer = desk.post(AT, meant).json  # today is a Tuesday
    assert {change["on"] for change in answer["changes"]} == {"2027-01-12"}
    assert all(change["fewer"] and not change["more"] for change in answer["changes"])


def test_nothing_is_written(app, desk, provider):
    meant = stored(desk) | {"weekly": []}
    with app.app_context():
        before = db.session.execute(select(WeeklyHours.__table__)).all(), len(db.session.scalars(select(AuditEntry.id)).all())
    assert desk.post(AT, meant).status_code == 200
    with app.app_context():
        after = db.session.execute(select(WeeklyHours.__table__)).all(), len(db.session.scalars(select(AuditEntry.id)).all())
    assert after == before


def test_a_visit_outside_is_named_and_one_inside_is_not(app, desk, provider):
    with app.app_context():
        own = db.session.get(Provider, provider)
        visit = book_visit(own, PersonFactory(), START + timedelta(days=2), START).booked.appointment
        public_id, starts_at = visit.public_id, rfc3339(visit.starts_at)
    meant = stored(desk)
    assert desk.post(AT, meant).json["visits_outside"] == []
    weekday = (START + timedelta(days=2)).weekday()
    gone = meant | {"weekly": [hours for hours in meant["weekly"] if hours["weekday"] != weekday]}
    outside = desk.post(AT, gone).json["visits_outside"]
    assert [(one["id"], one["starts_at"]) for one in outside] == [(public_id, starts_at)]
    agreed = [hours | {"booking": "contact"} for hours in meant["weekly"]]
    arranged = meant | {"weekly": agreed, "rules": meant["rules"] | {"contact_phone": "(212) 555-0123"}}
    assert desk.post(AT, arranged).json["visits_outside"] == []


def test_weeks_that_take_turns_are_both_shown(desk):
    meant = stored(desk)
    meant["weekly"] = [hours | {"weeks": "a"} for hours in meant["weekly"]]
    meant["rules"]["week_a_from"] = "2027-01-11"
    days = desk.post(AT, meant).json["days"]
    assert len(days) == 14
    assert {day["week"] for day in days} == {"a", "b"}
    assert all(bool(day["open"]) == (day["week"] == "a") for day in days if day["open"] or day["week"] == "b")


def test_who_is_not_listed_is_told_so(app, desk, provider):
    with app.app_context():
        db.session.execute(update(Provider).where(Provider.id == provider).values(state="draft"))
        db.session.commit()
    answer = desk.post(AT, stored(desk)).json
    assert answer["reason"] == "not_listed"
    assert any(day["open"] for day in answer["days"])
    assert not any(one["starts_at"] for one in answer["starts"])


def test_what_storing_refuses_a_preview_refuses_alike(desk):
    wrong = stored(desk)
    wrong["weekly"] = [wrong["weekly"][0] | {"place": "nobody's"}]
    preview, put = desk.post(AT, wrong), desk.put("/provider/schedule", wrong)
    assert preview.status_code == put.status_code == 422
    assert preview.json["errors"] == put.json["errors"]


def show(pages, **filled):
    """Send the open editor to the preview, as its button does."""
    values = next(form["values"] for form in forms_of(pages.page) if form["id"] == "hours")
    return pages.client.post("/provider/hours/preview", data=values | filled)


class TestPage:
    def test_the_editor_keeps_what_is_typed_and_shows_it_beside(self, app, pages):
        pages.open("/provider/hours")
        page = show(pages, **{"w1-0-opens": "20:00", "w1-0-closes": "02:00"})
        assert page.status_code == 200
        assert 'value="20:00"' in page.text
        assert "starts fewer" in page.text
        assert "What changes" in page.text
        with app.app_context():
            assert db.session.scalar(select(WeeklyHours.opens_minute).where(WeeklyHours.weekday == 1)) != 20 * 60

    def test_a_fault_stands_beside_its_field(self, pages):
        pages.open("/provider/hours")
        page = show(pages, **{"w1-0-opens": "soon"})
        assert page.status_code == 422
        assert 'id="w1-0-opens-error"' in page.text

    def test_scripts_get_the_part_alone(self, pages):
        pages.open("/provider/hours")
        page = show(pages, part="seen")
        assert page.status_code == 200
        assert "<html" not in page.text
        assert "Nothing: clients are offered what they are offered now." in page.text
        page = show(pages, part="seen", **{"w1-0-opens": "soon"})
        assert page.status_code == 422
        assert 'data-fault="w1-0-opens"' in page.text
