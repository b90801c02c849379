"""Applying, screen by screen, without scripts."""

import io

import pytest
from sqlalchemy import select, text

from marketplace.audit import AuditEntry
from marketplace.db import db
from providers.credentials.models import Credential, CredentialDocument
from providers.profiles.catalogue import attestation
from providers.profiles.models import ApplicationDraft
from providers.profiles.rules import APPLY_STEPS
from providers.registry.models import Provider
from tests.factories import (
    AccountFactory,
    ApplicationDraftFactory,
    ServiceDurationFactory,
    ServiceFactory,
    WeeklyHoursFactory,
    bookable_provider,
)
from tests.support.callers import forms_of

PDF = b"%PDF-1.7\n%%EOF"
YOU = {"name": "Rosa L.", "legal_name": "Rosa Maria Lindqvist", "phone": "(212) 555-0147", "languages": ["en", "es"]}
LICENSE = {
    "profession": "lmt",
    "l-number": "027-012345".removeprefix("027-"),
    "l-issued_on": "2016-06-15",
    "l-expires_on": "2028-05-31",
    "l-holder_name": "Rosa Maria Lindqvist",
}
INSURANCE = {
    "i-issuer": "Hands and Heart Mutual",
    "i-number": "PL-4471",
    "i-issued_on": "2026-06-01",
    "i-expires_on": "2027-05-31",
    "i-holder_name": "Rosa Maria Lindqvist",
    "i-per_occurrence_cents": "2000000",
    "i-aggregate_cents": "6,000,000",
}


@pytest.fixture
def account(app):
    with app.app_context():
        return AccountFactory(role="provider", name="Rosa Lindqvist")


class Applicant:
    """Somebody who fills in screens; files go along."""

    def __init__(self, person):
        self.person = person

    def open(self, step):
        return self.person.open(f"/provider/apply/{step}")

    def send(self, step, files=None, *, then="next", **typed):
        page = self.open(step)
        form = next(one for one in forms_of(page) if (one["action"] or "").endswith(f"/apply/{step}"))
        values = {name: value for name, value in (form["values"] | {"then": then} | typed).items() if value is not None}
        files = {name: (io.BytesIO(content), "scan.pdf") for name, content in (files or {}).items()}
        self.person.page = self.person.client.post(form["action"], data=values | files, follow_redirects=True)
        return self.person.page


@pytest.fixture
def applicant(visitor, account):
    return Applicant(visitor(account))


def rows(app, model):
    with app.app_context():
        return db.session.scalars(select(model).order_by(model.id)).all()


def test_whoever_is_new_lands_on_the_first_screen_and_looking_stores_nothing(app, applicant):
    page = applicant.person.open("/welcome")
    assert page.request.path == "/provider/apply/you"
    for step in APPLY_STEPS:
        page = applicant.open(step)
        assert page.status_code == 200
        assert "Still missing" in page.text
        assert 'href="/provider/apply/license">Send in: New York State license' in page.text
    assert rows(app, Provider) == []


def test_whoever_is_listed_goes_to_today(app, applicant, account):
    with app.app_context():
        bookable_provider(account=account)
    assert applicant.person.open("/welcome").request.path == "/provider"
    assert applicant.open("you").request.path == "/provider"


def test_a_screen_is_saved_and_the_next_one_opens(app, applicant):
    page = applicant.send("you", **YOU)
    assert page.request.path == "/provider/apply/license"
    (provider,) = rows(app, Provider)
    assert (provider.name, provider.legal_name, provider.phone, provider.languages) == (
        "Rosa L.",
        "Rosa Maria Lindqvist",
        "+12125550147",
        ["en", "es"],
    )
    with app.app_context():
        sealed = db.session.execute(text("SELECT legal_name FROM provider")).scalar()
    assert "Lindqvist" not in str(sealed)
    assert 'value="Rosa Maria Lindqvist"' in page.text  # the license is made out to that name


def test_coming_back_later_lands_where_something_is_missing(applicant):
    assert applicant.send("you", then="later", **YOU).request.path == "/provider"
    assert applicant.person.open("/welcome").request.path == "/provider/apply/license"


HALF = {"profession": "pt", "l-number": "0971", "l-issued_on": "2016-06-15", "l-holder_name": "Rosa Maria Lindqvist"}
HALF_INSURED = {"i-issuer": "Hands and Heart Mutual", "i-number": "PL-4471-ZZ", "i-per_occurrence_cents": "2000000"}


@pytest.mark.parametrize("then, lands", [("later", "/provider"), ("back", "/provider/apply/you")])
def test_a_half_filled_license_is_kept_and_shown_again(app, applicant, then, lands):
    page = applicant.send("license", {"l-file": PDF}, then=then, **HALF | {"l-number": "many"})
    assert page.request.path == lands
    assert "Kept as a draft: nothing of it is sent in yet." in page.text
    again = applicant.open("license")
    assert "This is a draft that you kept on" in again.text
    assert 'value="many"' in again.text
    assert 'value="2016-06-15"' in again.text
    assert '<option value="pt" selected' in again.text
    assert "aria-invalid" not in again.text, "whoever comes back is not scolded"


@pytest.mark.parametrize("then", ["later", "back"])
def test_a_draft_is_nothing_that_was_handed_in(app, applicant, program, account, then):
    applicant.send("insurance", {"i-file": PDF}, then=then, **HALF_INSURED)
    assert rows(app, Credential) == rows(app, CredentialDocument) == []
    desk = program(account)
    assert desk.get("/provider/credentials").json["items"] == []
    assert "liability_insurance" in {one["code"] for one in desk.get("/provider/profile").json["missing"]}
    assert 'href="/provider/apply/insurance">Send in: Liability insurance' in applicant.open("review").text
    assert desk.post("/provider/submit").status_code == 422


def test_a_draft_is_sealed(app, applicant):
    applicant.send("insurance", then="later", **HALF_INSURED)
    (draft,) = rows(app, ApplicationDraft)
    assert draft.content["rows"]["i-"]["number"] == "PL-4471-ZZ"
    with app.app_context():
        sealed = db.session.execute(text("SELECT content FROM application_draft")).scalar()
        told = [str(one.details) for one in db.session.scalars(select(AuditEntry)).all()]
    assert "PL-4471" not in sealed
    assert "Mutual" not in sealed
    assert not any("PL-4471" in one for one in told)


def test_a_draft_is_deleted_once_its_screen_is_whole(app, applicant):
    applicant.send("license", then="later", **HALF)
    assert applicant.send("license", **LICENSE).request.path == "/provider/apply/insurance"
    assert [one.status for one in rows(app, Credential)] == ["submitted"]
    assert rows(app, ApplicationDraft) == []
    assert "This is a draft" not in applicant.open("license").text


def test_one_goes_on_with_a_draft_where_one_stopped(app, applicant):
    applicant.send("license", then="back", **HALF)
    page = applicant.send("license", **{"l-number": "012345", "l-expires_on": "2028-05-31"})
    assert page.request.path == "/provider/apply/insurance"
    (credential,) = rows(app, Credential)
    assert (credential.number, str(credential.issued_on)) == ("012345", "2016-06-15")


def test_a_newer_draft_takes_the_place_of_the_older_one(app, applicant):
    applicant.send("license", then="later", **HALF)
    applicant.send("license", then="later", **{"l-number": "0972"})
    (draft,) = rows(app, ApplicationDraft)
    assert draft.content["rows"]["l-"]["number"] == "0972"


def test_who_goes_back_with_a_whole_screen_has_handed_it_in(app, applicant):
    assert applicant.send("license", then="back", **LICENSE).request.path == "/provider/apply/you"
    assert [one.kind for one in rows(app, Credential)] == ["license"]
    assert rows(app, ApplicationDraft) == []


@pytest.mark.parametrize("step", ["insurance", "practice", "techniques", "more", "attest", "review"])
def test_leaving_a_screen_on_which_nothing_was_typed_keeps_nothing(app, applicant, step):
    page = applicant.send(step, then="back")
    assert page.request.path == f"/provider/apply/{APPLY_STEPS[APPLY_STEPS.index(step) - 1]}"
    assert rows(app, ApplicationDraft) == []


def test_every_screen_with_fields_keeps_its_half(app, applicant):
    applicant.send("you", then="later", **YOU | {"name": "", "phone": "twelve"})
    applicant.send("practice", then="back", headline="A line of many words " * 20, about="Half a sentence", settings=["home"])
    applicant.send("techniques", then="back", **{"prenatal-issuer": "A school"})
    applicant.send("more", then="back", **{"npi-number": "123"})
    assert [one.step for one in rows(app, ApplicationDraft)] == ["you", "practice", "techniques", "more"]
    for step, words in (
        ("you", 'value="twelve"'),
        ("practice", "Half a sentence"),
        ("techniques", 'value="A school"'),
        ("more", 'value="123"'),
    ):
        assert words in applicant.open(step).text


def test_a_draft_that_is_overtaken_by_a_program_is_not_shown(app, applicant, program, account, clock):
    applicant.send("license", then="later", **HALF)
    clock.advance(minutes=1)
    facts = {"kind": "license", "issuer": "NYSED", "number": "012345", "holder_name": "Rosa", "issued_on": "2016-06-15"}
    assert program(account).post("/provider/credentials", facts | {"expires_on": "2028-05-31"}).status_code == 201
    page = applicant.open("license")
    assert "This is a draft" not in page.text
    assert 'value="012345"' in page.text


def test_drafts_are_gone_with_the_application_sent_in(app, account, program):
    with app.app_context():
        provider = bookable_provider(account=account, state="draft", listed_at=None, headline="Necks", about="Long.", phone="+12125550147")
        ApplicationDraftFactory(provider=provider, step="more")
        ApplicationDraftFactory(step="more")
    assert program(account).post("/provider/submit").status_code == 200
    assert [one.provider_id != provider.id for one in rows(app, ApplicationDraft)] == [True]


def test_more_than_a_screen_can_hold_is_not_kept(app, applicant):
    page = applicant.send("license", then="later", **HALF | {"l-number": "9" * 30_000})
    assert page.status_code == 422
    assert "This is more than a screen can hold." in page.text
    assert rows(app, ApplicationDraft) == []


def test_nobody_sees_the_draft_of_another(app, applicant, visitor):
    applicant.send("license", then="later", **HALF)
    with app.app_context():
        other = AccountFactory(role="provider")
    assert "0971" not in Applicant(visitor(other)).open("license").text


def test_a_fault_keeps_what_was_typed(app, applicant):
    page = applicant.send("you", **YOU | {"phone": "twelve", "name": ""})
    assert page.status_code == 422
    assert 'value="twelve"' in page.text
    assert 'id="phone-error"' in page.text
    assert 'id="name-error"' in page.text
    assert rows(app, Provider) == []


def test_the_license_is_handed_in_with_its_file_in_step(app, applicant):
    page = applicant.send("license", {"l-file": PDF}, **LICENSE)
    assert page.request.path == "/provider/apply/insurance"
    (credential,) = rows(app, Credential)
    assert (credential.kind, credential.number, credential.status) == ("license", "012345", "submitted")
    assert credential.details == {"profession_code": "027"}
    assert [one.media_type for one in rows(app, CredentialDocument)] == ["application/pdf"]
    assert "Sent in" in applicant.open("license").text


@pytest.mark.parametrize(("profession", "details"), [("physician", {"profession_code": "060"}), ("pt", {})])
def test_a_license_goes_with_the_code_of_its_profession_or_with_none(app, applicant, profession, details):
    """Also for somebody who was a massage therapist one save before."""
    applicant.send("license", {"l-file": PDF}, **LICENSE)
    applicant.send("license", **LICENSE | {"profession": profession})
    assert rows(app, Credential)[-1].details == details


def test_going_through_a_saved_screen_again_hands_in_nothing_anew(app, applicant):
    applicant.send("license", {"l-file": PDF}, **LICENSE)
    assert applicant.send("license").request.path == "/provider/apply/insurance"
    assert len(rows(app, Credential)) == 1
    applicant.send("license", **{"l-expires_on": "2029-05-31"})
    assert [one.version for one in rows(app, Credential) if one.status == "submitted"] == [2]


def test_a_wrong_number_day_and_file_are_said_beside_their_fields(app, applicant):
    page = applicant.send("license", {"l-file": b"GIF89a"}, **LICENSE | {"profession": "pt"})
    assert page.status_code == 422
    assert 'id="l-file-error"' in page.text
    page = applicant.send("license", **LICENSE | {"l-number": "many", "l-expires_on": None})
    assert 'id="l-number-error"' in page.text
    assert 'value="many"' in page.text
    page = applicant.send("license", **LICENSE | {"l-expires_on": "5/31/2028"})
    assert 'id="l-expires_on-error"' in page.text
    assert 'value="5/31/2028"' in page.text
    assert rows(app, Credential) == []
    assert rows(app, Provider) == []


def test_claims_made_asks_for_its_retroactive_date(app, applicant):
    page = applicant.send("insurance", **INSURANCE | {"i-form": "claims_made"})
    assert page.status_code == 422
    assert 'id="i-retroactive_on-error"' in page.text
    page = applicant.send("insurance", **INSURANCE | {"i-form": "claims_made", "i-retroactive_on": "2020-01-01"})
    assert page.request.path == "/provider/apply/practice"
    (credential,) = rows(app, Credential)
    assert credential.details["retroactive_on"] == "2020-01-01"
    assert credential.details["aggregate_cents"] == 600_000_000


def test_optional_screens_may_be_left_empty(app, applicant):
    assert applicant.send("techniques").request.path == "/provider/apply/more"
    assert applicant.send("more").request.path == "/provider/apply/attest"
    assert rows(app, Credential) == []


def test_a_certificate_and_an_npi_are_handed_in(app, applicant):
    page = applicant.send(
        "techniques",
        {"prenatal-file": PDF},
        **{"prenatal-issuer": "A school", "prenatal-holder_name": "Rosa Lindqvist", "prenatal-issued_on": "2020-02-02"},
    )
    assert page.request.path == "/provider/apply/more"
    assert applicant.send("more", **{"npi-number": "1234567890", "npi-holder_name": "Rosa"}).status_code == 422
    assert applicant.send("more", **{"npi-number": "1234567893", "npi-holder_name": "Rosa"}).request.path == "/provider/apply/attest"
    assert [(one.kind, one.technique) for one in rows(app, Credential)] == [("certificate", "prenatal"), ("npi", None)]


def test_a_signature_is_kept_with_version_and_instant(app, applicant, clock):
    assert applicant.send("attest").status_code == 422
    assert applicant.send("attest", accepted="yes", version="99").status_code == 422
    assert applicant.send("attest", accepted="yes").request.path == "/provider/apply/review"
    (provider,) = rows(app, Provider)
    assert (provider.attested_at, provider.attestation_version) == (clock.now, attestation().version)
    with app.app_context():
        assert "provider_attested" in db.session.scalars(select(AuditEntry.verb)).all()


def test_the_last_screen_sends_nothing_in_while_something_is_missing(app, applicant):
    applicant.send("you", **YOU)
    page = applicant.send("review", then="send")
    assert page.status_code == 422
    assert rows(app, Provider)[0].state == "draft"


def test_the_whole_way_ends_submitted_and_on_today(app, applicant):
    applicant.send("you", **YOU)
    applicant.send("license", {"l-file": PDF}, **LICENSE)
    applicant.send("insurance", {"i-file": PDF}, **INSURANCE)
    applicant.send("practice", headline="Necks that sit all day", about="Twelve years.", settings=["home"])
    applicant.send("attest", accepted="yes")
    with app.app_context():
        (provider,) = db.session.scalars(select(Provider)).all()
        ServiceDurationFactory(service=ServiceFactory(provider=provider, settings=["home"], techniques=["prenatal"]))
        WeeklyHoursFactory(provider=provider, settings=["home"], place=None)
    assert "Say how far" not in applicant.person.open("/provider/services").text
    page = applicant.person.open("/provider/areas")
    assert "One thing is still missing." in page.text
    assert 'href="/provider/apply/practice"' in page.text
    applicant.person.submit(at="/provider/areas", mode="subway", zips="10003 10009", setup_minutes="15", pack_minutes="10")
    page = applicant.open("review")
    assert "Prenatal massage: not bookable without its certificate." in page.text
    page = applicant.send("review", then="send")
    assert page.request.path == "/provider"
    assert "Your application is with us." in page.text
    assert rows(app, Provider)[0].state == "submitted"
    assert applicant.person.open("/welcome").request.path == "/provider"


def test_programs_may_send_in_with_or_without_a_signature(app, program, account):
    with app.app_context():
        provider = bookable_provider(account=account, state="draft", listed_at=None, headline="Necks", about="Long.", phone="+12125550147")
        slug = provider.slug
        admin = AccountFactory(role="admin")
    desk, staff = program(account), program(admin)
    assert desk.post("/provider/submit", {"attestation": {"version": 99, "accepted": True}}).json["code"] == "attestation_outdated"
    assert desk.post("/provider/submit", {"attestation": {"version": 1, "accepted": False}}).status_code == 422
    assert desk.post("/provider/submit", {"signed": True}).status_code == 400
    answer = desk.post("/provider/submit")
    assert answer.status_code == 200, answer.json
    assert answer.json["attested"] is None
    listed = next(one for one in staff.get("/admin/providers").json["items"] if one["slug"] == slug)
    assert listed["attested_at"] is None


def test_a_signature_by_a_program_is_kept_and_admins_see_who_has_none(app, program, account, visitor):
    with app.app_context():
        bookable_provider(
            account=account, slug="rosa", state="draft", listed_at=None, headline="Necks", about="Long.", phone="+12125550147"
        )
        bookable_provider(slug="bea")
        admin = AccountFactory(role="admin")
    answer = program(account).post("/provider/submit", {"attestation": {"version": 1, "accepted": True}})
    assert answer.json["attested"]["version"] == 1
    staff = visitor(admin)
    assert "Signed the statement on" in staff.open("/admin/providers/rosa").text
    assert "Not attested" in staff.open("/admin/providers/bea").text
