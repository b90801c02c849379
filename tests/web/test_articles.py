"""`docs/articles.md` names every row of the three source articles once, and each address it names exists."""

import re
from pathlib import Path

import pytest

ROWS = [*(f"S0.{n}" for n in range(1, 34)), *(f"S1.{n}" for n in range(1, 19)), *(f"S3.{n}" for n in range(1, 12))]
TEXT = (Path(__file__).resolve().parents[2] / "docs" / "articles.md").read_text(encoding="utf-8")
TABLE = re.findall(r"^\| (S\d\.\d+) \| (.+?) \| (.+) \|$", TEXT, re.MULTILINE)
ADDRESSES = sorted(set(re.findall(r"`(?:GET )?(/[^`]*)`", TEXT)))


def test_every_row_is_there_once_and_in_order():
    assert [row for row, _what, _where in TABLE] == ROWS


def test_every_row_has_an_address_or_says_why_not():
    silent = [row for row, _what, where in TABLE if "`/" not in where and not where.startswith(("missing, because", "not shown;"))]
    assert silent == []


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_address_exists(app, address):
    built = address.replace("{slug}", "anna").replace("{id}", "nobody-has-this")
    assert "{" not in built
    assert app.url_map.bind("localhost").match(built, method="GET")
