"""What is asked of whom: versions added by an admin, on the page and in the JSON, and what follows for search and holds."""

import pytest
from sqlalchemy import select

from marketplace.audit import AuditEntry
from marketplace.db import db
from providers.credentials.models import CredentialPolicy
from tests.factories import AccountFactory, CredentialFactory, PersonFactory, bookable_provider
from tests.support.visits import traveling_provider

HOME = {"background_check": [{"professions": [], "techniques": [], "settings": ["home", "hotel"]}]}
NEW = {
    "effective_from": "2027-01-20",
    "reason": "Homes and hotels ask for more.",
    "kinds": [{"code": "background_check", "requirements": [{"settings": ["home", "hotel"]}], "recheck_days": 180}],
}


@pytest.fixture
def admin_account(app):
    with app.app_context():
        return AccountFactory(role="admin", name="Grace Idowu")


@pytest.fixture
def admin(program, admin_account):
    return program(admin_account)


@pytest.fixture
def client_program(app, program):
    with app.app_context():
        account = AccountFactory()
        PersonFactory(account=account)
    return program(account)


@pytest.fixture
def traveler(app):
    with app.app_context():
        return traveling_provider(slug="traveler").id


def starts_by_day(program, slug, setting="home"):
    answer = program.get(
        f"/providers/{slug}/openings",
        service="medical-massage",
        minutes=60,
        setting=setting,
        zip="10024",
        from_="2027-01-18",
        to="2027-01-22",
    )
    assert answer.status_code == 200, answer.json
    return sorted({start[:10] for start in answer.json["openings"]})


def test_version_one_is_the_table_we_deliver(admin):
    (first,) = admin.get("/admin/policies").json["items"]
    assert (first["version"], first["in_force"], first["document_days"], first["evening_from_minute"]) == (1, True, 120, 1140)
    required = {kind["code"] for kind in first["kinds"] if kind["requirements"]}
    assert required == {"license", "liability_insurance"}
    assert {kind["code"]: kind["recheck_days"] for kind in first["kinds"]}["background_check"] == 365


def test_a_version_closes_the_settings_it_names_from_its_first_day_on_and_no_other(admin, client_program, app, traveler):
    with app.app_context():
        bookable_provider(slug="in-a-clinic")
    found = {"near": "10024", "from": "2027-01-20", "to": "2027-01-20"}
    assert starts_by_day(client_program, "traveler") == ["2027-01-18", "2027-01-19", "2027-01-20", "2027-01-21", "2027-01-22"]
    before = {one["slug"] for one in client_program.call("GET", "/providers", query_string=found).json["items"]}
    answer = admin.post("/admin/policies", NEW)
    assert (answer.status_code, answer.json["version"], answer.json["in_force"]) == (201, 2, False), answer.json
    assert starts_by_day(client_program, "traveler") == ["2027-01-18", "2027-01-19"]
    assert starts_by_day(client_program, "in-a-clinic", "clinic")[-1] == "2027-01-22"
    after = {one["slug"] for one in client_program.call("GET", "/providers", query_string=found).json["items"]}
    assert (before, after) == ({"traveler", "in-a-clinic"}, {"in-a-clinic"})
    wish = {"provider": "traveler", "service": "medical-massage", "minutes": 60, "setting": "home", "zip": "10024"}
    refused = client_program.post("/holds", wish | {"starts_at": "2027-01-20T10:00:00-05:00"})
    assert (refused.status_code, refused.json["code"]) == (422, "not_bookable")
    assert client_program.post("/holds", wish | {"starts_at": "2027-01-19T10:00:00-05:00"}).status_code == 201
    with app.app_context():
        provider = db.session.get_one(type(bookable_provider(slug="other")), traveler)
        CredentialFactory(provider=provider, kind="background_check")
    assert client_program.post("/holds", wish | {"starts_at": "2027-01-21T10:00:00-05:00"}).status_code == 201


def test_a_version_is_written_down_and_what_it_leaves_out_stays(admin, app):
    answer = admin.post("/admin/policies", NEW)
    kinds = {kind["code"]: kind for kind in answer.json["kinds"]}
    assert (kinds["background_check"]["recheck_days"], kinds["license"]["requirements"]) == (
        180,
        [{"professions": [], "techniques": [], "settings": []}],
    )
    with app.app_context():
        deeds = db.session.scalars(select(AuditEntry).where(AuditEntry.object_kind == "policy")).all()
        assert [(deed.verb, deed.object_id, deed.details["effective_from"]) for deed in deeds] == [("policy_added", "2", "2027-01-20")]


@pytest.mark.parametrize(
    "change, field",
    [
        ({"effective_from": "2027-01-11"}, "effective_from"),
        ({"reason": ""}, "reason"),
        ({"reminder_days": [30, 60]}, "reminder_days"),
        ({"reminder_days": ["soon"]}, "reminder_days"),
        ({"evening_from_minute": 300}, "evening_from_minute"),
        ({"insurance_minimums": {"per_occurrence_cents": 500_000_000}}, "aggregate_cents"),
        ({"kinds": [{"code": "license", "requirements": []}]}, "kinds[license].requirements"),
        ({"kinds": [{"code": "certificate", "requirements": [{}]}]}, "kinds[certificate].requirements"),
        ({"kinds": [{"code": "npi", "requirements": [{"settings": ["spa"]}]}]}, "kinds[0].requirements[0].settings"),
        ({"kinds": [{"code": "npi", "requirements": [{"professions": ["wizard"]}]}]}, "kinds[0].requirements[0].professions"),
        ({"kinds": [{"code": "diploma"}]}, "kinds[0].code"),
        ({"kinds": [{"code": "npi", "recheck_days": 0}]}, "kinds[0].recheck_days"),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_field(admin, app, change, field):
    answer = admin.post("/admin/policies", NEW | change)
    assert (answer.status_code, [fault["field"] for fault in answer.json["errors"]]) == (422, [field])
    with app.app_context():
        assert db.session.scalars(select(CredentialPolicy)).all() == []


def test_two_admins_do_not_write_over_each_other(admin):
    assert admin.post("/admin/policies", NEW | {"based_on": 1}).status_code == 201
    answer = admin.post("/admin/policies", NEW | {"based_on": 1})
    assert (answer.status_code, answer.json["code"]) == (409, "policy_changed")


def test_the_highest_version_that_has_begun_holds(admin, clock):
    admin.post("/admin/policies", NEW)
    admin.post("/admin/policies", NEW | {"effective_from": "2027-01-15", "expiring_days": 10})

    def in_force():
        return [one["version"] for one in admin.get("/admin/policies").json["items"] if one["in_force"]]

    assert in_force() == [1]
    clock.advance(days=3)
    assert in_force() == [3]
    clock.advance(days=10)
    assert in_force() == [3]


def test_the_page_adds_the_same_version(visitor, admin_account, admin):
    person = visitor(admin_account)
    page = person.open("/admin/policies")
    assert "What we ask for" in page.text
    sent = {
        "effective_from": "2027-01-20",
        "reason": "Homes ask for more.",
        "background_check-0-on": "1",
        "background_check-0-settings": ["home", "hotel"],
    }
    answer = person.submit(at="/admin/policies", **sent)
    assert "Version 2 is added" in answer.text
    newest = admin.get("/admin/policies").json["items"][0]
    assert {kind["code"]: kind["requirements"] for kind in newest["kinds"]}["background_check"] == HOME["background_check"]
    assert {kind["code"]: kind["requirements"] for kind in newest["kinds"]}["license"] == [
        {"professions": [], "techniques": [], "settings": []}
    ]
    assert newest["insurance_minimums"] == {"per_occurrence_cents": 100_000_000, "aggregate_cents": 300_000_000}
    assert (newest["evening_from_minute"], newest["reminder_days"]) == (1140, [90, 60, 30, 14, 7, 1])


def test_the_page_keeps_what_was_typed_when_something_is_wrong(visitor, admin_account):
    person = visitor(admin_account)
    person.open("/admin/policies")
    answer = person.submit(
        at="/admin/policies", effective_from="2027-01-20", reason="A try", **{"npi-0-on": "1", "npi-0-techniques": "levitation"}
    )
    assert answer.status_code == 422
    assert "levitation" in answer.text
    assert 'id="npi-0-techniques-error"' in answer.text


def test_versions_are_asked_about_once_a_request(admin, statements, app):
    admin.post("/admin/policies", NEW)
    with statements() as seen:
        admin.get("/admin/policies")
    assert sum("credential_policy" in one for one in seen) <= 3
