"""The application under test, its client, its log of statements, and a server for browsers."""

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from werkzeug.serving import make_server

from marketplace.db import db
from marketplace.settings import Settings
from tests.support.clocks import Clock
from tests.support.databases import Database, environment_of
from tests.support.haste import TEMPLATES
from wsgi import create_app


@pytest.fixture
def environment() -> dict[str, str]:
    """What a test or a folder adds to the environment: override this fixture."""
    return {}


@pytest.fixture
def settings(database: Database, clock: Clock, environment: dict[str, str]) -> Settings:
    """The settings of the application under test."""
    return Settings.from_environment(environment_of(database.url) | {"CLOCK_FILE": str(clock.path)} | environment)


def let_go(app: Flask) -> None:
    """Close every connection the application has opened."""
    with app.app_context():
        db.session.remove()
        for engine in db.engines.values():
            engine.dispose()


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    """A whole application on an empty, migrated database: once on SQLite, once on PostgreSQL."""
    app = create_app(settings)
    app.config["TESTING"] = True
    app.jinja_env.bytecode_cache = TEMPLATES
    yield app
    let_go(app)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser without eyes. It holds no application context, as flask-login would remember the user in it."""
    return app.test_client()


@pytest.fixture
def ctx(app: Flask) -> Iterator[Flask]:
    """For tests that call verbs and queries directly: the application's context stays open. Not for use with `client`."""
    with app.app_context():
        yield app


Statements = Callable[[], AbstractContextManager[list[str]]]


@pytest.fixture
def statements(app: Flask) -> Statements:
    """`with statements() as seen:` lists the SQL that was sent inside; `len(seen)` must not grow with the number of rows."""

    @contextmanager
    def watch() -> Iterator[list[str]]:
        seen: list[str] = []

        def note(_connection, _cursor, statement, _parameters, _context, _many) -> None:
            if not statement.startswith(("BEGIN", "PRAGMA", "SAVEPOINT", "RELEASE")):
                seen.append(statement)

        with app.app_context():
            engine = db.engine
        event.listen(engine, "before_cursor_execute", note)
        try:
            yield seen
        finally:
            event.remove(engine, "before_cursor_execute", note)

    return watch


def closing_at_once(app: WSGIApplication) -> WSGIApplication:
    """The same, whose files are closed as soon as they are sent: the server leaves them open where the browser hangs up right then."""

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterator[bytes]:
        sent = app(environ, start_response)
        with closing(sent) if hasattr(sent, "close") else nullcontext():
            yield from sent

    return answer


@pytest.fixture
def live_server(app: Flask) -> Iterator[str]:
    """The application on a port of its own; gives its address."""
    server = make_server("127.0.0.1", 0, closing_at_once(app), threaded=True)
    thread = threading.Thread(target=server.serve_forever, name="live server", daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join(timeout=10)
    server.server_close()
