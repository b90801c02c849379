"""What a request says about its host is never believed, and never breaks an answer."""

import pytest


@pytest.mark.parametrize("host", ["a" * 3000, "evil.example", "evil.example:99", "[::1", "a b", "a/b", "x@y"])
@pytest.mark.parametrize("path", ["/", "/nothing-here", "/appointments", "/api/v1/meta", "/api/v1/nothing-here"])
def test_an_odd_host_is_no_crash_and_leads_nowhere(client, host, path):
    answer = client.get(path, headers={"Host": host})
    assert answer.status_code in (200, 302, 400, 401, 404)
    assert not answer.headers.get("Location", "/").startswith("http")
    assert "evil.example" not in answer.text
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
