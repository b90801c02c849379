"""The databases a test runs on: both kinds, migrated once, clean for each test.

`database` is parametrized, so that a test that asks for it (or for `app`) runs on SQLite and on PostgreSQL. Folders whose tests are not
about the database override it in their conftest with `sqlite_database`.
"""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
import pytest
from flask_migrate import upgrade

from marketplace.db import db
from marketplace.settings import Settings
from tests.support import postgres
from tests.support.haste import MEMORY
from tests.support.profiles import missing
from wsgi import create_app

ROOT = Path(__file__).resolve().parents[2]
MIGRATIONS = ROOT / "migrations"


@dataclass(frozen=True)
class Database:
    """Where a test's rows are. `kind` is sqlite or postgresql, `url` is SQLAlchemy's."""

    kind: str
    url: str


def environment_of(url: str) -> dict[str, str]:
    """The least an application under test needs to know."""
    return {
        "APP_ENV": "test",
        "DATABASE_URL": url,
        "SECRET_KEY": "a secret of the tests, long enough for anyone",
        "FIELD_KEYS": "a field key of the tests",
        "BASE_URL": "http://127.0.0.1",
        "RATE_LIMITS": "off",
    }


def worker_name() -> str:
    """What tells this process's things from those of its neighbors under xdist."""
    return os.environ.get("PYTEST_XDIST_WORKER", "main")


def handed_on(url: str) -> dict[str, str]:
    """The environment of a process of the product that a test starts."""
    return {**os.environ, **environment_of(url)}


def migrate(url: str) -> None:
    """Bring the database at `url` to the newest shape, by the migrations themselves."""
    app = create_app(Settings.from_environment(environment_of(url)))
    with app.app_context():
        upgrade(directory=str(MIGRATIONS))
        db.session.remove()
        for engine in db.engines.values():
            engine.dispose()


def pytest_configure(config: pytest.Config) -> None:
    """The leading process chooses the folder of the cluster before any worker starts."""
    if not hasattr(config, "workerinput"):
        postgres.announce()


def pytest_unconfigure(config: pytest.Config) -> None:
    """The leading process ends the cluster after all workers."""
    if not hasattr(config, "workerinput"):
        postgres.stop()


# --- SQLite ----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty file to copy."""
    path = tmp_path_factory.mktemp("template") / "template.db"
    migrate(f"sqlite:///{path}")
    assert not path.with_name("template.db-wal").exists(), "the template is still open somewhere"
    return path


@pytest.fixture
def sqlite_database(sqlite_template: Path) -> Iterator[Database]:
    """A fresh file."""
    with TemporaryDirectory(prefix="lh-sqlite-", dir=MEMORY, ignore_cleanup_errors=True) as folder:
        path = Path(folder) / "marketplace.db"
        shutil.copyfile(sqlite_template, path)
        yield Database("sqlite", f"sqlite:///{path}")


# --- PostgreSQL ------------------------------------------------------------------------------------------------------

TEMPLATE = "template_migrated"


@pytest.fixture(scope="session")
def cluster() -> postgres.Cluster:
    """The run's PostgreSQL server with a migrated template in it."""
    programs = postgres.programs()
    if programs is None:
        missing("no PostgreSQL server is installed (initdb and pg_ctl were looked for)")
    running = postgres.start(programs)
    with postgres.alone("template"):
        if not running.has(TEMPLATE):
            running.run(f"CREATE DATABASE {TEMPLATE}_new")
            migrate(running.url(f"{TEMPLATE}_new"))
            running.run(f"ALTER DATABASE {TEMPLATE}_new RENAME TO {TEMPLATE}")
    return running


class Worker:
    """One database of this worker. Emptying the tables that a test has filled takes milliseconds, a new copy of the template many more."""

    def __init__(self, cluster: postgres.Cluster, name: str) -> None:
        self.cluster = cluster
        self.name = name
        self.broom: psycopg.Connection | None = None
        self.copy()
        self.seeded = self.filled(self.connected())

    def connected(self) -> psycopg.Connection:
        """One connection for all cleaning: a fresh one would read up on every table again, before each test."""
        if self.broom is None or self.broom.closed:
            self.broom = self.cluster.connect(self.name)
            self.broom.execute("SET lock_timeout = '2s'")
            self.broom.execute("SET session_replication_role = replica")
        return self.broom

    def put_away(self) -> None:
        """Hang up; the next cleaning connects anew."""
        if self.broom is not None:
            self.broom.close()

    def copy(self) -> None:
        """Begin anew from the template; whoever is still connected is thrown out."""
        self.put_away()
        self.cluster.run(
            f"DROP DATABASE IF EXISTS {self.name} WITH (FORCE)", f"CREATE DATABASE {self.name} TEMPLATE {TEMPLATE} STRATEGY FILE_COPY"
        )

    def filled(self, connection: psycopg.Connection) -> list[str]:
        """The tables that hold rows, apart from Alembic's own."""
        tables = connection.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
        ).fetchall()
        asks = " UNION ALL ".join(f"SELECT '{table}' WHERE EXISTS (SELECT FROM \"{table}\")" for (table,) in tables)
        return [row[0] for row in connection.execute(asks)] if asks else []

    def clean(self) -> None:
        """Without a row, like the template. Foreign keys and the triggers that guard the audit stand aside; numbering goes on."""
        if self.seeded:
            self.copy()
            return
        try:
            connection = self.connected()
            for table in self.filled(connection):
                connection.execute(f'DELETE FROM "{table}"')
        except psycopg.errors.LockNotAvailable:
            self.copy()


@pytest.fixture(scope="session")
def postgresql_worker(cluster: postgres.Cluster) -> Iterator[Worker]:
    """The database that this worker uses again and again."""
    worker = Worker(cluster, f"test_{worker_name()}")
    yield worker
    worker.put_away()


@pytest.fixture
def postgresql_database(postgresql_worker: Worker) -> Database:
    """The worker's database without a row."""
    postgresql_worker.clean()
    return Database("postgresql", postgresql_worker.cluster.url(postgresql_worker.name))


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest) -> Database:
    """The same test on both databases."""
    found: Database = request.getfixturevalue(f"{request.param}_database")
    return found
