"""Sources are asked, and whatever they answer changes nothing."""

import json
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select, text

from marketplace.audit import AuditEntry
from marketplace.db import db
from marketplace.kernel.errors import NotFound, Refused
from providers.credentials.models import Credential
from providers.credentials.queries import get_for_checking
from providers.verification.actions.ask import ask_source
from providers.verification.jobs import MOST_ASKED, ask_again
from providers.verification.models import SourceCheck
from providers.verification.nppes_port import NppesRegister
from providers.verification.queries.sources import list_checks, list_disagreements, typed_of
from providers.verification.rules.sources import Typed, Verdict
from providers.verification.state_port import StateRegister
from tests.factories import CredentialFactory, ProviderFactory
from tests.support.clocks import START
from tests.support.sources import NOBODY, NPPES_ANSWER, STATE_ANSWER

TODAY = date(2027, 1, 12)
LICENSE = Typed("license", "Alex Example", "012345", "lmt", "027", date(2028, 5, 31))
NUMBER = Typed("npi", "Mei Ostrander", "1234567893", "physician")
CLAIMS = [
    ({"answer": STATE_ANSWER}, "match"),
    ({"answer": {**STATE_ANSWER, "name": "OTHER SAM"}}, "mismatch"),
    ({"answer": {"detail": "no such license"}, "status": 404}, "not_found"),
    ({"answer": b"<html>no such page</html>", "status": 404}, "rubbish"),
    ({"answer": b"<!doctype html><title>Maintenance</title>"}, "rubbish"),
    ({"answer": json.dumps(STATE_ANSWER).encode()[:-20]}, "rubbish"),
    ({"answer": STATE_ANSWER, "shorten": True}, "rubbish"),
    ({"answer": {**STATE_ANSWER, "padding": "x" * 600_000}}, "rubbish"),
    ({"answer": b"[" * 100_000}, "rubbish"),
    ({"answer": b"\xff\xfe\x00"}, "rubbish"),
    ({"answer": [STATE_ANSWER]}, "rubbish"),
    ({"answer": {"name": "EXAMPLE ALEX"}}, "rubbish"),
    ({"answer": {"error": "busy"}, "status": 503}, "unavailable"),
    ({"answer": {"error": "key"}, "status": 403}, "unavailable"),
    ({"answer": STATE_ANSWER, "status": 429}, "unavailable"),
    ({"answer": b"", "status": 302, "headers": {"Location": "http://127.0.0.1:1/elsewhere"}}, "unavailable"),
    ({"answer": b"{", "drip": True}, "unavailable"),
]


@pytest.mark.parametrize(("wishes", "outcome"), CLAIMS, ids=str)
def test_a_register_answers_lies_or_breaks(stranger, wishes, outcome):
    one = stranger(**wishes)
    assert StateRegister(one.url, "the key", seconds=0.5).ask(LICENSE, TODAY).outcome == outcome
    assert len(one.asked) == 1, "no redirect is followed, nothing is asked twice"
    assert one.asked[0] == {"profession_code": "027", "license_number": "012345"}
    assert one.sent_headers[0]["X-API-Key"] == "the key"


@pytest.mark.parametrize(
    ("wishes", "outcome"),
    [
        ({"answer": NPPES_ANSWER}, "match"),
        ({"answer": NOBODY}, "not_found"),
        ({"answer": {"Errors": [{"description": "NPI must be 10 digits"}]}}, "rubbish"),
        ({"answer": NPPES_ANSWER, "status": 404}, "rubbish"),
        ({"answer": NPPES_ANSWER, "status": 500}, "unavailable"),
        ({"answer": b"<html>"}, "rubbish"),
    ],
)
def test_nppes_answers_lies_or_breaks(stranger, wishes, outcome):
    one = stranger(**wishes)
    assert NppesRegister(one.url, seconds=0.5).ask(NUMBER, TODAY).outcome == outcome
    assert one.asked == [{"version": "2.1", "number": "1234567893"}]


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/x", "ftp://127.0.0.1/x", "http://", "nonsense", "http://127.0.0.1:99999/"])
def test_nobody_there_is_unavailable(url):
    assert StateRegister(url, "key", seconds=0.5).ask(LICENSE, TODAY).outcome == "unavailable"


class Fake:
    """A source that says what it is told, and looks whether anybody holds the database meanwhile."""

    def __init__(self, outcome, fields=(), code="state"):
        self.verdict, self.code, self.asked = Verdict(outcome, fields, {"name": "SEEN NAME"}), code, []

    def ask(self, typed, today):
        assert "unit" not in db.session().info, "no network inside a transaction"
        self.asked.append(typed)
        return self.verdict


@pytest.mark.parametrize("outcome", ["match", "mismatch", "not_found", "unavailable", "rubbish"])
@pytest.mark.parametrize("status", ["submitted", "verified", "suspended"])
def test_no_answer_changes_a_credential(ctx, outcome, status):
    credential = CredentialFactory(status=status, plain_number="012345")
    before = db.session.execute(select(Credential.__table__)).mappings().one()
    check = ask_source(credential.public_id, Fake(outcome, ("name",)), "account:boss", START)
    assert db.session.execute(select(Credential.__table__)).mappings().one() == before
    assert (check.outcome, check.asked_by, check.asked_at) == (outcome, "account:boss", START)
    verbs = db.session.scalars(select(AuditEntry.verb).order_by(AuditEntry.id)).all()
    assert verbs == ["source_asked", "source_answered"]


def test_what_was_seen_is_sealed(ctx):
    credential = CredentialFactory(plain_number="012345")
    ask_source(credential.public_id, Fake("mismatch", ("name",)), "account:boss", START)
    raw = db.session.scalar(text("SELECT value_seen FROM source_check"))
    assert "SEEN" not in raw
    assert "SEEN" not in str(db.session.scalars(select(AuditEntry.details)).all())
    assert "SEEN NAME" in list_checks(db.session(), credential.id)[0].value_seen


def test_a_source_is_asked_only_what_it_can_know(ctx):
    insurance = CredentialFactory(kind="liability_insurance")
    bare = CredentialFactory(kind="physician_collaboration", details={"name": "Dr. Mei Ostrander"})
    for public_id, code in ((insurance.public_id, "not_asked_there"), (bare.public_id, "not_asked_there")):
        with pytest.raises(Refused) as refused:
            ask_source(public_id, Fake("match"), "account:boss", START)
        assert refused.value.code == code
    with pytest.raises(Refused) as refused:
        ask_source(bare.public_id, Fake("match", code="nppes"), "account:boss", START)
    assert refused.value.code == "nothing_to_ask"
    with pytest.raises(NotFound):
        ask_source("nobody", Fake("match"), "account:boss", START)
    assert db.session.scalar(select(func.count()).select_from(SourceCheck)) == 0


def therapist(details, profession="pt", **facts):
    return CredentialFactory(provider=ProviderFactory(profession=profession), details=details, plain_number="012345", **facts)


def test_no_license_is_looked_up_under_another_professions_code(ctx):
    """The same number is somebody else's there."""
    credential = therapist({})
    with pytest.raises(Refused) as refused:
        ask_source(credential.public_id, Fake("match"), "account:boss", START)
    assert (refused.value.code, "no code for this profession" in refused.value.sentence) == ("nothing_to_ask", True)
    assert db.session.scalar(select(func.count()).select_from(SourceCheck)) == 0


@pytest.mark.parametrize(
    ("profession", "details", "code"),
    [("lmt", {}, "027"), ("physician", {}, "060"), ("pt", {"profession_code": "62"}, "062"), ("lmt", {"profession_code": "27"}, "027")],
)
def test_it_is_looked_up_under_its_own(ctx, profession, details, code):
    row = get_for_checking(db.session(), therapist(details, profession).public_id)
    assert typed_of(row).profession_code == code


@pytest.fixture
def environment(request):
    """The state's register is on, at the address of a stranger who listens already."""
    if "stranger" not in request.fixturenames:
        return {}
    one = request.getfixturevalue("stranger")(answer=STATE_ANSWER)
    request.node.state = one
    return {"STATE_LOOKUP_URL": one.url, "STATE_LOOKUP_KEY": "key"}


def alex(**wishes):
    return CredentialFactory(plain_number="012345", number_fingerprint=None, holder_name="Alex Example", **wishes)


def test_the_job_asks_once_a_month(stranger, ctx, request):
    one = request.node.state
    alex()
    alex(status="submitted")
    alex(expires_on=date(2027, 1, 11))
    CredentialFactory(kind="liability_insurance")
    CredentialFactory(kind="npi", plain_number="1234567893")
    assert ask_again(START) == 1
    assert ask_again(START + timedelta(days=29)) == 0
    assert ask_again(START + timedelta(days=31)) == 1
    assert len(one.asked) == 2
    assert list_disagreements(db.session()) == []


def test_the_job_lists_what_disagrees(stranger, ctx, request):
    request.node.state.answer = {**STATE_ANSWER, "status": "Suspended"}
    credential = alex()
    assert ask_again(START) == 1
    (found,) = list_disagreements(db.session())
    assert (found.row.credential.id, found.fields) == (credential.id, ("status",))
    request.node.state.answer = STATE_ANSWER
    ask_again(START + timedelta(days=31))
    assert list_disagreements(db.session()) == []
    assert db.session.scalar(select(Credential.status)) == "verified"


def test_a_silent_source_is_left_alone(stranger, ctx, request):
    one = request.node.state
    one.status = 503
    for _ in range(5):
        alex()
    assert ask_again(START) == 0
    assert len(one.asked) == 3
    one.status = 200
    assert ask_again(START + timedelta(hours=1)) == 2, "those that were not asked yet"
    assert ask_again(START + timedelta(days=1, hours=2)) == 3


def test_one_fault_costs_no_other(stranger, ctx, monkeypatch):
    first = alex()
    alex()
    inner = ask_source

    def broken(public_id, *words):
        if public_id == first.public_id:
            raise RuntimeError("planted")
        return inner(public_id, *words)

    monkeypatch.setattr("providers.verification.jobs.ask_source", broken)
    assert ask_again(START) == 1


def test_what_cannot_be_asked_does_not_stand_in_the_way(stranger, ctx, request):
    for _ in range(MOST_ASKED):
        therapist({}, number_fingerprint=None)
    alex()
    assert ask_again(START) == 1
    assert request.node.state.asked == [{"profession_code": "027", "license_number": "012345"}]


def test_without_settings_nobody_is_asked(ctx):
    alex()
    assert ask_again(START) == 0
    assert db.session.scalar(select(func.count()).select_from(SourceCheck)) == 0
