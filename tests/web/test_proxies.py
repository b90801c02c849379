"""Whose address counts: the one that is connected, or the one that so many trusted proxies in front have handed on."""

import pytest
from flask import request as asked

from marketplace.settings import Settings, SettingsError
from marketplace.webkit.limits import limiter
from tests.support.databases import environment_of

LIMIT = 10


@pytest.fixture
def environment(request):
    return {"RATE_LIMITS": "on", "TRUSTED_PROXIES": request.param}


@pytest.fixture
def sign_ups(client):
    """`sign_ups(chains)` signs one person up for each `X-Forwarded-For` and gives the status codes."""
    limiter.reset()

    def ask(chains):
        return [
            client.post(
                "/api/v1/accounts",
                json={"email": f"a{number}@example.com", "password": "a few words here", "name": "Ann", "role": "client"},
                headers={"X-Forwarded-For": chain},
            ).status_code
            for number, chain in enumerate(chains)
        ]

    return ask


@pytest.mark.parametrize("environment", ["", "0"], indirect=True)
def test_without_a_proxy_what_a_stranger_claims_changes_nothing(sign_ups):
    assert sign_ups(f"198.51.100.{number}" for number in range(LIMIT + 1)) == [201] * LIMIT + [429]


@pytest.mark.parametrize("environment", ["1"], indirect=True)
def test_behind_one_proxy_the_last_hop_counts(sign_ups):
    assert sign_ups(f"203.0.113.9, 198.51.100.{number}" for number in range(LIMIT + 1)) == [201] * (LIMIT + 1)


@pytest.mark.parametrize("environment", ["1"], indirect=True)
def test_behind_one_proxy_the_hops_before_the_last_are_hearsay(sign_ups):
    assert sign_ups(f"198.51.100.{number}, 203.0.113.9" for number in range(LIMIT + 1)) == [201] * LIMIT + [429]


@pytest.mark.parametrize("environment", ["2"], indirect=True)
def test_behind_two_the_one_before_the_last_counts(sign_ups):
    assert sign_ups(f"203.0.113.9, 198.51.100.{number}, 192.0.2.1" for number in range(LIMIT + 1)) == [201] * (LIMIT + 1)
    assert sign_ups(f"198.51.100.{number}, 203.0.113.9, 192.0.2.1" for number in range(LIMIT + 1)) == [201] * LIMIT + [429]


FORWARDED = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Host": "hands.example", "X-Forwarded-Proto": "https"}


@pytest.mark.parametrize(
    ("environment", "seen"),
    [("0", ("127.0.0.1", "localhost", "http")), ("1", ("203.0.113.9", "hands.example", "https"))],
    indirect=["environment"],
)
def test_address_host_and_scheme_go_together(client, seen):
    with client:
        client.get("/healthz", headers=FORWARDED)
        assert (asked.remote_addr, asked.host, asked.scheme) == seen


@pytest.mark.parametrize("number", ["-1", "one", "1.5", "yes"])
def test_a_number_that_is_none_stops_the_start(number):
    with pytest.raises(SettingsError, match="TRUSTED_PROXIES"):
        Settings.from_environment(environment_of("sqlite://") | {"TRUSTED_PROXIES": number})
