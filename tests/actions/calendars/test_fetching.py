"""Fetching calendars: only from the public internet, only what is whole, never more than the bounds."""

import gzip
import socket
import threading

import pytest

from providers.calendars import feed_port
from providers.calendars.feed_port import Feeds, Internet, Seen, Unavailable
from providers.calendars.rules.addresses import AddressRefused, is_public
from tests.support.feeds import PUBLIC, SmallNet, shelf

URL = "https://calendars.example/secret.ics"
CONTENT = b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"


@pytest.fixture
def server():
    with shelf() as held:
        held.pages["/secret.ics"] = CONTENT
        yield held


@pytest.fixture
def net(server):
    return SmallNet(server.port)


@pytest.fixture
def feeds(net):
    return Feeds(transport=net)


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.215.14", True), ("2606:2800:21f:cb07:6820:80da:af6b:8b2c", True), ("::ffff:93.184.215.14", True),
        ("127.0.0.1", False), ("10.0.0.1", False), ("172.16.9.9", False), ("192.168.1.1", False), ("169.254.169.254", False),
        ("0.0.0.0", False), ("0.1.2.3", False), ("100.64.0.1", False), ("198.18.0.1", False), ("198.19.255.255", False), ("192.0.0.8", False),
        ("192.88.99.1", False), ("203.0.113.9", False), ("224.0.0.1", False), ("239.1.2.3", False), ("255.255.255.255", False),
        ("::1", False), ("::", False), ("fe80::1", False), ("fe80::1%eth0", False), ("fc00::1", False), ("fd12:3456::1", False), ("fec0::1", False), ("ff02::1", False),
        ("::ffff:127.0.0.1", False), ("::ffff:169.254.169.254", False), ("::127.0.0.1", False), ("64:ff9b::7f00:1", False), ("64:ff9b::5db8:d70e", False),
        ("2002:7f00:1::", False), ("2001::1", False), ("2001:db8::1", False), ("100::1", False), ("no address", False), ("", False),
    ],
)  # fmt: skip
def test_which_addresses_are_public(address, public):
    assert is_public(address) is public


REFUSED = (
    "http://calendars.example/secret.ics", "ftp://calendars.example/x", "file:///etc/passwd", "gopher://calendars.example/", "https:///x", "//calendars.example/x", "",
    "https://calendars.example:8443/x", "https://calendars.example:22/x", "https://calendars.example:80/x", "https://calendars.example:x/x", "https://me:word@calendars.example/x",
    "https://127.0.0.1/x", "https://[::1]/x", "https://0x7f.1/x", "https://2130706433/x", "https://inside.example/x", "https://both.example/x",
    "https://calendars.example\\@127.0.0.1/x", "https://calendars.example/\r\nHost: x", "https://calendars.example/ x", "https://[fe80::1%25eth0]/x", "https://[broken/x",
    "https://calendars.example/" + "x" * 2000,
)  # fmt: skip


@pytest.mark.parametrize("url", REFUSED)
def test_what_is_never_asked(feeds, net, server, url):
    inside = {"127.0.0.1": "127.0.0.1", "::1": "::1", "0x7f.1": "127.0.0.1", "2130706433": "127.0.0.1", "inside.example": "10.1.2.3"}
    net.names = {name: [address] for name, address in inside.items()} | {"both.example": [PUBLIC, "192.168.0.9"]}
    with pytest.raises(AddressRefused) as refusal:
        feeds.fetch(url)
    assert "example" not in refusal.value.sentence
    assert (server.asked, net.connected) == ([], [])


def test_https_and_webcal(feeds, net):
    assert feeds.fetch(URL).content == CONTENT
    assert feeds.fetch(URL.replace("https", "webcal")).content == CONTENT
    assert feeds.check("webcal://calendars.example/a?b=c") == feed_port.Target(PUBLIC, "calendars.example", 443, True, "/a?b=c")
    assert feeds.check("webcal://calendars.example:80/").secure is False
    assert net.connected == [PUBLIC, PUBLIC]


def test_the_name_is_asked_once_and_the_connection_goes_where_was_looked(server, net):
    """A name that answers with another address the second time leads nowhere else."""
    asked = []

    class Turning(SmallNet):
        def resolve(self, host, port):
            asked.append(host)
            return [PUBLIC] if len(asked) == 1 else ["127.0.0.1"]

    turning = Turning(server.port)
    assert Feeds(transport=turning).fetch(URL).content == CONTENT
    assert (len(asked), turning.connected) == (1, [PUBLIC])


def test_redirects_are_new_addresses_with_all_checks(feeds, net, server):
    net.names = {"inside.example": ["169.254.169.254"]}
    server.status, server.headers = 302, {"Location": "https://inside.example/latest"}
    with pytest.raises(AddressRefused):
        feeds.fetch(URL)
    server.headers = {"Location": "http://calendars.example/plain"}
    with pytest.raises(AddressRefused):
        feeds.fetch(URL)
    assert len(server.asked) == 2
    server.headers = {"Location": "/secret.ics"}
    with pytest.raises(Unavailable, match="on and on"):
        feeds.fetch(URL)
    assert len(server.asked) == 2 + 4


@pytest.mark.parametrize("onward", ["http://[::1", "https://[broken/x", "//[", ""])
def test_a_redirect_to_no_address_is_an_answer_like_any_bad_one(feeds, server, onward):
    server.status, server.headers = 302, {"Location": onward}
    with pytest.raises((AddressRefused, Unavailable)):
        feeds.fetch(URL)


def test_a_slow_name_counts_into_the_whole_time(server, monkeypatch):
    """Names behind redirects are not waited for beyond the ten seconds that there are in all."""
    clock = [0.0]
    monkeypatch.setattr(feed_port, "monotonic", lambda: clock[0])
    waited = []

    class Slow(SmallNet):
        def resolve(self, host, port):
            clock[0] += 4.0
            return [PUBLIC]

    real = feed_port.Feeds._resolve

    def resolve(self, host, port, *, exempt, seconds):
        waited.append(seconds)
        return real(self, host, port, exempt=exempt, seconds=seconds)

    monkeypatch.setattr(feed_port.Feeds, "_resolve", resolve)
    server.status, server.headers = 302, {"Location": "/secret.ics"}
    with pytest.raises(Unavailable, match="too slow"):
        Feeds(transport=Slow(server.port)).fetch(URL)
    assert waited == [5.0, 5.0, 2.0]


def test_asking_again_costs_nothing_when_nothing_changed(feeds, server):
    first = feeds.fetch(URL)
    again = feeds.fetch(URL, Seen(first.etag, first.last_modified))
    assert (again.content, again.etag) == (None, first.etag)
    server.pages["/secret.ics"] = CONTENT + b"\r\n"
    assert feeds.fetch(URL, Seen(first.etag)).content == CONTENT + b"\r\n"
    assert server.asked[1][1]["If-None-Match"] == first.etag


def test_packed_content(feeds, server):
    server.zipped = True
    assert feeds.fetch(URL).content == CONTENT


@pytest.mark.parametrize("zipped", [True, False])
def test_what_is_too_large_is_refused_before_it_is_unpacked(feeds, server, zipped):
    server.zipped, server.pages["/secret.ics"] = zipped, b"x" * (60 if zipped else 6) * 1024 * 1024
    with pytest.raises(Unavailable, match="5 MB"):
        feeds.fetch(URL)


@pytest.mark.parametrize("zipped", [True, False])
def test_what_breaks_off_is_no_answer(feeds, server, zipped):
    server.zipped, server.cut = zipped, 5
    with pytest.raises(Unavailable):
        feeds.fetch(URL)


@pytest.mark.parametrize("status", [204, 304, 401, 403, 404, 410, 429, 500, 503])
def test_an_error_says_its_number_and_nothing_of_its_page(feeds, server, status):
    server.status, server.pages["/secret.ics"] = status, b"secret banner"
    with pytest.raises(Unavailable, match=str(status)) as refusal:
        feeds.fetch(URL)
    assert "banner" not in refusal.value.sentence


def test_what_is_packed_behind_the_content_is_not_left_unread(feeds, server):
    """Two calendars in one answer are refused unpacked; packed one behind the other they are no less."""
    server.headers, server.pages["/secret.ics"] = {"Content-Encoding": "gzip"}, gzip.compress(CONTENT) + gzip.compress(CONTENT)
    with pytest.raises(Unavailable, match="packed"):
        feeds.fetch(URL)


def test_other_packing_is_refused(feeds, server):
    server.headers = {"Content-Encoding": "br"}
    with pytest.raises(Unavailable, match="packed"):
        feeds.fetch(URL)


def test_one_that_is_silent_is_left(monkeypatch):
    monkeypatch.setattr(feed_port, "TOTAL_SECONDS", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(Unavailable):
        Feeds(transport=SmallNet(silent.getsockname()[1])).fetch(URL)


def test_one_that_drips_is_cut_off(monkeypatch):
    monkeypatch.setattr(feed_port, "TOTAL_SECONDS", 0.3)
    stop = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as dripping:

        def drip():
            line, _ = dripping.accept()
            with line:
                line.sendall(b"HTTP/1.1 200 OK\r\n")
                while not stop.wait(0.02):
                    try:
                        line.sendall(b"X-Drop: 1\r\n")
                    except OSError:
                        return

        thread = threading.Thread(target=drip, daemon=True)
        thread.start()
        with pytest.raises(Unavailable, match="too slow"):
            Feeds(transport=SmallNet(dripping.getsockname()[1])).fetch(URL)
        stop.set()
        thread.join()


def test_an_operator_may_exempt_a_host(server):
    url = f"http://127.0.0.1:{server.port}/secret.ics"
    assert Feeds((f"127.0.0.1:{server.port}",), Internet()).fetch(url).content == CONTENT
    assert Feeds(("127.0.0.1",), Internet()).fetch(url.replace("http", "webcal")).content == CONTENT
    with pytest.raises(AddressRefused):
        Feeds(("127.0.0.1:1",), Internet()).fetch(url)
    with pytest.raises(AddressRefused):
        Feeds((), Internet()).fetch(url.replace("http", "https"))


def test_an_exempt_host_leads_to_no_other(server):
    server.status, server.headers = 302, {"Location": f"http://localhost:{server.port}/secret.ics"}
    with pytest.raises(AddressRefused):
        Feeds((f"127.0.0.1:{server.port}",), Internet()).fetch(f"http://127.0.0.1:{server.port}/secret.ics")


def test_a_name_nobody_knows(feeds, net):
    net.names = {"calendars.example": []}
    with pytest.raises(Unavailable, match="not known"):
        feeds.fetch(URL)
