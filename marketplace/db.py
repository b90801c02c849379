"""The database's one door: the base of all tables, column types, and `transaction()`, the only place that commits.

SQLite and PostgreSQL are both first-class. On SQLite the driver's own transaction handling is switched off; readers
begin DEFERRED, writers queue on a file lock and begin IMMEDIATE, so that no writer starves and none meets "database is locked".
"""

from __future__ import annotations

import fcntl
import hashlib
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import JSON, DateTime, Dialect, Engine, MetaData, event, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Connection
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
PUBLIC_ID_BYTES = 12
BUSY_TIMEOUT_MS = 10_000


class Base(DeclarativeBase):
    """The root of every table."""

    metadata = MetaData(naming_convention=NAMING)


class UtcDateTime(TypeDecorator[datetime]):
    """An instant. Takes aware datetimes only, stores UTC, gives aware UTC back, on both databases."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 (signature is SQLAlchemy's)
        """To the database: refuse a naive instant, since its zone would be a guess."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive instant cannot be stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 (signature is SQLAlchemy's)
        """From the database: SQLite gives naive UTC, PostgreSQL an aware value of the session's zone."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


Json = JSON().with_variant(JSONB(), "postgresql")

db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False})

_begin_hook: ContextVar[Callable[[Session], None] | None] = ContextVar("begin_hook", default=None)


def new_public_id() -> str:
    """An unguessable name (96 bits) for use outside."""
    return secrets.token_urlsafe(PUBLIC_ID_BYTES)


@contextmanager
def transaction() -> Iterator[Session]:
    """One unit of work: commits at the end, rolls back on any error, refuses to nest.

    What a guard has read before is forgotten first, so that a rule judges rows as they are under this transaction's locks.
    Hooks left with `before_commit` run just before the commit, inside it; one left with `on_begin` runs first of all.
    """
    session = db.session()
    if "unit" in session.info:
        raise RuntimeError("a verb called a verb: transactions do not nest")
    session.rollback()
    session.info["unit"] = {}
    try:
        with writers_queue(session.get_bind().engine):
            session.connection(execution_options={"writes": True})
            try:
                if (hook_first := _begin_hook.get()) is not None:
                    hook_first(session)
                yield session
                session.flush()
                for hook in list(unit_of_work(session).get("before_commit", {}).values()):
                    hook(session)
                session.commit()
                _begin_hook.set(None)
            except BaseException:
                session.rollback()
                raise
    finally:
        session.info.pop("unit", None)


@contextmanager
def joined_transaction() -> Iterator[Session]:
    """For the callbacks of a library that may run inside our transaction or outside: join the running one, or be one.

    Verbs use `transaction()`, which refuses to nest.
    """
    session = db.session()
    if "unit" in session.info:
        yield session
        return
    with transaction() as opened:
        yield opened


@contextmanager
def on_begin(hook: Callable[[Session], None]) -> Iterator[None]:
    """Inside this block the first `transaction()` that commits runs `hook` first of all: what it writes stands or falls with the verb."""
    mark = _begin_hook.set(hook)
    try:
        yield
    finally:
        _begin_hook.reset(mark)


def unit_of_work(session: Session) -> dict[str, Any]:
    """What the running transaction collects for its end. Raises RuntimeError outside of `transaction()`."""
    try:
        unit: dict[str, Any] = session.info["unit"]
    except KeyError:
        raise RuntimeError("rows are written inside transaction() only") from None
    return unit


def before_commit(session: Session, name: str, hook: Callable[[Session], None]) -> None:
    """Run `hook` once at the end of the running transaction; the same name registers once."""
    unit_of_work(session).setdefault("before_commit", {}).setdefault(name, hook)


def wait_turn(session: Session, what: str) -> None:
    """Wait until no other transaction is about `what`, a name of any kind; from then on ours is, until it ends.

    For what must be counted or chosen before it is written and has no row to lock. Take it after the locks of rows. SQLite's writers
    take turns anyway. Of 2^63 numbers two names may share one: then they wait for each other without need.
    """
    if session.get_bind().dialect.name == "postgresql":
        number = int.from_bytes(hashlib.sha256(what.encode()).digest()[:8], signed=True)
        session.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": number})


@contextmanager
def writers_queue(engine: Engine) -> Iterator[None]:
    """SQLite: one writer at a time across threads and processes, however long the one before takes. PostgreSQL: nothing."""
    path = engine.url.database if engine.dialect.name == "sqlite" else None
    if not path or path == ":memory:":
        yield
        return
    with Path(f"{path}.writers").open("w") as queue:
        fcntl.flock(queue, fcntl.LOCK_EX)
        yield


def prepare_engine(engine: Engine) -> None:
    """Teach a SQLite engine its manners; other engines need none."""
    if engine.dialect.name != "sqlite":
        return
    event.listen(engine, "connect", _sqlite_connect)
    event.listen(engine, "begin", _sqlite_begin)


def _sqlite_connect(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver must not begin transactions of its own
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", f"busy_timeout={BUSY_TIMEOUT_MS}", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _sqlite_begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def init_database(app: Flask, url: str) -> None:
    """Bind the application to its database."""
    if url.startswith("sqlite:////"):
        Path(url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    if url.startswith("postgresql"):
        app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {"pool_size": 10, "max_overflow": 30, "pool_pre_ping": True}
    db.init_app(app)
    with app.app_context():
        prepare_engine(db.engine)
