"""From a chosen start to a booked visit, as a stranger and as a client, without scripts."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from booking.appointments.models import Appointment, Hold
from booking.screening import catalogue
from marketplace.db import db
from marketplace.outbox.models import Letter
from tests.factories import AccountFactory, PersonFactory, bookable_provider


@pytest.fixture
def shop(app, clock):
    """A provider with a start in two days; gives what the start page sends."""
    with app.app_context():
        provider = bookable_provider()
        start = clock.now + timedelta(days=2)
        return {
            "provider": provider.slug, "service": "medical-massage", "minutes": "60", "setting": "clinic", "zip": "",
            "starts_at": start.isoformat(),
        }  # fmt: skip


@pytest.fixture
def client_account(app):
    """A client with a confirmed address."""
    with app.app_context():
        account = AccountFactory()
        PersonFactory(account=account, name="Alma Vega")
        return account


def hold(visitor, shop, **other):
    """Open the page of the start and press its button; `other` is what the form says instead."""
    address = {name: value for name, value in shop.items() if name != "provider" and value}
    visitor.open(f"/providers/{shop['provider']}/start", **address)
    return visitor.submit(at="/hold", **other)


def answer_health(visitor, **other):
    """Answer every screen with no (or what `other` says by question code) until the page is no longer a health screen."""
    for _ in range(40):
        path = visitor.page.request.path
        if not path.endswith("/health"):
            return visitor.page
        codes = {question.code: question for question in catalogue.form().questions}
        shown = set(re.findall(r'name="([a-z_]+)"', visitor.page.text)) & set(codes)
        filled = {code: other.get(code, "no") for code in shown if codes[code].type == "boolean"}
        visitor.submit(at="/health", **filled)
    raise AssertionError("the health check does not end")


def go_to_place(visitor, shop):
    """Hold, answer with no, consent; the page of place and payment."""
    hold(visitor, shop)
    answer_health(visitor)
    return visitor.submit(at="/consent", accepted="y")


def book(visitor, shop):
    """The whole way of somebody with an account; the address of the visit."""
    go_to_place(visitor, shop)
    visitor.submit(at="/place")
    return visitor.submit(at="/review").request.path


def last_code(app):
    with app.app_context():
        return db.session.scalars(select(Letter).where(Letter.kind == "code").order_by(Letter.id.desc())).first().facts["code"]


def test_a_client_books_in_four_steps(app, visitor, shop, client_account):
    person = visitor(client_account)
    page = hold(person, shop)
    assert page.request.path.endswith("/health")
    page = answer_health(person)
    assert page.request.path.endswith("/consent")
    page = person.submit(at="/consent", accepted="y")
    assert page.request.path.endswith("/place")
    assert "Who you are" not in page.text
    page = person.submit(at="/place", note="Second buzzer. 💆" * 3)
    assert page.request.path.endswith("/review")
    assert "$167.20" in page.text
    page = person.submit(at="/review")
    assert page.status_code == 200
    assert "Booked" in page.text
    with app.app_context():
        visit = db.session.scalars(select(Appointment)).one()
        assert visit.status == "confirmed"
        assert visit.note.startswith("Second buzzer")
        assert visit.public_id in page.request.path


def test_a_guest_books_with_a_code_and_the_link_shows_this_visit_only(app, visitor, shop):
    guest = visitor()
    hold(guest, shop)
    answer_health(guest)
    guest.submit(at="/consent", accepted="y")
    page = guest.submit(at="/place", name="Sam Ortiz", email="sam@example.org", phone="212 555 0142")
    assert page.request.path.endswith("/review"), page.text
    page = guest.submit(at="/review", code="000000" if last_code(app) != "000000" else "111111")
    assert page.status_code == 422
    page = guest.submit(at="/review", code=last_code(app))
    assert page.request.path.startswith("/visits/")
    stranger = visitor()
    assert "Sam" not in stranger.open("/appointments").text
    assert stranger.open(page.request.path).status_code == 200
    assert stranger.open("/visits/" + "x" * 43).status_code == 404
    assert guest.open(f"/checkout/{newest_hold(app)}/review").request.path.startswith("/visits/")


def test_a_guest_whose_guesses_are_used_up_gets_a_new_code(app, visitor, shop):
    guest = visitor()
    hold(guest, shop)
    answer_health(guest)
    guest.submit(at="/consent", accepted="y")
    guest.submit(at="/place", name="Sam Ortiz", email="sam@example.org", phone="212 555 0142")
    first = last_code(app)
    for _ in range(6):
        page = guest.submit(at="/review", code="000000" if first != "000000" else "111111")
    assert "Too many wrong codes" in page.text
    page = guest.submit(at="/code")
    assert page.request.path.endswith("/review")
    assert "A new code is on its way" in page.text
    assert guest.submit(at="/review", code=last_code(app)).request.path.startswith("/visits/")


def test_back_at_the_page_of_a_time_one_holds_the_way_on_is_offered(app, visitor, shop, clock):
    guest = visitor()
    checkout = hold(guest, shop).request.path
    address = {name: value for name, value in shop.items() if name != "provider" and value}
    mine = guest.open(f"/providers/{shop['provider']}/start", **address)
    assert "You hold this time until" in mine.text
    assert f'href="{checkout}"' in mine.text
    other = visitor().open(f"/providers/{shop['provider']}/start", **address)
    assert "has just been taken" in other.text
    assert "You hold this time" not in other.text
    clock.advance(minutes=11)
    assert "You hold this time" not in guest.open(f"/providers/{shop['provider']}/start", **address).text


def test_a_stop_offers_no_slot_and_books_nothing(app, visitor, shop, client_account):
    person = visitor(client_account)
    hold(person, shop)
    page = answer_health(person, fever="yes")
    assert page.request.path.endswith("/stop")
    assert "Book for" not in page.text
    assert "rest" in page.text.lower()
    held = page.request.path.removesuffix("/stop")
    for step in ("/consent", "/place", "/review"):
        assert not person.open(held + step).request.path.endswith(step) or "screening" not in person.page.text
    assert person.client.post(held + "/review").status_code in {302, 400}
    with app.app_context():
        assert db.session.scalars(select(Appointment)).all() == []


def test_somebody_under_age_is_told_so(app, visitor, shop, client_account):
    person = visitor(client_account)
    hold(person, shop)
    page = answer_health(person, minor="yes")
    assert page.request.path.endswith("/stop")
    assert "Book for" not in page.text


def test_what_needs_a_clearance_is_asked_for_and_kept(app, visitor, shop, client_account):
    person = visitor(client_account)
    hold(person, shop)
    answer_health(person, pregnancy="yes", pregnancy_high_risk="no")
    person.submit(at="/consent", accepted="y")
    person.submit(at="/place")
    assert "Ask for this time" in person.page.text
    person.submit(at="/review")
    with app.app_context():
        assert db.session.scalars(select(Appointment)).one().status == "requested"


def test_faults_are_named_at_the_field_and_nothing_typed_is_lost(visitor, shop):
    guest = visitor()
    hold(guest, shop)
    page = guest.submit(at="/health")
    assert page.status_code == 422
    assert "Please choose an answer." in page.text
    answer_health(guest)
    assert guest.submit(at="/consent").status_code == 422
    guest.submit(at="/consent", accepted="y")
    page = guest.submit(at="/place", name="Sam <b>Ortiz</b>", email="not an address", phone="12", note="🦴" * 3000)
    assert page.status_code == 422
    assert "Sam &lt;b&gt;Ortiz" in page.text
    assert "🦴" * 3000 in page.text
    assert page.text.count('class="error"') >= 2


def test_an_ended_hold_leads_back_to_the_times_and_keeps_the_answers(app, visitor, shop, clock, client_account):
    person = visitor(client_account)
    go_to_place(person, shop)
    clock.advance(minutes=10)
    page = person.open(f"/checkout/{newest_hold(app)}/review")
    assert page.request.path == f"/providers/{shop['provider']}/start"
    hold(person, shop)
    assert person.open(f"/checkout/{newest_hold(app)}/place").request.path.endswith("/place")


def newest_hold(app):
    with app.app_context():
        return db.session.scalars(select(Hold.public_id).order_by(Hold.id.desc())).first()


def test_a_second_booking_asks_nothing_already_known(app, visitor, shop, clock, client_account):
    person = visitor(client_account)
    for step in range(2):
        start = clock.now + timedelta(days=2 + step)
        hold(person, shop | {"starts_at": start.isoformat()})
        if step:
            assert "Is it all still true?" in person.page.text
            person.submit(at="/again")
        else:
            answer_health(person)
        person.submit(at="/consent", accepted="y")
        person.submit(at="/place")
        person.submit(at="/review")
    with app.app_context():
        assert len(db.session.scalars(select(Appointment)).all()) == 2


def test_two_tabs_book_one_visit(app, visitor, shop, client_account):
    person = visitor(client_account)
    go_to_place(person, shop)
    review = person.submit(at="/place")
    person.submit(at="/review")
    person.page = review
    again = person.submit(at="/review")
    assert "booked already" in again.text
    with app.app_context():
        assert len(db.session.scalars(select(Appointment)).all()) == 1


def test_a_review_sent_after_the_hold_ended_books_nothing_and_leads_on(app, visitor, shop, clock, client_account):
    person = visitor(client_account)
    go_to_place(person, shop)
    person.submit(at="/place", note="Second buzzer")
    clock.advance(minutes=10)
    page = person.submit(at="/review")
    assert page.request.path == f"/providers/{shop['provider']}/start"
    assert "no longer held for you" in page.text
    assert 'action="/hold"' in page.text
    with app.app_context():
        assert db.session.scalars(select(Appointment)).all() == []


def test_two_tabs_cancel_one_visit_once(app, visitor, shop, client_account):
    person = visitor(client_account)
    path = book(person, shop)
    tab = person.open(f"{path}/cancel")
    person.submit(at="/cancel")
    person.page = tab
    again = person.submit(at="/cancel")
    assert (again.status_code, again.request.path) == (200, path)
    assert "Canceled" in again.text
    with app.app_context():
        assert db.session.scalars(select(Appointment)).one().sequence == 1
        assert len(db.session.scalars(select(Letter).where(Letter.kind == "visit_cancelled")).all()) == 1


@pytest.mark.parametrize("step", ["health", "consent", "place", "review"])
def test_whoever_goes_back_into_the_checkout_after_booking_lands_at_the_visit(app, visitor, shop, client_account, step):
    person = visitor(client_account)
    path = book(person, shop)
    assert person.open(f"/checkout/{newest_hold(app)}/{step}").request.path == path


def test_a_taken_start_says_so_and_shows_other_times(visitor, shop, client_account):
    slow = visitor(client_account)
    slow.open(f"/providers/{shop['provider']}/start", **{name: value for name, value in shop.items() if name != "provider" and value})
    hold(visitor(), shop)
    page = slow.submit(at="/hold")
    assert page.request.path == f"/providers/{shop['provider']}/start"
    assert "just been taken" in page.text


@pytest.mark.parametrize("sent", [{"starts_at": "2027-01-14T12:00:00"}, {"starts_at": "soon"}, {"starts_at": ""}])
def test_a_start_that_cannot_be_read_is_refused(visitor, shop, sent):
    assert hold(visitor(), shop, **sent).status_code == 400


def test_a_strangers_hold_is_not_found(app, visitor, shop, client_account):
    hold(visitor(), shop)
    other = visitor(client_account)
    for step in ("health", "consent", "place", "review", "stop"):
        assert other.open(f"/checkout/{newest_hold(app)}/{step}").status_code == 404


def test_a_visit_is_moved_and_cancelled_on_its_pages(app, visitor, shop, clock, client_account):
    person = visitor(client_account)
    path = book(person, shop)
    page = person.open(f"{path}/move")
    starts = re.findall(r'name="starts_at" value="([^"]+)"', page.text)
    assert starts
    page = person.submit(at="/move", starts_at=starts[5])
    assert page.request.path == path
    assert "Moved" in page.text
    page = person.open(f"{path}/cancel")
    assert "free" in page.text
    page = person.submit(at="/cancel", reason="other", note="=cmd")
    assert "Canceled" in page.text
    assert person.open(f"{path}/cancel").request.path == path
    with app.app_context():
        visit = db.session.scalars(select(Appointment)).one()
        assert (visit.status, visit.sequence, visit.fee_cents) == ("cancelled", 2, 0)


def test_a_fee_that_changed_since_it_was_shown_is_asked_again(app, visitor, shop, clock, client_account):
    person = visitor(client_account)
    path = book(person, shop)
    person.open(f"{path}/cancel")
    clock.advance(days=1, hours=1)
    page = person.submit(at="/cancel")
    assert "$80.00" in page.text
    assert "Look again" in page.text
    with app.app_context():
        assert db.session.scalars(select(Appointment)).one().status == "confirmed"
    assert "Canceled" in person.submit(at="/cancel").text
