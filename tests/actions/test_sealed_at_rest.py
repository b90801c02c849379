"""What is sealed stands nowhere in the database's files as it was typed: not in the file, not in its write-ahead log."""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from marketplace.db import db, transaction
from marketplace.outbox.models import Letter
from providers.profiles.actions.drafting import keep_draft
from providers.registry.rules import Owner
from tests.factories import AccountFactory, CredentialFactory, bookable_provider, person_of
from tests.support.databases import Database
from tests.support.visits import book_visit, clear_answers, traveling_provider

STREET, UNIT, WAY_IN = "4711 Zzstreetzz Avenue", "Zzunitzz", "zzdoormanzz"
PHONE, NUMBER, TOTP, NOTE = "+12125557131", "ZZ0271828", "ZZTOTPSECRETZZ", "zznotezz for the therapist"
WRITTEN = "zzwrittenzz of the shoulder"
BLOCK_NOTE, CANCEL_NOTE, BASE = "zzblocknotezz", "zzcancelnotezz", "17 Zzbasezz Street"
DRAFTED = "zzdrafted0975zz"
PRESCRIBER, DIAGNOSIS, TREATMENT = "Dr. Zzprescriberzz", "Zzdiagnosiszz pain", "Zztreatmentzz"
SIGNER, PROFESSION, DECISION_NOTE = "Dr. Zzsignerzz", "zzprofessionzz", "zzdecisionzz is missing"


@pytest.fixture
def database(sqlite_database: Database) -> Database:
    return sqlite_database


def _everything(database: Database) -> bytes:
    file = Path(database.url.removeprefix("sqlite:///"))
    return b"".join(path.read_bytes() for path in sorted(file.parent.glob(f"{file.name}*")))


def _send_papers(client, doctor):
    paper = {"prescriber_name": PRESCRIBER, "prescriber_npi": "1234567893", "diagnosis": DIAGNOSIS, "icd10": "M54.50", "treatment": TREATMENT,
             "visits_allowed": 3, "issued_on": "2027-01-04", "expires_on": "2027-03-01"}  # fmt: skip
    assert client.post("/prescriptions", paper, key="k5").status_code == 201
    word = {"signer_name": SIGNER, "signer_profession": PROFESSION, "signed_on": "2027-01-11", "expires_on": "2027-03-01",
            "covers": ["aneurysm"], "provider": "anna"}  # fmt: skip
    sent = client.post("/clearances", word, key="k6")
    assert sent.status_code == 201
    asked = {"signer_name": SIGNER, "signer_profession": PROFESSION, "email": "d@example.com", "covers": ["kidney_liver"]}
    assert client.post("/clearances/requests", asked, key="k7").status_code == 201
    decided = doctor.post(f"/clearances/{sent.json['id']}/decision", {"decision": "reject", "note": DECISION_NOTE})
    assert decided.status_code == 200


def test_nothing_sealed_is_found_in_the_files(app, clock, program, database, caplog):
    with app.app_context():
        customer, desk = AccountFactory(role="client"), AccountFactory(role="provider")
        provider = bookable_provider(account=desk, slug="anna", phone=PHONE)
        mobile = traveling_provider()
        CredentialFactory(provider=provider, kind="certificate", number=NUMBER)
        person = person_of(customer)
        with transaction() as session:
            session.merge(customer).tf_totp_secret = TOTP
    client, doctor = program(customer), program(desk)
    start = clock.now + timedelta(days=2)
    with app.app_context():
        visit = book_visit(provider, person, start, clock.now).booked.appointment.public_id
    assert (
        client.patch("/me", {"phone": PHONE, "address": {"line1": STREET, "unit": UNIT, "access": WAY_IN}, "zip": "10024"}).status_code
        == 200
    )
    number = next(code for code, value in clear_answers().items() if value is False)
    screened = client.post("/screenings", {"answers": clear_answers(**{number: True})})
    assert screened.status_code == 201, screened.json
    clear = client.post("/screenings", {"answers": clear_answers()}).json["id"]
    hold = client.post(
        "/holds",
        {
            "provider": mobile.slug,
            "service": "medical-massage",
            "minutes": 60,
            "setting": "home",
            "zip": "10024",
            "starts_at": start.isoformat(),
        },
        key="k1",
    )
    assert hold.status_code == 201, hold.json
    version = client.get("/screenings/form").json["consent"]["version"]
    made = client.post(
        "/appointments",
        {"hold": hold.json["id"], "screening": clear, "consent": {"version": version, "accepted": True}, "note": NOTE,
         "place": {"line1": STREET, "unit": UNIT, "zip": "10024", "access": WAY_IN}},
        key="k2",
    )  # fmt: skip
    assert made.status_code == 201, made.json
    assert doctor.put(f"/appointments/{visit}/note", {"subjective": WRITTEN}).status_code == 200
    assert client.post(f"/appointments/{visit}/cancel", {"note": CANCEL_NOTE}).status_code == 200
    blocked = {"starts_at": (start + timedelta(days=1)).isoformat(), "ends_at": (start + timedelta(days=2)).isoformat(), "note": BLOCK_NOTE}
    assert doctor.post("/provider/blocks", blocked, key="k3").status_code == 201
    area = {"mode": "subway", "base": {"line1": BASE, "zip": "10024"}, "zips": ["10024"], "setup_minutes": 10, "pack_minutes": 5}
    assert doctor.put("/provider/areas", area).status_code == 200
    credential = {"kind": "license", "issuer": "NYSED", "number": NUMBER, "holder_name": "A", "issued_on": "2020-01-01",
                  "expires_on": str(date(2028, 1, 1)), "details": {"profession_code": "27"}}  # fmt: skip
    assert doctor.post("/provider/credentials", credential, key="k4").status_code == 201
    _send_papers(client, doctor)
    with app.app_context():
        assert db.session.query(Letter).count() > 0
    with app.app_context():
        newcomer = AccountFactory(role="provider", name="New Hand")
        owner = Owner(newcomer.id, newcomer.name, f"account:{newcomer.public_id}")
        keep_draft(owner, "license", {"texts": {}, "rows": {"l-": {"number": DRAFTED}}}, clock.now)
    content = _everything(database)
    assert len(content) > 100_000
    assert json.dumps(made.json["reference"]).strip('"').encode() in content, "the files are read where the rows are"
    secrets = (
        STREET,
        UNIT,
        WAY_IN,
        PHONE,
        PHONE[-7:],
        NUMBER,
        TOTP,
        NOTE,
        WRITTEN,
        CANCEL_NOTE,
        BLOCK_NOTE,
        BASE,
        DRAFTED,
        PRESCRIBER,
        DIAGNOSIS,
        TREATMENT,
        PROFESSION,
        DECISION_NOTE,
        "aneurysm",
        "kidney_liver",
    )
    assert [secret for secret in secrets if secret.encode() in content] == []
    assert number.encode() not in content.replace(b"contraindication", b""), "the question a client said yes to"
    assert [secret for secret in secrets if secret in caplog.text] == []
