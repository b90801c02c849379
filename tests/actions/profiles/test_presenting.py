"""Profiles in both databases: places that are kept, states that follow their graph."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from marketplace.audit import AuditEntry
from marketplace.db import db
from marketplace.kernel.errors import Conflict, NotFound, Refused
from providers.places.geocoders import build_geocoder
from providers.places.models import ProviderPlace
from providers.places.rules.drafts import PlaceDraft
from providers.profiles.actions.oversee import approve_provider, reinstate_provider, suspend_provider
from providers.profiles.actions.present import put_profile, submit_profile
from providers.profiles.rules import ProfileDraft
from providers.registry.models import Provider
from providers.registry.rules import Owner
from tests.factories import (
    AccountFactory,
    ClaimFactory,
    CredentialFactory,
    ProviderFactory,
    ServiceDurationFactory,
    ServiceFactory,
    WeeklyHoursFactory,
    bookable_provider,
    epoch_minute,
    put_in_standing,
)
from tests.support.clocks import START

GEOCODER = build_geocoder("builtin")
ROOMS = PlaceDraft("clinic", "Rooms", "120 East 34th Street", "10016")
DRAFT = ProfileDraft("Rosa Lindqvist", "Necks", "Twelve years.", "female", None, "lmt", ("en",), ("clinic",), "+12125550147", {})


def owner_of(account):
    return Owner(account.id, account.name, f"account:{account.public_id}")


@pytest.fixture
def account(ctx):
    return AccountFactory(role="provider", name="Rosa Lindqvist")


def places():
    return db.session.execute(select(ProviderPlace.id, ProviderPlace.line1).order_by(ProviderPlace.id)).all()


def test_a_place_keeps_its_row_by_id_even_at_a_new_street(account):
    put_profile(owner_of(account), DRAFT, [ROOMS], GEOCODER, START)
    row = db.session.scalars(select(ProviderPlace)).one()
    moved = PlaceDraft("clinic", "Rooms", "200 West 57th Street", "10019", id=row.public_id)
    put_profile(owner_of(account), DRAFT, [moved], GEOCODER, START)
    assert places() == [(row.id, "200 West 57th Street")]


def test_a_place_with_visits_ahead_stays_until_they_are_over(account):
    put_profile(owner_of(account), DRAFT, [ROOMS], GEOCODER, START)
    provider, place = db.session.scalars(select(Provider)).one(), db.session.scalars(select(ProviderPlace)).one()
    ClaimFactory(provider=provider, kind="appointment", begin_minute=epoch_minute(START + timedelta(hours=31)), place_id=place.id)
    with pytest.raises(Conflict) as conflict:
        put_profile(owner_of(account), DRAFT, [], GEOCODER, START)
    assert conflict.value.code == "place_in_use"
    assert "until 2027-01-13." in conflict.value.sentence  # an evening in New York, the next day in UTC
    put_profile(owner_of(account), DRAFT, [], GEOCODER, START + timedelta(days=2))
    assert places() == []


def ready(account, state="draft"):
    provider = ProviderFactory(account=account, state=state, listed_at=None)
    service = ServiceFactory(provider=provider, settings=["clinic"])
    ServiceDurationFactory(service=service)
    WeeklyHoursFactory(provider=provider)
    return provider


def test_whoever_is_verified_whole_is_listed_when_they_send_it_in(account):
    provider = ready(account)
    put_profile(owner_of(account), DRAFT, [ROOMS], GEOCODER, START)
    with pytest.raises(Refused) as refused:
        submit_profile(owner_of(account), START)
    assert "license" in {gap["code"] for gap in refused.value.details["missing"]}
    put_in_standing(provider)
    submit_profile(owner_of(account), START)
    assert db.session.scalar(select(Provider.state)) == "listed"
    assert db.session.scalar(select(Provider.listed_at)) == START


def test_whoever_waits_for_a_check_is_sent_in_and_not_listed(account):
    provider = ready(account)
    put_profile(owner_of(account), DRAFT, [ROOMS], GEOCODER, START)
    for kind in ("license", "liability_insurance", "physician_collaboration"):
        CredentialFactory(provider=provider, kind=kind, status="submitted", verified_at=None)
    submit_profile(owner_of(account), START)
    assert db.session.scalar(select(Provider.state)) == "submitted"
    with pytest.raises(Refused):
        approve_provider(provider.slug, "account:admin", START)


def test_a_suspension_ends_where_it_began(account):
    listed, fresh = bookable_provider(account=account), ProviderFactory(state="draft", listed_at=None)
    for provider in (listed, fresh):
        suspend_provider(provider.slug, "Complaint", "account:admin", START)
    states = [reinstate_provider(provider.slug, "Cleared", "account:admin", START).state for provider in (listed, fresh)]
    assert states == ["listed", "draft"]
    verbs = db.session.scalars(select(AuditEntry.verb).order_by(AuditEntry.at, AuditEntry.id)).all()
    assert verbs.count("provider_suspended") == verbs.count("provider_reinstated") == 2


def test_nobody_is_suspended_who_is_not_there(ctx):
    with pytest.raises(NotFound):
        suspend_provider("nobody", "x", "account:admin", START)
