"""Those who call the application: a program with a token, and a person who fills in forms without scripts."""

from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from marketplace.accounts.models import Account
from tests.factories import PASSWORD, ApiTokenFactory

SIGN_IN, SIGN_OUT = "/login", "/logout"

# --- programs ----------------------------------------------------------------------------------------------------------------


class Program:
    """Calls `/api/v1` as an account: `program.post("/holds", {...})`. Each call stands by itself, like two strangers on the net."""

    def __init__(self, app: Flask, token: str | None) -> None:
        self.app = app
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}

    def call(self, method: str, path: str, body: Any = None, **more: Any) -> TestResponse:
        """One request; `body` goes as JSON. More headers under `headers`."""
        headers = {**self.headers, **more.pop("headers", {})}
        words = {"json": body} if body is not None else {}
        return self.app.test_client(use_cookies=False).open(f"/api/v1{path}", method=method, headers=headers, **words, **more)

    def get(self, path: str, **query: Any) -> TestResponse:
        """GET with a query; None is left out, `from_` means `from`."""
        words = {name.rstrip("_"): value for name, value in query.items() if value is not None}
        return self.call("GET", path, query_string=words)

    def post(self, path: str, body: Any = None, *, key: str | None = None) -> TestResponse:
        """POST, with an Idempotency-Key if given."""
        return self.call("POST", path, {} if body is None else body, headers={"Idempotency-Key": key} if key else {})

    def put(self, path: str, body: Any) -> TestResponse:
        """PUT."""
        return self.call("PUT", path, body)

    def patch(self, path: str, body: Any) -> TestResponse:
        """PATCH."""
        return self.call("PATCH", path, body)

    def delete(self, path: str) -> TestResponse:
        """DELETE."""
        return self.call("DELETE", path)


@pytest.fixture
def program(app: Flask) -> Callable[[Account | None], Program]:
    """`program(account)` calls the JSON API as that account, `program(None)` as nobody."""

    def make(account: Account | None = None) -> Program:
        if account is None:
            return Program(app, None)
        token = f"test-token-of-{account.public_id}"
        with app.app_context():
            ApiTokenFactory(account=account, token=token)
        return Program(app, token)

    return make


# --- people ------------------------------------------------------------------------------------------------------------------


class _Forms(HTMLParser):
    """Collects every form of a page with what a browser would send."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[dict[str, Any]] = []
        self._select: tuple[str, bool] | None = None
        self._text: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        words = dict(attrs)
        if tag == "form":
            self.forms.append(
                {"action": words.get("action"), "method": (words.get("method") or "get").lower(), "id": words.get("id"), "values": {}}
            )
        if not self.forms or "disabled" in words:
            return
        name = words.get("name")
        if tag == "input" and name:
            self._input(name, words)
        elif tag == "textarea" and name:
            self._text = name
            self._values[name] = ""
        elif tag == "select" and name:
            self._select = (name, True)
        elif tag == "option" and self._select:
            self._option(words)

    def _input(self, name: str, words: dict[str, str | None]) -> None:
        kind = words.get("type", "text")
        if kind in {"submit", "button", "image", "reset", "file"}:
            return
        if kind in {"checkbox", "radio"}:
            if "checked" in words:
                value = (words["value"] or "") if "value" in words else "on"
                self._values[name] = [*self._values.get(name, []), value] if kind == "checkbox" else value
            return
        self._values[name] = words.get("value") or ""

    def _option(self, words: dict[str, str | None]) -> None:
        assert self._select is not None
        name, first = self._select
        if first or "selected" in words:
            self._values[name] = words.get("value") or ""
        self._select = (name, False)

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._text = None
        elif tag == "select":
            self._select = None

    def handle_data(self, data: str) -> None:
        if self._text:
            self._values[self._text] += data

    @property
    def _values(self) -> dict[str, Any]:
        values: dict[str, Any] = self.forms[-1]["values"]
        return values


def forms_of(page: TestResponse) -> list[dict[str, Any]]:
    """The forms of a page: action, method, id and the values a browser would send untouched."""
    reader = _Forms()
    reader.feed(page.text)
    return reader.forms


class Visitor:
    """A person without scripts: opens pages, fills in the forms that are on them, follows redirects. Cookies are kept."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client
        self._page: TestResponse | None = None
        self._next: str | None = None

    @property
    def page(self) -> TestResponse | None:
        """What is in front of the person. Where a sign-in leads is loaded when somebody looks: most tests go elsewhere at once."""
        if self._next is not None:
            self.open(self._next)
        return self._page

    @page.setter
    def page(self, answer: TestResponse) -> None:
        self._page, self._next = answer, None

    def open(self, path: str, **query: Any) -> TestResponse:
        """Go to a page, redirects followed."""
        self.page = self.client.get(path, query_string=query, follow_redirects=True)
        return self.page

    def submit(self, *, form: str | int = 0, at: str | None = None, follow: bool = True, **filled: Any) -> TestResponse:
        """Send a form of the open page: the n-th that posts, the one with this id, or (`at`) the one whose action ends so.

        What is not filled in goes as it stands on the page, the token included; None leaves a field out.
        """
        assert self.page is not None, "open a page first"
        found = self._find(form, at)
        values = {name: value for name, value in {**found["values"], **filled}.items() if value is not None}
        address = found["action"] or self.page.request.full_path.rstrip("?")
        if found["method"] == "get":
            return self.open(address, **values)
        self.page = self.client.post(address, data=values, follow_redirects=follow)
        return self.page

    def sign_in(self, account: Account, password: str = PASSWORD) -> TestResponse:
        """Through the sign-in page, as everyone; gives the first answer, which leads on where it is a yes."""
        self.open(SIGN_IN)
        answer = self.submit(at=SIGN_IN, follow=False, email=account.email, password=password)
        self._next = answer.location
        return answer

    def _find(self, form: str | int, at: str | None) -> dict[str, Any]:
        assert self.page is not None
        forms = forms_of(self.page)
        if at is not None:
            fitting = [one for one in forms if (one["action"] or self.page.request.path).split("?")[0].endswith(at)]
        elif isinstance(form, str):
            fitting = [one for one in forms if one["id"] == form]
        else:
            fitting = [one for one in forms if one["method"] == "post" and not (one["action"] or "").endswith(SIGN_OUT)][form:]
        assert fitting, f"no such form on {self.page.request.path}: {[(one['id'], one['action']) for one in forms]}"
        return fitting[0]


@pytest.fixture
def visitor(app: Flask) -> Callable[[Account | None], Visitor]:
    """`visitor()` is a stranger, `visitor(account)` somebody signed in through the page. Each has a browser of their own."""

    def make(account: Account | None = None) -> Visitor:
        person = Visitor(app.test_client())
        if account is not None:
            answer = person.sign_in(account)
            assert (answer.status_code == 302, answer.location != SIGN_IN) == (True, True), "the sign-in was refused"
        return person

    return make
