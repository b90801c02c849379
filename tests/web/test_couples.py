"""Two people side by side, for people without script and for programs."""

import re
from datetime import datetime, timedelta
from urllib.parse import parse_qsl

import pytest
from sqlalchemy import select

from booking.appointments.models import Appointment, Couple, Hold
from booking.screening import catalogue
from booking.screening.models import Screening
from marketplace.accounts.models import Account
from marketplace.db import db
from marketplace.outbox.models import Letter
from providers.places.models import ProviderPlace
from providers.registry.models import Provider
from providers.schedule.models import Claim
from tests.factories import AccountFactory, ClinicFactory, MinorPolicyFactory, PersonFactory, bookable_provider, person_of
from tests.support.clocks import START
from tests.support.visits import answered, clear_answers, hold_visit, traveling_provider
from tests.web.test_checkout import answer_health, last_code


@pytest.fixture
def house(app):
    """Two therapists of one clinic, one of another place, and two who come to homes."""
    with app.app_context():
        clinic = ClinicFactory()
        for slug in ("anna", "bea"):
            provider = bookable_provider(slug=slug, name=slug.capitalize())
            place = db.session.scalars(select(ProviderPlace).where(ProviderPlace.provider_id == provider.id)).one()
            place.clinic_id, place.name = clinic.id, clinic.name
        db.session.commit()
        bookable_provider(slug="cleo", name="Cleo")
        traveling_provider(slug="dora", name="Dora")
        traveling_provider(slug="emma", name="Emma")
        db.session.expunge_all()


@pytest.fixture
def account(app):
    with app.app_context():
        made = AccountFactory()
        person_of(made).name = "Ada Booker"
        db.session.commit()
        db.session.expunge_all()
    return made


def rows(app, table):
    with app.app_context():
        found = db.session.scalars(select(table).order_by(table.id)).all()
        db.session.expunge_all()
    return found


def starts_on(page):
    return re.findall(r'href="(/for-two/start\?[^"]+)"', page.text)


def go(me, address):
    path, _, words = address.replace("&amp;", "&").partition("?")
    return me.open(path, **dict(parse_qsl(words)))


def key_of_guest(app):
    with app.app_context():
        told = [one for one in db.session.scalars(select(Letter).order_by(Letter.id)) if one.recipient == "guest@example.org"]
        return told[0].facts["answers_link"].split("/")[-2]


def answer_all(page_owner, key, **other):
    """Answer every question of the one page with no, or what `other` says, and agree."""
    page_owner.open(f"/visits/{key}/answers")
    codes = {question.code: question for question in catalogue.form().questions}
    for _ in range(3):
        shown = set(re.findall(r'name="([a-z_]+)"', page_owner.page.text)) & set(codes)
        filled = {code: other.get(code, "no") for code in shown if codes[code].type == "boolean"}
        filled |= {code: other[code] for code in shown & set(other)}
        page = page_owner.submit(at="/answers", accepted="y", **filled)
        if page.status_code != 422:
            return page
    return page


def hold_two(me, **asked):
    me.open("/for-two", **{"setting": "clinic", **asked})
    go(me, starts_on(me.page)[0])
    return me.submit(at="/for-two/start", name="Bo Guest", email="guest@example.org")


def book_two(me, **asked):
    hold_two(me, **asked)
    answer_health(me)
    me.submit(at="/consent", accepted="y")
    me.submit(at="/place", line1="64 East 7th Street") if asked.get("setting") == "home" else me.submit(at="/place")
    return me.submit(at="/review")


def test_the_search_leads_to_pairs_in_one_place_alone(app, house, visitor):
    me = visitor()
    assert "/for-two?" in me.open("/search", near="10024", setting="clinic").text
    page = me.open("/for-two", setting="clinic")
    assert page.status_code == 200
    assert "Anna" in page.text
    assert "Bea" in page.text
    assert "Cleo" not in page.text
    page = me.open("/for-two", setting="home", near="10024")
    assert "Dora" in page.text
    assert "Emma" in page.text
    assert "Anna" not in page.text
    assert me.open("/for-two", setting="home").status_code == 422
    assert "No two therapists are free side by side" in me.open("/for-two", setting="clinic", provider="cleo").text
    assert "Bea" in me.open("/for-two", setting="clinic", provider="anna").text
    assert "No two therapists" in me.open("/for-two", setting="clinic", provider="nobody").text


def test_two_people_come_side_by_side_without_script(app, house, visitor, account):
    me, guest = visitor(account), visitor()
    page = hold_two(me)
    assert page.request.path.endswith("/health")
    assert "For Bo Guest" in page.text
    assert "Take out" not in page.text
    assert "Add another visit" not in page.text
    answer_health(me)
    me.submit(at="/consent", accepted="y")
    me.submit(at="/place")
    assert "Book both visits" in me.page.text
    assert "You never see their answers" in me.page.text
    page = me.submit(at="/review")
    assert "Waits for the other visit" in page.text
    key = key_of_guest(app)
    page = guest.open(f"/visits/{key}")
    assert "Waits for your answers" in page.text
    page = answer_all(guest, key)
    assert page.request.path == f"/visits/{key}"
    assert "Both visits are confirmed" in page.text
    assert [visit.status for visit in rows(app, Appointment)] == ["confirmed", "confirmed"]
    assert guest.open(f"/visits/{key}/answers").request.path == f"/visits/{key}"
    mine = me.open(f"/appointments/{rows(app, Appointment)[0].public_id}")
    assert "For two: Bo is with" in mine.text
    assert key not in mine.text
    moving = me.open(f"/appointments/{rows(app, Appointment)[0].public_id}/move")
    assert "Both visits move, or neither" in moving.text
    assert "cancels your own visit only" in me.open(f"/appointments/{rows(app, Appointment)[0].public_id}/cancel").text


def test_the_therapists_day_says_with_whom(app, house, visitor, account, clock):
    book_two(visitor(account))
    answer_all(visitor(), key_of_guest(app))
    with app.app_context():
        anna = db.session.scalars(select(Provider).where(Provider.slug == "anna")).one()
        visit = db.session.scalars(select(Appointment).where(Appointment.provider_id == anna.id)).one()
        owner = db.session.get_one(Account, anna.account_id)
        clock.advance(seconds=(visit.starts_at - timedelta(hours=1) - clock.now).total_seconds())
        db.session.expunge_all()
    desk = visitor(owner)
    assert "For two: with Bea at the same time" in desk.open("/provider").text
    assert "moving one moves both" in desk.open(f"/provider/appointments/{visit.public_id}").text


def test_a_stop_is_told_to_its_own_person_alone(app, house, visitor, account):
    me, guest = visitor(account), visitor()
    book_two(me)
    page = answer_all(guest, key_of_guest(app), fever="yes")
    assert page.status_code == 200
    assert "Neither visit takes place" in page.text
    visits = rows(app, Appointment)
    assert [visit.status for visit in visits] == ["cancelled", "cancelled"]
    mine = me.open(f"/appointments/{visits[0].public_id}").text
    assert "fever" not in mine.lower().replace("fever or", "")
    assert "There is no fee" in mine


def test_nobody_under_18_is_brought_along_and_both_sides_read_why(app, house, visitor, account):
    me, guest = visitor(account), visitor()
    me.open("/for-two", setting="clinic")
    assert "Both of you have to be 18 or older" in go(me, starts_on(me.page)[0]).text
    book_two(me)
    page = answer_all(guest, key_of_guest(app), minor="yes")
    assert "Whoever is brought along has to be 18 or older" in page.text
    assert "/guardian" not in page.text, "there is no place for a guardian behind this link"
    assert [visit.status for visit in rows(app, Appointment)] == ["cancelled", "cancelled"]


def test_programs_read_why_nobody_under_18_is_brought_along(app, house, visitor, program, account):
    book_two(visitor(account))
    consent = {"version": program(account).get("/screenings/form").json["consent"]["version"], "accepted": True}
    done = program().post("/couples/answers", {"key": key_of_guest(app), "answers": clear_answers() | {"minor": True}, "consent": consent})
    assert (done.status_code, done.json["outcome"], done.json["status"]) == (200, "stop", "cancelled")
    assert "has to be 18 or older" in done.json["advice"]


@pytest.mark.parametrize("treated", [False, True])
def test_whoever_books_for_two_under_18_needs_therapists_who_treat_them_and_a_guardian(app, house, program, account, clock, treated):
    me = program(account)
    assert me.put("/guardian/birth-date", {"born_on": "2009-12-01"}).status_code == 200
    with app.app_context():
        for provider in db.session.scalars(select(Provider).where(Provider.slug.in_(("anna", "bea")))).all() if treated else ():
            MinorPolicyFactory(provider=provider, from_age=12)
        screening = answered(person_of(account), clock.now)
    held = me.post("/couples", wanted(program().get("/couples/openings", setting="clinic").json["items"][0]))
    if not treated:
        assert (held.status_code, held.json["code"]) == (422, "age_not_treated")
        return
    consent = {"version": me.get("/screenings/form").json["consent"]["version"], "accepted": True}
    booked = me.post("/appointments", {"hold": held.json["visits"][0]["hold"]["id"], "screening": screening, "consent": consent})
    assert (booked.status_code, booked.json["code"]) == (422, "guardian_needed")
    assert "parent or guardian" in booked.json["detail"]
    assert rows(app, Appointment) == []


def test_what_was_forgotten_is_asked_for_at_its_field(app, house, visitor, account):
    me, guest = visitor(account), visitor()
    me.open("/for-two", setting="clinic")
    go(me, starts_on(me.page)[0])
    page = me.submit(at="/for-two/start", name="", email="nobody")
    assert page.status_code == 422
    assert rows(app, Couple) == []
    book_two(me)
    guest.open(f"/visits/{key_of_guest(app)}/answers")
    page = guest.submit(at="/answers")
    assert page.status_code == 422
    assert page.text.count("Please choose an answer.") > 5
    assert [one.person_id for one in rows(app, Screening)] == [rows(app, Hold)[0].person_id]


def test_guests_come_to_one_home(app, house, visitor):
    me = visitor()
    hold_two(me, setting="home", near="10024")
    answer_health(me)
    me.submit(at="/consent", accepted="y")
    me.submit(at="/place", line1="64 East 7th Street", name="Ada Booker", email="ada@example.org", phone="(212) 555-0123")
    page = me.submit(at="/review", code=last_code(app))
    assert page.request.path.startswith("/visits/")
    answer_all(visitor(), key_of_guest(app))
    visits = rows(app, Appointment)
    assert [visit.status for visit in visits] == ["confirmed", "confirmed"]
    assert visits[0].address == visits[1].address


def test_a_guest_who_gives_their_own_address_for_both_is_told(app, house, visitor):
    me = visitor()
    hold_two(me, setting="home", near="10024")
    answer_health(me)
    me.submit(at="/consent", accepted="y")
    me.submit(at="/place", line1="64 East 7th Street", name="Bo Guest", email="guest@example.org", phone="(212) 555-0123")
    page = me.submit(at="/review", code=last_code(app))
    assert page.status_code == 422
    assert "Give the other person" in page.text
    assert rows(app, Appointment) == []


def test_a_start_that_is_gone_says_so_and_holds_nothing(app, house, visitor, account):
    me = visitor(account)
    me.open("/for-two", setting="clinic")
    address = starts_on(me.page)[0]
    go(me, address)
    with app.app_context():
        bea = db.session.scalars(select(Provider).where(Provider.slug == "bea")).one()
        start = datetime.fromisoformat(dict(parse_qsl(address.replace("&amp;", "&").partition("?")[2]))["starts_at"])
        hold_visit(bea, PersonFactory(), start.astimezone(START.tzinfo), START)
        db.session.expunge_all()
    page = me.submit(at="/for-two/start", name="Bo Guest", email="guest@example.org")
    assert page.status_code == 422
    assert "These two visits cannot be held" in page.text
    assert len(rows(app, Claim)) == 1


def wanted(pair, **other):
    sides = [{"provider": one["slug"], "service": one["service"]} for one in pair["providers"]]
    body = {"own": sides[0], "other": sides[1], "minutes": pair["minutes"], "setting": pair["setting"]}
    return body | {"starts_at": pair["starts"][0]["starts_at"], "guest": {"name": "Bo Guest", "email": "guest@example.org"}} | other


def test_programs_find_hold_book_and_answer(app, house, program, account, clock):
    me = program(account)
    found = program().get("/couples/openings", setting="clinic")
    assert found.status_code == 200
    pair = found.json["items"][0]
    assert [one["slug"] for one in pair["providers"]] == ["anna", "bea"]
    held = me.post("/couples", wanted(pair), key="once")
    assert (held.status_code, held.json["state"]) == (201, "held")
    assert me.post("/couples", wanted(pair), key="once").json == held.json
    assert held.json["total_cents"] == sum(pair["starts"][0]["price_cents"])
    with app.app_context():
        screening = answered(person_of(account), clock.now)
    consent = {"version": me.get("/screenings/form").json["consent"]["version"], "accepted": True}
    booked = me.post("/appointments", {"hold": held.json["visits"][0]["hold"]["id"], "screening": screening, "consent": consent})
    assert (booked.status_code, booked.json["status"], booked.json["waits_for"]) == (201, "requested", ["other_visit"])
    own, other = me.get(f"/couples/{held.json['id']}").json["visits"]
    assert (own["appointment"], own["visit"]["waits_for"]) == (booked.json["id"], ["other_visit"])
    assert (other["appointment"], other["visit"]["waits_for"]) == (None, [])
    assert me.delete(f"/couples/{held.json['id']}").json["code"] == "wrong_state"
    sent = {"key": key_of_guest(app), "answers": clear_answers(), "consent": consent}
    assert program().post("/couples/answers", {**sent, "key": "x" * 43}).status_code == 404
    done = program().post("/couples/answers", sent)
    assert (done.status_code, done.json["outcome"], done.json["status"]) == (200, "clear", "confirmed")
    assert program().post("/couples/answers", sent).json["code"] == "not_asked"
    assert me.get(f"/appointments/{booked.json['id']}").json["status"] == "confirmed"


def test_programs_are_told_what_is_wrong(app, house, program, account):
    me = program(account)
    pair = program().get("/couples/openings", setting="clinic").json["items"][0]
    assert program().get("/couples/openings").json["code"] == "invalid"
    assert program().get("/couples/openings", setting="clinic,home", near="10024").json["code"] == "invalid"
    assert program().get("/couples/openings", setting="clinic", max_price_cents=1).json["code"] == "unknown_field"
    assert program().post("/couples", wanted(pair)).status_code == 401
    assert me.post("/couples", wanted(pair, price_cents=1)).json["code"] == "unknown_field"
    assert me.post("/couples", wanted(pair, other=wanted(pair)["own"])).json["code"] == "invalid"
    gone = me.post("/couples", wanted(pair, other={"provider": "cleo", "service": "medical-massage"}))
    assert (gone.status_code, gone.json["code"]) == (422, "outside_hours")
    held = me.post("/couples", wanted(pair)).json
    assert me.delete(f"/couples/{held['id']}").status_code == 204
    assert me.get(f"/couples/{held['id']}").json["state"] == "released"
    with app.app_context():
        stranger = AccountFactory()
        person_of(stranger)
        db.session.expunge_all()
    assert program(stranger).get(f"/couples/{held['id']}").status_code == 404


def test_every_pair_that_is_shown_can_be_held_at_that_moment(app, house, program):
    pair = program().get("/couples/openings", setting="home", near="10024", part="afternoon").json["items"][0]
    for start in pair["starts"]:
        with app.app_context():
            made = AccountFactory()
            person_of(made)
            db.session.expunge_all()
        one = program(made)
        held = one.post("/couples", wanted(pair, starts_at=start["starts_at"], zip="10024"))
        assert held.status_code == 201, held.json
        assert held.json["total_cents"] == sum(start["price_cents"])
        one.delete(f"/couples/{held.json['id']}")
