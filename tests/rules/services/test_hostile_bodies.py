"""Whatever is sent as prices or terms is either read or refused with fields; nothing else ever comes out."""

from hypothesis import given
from hypothesis import strategies as st

from marketplace.kernel.errors import Malformed, Refused
from providers.services.rules.prices import CODES, PriceRules, prices_from_dict, prices_to_dict
from providers.services.rules.terms import Terms, terms_from_dict, terms_to_dict

anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 200_000)
    | st.floats(allow_nan=False)
    | st.text(max_size=6)
    | st.sampled_from(["19:00", "10003"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=5,
)
names = ("code", "from", "to", "amount_cents", "weekdays", "percent", "hours", "zones", "zips")
rules = st.dictionaries(st.sampled_from(names), anything, max_size=6).flatmap(
    lambda row: st.sampled_from([*CODES, None]).map(lambda code: {**row, "code": code} if code else row)
)
price_bodies = st.fixed_dictionaries({"rules": st.lists(rules | anything, max_size=4) | anything}, optional={"cap_percent": anything})
terms_names = ("steps", "grace_minutes", "no_show_percent", "late_minutes", "free_moves", "payment", "deposit_percent", "version")
step_rows = st.lists(st.dictionaries(st.sampled_from(["hours", "fee_percent"]), anything, max_size=2) | anything, max_size=4)
terms_bodies = st.dictionaries(st.sampled_from(terms_names), anything, max_size=8).flatmap(
    lambda body: step_rows.map(lambda rows: {**body, "steps": rows})
)


def outcome(read, body):
    """What was read, or nothing and the faults; any other exception is the test's failure."""
    try:
        return read(body), ()
    except (Malformed, Refused) as refusal:
        return None, refusal.faults


@given(price_bodies | anything)
def test_prices(body):
    prices, faults = outcome(prices_from_dict, body)
    assert (prices is None) is bool(faults)
    assert all(fault.message for fault in faults)
    if prices is not None:
        assert isinstance(prices, PriceRules)
        assert prices_from_dict(prices_to_dict(prices)) == prices


@given(terms_bodies | anything)
def test_terms(body):
    terms, faults = outcome(terms_from_dict, body)
    assert (terms is None) is bool(faults)
    assert all(fault.message for fault in faults)
    if terms is not None:
        assert isinstance(terms, Terms)
        assert terms.steps[-1].hours == 0
        assert terms_from_dict(terms_to_dict(terms, with_version=True)) == terms
