"""Services, prices and terms in both databases: stated anew, with versions that only rise."""

import pytest
from sqlalchemy import func, select

from marketplace.db import db
from providers.registry.rules import Owner
from providers.services.actions import put_prices, put_services, put_terms
from providers.services.models import PricePolicy, Service, ServiceDuration, TermsPolicy
from providers.services.queries import list_services, prices_in_force, terms_in_force
from providers.services.rules.drafts import AddOn, ServiceDraft
from providers.services.rules.prices import HolidayRule, PriceRules
from providers.services.rules.terms import DEFAULT_TERMS, Step, Terms
from tests.factories import ProviderFactory
from tests.support.clocks import START

FULL = ServiceDraft(
    "medical", "Medical massage", ("deep_tissue",), ("neck_pain",), {60: 16_000, 90: 22_000}, ("clinic",), False, 5, None,
    (AddOn("scar", "Scar work", 15, 2_500),),
)  # fmt: skip


@pytest.fixture
def provider(ctx):
    return ProviderFactory()


@pytest.fixture
def owner(provider):
    return Owner(provider.account_id, provider.name, "account:test")


def priced(draft, prices):
    return ServiceDraft(**{**draft.__dict__, "prices": prices})


def versions():
    return dict(db.session.execute(select(Service.code, Service.version)).all())


def test_what_is_stated_is_what_is_offered(provider, owner):
    put_services(owner, [FULL], START)
    assert list_services(db.session(), provider.id) == [FULL]


def test_lengths_come_change_and_go(provider, owner):
    put_services(owner, [FULL], START)
    put_services(owner, [priced(FULL, {30: 9_000, 90: 23_000})], START)
    assert list_services(db.session(), provider.id)[0].prices == {30: 9_000, 90: 23_000}
    assert db.session.scalar(select(func.count()).select_from(ServiceDuration)) == 2
    assert versions() == {"medical": 2}


def test_a_retired_service_keeps_its_version_when_it_comes_back(provider, owner):
    put_services(owner, [FULL], START)
    put_services(owner, [], START)
    put_services(owner, [FULL], START)
    assert versions() == {"medical": 1}


def test_order_is_the_order_stated(provider, owner):
    other = ServiceDraft("first", "First visit", (), (), {30: 9_000}, ("clinic",), True)
    put_services(owner, [FULL, other], START)
    put_services(owner, [other, FULL], START)
    assert [draft.code for draft in list_services(db.session(), provider.id)] == ["first", "medical"]


def test_versions_of_rules_and_terms_rise_with_changes_alone(provider, owner):
    rules = PriceRules((HolidayRule(25),), 50)
    assert [put_prices(owner, rules, START), put_prices(owner, rules, START), put_prices(owner, PriceRules(), START)] == [1, 1, 2]
    strict = Terms((Step(48, 0), Step(0, 100)), 0, 100, 15, 0, "at_visit")
    assert [put_terms(owner, strict, START), put_terms(owner, strict, START), put_terms(owner, DEFAULT_TERMS, START)] == [1, 1, 2]
    assert db.session.scalar(select(func.count()).select_from(PricePolicy)) == 2
    assert db.session.scalar(select(func.count()).select_from(TermsPolicy)) == 2
    assert prices_in_force(db.session(), provider.id).version == 2
    assert terms_in_force(db.session(), provider.id).version == 2


def test_versions_keep_who_stated_them_and_when(provider, owner):
    put_terms(owner, DEFAULT_TERMS, START)
    put_prices(owner, PriceRules((HolidayRule(25),)), START)
    rows = [db.session.execute(select(model.made_by, model.created_at)).one() for model in (TermsPolicy, PricePolicy)]
    assert rows == [("account:test", START), ("account:test", START)]


def test_a_rule_that_rests_makes_a_version_of_its_own(provider, owner):
    put_prices(owner, PriceRules((HolidayRule(25),)), START)
    put_prices(owner, PriceRules(resting=(HolidayRule(25),)), START)
    found = prices_in_force(db.session(), provider.id)
    assert (found.version, found.rules, found.resting) == (2, (), (HolidayRule(25),))
