"""A requirement for some settings alone, as the therapist and the admin see it."""

import pytest
from sqlalchemy import select

from marketplace.db import db
from providers.registry.models import Provider
from tests.factories import AccountFactory, CredentialFactory, bookable_provider
from tests.support.clocks import START
from tests.support.policies import add_version

SENTENCE = "Your background check is missing. It is needed for home and hotel visits."


@pytest.fixture
def account(app):
    with app.app_context():
        account = AccountFactory(role="provider", name="Rosa Lindqvist")
        add_version(START.date(), {"license": [{}], "liability_insurance": [{}], "background_check": [{"settings": ["home", "hotel"]}]})
        bookable_provider(account=account, name="Rosa Lindqvist", slug="rosa", settings=["clinic", "home"])
        return account


@pytest.fixture
def boss(app, visitor):
    with app.app_context():
        return visitor(AccountFactory(role="admin"))


def hand_in(app, account, **facts):
    with app.app_context():
        CredentialFactory(provider=account_provider(account), kind="background_check", **facts)


def account_provider(account):
    return db.session.scalars(select(Provider).where(Provider.account_id == account.id)).one()


def test_the_therapist_reads_what_closes_which_visits(account, visitor, program):
    page = visitor(account).open("/provider/credentials").text
    assert SENTENCE in page
    assert "nobody can book such a visit with you" in page
    assert "needed for home and hotel visits" in page
    answer = program(account).get("/provider/credentials").json
    assert answer["missing"] == [{"code": "background_check", "detail": SENTENCE, "settings": ["home", "hotel"]}]


def test_an_application_lacks_it_only_where_it_is_offered(app, account, visitor):
    with app.app_context():
        account_provider(account).state = "draft"
        db.session.commit()
    page = visitor(account).open("/provider/apply/more").text
    assert "Background check: needed for home visits." in page, "they do not go to hotels"
    hand_in(app, account, status="submitted", verified_at=None)
    assert "Background check: needed" not in visitor(account).open("/provider/apply/more").text


def test_the_admin_reads_it_among_what_is_missing(account, boss):
    page = boss.open("/admin/providers/rosa").text
    assert SENTENCE in page
    assert "What is required everywhere is in force." in page
    assert "not offered" not in page


def test_what_is_with_us_is_not_asked_for_again(app, account, visitor):
    hand_in(app, account, status="submitted", verified_at=None)
    page = visitor(account).open("/provider/credentials").text
    assert "Your background check is still to be checked. It is needed for home and hotel visits." in page
    assert page.count('href="/provider/credentials/new/background_check"') == 1, "in the list of all kinds alone"


def test_nothing_is_said_once_it_is_in_force(app, account, visitor, boss, program):
    hand_in(app, account)
    assert "It is needed for" not in visitor(account).open("/provider/credentials").text
    assert "Every required credential is in force." in boss.open("/admin/providers/rosa").text
    assert program(account).get("/provider/credentials").json["missing"] == []


def test_who_does_not_offer_it_is_told_without_alarm(app, visitor, boss):
    with app.app_context():
        account = AccountFactory(role="provider")
        add_version(START.date(), {"license": [{}], "liability_insurance": [{}], "background_check": [{"settings": ["hotel"]}]})
        bookable_provider(account=account, slug="rosa", settings=["clinic"])
    page = visitor(account).open("/provider/credentials").text
    assert "It is needed for hotel visits." in page
    assert "nobody can book such a visit" not in page
    assert "not offered" in boss.open("/admin/providers/rosa").text


def test_what_is_missing_everywhere_names_no_setting(app, program):
    with app.app_context():
        account = AccountFactory(role="provider")
    missing = program(account).get("/provider/credentials").json["missing"]
    assert {(one["code"], tuple(one["settings"])) for one in missing} == {("license", ()), ("liability_insurance", ())}
