"""What is handed in to be checked is seen by its owner and the checkers alone: every address is asked, every letter and log is read.

The routes come from the application, so a page that is added tomorrow is asked too.
"""

import json
import logging
from datetime import timedelta
from itertools import product

import pytest
from sqlalchemy import select

from marketplace.audit import AuditEntry
from marketplace.db import db
from marketplace.outbox.models import Letter
from providers.credentials.models import Credential
from providers.registry.models import Provider
from tests.factories import (
    AccountFactory,
    ApplicationDraftFactory,
    CredentialDecisionFactory,
    CredentialDocumentFactory,
    CredentialFactory,
    ServiceAreaFactory,
    SourceCheckFactory,
    bookable_provider,
    person_of,
)
from tests.support.visits import book_visit
from tests.web.test_guards import values

KINDS = ("license", "liability_insurance", "physician_collaboration", "certificate", "background_check", "npi")
NUMBERS = {kind: f"90817{at}35" for at, kind in enumerate(KINDS)}
WORDS = {
    "the file": "zzdocumentzz",
    "the value seen": "zzseenzz",
    "the checker's note": "zznotezz",
    "the register's answer": "zzregisterzz",
    "the legal name": "zzlegalzz",
    "the phone": "5557131",
    "the base": "zzbasezz",
    "the draft": "zzdraftzz",
    "the partner's number": "1881018208",
    "the partner, who gave no leave": "zzpartnerzz",
    "the practice, which gave none": "zzpracticezz",
}
SECRETS = {**NUMBERS, **WORDS}
VISIT = "2027-01-14T10:00:00-05:00"
QUERIES = {
    "/search": {"near": "10024", "setting": "clinic"},
    "/api/v1/providers": {"near": "10024", "setting": "clinic"},
    "/api/v1/providers/anna/openings": {"service": "medical-massage", "minutes": "60", "setting": "clinic", "from": "2027-01-14", "to": "2027-01-15"},
    "/providers/anna/start": {"service": "medical-massage", "minutes": "60", "setting": "clinic", "starts_at": VISIT},
}  # fmt: skip


def leaks_in(text):
    """Which secrets stand in a text, by name."""
    return sorted(name for name, secret in SECRETS.items() if secret.lower() in text.lower())


@pytest.fixture
def world(app, clock):
    """Anna with everything that anybody ever hands in, seen and decided; a client with a visit to her; others."""
    with app.app_context():
        accounts = {role: AccountFactory(role="provider" if role == "owner" else role) for role in ("owner", "client", "provider", "admin")}
        stranger = AccountFactory(role="client")
        anna = bookable_provider(
            account=accounts["owner"], slug="anna", name="Anna Alder", phone="+12125557131", legal_name="Anna Zzlegalzz"
        )
        bookable_provider(account=accounts["provider"], slug="bea")
        ServiceAreaFactory(provider=anna, base={"line1": "17 Zzbasezz Street", "zip": "10024"})
        ApplicationDraftFactory(provider=anna, content={"rows": {"l-": {"number": WORDS["the draft"]}}})
        rows = {row.kind: row for row in db.session.scalars(select(Credential).where(Credential.provider_id == anna.id))}
        rows |= {
            kind: CredentialFactory(provider=anna, kind=kind, technique="prenatal" if kind == "certificate" else None)
            for kind in KINDS
            if kind not in rows
        }
        for kind, row in rows.items():
            row.number, row.holder_name = NUMBERS[kind], "Anna Zzlegalzz"
            if kind == "physician_collaboration":
                named = {"name": "Dr. Zzpartnerzz", "npi": WORDS["the partner's number"], "practice": "Zzpracticezz"}
                row.details, row.issuer = {**row.details, **named}, "Zzpracticezz"
        db.session.commit()
        files = [CredentialDocumentFactory(credential=row, plain=b"%PDF-1.7 zzdocumentzz").public_id for row in rows.values()]
        for row in rows.values():
            CredentialDecisionFactory(credential=row, source_value=WORDS["the value seen"], note=WORDS["the checker's note"])
            SourceCheckFactory(
                credential=row, source="state", value_seen=json.dumps({"fields": {}, "seen": {"status": WORDS["the register's answer"]}})
            )
        visit = book_visit(anna, person_of(accounts["client"]), clock.now + timedelta(days=2), clock.now).booked.appointment.public_id
        ids = [visit, anna.public_id, *files, *(row.public_id for row in rows.values())]
        db.session.remove()
    return {**accounts, "stranger": stranger}, ids


def addresses(app, ids):
    """Every address that can be asked for, with what exists in place of its variables."""
    known = {"slug": ["anna"], "kind": [*KINDS, "evening_staffing"], "technique": ["prenatal"], "public_id": ids, "page": ["how-we-verify"]}
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            if "GET" not in rule.methods or rule.endpoint == "static":
                continue
            choices = [values(converter, known.get(name)) for name, converter in rule._converters.items()]
            for chosen in product(*choices):
                yield rule.build(dict(zip(rule._converters, chosen, strict=True)), append_unknown=False)[1]


@pytest.mark.parametrize("who", ["nobody", "stranger", "client", "provider"])
def test_no_address_tells_anybody_else(app, world, program, visitor, who):
    accounts, ids = world
    account = accounts.get(who)
    caller, browser = program(account), visitor(account).client if account else app.test_client()
    found, seen = {}, 0
    for address in sorted(set(addresses(app, ids))):
        if address.startswith("/api/"):
            answer = caller.call("GET", address.removeprefix("/api/v1"), query_string=QUERIES.get(address))
        else:
            answer = browser.get(address, query_string=QUERIES.get(address))
        seen += answer.status_code == 200
        told = leaks_in(answer.data.decode("utf-8", "replace") + str(answer.headers))
        if who == "client" and "/appointments" in address:
            told = [one for one in told if one != "the phone"]  # a client with a booked visit may call
        if who == "client" and address.endswith("/estimate"):
            told = [one for one in told if one != "npi"]  # the law wants it there, and the register shows it to everybody
        if told:
            found[address] = told
    assert found == {}
    assert seen > 30, "the addresses are those of things that exist"


@pytest.mark.parametrize("who", ["client", "owner"])
def test_no_feed_tells(app, world, program, client, who):
    """Nor does the calendar of either side, at any detail; the phone may stand in a booked visit's whole entry."""
    me = program(world[0][who])
    feeds = me.get("/me/calendar").json["feeds"] or me.post("/me/calendar/rotate").json["feeds"]
    assert {feed["detail"] for feed in feeds} == {"busy", "brief", "full"}
    for feed in feeds:
        answer = client.get(feed["url"])
        assert "BEGIN:VEVENT" in answer.text
        assert set(leaks_in(answer.text)) <= ({"the phone"} if feed["detail"] == "full" else set())


def test_the_same_eyes_see_it_where_it_may_be_seen(app, world, program, visitor):
    """The sweep is not blind: the checkers' pages and the owner's have what it looks for."""
    accounts, ids = world
    browser = visitor(accounts["admin"]).client
    told = {
        one
        for address in set(addresses(app, ids))
        if address.startswith("/admin/")
        for one in leaks_in(browser.get(address).get_data(as_text=True))
    }
    assert told >= {"license", "liability_insurance", "npi", "the value seen", "the checker's note", "the legal name"}
    own = program(accounts["owner"]).get("/provider/credentials").get_data(as_text=True)
    assert set(leaks_in(own)) >= set(KINDS)


def test_no_letter_log_or_audit_entry_tells(app, world, program, visitor, caplog):
    """Everything that is done to credentials writes letters, logs and the audit; none of them has a number, a file or what was seen."""
    accounts, _ids = world
    caplog.set_level(logging.DEBUG)
    desk, staff = program(accounts["owner"]), program(accounts["admin"])
    numbers = iter(("90817035", "90817135"))
    for kind, facts in (("license", {"details": {"profession_code": "027"}}), ("liability_insurance", {"details": {"form": "occurrence"}})):
        body = {"kind": kind, "issuer": "NYSED", "number": next(numbers), "holder_name": "Anna Zzlegalzz", "expires_on": "2029-05-31"}
        made = desk.post("/provider/credentials", body | facts | {"issued_on": "2026-06-01"}, key=kind)
        assert made.status_code == 201, made.json
        where = f"/admin/credentials/{made.json['id']}"
        assert staff.post(f"{where}/take").status_code == 200
        finding = {"source": "Public search", "source_value": WORDS["the value seen"], "note": "All is well."}
        decided = staff.post(f"{where}/decision", {"decision": "verify", "valid_until": "2029-05-31", **finding})
        assert decided.status_code == 200, decided.json
        assert staff.post(f"{where}/standing", {"action": "suspend", "reason": "A question is open."}).status_code == 200
        anew = desk.put(f"/provider/credentials/{made.json['id']}", body | facts | {"issued_on": "2026-06-01", "expires_on": "2030-05-31"})
        assert anew.status_code in (200, 201), anew.json
    assert staff.post("/admin/providers/anna/suspend", {"reason": "A question is open."}).status_code == 200
    with app.app_context():
        letters = [f"{one.kind} {one.facts} {one.key}" for one in db.session.scalars(select(Letter))]
        entries = [f"{one.verb} {one.details} {one.object_id}" for one in db.session.scalars(select(AuditEntry))]
        assert db.session.scalars(select(Provider.state).where(Provider.slug == "anna")).one() == "suspended"
    assert {one.partition(" ")[0] for one in letters} >= {"credential_decided", "credential_standing", "provider_suspended"}
    assert {line: leaks_in(line) for line in letters + entries if leaks_in(line)} == {}
    assert leaks_in(caplog.text) == []
