"""When a permission holds, what it must say, and until when what left under it can be opened."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.sharing.rules.releases import (
    OPEN_FOR,
    PARTS,
    Grant,
    Recipient,
    ReleaseDraft,
    a_year_on,
    open_until,
    release_faults,
    revoked_when,
    why_not_live,
    why_not_sent,
)
from marketplace.kernel.walltime import NEW_YORK

TODAY = date(2027, 1, 12)
NOON = datetime(2027, 1, 12, 17, 0, tzinfo=UTC)
DORA = Recipient("Dora Doe", "physician", "Doe Practice", "dora@practice.example.com")
GOOD = {
    "recipient": DORA,
    "scope": ("visits",),
    "purpose": "my care",
    "expires_on": date(2027, 4, 1),
    "signed_name": "Ruth Weiss",
    "text_version": "1",
}


def grant(**change):
    known = {
        "person_id": 1, "provider_id": 2, "scope": frozenset({"visits", "outcomes"}), "by_link": True, "signed_at": NOON,
        "expires_on": date(2027, 1, 20),
    }  # fmt: skip
    return Grant(**known | change)


@pytest.mark.parametrize(
    "change, field",
    [
        ({}, None),
        ({"expires_on": TODAY}, None),
        ({"expires_on": date(2028, 1, 12)}, None),
        ({"expires_on": date(2028, 1, 13)}, "expires_on"),
        ({"expires_on": date(2027, 1, 11)}, "expires_on"),
        ({"scope": ()}, "scope"),
        ({"scope": ("visits", "address")}, "scope"),
        ({"scope": tuple(PARTS)}, None),
        ({"purpose": "  "}, "purpose"),
        ({"signed_name": "R"}, "signed_name"),
        ({"text_version": "0"}, "text_version"),
        ({"recipient": Recipient(" ", "physician")}, "recipient_name"),
        ({"recipient": Recipient("Dora", "")}, "recipient_profession"),
        ({"recipient": Recipient("Dora", "physician")}, None),
    ],
)
def test_what_is_signed_says_everything_or_is_refused_by_its_field(change, field):
    faults = release_faults(ReleaseDraft(**GOOD | change), TODAY, "1")
    assert [fault.field for fault in faults] == ([field] if field else [])


def test_a_year_is_the_same_day_a_year_later():
    assert a_year_on(TODAY) == date(2028, 1, 12)
    assert a_year_on(date(2028, 2, 29)) == date(2029, 2, 28)


@pytest.mark.parametrize(
    "change, now, reason",
    [
        ({}, NOON, None),
        ({}, NOON - timedelta(seconds=1), "not_yet"),
        ({}, datetime(2027, 1, 20, 23, 59, 59, tzinfo=NEW_YORK), None),
        ({}, datetime(2027, 1, 21, 0, 0, tzinfo=NEW_YORK), "expired"),
        ({"revoked_at": NOON}, NOON, "revoked"),
        ({"revoked_at": NOON + timedelta(days=1)}, NOON, "revoked"),
        ({"revoked_at": NOON}, datetime(2027, 1, 21, 0, 0, tzinfo=NEW_YORK), "revoked"),
    ],
)
def test_a_permission_holds_from_its_signature_to_the_end_of_its_last_day_unless_it_was_taken_back(change, now, reason):
    assert why_not_live(grant(**change), now) == reason


@pytest.mark.parametrize(
    "sent, reason",
    [
        ({}, None),
        ({"parts": ("visits", "outcomes")}, None),
        ({"parts": ("visits", "notes")}, "not_covered"),
        ({"provider_id": 3}, "others"),
        ({"person_id": 3}, "others"),
        ({"way": "link", "by_link": False}, "no_address"),
        ({"way": "print", "by_link": False}, None),
    ],
)
def test_what_it_lets_leave(sent, reason):
    known = {"provider_id": 2, "person_id": 1, "parts": ("visits",), "way": "link"} | sent
    by_link = known.pop("by_link", True)
    assert why_not_sent(grant(by_link=by_link), **known, now=NOON) == reason


days = st.integers(-30, 30)
moments = st.builds(lambda on, minutes: NOON + timedelta(days=on, minutes=minutes), days, st.integers(0, 1439))


@given(moments, days, st.booleans(), moments, st.sets(st.sampled_from(sorted(PARTS))), st.sets(st.sampled_from(sorted(PARTS))))
def test_nothing_leaves_but_what_is_ticked_while_it_holds(signed_at, last, revoked, now, scope, parts):
    expires_on = TODAY + timedelta(days=last)
    given_ = grant(signed_at=signed_at, expires_on=expires_on, scope=frozenset(scope), revoked_at=signed_at if revoked else None)
    leaves = why_not_sent(given_, 2, 1, parts, "link", now) is None
    assert leaves == (
        not revoked and signed_at <= now and now.astimezone(NEW_YORK).date() <= expires_on and all(one in scope for one in parts)
    )


@given(moments, st.integers(0, 40))
def test_what_left_opens_for_fourteen_days_and_never_past_the_last_day(now, left):
    expires_on = now.astimezone(NEW_YORK).date() + timedelta(days=left)
    until = open_until(expires_on, now)
    assert now < until <= now + OPEN_FOR
    assert (until - timedelta(seconds=1)).astimezone(NEW_YORK).date() <= expires_on
    assert until == now + OPEN_FOR or until.astimezone(NEW_YORK) == datetime.combine(
        expires_on + timedelta(days=1), datetime.min.time(), tzinfo=NEW_YORK
    )


def test_it_is_taken_back_after_whatever_was_done_under_it():
    assert revoked_when(NOON, []) == NOON
    assert revoked_when(NOON, [NOON - timedelta(days=1), NOON + timedelta(seconds=2)]) == NOON + timedelta(seconds=2)
