"""Claim forms on pages, as files and for programs: the client gives their insurance and may take it back, the therapist makes and prints."""

from datetime import date, timedelta

import pytest

from booking.appointments.actions.progress import complete
from booking.appointments.changes.history import Doer
from booking.papers.actions import state_birth_date, state_tax_id
from booking.superbills.actions import issue_superbill
from marketplace.db import db
from providers.registry.models import Provider
from tests.factories import (
    AccountFactory,
    CredentialFactory,
    PrescribedVisitFactory,
    PrescriptionFactory,
    bookable_provider,
    person_of,
    signed_note,
)
from tests.support.typed_pdf import frames_of, pages_of
from tests.support.visits import BASE_URL, book_hold, hold_visit, visit_of

PROVIDER = Doer("provider", "account:test")
DETAILS = {
    "payer_name": "Acme Health", "insured_id": "XYZ123", "patient_last": "Doe", "patient_first": "Sam", "patient_line1": "64 East 7th St",
    "patient_city": "New York", "patient_state": "ny", "patient_zip": "10003", "patient_phone": "(212) 555-0100",
}  # fmt: skip
BODY = {"details": DETAILS, "signed_name": "Sam Doe", "accepted": True}


@pytest.fixture
def sides(app, clock):
    """A client and a therapist with a visit that took place, its note signed and its superbill issued, and the visit's id."""
    with app.app_context():
        client, therapist = AccountFactory(), AccountFactory(role="provider")
        anna, person = bookable_provider(slug="anna", name="Anna Alder", account=therapist), person_of(client)
        CredentialFactory(provider=anna, kind="npi", status="verified", plain_number="1234567893")
        state_tax_id(anna.id, "12-3456789", "account:test", clock.now)
        db.session.get_one(Provider, anna.id).phone = "+12125550199"
        db.session.commit()
        made = visit_of(book_hold(hold_visit(anna, person, clock.now + timedelta(days=2), clock.now), person, clock.now))
        PrescribedVisitFactory(appointment=made, prescription=PrescriptionFactory(person=person, icd10="M54.2"))
        visit = made.public_id
        complete(visit, PROVIDER, clock.now + timedelta(days=2, hours=1))
        signed_note(made)
        state_birth_date(person.id, date(1980, 2, 3), clock.now)
        issue_superbill(visit, anna.id, "account:test", BASE_URL, clock.now + timedelta(days=2, hours=2))
        for account in (client, therapist):
            db.session.refresh(account)
        db.session.expunge_all()
    clock.set(clock.now + timedelta(days=3))
    return client, therapist, visit


def test_a_client_gives_their_insurance_and_a_therapist_makes_the_form(sides, program):
    client, therapist, visit = sides
    me, desk = program(client), program(therapist)
    before = me.get(f"/appointments/{visit}/insurance").json
    assert (before["details"], before["coverage"]) == (None, "unknown")
    assert desk.get(f"/appointments/{visit}/claim-form").json["code"] == "insurance_not_given"
    given = me.put(f"/appointments/{visit}/insurance", BODY)
    told = given.json["details"]
    assert (given.status_code, told["patient_state"], told["patient_phone"], told["plan"]) == (200, "NY", "2125550100", "group")
    opened = desk.get(f"/appointments/{visit}/claim-form").json
    assert (opened["newest"], opened["draft"]["faults"], opened["submitted"], opened["coverage"]) == (None, [], False, "unknown")
    made = desk.post(f"/appointments/{visit}/claim-form", {"accept_assignment": True})
    assert (made.status_code, made.json["version"], made.json["frequency"]) == (201, 1, "1")
    boxes = made.json["forms"][0]["boxes"]
    assert (boxes["1a"], boxes["2"], boxes["27"], boxes["21.A"]) == ("XYZ123", "DOE, SAM", "yes", "M542")
    mine = me.get(f"/appointments/{visit}/claim-form").json
    assert (mine["newest"], [one["version"] for one in mine["versions"]]) == (made.json, [1])


def test_what_is_missing_is_told_by_box(sides, program):
    client, therapist, visit = sides
    me, desk = program(client), program(therapist)
    me.put(f"/appointments/{visit}/insurance", {**BODY, "details": {**DETAILS, "insured_id": "", "auto_accident": True}})
    faults = desk.get(f"/appointments/{visit}/claim-form").json["draft"]["faults"]
    assert [(one["box"], one["detail"]) for one in faults] == [
        ("1a", "The insured's ID is missing."), ("10b", "The state of the car accident is missing."),
    ]  # fmt: skip
    refusal = desk.post(f"/appointments/{visit}/claim-form", {})
    assert (refusal.status_code, refusal.json["code"]) == (422, "claim_incomplete")
    assert [one["field"] for one in refusal.json["errors"]] == ["1a", "10b.state"]
    assert desk.get(f"/appointments/{visit}/claim-form.pdf").json["code"] == "claim_form_not_made"


def test_a_file_is_text_alone_or_a_draft_and_only_of_a_version_that_is_there(sides, program):
    client, therapist, visit = sides
    me, desk = program(client), program(therapist)
    me.put(f"/appointments/{visit}/insurance", BODY)
    desk.post(f"/appointments/{visit}/claim-form", {})
    for caller in (me, desk):
        file = caller.get(f"/appointments/{visit}/claim-form.pdf")
        assert (file.mimetype, file.headers["Cache-Control"], frames_of(file.data)) == ("application/pdf", "private, no-store", 0)
        assert "DOE, SAM" in [one.text for one in pages_of(file.data)[0]]
        assert frames_of(caller.get(f"/appointments/{visit}/claim-form.pdf", layout="draft", version=1).data) > 0
        statuses = [
            caller.get(f"/appointments/{visit}/claim-form.pdf", **query).status_code
            for query in ({"version": 2}, {"version": "x"}, {"layout": "red"}, {"right_mm": 13}, {"down_mm": -12}, {"shift": 1})
        ]
        assert statuses == [404, 422, 422, 422, 200, 400]


def test_a_corrected_claim_names_the_earlier_one(sides, program):
    client, therapist, visit = sides
    program(client).put(f"/appointments/{visit}/insurance", BODY)
    desk, at = program(therapist), f"/appointments/{visit}/claim-form"
    assert desk.post(at, {"earlier": {"code": "8", "reference": "ICN9"}}).json["code"] == "nothing_to_replace"
    desk.post(at, {})
    for wrong in ({"code": "6", "reference": "A"}, {"code": "7"}, {"code": "7", "reference": ""}, {"code": "7", "reference": "A" * 19}, []):
        assert desk.post(at, {"earlier": wrong}).status_code == 422
    assert desk.post(at, {"earlier": {"code": "7", "reference": "A", "more": 1}}).status_code == 400
    made = desk.post(at, {"earlier": {"code": "7", "reference": "ICN9"}}).json
    assert (made["version"], made["frequency"], made["forms"][0]["boxes"]["22.reference"]) == (2, "7", "ICN9")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422),
        ([], 400),
        ({**BODY, "accepted": False}, 422),
        ({**BODY, "signed_name": ""}, 422),
        ({**BODY, "details": {"plan": "medicare"}}, 422),
        ({**BODY, "details": {"payer_zip": "1"}}, 422),
        ({**BODY, "details": {"began_on": "2030-01-01"}}, 422),
        ({**BODY, "details": {"social_security": "1"}}, 400),
        ({**BODY, "details": []}, 422),
        ({**BODY, "details": {"payer_name": 1}}, 422),
        ({**BODY, "more": 1}, 400),
    ],
)
def test_details_that_cannot_stand_are_refused(sides, program, body, status):
    client, _therapist, visit = sides
    me = program(client)
    assert me.put(f"/appointments/{visit}/insurance", body).status_code == status
    assert me.get(f"/appointments/{visit}/insurance").json["details"] is None


def test_taken_back_the_therapist_sees_nothing_and_the_client_keeps_what_was_made(sides, program):
    client, therapist, visit = sides
    me, desk = program(client), program(therapist)
    me.put(f"/appointments/{visit}/insurance", BODY)
    desk.post(f"/appointments/{visit}/claim-form", {})
    assert me.call("DELETE", f"/appointments/{visit}/insurance").status_code == 204
    assert me.get(f"/appointments/{visit}/insurance").json["details"] is None
    answers = [desk.get(f"/appointments/{visit}/claim-form{end}").json["code"] for end in ("", ".pdf")]
    assert answers == ["insurance_not_given"] * 2
    mine = me.get(f"/appointments/{visit}/claim-form").json
    assert (mine["newest"]["version"], mine["draft"], mine["why_not"]["code"]) == (1, None, "insurance_not_given")


def test_each_look_stands_in_the_clients_log_in_words(sides, program, visitor):
    client, therapist, visit = sides
    me, desk = program(client), program(therapist)
    me.put(f"/appointments/{visit}/insurance", BODY)
    desk.post(f"/appointments/{visit}/claim-form", {})
    desk.get(f"/appointments/{visit}/claim-form.pdf")
    log = me.get("/me/access-log").json["items"]
    assert sorted(read["what"] for read in log if read["about"] == visit) == ["claim_form", "claim_form_file", "superbill"]
    page = visitor(client).open("/care/access-log").text
    assert "A claim form, to print" in page


def test_the_roles_keep_apart(sides, program):
    client, therapist, visit = sides
    me, desk = program(client), program(therapist)
    assert me.post(f"/appointments/{visit}/claim-form", {}).status_code == 403
    assert [desk.get(f"/appointments/{visit}/insurance").status_code, desk.put(f"/appointments/{visit}/insurance", BODY).status_code] == [
        403,
        403,
    ]


def test_on_pages_the_client_gives_and_the_therapist_makes_corrects_and_prints(sides, visitor):
    client, therapist, visit = sides
    me, desk = visitor(client), visitor(therapist)
    assert f"/appointments/{visit}/claim-form" in me.open(f"/appointments/{visit}").text
    assert "You have given none" in me.open(f"/appointments/{visit}/claim-form").text
    assert "has not given" in desk.open(f"/provider/appointments/{visit}/claim-form").text
    me.open(f"/appointments/{visit}/insurance")
    wrong = me.submit(at="/insurance", patient_zip="1", signed_name="Sam Doe", accepted="y")
    assert (wrong.status_code, "A ZIP code has five digits" in wrong.text) == (422, True)
    me.open(f"/appointments/{visit}/insurance")
    kept = me.submit(
        at="/insurance", signed_name="Sam Doe", accepted="y", **{name: words for name, words in DETAILS.items() if name != "insured_id"}
    )
    assert "Kept. Your therapist can make" in kept.text
    assert "Box 1a: The insured&#39;s ID is missing." in kept.text
    page = desk.open(f"/provider/appointments/{visit}/claim-form").text
    assert "Before it can be printed" in page
    assert "Make the claim form" not in page
    me.open(f"/appointments/{visit}/insurance")
    me.submit(at="/insurance", signed_name="Sam Doe", accepted="y", **DETAILS)
    desk.open(f"/provider/appointments/{visit}/claim-form")
    made = desk.submit(at="/claim-form").text
    assert "Version 1 is made. Nothing was sent to an insurer." in made
    again = desk.submit(at="/claim-form", earlier="7", reference="ICN9").text
    assert "Version 2 is made." in again
    refused = desk.submit(at="/claim-form", earlier="8", reference="")
    assert (refused.status_code, "number of the earlier claim is missing" in refused.text) == (422, True)
    for side, path in ((me, f"/appointments/{visit}/claim-form"), (desk, f"/provider/appointments/{visit}/claim-form")):
        page = side.open(path).text
        assert "unknown until the insurer answers" in page
        assert "XYZ123" in page
        assert side.open(f"{path}.pdf", version=1).mimetype == "application/pdf"
    ended = me.open(f"/appointments/{visit}/claim-form") and me.submit(at="/insurance/end")
    assert "Taken back." in ended.text
    assert "has not given" in desk.open(f"/provider/appointments/{visit}/claim-form").text


def test_strangers_find_nothing_on_pages(sides, app, visitor):
    _client, _therapist, visit = sides
    with app.app_context():
        others = [AccountFactory(), AccountFactory(role="provider")]
        person_of(others[0])
        bookable_provider(slug="other", account=others[1])
        for account in others:
            db.session.refresh(account)
        db.session.expunge_all()
    for account, path in ((others[0], f"/appointments/{visit}/claim-form"), (others[0], f"/appointments/{visit}/insurance"),
                          (others[1], f"/provider/appointments/{visit}/claim-form")):  # fmt: skip
        assert visitor(account).open(path).status_code == 404
