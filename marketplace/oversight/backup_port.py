"""The databases' own tools for a copy of everything: SQLite's online backup, PostgreSQL's pg_dump and pg_restore."""

from __future__ import annotations

import os
import sqlite3
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Engine, inspect, text

SQLITE_MAGIC = b"SQLite format 3\0"
POSTGRESQL_MAGIC = b"PGDMP"
PAGES = 4000
KEPT_EMPTY = frozenset({"alembic_version", "role"})
Progress = Callable[[int, int], None]


class BackupFault(Exception):
    """The copy cannot be made or used; the message says why."""


def filled_tables(engine: Engine) -> list[str]:
    """The tables that hold rows, apart from what a fresh database holds too."""
    with engine.connect() as connection:
        names = [name for name in inspect(connection).get_table_names() if name not in KEPT_EMPTY]
        quote = engine.dialect.identifier_preparer.quote
        return [name for name in names if connection.execute(text(f"SELECT 1 FROM {quote(name)} LIMIT 1")).first()]  # noqa: S608 (our own tables)


def save(engine: Engine, path: Path, progress: Progress) -> None:
    """Write a copy of the database, as it is at one moment, to `path` while others go on writing. Raises BackupFault."""
    if path.exists():
        raise BackupFault(f"{path} is there already; give another path")
    unfinished = path.with_name(f"{path.name}.unfinished")
    unfinished.unlink(missing_ok=True)
    try:
        if engine.dialect.name == "sqlite":
            _copy_sqlite(_file_of(engine.url), unfinished, progress)
        else:
            _call("pg_dump", engine.url, "--format=custom", "--no-owner", f"--file={unfinished}")
        with unfinished.open("rb+") as file:
            os.fsync(file.fileno())
        unfinished.rename(path)
    finally:
        unfinished.unlink(missing_ok=True)


def load(engine: Engine, path: Path, progress: Progress) -> None:
    """Read the copy at `path` into an empty database. Raises BackupFault: nothing is lost that was there."""
    if not path.is_file():
        raise BackupFault(f"there is no file {path}")
    if filled := filled_tables(engine):
        raise BackupFault(f"the database is not empty: {', '.join(sorted(filled)[:5])}")
    with path.open("rb") as file:
        magic = file.read(len(SQLITE_MAGIC))
    url, kind = engine.url, engine.dialect.name
    wanted = SQLITE_MAGIC if kind == "sqlite" else POSTGRESQL_MAGIC
    if not magic.startswith(wanted):
        raise BackupFault(f"{path} is no copy of a {kind} database")
    engine.dispose()
    if kind == "sqlite":
        _check_sqlite(path)
        _copy_sqlite(path, _file_of(url), progress)
    else:
        _call("pg_restore", url, "--clean", "--if-exists", "--no-owner", "--single-transaction", "--exit-on-error", str(path))


def _file_of(url: URL) -> Path:
    if not url.database or url.database == ":memory:":
        raise BackupFault("a database in memory has no copy")
    return Path(url.database)


def _check_sqlite(path: Path) -> None:
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        if (found := connection.execute("PRAGMA integrity_check").fetchone()[0]) != "ok":
            raise BackupFault(f"{path} is damaged: {found}")
    except sqlite3.DatabaseError as error:
        raise BackupFault(f"{path} is damaged: {error}") from error
    finally:
        connection.close()


def _copy_sqlite(source: Path, target: Path, progress: Progress) -> None:
    """All pages in one go, so that writers do not make it begin again; readers and writers of the source are not hindered (WAL)."""
    reading, writing = sqlite3.connect(source), sqlite3.connect(target)
    try:
        reading.execute("BEGIN")
        reading.execute("SELECT count(*) FROM sqlite_master").fetchone()
        reading.backup(writing, pages=PAGES, progress=lambda _status, left, total: progress(total - left, total))
    finally:
        reading.close()
        writing.close()


def _call(program: str, url: URL, *arguments: str) -> None:
    """Run one of PostgreSQL's programs; the password goes by the environment, where nobody else sees it."""
    plain = url.set(drivername="postgresql", password=None).render_as_string()
    environment: dict[str, Any] = {**os.environ, **({"PGPASSWORD": url.password} if url.password else {})}  # noqa: TID251 (handed on, not read)
    try:
        subprocess.run([program, *arguments, f"--dbname={plain}"], check=True, env=environment, capture_output=True)  # noqa: S603 (our own words)
    except FileNotFoundError:
        raise BackupFault(f"{program} is not installed") from None
    except subprocess.CalledProcessError as error:
        raise BackupFault(f"{program}: {error.stderr.decode(errors='replace').strip().splitlines()[-1:]}") from error
