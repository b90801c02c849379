"""What comes nearest, against a twin that asks the judge about every quarter of an hour and chooses by looking at all of them."""

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.openings.catalogue import rules_by, search_tables
from booking.openings.rules.alternatives import REASONS, anybody, enough, own_alternatives, window_around
from booking.openings.rules.asking import Wish, ask, offered_service
from booking.openings.rules.judging import judge_start
from booking.openings.rules.starts import find_starts
from booking.openings.rules.wanted import SearchQuery
from booking.openings.rules.widening import widened
from marketplace.kernel.errors import Refused
from marketplace.kernel.walltime import NEW_YORK, day_begin, from_minute
from providers.credentials.catalogue import first_policy
from tests.support.worlds import NOW, SETTINGS, TODAY, ZIPS, random_claims, random_provider, random_query

HOUSE = rules_by(first_policy())
TABLES = search_tables(HOUSE)
WINDOW = (day_begin(TODAY), day_begin(TODAY) + 4 * 1440)


def question_of(facts, claims, wish):
    service = offered_service(facts, wish)
    taken = [held.taken for held in claims if held.expires_at is None or held.expires_at > NOW]
    travel = TABLES.traveler(facts.area.mode) if facts.area else None
    return ask(facts, wish, service, HOUSE, taken=taken, travel=travel, now=NOW, from_minute=WINDOW[0], until_minute=WINDOW[1])


def listed(facts, claims):
    def starts(wish):
        try:
            return find_starts(question_of(facts, claims, wish))
        except Refused:
            return ()

    return starts


def judged(facts, claims, wish):
    """Every quarter of an hour of the window at which the visit could begin, by asking about each."""
    try:
        question = question_of(facts, claims, wish)
    except Refused:
        return []
    return [start for start in range(*WINDOW, 15) if judge_start(question, start).ok]


def day_of(start):
    return from_minute(start).astimezone(NEW_YORK).date()


def clock_of(start):
    at = from_minute(start).astimezone(NEW_YORK)
    return at.hour * 60 + at.minute


def twin(facts, claims, wish, wanted, near_zips):
    """(reason, wish, start) one after the other, chosen by sorting everything there is."""
    free = [start for start in judged(facts, claims, wish) if start != wanted]
    today = [start for start in free if day_of(start) == day_of(wanted)]
    chosen = [("same_day", wish, at) for at in sorted(sorted(today, key=lambda at: (abs(at - wanted), at))[:3])]
    later = sorted({day_of(start) for start in free if day_of(start) > day_of(wanted)})[:2]
    days = [("later_day", day) for day in later]
    if not later:
        days = [("earlier_day", day) for day in sorted({day_of(start) for start in free if day_of(start) < day_of(wanted)})[-1:]]
    for reason, day in days:
        ours = [start for start in free if day_of(start) == day]
        chosen.append((reason, wish, min(ours, key=lambda at: (abs(clock_of(at) - clock_of(wanted)), at))))
    service = facts.service(wish.service)
    changes = []
    if service is not None:
        changes.append(
            (
                "other_setting",
                [replace(wish, setting=one, zip=None if one == "clinic" else wish.zip) for one in SETTINGS if one != wish.setting],
            )
        )
        lengths = sorted((m for m in service.prices if m != wish.minutes), key=lambda m: (abs(m - wish.minutes), m))
        changes.append(("other_minutes", [replace(wish, minutes=m) for m in lengths]))
        changes.append(("other_zip", [replace(wish, zip=code) for code in near_zips if wish.setting != "clinic" and code != wish.zip]))
    others = [one for one in facts.services if one.code != wish.service and wish.setting in one.settings]
    shape = {one.code: min(one.prices, key=lambda m: (abs(m - wish.minutes), m)) for one in others}
    changes.append(("other_service", [replace(wish, service=one.code, minutes=shape[one.code]) for one in others]))
    for reason, wishes in changes:
        if reason == "other_service" and chosen:
            continue
        if reason == "other_zip" and today:
            continue
        found = []
        for other in wishes:
            starts = judged(facts, claims, other)
            if starts:
                found.append((reason, other, min(starts, key=lambda at: (abs(at - wanted), at))))
        chosen += found[:2]
    return chosen


@given(st.integers(0, 2**32))
def test_proposals_are_those_of_the_twin_and_each_can_be_held(seed):
    random = Random(seed)
    facts = random_provider(random, 1)
    claims = random_claims(random, facts)
    service = random.choice(facts.services)
    setting = random.choice(("clinic", "home"))
    wish = Wish(
        random.choice((service.code, "nothing-of-that-kind")),
        random.choice((30, 60, 75)),
        setting,
        random.choice(ZIPS) if setting == "home" else None,
    )
    wanted, near_zips = random.randrange(*WINDOW, 15), random.sample(ZIPS, 2)
    found = own_alternatives(facts, wish, wanted, listed(facts, claims), anybody, near_zips)
    assert [(one.reason, one.wish, one.start_minute) for one in found] == twin(facts, claims, wish, wanted, near_zips)
    for one in found:
        assert judge_start(question_of(facts, claims, one.wish), one.start_minute).ok
        assert facts.name in one.words
    reasons = [REASONS.index(one.reason) for one in found]
    assert reasons == sorted(reasons)


@given(st.integers(0, 2**32))
def test_what_one_may_not_hold_is_not_proposed(seed):
    random = Random(seed)
    facts = random_provider(random, 1)
    claims = random_claims(random, facts)
    wish = Wish(facts.services[0].code, 60, "clinic")
    wanted = random.randrange(*WINDOW, 15)
    barred = facts.services[0].code
    found = own_alternatives(
        facts, wish, wanted, listed(facts, claims), lambda _facts, wish, start: wish.service != barred and start % 30 == 0, ()
    )
    assert all(one.wish.service != barred and one.start_minute % 30 == 0 for one in found)
    assert not enough(found)


def test_the_wished_start_itself_is_never_its_own_alternative():
    facts = random_provider(Random(3), 1)
    wish = Wish("a", 60, "clinic")
    found = own_alternatives(facts, wish, 1000, lambda other: (1000, 1015) if other == wish else (), anybody, ())
    assert [one.start_minute for one in found] == [1015]


@pytest.mark.parametrize(
    ("wanted", "earliest", "window"),
    [
        (100_000, 0, (79_840, 120_160)),
        (100_000, 95_000, (95_000, 120_160)),
        (90_000, 95_000, (95_000, 115_160)),
    ],
    ids=["two weeks around", "never the past", "a past wish looks ahead from now"],
)
def test_where_is_looked(wanted, earliest, window):
    assert window_around(wanted, earliest) == window


@given(st.integers(0, 2**32))
def test_a_wider_search_gives_up_one_thing_and_is_never_the_same_again(seed):
    query = random_query(Random(seed))
    tries = list(widened(query, (30, 60, 90)))
    same = replace(query, sort="soonest", limit=1)
    for code, words, wider in tries:
        assert wider != same
        assert (wider.sort, wider.limit) == ("soonest", 1)
        assert words
        assert (wider.minutes == query.minutes) == (code != "other_minutes")
        if code not in ("other_setting", "fewer_wishes"):
            assert wider.settings == query.settings
        if code in ("later", "other_part"):
            assert wider.until_minute > query.until_minute
    assert [code for code, *_ in tries if code == "other_minutes"] == ["other_minutes"] * 2
    assert [wider.minutes for code, _, wider in tries if code == "other_minutes"] == {30: [60, 90], 60: [30, 90]}[query.minutes]


def test_a_length_that_nobody_offers_becomes_the_closest_in_the_end():
    *_, (code, _words, wider) = widened(SearchQuery(0, 1440, minutes=75), (30, 60, 90))
    assert (code, wider.minutes) == ("fewer_wishes", 60)


def test_a_plain_search_is_only_asked_later_farther_and_in_other_lengths():
    codes = [code for code, *_ in widened(SearchQuery(0, 1440), (60,))]
    assert codes == ["later", "other_part", "farther", "fewer_wishes"]
