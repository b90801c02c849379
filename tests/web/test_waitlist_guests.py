"""A person without an account waits by the links of letters: pages change nothing when opened, and tell nobody who else waits."""

import logging
from datetime import timedelta

import pytest
from sqlalchemy import select

from booking.appointments.actions.offer import offer_freed
from booking.appointments.changes.waiting import confirm_key, leave_key, offer_key
from booking.appointments.models import Appointment, Hold, WaitlistEntry, WaitlistGuest
from marketplace.db import db
from marketplace.outbox.models import Letter
from marketplace.webkit.masking import MaskSecrets, mask
from providers.schedule.models import Claim
from tests.factories import AccountFactory, ChangeFactory, ClaimFactory, bookable_provider, person_of

CHOICE = {"provider": "anna", "service": "medical-massage", "minutes": "60", "setting": "clinic"}
LOOK = "Look for our letter"


@pytest.fixture
def anna(app, clock):
    """One start a day, at noon, and a block on each of them."""
    with app.app_context():
        provider = bookable_provider(slug="anna", name="Anna Alder")
        for day in range(20):
            ClaimFactory(provider=provider, starts_at=clock.now + timedelta(days=day, hours=-4), minutes=240)
            ClaimFactory(provider=provider, starts_at=clock.now + timedelta(days=day, hours=1, minutes=15), minutes=300)
            ClaimFactory(provider=provider, starts_at=clock.now + timedelta(days=day), minutes=60)
        db.session.expunge_all()
    return provider


def free_noon(app, anna, clock, day):
    with app.app_context():
        noon = int((clock.now + timedelta(days=day)).timestamp()) // 60
        db.session.scalars(select(Claim).where(Claim.begin_minute == noon, Claim.end_minute == noon + 60)).one().live = False
        db.session.commit()
        ChangeFactory(provider_id=anna.id, provider=None)
    run_jobs(app)


def run_jobs(app):
    result = app.test_cli_runner().invoke(args=["jobs", "run", "--once"])
    assert result.exit_code == 0, result.output


def ask(me, email="gil@example.org", **more):
    me.open("/waitlist/join", **CHOICE)
    return me.submit(at="/join", email=email, **more)


def path_of(app, kind, name="link"):
    with app.app_context():
        letter = db.session.scalars(select(Letter).where(Letter.kind == kind).order_by(Letter.id.desc())).first()
        return "/" + letter.facts[name].split("/", 3)[3]


def everything(app):
    """All rows that a link could change."""
    with app.app_context():
        return [
            db.session.execute(select(table.__table__).order_by(*table.__table__.primary_key)).all()
            for table in (WaitlistEntry, WaitlistGuest, Hold, Claim, Letter, Appointment)
        ]


def test_from_a_full_week_to_a_booked_visit_without_account_or_script(app, anna, visitor, clock):
    me = visitor()
    assert (
        "Tell me when a time is free"
        in me.open("/providers/anna", **{name: CHOICE[name] for name in ("service", "minutes", "setting")}).text
    )
    assert LOOK in ask(me).text
    page = visitor().open(path_of(app, "waitlist_confirm"))
    assert "Wait for this visit?" in page.text
    assert "Anna Alder" in page.text
    other = visitor()
    other.open(path_of(app, "waitlist_confirm"))
    assert "You are on the waitlist" in other.submit().text
    free_noon(app, anna, clock, 3)
    mail = visitor()
    page = mail.open(path_of(app, "waitlist_offer"))
    assert "A time is kept for you" in page.text
    assert "Anna Alder" in page.text
    page = mail.submit()
    assert page.request.path.startswith("/checkout/")
    assert page.request.path.endswith("/health")
    with app.app_context():
        hold = db.session.scalars(select(Hold)).one()
    assert hold.public_id in page.request.path
    assert visitor().open(f"/checkout/{hold.public_id}/health").status_code == 404


def test_opening_a_link_changes_nothing_by_get_or_head(app, anna, visitor, client, clock):
    ask(visitor())
    confirm = path_of(app, "waitlist_confirm")
    before = everything(app)
    for method in ("GET", "HEAD", "GET"):
        assert client.open(confirm, method=method).status_code == 200
        assert client.open(path_of(app, "waitlist_confirm", "leave_link"), method=method).status_code == 200
    assert everything(app) == before
    me = visitor()
    me.open(confirm)
    me.submit()
    free_noon(app, anna, clock, 3)
    link, before = path_of(app, "waitlist_offer"), everything(app)
    for method in ("GET", "HEAD"):
        assert client.open(link, method=method).status_code == 200
        with client.session_transaction() as kept:
            assert "guest" not in kept
        assert client.get(f"{link}/decline").status_code == 405
    assert everything(app) == before


def test_the_answer_is_the_same_for_an_address_that_is_known_and_one_that_is_not(app, anna, visitor):
    with app.app_context():
        person_of(AccountFactory(email="known@example.org"))
        db.session.commit()
    answers = [ask(visitor(), email) for email in ("known@example.org", "nobody@example.org", "known@example.org")]
    assert len({(one.status_code, one.request.path, one.text) for one in answers}) == 1


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"email": ""}, "Give an e-mail address."),
        ({"email": "nobody"}, "address"),
        ({"email": "a@b\r\nBcc: x@y.org"}, "address"),
        ({"from_on": "2027-01-02", "until_on": "2027-01-03"}, "These days are over"),
        ({"minutes": "61"}, "does not offer"),
        ({"provider": "nobody"}, "There is no such provider."),
    ],
)
def test_what_cannot_be_used_is_said_and_nothing_typed_is_lost(app, anna, visitor, typed, words):
    page = ask(visitor(), **{"email": "gil@example.org", **typed})
    assert (page.status_code, words in page.text) == (422, True)
    if "email" not in typed:
        assert 'value="gil@example.org"' in page.text
    with app.app_context():
        assert db.session.scalars(select(WaitlistEntry)).all() == []


def test_what_is_declined_goes_on_and_the_wish_stays_until_it_is_taken_back(app, anna, visitor, clock):
    me = visitor()
    ask(me)
    me.open(path_of(app, "waitlist_confirm"))
    me.submit()
    free_noon(app, anna, clock, 3)
    link = path_of(app, "waitlist_offer")
    me.open(link)
    assert "You are still in line" in me.submit(at="/decline").text
    me.open(path_of(app, "waitlist_offer", "leave_link"))
    assert "You are off the waitlist" in me.submit().text
    assert "No more offers come" in me.open(link).text
    assert "You are off the waitlist" in me.open(path_of(app, "waitlist_confirm")).text


def test_two_tabs_and_the_back_button_take_an_offer_once_more_the_same(app, anna, visitor, clock):
    me = visitor()
    ask(me)
    me.open(path_of(app, "waitlist_confirm"))
    me.submit()
    free_noon(app, anna, clock, 3)
    link = path_of(app, "waitlist_offer")
    paths = []
    for _ in range(2):
        me.open(link)
        paths.append(me.submit().request.path)
    assert paths[0] == paths[1]
    clock.advance(hours=5)
    assert "no longer kept for you" in me.open(link).text


def test_an_offer_of_a_moment_ago_says_so(app, anna, visitor, clock):
    me = visitor()
    ask(me)
    me.open(path_of(app, "waitlist_confirm"))
    me.submit()
    free_noon(app, anna, clock, 3)
    me.open(path_of(app, "waitlist_offer"))
    clock.advance(hours=5)
    page = me.submit()
    assert (page.status_code, "no longer kept for you" in page.text) == (409, True)


def test_whoever_has_another_key_finds_nothing(app, anna, visitor, client, clock):
    me = visitor()
    ask(me)
    me.open(path_of(app, "waitlist_confirm"))
    me.submit()
    free_noon(app, anna, clock, 3)
    with app.app_context():
        entry, hold = db.session.scalars(select(WaitlistEntry)).one().public_id, db.session.scalars(select(Hold)).one().public_id
        keys = {confirm_key(entry), leave_key(entry), offer_key(hold)}
        assert len(keys) == 3
        stored = repr([db.session.execute(select(table.__table__)).all() for table in (WaitlistEntry, WaitlistGuest, Hold)])
        assert not [key for key in keys if key in stored], "no secret is in a table of its own"
    for way in ("confirm", "offer", "leave"):
        right = {"confirm": 0, "offer": 0, "leave": 0}
        for key in [*keys, "0" * 32, "x"]:
            right[way] += client.get(f"/waitlist/{entry}/{way}/{key}").status_code == 200
            assert client.get(f"/waitlist/nobody/{way}/{key}").status_code == 404
        assert right[way] == 1
    assert client.get("/waitlist/nobody/offer/x").text == client.get(f"/waitlist/{entry}/offer/x").text.replace(entry, "nobody")


def test_the_secrets_of_links_are_masked_in_logs(app, anna, visitor, clock):
    ask(visitor())
    for way in ("confirm", "leave_link"):
        path = path_of(app, "waitlist_confirm", "link" if way == "confirm" else way)
        record = logging.LogRecord("werkzeug", 20, "", 0, '"%s"', (f"GET {path} HTTP/1.1",), None)
        MaskSecrets().filter(record)
        assert path.rpartition("/")[2] not in record.getMessage()
        assert path.rpartition("/")[0] in record.getMessage()
    assert mask(f"GET /waitlist/abc/offer/{'f' * 32}/decline") == "GET /waitlist/abc/offer/…/decline"


def test_somebody_signed_in_with_another_address_is_told_so(app, anna, visitor, clock):
    with app.app_context():
        stranger, own = AccountFactory(), AccountFactory(email="gil@example.org")
        person_of(stranger), person_of(own)
        db.session.commit()
        db.session.expunge_all()
    guest = visitor()
    ask(guest)
    guest.open(path_of(app, "waitlist_confirm"))
    with app.app_context():
        db.session.scalars(select(WaitlistGuest)).one()
    guest.submit()
    with app.app_context():
        noon = int((clock.now + timedelta(days=3)).timestamp()) // 60
        db.session.scalars(select(Claim).where(Claim.begin_minute == noon, Claim.end_minute == noon + 60)).one().live = False
        db.session.commit()
        ChangeFactory(provider_id=anna.id, provider=None)
        assert offer_freed(clock.now, "https://hands.test") == 1
    link = path_of(app, "waitlist_offer")
    me = visitor(stranger)
    me.open(link)
    page = me.submit()
    assert (page.status_code, "signed in with another address" in page.text) == (409, True)
    me = visitor(own)
    me.open(link)
    assert me.submit().request.path.startswith("/checkout/")
    assert "A time is kept for you" in me.open("/waitlist").text


def test_the_letter_says_what_to_do_and_that_nothing_is_to_do(app, anna, visitor):
    ask(visitor())
    with app.test_request_context():
        letter = db.session.scalars(select(Letter).where(Letter.kind == "waitlist_confirm")).one()
        text = app.jinja_env.get_template("letters/waitlist_confirm.txt").render(facts=letter.facts)
    assert letter.facts["link"] in text
    assert letter.facts["leave_link"] in text
    assert "If it was not you, do nothing" in text
    assert letter.send_before_at is not None


@pytest.mark.parametrize("asked", [{}, {"minutes": "60"}, {"minutes": "x", "setting": "clinic"}, {"minutes": "60", "setting": "moon"}])
def test_who_has_chosen_no_visit_is_led_to_the_search(client, anna, asked):
    answer = client.get("/waitlist/join", query_string=asked)
    assert (answer.status_code, answer.location) == (302, "/search")
    assert "Choose a visit first" in client.get("/search").text
