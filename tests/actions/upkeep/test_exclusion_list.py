"""`flask check` finds an exclusion list that is old, or missing where the operator wants one."""

from datetime import timedelta

import pytest

from marketplace.db import db
from providers.verification.queries.exclusions import find_list_fault
from tests.support.clocks import START
from tests.support.exclusions import row, write_list


@pytest.fixture
def run(ctx, clock):
    runner = ctx.test_cli_runner()
    return lambda *words: runner.invoke(args=list(words))


@pytest.fixture
def read_in(run, tmp_path):
    return lambda: run("exclusions", "import", str(write_list(tmp_path / "list.csv", [row("DOE", "JANE")])))


def test_nobody_who_does_not_want_the_list_is_asked_for_it(run):
    assert (run("check").exit_code, run("check").stdout) == (0, "")


@pytest.mark.parametrize("environment", [{"EXCLUSION_LIST": "on"}])
def test_one_that_is_wanted_and_was_never_read_in_is_a_finding_until_it_is(environment, run, read_in):
    found = run("check")
    assert found.exit_code == 1
    assert "has not been read in yet" in found.stdout
    assert "flask exclusions import FILE" in found.stdout
    assert read_in().exit_code == 0
    assert run("check").exit_code == 0


def test_once_read_in_it_is_a_finding_after_35_days(run, read_in, clock):
    read_in()
    clock.advance(days=35)
    assert run("check").exit_code == 0
    clock.advance(days=1)
    found = run("check")
    assert (found.exit_code, "36 days old" in found.stdout) == (1, True)
    assert run("check", "--repair").exit_code == 1, "nobody but the operator can fetch it"
    read_in()
    assert run("check").exit_code == 0


def test_the_newest_reading_counts_by_new_yorks_days(ctx, read_in, clock):
    read_in()
    clock.advance(days=30)
    read_in()
    day = (START + timedelta(days=60)).date()
    assert find_list_fault(db.session(), day, wanted=True) is None
    assert find_list_fault(db.session(), day + timedelta(days=6), wanted=False) is not None
