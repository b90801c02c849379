"""Memberships on pages and by programs: terms before consent, a card that is saved first, and an end as easy as the beginning."""

import pytest

from booking.memberships.jobs import charge_members
from booking.packages.actions.offering import allow_packages
from booking.payments.forms import KEY
from booking.payments.models import SavedCard
from booking.payments.stripe_port.connected import ConnectDouble
from marketplace.accounts.models import Account
from marketplace.db import db
from tests.factories import AccountFactory, bookable_provider, person_of
from tests.support.cards import port_to
from tests.support.clocks import START
from tests.support.memberships import MONTH

PLAN = {"service": "medical-massage", "minutes": 60, "visits": 1, "price_cents": 13_000, "stays_months": 3}
JOIN = {"card": "pm_card_visa", "expected_cents": MONTH, "agreed": True}


@pytest.fixture
def double(app, clock):
    """Stripe, with cards on."""
    made = ConnectDouble(lambda: clock.now)
    app.extensions[KEY] = port_to(made)
    return made


@pytest.fixture
def sides(app, double):
    """A client, another one, a therapist, another one, and one of the staff; visits may be sold in advance."""
    with app.app_context():
        allow_packages(True, "To try it out.", "account:admin", START)
        made = {
            "sam": AccountFactory(name="Sam Ellery"), "other": AccountFactory(), "admin": AccountFactory(role="admin"),
            "anna": db.session.get_one(Account, bookable_provider(slug="anna", name="Anna Alder").account_id),
            "cora": db.session.get_one(Account, bookable_provider(slug="cora", name="Cora Cole").account_id),
        }  # fmt: skip
        for name in ("sam", "other"):
            person_of(made[name])
        db.session.expunge_all()
    return made


@pytest.fixture
def callers(sides, program):
    return {name: program(account) for name, account in sides.items()}


@pytest.fixture
def plan(callers):
    """What Anna offers."""
    made = callers["anna"].post("/provider/membership-plans", PLAN, key="plan")
    assert (made.status_code, made.json["version"], made.json["members"]) == (201, 1, 0)
    return made.json["id"]


def joined(callers, plan, **other):
    answer = callers["sam"].post("/memberships", {**JOIN, "plan": plan, **other})
    assert answer.status_code == 201, answer.json
    return answer.json["id"]


def test_a_program_reads_the_terms_joins_pauses_and_ends(app, callers, plan, double):
    [offered] = callers["other"].get("/providers/anna/memberships").json["items"]
    assert (offered["total_cents"], offered["single_cents"], len(offered["terms"])) == (MONTH, 16_000, 5)
    membership = joined(callers, plan)
    shown = callers["sam"].get(f"/memberships/{membership}").json
    assert (shown["state"], shown["next_on"], shown["owed_cents"]) == ("active", "2027-02-12", 0)
    assert shown["terms"] == offered["terms"]
    assert shown["card"]["last_four"] == "4242"
    assert [(month["state"], month["left"], month["total_cents"]) for month in shown["months"]] == [("active", 1, MONTH)]
    assert double.captured() == MONTH
    paused = callers["sam"].post(f"/memberships/{membership}/pause", {"months": 2}).json
    assert (paused["paused"], paused["next_on"]) == (True, "2027-04-12")
    assert callers["sam"].post(f"/memberships/{membership}/resume", {}).json["next_on"] == "2027-02-12"
    assert callers["sam"].post(f"/memberships/{membership}/payment", {}).status_code == 409
    ended = callers["sam"].post(f"/memberships/{membership}/end", {})
    assert (ended.status_code, ended.json["state"], ended.json["next_on"]) == (200, "ended", None)
    assert callers["sam"].post(f"/memberships/{membership}/end", {}).status_code == 409
    assert callers["anna"].get("/memberships").json["items"][0]["client"] == {"name": "Sam Ellery"}


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"agreed": False}, 422, "consent_needed"),
        ({"expected_cents": MONTH - 1}, 409, "terms_changed"),
        ({"card": "none of mine"}, 422, "card_needed"),
        ({"card": "pm_card_chargeDeclined"}, 402, "payment_failed"),
        ({"plan": "nobody's"}, 404, "not_found"),
    ],
)
def test_nobody_joins_without_a_yes_a_card_and_the_price_that_was_shown(callers, plan, double, change, status, code):
    refused = callers["sam"].post("/memberships", {**JOIN, "plan": plan, **change})
    assert (refused.status_code, refused.json["code"], double.captured()) == (status, code, 0)


def test_without_cards_nobody_joins(app, callers, plan):
    del app.extensions[KEY]
    assert callers["sam"].post("/memberships", {**JOIN, "plan": plan}).json["code"] == "cards_off"


def test_a_declined_month_is_paid_with_another_card(app, callers, plan, double, clock):
    membership = joined(callers, plan)
    with app.app_context():
        db.session.query(SavedCard).update({"payment_method": "pm_card_chargeDeclined"})
        db.session.commit()
        clock.advance(days=31)
        charge_members(clock.now)
    shown = callers["sam"].get(f"/memberships/{membership}").json
    assert (shown["owed_cents"], shown["months"][0]["retry_on"]) == (MONTH, "2027-02-15")
    assert callers["sam"].post(f"/memberships/{membership}/payment", {}).status_code == 402
    assert callers["sam"].put(f"/memberships/{membership}/card", {"card": "pm_card_mastercard"}).json["card"]["last_four"] == "4444"
    assert callers["sam"].post(f"/memberships/{membership}/payment", {}).json["owed_cents"] == 0
    assert double.captured() == 2 * MONTH


def test_a_card_of_a_membership_is_not_taken_away(callers, plan):
    membership = joined(callers, plan)
    card = callers["sam"].get(f"/memberships/{membership}").json["card"]["id"]
    refused = callers["sam"].delete(f"/me/cards/{card}")
    assert (refused.status_code, refused.json["code"]) == (422, "card_in_use")
    callers["sam"].post(f"/memberships/{membership}/end", {})
    assert callers["sam"].delete(f"/me/cards/{card}").status_code == 204


def test_a_therapist_changes_and_closes_what_they_offer(callers, plan):
    membership = joined(callers, plan)
    dearer = {**PLAN, "price_cents": 14_000, "most_members": 5}
    changed = callers["anna"].put(f"/provider/membership-plans/{plan}", dearer).json
    assert (changed["version"], changed["price_cents"], changed["members"]) == (2, 14_000, 1)
    told = callers["sam"].get(f"/memberships/{membership}").json["change"]
    assert (told["on"], told["price_cents"]) == ("2027-02-12", 14_000)
    assert callers["anna"].put(f"/provider/membership-plans/{plan}", dearer).status_code == 404
    assert callers["anna"].delete(f"/provider/membership-plans/{changed['id']}").status_code == 204
    assert callers["sam"].get("/providers/anna/memberships").json == {"items": []}
    assert callers["anna"].get("/provider/membership-plans").json == {"allowed": True, "items": []}


def test_it_is_nobody_elses(callers, plan):
    membership = joined(callers, plan)
    for name in ("other", "cora"):
        assert callers[name].get(f"/memberships/{membership}").status_code == 404
        assert callers[name].get("/memberships").json == {"items": []}
    assert callers["admin"].get(f"/memberships/{membership}").status_code == 200
    assert callers["cora"].post(f"/memberships/{membership}/end", {}).status_code == 404


def test_on_pages_a_card_is_saved_first_then_the_terms_are_agreed_to(app, sides, callers, plan, double, visitor):
    sam = visitor(sides["sam"])
    assert "/providers/anna/memberships" in sam.open("/providers/anna").text
    page = sam.open("/providers/anna/memberships")
    assert "until you end it" in page.text
    on = sam.submit(at="/memberships")
    assert "On to the card page" in on.text
    [stripe_page] = [thing["id"] for thing in double.things.values() if thing["object"] == "checkout.session"]
    double.give_card(stripe_page, "pm_card_visa")
    with app.app_context():
        card = db.session.query(SavedCard).one().public_id
    back = sam.open(f"/cards/back/{card}")
    assert "The card is saved" in back.text
    assert double.captured() == 0
    assert "Say that you agree" in sam.submit(at="/memberships", card=card).text
    assert "You are a member" in sam.submit(at="/memberships", card=card, agreed="yes").text
    assert double.captured() == MONTH
    [mine] = callers["sam"].get("/memberships").json["items"]
    shown = sam.open(f"/memberships/{mine['id']}")
    assert "Feb 12, 2027" in shown.text.replace("\u00a0", " ")
    assert "Paused" in sam.submit(at="/pause", months="1").text
    assert "It goes on" in sam.submit(at="/resume").text
    assert "Choose one of your saved cards" in sam.submit(at="/card", card="nonsense").text
    assert "Saved" in sam.submit(at="/card", card=card).text
    assert "It has ended" in sam.submit(at="/end").text
    assert "ended" in sam.open("/memberships").text


def test_nobody_comes_back_from_somebody_elses_card(app, sides, callers, plan, visitor):
    joined(callers, plan)
    with app.app_context():
        card = db.session.query(SavedCard).one().public_id
    other = visitor(sides["other"])
    other.open("/memberships")
    assert other.client.get(f"/cards/back/{card}").status_code == 404


def test_a_bank_that_asks_its_client_at_joining_is_answered_there(app, sides, callers, plan, double, visitor):
    answer = callers["sam"].post("/memberships", {**JOIN, "plan": plan, "card": "pm_card_threeDSecure2Required"})
    assert (answer.status_code, answer.json["code"]) == (402, "action_required")
    assert double.captured() == 0


def test_a_therapist_offers_and_looks_on_pages(sides, callers, visitor):
    anna = visitor(sides["anna"])
    anna.open("/provider/memberships")
    wrong = anna.submit(at="/provider/memberships", what="medical-massage:60", visits="3", price="400", stays_months="3")
    assert "is 3 ×" in wrong.text
    assert (
        "Offered on your public page"
        in anna.submit(
            at="/provider/memberships", what="medical-massage:60", visits="1", price="130", stays_months="3", most_members=""
        ).text
    )
    [plan] = callers["anna"].get("/provider/membership-plans").json["items"]
    membership = joined(callers, plan["id"])
    assert "Sam Ellery" in anna.open("/provider/memberships").text
    anna.open(f"/provider/memberships/plans/{plan['id']}")
    assert "told by letter" in anna.submit(at=f"/plans/{plan['id']}", price="140").text
    assert "$140.00" in anna.open(f"/provider/memberships/{membership}").text
    assert "It has ended" in anna.submit(at="/end").text
    anna.open("/provider/memberships")
    assert "Nobody can join any more" in anna.submit(at="/close").text
