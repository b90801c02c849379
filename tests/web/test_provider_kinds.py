"""The kind of therapist as a field, a filter and a facet, for people and for programs."""

import pytest

from tests.factories import ClinicFactory, CredentialFactory, ProviderPlaceFactory, bookable_provider
from tests.web.test_provider_page import text_of

CHECKED = "Massage therapist with a checked certificate"
IN_A_CLINIC = "Works in a clinic or hospital"


@pytest.fixture
def people(app):
    """Anna has a certificate, Bea a room in a hospital, Carl is a physical therapist, Dora's certificate has not been checked."""
    with app.app_context():
        anna, bea, _carl, dora = (
            bookable_provider(slug=slug, name=name, profession=profession)
            for slug, name, profession in (
                ("anna", "Anna Alder", "lmt"),
                ("bea", "Bea Birch", "chiropractor"),
                ("carl", "Carl Cedar", "pt"),
                ("dora", "Dora Dogwood", "chiropractor"),
            )
        )
        CredentialFactory(provider=anna, kind="certificate", technique="prenatal")
        ProviderPlaceFactory(provider=bea, clinic_id=ClinicFactory(kind="hospital").id)
        CredentialFactory(provider=dora, kind="certificate", technique="prenatal", status="submitted", verified_at=None)


def found(client, **query):
    answer = client.get("/api/v1/providers", query_string={"near": "10024", "setting": "clinic"} | query).json
    return sorted(item["slug"] for item in answer["items"]), answer["facets"]["provider_kind"]


def test_each_is_told_what_kind_they_are(people, client):
    kinds = {slug: client.get(f"/api/v1/providers/{slug}").json["kinds"] for slug in ("anna", "bea", "carl", "dora")}
    assert kinds == {"anna": ["trained_lmt", "referral_lmt"], "bea": ["clinic_team"], "carl": ["physical_therapist"], "dora": []}
    items = client.get("/api/v1/providers?near=10024&setting=clinic").json["items"]
    assert {item["slug"]: item["kinds"] for item in items} == kinds


@pytest.mark.parametrize(
    "kind, slugs",
    [
        ("trained_lmt", ["anna"]),
        ("referral_lmt", ["anna"]),
        ("clinic_team", ["bea"]),
        ("physical_therapist", ["carl"]),
        ("clinic_team,physical_therapist", ["bea", "carl"]),
    ],
)
def test_search_by_kind_counts_beside_it(people, client, kind, slugs):
    counts = {"trained_lmt": 1, "referral_lmt": 1, "clinic_team": 1, "physical_therapist": 1}
    assert found(client, provider_kind=kind) == (slugs, counts)


def test_an_unknown_kind_is_refused(people, client):
    answer = client.get("/api/v1/providers?near=10024&provider_kind=guru")
    assert answer.status_code == 422
    assert [fault["field"] for fault in answer.json["errors"]] == ["provider_kind"]


def test_the_words_are_known_to_programs(client):
    assert client.get("/api/v1/meta").json["provider_kinds"] == ["trained_lmt", "clinic_team", "physical_therapist", "referral_lmt"]


def test_people_filter_and_read_it(people, client):
    page = client.get("/search?near=10024&setting=clinic")
    words = text_of(page)
    assert "Kind of therapist" in words
    assert f"Licensed massage therapist · {CHECKED}" in words
    assert 'name="provider_kind"' in page.text
    chosen = client.get("/search?near=10024&setting=clinic&provider_kind=clinic_team")
    assert "Bea Birch" in chosen.text
    assert "Anna Alder" not in chosen.text
    assert IN_A_CLINIC in text_of(chosen)
    assert "provider_kind=clinic_team" not in client.get("/search?near=10024&setting=clinic").text


def test_the_profile_says_it_and_repeats_nothing(people, client):
    assert f"Licensed massage therapist · {CHECKED}; Massage therapist who takes referrals" in text_of(client.get("/providers/anna"))
    assert "Physical therapist · Physical therapist" not in text_of(client.get("/providers/carl"))
