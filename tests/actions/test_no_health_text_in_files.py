"""A whole site is run as users run it, a whole story is told to it, and no byte of any file it wrote has a word of the story.

The database's file and its write-ahead log, PostgreSQL's folder with all of its WAL, a backup, letters waiting in the queue, what the server,
the application, the commands and the database log when they are told to log everything, and temporary files.
"""

import base64
import gzip
import os
import shutil
import tempfile
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote, urlsplit

import psycopg
import pytest
from flask_migrate import upgrade
from sqlalchemy import select

from marketplace.db import db
from marketplace.outbox.models import Letter
from marketplace.settings import Settings
from tests.factories import ApiTokenFactory
from tests.support import postgres
from tests.support.applications import let_go
from tests.support.bytes_search import faces, search
from tests.support.callers import Program, Visitor
from tests.support.care_story import ADDRESSED, CODES, STEM, Story, cast_in
from tests.support.clocks import Clock
from tests.support.databases import MIGRATIONS
from tests.support.haste import MEMORY
from tests.support.profiles import missing
from tests.support.wire import Site
from wsgi import create_app

WORDS = {
    STEM: faces(STEM),
    ADDRESSED: faces(ADDRESSED),
    **{code: {"utf-8": code.encode(), "utf-16-le": code.encode("utf-16-le")} for code in CODES},
}
CONTROL = "zqcontrolofsearchqz"
# As a server is installed, and telling everything: each statement with its parameters.
SERVER = {
    "listen_addresses": "", "log_statement": "all", "log_min_messages": "debug1", "log_min_duration_statement": "0",
    "log_parameter_max_length": "-1", "log_parameter_max_length_on_error": "-1", "log_error_verbosity": "verbose", "autovacuum": "off",
}  # fmt: skip


@pytest.fixture
def folder():
    """Where the site writes; the database's own servant may come in."""
    with tempfile.TemporaryDirectory(prefix="lh-site-", dir=MEMORY, ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture
def own_server(folder):
    """A PostgreSQL server of the site's own, with WAL as it comes; stops before its folder goes."""
    programs = postgres.programs()
    if programs is None:
        missing("no PostgreSQL server is installed")
    home, servant = folder / "pg", postgres._servant()
    home.mkdir()
    if servant:
        os.chown(home, servant["user"], servant["group"])
    postgres._call(home, programs / "initdb", f"--username={postgres.OWNER}", "--auth=trust", "--encoding=UTF8", "--locale=C")
    options = " ".join(f"-c {name}='{value}'" for name, value in {**SERVER, "unix_socket_directories": home}.items())
    postgres._call(home, programs / "pg_ctl", "start", "--wait", "--timeout=120", "--log=log", f"--options={options}")
    cluster = postgres.Cluster(home)
    cluster.run("CREATE DATABASE site")
    yield cluster
    postgres._call(home, programs / "pg_ctl", "stop", "--mode=immediate")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def address(request, folder):
    """An empty, migrated database inside the site's folder."""
    if request.param == "sqlite":
        path = folder / "marketplace.db"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
        return f"sqlite:///{path}"
    return request.getfixturevalue("own_server").url("site")


@pytest.fixture
def site(folder, address, tmp_path):
    """The site with a clock of its own."""
    clock = Clock(tmp_path / "clock")
    environment = {
        "APP_ENV": "development", "DATABASE_URL": address, "SECRET_KEY": "a secret of this site, long enough for anyone",
        "FIELD_KEYS": "a field key of this site", "BASE_URL": "http://127.0.0.1", "RATE_LIMITS": "off", "FLASK_DEBUG": "1",
        "CLOCK_FILE": str(clock.path), "LETTER_DELAY_MINUTES": "0",
    }  # fmt: skip
    made = Site(folder, environment)
    made.clock = clock
    return made


@pytest.fixture
def beside(site, address):
    """The application in this process as well: for the people of the story, and for the keys that letters carry."""
    app = create_app(Settings.from_environment(site.environment))
    if not address.startswith("sqlite"):
        with app.app_context():
            upgrade(directory=str(MIGRATIONS))
    yield app
    let_go(app)


def tell(site, beside, wire, people):
    """The whole story, over the wire."""

    def link(kind):
        with beside.app_context():
            letter = db.session.scalars(select(Letter).where(Letter.kind == kind).order_by(Letter.id.desc())).first()
            return urlsplit(letter.facts["link"]).path

    callers = [Program(wire, f"test-token-of-{one.public_id}") for one in (people.client, people.therapist, people.colleague)]
    story = Story(*callers, lambda: Visitor(wire.test_client()), link)
    start = site.clock.now + timedelta(days=2)
    story.tell_once()
    story.come(start)
    site.clock.set(start)
    story.meet()
    site.clock.advance(hours=2)
    story.sign()
    story.plan()
    look_around(story, wire, people)
    story.go_wrong()
    story.settle()
    return story


def look_around(story, wire, people):
    """Both sides open their pages and read what there is, so that reads are logged too."""
    for account, paths in (
        (people.client, ("/account/intake", "/account/comfort", "/account/files", "/account/pain-map", "/journal", "/progress", "/plans", "/care",
                         "/care/access-log", "/account/releases", f"/appointments/{story.ids['visit']}")),
        (people.therapist, tuple(f"/provider/appointments/{story.ids['visit']}{page}" for page in
                                 ("", "/health", "/intake", "/pain-map", "/note", "/progress", "/plan", "/home-program", "/letter", "/superbill",
                                  "/superbill.pdf"))),
    ):  # fmt: skip
        browser = Visitor(wire.test_client())
        browser.sign_in(account)
        for path in paths:
            assert browser.open(path).status_code == 200, path


def settled(address, folder):
    """Nothing stands in memory alone: pages are written out; SQLite keeps its write-ahead log beside the file while somebody has it open."""
    if address.startswith("sqlite"):
        assert (folder / "marketplace.db-wal").stat().st_size > 100_000
        return
    with psycopg.connect(host=str(folder / "pg"), user=postgres.OWNER, dbname="site", autocommit=True) as connection:
        connection.execute("CHECKPOINT")
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        with (folder / "rows").open("wb") as rows:  # the server may compress a long value in its files: the same rows, not compressed
            for (table,) in tables:
                with connection.cursor().copy(f'COPY "{table}" TO STDOUT') as copied:
                    for part in copied:
                        rows.write(part)
    assert any(path.stat().st_size for path in (folder / "pg" / "data" / "pg_wal").iterdir() if path.is_file())


def write_in_clear(beside, folder):
    """What the search must find: the same word, written in clear into a table, a log and files of every kind."""
    with beside.app_context():
        db.session.execute(db.text("UPDATE service SET preparation = :word"), {"word": CONTROL})
        db.session.commit()
    places = folder / "control"
    places.mkdir()
    text = f"before {CONTROL} after".encode()
    (places / "utf-16-le").write_bytes(text.decode().encode("utf-16-le"))
    (places / "utf-16-be").write_bytes(text.decode().encode("utf-16-be"))
    for place in range(3):
        (places / f"base64 at {place}").write_bytes(base64.b64encode(bytes(place) + CONTROL.encode() + b" after"))
    (places / "gzip").write_bytes(gzip.compress(text))
    accented = f"é{CONTROL}"
    (places / "json").write_bytes(accented.encode("ascii", "backslashreplace"))
    (places / "percent").write_bytes(quote(accented).encode())
    return {"utf-16-le", "utf-16-be", "base64 at 0", "base64 at 1", "base64 at 2", "gzip", "json", "percent"}


@pytest.mark.soak
def test_no_byte_that_a_running_site_writes_has_a_word_of_anybodys_health(site, beside, address, folder):
    people = cast_in(beside)
    with beside.app_context():
        for account in (people.client, people.therapist, people.colleague):
            ApiTokenFactory(account=account, token=f"test-token-of-{account.public_id}")
    known = {line.partition(":")[2].split(" as ")[0].strip() for line in search(folder, WORDS)}
    assert known == set(), "a code that stands in an empty site says nothing: choose another"
    with site.serve() as wire:
        tell(site, beside, wire, people)
        site.flask("jobs", "run", "--once")
        site.flask("check")
        site.flask("backup", str(folder / "backup"))
        settled(address, folder)
        for log in ("access.log", "application.log", "error.log", "jobs.log", "backup.log"):
            assert (site.logs / log).stat().st_size > 0, log
        assert search(folder, WORDS) == []
        placed = write_in_clear(beside, folder)
        (folder / "backup").unlink()
        site.flask("backup", str(folder / "backup"))
        settled(address, folder)
        found = search(folder, {CONTROL: faces(CONTROL)})
    where = {line.partition(":")[0] for line in found}
    assert {f"control/{name}" for name in placed} <= where
    assert "backup" in where, "a copy is looked into, compressed or not"
    database = {"marketplace.db-wal"} if address.startswith("sqlite") else {"pg/log", "rows"}
    assert database <= where
    if not address.startswith("sqlite"):
        assert any(name.startswith("pg/data/pg_wal/") for name in where)
        assert any(name.startswith("pg/data/base/") for name in where)
