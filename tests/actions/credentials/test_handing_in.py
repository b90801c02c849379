"""Handing in, anew, and taking back: one number is one account, and nothing is taken back that was decided."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import func, select

from marketplace.audit import AuditEntry
from marketplace.db import db
from marketplace.kernel.errors import Conflict, NotFound
from providers.credentials.actions.hand_in import resubmit_credential, submit_credential, withdraw_credential
from providers.credentials.models import Credential
from providers.credentials.rules.drafts import CredentialDraft
from providers.credentials.rules.numbers import normalize_license_number
from providers.registry.models import Change, Provider
from providers.registry.rules import Owner
from tests.factories import AccountFactory, CredentialFactory, ProviderFactory
from tests.support.clocks import START

LICENSE = CredentialDraft("license", "State", "Rosa Lindqvist", "012345", date(2020, 6, 1), date(2027, 5, 31), {"profession_code": "027"})


def owner_of(account):
    return Owner(account.id, account.name, f"account:{account.public_id}")


@pytest.fixture
def owner(ctx):
    return owner_of(AccountFactory(role="provider", name="Rosa Lindqvist"))


def own(owner, **facts):
    """A credential of this owner's."""
    submit_credential(owner, replace(LICENSE, kind="npi", number=None), None, START)
    return CredentialFactory(provider=db.session.scalars(select(Provider)).one(), **facts)


@pytest.mark.parametrize("written", ["012345", "L012345", "l 012345", "012345-1", " LMT-012345-1 ", "Lmt: 012345"])
@pytest.mark.parametrize("status", ["verified", "suspended", "revoked"])
def test_a_number_that_is_somebody_elses_is_refused_however_it_is_written(owner, written, status):
    CredentialFactory(kind="license", status=status, plain_number="012345")
    with pytest.raises(Conflict) as refusal:
        submit_credential(owner, replace(LICENSE, number=normalize_license_number(written)), None, START)
    assert (refusal.value.code, [fault.field for fault in refusal.value.faults]) == ("license_taken", ["number"])
    assert db.session.scalar(select(func.count()).select_from(Credential)) == 1


def test_the_refusal_does_not_say_whose_the_number_is(owner):
    CredentialFactory(provider=ProviderFactory(name="Somebody Known"), kind="license", status="verified", plain_number="012345")
    with pytest.raises(Conflict) as refusal:
        submit_credential(owner, LICENSE, None, START)
    assert "Somebody" not in refusal.value.sentence
    assert "012345" not in refusal.value.sentence


def test_new_facts_with_somebody_elses_number_change_nothing(owner):
    CredentialFactory(kind="license", status="verified", plain_number="012345")
    mine = submit_credential(owner, replace(LICENSE, number="054321"), None, START)
    with pytest.raises(Conflict):
        resubmit_credential(owner, mine.public_id, LICENSE, None, START)
    assert db.session.scalars(select(Credential.status).where(Credential.public_id == mine.public_id)).one() == "submitted"


@pytest.mark.parametrize("status", ["submitted", "rejected", "withdrawn", "needs_info"])
def test_a_number_that_nobody_has_verified_is_free(owner, status):
    CredentialFactory(kind="license", status=status, plain_number="012345")
    assert submit_credential(owner, LICENSE, None, START).status == "submitted"


def test_the_same_digits_as_an_insurance_number_are_another_number(owner):
    CredentialFactory(kind="liability_insurance", status="verified", plain_number="012345")
    assert submit_credential(owner, LICENSE, None, START).status == "submitted"


@pytest.mark.parametrize("status", ["draft", "submitted", "needs_info"])
def test_what_is_not_decided_is_taken_back(owner, status):
    credential = own(owner, status=status)
    changes = db.session.scalar(select(func.count()).select_from(Change))
    withdraw_credential(owner, credential.public_id, START)
    assert db.session.scalars(select(Credential.status).where(Credential.id == credential.id)).one() == "withdrawn"
    assert "credential_withdrawn" in db.session.scalars(select(AuditEntry.verb)).all()
    assert db.session.scalar(select(func.count()).select_from(Change)) == changes + 1


@pytest.mark.parametrize("status", ["under_review", "verified", "rejected", "suspended", "revoked", "withdrawn"])
def test_what_is_decided_or_on_the_table_is_not(owner, status):
    credential = own(owner, status=status)
    with pytest.raises(Conflict) as refusal:
        withdraw_credential(owner, credential.public_id, START)
    assert (refusal.value.code, refusal.value.details["state"]) == ("wrong_state", status)
    assert db.session.scalars(select(Credential.status).where(Credential.id == credential.id)).one() == status


def test_what_is_somebody_elses_is_missing(owner):
    with pytest.raises(NotFound):
        withdraw_credential(owner, CredentialFactory(status="submitted").public_id, START)


@pytest.mark.parametrize("status", ["submitted", "under_review", "needs_info"])
def test_new_facts_take_the_place_of_what_waited_even_on_a_checkers_table(owner, status):
    old = own(owner, kind="license", status=status, plain_number="012345")
    new = resubmit_credential(owner, old.public_id, LICENSE, None, START)
    rows = db.session.execute(
        select(Credential.version, Credential.status).where(Credential.kind == "license").order_by(Credential.id)
    ).all()
    assert rows == [(1, "withdrawn"), (2, "submitted")]
    assert new.first_verified_by is None


@pytest.mark.parametrize("status", ["verified", "rejected", "suspended", "revoked", "withdrawn"])
def test_what_was_decided_keeps_its_state_when_new_facts_come(owner, status):
    old = own(owner, kind="license", status=status, plain_number="012345")
    resubmit_credential(owner, old.public_id, LICENSE, None, START)
    assert db.session.scalars(select(Credential.status).where(Credential.id == old.id)).one() == status
