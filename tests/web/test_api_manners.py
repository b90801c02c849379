"""The manners of the JSON API, held for every endpoint that the document tells of."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from booking.appointments.models import Appointment
from booking.openapi.catalogue import clients, desk
from booking.openapi.rules import Operation
from marketplace.db import db
from tests.factories import (
    AccountFactory,
    BasketFactory,
    CarePlanFactory,
    ClaimFormFactory,
    ClassSeatFactory,
    ClassSessionFactory,
    ClearanceFactory,
    ClinicFactory,
    CoupleFactory,
    CredentialDocumentFactory,
    CredentialFactory,
    DisputeFactory,
    EvidenceRequestFactory,
    ExclusionHitFactory,
    ExtensionRequestFactory,
    HealthFileFactory,
    HoldFactory,
    HomeProgramFactory,
    InsuranceDetailsFactory,
    LetterDraftFactory,
    MembershipFactory,
    MembershipPlanFactory,
    PackageFactory,
    PackageOfferFactory,
    ParkingClaimFactory,
    PaymentFactory,
    PayoutFactory,
    PersonFactory,
    ReceiptFactory,
    ReleaseFactory,
    SentLetterFactory,
    bookable_provider,
    offered_note,
    person_of,
    signed_note,
    some_gift_card,
)
from tests.support.visits import book_visit, clear_answers, hold_visit

OPERATIONS = (*clients.OPERATIONS, *desk.OPERATIONS)
WISH = {"provider": "anna", "service": "medical-massage", "minutes": 60, "setting": "clinic"}
VISIT = {"service": "medical-massage", "minutes": 60, "setting": "clinic"}
QUERIES = {
    "/providers/<slug>/openings": VISIT,
    "/series/plan": {**VISIT, "provider": "anna", "first": "2027-01-14", "time": "12:00"},
    "/couples/openings": {"near": "10024", "setting": "clinic"},
    "/outcomes/trend": {"measure": "nprs"},
}
# What stands in a path beside ids.
WORDS = {"<kind>": "license", "<technique>": "trigger_point"}
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


def named(operation: Operation) -> str:
    return f"{operation.method} {operation.path.removeprefix('/api/v1')}"


@pytest.fixture
def world(app, clock, program):
    """Callers by role, and an id of their own for each kind of thing."""
    with app.app_context():
        accounts = {role: AccountFactory(role=role) for role in ("client", "provider", "admin")}
        anna, person = bookable_provider(account=accounts["provider"], slug="anna"), person_of(accounts["client"])
        visit = book_visit(anna, person, clock.now + timedelta(days=2), clock.now).booked.appointment.public_id
        credential = CredentialFactory(provider=anna, kind="npi", status="submitted", plain_number="1234567893")
        document = CredentialDocumentFactory(credential=credential).public_id
        link = f"{'link':x<43}"
        EvidenceRequestFactory(credential=CredentialFactory(provider=anna, kind="physician_collaboration"), plain=link)
        booked = db.session.scalars(select(Appointment).where(Appointment.public_id == visit)).one()
        ids = {
            "appointments": visit,
            "receipts": ReceiptFactory(provider=anna, appointment=booked).name,
            "baskets": BasketFactory(person=person).public_id,
            "credentials": credential.public_id,
            "documents": document,
            "providers": "anna",
            "reliability": "anna",
            "clinics": ClinicFactory(rostered=True).slug,
            "exclusions": ExclusionHitFactory(provider=anna).public_id,
            "confirmations": link,
            "couples": CoupleFactory(first=HoldFactory(provider=anna, person=person, starts_at=clock.now + timedelta(days=14))).public_id,
            "holds": hold_visit(anna, person, clock.now + timedelta(days=3), clock.now).public_id,
            "gift-cards": some_gift_card(anna, person),
            "packages": PackageFactory(offer=PackageOfferFactory(provider=anna), person=person).public_id,
            "clearances": ClearanceFactory(person=person).public_id,
            "files": HealthFileFactory(person=person).public_id,
            "payouts": PayoutFactory(provider=anna).public_id,
            "parking": ParkingClaimFactory(appointment=booked).public_id,
            "disputes": DisputeFactory(payment=PaymentFactory(provider=anna, person=person, appointment_id=booked.id)).stripe_dispute,
        }
        lesson = ClassSessionFactory(provider=anna, starts_at=clock.now + timedelta(days=20))
        ids |= {"classes": lesson.public_id, "seats": ClassSeatFactory(lesson=lesson, person=person).public_id}
        ids["memberships"] = MembershipFactory(plan=MembershipPlanFactory(provider=anna), person=person).public_id
        HomeProgramFactory(appointment=booked)
        CarePlanFactory(appointment=booked)
        ids["more-visits"] = ExtensionRequestFactory(appointment=booked).public_id
        release = ReleaseFactory(person=person, provider=anna)
        LetterDraftFactory(appointment=booked, release=release)
        ids["releases"] = release.public_id
        ids["letters"] = SentLetterFactory(appointment=booked, release=release).public_id
        signed_note(booked)
        permitted = InsuranceDetailsFactory(person=person, provider=anna)
        ClaimFormFactory(details=permitted, appointment_id=booked.id, person_id=person.id, provider_id=anna.id)
        elsewhere = book_visit(bookable_provider(), PersonFactory(), clock.now + timedelta(days=9), clock.now).booked.appointment
        ids["note-reviews"] = offered_note(elsewhere, anna).public_id
        db.session.remove()
    return {role: program(account) for role, account in accounts.items()} | {"anyone": program(None)}, ids


def address(operation, ids):
    """The path with the id of something that exists where there is one."""
    path = operation.path.removeprefix("/api/v1")
    thing = ids.get(path.partition("/<")[0].rpartition("/")[2], "nothing")
    for name, filled in ({"<public_id>": thing, "<slug>": thing, "<token>": thing, "<name>": thing} | WORDS).items():
        path = path.replace(name, filled)
    return path


def caller_of(operation, callers):
    return callers[(*operation.roles, "anyone")[0]]


@pytest.mark.parametrize("operation", [one for one in OPERATIONS if one.method == "GET"], ids=named)
def test_head_answers_like_get_without_a_body(world, operation):
    callers, ids = world
    caller, path = caller_of(operation, callers), address(operation, ids)
    query = QUERIES.get(operation.path.removeprefix("/api/v1"), {})
    full, head = caller.call("GET", path, query_string=query), caller.call("HEAD", path, query_string=query)
    assert (full.status_code, head.status_code, head.data) == (200, 200, b"")
    assert head.headers["Content-Type"] == full.headers["Content-Type"]


@pytest.mark.parametrize("path", sorted({one.path for one in OPERATIONS}))
def test_other_methods_are_not_allowed_and_say_which_are(world, path):
    callers, ids = world
    operations = [one for one in OPERATIONS if one.path == path]
    # A word beside ids, as in /holds/any, is an id to the methods that take one.
    offered = {one.method for one in operations} | {
        one.method for one in OPERATIONS if one.path == f"{path.rpartition('/')[0]}/<public_id>"
    }
    for method in sorted(set(METHODS) - offered):
        answer = caller_of(operations[0], callers).call(method, address(operations[0], ids))
        assert (answer.status_code, answer.json["code"]) == (405, "method_not_allowed")
        assert offered <= {one.strip() for one in answer.headers["Allow"].split(",")}


@pytest.mark.parametrize("operation", [one for one in OPERATIONS if one.body is not None], ids=named)
def test_an_unknown_field_is_named_and_refused(world, operation):
    callers, ids = world
    answer = caller_of(operation, callers).call(operation.method, address(operation, ids), {"surprise": 1})
    assert (answer.status_code, answer.json["code"]) == (400, "unknown_field")
    assert [fault["field"] for fault in answer.json["errors"]] == ["surprise"]


@pytest.mark.parametrize(
    ("role", "path", "body"),
    [
        ("client", "/holds", {**WISH, "starts_at": "NAIVE"}),
        ("client", "/quotes", {**WISH, "starts_at": "NAIVE"}),
        ("client", "/appointments/VISIT/reschedule", {"starts_at": "NAIVE"}),
        ("provider", "/provider/blocks", {"starts_at": "NAIVE", "ends_at": "2027-01-20T13:00:00-05:00"}),
        ("provider", "/provider/blocks", {"starts_at": "2027-01-20T12:00:00-05:00", "ends_at": "NAIVE"}),
    ],
)
def test_an_instant_without_an_offset_is_refused(world, role, path, body):
    callers, ids = world
    words = {name: "2027-01-20T12:30:00" if value == "NAIVE" else value for name, value in body.items()}
    answer = callers[role].post(path.replace("VISIT", ids["appointments"]), words)
    assert (answer.status_code, answer.json["code"]) == (400, "naive_datetime")


@pytest.mark.parametrize("path", ["/providers", "/providers/anna/openings"])
@pytest.mark.parametrize("name", ["from", "to"])
def test_so_is_one_in_a_query(world, path, name):
    callers, _ids = world
    query = {**QUERIES.get(path.replace("anna", "<slug>"), {}), name: "2027-01-20T12:30:00"}
    answer = callers["anyone"].call("GET", path, query_string=query)
    assert (answer.status_code, answer.json["code"]) == (400, "naive_datetime")


def test_a_fee_that_changed_is_told_with_the_new_figures(world, clock):
    callers, ids = world
    clock.advance(hours=30)
    answer = callers["client"].post(f"/appointments/{ids['appointments']}/cancel", {"expected_fee_cents": 0})
    assert (answer.status_code, answer.json["code"]) == (409, "fee_changed")
    assert (answer.json["fee_cents"], answer.json["refund_cents"], answer.json["tier"]) == (8_000, 0, "part")
    assert "$80" in answer.json["detail"]
    assert callers["client"].post(f"/appointments/{ids['appointments']}/cancel", {"expected_fee_cents": 8_000}).status_code == 200


def test_answers_carry_the_offset_of_new_york(world):
    callers, ids = world
    visit = callers["client"].get(f"/appointments/{ids['appointments']}").json
    assert visit["starts_at"] == "2027-01-14T12:00:00-05:00"
    until = callers["client"].post("/screenings", {"answers": clear_answers()}).json["valid_until"]
    assert until.endswith("-05:00")
