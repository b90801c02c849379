"""Parking as programs and people use it: a photo is cleaned and sealed, staff decide, it comes with a payout, the client hears nothing."""

import csv
import io
from datetime import timedelta

import pytest
from PIL import Image
from sqlalchemy import select

from booking.appointments.actions.progress import complete
from booking.appointments.changes.history import Doer
from booking.parking.models import ParkingClaim
from booking.payouts.actions.paying import order_due
from marketplace.audit import AuditEntry
from marketplace.db import db
from providers.places.models import ServiceArea
from providers.registry.models import Provider
from tests.factories import AccountFactory, ParkingTermsFactory, PayoutAccountFactory, person_of
from tests.support.clocks import START
from tests.support.visits import book_visit, traveling_provider

DAY = timedelta(days=1)
FIRST = START + 2 * DAY
MONDAY = START + 6 * DAY


@pytest.fixture
def world(app, clock):
    """A client, a therapist who drove to them two days ago, staff, and the visit's id."""
    with app.app_context():
        people = {role: AccountFactory(role=role) for role in ("client", "provider", "admin")}
        anna, sam = traveling_provider(slug="anna", name="Anna Alder", account=people["provider"]), person_of(people["client"])
        db.session.scalars(select(ServiceArea)).one().mode = "car"
        db.session.commit()
        ParkingTermsFactory()
        PayoutAccountFactory(provider=anna, account="acct_1", ready=True)
        visit = book_visit(anna, sam, FIRST, START, setting="home", zip="10024").booked.appointment.public_id
        complete(visit, Doer("provider", "account:test"), FIRST + timedelta(hours=1))
        for account in people.values():
            db.session.refresh(account)
        db.session.expunge_all()
    clock.set(FIRST + 2 * DAY)
    return people | {"visit": visit}


def photo(color="teal"):
    """A JPEG that says where it was taken."""
    exif, kept = Image.Exif(), io.BytesIO()
    exif[0x010E] = "zzexifzz"
    Image.new("RGB", (30, 20), color).save(kept, "JPEG", exif=exif)
    return kept.getvalue()


def send(caller, visit, content, cents="1800", **more):
    """A receipt, as a program sends it."""
    words = {"cents": cents, **more, "file": (io.BytesIO(content), "receipt.jpg")}
    return caller.app.test_client(use_cookies=False).post(f"/api/v1/appointments/{visit}/parking", data=words, headers=caller.headers)


def test_from_the_photo_to_the_payout(app, world, program, clock):
    anna, staff, visit = program(world["provider"]), program(world["admin"]), world["visit"]
    before = anna.get(f"/appointments/{visit}/parking").json
    assert (before["may_send"], before["most_cents"], before["paid_by"], before["claim"]) == (True, 2_500, "platform", None)
    made = send(anna, visit, photo())
    assert (made.status_code, made.json["may_send"], made.json["why_not"]) == (201, False, "sent_already")
    claim = made.json["claim"]["id"]
    assert (send(anna, visit, photo()).status_code, send(anna, visit, photo()).json["code"]) == (409, "sent_already")
    for path in (f"/provider/parking/{claim}/photo", f"/admin/parking/{claim}/photo"):
        answer = (anna if path.startswith("/provider") else staff).get(path)
        assert (answer.headers["Content-Type"], answer.headers["Cache-Control"]) == ("image/jpeg", "private, no-store")
        assert b"zzexifzz" not in answer.data
        assert Image.open(io.BytesIO(answer.data)).size == (30, 20)
    [waiting] = staff.get("/admin/parking", state="sent").json["items"]
    assert (waiting["id"], waiting["provider"]["slug"], waiting["asked_cents"], waiting["same_photo_as"]) == (claim, "anna", 1_800, None)
    assert "Upper West Side" in waiting["district"]
    accepted = staff.post(f"/admin/parking/{claim}/decision", {"decision": "accept"})
    assert (accepted.status_code, accepted.json["state"], accepted.json["accepted_cents"]) == (200, "accepted", 1_800)
    assert anna.get("/provider/payouts").json["next_cents"] == 1_800
    with app.app_context():
        order_due(MONDAY)
    [payout] = anna.get("/provider/payouts").json["items"]
    [line] = anna.get(f"/provider/payouts/{payout['id']}").json["lines"]
    assert (line["kind"], line["amount_cents"], line["appointment"]) == ("parking", 1_800, visit)
    late = staff.post(f"/admin/parking/{claim}/decision", {"decision": "take_back", "reason": "A slip."})
    assert (late.status_code, late.json["code"]) == (409, "paid_out_already")
    own = anna.get("/provider/parking").json
    assert (own["month_cents"], own["items"][0]["state"], own["terms"]["visit_cents"]) == (1_800, "accepted", 2_500)
    with app.app_context():
        raw = str(db.session.connection().exec_driver_sql("SELECT * FROM parking_claim").all())
        assert "JFIF" not in raw
        looks = db.session.scalars(select(AuditEntry.actor).where(AuditEntry.verb == "parking.photo_opened")).all()
        assert len(looks) == 1


def test_earnings_statements_and_files_tell_of_it_and_the_client_hears_nothing(world, program, visitor):
    anna, staff, me, visit = program(world["provider"]), program(world["admin"]), program(world["client"]), world["visit"]
    steps, statement = me.get(f"/appointments/{visit}/payments").json, me.get("/me/statements").json["lines"]
    claim = send(anna, visit, photo()).json["claim"]["id"]
    staff.post(f"/admin/parking/{claim}/decision", {"decision": "accept", "cents": 1_000, "reason": "Two hours of it."})
    assert (me.get(f"/appointments/{visit}/payments").json, me.get("/me/statements").json["lines"]) == (steps, statement)
    earned = anna.get("/provider/earnings").json
    assert (earned["totals"]["paid_back_cents"], earned["totals"]["earned_cents"]) == (1_000, 16_000)
    [line] = [one for one in earned["lines"] if one["what"] == "parking"]
    assert (line["paid_back_cents"], line["received_cents"], line["appointment"]) == (1_000, 0, visit)
    assert anna.get("/provider/statements").json["totals"]["paid_back_cents"] == 1_000
    desk = visitor(world["provider"])
    rows = list(csv.DictReader(io.StringIO(desk.open("/provider/earnings.csv").text)))
    assert [row["paid back"] for row in rows if row["what"] == "parking"] == ["10.00"]
    assert "Parking, paid back by us" in desk.open("/provider/earnings").text
    assert "Parking, paid back by us" in desk.open("/provider/statements").text
    for path in (f"/appointments/{visit}", "/account/statements", f"/appointments/{visit}/payments"):
        assert "arking" not in visitor(world["client"]).open(path).text.replace("arking-terms", "")


@pytest.mark.parametrize(
    ("content", "more", "status", "code", "field"),
    [
        (b"<html>", {}, 422, "bad_file", "file"),
        (b"%PDF-1.7\n%%EOF\n", {}, 422, "invalid", "file"),
        (b"\xff\xd8\xff cut off", {}, 422, "bad_file", "file"),
        (b"\xff\xd8\xff" + b"0" * (8 * 1024 * 1024), {}, 422, "file_too_large", "file"),
        (None, {"cents": "0"}, 422, "invalid", "cents"),
        (None, {"cents": "12.50"}, 422, "invalid", "cents"),
        (None, {"cents": "50001"}, 422, "invalid", "cents"),
        (None, {"why": "rain"}, 400, "unknown_field", "why"),
    ],
)
def test_what_is_no_photo_of_a_receipt_is_refused_by_its_field(world, program, content, more, status, code, field):
    answer = send(program(world["provider"]), world["visit"], photo() if content is None else content, **more)
    assert (answer.status_code, answer.json["code"], [one["field"] for one in answer.json["errors"]]) == (status, code, [field])
    answer.request.environ["wsgi.input"].close()  # a large one lies in a file


def test_others_neither_send_nor_see(world, program, outsiders):
    anna, visit = program(world["provider"]), world["visit"]
    claim = send(anna, visit, photo()).json["claim"]["id"]
    stranger = program(outsiders[1])
    assert send(stranger, visit, photo()).status_code == 404
    assert stranger.get(f"/provider/parking/{claim}/photo").status_code == 404
    assert stranger.get("/provider/parking").json["items"] == []
    for caller, path in (
        (anna, f"/admin/parking/{claim}"),
        (anna, "/admin/parking"),
        (program(world["client"]), f"/appointments/{visit}/parking"),
    ):
        assert caller.get(path).status_code == 403


def test_terms_are_announced_by_the_staff_and_nothing_starts_today(world, program, visitor):
    staff, page = program(world["admin"]), visitor(world["admin"])
    today = {"starts_on": "2027-01-10", "visit_cents": 1_000, "month_cents": 5_000, "days": 7, "reason": "So decided."}
    refused = staff.post("/admin/parking-terms", today)
    assert (refused.status_code, [one["field"] for one in refused.json["errors"]]) == (422, ["starts_on"])
    made = staff.post("/admin/parking-terms", today | {"starts_on": "2027-02-01"})
    assert (made.status_code, made.json["visit_cents"], made.json["on"]) == (201, 1_000, True)
    page.open("/admin/parking-terms")
    wrong = page.submit(at="/admin/parking-terms", starts_on="2027-03-01", visit_cents="10", month_cents="5", days="7", reason="x")
    assert (wrong.status_code, "A month pays for one visit at least." in wrong.text) == (422, True)
    off = page.submit(at="/admin/parking-terms", starts_on="2027-03-01", visit_cents="0", month_cents="0", days="7", reason="No more.")
    assert ("Announced." in off.text, "Parking is not paid back." in off.text) == (True, True)
    assert [one["on"] for one in staff.get("/admin/parking-terms").json["items"]] == [True, True, False]


def test_people_walk_it_without_scripts(app, world, visitor):
    desk, staff, visit = visitor(world["provider"]), visitor(world["admin"]), world["visit"]
    assert f"/provider/appointments/{visit}/parking" in desk.open(f"/provider/appointments/{visit}").text
    page = desk.open(f"/provider/appointments/{visit}/parking").text
    assert ("We pay it; your client never does" in page, "$25.00 a visit and $100.00 a month" in page) == (True, True)
    empty = desk.submit(at="parking", cents="18")
    assert (empty.status_code, "Add a photo of the receipt." in empty.text) == (422, True)
    desk.open(f"/provider/appointments/{visit}/parking")
    done = desk.submit(at="parking", cents="$18", file=(io.BytesIO(photo()), "receipt.jpg"))
    assert ("Sent in." in done.text, "$18.00 asked for." in done.text) == (True, True)
    with app.app_context():
        claim = db.session.scalars(select(ParkingClaim.public_id)).one()
    assert "Anna Alder" in staff.open("/admin/parking").text
    seen = staff.open(f"/admin/parking/{claim}")
    assert f"/admin/parking/{claim}/photo" in seen.text
    assert world["client"].name not in seen.text
    silent = staff.submit(at=claim, decision="refuse")
    assert (silent.status_code, "Say why; the therapist reads it." in silent.text) == (422, True)
    too_much = staff.submit(at=claim, decision="accept", cents="18.01")
    assert (too_much.status_code, "At most $18.00" in too_much.text) == (422, True)
    assert "Decided." in staff.submit(at=claim, decision="accept", cents="").text
    assert "$18.00 of $18.00 is paid back." in desk.open("/provider/parking").text
    staff.open(f"/admin/parking/{claim}")
    assert "taken back before it was paid out" in staff.submit(at=claim, decision="take_back", reason="A slip.").text
    assert staff.open(f"/admin/parking/{claim}").status_code == 200
    assert "Parking taken back" in desk.open("/provider/earnings").text


def test_a_photo_that_came_before_is_marked_for_staff(app, world, program, visitor, clock):
    anna, staff = program(world["provider"]), program(world["admin"])
    first = send(anna, world["visit"], photo()).json["claim"]["id"]
    with app.app_context():
        provider = db.session.scalars(select(ParkingClaim.provider_id)).one()
        again = _another(provider, world["client"])
    clock.set(FIRST + 4 * DAY)
    second = send(anna, again, photo()).json["claim"]["id"]
    assert [one["same_photo_as"] for one in staff.get("/admin/parking", state="sent").json["items"]] == [None, first]
    page = visitor(world["admin"])
    assert "Same photo as before" in page.open("/admin/parking").text
    assert f"/admin/parking/{first}" in page.open(f"/admin/parking/{second}").text
    assert "same_photo_as" not in anna.get("/provider/parking").json["items"][0]


def _another(provider_id, client):
    provider = db.session.get_one(Provider, provider_id)
    visit = book_visit(
        provider, person_of(client), FIRST + 3 * DAY, FIRST + 2 * DAY, setting="home", zip="10024"
    ).booked.appointment.public_id
    complete(visit, Doer("provider", "account:test"), FIRST + 3 * DAY + timedelta(hours=1))
    return visit
