"""Days in letters are said as people say them, whatever the letter's facts keep."""

import re

import pytest

from marketplace.webkit.letters import render_letter

PACKAGE = {"provider_name": "Anna Alder", "service_name": "Medical massage", "minutes": 60, "visits": 5, "left": 2, "last_on": "2027-07-12"}


@pytest.mark.parametrize(
    ("kind", "facts", "said"),
    [
        ("package_paid", {**PACKAGE, "cents": 73_150, "number": "anna-P2027-0001"}, ["Jul 12, 2027"]),
        ("package_ends", {**PACKAGE, "cents": 29_260}, ["Jul 12, 2027"]),
        ("payout_sent", {"first": "2026-12-28", "last": "2027-01-03", "cents": 16_220}, ["Dec 28, 2026", "Jan 3, 2027"]),
        (
            "credential_ends",
            {"name": "Anna", "title": "License", "kind": "license", "technique": None, "days_left": 30, "last_day": "2027-02-14",
             "required": True, "link": "https://hands.test/provider/credentials"},
            ["Feb 14, 2027"],
        ),
        ("reconfirm_collaboration", {"name": "Anna", "day": "2027-02-14", "link": "https://hands.test/provider"}, ["Feb 14, 2027"]),
    ],
)  # fmt: skip
def test_a_day_is_spoken(ctx, kind, facts, said):
    text = render_letter(kind, facts).text.replace("\u00a0", " ")
    assert [day for day in said if day in text] == said
    assert not re.search(r"\d{4}-\d{2}-\d{2}", text)
