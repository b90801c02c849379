"""The admin's side as programs use it: check, decide, suspend, and see who did what."""

import io
import json

import pytest
from PIL import Image
from sqlalchemy import select, text

from marketplace.accounts.models import Account
from marketplace.db import db
from marketplace.outbox.models import Letter
from providers.credentials.catalogue import kinds
from providers.credentials.models import Credential, CredentialDocument
from providers.registry.models import Provider
from tests.factories import AccountFactory, CredentialFactory, ProviderFactory, bookable_provider

FACTS = {
    "kind": "license",
    "issuer": "New York State Education Department",
    "number": "012345",
    "holder_name": "Rosa Lindqvist",
    "issued_on": "2020-06-01",
    "expires_on": "2028-05-31",
    "details": {},
}
VERIFY = {
    "decision": "verify",
    "source": "State register, public page",
    "source_value": "REGISTERED through 05/31/28",
    "valid_until": "2028-05-31",
    "note": "",
}


@pytest.fixture
def admin(app, program):
    with app.app_context():
        account = AccountFactory(role="admin", name="Grace Idowu")
    return program(account)


@pytest.fixture
def desk(app, program):
    with app.app_context():
        account = AccountFactory(role="provider", name="Rosa Lindqvist", email="rosa@licensedhands.test")
    return program(account)


def hand_in(desk, **change):
    answer = desk.post("/provider/credentials", FACTS | change)
    assert answer.status_code == 201, answer.json
    return answer.json["id"]


def decide(admin, credential, **change):
    return admin.post(f"/admin/credentials/{credential}/decision", VERIFY | change)


def letters(app):
    with app.app_context():
        return [(letter.kind, letter.facts["decision"]) for letter in db.session.scalars(select(Letter).order_by(Letter.id))]


class TestQueue:
    def test_the_oldest_comes_first_and_shows_no_number(self, admin, desk):
        first, second = hand_in(desk), hand_in(desk, kind="background_check")
        items = admin.get("/admin/credentials", status="submitted").json["items"]
        assert [item["id"] for item in items] == [first, second]
        assert items[0]["provider"] == {"slug": "rosa-lindqvist", "name": "Rosa Lindqvist", "state": "draft"}
        assert "number" not in items[0]

    def test_pages_follow_one_another_without_a_gap(self, app, admin):
        with app.app_context():
            provider = ProviderFactory()
            made = [CredentialFactory(provider=provider, status="submitted").public_id for _ in range(60)]
        seen, cursor = [], None
        while cursor is not None or not seen:
            page = admin.get("/admin/credentials", status="submitted", cursor=cursor).json
            seen += [item["id"] for item in page["items"]]
            cursor = page["next"]
            if cursor is None:
                break
        assert seen == made

    @pytest.mark.parametrize("query, code", [({"status": "expired"}, "bad_status"), ({"cursor": "%%%"}, "bad_cursor")])
    def test_a_question_that_makes_no_sense_is_refused(self, admin, query, code):
        answer = admin.get("/admin/credentials", **query)
        assert (answer.status_code, answer.json["code"]) == (400, code)

    def test_one_is_shown_whole_and_the_look_is_recorded(self, admin, desk):
        credential = hand_in(desk, kind="liability_insurance", number="PL-1", details={"per_occurrence_cents": 5_000_000})
        shown = admin.get(f"/admin/credentials/{credential}").json
        assert shown["number"] == "PL-1"
        assert {fault["field"] for fault in shown["faults"]} == {"details.per_occurrence_cents", "details.aggregate_cents"}
        (entry,) = [
            one for one in admin.get("/admin/audit", object=f"credential:{credential}").json["items"] if one["verb"] == "credential_opened"
        ]
        assert entry["object"] == f"credential:{credential}"


class TestDecision:
    def test_verified_is_in_force_until_the_day_that_was_seen(self, app, admin, desk):
        answer = decide(admin, hand_in(desk), valid_until="2027-12-31")
        assert answer.status_code == 200, answer.json
        assert (answer.json["status"], answer.json["valid_until"], answer.json["verified_by"]) == ("verified", "2027-12-31", "Grace Idowu")
        assert answer.json["next_check_on"] == "2027-02-11"
        assert letters(app) == [("credential_decided", "verify")]

    @pytest.mark.parametrize("decision, status", [("reject", "rejected"), ("needs_info", "needs_info")])
    def test_a_no_needs_its_reason(self, app, admin, desk, decision, status):
        credential = hand_in(desk)
        bare = decide(admin, credential, decision=decision, valid_until=None)
        assert (bare.status_code, [fault["field"] for fault in bare.json["errors"]]) == (422, ["note"])
        assert decide(admin, credential, decision=decision, valid_until=None, note="The scan is blurred.").json["status"] == status
        assert desk.get("/provider/credentials").json["items"][0]["status"] == status

    def test_to_verify_takes_a_source_and_what_was_seen_there(self, admin, desk):
        answer = decide(admin, hand_in(desk), source="", source_value=" ")
        assert {fault["field"] for fault in answer.json["errors"]} == {"source", "source_value"}

    def test_a_required_kind_needs_an_end(self, admin, desk):
        answer = decide(admin, hand_in(desk, expires_on=None), valid_until=None)
        assert (answer.status_code, [fault["field"] for fault in answer.json["errors"]]) == (422, ["valid_until"])

    def test_decided_is_decided(self, admin, desk):
        credential = hand_in(desk)
        decide(admin, credential)
        again = decide(admin, credential, decision="reject", note="On second thought")
        assert (again.status_code, again.json["code"]) == (409, "wrong_state")

    def test_a_question_is_answered_and_decided(self, admin, desk):
        credential = hand_in(desk)
        decide(admin, credential, decision="needs_info", note="Which state?")
        assert desk.put(f"/provider/credentials/{credential}", FACTS).json["status"] == "submitted"
        assert decide(admin, credential).json["status"] == "verified"

    def test_one_number_is_one_provider(self, app, admin, desk, program):
        with app.app_context():
            other = program(AccountFactory(role="provider", name="Somebody Else"))
        theirs = hand_in(other, number="L 012345-1")
        decide(admin, hand_in(desk))
        answer = decide(admin, theirs)
        assert (answer.status_code, answer.json["code"]) == (409, "license_taken")
        assert admin.get(f"/admin/credentials/{theirs}").json["status"] == "submitted"

    def test_a_renewal_with_ones_own_number_is_welcome_and_the_number_stays_ones_own(self, app, admin, desk, program):
        credential = hand_in(desk)
        decide(admin, credential)
        desk.put(f"/provider/credentials/{credential}", FACTS | {"expires_on": "2031-05-31"})
        assert decide(admin, credential, valid_until="2031-05-31").json["status"] == "verified"
        with app.app_context():
            other = program(AccountFactory(role="provider"))
        assert other.post("/provider/credentials", FACTS).json["code"] == "license_taken"

    def test_the_old_version_stands_until_its_date_while_the_new_one_waits(self, app, admin, desk):
        credential = hand_in(desk)
        decide(admin, credential)
        desk.put(f"/provider/credentials/{credential}", FACTS)
        with app.app_context():
            rows = db.session.scalars(select(Credential).order_by(Credential.id)).all()
            assert [(row.version, row.status) for row in rows] == [(1, "verified"), (2, "submitted")]
            assert rows[1].public_id == credential

    @pytest.mark.parametrize("bad", [{"decision": "maybe"}, {"valid_until": "soon"}, {"status": "verified"}])
    def test_nonsense_is_refused(self, admin, desk, bad):
        assert decide(admin, hand_in(desk), **bad).status_code in (400, 422)


class TestListing:
    def test_whoever_is_sent_in_and_verified_whole_is_listed(self, app, admin, desk):
        with app.app_context():
            account = db.session.scalar(select(Provider.account_id))
        assert account is None
        ids = [hand_in(desk, kind=kind, details={}) for kind in kinds().required]
        with app.app_context():
            provider = db.session.scalar(select(Provider))
            provider.state = "submitted"
            db.session.commit()
        states = [(decide(admin, one), admin.get("/admin/providers").json["items"][0]["state"])[1] for one in ids]
        assert states == ["submitted"] * (len(ids) - 1) + ["listed"]

    def test_nobody_is_approved_without_standing(self, app, admin):
        with app.app_context():
            slug = ProviderFactory(state="submitted").slug
        answer = admin.post(f"/admin/providers/{slug}/approve")
        assert (answer.status_code, answer.json["code"]) == (422, "credentials_missing")
        assert "license" in {one["code"] for one in answer.json["missing"]}

    def test_suspended_and_reinstated(self, app, admin):
        with app.app_context():
            slug = bookable_provider().slug
        suspended = admin.post(f"/admin/providers/{slug}/suspend", {"reason": "Complaint 12"})
        assert (suspended.status_code, suspended.json["state"], suspended.json["reason"]) == (200, "suspended", "Complaint 12")
        assert admin.post(f"/admin/providers/{slug}/suspend", {"reason": "again"}).json["code"] == "wrong_state"
        assert admin.post(f"/admin/providers/{slug}/reinstate", {"reason": "Cleared"}).json["state"] == "listed"
        assert admin.post(f"/admin/providers/{slug}/reinstate", {"reason": "again"}).json["code"] == "wrong_state"

    def test_a_confidential_reason_is_in_the_audit_alone(self, app, admin, program):
        with app.app_context():
            provider = bookable_provider()
            slug, public_id, own = provider.slug, provider.public_id, program(db.session.get_one(Account, provider.account_id))
        answer = admin.post(f"/admin/providers/{slug}/suspend", {"reason": "Safety report 7", "confidential": True})
        assert (answer.status_code, answer.json["state"], answer.json["reason"]) == (200, "suspended", None)
        assert "Safety report" not in own.get("/provider/profile").text
        deeds = admin.get("/admin/audit", object=f"provider:{public_id}").json["items"]
        assert [one["details"] for one in deeds if one["verb"] == "provider_suspended"] == [{"reason": "Safety report 7"}]
        assert admin.post(f"/admin/providers/{slug}/suspend", {"reason": "x", "confidential": "yes"}).status_code in (400, 422)

    @pytest.mark.parametrize("body", [{}, {"reason": " "}, {"reason": "x" * 400}, {"reason": "x", "forever": True}])
    def test_a_suspension_needs_a_reason(self, app, admin, body):
        with app.app_context():
            slug = bookable_provider().slug
        assert admin.post(f"/admin/providers/{slug}/suspend", body).status_code in (400, 422)
        assert admin.get("/admin/providers", state="suspended").json["items"] == []

    def test_a_provider_who_is_not_there_is_missing(self, admin):
        assert admin.post("/admin/providers/nobody/suspend", {"reason": "x"}).status_code == 404


class TestDocuments:
    def upload(self, desk, content):
        fields = {**FACTS, "details": json.dumps({}), "file": (io.BytesIO(content), "proof.jpg")}
        return desk.app.test_client(use_cookies=False).post("/api/v1/provider/credentials", headers=desk.headers, data=fields).json["id"]

    def test_a_file_is_sealed_sandboxed_and_each_look_recorded(self, app, admin, desk):
        content = io.BytesIO()
        exif = Image.Exif()
        exif[0x010E] = "taken at 12 East 12th Street"
        Image.new("RGB", (30, 20), "teal").save(content, "JPEG", exif=exif)
        assert b"East 12th" in content.getvalue()
        credential = self.upload(desk, content.getvalue())
        with app.app_context():
            stored = db.session.scalar(text(f"SELECT content FROM {CredentialDocument.__tablename__}"))
        assert b"JFIF" not in stored
        url = admin.get(f"/admin/credentials/{credential}").json["documents"][0]["url"].removeprefix("/api/v1")
        answer = admin.get(url)
        assert (answer.status_code, answer.mimetype) == (200, "image/jpeg")
        assert b"East 12th" not in answer.data
        assert Image.open(io.BytesIO(answer.data)).size == (30, 20)
        assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "no-store" in answer.headers["Cache-Control"]
        assert "document_opened" in {one["verb"] for one in admin.get("/admin/audit", object="document").json["items"]}

    def test_a_pdf_is_a_download(self, admin, desk):
        credential = self.upload(desk, b"%PDF-1.7\ntrailer\n%%EOF")
        url = admin.get(f"/admin/credentials/{credential}").json["documents"][0]["url"].removeprefix("/api/v1")
        assert admin.get(url).headers["Content-Disposition"].startswith("attachment;")

    def test_providers_do_not_see_files_by_guessing(self, admin, desk):
        credential = self.upload(desk, b"%PDF-1.7\ntrailer\n%%EOF")
        url = admin.get(f"/admin/credentials/{credential}").json["documents"][0]["url"].removeprefix("/api/v1")
        assert desk.get(url).status_code == 403


class TestAudit:
    def test_it_is_narrowed_by_object_and_by_actor_the_newest_first(self, admin, desk):
        credential = hand_in(desk)
        decide(admin, credential)
        verbs = [one["verb"] for one in admin.get("/admin/audit", object=f"credential:{credential}").json["items"]]
        assert verbs == ["credential_opened", "credential_decided", "credential_submitted"]
        mine = admin.get("/admin/audit", actor="rosa@licensedhands.test").json["items"]
        assert {one["verb"] for one in mine} == {"credential_submitted", "provider_begun"}

    def test_it_comes_in_pages(self, app, admin, desk):
        for number in range(30):
            hand_in(desk, issuer=f"Issuer {number}")
            admin.get("/admin/audit")
        first = admin.get("/admin/audit").json
        assert (len(first["items"]), first["next"]) == (31, None)

    def test_it_holds_no_number_and_no_address(self, admin, desk):
        hand_in(desk)
        assert "012345" not in admin.get("/admin/audit").text
