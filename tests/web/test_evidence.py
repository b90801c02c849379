"""The page and the answer behind each badge: everything about the check, nothing of the paper."""

import re
from datetime import date, timedelta
from html import unescape

import pytest
from sqlalchemy import select

from booking.openings.forms.explaining import explain_kind
from booking.openings.rules.evidencing import EXPLAINED
from marketplace.db import db
from marketplace.kernel.walltime import day_begin, from_minute
from providers.credentials.catalogue import kinds
from providers.credentials.models import Credential
from tests.factories import AppointmentFactory, CredentialFactory, PersonFactory, ProviderFactory, bookable_provider
from tests.support.clocks import START
from tests.web.test_provider_page import text_of

KINDS = ("license", "liability_insurance", "physician_collaboration", "certificate", "background_check", "npi")
TODAY = START.date()


@pytest.fixture
def anna(app):
    """Somebody in standing with a certificate that ended, a background check that is suspended, and no NPI."""
    with app.app_context():
        provider = bookable_provider(slug="anna", name="Anna Alder")
        CredentialFactory(
            provider=provider,
            kind="certificate",
            technique="prenatal",
            issuer="Institute",
            issued_on=date(2020, 1, 1),
            expires_on=date(2026, 12, 31),
        )
        CredentialFactory(
            provider=provider, kind="background_check", issuer="Careful Checks", status="suspended", next_check_on=date(2027, 6, 1)
        )
        CredentialFactory(
            provider=provider,
            kind="liability_insurance",
            status="submitted",
            issuer="New Mutual",
            expires_on=date(2029, 5, 31),
            verified_at=None,
            verified_by=None,
        )
        return provider


def evidence(client, kind):
    return client.get(f"/api/v1/providers/anna/evidence/{kind}").json


def test_a_check_is_told_whole(anna, client):
    words = text_of(client.get("/providers/anna/evidence/license"))
    for part in (
        "Checked, and in force",
        "Issued by New York State Education Department",
        "Checked at Public register",
        "Checked by A. Checker",
        "Valid until May 31, 2028",
    ):
        assert part in words
    assert "It does not say how good the work is." in words
    assert "Licenses in other states" in words
    said = evidence(client, "license")
    assert (said["status"], said["in_force"], said["required"], said["verified_on"]) == ("verified", True, True, "2026-10-14")
    assert said["not_checked"] == ["Licenses in other states", "Anything the state does not publish"]


@pytest.mark.parametrize(
    "kind, status, words",
    [
        ("liability_insurance", "verified", "A newer one has been handed in and waits to be checked."),
        ("certificate/prenatal", "expired", "Ended on Dec 31, 2026"),
        ("certificate", "expired", "Ended on Dec 31, 2026"),
        ("certificate/oncology", "not_checked", "We have not seen or checked this."),
        ("background_check", "suspended", "Not in force at present"),
        ("npi", "not_checked", "We have not seen or checked this."),
    ],
)
def test_every_state_is_said_truthfully(anna, client, kind, status, words):
    said = evidence(client, kind)
    assert said["status"] == status
    assert said["in_force"] == (status == "verified")
    assert words in text_of(client.get(f"/providers/anna/evidence/{kind}"))


def test_what_was_never_checked_names_no_source_and_nobody(anna, client):
    said = evidence(client, "npi")
    assert {said[name] for name in ("issuer", "source", "verified_on", "checked_by", "valid_until", "next_check_on")} == {None}
    assert said["means_not"]
    assert said["not_checked"]


@pytest.mark.parametrize("days, status", [(0, "expiring"), (-1, "expired"), (30, "expiring"), (31, "verified")])
def test_the_last_day_decides(app, anna, client, days, status):
    with app.app_context():
        CredentialFactory(provider=anna, kind="npi", expires_on=TODAY + timedelta(days=days), plain_number="1234567893")
    assert evidence(client, "npi")["status"] == status


@pytest.mark.parametrize("last", [date(2027, 1, 14), date(2027, 3, 13), date(2027, 3, 14), date(2027, 11, 7)])
def test_a_lapse_is_exact_to_the_second(app, anna, client, clock, last):
    """New York's midnight ends it, also around the days on which the clocks change: one second before it stands, then it does not."""
    with app.app_context():
        license_of(anna).valid_until = last
        db.session.commit()
    midnight = from_minute(day_begin(last + timedelta(days=1)))
    for now, status in ((midnight - timedelta(seconds=1), "expiring"), (midnight, "expired")):
        clock.set(now)
        profile = client.get("/api/v1/providers/anna").json
        assert next(one["status"] for one in profile["credentials"] if one["kind"] == "license") == status
        assert evidence(client, "license")["in_force"] == (status == "expiring")
        assert ("License registered to" in text_of(client.get("/providers/anna"))) == (status == "expiring")


def license_of(provider):
    return db.session.scalars(select(Credential).where(Credential.provider_id == provider.id, Credential.kind == "license")).one()


@pytest.mark.parametrize("status", ["rejected", "withdrawn", "draft", "needs_info"])
def test_what_was_refused_or_taken_back_is_nobodys_business(app, anna, client, status):
    with app.app_context():
        CredentialFactory(provider=anna, kind="npi", status=status)
    assert evidence(client, "npi")["status"] == "not_checked"


@pytest.mark.parametrize(
    "path", ["anna/evidence/passport", "anna/evidence/license/prenatal", "anna/evidence/certificate/magic", "nobody/evidence/license"]
)
def test_there_is_no_page_for_nothing(anna, client, path):
    assert client.get(f"/providers/{path}").status_code == 404
    assert client.get(f"/api/v1/providers/{path}").status_code == 404


@pytest.mark.parametrize("state", ["draft", "submitted", "suspended"])
def test_nobody_unlisted_has_pages(app, client, state):
    with app.app_context():
        CredentialFactory(provider=ProviderFactory(slug="bea", state=state))
    assert client.get("/providers/bea/evidence/license").status_code == 404
    assert client.get("/api/v1/providers/bea/evidence/license").status_code == 404


def test_no_number_and_no_private_word_leaves(app, anna, client):
    with app.app_context():
        numbers = db.session.scalars(select(Credential.number).where(Credential.provider_id == anna.id)).all()
    assert all(numbers)
    for kind in KINDS:
        for page in (client.get(f"/providers/anna/evidence/{kind}").text, client.get(f"/api/v1/providers/anna/evidence/{kind}").text):
            assert not any(number in page for number in numbers)
            assert "1234567893" not in page


def test_a_named_physicians_number_is_nobodys_business(app, anna, client):
    with app.app_context():
        row = db.session.scalars(
            select(Credential).where(Credential.provider_id == anna.id, Credential.kind == "physician_collaboration")
        ).one()
        row.partner_named, row.details = True, {**row.details, "name": "Dr. Zoe Zimmer", "npi": "1689872012", "practice": "West Side"}
        db.session.commit()
    for path in ("", "/evidence/physician_collaboration"):
        for page in (client.get(f"/providers/anna{path}").text, client.get(f"/api/v1/providers/anna{path}").text):
            assert "1689872012" not in page
    assert evidence(client, "physician_collaboration")["works_with"]["name"] == "Dr. Zoe Zimmer"


def test_who_they_work_with_is_named(anna, client):
    named = evidence(client, "physician_collaboration")["works_with"]
    assert set(named) <= {"name", "profession", "practice", "relation"}
    assert (named["profession"], named["relation"]) == ("physician", "referral")
    assert "Physician" in text_of(client.get("/providers/anna/evidence/physician_collaboration"))


@pytest.mark.parametrize(
    "path",
    [
        "/providers/anna",
        "/search?near=10024",
        "/providers/anna/start?service=medical-massage&minutes=60&setting=clinic&starts_at=2027-01-13T10:00:00-05:00",
    ],
)
def test_badges_lead_to_their_pages(anna, client, path):
    hrefs = set(re.findall(r'href="(/providers/anna/evidence/[^"]+)"', client.get(path).text))
    assert {
        "/providers/anna/evidence/license",
        "/providers/anna/evidence/liability_insurance",
        "/providers/anna/evidence/physician_collaboration",
    } <= hrefs
    assert all(client.get(href).status_code == 200 for href in hrefs)


def test_the_profile_links_what_was_not_checked_too(anna, client):
    assert 'href="/providers/anna/evidence/npi"' in client.get("/providers/anna").text


def done_with(provider, people, visits=2):
    """So many people with so many completed visits each, a week apart."""
    for person in range(people):
        whose = PersonFactory(account=None, name=f"Guest {person}")
        for number in range(visits):
            at = START - timedelta(days=70 - 7 * number, hours=-person)
            AppointmentFactory(provider=provider, person=whose, status="completed", starts_at=at, claim__live=False)


@pytest.mark.parametrize(("people", "told"), [(4, None), (5, {"repeat_clients": 5, "same_provider_percent": 100, "since": "2026-11-03"})])
def test_continuity_is_told_from_five_people_who_came_again(app, anna, client, people, told):
    with app.app_context():
        done_with(anna, people)
    assert client.get("/api/v1/providers/anna").json["continuity"] == told
    words = text_of(client.get("/providers/anna"))
    assert ("100% of 5 clients who had another visit had every one of them with Anna Alder." in words) == bool(told)
    assert ("Not enough visits yet" in words) == (told is None)


@pytest.mark.parametrize("kind", [*KINDS, "evening_staffing"])
def test_every_sentence_goes_through_the_readers_language(anna, client, monkeypatch, kind):
    """Marked where it is translated: page and program show no sentence without the mark, and figures come after the translation."""
    monkeypatch.setattr("booking.openings.forms.explaining._", lambda text, **words: f"«{text}»" % words)
    told = evidence(client, kind)
    sentences = [told["asked"], told["means"], *told["means_not"], *told["not_checked"]]
    assert all(one.startswith("«") and one.endswith("»") and "%(" not in one for one in sentences)
    shown = unescape(text_of(client.get(f"/providers/anna/evidence/{kind}")))
    assert [one for one in sentences if one.replace("\u00a0", " ") not in shown] == []


def test_every_kind_is_explained():
    assert tuple(kinds().kinds) == tuple(code for code in kinds().kinds if code in EXPLAINED)
    assert all(explain_kind(code).not_checked for code in EXPLAINED)
