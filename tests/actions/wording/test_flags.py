"""Flags in both databases: raised with the text, once a sentence, decided by a person."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from marketplace.audit import AuditEntry
from marketplace.db import db
from marketplace.kernel.errors import Conflict, NotFound, Refused
from providers.places.geocoders import build_geocoder
from providers.places.rules.drafts import PlaceDraft
from providers.profiles.actions.present import put_profile
from providers.profiles.rules import ProfileDraft
from providers.registry.models import Provider
from providers.registry.rules import Owner
from providers.services.actions import put_services
from providers.services.rules.drafts import ServiceDraft
from providers.wording.actions import decide_flag
from providers.wording.models import ProfileFlag
from tests.factories import AccountFactory
from tests.support.clocks import START

GEOCODER = build_geocoder("builtin")
LATER = START + timedelta(hours=1)


@pytest.fixture
def owner(ctx):
    account = AccountFactory(role="provider", name="Rosa Lindqvist")
    return Owner(account.id, account.name, f"account:{account.public_id}")


def write(owner, about="Necks.", places=(), answers=None):
    draft = ProfileDraft("Rosa", "Necks", about, "female", None, "lmt", ("en",), ("clinic",), None, answers or {})
    put_profile(owner, draft, places, GEOCODER, START)


def offer(owner, name):
    put_services(owner, [ServiceDraft("one", name, (), (), {60: 16000}, ("clinic",), False, None, None, ())], START)


def flags():
    return db.session.scalars(select(ProfileFlag).order_by(ProfileFlag.id)).all()


def test_a_text_raises_its_flag_with_the_verb_that_stores_it(owner):
    write(owner, "I like necks. Cash only.", answers={"approach": "No rules."})
    offer(owner, "Body rub")
    assert [(one.field, one.code, one.excerpt, one.status) for one in flags()] == [
        ("about", "cash_only", "Cash only.", "open"),
        ("answer:approach", "no_rules", "No rules.", "open"),
        ("service:one", "coded_words", "Body rub", "open"),
    ]
    verbs = db.session.scalars(select(AuditEntry.verb).where(AuditEntry.object_kind == "profile_flag")).all()
    assert verbs == ["text_flagged"] * 3


def test_a_text_that_is_not_stored_raises_nothing(owner):
    with pytest.raises(Refused):
        write(owner, "Cash only.", places=[PlaceDraft("clinic", "Rooms", "5 Main Street", "11201")])
    assert flags() == []


def test_advice_alone_raises_no_flag(owner):
    write(owner, "Your masseuse in Chelsea.")
    assert flags() == []


def test_the_same_sentence_is_raised_once_whatever_else_changes(owner):
    write(owner, "Cash only. Necks.")
    write(owner, "Backs, and more. Cash only!")
    write(owner, "Nothing.")
    write(owner, "cash only")
    assert len(flags()) == 1
    write(owner, "Cash only on Mondays.")
    assert len(flags()) == 2


def test_what_was_cleared_stays_cleared(owner):
    write(owner, "There are no rules about how to breathe.")
    (flag,) = flags()
    row = decide_flag(flag.public_id, "cleared", "", "account:admin", LATER)
    assert (row.flag.status, row.flag.decided_by, row.flag.decided_at) == ("cleared", "account:admin", LATER)
    write(owner, "Necks. There are no rules about how to breathe.")
    assert [one.status for one in flags()] == ["cleared"]
    with pytest.raises(Conflict):
        decide_flag(flag.public_id, "kept", "again", "account:admin", LATER)


def test_what_is_kept_has_a_note_may_be_cleared_later_and_changes_nothing_of_the_provider(owner):
    write(owner, "Cash only.")
    before = db.session.scalars(select(Provider.state)).one()
    (flag,) = flags()
    assert decide_flag(flag.public_id, "kept", "Wrote to them.", "account:admin", LATER).flag.note == "Wrote to them."
    assert db.session.scalars(select(Provider.state)).one() == before
    assert decide_flag(flag.public_id, "cleared", "Taken out.", "account:admin", LATER).flag.status == "cleared"
    found = db.session.scalars(select(AuditEntry).where(AuditEntry.verb == "flag_decided").order_by(AuditEntry.number)).all()
    assert [entry.details["decision"] for entry in found] == ["kept", "cleared"]


def test_a_flag_that_is_not_there_is_not_decided(ctx):
    with pytest.raises(NotFound):
        decide_flag("nothing", "cleared", "", "account:admin", START)
