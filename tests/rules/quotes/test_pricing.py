"""The price of a visit: every line has its reason, lines add up, tax is rounded once, the same input gives the same quote."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.quotes import catalogue
from booking.quotes.rules.agreed import agreed_from_dict
from booking.quotes.rules.pricing import PriceTable, QuotePolicy, WishFacts, quote, quote_to_dict
from booking.quotes.rules.taxes import TaxRow, tax_row
from marketplace.kernel.errors import Refused
from providers.services.rules.prices import prices_from_dict
from providers.services.rules.terms import DEFAULT_TERMS

NEW_YORK = ZoneInfo("America/New_York")
NOW = datetime(2026, 12, 1, 15, 0, tzinfo=UTC)
SAMPLE = PriceTable({30: 9500, 45: 13000, 60: 16500, 75: 20000, 90: 23500}, version=3)
RULES = {
    "rules": [
        {"code": "evening", "from": "19:00", "to": "21:00", "amount_cents": 1500},
        {"code": "late", "from": "21:00", "to": "23:00", "amount_cents": 3000},
        {"code": "weekend", "weekdays": [5, 6], "amount_cents": 1000},
        {"code": "holiday", "percent": 25},
        {"code": "short_notice", "hours": 4, "amount_cents": 2000},
        {"code": "travel", "zones": [{"zips": ["10003"], "amount_cents": 2500}, {"zips": ["10025"], "amount_cents": 3500}]},
    ]
}


def wall(text, fold=0):
    return datetime.fromisoformat(text).replace(tzinfo=NEW_YORK, fold=fold).astimezone(UTC)


def priced(start, *, minutes=60, setting="clinic", zip_code=None, profession="lmt", rules=RULES, now=NOW, **more):
    facts = WishFacts("Medical massage", minutes, setting, start, zip_code, profession)
    return quote(facts, SAMPLE, prices_from_dict(rules, version=8), DEFAULT_TERMS, catalogue.taxes(), now=now, **more)


def amounts(made):
    return {line.code: line.amount_cents for line in made.lines}


@pytest.mark.parametrize(
    "minutes, zip_code, subtotal, tax, total",
    [
        (60, "10003", 19000, 855, 19855),
        (30, None, 9500, 428, 9928),
        (45, None, 13000, 585, 13585),
        (60, None, 16500, 743, 17243),  # half-even would say 742
        (75, None, 20000, 900, 20900),
        (90, None, 23500, 1058, 24558),
        (60, "10025", 20000, 900, 20900),
        (90, "10025", 27000, 1215, 28215),
    ],
)
def test_the_worked_examples(minutes, zip_code, subtotal, tax, total):
    made = priced(wall("2026-12-03T15:00"), minutes=minutes, zip_code=zip_code, setting="home" if zip_code else "clinic")
    assert (made.subtotal_cents, made.tax_cents, made.total_cents) == (subtotal, tax, total)


@pytest.mark.parametrize(
    "start, extras",
    [
        ("2026-12-03T18:59", {}),
        ("2026-12-03T19:00", {"evening": 1500}),
        ("2026-12-03T20:59", {"evening": 1500}),
        ("2026-12-03T21:00", {"late": 3000}),
        ("2026-12-03T22:59", {"late": 3000}),
        ("2026-12-03T23:00", {}),
        ("2026-12-04T23:59", {}),  # Friday
        ("2026-12-05T00:00", {"weekend": 1000}),  # Saturday
        ("2026-12-06T23:59", {"weekend": 1000}),  # Sunday
        ("2026-12-07T00:00", {}),  # Monday
        ("2026-12-05T19:30", {"weekend": 1000, "evening": 1500}),
        ("2026-12-24T15:59", {}),
        ("2026-12-24T16:00", {"holiday": 4125}),
        ("2026-12-25T10:00", {"holiday": 4125}),
        ("2026-12-31T21:30", {"holiday": 4125, "late": 3000}),
        ("2027-01-01T00:30", {"holiday": 4125}),
        ("2027-07-04T19:00", {"holiday": 4125, "weekend": 1000, "evening": 1500}),  # a Sunday
        ("2027-07-05T12:00", {}),  # the observed day
    ],
)
def test_the_extras_of_a_start_by_its_wall_time(start, extras):
    found = amounts(priced(wall(start)))
    assert {code: cents for code, cents in found.items() if code not in {"service", "tax"}} == extras


@pytest.mark.parametrize(
    "seconds, charged",
    [(4 * 3600 + 1, False), (4 * 3600, False), (4 * 3600 - 1, True), (60, True), (0, True)],
)
def test_short_notice_begins_below_four_elapsed_hours(seconds, charged):
    start = wall("2026-12-03T15:00")
    assert ("short_notice" in amounts(priced(start, now=start - timedelta(seconds=seconds)))) is charged


@pytest.mark.parametrize(
    "start, now, charged, why",
    [
        ("2027-03-14T05:00", "2027-03-14T01:00", True, "the missing hour does not count: three hours pass"),
        ("2027-03-14T06:00", "2027-03-14T01:00", False, "four hours pass"),
        ("2027-11-07T04:00", "2027-11-07T00:30", False, "the repeated hour counts twice: four and a half hours pass"),
        ("2027-11-07T03:29", "2027-11-07T00:30", True, "three hours and 59 minutes pass"),
    ],
)
def test_short_notice_counts_elapsed_hours_over_clock_changes(start, now, charged, why):
    assert ("short_notice" in amounts(priced(wall(start), now=wall(now)))) is charged, why
    in_one_zone = datetime.fromisoformat(start).replace(tzinfo=NEW_YORK), datetime.fromisoformat(now).replace(tzinfo=NEW_YORK)
    assert ("short_notice" in amounts(priced(in_one_zone[0], now=in_one_zone[1]))) is charged, "New York instants count alike"


@pytest.mark.parametrize("fold", [0, 1])
def test_both_passes_of_a_repeated_hour_have_the_same_wall_time(fold):
    rules = {"rules": [{"code": "late", "from": "01:00", "to": "02:00", "amount_cents": 700}]}
    assert amounts(priced(wall("2027-11-07T01:30", fold), rules=rules))["late"] == 700


@pytest.mark.parametrize(
    "setting, zip_code, cents",
    [
        ("home", "10003", 2500),
        ("office", "10003", 2500),
        ("hotel", "10025", 3500),
        ("home", "10128", None),
        ("home", None, None),
        ("clinic", "10003", None),
    ],
)
def test_travel_is_for_visits_at_the_client(setting, zip_code, cents):
    assert amounts(priced(wall("2026-12-03T15:00"), setting=setting, zip_code=zip_code)).get("travel") == cents


@pytest.mark.parametrize(
    "profession, tax",
    [("lmt", 743), ("pt", 0), ("chiropractor", 0), ("physician", 0), ("nurse", 743), ("acupuncturist", 743)],
)
def test_tax_by_profession(profession, tax):
    made = priced(wall("2026-12-03T15:00"), profession=profession)
    assert made.tax_cents == tax
    assert made.total_cents == 16500 + tax
    assert ("tax" in amounts(made)) is (tax > 0)


def test_outside_the_city_there_is_no_city_tax():
    facts = WishFacts("Medical massage", 60, "home", wall("2026-12-03T15:00"), "07030", "lmt", tax_place="elsewhere")
    made = quote(facts, SAMPLE, prices_from_dict({"rules": []}), DEFAULT_TERMS, catalogue.taxes(), now=NOW)
    assert (made.tax_cents, made.total_cents) == (0, 16500)


def row(**change):
    base = {"name": "t", "version": 1, "place": "here", "profession": "*", "basis_points": 450, "label": "Tax", "because": "so"}
    return TaxRow(**{**base, "covers": ("service",), "effective_from": date(2026, 1, 1), **change})


@pytest.mark.parametrize(
    "rows, profession, day, points",
    [
        ([row()], "lmt", date(2026, 1, 1), 450),
        ([row()], "lmt", date(2025, 12, 31), None),
        ([row(effective_to=date(2026, 6, 30))], "lmt", date(2026, 6, 30), 450),
        ([row(effective_to=date(2026, 6, 30))], "lmt", date(2026, 7, 1), None),
        ([row(), row(profession="lmt", basis_points=1)], "lmt", date(2026, 7, 1), 1),
        ([row(profession="lmt", basis_points=1), row()], "lmt", date(2026, 7, 1), 1),
        ([row(), row(profession="lmt", basis_points=1)], "nurse", date(2026, 7, 1), 450),
        ([row(), row(version=2, basis_points=500)], "lmt", date(2026, 7, 1), 500),
        ([row(place="there")], "lmt", date(2026, 7, 1), None),
        ([], "lmt", date(2026, 7, 1), None),
    ],
)
def test_the_row_of_the_day_and_the_profession(rows, profession, day, points):
    found = tax_row(rows, "here", profession, day)
    assert (found.basis_points if found else None) == points


def test_a_new_rate_begins_with_visits_of_its_first_day_in_new_york():
    old, new = row(effective_to=date(2026, 12, 31)), row(version=2, basis_points=500, effective_from=date(2027, 1, 1))
    cents = []
    for start in ("2026-12-31T23:30", "2027-01-01T00:00"):
        facts = WishFacts("Massage", 60, "clinic", wall(start), None, "lmt", tax_place="here")
        cents.append(quote(facts, SAMPLE, prices_from_dict({"rules": []}), DEFAULT_TERMS, [old, new], now=NOW).tax_cents)
    assert cents == [743, 825]


def test_only_the_lines_that_a_tax_covers_are_taxed():
    facts = WishFacts("Massage", 60, "home", wall("2026-12-03T15:00"), "10003", "lmt", tax_place="here")
    assert quote(facts, SAMPLE, prices_from_dict(RULES), DEFAULT_TERMS, [row()], now=NOW).tax_cents == 743


@pytest.mark.parametrize(
    "cap, off, subtotal",
    [
        (None, None, 16500 + 4125 + 3000),
        (100, None, 16500 + 4125 + 3000),
        (25, -3000, 16500 + 4125),
        (10, -5475, 16500 + 1650),
        (0, -7125, 16500),
    ],
)
def test_a_cap_takes_off_what_the_extras_exceed(cap, off, subtotal):
    rules = RULES if cap is None else {**RULES, "cap_percent": cap}
    made = priced(wall("2026-12-31T21:30"), rules=rules)
    assert amounts(made).get("cap") == off
    assert made.subtotal_cents == subtotal


@pytest.mark.parametrize("cents, off", [(1649, None), (1650, None), (1651, -1)])
def test_the_cap_bites_from_the_first_cent(cents, off):
    rules = {"rules": [{"code": "evening", "from": "19:00", "to": "21:00", "amount_cents": cents}], "cap_percent": 10}
    assert amounts(priced(wall("2026-12-03T19:00"), rules=rules)).get("cap") == off


def test_travel_is_no_extra_and_stays_outside_the_cap():
    made = priced(wall("2026-12-03T20:00"), setting="home", zip_code="10025", rules={**RULES, "cap_percent": 0})
    assert amounts(made) == {"service": 16500, "evening": 1500, "cap": -1500, "travel": 3500, "tax": 900}


def test_each_line_names_its_rule_and_its_reason():
    made = priced(wall("2026-12-31T21:30"), setting="home", zip_code="10003", rules={**RULES, "cap_percent": 10})
    told = {line.code: (line.label, line.rule, line.reason) for line in made.lines}
    assert told == {
        "service": ("Medical massage, 60 min", "service_price@3", "The provider's price for 60 minutes"),
        "late": ("Start from 9 PM", "late@8", "Visits that start from 9 PM until 11 PM"),
        "holiday": ("New Year's Eve", "holiday@8", "25% of $165.00 on a holiday"),
        "cap": ("Cap on extras", "cap@8", "Extras together are at most 10% of $165.00"),
        "travel": ("Travel to 10003", "travel@8", "The provider's travel zone for 10003"),
        "tax": ("New York City sales tax", "nyc_massage_tax@1", "4.5% of $206.50, massage by a massage therapist"),
    }


@pytest.mark.parametrize(
    "opens, closes, words",
    [
        ("19:30", "24:00", "from 7:30 PM until midnight"),
        ("00:00", "05:00", "from midnight until 5 AM"),
        ("11:00", "12:00", "from 11 AM until 12 PM"),
    ],
)
def test_a_band_in_words(opens, closes, words):
    rules = {"rules": [{"code": "evening", "from": opens, "to": closes, "amount_cents": 100}]}
    made = priced(wall(f"2026-12-03T{opens}"), rules=rules)
    assert made.lines[1].reason.endswith(words)


def test_short_notice_and_weekend_in_words():
    start = wall("2026-12-05T15:00")
    told = {line.code: line.reason for line in priced(start, now=start - timedelta(hours=1)).lines}
    assert told["short_notice"] == "Booked less than 4 hours ahead"
    assert told["weekend"] == "Visits on Saturdays and Sundays"


def test_a_rule_that_adds_nothing_makes_no_line():
    rules = {"rules": [{"code": "evening", "from": "19:00", "to": "21:00", "amount_cents": 0}, {"code": "holiday", "percent": 0}]}
    assert set(amounts(priced(wall("2026-12-25T19:30"), rules=rules))) == {"service", "tax"}


def test_no_line_is_made_from_personal_data_unless_the_owner_says_zones_are():
    start = wall("2026-12-03T15:00")
    plain = priced(start, setting="home", zip_code="10003")
    marked = priced(start, setting="home", zip_code="10003", policy=QuotePolicy(zone_is_personal=True))
    assert not any(line.uses_personal_data for line in plain.lines)
    assert {line.code for line in marked.lines if line.uses_personal_data} == {"travel"}


def test_a_length_that_is_not_offered_is_refused():
    with pytest.raises(Refused, match="unknown_service"):
        priced(wall("2026-12-03T15:00"), minutes=50)


@pytest.mark.parametrize(
    "ahead_minutes, valid_minutes, why",
    [
        (48 * 60, 30, "half an hour"),
        (4 * 60 + 10, 10, "from then on short notice costs more"),
        (4 * 60, 0, "the last moment before short notice"),
        (3 * 60, 30, "short notice is in the price already"),
        (20, 20, "not past the start"),
    ],
)
def test_how_long_a_price_stands(ahead_minutes, valid_minutes, why):
    made = priced(NOW + timedelta(minutes=ahead_minutes))
    assert made.valid_until_at == NOW + timedelta(minutes=valid_minutes), why


def test_the_terms_come_with_the_quote_in_the_shape_of_the_contract():
    shape = quote_to_dict(priced(wall("2026-12-04T18:30"), now=wall("2026-12-03T12:00")))
    assert set(shape) == {"lines", "subtotal_cents", "tax_cents", "total_cents", "currency", "terms", "valid_until"}
    assert shape["currency"] == "USD"
    assert shape["valid_until"] == "2026-12-03T12:30:00-05:00"
    terms = shape["terms"]
    assert terms["summary"] == "free until Thu Dec 3, 6:30 PM; then $82.50; from Fri 6:30 AM the full $165.00"
    assert [(step["until"], step["fee_percent"], step["fee_cents"]) for step in terms["steps"]] == [
        ("2026-12-03T18:30:00-05:00", 0, 0),
        ("2026-12-04T06:30:00-05:00", 50, 8250),
        ("2026-12-04T18:30:00-05:00", 100, 16500),
    ]
    assert terms["grace_until"] == "2026-12-03T12:10:00-05:00"
    assert (terms["no_show_percent"], terms["late_minutes"]) == (100, 15)
    assert {"code", "label", "amount_cents", "rule", "uses_personal_data"} <= set(shape["lines"][0])


def test_the_fee_is_a_share_of_the_service_line_alone():
    made = priced(wall("2026-12-31T21:30"), setting="home", zip_code="10003")
    assert made.subtotal_cents > 16500
    assert made.terms.fee_base_cents == 16500
    assert agreed_from_dict(quote_to_dict(made)["terms"]).fee_cents(50) == 8250


starts = st.integers(0, 60 * 24 * 60).map(lambda minute: NOW + timedelta(minutes=minute))
wishes = st.tuples(starts, st.sampled_from(list(SAMPLE.cents_by_minutes)), st.sampled_from(["clinic", "home", "office", "hotel"]))
zips = st.sampled_from([None, "10003", "10025", "10128"])
caps = st.none() | st.integers(0, 300)


@given(wishes, zips, st.sampled_from(["lmt", "pt", "nurse"]), caps)
def test_lines_add_up_whatever_is_wished(wish, zip_code, profession, cap):
    start, minutes, setting = wish
    rules = RULES if cap is None else {**RULES, "cap_percent": cap}
    made = priced(start, minutes=minutes, setting=setting, zip_code=zip_code, profession=profession, rules=rules)
    assert sum(line.amount_cents for line in made.lines) == made.total_cents
    assert made.subtotal_cents + made.tax_cents == made.total_cents
    assert made.subtotal_cents >= made.terms.fee_base_cents
    taxed = made.subtotal_cents if profession != "pt" else 0
    assert made.tax_cents == (taxed * 450 * 2 + 10_000) // 20_000
    extras = sum(line.amount_cents for line in made.lines if line.code not in {"service", "travel", "tax"})
    if cap is not None:
        assert extras <= (SAMPLE.cents_by_minutes[minutes] * cap * 2 + 100) // 200


@given(wishes, zips)
def test_the_same_input_gives_the_same_quote(wish, zip_code):
    start, minutes, setting = wish
    one, other = (priced(start, minutes=minutes, setting=setting, zip_code=zip_code) for _ in range(2))
    assert quote_to_dict(one) == quote_to_dict(other)


@given(wishes)
def test_a_quote_never_outlives_its_price(wish):
    """At `valid_until` the same wish still has the same price."""
    start, minutes, setting = wish
    made = priced(start, minutes=minutes, setting=setting)
    again = priced(start, minutes=minutes, setting=setting, now=made.valid_until_at)
    assert again.lines == made.lines
    assert NOW <= made.valid_until_at <= start


def test_the_tax_table_names_its_source_and_covers_every_kind_of_line():
    rows = catalogue.taxes()
    assert {one.profession for one in rows} == {"*", "lmt", "pt", "chiropractor", "physician"}
    everything = {"service", "evening", "late", "weekend", "holiday", "short_notice", "cap", "travel", "add_on", "extension", "discount"}
    assert all(set(one.covers) == everything for one in rows if one.basis_points)
