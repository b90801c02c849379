"""A link for somebody outside: sent, answered once, taken back."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select, text

from marketplace.audit import AuditEntry, broken_entries
from marketplace.db import db
from marketplace.kernel.errors import Conflict, Limited, NotFound, Refused
from marketplace.outbox.models import Letter
from providers.credentials.models import Credential
from providers.profiles.queries import get_facts
from providers.registry.models import Provider
from providers.verification.actions.confirming import Asker, answer_request, close_requests, request_confirmation, take_answer_back
from providers.verification.actions.remind import remind_to_reconfirm
from providers.verification.models import EvidenceRequest
from providers.verification.queries.confirming import open_link
from providers.verification.rules.confirming import Reply
from tests.factories import AccountFactory, CredentialFactory, ProviderFactory
from tests.support.clocks import START
from tests.support.racing import race

SITE = "http://site.test"
BOSS = Asker("account:boss")
DOCTOR = "mei.ostrander@clinic.test"
YES = Reply("yes", "Mei Ostrander", "Physician", "1234567893", accepted=True, may_be_named=True)
NO = Reply("no", "Mei Ostrander", "Physician")


@pytest.fixture
def doctor(ctx):
    AccountFactory(role="admin", email="boss@licensedhands.test")
    return CredentialFactory(kind="physician_collaboration", issuer="West Side Medicine")


def letters(kind):
    return db.session.scalars(select(Letter).where(Letter.kind == kind).order_by(Letter.id)).all()


def sent(credential, now=START, asker=BOSS, email=DOCTOR):
    """Send a link and give its token, as the letter has it."""
    request_confirmation(credential.public_id, email, asker, SITE, now)
    return letters("confirmation_asked")[-1].facts["link"].rpartition("/")[2]


def level(credential):
    db.session.expire_all()
    row = db.session.get_one(Credential, credential.id)
    return row.level, row.reconfirm_on, row.partner_named


def test_a_yes_confirms_for_a_year(doctor):
    answer_request(sent(doctor), YES, SITE, START)
    assert level(doctor) == ("confirmed", date(2028, 1, 12), True)
    assert [letter.facts["outcome"] for letter in letters("confirmation_outcome")] == ["confirmed"]
    assert letters("confirmation_to_check") == []
    (thanks,) = letters("confirmation_thanks")
    assert thanks.recipient == DOCTOR


def test_a_no_confirms_nothing_and_people_hear_of_it(doctor):
    answer_request(sent(doctor), NO, SITE, START)
    assert level(doctor)[0] is None
    assert [letter.facts["outcome"] for letter in letters("confirmation_outcome")] == ["denied"]
    assert [letter.recipient for letter in letters("confirmation_to_check")] == ["boss@licensedhands.test"]


@pytest.mark.parametrize("change", [{"npi": "1881018208"}, {"name": "Ann Other"}])
def test_a_yes_of_somebody_else_moves_nothing(doctor, change):
    answer_request(sent(doctor), YES, SITE, START)
    before = level(doctor)
    answer_request(sent(doctor), Reply(**{**YES.__dict__, **change}), SITE, START)
    assert level(doctor) == before
    assert letters("confirmation_to_check")[0].facts["outcome"] == "differs"


def test_an_answer_can_be_taken_back_at_any_time(doctor):
    following = answer_request(sent(doctor), YES, SITE, START)
    assert letters("confirmation_thanks")[0].facts["link"] == f"{SITE}/evidence/{following}"
    take_answer_back(following, SITE, START + timedelta(days=300))
    assert level(doctor) == ("attested", None, False)
    assert [letter.facts["outcome"] for letter in letters("confirmation_outcome")] == ["confirmed", "taken_back"]
    assert [letter.facts["outcome"] for letter in letters("confirmation_to_check")] == ["taken_back"]
    with pytest.raises(NotFound):
        take_answer_back(following, SITE, START + timedelta(days=301))


def refusals(*tokens, now=START):
    found = set()
    for token in tokens:
        for deed in (lambda one: open_link(db.session(), one, now), lambda one: answer_request(one, YES, SITE, now)):
            with pytest.raises(NotFound) as refused:
                deed(token)
            found.add((refused.value.code, refused.value.sentence))
    return found


def test_used_closed_unknown_expired_and_replaced_links_answer_alike(doctor):
    closed = sent(doctor)
    close_requests(doctor.public_id, BOSS, START)
    older = sent(doctor)
    used = sent(doctor)
    answer_request(used, YES, SITE, START)
    later = START + timedelta(days=2)
    stale = sent(doctor, now=later)
    assert len(refusals(closed, older, used, "nonsense", "")) == 1
    assert refusals(stale, now=later + timedelta(days=14)) == refusals("nonsense")
    db.session.execute(text("UPDATE credential SET status = 'withdrawn'"))
    db.session.commit()
    assert refusals(stale, now=later) == refusals("nonsense")


def test_two_clicks_at_once_answer_once(doctor, app):
    token = sent(doctor)
    db.session.remove()
    assert race(app, [lambda: answer_request(token, YES, SITE, START)] * 4) == {"done": 1, "not_found": 3}
    assert len(letters("confirmation_thanks")) == 1


def test_an_incomplete_answer_leaves_the_link_open(doctor):
    token = sent(doctor)
    with pytest.raises(Refused):
        answer_request(token, Reply(**{**YES.__dict__, "accepted": False}), SITE, START)
    answer_request(token, YES, SITE, START)


def test_what_an_insurer_says_changes_nothing_by_itself(ctx):
    AccountFactory(role="admin")
    policy = CredentialFactory(kind="liability_insurance", status="submitted")
    token = sent(policy, email="agent@carrier.test")
    answer_request(token, Reply("yes", "Ann Agent", "Account manager", accepted=True), SITE, START)
    row = db.session.get_one(Credential, policy.id)
    assert (row.status, row.level) == ("submitted", None)
    assert [letter.facts["outcome"] for letter in letters("confirmation_to_check")] == ["confirmed"]
    assert letters("confirmation_outcome") == []


def test_whom_may_be_asked(doctor):
    owner = Asker("account:own", db.session.scalar(text("SELECT account_id FROM provider")))
    own_email = db.session.scalar(text("SELECT email FROM account WHERE id = (SELECT account_id FROM provider)"))
    insurance = CredentialFactory(provider=db.session.get_one(Provider, doctor.provider_id), kind="liability_insurance")
    license_ = CredentialFactory(kind="license")
    cases = [
        (doctor, owner, own_email, "own_address"),
        (insurance, owner, DOCTOR, "not_confirmable"),
        (license_, BOSS, DOCTOR, "not_confirmable"),
        (doctor, owner, "no address", "invalid"),
    ]
    for credential, asker, email, code in cases:
        with pytest.raises(Refused) as refused:
            request_confirmation(credential.public_id, email, asker, SITE, START)
        assert refused.value.code == code
    with pytest.raises(NotFound):
        request_confirmation(license_.public_id, DOCTOR, owner, SITE, START)
    with pytest.raises(Conflict):
        close_requests(doctor.public_id, owner, START)


def test_no_mailbox_is_filled(doctor):
    for _ in range(3):
        sent(doctor)
    with pytest.raises(Limited):
        sent(doctor)
    sent(doctor, now=START + timedelta(days=1, seconds=1))
    assert [letter.withdrawn_at is None for letter in letters("confirmation_asked")] == [False, False, False, True]


def test_reminders_go_out_once_each(doctor):
    answer_request(sent(doctor), YES, SITE, START)
    ends = START + timedelta(days=365)
    for days in (31, 30, 30, 20, 8, 7, 7, 1, 0, -1):
        remind_to_reconfirm(SITE, ends - timedelta(days=days))
    assert [letter.key.rpartition(":")[2] for letter in letters("reconfirm_collaboration")] == ["30", "7"]


def test_only_the_hash_is_kept_and_nothing_tells(doctor):
    token = sent(doctor)
    following = answer_request(token, YES, SITE, START)
    raw = str(db.session.execute(text("SELECT * FROM evidence_request")).all())
    audit = str(db.session.scalars(select(AuditEntry.details)).all()) + str(db.session.scalars(select(AuditEntry.actor)).all())
    for secret in (token, following, DOCTOR, "Ostrander", "1234567893"):
        assert secret not in raw
        assert secret not in audit
    told = [letter for letter in db.session.scalars(select(Letter)) if letter.recipient != DOCTOR]
    assert told
    assert all(secret not in str(letter.facts) for letter in told for secret in (token, following, DOCTOR, "1234567893"))
    assert list(broken_entries(db.session())) == []


@pytest.mark.parametrize("named", [False, True])
def test_a_physician_is_named_with_leave_alone(doctor, named):
    before = get_facts(db.session(), doctor.provider_id).evidence[0]
    assert (before.issuer, set(before.details)) == ("", {"profession", "relation"})
    answer_request(sent(doctor), Reply(**{**YES.__dict__, "may_be_named": named}), SITE, START)
    db.session.expire_all()
    shown = get_facts(db.session(), doctor.provider_id).evidence[0]
    assert ("name" in shown.details, shown.issuer != "") == (named, named)


def test_requests_are_rows_of_their_own(doctor):
    sent(doctor)
    (row,) = db.session.scalars(select(EvidenceRequest))
    assert (row.purpose, row.requested_by, row.expires_at) == ("collaboration", "account:boss", START + timedelta(days=14))
    assert ProviderFactory().id != doctor.provider_id
