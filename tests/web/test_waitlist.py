"""The waitlist for programs and for people without script."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from booking.appointments.changes.waiting import leave_key
from booking.appointments.models import Hold, WaitlistEntry
from marketplace.db import db
from marketplace.outbox.models import Letter
from providers.schedule.models import Claim
from tests.factories import AccountFactory, ChangeFactory, ClaimFactory, bookable_provider, person_of


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


@pytest.fixture
def client_account(app):
    with app.app_context():
        account = AccountFactory()
        person_of(account)
        db.session.expunge_all()
    return account


def free_noon(app, clock, day):
    """Take the block of one noon away."""
    with app.app_context():
        noon = int((clock.now + timedelta(days=day)).timestamp()) // 60
        db.session.scalars(select(Claim).where(Claim.begin_minute == noon, Claim.end_minute == noon + 60)).one().live = False
        db.session.commit()


def run_jobs(app):
    result = app.test_cli_runner().invoke(args=["jobs", "run", "--once"])
    assert result.exit_code == 0, result.output


CHOICE = {"service": "medical-massage", "minutes": "60", "setting": "clinic"}
WISH = {"provider": "anna", "service": "medical-massage", "minutes": 60, "setting": "clinic", "from": "2027-01-12", "to": "2027-01-20"}


def test_a_program_waits_is_offered_a_time_and_leaves(app, anna, program, client_account, clock):
    me = program(client_account)
    made = me.post("/waitlist", WISH, key="once")
    assert (made.status_code, made.json["state"], made.json["offer"]) == (201, "waiting", None)
    assert me.post("/waitlist", WISH, key="once").json == made.json
    free_noon(app, clock, 3)
    touch(app, anna)
    run_jobs(app)
    [item] = me.get("/waitlist").json["items"]
    assert (item["id"], item["state"], item["offer"]["starts_at"]) == (made.json["id"], "offered", "2027-01-15T12:00:00-05:00")
    assert item["provider"] == {"slug": "anna", "name": "Anna Alder"}
    assert me.delete(f"/waitlist/{made.json['id']}").status_code == 204
    [item] = me.get("/waitlist").json["items"]
    assert (item["state"], item["offer"]) == ("left", None)


def touch(app, provider):
    """A row that a test changed by itself must be told to the feed."""
    with app.app_context():
        ChangeFactory(provider_id=provider.id, provider=None)
        db.session.remove()


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"minutes": 10}, 422, "invalid"),
        ({"from": "soon"}, 422, "invalid"),
        ({"service": None}, 422, "invalid"),
        ({"parts": ["noon"]}, 422, "invalid"),
        ({"price": 1}, 400, "unknown_field"),
        ({"setting": "home", "zip": "11201"}, 422, "invalid"),
        ({"to": "2027-01-11"}, 422, "invalid"),
        ({"provider": "nobody"}, 404, "not_found"),
        ({"service": "nothing"}, 422, "unknown_service"),
        ({"provider": None, "service": None, "setting": "home"}, 201, None),
    ],
)
def test_what_cannot_be_waited_for(anna, program, client_account, change, status, code):
    answer = program(client_account).post("/waitlist", {**WISH, **change})
    assert (answer.status_code, answer.json.get("code")) == (status, code)


def test_a_person_joins_from_a_full_week_is_written_to_and_books(app, anna, visitor, client_account, clock):
    me = visitor(client_account)
    page = me.open("/providers/anna", **CHOICE)
    assert "Tell me when a time is free" in page.text
    me.open("/waitlist/join", provider="anna", **CHOICE)
    assert "Anna Alder" in me.page.text
    page = me.submit(at="/join", parts=["afternoon"])
    assert page.request.path == "/waitlist"
    assert "In line" in page.text
    free_noon(app, clock, 3)
    touch(app, anna)
    run_jobs(app)
    with app.app_context():
        letter = db.session.scalars(select(Letter).where(Letter.kind == "waitlist_offer")).one()
        link = letter.facts["link"]
    page = me.open("/waitlist")
    assert "A time is kept for you" in page.text
    assert "Friday, January" in page.text
    path = "/checkout" + link.partition("/checkout")[2]
    assert path in page.text
    assert me.open(path).request.path == path
    me.open("/waitlist")
    page = me.submit(at="/decline")
    assert "goes to the next person" in page.text
    assert "In line" in page.text
    page = me.submit(at="/leave")
    assert "You left" in page.text


def test_days_that_are_over_are_refused_at_the_field_and_stay(anna, visitor, client_account):
    me = visitor(client_account)
    me.open("/waitlist/join", provider="anna", **CHOICE)
    page = me.submit(at="/join", from_on="2027-01-02", until_on="2027-01-03")
    assert page.status_code == 422
    assert "These days are over" in page.text
    assert 'value="2027-01-02"' in page.text


def test_the_link_of_a_letter_leaves_without_signing_in_and_only_by_a_press(app, anna, visitor, program, client_account):
    made = program(client_account).post("/waitlist", WISH).json
    with app.app_context():
        link = db.session.scalars(select(Letter).where(Letter.kind == "waitlist_joined")).one().facts["leave_link"]
        assert leave_key(made["id"]) in link
    stranger = visitor()
    path = "/waitlist" + link.partition("/waitlist")[2]
    assert "Stop waiting?" in stranger.open(path).text
    assert entry_left(app) is None
    assert "You are off the waitlist" in stranger.submit().text
    assert entry_left(app) is not None
    assert visitor().open(path[:-1] + ("0" if path[-1] != "0" else "1")).status_code == 404


def entry_left(app):
    with app.app_context():
        return db.session.scalars(select(WaitlistEntry.left_at)).one()


def test_a_visitor_may_sign_in_first_and_their_list_asks_for_it(anna, client):
    answer = client.get("/waitlist/join?provider=anna&service=medical-massage&minutes=60&setting=clinic")
    assert answer.status_code == 200
    assert "/login?next=/waitlist/join?provider%3Danna" in answer.text
    answer = client.get("/waitlist")
    assert (answer.status_code, "/login" in answer.location) == (302, True)


def test_the_letters_say_until_when_and_how_to_leave(app, anna, program, client_account, clock):
    program(client_account).post("/waitlist", WISH)
    free_noon(app, clock, 3)
    touch(app, anna)
    run_jobs(app)
    with app.test_request_context():
        hold = db.session.scalars(select(Hold)).one()
        letters = {one.kind: one for one in db.session.scalars(select(Letter).where(Letter.kind.like("waitlist%")))}
        text = {kind: app.jinja_env.get_template(f"letters/{kind}.txt").render(facts=one.facts) for kind, one in letters.items()}
    assert hold.expires_at == clock.now + timedelta(hours=4)
    assert "Friday, January\u00a015, 12:00\u00a0PM" in text["waitlist_offer"]
    assert "kept for you until Tuesday, January\u00a012, 4:00\u00a0PM" in text["waitlist_offer"]
    assert "We will write when a time with Anna Alder is free." in text["waitlist_joined"]
    assert "Wednesday, January\u00a020" in text["waitlist_joined"]
    assert all(one.facts["leave_link"] in text[kind] for kind, one in letters.items())
