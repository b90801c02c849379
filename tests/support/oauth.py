"""What Google's and Microsoft's doubles have in common: a server on loopback, consent with proof, tokens that end, and faults on order.

`home`: where a browser under test finds the site, which knows itself by another address.
They are strict: an unknown field, a missing token or a wrong proof is an error, as the documents of both say.
"""

import base64
import hashlib
import json
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

CLIENT_ID, CLIENT_SECRET = "our-program", "secret-of-our-program"
JSON = {"Content-Type": "application/json"}


@dataclass
class Asked:
    """One request as it came."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)
        return found


class Fault(Exception):
    """An answer that is none of the good ones."""

    def __init__(self, status: int, reason: str = "", headers: dict[str, str] | None = None) -> None:
        super().__init__(reason)
        self.status, self.reason, self.headers = status, reason, headers or {}


Answer = tuple[int, object]
Trick = Callable[[Asked], Fault | None]


@dataclass
class House:
    """A house that lets programs in. `tricks` are asked first; one that gives a fault is used up. `lost`: so many answers never arrive."""

    port: int = 0
    scopes: tuple[str, ...] = ()
    user: str = "anna@example.com"
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    refresh: set[str] = field(default_factory=set)
    access: set[str] = field(default_factory=set)
    tricks: list[Trick] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    rotates: bool = False
    says: bytes | None = None
    home: str = ""
    lock: Any = field(default_factory=threading.RLock)
    token_path: str = "/token"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def consent(self, address: str, scopes: tuple[str, ...] | None = None) -> dict[str, str]:
        """Somebody says yes on the page at an address: what they come back with."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(address).query, strict_parsing=True).items()}
        assert query["response_type"] == "code"
        assert query["client_id"] == CLIENT_ID
        assert query["code_challenge_method"] == "S256"
        assert set(query["scope"].split()) == set(self.scopes)
        code = secrets.token_urlsafe(16)
        self.codes[code] = query | {"granted": " ".join(self.scopes if scopes is None else scopes)}
        return {"state": query["state"], "code": code}

    def expire(self) -> None:
        """Every access token is over."""
        self.access.clear()

    def forget(self) -> None:
        """The permission is taken back at the other side."""
        self.access.clear()
        self.refresh.clear()

    def busy_for(self, path: str, status: int, times: int = 1, **headers: str) -> None:
        """So many requests whose path has this in it get this answer."""
        left = [times]

        def trick(asked: Asked) -> Fault | None:
            if path in asked.path and left[0] > 0:
                left[0] -= 1
                return Fault(
                    status,
                    "rateLimitExceeded" if status in (403, 429) else "backendError",
                    {k.replace("_", "-"): v for k, v in headers.items()},
                )
            return None

        self.tricks.append(trick)

    def count(self, method: str, words: str) -> int:
        return sum(asked.method == method and words in asked.path for asked in self.asked)

    # --- answers

    def answer(self, asked: Asked) -> Answer:
        for trick in self.tricks:
            fault = trick(asked)
            if fault is not None:
                raise fault
        if asked.path == self.token_path:
            return self._token(asked)
        if asked.path == "/revoke":
            token = dict(parse_qsl(asked.body.decode()))["token"]
            known = token in self.refresh
            self.refresh.discard(token)
            return (200, {}) if known else (400, {"error": "invalid_token"})
        if asked.headers.get("authorization", "") not in {f"Bearer {token}" for token in self.access}:
            raise Fault(401, "authError")
        return self.api(asked)

    def api(self, asked: Asked) -> Answer:
        raise NotImplementedError

    def _token(self, asked: Asked) -> Answer:
        assert asked.headers["content-type"] == "application/x-www-form-urlencoded"
        form = dict(parse_qsl(asked.body.decode(), strict_parsing=True))
        if (form.pop("client_id", ""), form.pop("client_secret", "")) != (CLIENT_ID, CLIENT_SECRET):
            return 401, {"error": "invalid_client"}
        if form.get("grant_type") == "authorization_code":
            return self._exchange(form)
        assert set(form) == {"grant_type", "refresh_token"}, form
        if form["refresh_token"] not in self.refresh:
            return 400, {"error": "invalid_grant", "error_description": "Token has been expired or revoked."}
        return 200, self._given(form["refresh_token"], " ".join(self.scopes))

    def _exchange(self, form: dict[str, str]) -> Answer:
        assert set(form) == {"grant_type", "code", "redirect_uri", "code_verifier"}, form
        held = self.codes.pop(form["code"], None)
        proof = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).decode().rstrip("=")
        if held is None or held["redirect_uri"] != form["redirect_uri"] or held["code_challenge"] != proof:
            return 400, {"error": "invalid_grant"}
        return 200, self._given(None, held["granted"])

    def _given(self, old: str | None, scope: str) -> dict[str, object]:
        access = f"access-{secrets.token_urlsafe(12)}"
        self.access.add(access)
        said: dict[str, object] = {"access_token": access, "expires_in": 3599, "token_type": "Bearer", "scope": scope}
        if old is None or self.rotates:
            said["refresh_token"] = f"refresh-{secrets.token_urlsafe(12)}"
            self.refresh.add(str(said["refresh_token"]))
        return said

    def page(self, asked: Asked) -> str | None:
        """Where somebody who is asked on a page is sent, if this is that page."""
        if "authorize" not in asked.path and not asked.path.endswith("/auth"):
            return None
        back = self.consent(f"{self.url}{asked.path}?{urlencode(asked.query)}")
        onward = asked.query["redirect_uri"]
        return f"{self.home + urlsplit(onward).path if self.home else onward}?{urlencode(back)}"


@contextmanager
def serving(house: House) -> Iterator[House]:
    """The house, running."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def go(self) -> None:
            parts = urlsplit(self.path)
            headers = {name.lower(): text for name, text in self.headers.items()}
            body = self.rfile.read(int(headers.get("content-length", "0")))
            asked = Asked(self.command, parts.path, dict(parse_qsl(parts.query, keep_blank_values=True)), headers, body)
            with house.lock:
                house.asked.append(asked)
                more: dict[str, str] = {}
                try:
                    onward = house.page(asked)
                    status, said = (302, None) if onward else house.answer(asked)
                    more = {"Location": onward} if onward else {}
                except Fault as fault:
                    status, more = fault.status, fault.headers
                    said = {"error": {"code": status, "message": fault.reason, "errors": [{"reason": fault.reason}]}}
                if house.lost and house.lost[0] == asked.method:
                    house.lost.pop(0)
                    self.close_connection = True
                    return
            content = house.says if house.says is not None else b"" if said is None else json.dumps(said).encode()
            self.send_response(status)
            for name, text in {**JSON, **more, "Content-Length": str(len(content))}.items():
                self.send_header(name, text)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_words: object) -> None:
            pass

    for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
        setattr(Handler, f"do_{method}", Handler.go)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    house.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield house
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
