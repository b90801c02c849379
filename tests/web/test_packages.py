"""Packages on pages and by programs: off until switched on, bought by one, sold by the other, nobody else's."""

from datetime import timedelta

import pytest

from booking.packages.actions.offering import allow_packages
from marketplace.accounts.models import Account
from marketplace.db import db
from providers.registry.queries import get_provider
from tests.factories import AccountFactory, bookable_provider, person_of
from tests.support.clocks import START
from tests.support.visits import book_visit

OFFER = {"service": "medical-massage", "minutes": 60, "visits": 5, "price_cents": 70_000, "valid_months": 6}
DAY = START + timedelta(days=2)


@pytest.fixture
def sides(app):
    """A client, a therapist, another client, another therapist and one of the staff; packages are on."""
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
def program(program):
    """Each account's program, made once."""
    made = {}

    def call(account):
        key = None if account is None else account.id
        if key not in made:
            made[key] = program(account)
        return made[key]

    return call


@pytest.fixture
def bought(sides, program):
    """Sam ordered five visits with Anna, who recorded the payment; gives the package's id."""
    made = program(sides["anna"]).post("/provider/package-offers", OFFER, key="offer").json
    order = program(sides["sam"]).post("/packages", {"offer": made["id"]}, key="order")
    assert order.status_code == 201
    paid = program(sides["anna"]).post(f"/packages/{order.json['id']}/payment", {"how": "cash"})
    assert (paid.status_code, paid.json["state"]) == (200, "active")
    return order.json["id"]


def test_off_until_switched_on(app, program, visitor):
    with app.app_context():
        admin = AccountFactory(role="admin")
        anna = db.session.get_one(Account, bookable_provider(slug="anna").account_id)
        db.session.expunge_all()
    refused = program(anna).post("/provider/package-offers", OFFER)
    assert (refused.status_code, refused.json["code"]) == (422, "packages_off")
    assert program(anna).get("/provider/package-offers").json == {"allowed": False, "items": []}
    staff = visitor(admin)
    staff.open("/admin/packages")
    assert staff.submit(at="/admin/packages", reason="Counsel agrees.").status_code == 200
    assert program(admin).get("/admin/package-policy").json["history"][0]["reason"] == "Counsel agrees."
    assert program(anna).post("/provider/package-offers", OFFER).status_code == 201
    assert program(admin).put("/admin/package-policy", {"allowed": False, "reason": "No more."}).json["allowed"] is False
    assert program(None).get("/providers/anna/packages").json == {"items": []}


@pytest.mark.parametrize(
    ("change", "field"),
    [({"price_cents": 70_001}, "price_cents"), ({"visits": 1}, "visits"), ({"minutes": 45}, "minutes"), ({"valid_months": 99}, "valid_months"),
     ({"price_cents": 90_000}, "price_cents")],
)  # fmt: skip
def test_an_offer_says_what_is_wrong_with_it(sides, program, change, field):
    answer = program(sides["anna"]).post("/provider/package-offers", OFFER | change)
    assert (answer.status_code, [fault["field"] for fault in answer.json["errors"]]) == (422, [field])


def test_a_program_buys_books_and_sees_the_balance(app, sides, program, bought, clock):
    sam = program(sides["sam"])
    offered = program(None).get("/providers/anna/packages").json["items"]
    assert [(one["visits"], one["price_cents"], one["each_cents"]) for one in offered] == [(5, 70_000, 14_000)]
    wish = {"provider": "anna", "service": "medical-massage", "minutes": 60, "setting": "clinic", "starts_at": DAY.isoformat()}
    quote = sam.post("/holds", wish).json["quote"]
    assert [(line["code"], line["amount_cents"]) for line in quote["lines"]] == [("service", 16_000), ("package", -16_000)]
    assert quote["total_cents"] == 0
    with app.app_context():
        visit = book_visit_again(sides["sam"], DAY + timedelta(hours=3))
    shown = sam.get(f"/packages/{bought}").json
    assert (shown["left"], shown["used"], [use["appointment"] for use in shown["uses"]]) == (4, 1, [visit])
    assert (shown["total_cents"], shown["tax_cents"], shown["last_on"], shown["refund_now_cents"]) == (73_150, 3_150, "2027-07-12", 56_430)
    assert [paper["number"] for paper in shown["papers"]] == ["anna-packages-2027-0001"]
    coming = sam.post(f"/packages/{bought}/end", {"expected_refund_cents": 56_430})
    assert (coming.status_code, coming.json["code"]) == (409, "visits_coming")
    assert sam.post(f"/appointments/{visit}/cancel", {}).status_code == 200
    changed = sam.post(f"/packages/{bought}/end", {"expected_refund_cents": 56_430})
    assert (changed.status_code, changed.json["code"]) == (409, "refund_changed")
    ended = sam.post(f"/packages/{bought}/end", {"expected_refund_cents": 73_150}).json
    assert (ended["state"], ended["refund_cents"], ended["refunded"]) == ("ended", 73_150, False)
    assert program(sides["anna"]).post(f"/packages/{bought}/given-back").json["refunded"] is True


def book_visit_again(account, start):
    """A visit of this client with Anna; gives its public id."""
    anna = get_provider(db.session(), "anna")
    return book_visit(anna, person_of(account), start, START).booked.appointment.public_id


def test_it_is_nobody_elses(sides, program, bought):
    for name in ("other", "cora"):
        stranger = program(sides[name])
        assert stranger.get(f"/packages/{bought}").status_code == 404
        assert stranger.post(f"/packages/{bought}/end", {}).status_code == 404
        assert stranger.get("/packages").json["items"] == []
    assert program(sides["cora"]).post(f"/packages/{bought}/payment", {"how": "cash"}).status_code == 404
    assert program(sides["other"]).delete(f"/packages/{bought}").status_code == 404
    assert program(sides["sam"]).delete(f"/packages/{bought}").status_code == 409
    assert program(sides["admin"]).get(f"/packages/{bought}").json["client"] == {"name": "Sam Ellery"}
    assert "client" not in program(sides["sam"]).get(f"/packages/{bought}").json


def test_pages_from_the_offer_to_the_end(sides, visitor):
    anna, sam = visitor(sides["anna"]), visitor(sides["sam"])
    anna.open("/provider/packages")
    wrong = anna.submit(at="/provider/packages", what="medical-massage:60", visits="5", price="700.01", valid_months="6")
    assert (wrong.status_code, "The price must be the same for each visit" in wrong.text) == (422, True)
    offered = anna.submit(at="/provider/packages", what="medical-massage:60", visits="5", price="700", valid_months="6")
    assert "Offered on your public page." in offered.text
    assert "/providers/anna/packages" in sam.open("/providers/anna").text
    assert "$700.00" in sam.open("/providers/anna/packages").text
    page = sam.submit(at="/packages")
    assert "$731.50" in page.text
    address = page.request.path
    anna.open(f"/provider{address}")
    assert "Recorded." in anna.submit(at="/payment", how="cash").text
    assert "5 of 5" in sam.open(address).text
    assert "The package has ended." in sam.submit(at="/end").text
    assert "I gave back $731.50" in anna.open(f"/provider{address}").text
    assert "Recorded." in anna.submit(at="/given-back").text


def test_an_order_is_withdrawn_on_its_page(sides, program, visitor):
    offer = program(sides["anna"]).post("/provider/package-offers", OFFER).json["id"]
    order = program(sides["sam"]).post("/packages", {"offer": offer}).json["id"]
    sam = visitor(sides["sam"])
    sam.open(f"/packages/{order}")
    assert "You owe nothing." in sam.submit(at="/withdrawal").text
    assert program(sides["sam"]).get("/packages").json["items"] == []
