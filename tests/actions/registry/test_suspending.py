"""A suspension and its end, told to the provider: once each, with the reason where it may be told."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from marketplace.accounts.models import Account
from marketplace.audit import AuditEntry
from marketplace.db import db
from marketplace.kernel.errors import Conflict
from marketplace.outbox.models import Letter
from marketplace.webkit.letters import render_letter
from providers.profiles.actions.oversee import reinstate_provider, suspend_provider
from providers.registry.models import Provider
from providers.verification.actions.exclude import decide_hit, import_exclusions
from providers.verification.exclusions_port import ExclusionFile
from providers.verification.models import ExclusionHit
from tests.factories import ProviderFactory
from tests.support.clocks import START
from tests.support.exclusions import row, write_list

ADMIN = "account:admin"


def letters():
    return db.session.scalars(select(Letter).order_by(Letter.id)).all()


def texts():
    return [render_letter(letter.kind, letter.facts).text for letter in letters()]


def test_the_letter_says_why_what_becomes_of_visits_and_whom_to_write_to(ctx):
    provider = ProviderFactory(name="Rosa Lindqvist")
    suspend_provider(provider.slug, "Two clients reported a lapse.", ADMIN, START)
    (letter,) = letters()
    text = render_letter(letter.kind, letter.facts).text
    assert letter.recipient == db.session.get_one(Account, provider.account_id).email
    assert (letter.kind, letter.about) == ("provider_suspended", provider.public_id)
    for words in ("Rosa Lindqvist", "Two clients reported a lapse.", "free of charge", "answer this letter", "/provider"):
        assert words in text


def test_a_confidential_reason_is_in_the_audit_alone(ctx):
    provider = ProviderFactory()
    suspend_provider(provider.slug, "Safety report 7", ADMIN, START, confidential=True)
    assert "Safety report 7" not in str(letters()[0].facts) + texts()[0]
    assert "cannot put the reason" in texts()[0]
    assert db.session.scalar(select(Provider.state_reason).where(Provider.id == provider.id)) is None
    deeds = db.session.scalars(select(AuditEntry.details).where(AuditEntry.verb == "provider_suspended")).all()
    assert deeds == [{"reason": "Safety report 7"}]


def test_each_suspension_and_each_end_of_one_is_told_once(ctx):
    """At one and the same instant too: what tells two suspensions apart is not the clock."""
    provider = ProviderFactory()
    for _time in range(2):
        suspend_provider(provider.slug, "Complaint 12", ADMIN, START)
        with pytest.raises(Conflict):
            suspend_provider(provider.slug, "again", ADMIN, START + timedelta(minutes=1))
        reinstate_provider(provider.slug, "Cleared", ADMIN, START)
        with pytest.raises(Conflict):
            reinstate_provider(provider.slug, "again", ADMIN, START + timedelta(minutes=1))
    assert [letter.kind for letter in letters()] == ["provider_suspended", "provider_reinstated"] * 2
    assert len({letter.key for letter in letters()}) == 4


@pytest.mark.parametrize(
    ("listed_at", "says", "says_not"), [(START, "found and booked again", "application"), (None, "application", "booked")]
)
def test_the_end_of_it_says_what_is_possible_now_and_not_what_admins_noted(ctx, listed_at, says, says_not):
    provider = ProviderFactory(state="listed" if listed_at else "draft", listed_at=listed_at)
    suspend_provider(provider.slug, "Complaint 12", ADMIN, START)
    reinstate_provider(provider.slug, "Nothing in it, says Grace", ADMIN, START)
    text = texts()[1]
    assert says in text
    assert says_not not in text
    assert "Grace" not in text
    assert "Complaint 12" not in text


def test_who_is_confirmed_to_be_on_the_exclusion_list_is_told(ctx, tmp_path):
    provider, other = ProviderFactory(name="Jane Doe"), ProviderFactory(name="Jane T. Doe")
    import_exclusions(ExclusionFile(write_list(tmp_path / "list.csv", [row("DOE", "JANE")])), "command:test", START)
    assert letters() == [], "a likeness is nobody's news"
    hits = {hit.provider_id: hit.public_id for hit in db.session.scalars(select(ExclusionHit))}
    decide_hit(hits[provider.id], "confirm", "Same birth date as Sam says", ADMIN, START)
    decide_hit(hits[other.id], "dismiss", "Born later", ADMIN, START)
    (text,) = texts()
    assert "federal exclusion list" in text
    assert "Sam says" not in text


def test_who_was_suspended_already_is_not_told_twice(ctx, tmp_path):
    provider = ProviderFactory(name="Jane Doe")
    suspend_provider(provider.slug, "Complaint 12", ADMIN, START)
    import_exclusions(ExclusionFile(write_list(tmp_path / "list.csv", [row("DOE", "JANE")])), "command:test", START)
    decide_hit(db.session.scalars(select(ExclusionHit)).one().public_id, "confirm", "It is", ADMIN, START)
    assert [letter.kind for letter in letters()] == ["provider_suspended"]
