"""How strict a run is: Hypothesis profiles, and what happens where a server or a browser is missing."""

import os
from typing import NoReturn

import pytest
from _pytest.mark import ParameterSet
from hypothesis import HealthCheck, settings

REQUIRE_ALL = os.environ.get("REQUIRE_ALL", "") not in ("", "0")

settings.register_profile(
    "house",
    deadline=None,  # two busy cores say nothing about an algorithm
    derandomize=True,  # the gate asks the same questions every time; new ones are asked by HYPOTHESIS_PROFILE=thorough and by `make soak`
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    print_blob=True,
)
settings.register_profile("thorough", settings.get_profile("house"), max_examples=2000, derandomize=False)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "house"))


def missing(what: str) -> NoReturn:
    """Skip with one line, or fail where the run was told to require everything."""
    if REQUIRE_ALL:
        pytest.fail(f"{what} (REQUIRE_ALL is set)", pytrace=False)
    pytest.skip(what)


def soak_rounds(usual: int = 1, soaking: int = 50) -> list[ParameterSet]:
    """Rounds to parametrize by: the first `usual` in every run, the rest by `make soak` alone."""
    return [pytest.param(number, marks=pytest.mark.soak if number >= usual else ()) for number in range(soaking)]


def print_line(figures: str) -> None:
    """One line of figures of a long run, on a line of its own between pytest's dots."""
    print(f"\n{figures}")
