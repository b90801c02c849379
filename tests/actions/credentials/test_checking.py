"""Credentials in both databases: one number is one provider, old versions stand, letters leave once."""

from datetime import date

import pytest
from sqlalchemy import func, select

from marketplace.audit import AuditEntry, broken_entries
from marketplace.db import db
from marketplace.kernel.errors import Conflict, Refused
from marketplace.outbox.models import Letter
from providers.credentials.actions.hand_in import resubmit_credential, submit_credential
from providers.credentials.models import Credential, CredentialDocument
from providers.credentials.pillow_port import read_document
from providers.credentials.queries import list_facts
from providers.credentials.rules.drafts import CredentialDraft, Decision
from providers.credentials.rules.standing import in_force
from providers.registry.models import Provider
from providers.registry.rules import Owner
from providers.verification.actions.decide import Checker, decide_credential
from providers.verification.actions.look import open_document
from tests.factories import AccountFactory, CredentialFactory, ProviderFactory
from tests.support.clocks import START

LICENSE = CredentialDraft("license", "State", "Rosa Lindqvist", "012345", date(2020, 6, 1), date(2027, 5, 31), {"profession_code": "027"})
RENEWED = CredentialDraft("license", "State", "Rosa Lindqvist", "012345", date(2027, 6, 1), date(2030, 5, 31), {"profession_code": "027"})
YES = Decision("verify", "State register", "REGISTERED", None, "")
PDF = read_document(b"%PDF-1.7\ntrailer\n%%EOF")
LINK = "https://hands.test/provider/credentials"


def owner_of(account):
    return Owner(account.id, account.name, f"account:{account.public_id}")


@pytest.fixture
def owner(ctx):
    return owner_of(AccountFactory(role="provider", name="Rosa Lindqvist"))


@pytest.fixture
def checker(ctx):
    account = AccountFactory(role="admin", name="Grace Idowu")
    return Checker(account.id, account.name, f"account:{account.public_id}")


def fingerprints():
    rows = select(Credential.version, Credential.number_fingerprint.is_not(None)).where(Credential.status == "verified")
    return dict(db.session.execute(rows.order_by(Credential.version)).all())


def test_a_renewal_follows_the_old_version_without_a_gap(owner, checker):
    credential = submit_credential(owner, LICENSE, PDF, START)
    public_id = credential.public_id
    decide_credential(public_id, YES, checker, LINK, START)
    resubmit_credential(owner, public_id, RENEWED, None, START)
    facts = list_facts(db.session(), credential.provider_id)
    assert in_force(date(2027, 5, 31), facts, "license") is not None
    assert in_force(date(2027, 6, 1), facts, "license") is None
    decide_credential(public_id, YES, checker, LINK, START)
    facts = list_facts(db.session(), credential.provider_id)
    assert [in_force(day, facts, "license") is not None for day in (date(2027, 5, 31), date(2027, 6, 1), date(2030, 6, 1))] == [
        True,
        True,
        False,
    ]
    assert fingerprints() == {1: False, 2: True}


def test_the_last_file_goes_along_with_new_facts(owner):
    credential = submit_credential(owner, LICENSE, PDF, START)
    resubmit_credential(owner, credential.public_id, RENEWED, None, START)
    documents = db.session.scalars(select(CredentialDocument).order_by(CredentialDocument.id)).all()
    assert [document.version for document in documents] == [1, 2]
    assert open_document(documents[1].public_id, "account:admin", START) == ("application/pdf", PDF.content)


def test_what_waited_is_taken_back_by_handing_it_in_anew(owner):
    credential = submit_credential(owner, LICENSE, None, START)
    resubmit_credential(owner, credential.public_id, RENEWED, None, START)
    assert db.session.scalars(select(Credential.status).order_by(Credential.id)).all() == ["withdrawn", "submitted"]


def test_one_number_is_one_provider_however_it_is_written(owner, checker, ctx):
    first = submit_credential(owner, LICENSE, None, START)
    second = submit_credential(owner_of(AccountFactory(role="provider")), LICENSE, None, START)
    decide_credential(first.public_id, YES, checker, LINK, START)
    with pytest.raises(Conflict) as conflict:
        decide_credential(second.public_id, YES, checker, LINK, START)
    assert conflict.value.code == "license_taken"
    assert db.session.scalar(select(Credential.status).where(Credential.id == second.id)) == "submitted"
    assert db.session.scalar(select(func.count()).select_from(Letter)) == 1


def test_the_database_has_the_last_word(owner, checker, monkeypatch):
    """Two checkers at once: neither query saw the other's number."""
    first = submit_credential(owner, LICENSE, None, START)
    second = submit_credential(owner_of(AccountFactory(role="provider")), LICENSE, None, START)
    decide_credential(first.public_id, YES, checker, LINK, START)
    monkeypatch.setattr("providers.verification.actions.decide.license_holder", lambda *_: None)
    with pytest.raises(Conflict) as conflict:
        decide_credential(second.public_id, YES, checker, LINK, START)
    assert conflict.value.code == "license_taken"


def test_the_last_required_one_lists_a_provider_who_was_sent_in(ctx, checker):
    provider = ProviderFactory(state="submitted", listed_at=None)
    CredentialFactory(provider=provider, kind="liability_insurance")
    CredentialFactory(provider=provider, kind="physician_collaboration")
    credential = CredentialFactory(provider=provider, kind="license", status="submitted", verified_at=None)
    decide_credential(credential.public_id, YES, checker, LINK, START)
    state, listed_at = db.session.execute(select(Provider.state, Provider.listed_at).where(Provider.id == provider.id)).one()
    assert (state, listed_at) == ("listed", START)
    (letter,) = db.session.scalars(select(Letter))
    assert (letter.kind, letter.facts["listed"], letter.facts["valid_until"]) == ("credential_decided", True, "2028-05-31")


def test_a_suspended_provider_is_not_listed_by_a_verification(ctx, checker):
    provider = ProviderFactory(state="suspended")
    credential = CredentialFactory(provider=provider, kind="license", status="submitted", verified_at=None)
    decide_credential(credential.public_id, YES, checker, LINK, START)
    assert db.session.scalar(select(Provider.state).where(Provider.id == provider.id)) == "suspended"


def test_a_required_kind_without_an_end_is_not_verified(owner, checker):
    open_ended = CredentialDraft(**{**LICENSE.__dict__, "expires_on": None})
    credential = submit_credential(owner, open_ended, None, START)
    with pytest.raises(Refused):
        decide_credential(credential.public_id, YES, checker, LINK, START)


def test_every_deed_and_every_look_is_written_down(owner, checker):
    credential = submit_credential(owner, LICENSE, PDF, START)
    decide_credential(credential.public_id, Decision("reject", "", "", None, "Blurred"), checker, LINK, START)
    open_document(db.session.scalar(select(CredentialDocument.public_id)), checker.actor, START)
    verbs = set(db.session.scalars(select(AuditEntry.verb)))
    assert verbs == {"provider_begun", "credential_submitted", "credential_decided", "document_opened"}
    assert list(broken_entries(db.session())) == []
