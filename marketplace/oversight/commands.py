"""Commands of those who keep the house: `jobs run`, `audit verify`, `keys rotate`, `backup`, `restore`."""

from __future__ import annotations

import signal
import sys
import threading
from datetime import datetime
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup, with_appcontext

from marketplace import clock
from marketplace.audit import broken_entries, count_entries
from marketplace.db import db
from marketplace.jobs import run_due
from marketplace.oversight.actions import rotate_table, sealed_columns
from marketplace.oversight.backup_port import BackupFault, load, save

EVERY_SECONDS = 2.0
jobs = AppGroup("jobs", help="What must happen by itself.")
audit = AppGroup("audit", help="Who did or read what of whose.")
keys = AppGroup("keys", help="The keys that seal fields.")


@jobs.command("run")
@click.option("--once", is_flag=True, help="Run every job once and stop; exit code 1 when one failed.")
def run_jobs(*, once: bool) -> None:
    """Run due jobs every two seconds until told to stop (SIGTERM, SIGINT); the job at work is finished first."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001 (Flask's own way)
    if once:
        counts = run_due(app, clock.now)
        for name, count in counts.items():
            click.echo(f"{name}: {'failed' if count < 0 else count}")
        sys.exit(1 if any(count < 0 for count in counts.values()) else 0)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    click.echo("Jobs are running.", err=True)
    last_runs: dict[str, datetime] = {}
    while not stop.is_set():
        run_due(app, clock.now, last_runs)
        stop.wait(EVERY_SECONDS)
    click.echo("Jobs have stopped.", err=True)


@audit.command("verify")
def verify_audit() -> None:
    """Follow every chain of the audit; exit code 1 and the first broken entry when one does not hold."""
    session = db.session()
    broken = next(broken_entries(session), None)
    if broken is not None:
        click.echo(broken)
        sys.exit(1)
    click.echo(f"{count_entries(session)} entries hold.")


@keys.command("rotate")
def rotate_keys() -> None:
    """Seal every sealed field anew with the first of FIELD_KEYS. The site goes on meanwhile; afterwards the old keys may go."""
    for table, columns in sealed_columns():
        with click.progressbar(length=0, label=table.name, file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:
            done = rotate_table(table, columns, bar.update)
        click.echo(f"{table.name}: {done} rows, {', '.join(column.name for column in columns)}")


@click.command("backup")
@click.argument("path", type=click.Path(path_type=Path, dir_okay=False))
@with_appcontext
def backup(path: Path) -> None:
    """Write a copy of the whole database to PATH while the site goes on."""
    try:
        save(db.engine, path, _show_progress)
    except BackupFault as fault:
        raise click.ClickException(str(fault)) from None
    click.echo(f"{path}: {path.stat().st_size} bytes")


@click.command("restore")
@click.argument("path", type=click.Path(path_type=Path, dir_okay=False))
@with_appcontext
def restore(path: Path) -> None:
    """Read a copy from PATH into an empty database, and verify its audit."""
    db.session.remove()
    try:
        load(db.engine, path, _show_progress)
    except BackupFault as fault:
        raise click.ClickException(str(fault)) from None
    broken = next(broken_entries(db.session()), None)
    if broken is not None:
        raise click.ClickException(f"restored, but {broken}")
    click.echo(f"Restored; {count_entries(db.session())} audit entries hold.")


def _show_progress(done: int, total: int) -> None:
    if sys.stderr.isatty():
        click.echo(f"\r{done} of {total} pages", nl=done >= total, err=True)
