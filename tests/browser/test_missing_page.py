"""The page for what is not there: reachable without signing in, plain, and fit for everyone."""

import pytest

from tests.support.browsers import NARROW, WIDE, watch_for_faults


@pytest.mark.browser
@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_wrong_address_gets_a_page_that_everyone_can_use(new_context, axe, viewport, scheme):
    page = new_context(viewport=viewport, color_scheme=scheme).new_page()
    faults = watch_for_faults(page)
    answer = page.goto("/there-is-nothing-here")
    assert answer.status == 404
    assert page.get_by_role("heading", level=1).count() == 1
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
    assert axe(page) == []
    assert faults == []


@pytest.mark.browser
def test_it_needs_no_scripts(plain_page):
    assert plain_page.goto("/there-is-nothing-here").status == 404
    assert plain_page.get_by_role("heading", level=1).is_visible()
