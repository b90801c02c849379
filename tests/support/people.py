"""People who use the site: accounts made by the verb, signing in by the form, the links in their letters."""

import re
from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from marketplace import clock as product_clock
from marketplace.accounts.actions import NewAccount, create_account
from marketplace.db import db
from marketplace.outbox.models import Letter

PASSWORD = "correct horse 9"


def token_in(page: str) -> str:
    """The CSRF token of a page's form."""
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert found, "the page has no form"
    return found[1]


@dataclass
class Person:
    """Somebody with an account and, perhaps, a browser."""

    app: Flask
    email: str
    public_id: str
    password: str = PASSWORD

    def browser(self) -> FlaskClient:
        """A fresh browser that is signed in."""
        client = self.app.test_client()
        answer = self.sign_in(client)
        assert answer.status_code == 302, answer.get_data(as_text=True)
        return client

    def sign_in(self, client: FlaskClient, password: str | None = None, **more: str):
        """Send the sign-in form."""
        return submit(client, "/login", email=self.email, password=password or self.password, **more)

    def token(self) -> str:
        """An API token."""
        answer = self.app.test_client().post("/api/v1/tokens", json={"email": self.email, "password": self.password})
        assert answer.status_code == 201, answer.get_data(as_text=True)
        return answer.json["token"]


def submit(client: FlaskClient, path: str, form_at: str | None = None, **fields: str):
    """Open a form and send it, with its CSRF token."""
    page = client.get(form_at or path).get_data(as_text=True)
    return client.post(path, data={"csrf_token": token_in(page), **fields})


def letters(app: Flask, kind: str | None = None) -> list[Letter]:
    """What the outbox holds, oldest first."""
    with app.app_context():
        found = db.session.scalars(select(Letter).order_by(Letter.id)).all()
        db.session.expunge_all()
    return [letter for letter in found if kind in (None, letter.kind)]


def link_in(letter: Letter) -> str:
    """The path of a letter's link."""
    return str(letter.facts["link"]).removeprefix("http://127.0.0.1")


@pytest.fixture
def person(app: Flask):
    """`person("client")`: somebody with a confirmed account."""
    made: list[Person] = []

    def make(role: str = "client", *, email: str | None = None, password: str = PASSWORD) -> Person:
        address = email or f"{role}{len(made)}@example.com"
        with app.app_context():
            public_id = create_account(
                NewAccount(address, password, f"{role.title()} {len(made)}", role), product_clock.now(), confirmed=True
            )
        made.append(Person(app, address, public_id, password))
        return made[-1]

    return make
