"""The classes that stand in for inline positions: one for every quarter hour of a day."""

import re
from pathlib import Path

CSS = (Path(__file__).resolve().parents[2] / "marketplace/static/css/desk.css").read_text()


def test_every_row_and_span_of_a_day_has_its_class():
    for number in range(1, 97):
        assert re.search(rf"\.row-{number}\s*\{{\s*grid-row-start:\s*{number}\s*;?\s*\}}", CSS), number
        assert re.search(rf"\.span-{number}\s*\{{\s*grid-row-end:\s*span {number}\s*;?\s*\}}", CSS), number


def test_five_and_ten_minutes_have_theirs():
    for name in ("plus-5", "plus-10", "less-5", "less-10"):
        assert re.search(rf"\.{name}\s*\{{", CSS), name
