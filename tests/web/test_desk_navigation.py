"""The desk's links in groups: each page is in one, the current one stands open and is marked, and no page leads nowhere."""

import re

import pytest

from booking.guide.views import desk_groups
from tests.factories import AccountFactory, bookable_provider


@pytest.fixture
def therapist(app):
    with app.app_context():
        account = AccountFactory(role="provider")
        bookable_provider(account=account)
        return account


def groups_at(app, endpoint):
    with app.test_request_context("/"):
        return desk_groups(endpoint, app.view_functions)


def test_every_link_is_in_one_group_and_leads_to_a_page(app):
    links = [link for group in groups_at(app, "profiles.profile") for link in group["links"]]
    assert len(links) == len({link["href"] for link in links}) == 24
    assert len(groups_at(app, "profiles.profile")) == 5


@pytest.mark.parametrize(
    ("endpoint", "group", "page"),
    [
        ("giftcards.desk", "Money", "Gift cards"),
        ("services.services", "Services", "Services"),
        ("services.first_visits", "Clients", "New clients"),
        ("credentials.show", "Profile", None),  # one credential: its group, no page of the row
        ("openings.home", None, None),
    ],
)
def test_the_group_of_a_page_is_the_current_one(app, endpoint, group, page):
    groups = groups_at(app, endpoint)
    assert [one["label"] for one in groups if one["current"]] == ([group] if group else [])
    assert [link["label"] for one in groups for link in one["links"] if link["current"]] == ([page] if page else [])


def test_a_link_whose_page_is_missing_is_left_out(app):
    with app.test_request_context("/"):
        assert [[link["label"] for link in group["links"]] for group in desk_groups("x", {"coupons.index"})] == [["Discount codes"]]


def test_on_a_page_its_own_group_stands_open_and_the_others_open_without_scripts(visitor, therapist):
    text = visitor(therapist).open("/provider/gift-cards").text
    nav = re.search(r'<nav class="desk-groups".*?</nav>', text, re.DOTALL)[0]
    assert nav.count("<summary>") == 4
    assert re.findall(r'<strong aria-current="true">([^<]+)', nav) == ["Money"]
    assert re.findall(r'aria-current="page">([^<]+)', nav) == ["Gift cards"]


def test_every_page_of_the_desk_shows_the_links_with_its_own_marked(app, visitor, therapist):
    someone = visitor(therapist)
    for group in groups_at(app, "profiles.profile"):
        for link in group["links"]:
            nav = re.search(r'<nav class="desk-groups".*?</nav>', someone.open(link["href"]).text, re.DOTALL)
            assert nav is not None, link
            assert re.findall(r'aria-current="page">([^<]+)', nav[0]) == [link["label"]]
