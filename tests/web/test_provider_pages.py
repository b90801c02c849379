"""The desk without scripts: forms keep what was typed, buttons add and take lines, refusals stand beside their fields."""

import io
from datetime import UTC, date, datetime, timedelta
from urllib.parse import parse_qsl

import pytest
from sqlalchemy import func, select

from marketplace.audit import AuditEntry
from marketplace.db import db
from marketplace.kernel.walltime import from_minute
from providers.credentials.actions.hand_in import submit_credential
from providers.credentials.rules.drafts import CredentialDraft
from providers.registry.models import Provider
from providers.registry.rules import Owner
from providers.schedule.models import BookingPause, Claim, HoursException, WeeklyHours
from providers.services.models import Service, ServiceDuration
from tests.factories import AccountFactory, AppointmentFactory, ClaimFactory, PersonFactory, bookable_provider, epoch_minute
from tests.support.callers import forms_of
from tests.support.clocks import START
from tests.support.visits import book_visit, traveling_provider, visit_of

PAGES = (
    "/provider",
    "/provider/calendar",
    "/provider/calendar?view=list",
    "/provider/blocks",
    "/provider/calendars",
    "/provider/hours",
    "/provider/pause",
    "/provider/services",
    "/provider/prices",
    "/provider/terms",
    "/provider/areas",
    "/provider/insurance",
    "/provider/profile",
    "/provider/credentials",
    *(f"/provider/credentials/new/{kind}" for kind in ("license", "liability_insurance", "certificate", "physician_collaboration", "npi")),
)


@pytest.fixture
def account(app):
    with app.app_context():
        return AccountFactory(role="provider", name="Rosa Lindqvist")


@pytest.fixture
def desk(visitor, account):
    return visitor(account)


@pytest.fixture
def provider(app, account):
    with app.app_context():
        return bookable_provider(account=account, name="Rosa Lindqvist", slug="rosa", settings=["clinic", "home"])


def scalar(app, statement):
    with app.app_context():
        return db.session.scalar(statement)


def opened(person, path):
    """A page by its address with its query."""
    address, _, query = path.partition("?")
    return person.open(address, **dict(parse_qsl(query)))


class TestEveryPage:
    @pytest.mark.parametrize("path", PAGES)
    def test_it_opens_before_anything_is_there(self, app, desk, path):
        assert opened(desk, path).status_code == 200
        assert scalar(app, select(Provider.id)) is None

    @pytest.mark.parametrize("path", PAGES)
    def test_it_opens_for_somebody_at_work(self, desk, provider, path):
        page = opened(desk, path)
        assert page.status_code == 200
        assert len(page.data) < 60_000

    @pytest.mark.parametrize("path", [path for path in PAGES if "?" not in path])
    def test_clients_stay_outside(self, app, visitor, path):
        with app.app_context():
            client = AccountFactory()
        assert visitor(client).open(path).status_code == 403


class TestHours:
    def test_lines_come_and_go_and_what_was_typed_stays(self, app, desk):
        desk.open("/provider/hours")
        page = desk.submit(at="/provider/hours", add="w0")
        assert 'name="w0-0-opens"' in page.text
        page = desk.submit(at="/provider/hours", add="w0", **{"w0-0-opens": "18:00", "w0-0-closes": "22:00", "step_minutes": "20"})
        values = next(form["values"] for form in forms_of(page) if "w0-0-opens" in form["values"])
        assert (values["w0-0-opens"], values["step_minutes"]) == ("18:00", "20")
        assert 'name="w0-1-opens"' in page.text
        page = desk.submit(at="/provider/hours", drop="w0-0")
        assert 'name="w0-0-opens"' not in page.text
        assert scalar(app, select(WeeklyHours.id)) is None

    def test_four_ranges_a_day_are_the_most(self, desk):
        desk.open("/provider/hours")
        for _ in range(4):
            page = desk.submit(at="/provider/hours", add="w2")
        assert 'name="add" value="w2"' not in page.text
        assert 'name="w2-4-opens"' not in desk.submit(at="/provider/hours", add="w2").text

    def test_stored_hours_are_shown_as_clients_find_them(self, app, desk):
        desk.open("/provider/hours")
        desk.submit(at="/provider/hours", add="w2")
        page = desk.submit(at="/provider/hours", **{"w2-0-opens": "20:00", "w2-0-closes": "02:00", "w2-0-settings": ["home"]})
        assert page.status_code == 200
        assert "Your hours are stored" in page.text
        assert scalar(app, select(WeeklyHours.closes_minute)) == 26 * 60
        assert "8:00\u00a0PM – 2:00\u00a0AM" in page.text

    def test_two_tabs_do_not_undo_each_other_unseen(self, app, desk):
        """The second tab is told, keeps what was typed in it, and may save all the same once its owner knows."""
        desk.open("/provider/hours")
        desk.submit(at="/provider/hours", add="w2")
        first = {"w2-0-opens": "20:00", "w2-0-closes": "22:00", "w2-0-settings": ["home"]}
        opened = next(form["values"]["mark"] for form in forms_of(desk.page) if "mark" in form["values"])
        assert "Your hours are stored" in desk.submit(at="/provider/hours", **first).text
        other = first | {"w2-0-opens": "09:00", "w2-0-closes": "12:00", "mark": opened}
        page = desk.submit(at="/provider/hours", **other)
        assert page.status_code == 409
        assert "changed elsewhere" in page.text
        values = next(form["values"] for form in forms_of(page) if "w2-0-opens" in form["values"])
        assert values["w2-0-opens"] == "09:00"
        assert scalar(app, select(WeeklyHours.opens_minute)) == 20 * 60
        assert "Your hours are stored" in desk.submit(at="/provider/hours").text
        assert scalar(app, select(WeeklyHours.opens_minute)) == 9 * 60

    def test_a_refusal_stands_beside_its_field_and_nothing_is_lost(self, app, desk):
        desk.open("/provider/hours")
        desk.submit(at="/provider/hours", add="w2")
        typed = {"w2-0-opens": "9 o'clock", "w2-0-closes": "17:00", "w2-0-settings": None, "notice_minutes": "soon"}
        page = desk.submit(at="/provider/hours", **typed)
        assert page.status_code == 422
        values = next(form["values"] for form in forms_of(page) if "w2-0-opens" in form["values"])
        assert (values["w2-0-opens"], values["w2-0-closes"], values["notice_minutes"]) == ("9 o'clock", "17:00", "soon")
        for field in ("w2-0-opens", "w2-0-settings", "notice_minutes"):
            assert f'id="{field}-error"' in page.text
            assert f'href="#{field}"' in page.text
        assert scalar(app, select(WeeklyHours.id)) is None

    def test_several_days_in_a_row_are_one_line(self, app, desk):
        desk.open("/provider/hours")
        desk.submit(at="/provider/hours", add="e")
        page = desk.submit(at="/provider/hours", **{"e-0-on": "2027-02-15", "e-0-until": "2027-02-14", "e-0-closed": "1"})
        assert page.status_code == 422
        page = desk.submit(at="/provider/hours", **{"e-0-on": "2027-02-15", "e-0-until": "2027-02-19", "e-0-closed": "1"})
        assert "Your hours are stored" in page.text
        with app.app_context():
            assert len(db.session.scalars(select(HoursException)).all()) == 5

    def test_weeks_services_and_contact_are_kept_through_the_editor(self, app, desk, provider):
        desk.open("/provider/hours")
        assert 'name="w0-0-weeks"' not in desk.open("/provider/hours").text
        assert 'name="w0-0-weeks"' in desk.submit(at="/provider/hours", more="w0-0").text
        more = {"w0-0-weeks": "b", "w0-0-services": ["medical-massage"], "w0-0-contact": "1"}
        page = desk.submit(at="/provider/hours", **more)
        assert page.status_code == 422
        assert 'id="week_a_from-error"' in page.text
        assert 'id="contact_phone-error"' in page.text
        page = desk.submit(at="/provider/hours", **more, week_a_from="2027-01-04", contact_phone="(212) 555-0123")
        assert "Your hours are stored" in page.text
        page = desk.submit(at="/provider/hours")
        with app.app_context():
            row = db.session.scalars(select(WeeklyHours).where(WeeklyHours.weekday == 0)).one()
            assert (row.weeks, row.services, row.contact) == ("b", ["medical-massage"], True)

    def test_places_and_dates_are_kept_through_the_editor(self, app, desk, provider):
        desk.open("/provider/hours")
        desk.submit(at="/provider/hours", add="e")
        page = desk.submit(at="/provider/hours", **{"e-0-on": "2027-01-18", "e-0-closed": "1"})
        assert "Your hours are stored" in page.text
        with app.app_context():
            rows = db.session.scalars(select(WeeklyHours)).all()
            assert len(rows) == 7
            assert all(row.place_id is not None for row in rows)


class TestPause:
    def test_it_begins_with_a_message_and_ends(self, app, desk, provider):
        desk.open("/provider/pause")
        page = desk.submit(at="/provider/pause", message="")
        assert page.status_code == 422
        assert 'id="message-error"' in page.text
        assert "Your booking is stopped: Back in March." in desk.submit(at="/provider/pause", message="Back in March.").text
        assert "Booking goes on." in desk.submit(at="/provider/pause", resume="1").text
        assert scalar(app, select(BookingPause.id)) is None


class TestServices:
    def test_a_new_service_gets_a_code_and_prices_in_dollars(self, app, desk):
        desk.open("/provider/services")
        desk.submit(at="/provider/services", add="service")
        typed = {"s-0-name": "Medical massage", "s-0-settings": ["clinic"], "s-0-price-60": "160", "s-0-price-90": "$220.50"}
        page = desk.submit(at="/provider/services", **typed)
        assert "Your services are stored" in page.text
        assert scalar(app, select(Service.code)) == "medical_massage"
        with app.app_context():
            assert dict(db.session.execute(select(ServiceDuration.minutes, ServiceDuration.price_cents)).all()) == {60: 16000, 90: 22050}

    def test_the_code_stays_when_the_name_changes(self, app, desk, provider):
        before = scalar(app, select(Service.code))
        desk.open("/provider/services")
        desk.submit(at="/provider/services", **{"s-0-name": "Another name"})
        assert scalar(app, select(Service.name)) == "Another name"
        assert scalar(app, select(Service.code)) == before

    def test_a_price_that_is_no_amount_is_named_in_dollars(self, app, desk, provider):
        desk.open("/provider/services")
        page = desk.submit(at="/provider/services", **{"s-0-price-60": "a lot", "s-0-price-other": "50"})
        assert page.status_code == 422
        assert "Write an amount in dollars" in page.text
        values = next(form["values"] for form in forms_of(page) if "s-0-price-60" in form["values"])
        assert (values["s-0-price-60"], values["s-0-price-other"]) == ("a lot", "50")
        assert scalar(app, select(ServiceDuration.price_cents).where(ServiceDuration.minutes == 60)) == 16000

    def test_one_taken_off_the_page_is_retired(self, app, desk, provider):
        desk.open("/provider/services")
        desk.submit(at="/provider/services", drop="s-0")
        assert scalar(app, select(Service.retired)) is False
        desk.submit(at="/provider/services")
        assert scalar(app, select(Service.retired)) is True


class TestPricesAndTerms:
    def test_rules_are_added_one_by_one(self, desk):
        desk.open("/provider/prices")
        desk.submit(at="/provider/prices", add="evening")
        desk.submit(at="/provider/prices", add="travel", **{"r-0-from": "19:00", "r-0-to": "24:00", "r-0-amount": "15"})
        page = desk.submit(at="/provider/prices", **{"r-1-z-0-zips": "10003, 10009", "r-1-z-0-amount": "12.50"})
        assert "Your price rules are stored" in page.text
        values = next(form["values"] for form in forms_of(page) if "r-0-from" in form["values"])
        assert (values["r-0-amount"], values["r-1-z-0-zips"], values["r-1-z-0-amount"]) == ("15", "10003, 10009", "12.50")

    def test_a_rule_that_cannot_stand_keeps_its_words(self, desk):
        desk.open("/provider/prices")
        desk.submit(at="/provider/prices", add="evening")
        page = desk.submit(at="/provider/prices", **{"r-0-from": "seven", "r-0-to": "21:00", "r-0-amount": "lots"})
        assert page.status_code == 422
        assert 'value="seven"' in page.text
        assert 'id="r-0-from-error"' in page.text
        assert "Write an amount in dollars" in page.text

    def test_the_example_shows_typed_terms_without_storing_them(self, desk, provider):
        desk.open("/provider/terms")
        page = desk.submit(at="/provider/terms", preview="1", **{"steps-1-fee_percent": "25"})
        assert "$40.00" in page.text
        assert 'value="50"' in desk.open("/provider/terms").text

    def test_terms_that_cannot_stand_are_refused_beside_the_field(self, desk):
        desk.open("/provider/terms")
        page = desk.submit(at="/provider/terms", **{"steps-0-fee_percent": "90", "late_minutes": "a while"})
        assert page.status_code == 422
        assert 'id="late_minutes-error"' in page.text
        assert 'value="a while"' in page.text


class TestProfileAndArea:
    def test_a_place_is_added_and_found(self, app, desk):
        desk.open("/provider/profile")
        desk.submit(at="/provider/profile", add="place", headline="Necks", about="Twelve years.", phone="(212) 555-0147")
        page = desk.submit(
            at="/provider/profile",
            **{"p-0-name": "Rooms", "p-0-line1": "120 East 34th Street", "p-0-zip": "10016", "settings": ["clinic"], "languages": ["en"]},
        )
        assert "Your profile is stored" in page.text
        assert scalar(app, select(Provider.phone)) == "+12125550147"

    def test_a_place_outside_manhattan_is_refused_beside_its_street(self, app, desk):
        desk.open("/provider/profile")
        desk.submit(at="/provider/profile", add="place")
        page = desk.submit(at="/provider/profile", **{"p-0-name": "Rooms", "p-0-line1": "5 Main Street", "p-0-zip": "11201"})
        assert page.status_code == 422
        assert 'id="p-0-line1-error"' in page.text
        assert 'value="5 Main Street"' in page.text
        assert scalar(app, select(Provider.id)) is None

    def test_what_is_missing_leads_to_its_page(self, desk):
        page = desk.open("/provider/profile")
        for target in ("/provider/services", "/provider/hours", "/provider/credentials"):
            assert f'href="{target}"' in page.text
        assert 'href="/provider/apply"' in page.text

    def test_the_area_says_where_one_comes_to(self, desk):
        desk.open("/provider/areas")
        page = desk.submit(at="/provider/areas", mode="subway", zips="10003 10009", setup_minutes="15", pack_minutes="10")
        assert "you come to 2 ZIP codes" in page.text
        stated = {"latest_start": "22:00", "first_visit_latest_start": "20:00", "early_minutes": "5", "with_table": "1"}
        page = desk.submit(at="/provider/areas", zips="10003", mode="subway", setup_minutes="15", pack_minutes="10", **stated)
        assert 'value="22:00"' in page.text
        assert 'class="land hatch"' not in page.text
        assert page.text.count('class="ring"') == 1
        assert 'name="with_table" value="1" checked' in page.text
        assert 'name="count_ways" value="1" checked' not in page.text
        page = desk.submit(at="/provider/areas", neighborhoods="east_village", mode="subway")
        assert 'data-neighborhoods="east_village"' in page.text
        assert " hatch" in page.text
        page = desk.submit(at="/provider/areas", zips="10003", mode="subway", count_ways="1", end_zip="10032", early_minutes="5")
        assert page.status_code == 422
        assert "can be counted when it is in Manhattan" in page.text
        assert 'value="10032"' in page.text
        page = desk.submit(at="/provider/areas", radius_km="far", zips="11201")
        assert page.status_code == 422
        assert 'value="far"' in page.text


class TestCredentials:
    def send(self, desk, kind="license", content=b"%PDF-1.7\n%%EOF", **typed):
        page = desk.open(f"/provider/credentials/new/{kind}")
        form = next(form for form in forms_of(page) if "issuer" in form["values"])
        values = (
            form["values"] | {"issuer": "State", "holder_name": "Rosa Lindqvist", "number": "012345", "expires_on": "2028-05-31"} | typed
        )
        return desk.client.post(form["action"], data=values | {"file": (io.BytesIO(content), "proof.pdf")}, follow_redirects=True)

    def test_it_is_handed_in_with_its_file(self, desk):
        page = self.send(desk)
        assert "Handed in" in page.text
        assert "Being checked" in page.text

    def test_a_refusal_keeps_the_facts(self, desk):
        page = self.send(desk, content=b"not a file", number="many")
        assert page.status_code == 422
        assert 'value="many"' in page.text
        page = self.send(desk, content=b"not a file")
        assert "Send a PDF, PNG or JPEG file." in page.text
        assert 'value="012345"' in page.text


TYPED = {"starts_on": "2027-01-14", "starts_time": "12:00", "ends_on": "2027-01-14", "ends_time": "13:30", "note": "Lunch"}


class TestTimeOff:
    def test_time_is_taken_and_given_back(self, app, desk, provider):
        desk.open("/provider/blocks")
        page = desk.submit(at="/provider/blocks", **TYPED)
        assert "Lunch" in page.text
        assert scalar(app, select(Claim.begin_minute)) == epoch_minute(datetime(2027, 1, 14, 17, tzinfo=UTC))
        page = desk.submit(at="/remove")
        assert "No time is blocked." in page.text
        assert scalar(app, select(Claim.live)) is False

    @pytest.mark.parametrize(
        ("begin", "end", "taken"),
        [
            ("2027-03-14 01:00", "2027-03-14 02:30", ("06:00", "07:00")),  # it ends in the hour that the clocks leave out
            ("2027-03-14 02:30", "2027-03-14 04:00", ("07:00", "08:00")),
            ("2027-11-07 01:30", "2027-11-07 01:30", ("05:30", "06:30")),  # from the first pass to the second
        ],
    )
    def test_time_is_taken_whole_where_the_clocks_change(self, app, desk, provider, begin, end, taken):
        (starts_on, starts_time), (ends_on, ends_time) = begin.split(), end.split()
        desk.open("/provider/blocks")
        typed = {"starts_on": starts_on, "starts_time": starts_time, "ends_on": ends_on, "ends_time": ends_time}
        assert desk.submit(at="/provider/blocks", **typed).status_code == 200
        with app.app_context():
            claim = db.session.scalars(select(Claim)).one()
            assert tuple(f"{from_minute(minute):%H:%M}" for minute in (claim.begin_minute, claim.end_minute)) == taken

    def test_a_visit_in_the_way_is_named_and_nothing_typed_is_lost(self, app, desk, provider):
        with app.app_context():
            claim = ClaimFactory(provider=provider, begin_minute=epoch_minute(datetime(2027, 1, 14, 17, 30, tzinfo=UTC)))
            visit = AppointmentFactory(provider=provider, claim=claim)
            reference = visit.reference
        desk.open("/provider/blocks")
        page = desk.submit(at="/provider/blocks", **TYPED)
        assert page.status_code == 409
        assert reference in page.text
        assert 'value="Lunch"' in page.text

    @pytest.mark.parametrize(
        "change",
        [
            {"ends_time": "11:00"},
            {"starts_on": "2027-02-30"},
            {"starts_on": "2020-01-01", "ends_on": "2020-01-02"},
            {"starts_on": "9999-12-31", "ends_on": "9999-12-31"},
            {"starts_on": "0001-01-01"},
            {"starts_on": "2027-03-14", "starts_time": "02:15", "ends_on": "2027-03-14", "ends_time": "02:45"},
        ],
    )
    def test_an_end_before_the_beginning_or_no_day_at_all_is_refused(self, app, desk, provider, change):
        desk.open("/provider/blocks")
        assert desk.submit(at="/provider/blocks", **TYPED | change).status_code == 422
        assert scalar(app, select(Claim.id)) is None


class TestCalendar:
    def booked(self, app, provider, starts_at, **more):
        with app.app_context():
            claim = ClaimFactory(provider=provider, begin_minute=epoch_minute(starts_at))
            visit = AppointmentFactory(provider=provider, claim=claim, starts_at=starts_at, ends_at=starts_at + timedelta(hours=1), **more)
            return visit.public_id

    def test_the_sheet_and_the_list_say_the_same(self, app, desk, provider):
        public_id = self.booked(app, provider, START + timedelta(days=1))
        for view in ({}, {"view": "list"}):
            page = desk.open("/provider/calendar", **view)
            assert f"/provider/appointments/{public_id}" in page.text
            assert "12:00\u00a0PM" in page.text
        assert "style=" not in page.text

    def test_a_week_is_any_day_of_it(self, app, desk, provider):
        public_id = self.booked(app, provider, START + timedelta(days=30))
        assert public_id in desk.open("/provider/calendar", week="2027-02-13").text
        assert public_id not in desk.open("/provider/calendar").text

    @pytest.mark.parametrize("week", ["soon", "2027-02-30", "9999-12-31", "0001-01-01"])
    def test_a_week_that_is_none_leads_to_this_one(self, desk, provider, week):
        page = desk.open("/provider/calendar", week=week)
        assert (page.status_code, page.request.path, page.request.query_string) == (200, "/provider/calendar", b"")

    def test_statements_do_not_grow_with_visits(self, app, desk, provider, statements):
        self.booked(app, provider, START + timedelta(days=1))
        with statements() as one:
            desk.open("/provider/calendar")
        for hours in (26, 28, 30, 50, 52):
            self.booked(app, provider, START + timedelta(hours=hours))
        with statements() as many:
            desk.open("/provider/calendar")
        assert len(many) == len(one)

    def test_today_names_the_next_visit(self, app, desk, provider):
        public_id = self.booked(app, provider, START + timedelta(hours=2))
        page = desk.open("/provider")
        assert "One visit left." in page.text
        assert public_id in page.text


class TestOneVisit:
    @pytest.fixture
    def visit(self, app, account):
        """A visit at a client's home so many hours from now."""

        def make(hours):
            with app.app_context():
                provider = traveling_provider(account=account)
                made = book_visit(provider, PersonFactory(), START + timedelta(hours=hours), START, setting="home", zip="10024")
                booked = visit_of(made)
                booked.address = {**booked.address, "access": "Buzzer 4C"}
                db.session.commit()
                return booked.public_id

        return make

    def test_the_street_is_shown_from_a_day_before_and_the_look_is_recorded(self, app, desk, visit, clock):
        public_id = visit(26)
        assert "64 East" not in desk.open(f"/provider/appointments/{public_id}").text
        assert "64 East" not in desk.open(f"/provider/appointments/{public_id}/address").text
        clock.advance(hours=2)
        assert "64 East" not in desk.open(f"/provider/appointments/{public_id}").text
        page = desk.open(f"/provider/appointments/{public_id}/address")
        assert "64 East 7th Street" in page.text
        assert "Buzzer" not in page.text
        clock.advance(hours=22)
        assert "Buzzer 4C" in desk.open(f"/provider/appointments/{public_id}/address").text
        seen = select(func.count()).select_from(AuditEntry).where(AuditEntry.verb == "appointment.address_seen")
        assert scalar(app, seen) == 2

    def test_another_provider_finds_nothing(self, app, visitor, visit):
        public_id = visit(26)
        with app.app_context():
            stranger = AccountFactory(role="provider")
        other = visitor(stranger)
        for path in ("", "/address", "/cancel"):
            assert other.open(f"/provider/appointments/{public_id}{path}").status_code == 404

    def test_check_in_opens_an_hour_before(self, desk, visit, clock):
        public_id = visit(3)
        page = desk.open(f"/provider/appointments/{public_id}")
        assert "Check-in opens" in page.text
        assert "/check-in" not in page.text
        clock.advance(hours=2)
        desk.open(f"/provider/appointments/{public_id}")
        assert "Under way" in desk.submit(at="/check-in").text

    def test_cancelling_asks_first(self, app, desk, visit):
        public_id = visit(3)
        desk.open(f"/provider/appointments/{public_id}/cancel")
        page = desk.submit(at=f"/provider/appointments/{public_id}/cancel")
        assert "The client has a letter and pays nothing" in page.text
        assert scalar(app, select(Claim.live)) is False


class TestAdminPages:
    @pytest.fixture
    def admin(self, app, visitor):
        with app.app_context():
            account = AccountFactory(role="admin", name="Grace Idowu")
        return visitor(account)

    def handed_in(self, app, account, kind="license"):
        with app.app_context():
            owner = Owner(account.id, account.name, f"account:{account.public_id}")
            draft = CredentialDraft(kind, "State", account.name, "012345", None, date(2028, 5, 31), {})
            return submit_credential(owner, draft, None, START).public_id

    @pytest.mark.parametrize("path", ["/admin", "/admin/credentials", "/admin/providers", "/admin/providers?state=listed", "/admin/audit"])
    def test_each_opens_empty_and_full(self, app, admin, account, path):
        assert opened(admin, path).status_code == 200
        self.handed_in(app, account)
        with app.app_context():
            bookable_provider()
        assert opened(admin, path).status_code == 200

    def test_verify_then_on_to_the_next(self, app, admin, account):
        first = self.handed_in(app, account)
        second = self.handed_in(app, account, kind="liability_insurance")
        page = admin.open(f"/admin/credentials/{first}")
        assert 'data-key="v"' in page.text
        assert "012345" in page.text
        page = admin.submit(at=f"/admin/credentials/{first}", decision="verify", source="State register", source_value="REGISTERED")
        assert page.request.path == f"/admin/credentials/{second}"

    def test_a_refusal_keeps_what_was_typed(self, app, admin, account):
        credential = self.handed_in(app, account)
        admin.open(f"/admin/credentials/{credential}")
        page = admin.submit(
            at=f"/admin/credentials/{credential}", decision="verify", source="State register", source_value="", note="Looks fine"
        )
        assert page.status_code == 422
        assert 'value="State register"' in page.text
        assert "Looks fine" in page.text
        assert 'id="source_value-error"' in page.text

    def test_a_number_that_is_taken_is_said_plainly(self, app, admin, account):
        with app.app_context():
            other = AccountFactory(role="provider")
        for credential, status in [(self.handed_in(app, owner), status) for owner, status in ((other, 200), (account, 409))]:
            admin.open(f"/admin/credentials/{credential}")
            page = admin.submit(at=f"/admin/credentials/{credential}", decision="verify", source="Register", source_value="REGISTERED")
            assert page.status_code == status
        assert "verified for somebody else" in page.text

    def test_suspending_takes_a_reason(self, app, admin, provider):
        admin.open("/admin/providers/rosa")
        assert admin.submit(at="/suspend", reason="").status_code == 422
        page = admin.submit(at="/suspend", reason="Complaint 12")
        assert "Complaint 12" in page.text
        assert scalar(app, select(Provider.state)) == "suspended"
        page = admin.submit(at="/reinstate", reason="Cleared")
        assert scalar(app, select(Provider.state)) == "listed"

    def test_a_reason_may_be_kept_from_the_provider(self, app, admin, provider, desk):
        admin.open("/admin/providers/rosa")
        page = admin.submit(at="/suspend", reason="Safety report 7", confidential="y")
        assert "has not been told why" in page.text
        shown = desk.open("/provider").text
        assert "You are suspended" in shown
        assert "Safety report" not in shown

    def test_the_audit_is_narrowed_by_a_link(self, app, admin, account):
        credential = self.handed_in(app, account)
        page = admin.open("/admin/audit", object=f"credential:{credential}")
        assert "credential submitted" in page.text
        assert "provider begun" not in page.text
