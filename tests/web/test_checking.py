"""The checkers' desk as programs and pages use it: taking, two persons, versions, standing, looking again."""

import re

import pytest
from sqlalchemy import select

from marketplace.db import db
from marketplace.outbox.models import Letter
from providers.credentials.models import Credential
from tests.factories import AccountFactory, CredentialDocumentFactory, CredentialFactory, ProviderFactory
from tests.support.callers import forms_of

VERIFY = {"decision": "verify", "source": "State license page", "source_value": "REGISTERED", "valid_until": "2028-05-31"}
FACTS = {"kind": "license", "issuer": "State", "number": "012345", "holder_name": "Rosa Lindqvist", "expires_on": "2028-05-31"}


@pytest.fixture
def admins(app):
    with app.app_context():
        return [AccountFactory(role="admin", name=name) for name in ("Grace Idowu", "Owen Bartlett")]


@pytest.fixture
def grace(admins, program):
    return program(admins[0])


@pytest.fixture
def owen(admins, program):
    return program(admins[1])


@pytest.fixture
def rosa(app, program):
    with app.app_context():
        account = AccountFactory(role="provider", name="Rosa Lindqvist")
    return program(account)


@pytest.fixture
def waiting(rosa):
    return rosa.post("/provider/credentials", FACTS).json["id"]


def letters(app):
    with app.app_context():
        return [(letter.kind, letter.facts["decision"]) for letter in db.session.scalars(select(Letter).order_by(Letter.id))]


def decide(admin, credential, **change):
    return admin.post(f"/admin/credentials/{credential}/decision", VERIFY | change)


class TestTaking:
    def test_others_see_it_and_are_refused_for_half_an_hour(self, grace, owen, waiting, clock):
        taken = grace.post(f"/admin/credentials/{waiting}/take")
        assert (taken.status_code, taken.json["status"], taken.json["taken_by"]) == (200, "under_review", "Grace Idowu")
        assert owen.get(f"/admin/credentials/{waiting}").json["taken_by"] == "Grace Idowu"
        again = owen.post(f"/admin/credentials/{waiting}/take")
        assert (again.status_code, again.json["code"]) == (409, "taken")
        clock.advance(minutes=30)
        assert owen.post(f"/admin/credentials/{waiting}/take").json["taken_by"] == "Owen Bartlett"

    def test_the_page_says_whose_table_it_lies_on(self, admins, visitor, grace, waiting):
        grace.post(f"/admin/credentials/{waiting}/take")
        other = visitor(admins[1])
        assert "Grace Idowu has this one on the table" in other.open(f"/admin/credentials/{waiting}").text
        assert "Grace Idowu" in other.open("/admin/credentials").text


@pytest.mark.parametrize("environment", [{"TWO_PERSON_RULE": "on"}])
class TestTwoPersons:
    def test_first_second_and_the_same_one_twice(self, app, environment, grace, owen, waiting):
        first = decide(grace, waiting)
        assert (first.status_code, first.json["status"], first.json["second_person_required"]) == (200, "under_review", True)
        assert first.json["first_verified_by"] == "Grace Idowu"
        assert letters(app) == []
        again = decide(grace, waiting)
        assert (again.status_code, again.json["code"]) == (409, "second_person_required")
        second = decide(owen, waiting)
        assert (second.status_code, second.json["status"], second.json["second_person_required"]) == (200, "verified", False)
        assert second.json["verified_by"] == "Grace Idowu and Owen Bartlett"
        assert letters(app) == [("credential_decided", "verify")]

    def test_new_facts_begin_with_nobodys_vote(self, environment, grace, owen, rosa, waiting):
        decide(grace, waiting)
        rosa.put(f"/provider/credentials/{waiting}", FACTS | {"number": "012346"})
        assert decide(owen, waiting).json["status"] == "under_review"
        assert decide(grace, waiting).json["status"] == "verified"

    def test_the_page_offers_the_first_one_no_second_vote(self, environment, admins, visitor, grace, waiting):
        decide(grace, waiting)
        mine, theirs = visitor(admins[0]), visitor(admins[1])
        assert 'value="verify"' not in mine.open(f"/admin/credentials/{waiting}").text
        assert 'value="reject"' in mine.page.text
        page = theirs.open(f"/admin/credentials/{waiting}").text
        assert "Grace Idowu was the first to verify this" in page
        theirs.submit(at=f"/admin/credentials/{waiting}", decision="verify")
        assert "a letter is on its way" in theirs.page.text


def test_off_is_the_default(grace, waiting):
    answer = decide(grace, waiting)
    assert (answer.json["status"], answer.json["second_person_required"]) == ("verified", False)


class TestVersions:
    def test_a_decision_on_an_older_version_is_refused_with_the_newer_one(self, grace, rosa, waiting):
        seen = grace.get(f"/admin/credentials/{waiting}").json
        rosa.put(f"/provider/credentials/{waiting}", FACTS | {"number": "012346"})
        answer = decide(grace, waiting, version=seen["version"])
        assert (answer.status_code, answer.json["code"], answer.json["version"]) == (409, "changed_since", 2)
        assert decide(grace, waiting, version=2).json["status"] == "verified"

    def test_a_decision_on_another_file_is_refused(self, app, grace, waiting):
        with app.app_context():
            credential = db.session.scalars(select(Credential)).one()
            sha256 = CredentialDocumentFactory(credential=credential).sha256
        assert decide(grace, waiting, document_sha256="0" * 64).json["code"] == "changed_since"
        assert decide(grace, waiting, version=1, document_sha256=sha256).json["status"] == "verified"

    def test_the_page_that_was_open_decides_nothing_and_shows_the_new_version(self, admins, visitor, rosa, waiting):
        me = visitor(admins[0])
        me.open(f"/admin/credentials/{waiting}")
        rosa.put(f"/provider/credentials/{waiting}", FACTS | {"number": "012346"})
        answer = me.submit(at=f"/admin/credentials/{waiting}", decision="verify")
        assert answer.status_code == 409
        assert "were changed after you opened this" in answer.text
        assert "Changed since version 1" in answer.text
        form = next(form for form in forms_of(answer) if (form["action"] or "").endswith(waiting))
        assert form["values"]["version"] == "2"
        me.submit(at=f"/admin/credentials/{waiting}", decision="verify")
        assert "a letter is on its way" in me.page.text

    @pytest.mark.parametrize("version", ["two", "1.5", "-1", "99999999999"])
    def test_a_version_that_is_none_is_refused(self, admins, visitor, waiting, version):
        me = visitor(admins[0])
        me.open(f"/admin/credentials/{waiting}")
        assert me.submit(at=f"/admin/credentials/{waiting}", decision="verify", version=version).status_code in (409, 422)


class TestStanding:
    def test_suspended_reinstated_revoked_each_with_a_letter(self, app, grace, waiting):
        decide(grace, waiting)
        for action, status in (("suspend", "suspended"), ("reinstate", "verified"), ("revoke", "revoked")):
            answer = grace.post(f"/admin/credentials/{waiting}/standing", {"action": action, "reason": "Complaint 12"})
            assert (answer.status_code, answer.json["status"]) == (200, status)
        assert letters(app)[1:] == [("credential_standing", action) for action in ("suspend", "reinstate", "revoke")]
        again = grace.post(f"/admin/credentials/{waiting}/standing", {"action": "reinstate", "reason": "x"})
        assert (again.status_code, again.json["code"]) == (409, "wrong_state")
        assert again.json["detail"].startswith("This credential is revoked, so it cannot be reinstated.")

    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"action": "suspend"},
            {"action": "suspend", "reason": " "},
            {"action": "erase", "reason": "x"},
            {"action": "suspend", "reason": "x" * 301},
        ],
    )
    def test_it_takes_a_reason(self, grace, waiting, body):
        decide(grace, waiting)
        assert grace.post(f"/admin/credentials/{waiting}/standing", body).status_code == 422

    def test_the_page(self, app, admins, visitor, grace, waiting):
        decide(grace, waiting)
        me = visitor(admins[0])
        me.open(f"/admin/credentials/{waiting}")
        assert me.submit(at="/standing", action="suspend", reason="").status_code == 422
        me.submit(at="/standing", action="suspend", reason="Complaint 12")
        assert "Suspended" in me.page.text
        assert "Reinstate" in me.page.text

    @pytest.mark.parametrize("action", ["suspend", "reinstate", "revoke"])
    def test_the_letter_can_be_read(self, app, grace, waiting, action, client):
        decide(grace, waiting)
        grace.post(f"/admin/credentials/{waiting}/standing", {"action": "suspend", "reason": "Complaint 12"})
        if action != "suspend":
            grace.post(f"/admin/credentials/{waiting}/standing", {"action": action, "reason": "Complaint 12"})
        with app.app_context():
            letter = db.session.scalars(select(Letter).order_by(Letter.id.desc())).first()
            text = app.jinja_env.get_template("letters/credential_standing.txt").render(facts=letter.facts, base_url="https://hands.test")
        assert text.startswith("Subject: ")
        assert "Complaint 12" in text
        assert "012345" not in text


class TestOldEvidence:
    def test_it_is_refused_and_the_page_offers_what_is_left(self, app, admins, grace, visitor, clock, waiting):
        clock.advance(days=121)
        answer = decide(grace, waiting)
        assert (answer.status_code, answer.json["code"], answer.json["document_days"]) == (422, "evidence_too_old", 120)
        assert "ask for them anew" in answer.json["detail"]
        me = visitor(admins[0])
        page = me.open(f"/admin/credentials/{waiting}").text
        assert "121 days old" in page
        assert 'id="verify"' not in page
        assert 'id="ask"' in page
        refused = me.submit(at=f"/admin/credentials/{waiting}", **VERIFY)
        assert refused.status_code == 422
        assert "After 120 days nothing is verified with them" in refused.text


class TestWithdrawing:
    def test_a_provider_takes_it_back_once(self, rosa, waiting):
        answer = rosa.post(f"/provider/credentials/{waiting}/withdraw")
        assert (answer.status_code, answer.json["status"]) == (200, "withdrawn")
        again = rosa.post(f"/provider/credentials/{waiting}/withdraw")
        assert (again.status_code, again.json["code"]) == (409, "wrong_state")
        assert rosa.get("/provider/credentials").json["items"] == []

    def test_what_lies_on_a_table_is_not_taken_back(self, grace, rosa, waiting):
        grace.post(f"/admin/credentials/{waiting}/take")
        assert rosa.post(f"/provider/credentials/{waiting}/withdraw").json["code"] == "wrong_state"

    def test_the_page(self, app, visitor):
        with app.app_context():
            account = AccountFactory(role="provider")
            provider = ProviderFactory(account=account)
            CredentialFactory(provider=provider, kind="npi", status="needs_info", plain_number="1234567893")
        me = visitor(account)
        me.open("/provider/credentials")
        me.submit(at="/withdraw")
        assert "Taken back" in me.page.text


class TestLookingAgain:
    @pytest.fixture
    def due(self, app, clock):
        with app.app_context():
            return CredentialFactory(provider=ProviderFactory(name="Anna Known"), next_check_on=clock.now.date()).public_id

    def test_still_so(self, grace, due):
        (item,) = grace.get("/admin/rechecks").json["items"]
        assert (item["id"], item["provider"]["name"], "number" in item) == (due, "Anna Known", False)
        answer = grace.post(f"/admin/credentials/{due}/recheck", {"outcome": "still_so", "source": "State", "source_value": "REGISTERED"})
        assert (answer.status_code, answer.json["status"], answer.json["next_check_on"]) == (200, "verified", "2027-02-11")
        assert grace.get("/admin/rechecks").json == {"items": [], "next": None}
        assert answer.json["decisions"][0]["decision"] == "still_so"

    def test_no_longer_so(self, app, grace, due):
        body = {"outcome": "no_longer_so", "source": "State", "source_value": "NOT REGISTERED"}
        assert [fault["field"] for fault in grace.post(f"/admin/credentials/{due}/recheck", body).json["errors"]] == ["note"]
        answer = grace.post(f"/admin/credentials/{due}/recheck", body | {"note": "Lapsed"})
        assert answer.json["status"] == "suspended"
        assert letters(app) == [("credential_standing", "suspend")]

    def test_a_day_behind_us_is_refused(self, grace, due):
        body = {"outcome": "still_so", "source": "State", "source_value": "x", "next_check_on": "2027-01-12"}
        assert [fault["field"] for fault in grace.post(f"/admin/credentials/{due}/recheck", body).json["errors"]] == ["next_check_on"]

    def test_the_pages(self, admins, visitor, due):
        me = visitor(admins[0])
        assert "To look at again: 1" in me.open("/admin/rechecks").text
        me.open(f"/admin/rechecks/{due}")
        assert me.submit(at=due, outcome="no_longer_so").status_code == 422
        me.submit(at=due, outcome="still_so")
        assert "Nothing is due" in me.page.text

    @pytest.mark.parametrize("cursor", ["%%%", "cjk5OTk"])
    def test_a_cursor_that_leads_nowhere(self, admins, visitor, due, cursor):
        assert visitor(admins[0]).open("/admin/rechecks", cursor=cursor).status_code == 200


class TestQueue:
    def test_it_is_narrowed_by_kind_and_status(self, grace, rosa, waiting):
        other = rosa.post("/provider/credentials", FACTS | {"kind": "background_check"}).json["id"]
        assert [item["id"] for item in grace.get("/admin/credentials", kind="background_check").json["items"]] == [other]
        assert [item["id"] for item in grace.get("/admin/credentials", kind="license", status="submitted").json["items"]] == [waiting]
        assert grace.get("/admin/credentials", kind="spell").json["code"] == "bad_kind"

    def test_the_page_counts_and_keeps_what_it_is_narrowed_to(self, admins, visitor, rosa, waiting):
        rosa.post("/provider/credentials", FACTS | {"kind": "background_check"})
        me = visitor(admins[0])
        page = me.open("/admin/credentials", kind="license").text
        assert "To check: 2" in page
        assert "License (1)" in page
        assert f"/admin/credentials/{waiting}?kind=license" in page
        me.open(f"/admin/credentials/{waiting}", kind="license")
        me.submit(at=f"/admin/credentials/{waiting}", decision="verify")
        assert me.page.request.path == "/admin/credentials"

    def test_what_makes_no_sense_shows_the_whole_queue(self, admins, visitor, waiting):
        assert visitor(admins[0]).open("/admin/credentials", status="expired").status_code == 200

    def test_the_state_page_opens_beside_without_telling_where_one_comes_from(self, admins, visitor, waiting):
        page = visitor(admins[0]).open(f"/admin/credentials/{waiting}").text
        (link,) = re.findall(r"<a [^>]*eservices[^>]*>", page)
        assert 'rel="noopener noreferrer"' in link
        assert '<code class="pick" id="number">012345</code>' in page

    def test_the_number_of_statements_does_not_grow_with_the_queue(self, app, grace, statements):
        def count():
            with statements() as seen:
                assert grace.get("/admin/credentials", status="submitted").status_code == 200
            return len(seen)

        with app.app_context():
            CredentialFactory(status="submitted")
        few = count()
        with app.app_context():
            for _ in range(8):
                CredentialFactory(status="submitted")
        assert count() == few
