"""Keys are rotated, copies made and read back, the audit verified, jobs run and stopped."""

import os
import signal
import sqlite3
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.fernet import InvalidToken
from sqlalchemy import func, select, text

from marketplace import clock as product_clock
from marketplace.accounts.actions import ContactDetails, NewAccount, create_account, update_me
from marketplace.accounts.models import Account
from marketplace.accounts.models import Person as PersonRow
from marketplace.audit import AuditEntry, Deed, entry_hash, record
from marketplace.db import Base, db, transaction
from marketplace.oversight.actions import sealed_columns
from marketplace.oversight.backup_port import filled_tables
from marketplace.settings import Settings
from tests.support.applications import let_go
from tests.support.databases import environment_of
from wsgi import create_app

ROOT = Path(__file__).resolve().parents[3]


def now():
    return product_clock.now()


def add_people(count=3):
    for number in range(count):
        create_account(NewAccount(f"p{number}@example.com", "a few words here", f"P {number}", "client"), now(), confirmed=True)
    account_id = db.session.scalar(select(Account.id).where(Account.email == "p0@example.com"))
    update_me(account_id, ContactDetails(phone="212 555 0123", address={"line1": "7 East 14th Street"}, zip="10003"), now())


def details() -> tuple:
    db.session.rollback()
    return tuple(db.session.execute(select(PersonRow.phone, PersonRow.address).where(PersonRow.phone.is_not(None))).one())


@pytest.fixture
def again(settings):
    """The same database under other settings."""
    made = []

    def make(**changed):
        made.append(create_app(replace(settings, **changed)))
        return made[-1]

    yield make
    for app in made:
        let_go(app)


@pytest.fixture
def app_of(clock):
    """An application on another database."""
    made = []

    def make(url):
        made.append(create_app(Settings.from_environment(environment_of(url) | {"CLOCK_FILE": str(clock.path)})))
        return made[-1]

    yield make
    for app in made:
        let_go(app)


# --- keys --------------------------------------------------------------------------------------------------------------


def test_rotation_seals_every_field_with_the_first_key(app, again):
    with app.app_context():
        add_people()
        before = details()
    old = app.extensions["settings"].field_keys
    both = again(field_keys=("a new field key", *old))
    ran = both.test_cli_runner().invoke(args=["keys", "rotate"])
    assert ran.exit_code == 0, ran.output
    assert "person: 3 rows, phone, address" in ran.output
    with again(field_keys=("a new field key",)).app_context():
        assert details() == before
    with again(field_keys=old).app_context(), pytest.raises(InvalidToken):
        details()


def test_no_sealed_column_is_forgotten():
    found = {f"{table.name}.{column.name}" for table, columns in sealed_columns() for column in columns}
    declared = {
        f"{table.name}.{column.name}"
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if type(column.type).__name__.startswith("Sealed")
    }
    assert found == declared
    assert {"person.phone", "person.address", "outbox_letter.facts", "account.tf_totp_secret", "credential_document.content"} <= found
    assert all("id" in table.c for table, _columns in sealed_columns())


# --- audit -------------------------------------------------------------------------------------------------------------


def tamper(statement):
    """Change the audit behind its guards' back."""
    session = db.session
    if session.get_bind().dialect.name == "sqlite":
        for (name,) in session.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name LIKE 'audit%'")).all():
            session.execute(text(f"DROP TRIGGER {name}"))
    else:
        session.execute(text("SET session_replication_role = replica"))
    session.execute(text(statement))
    if session.get_bind().dialect.name != "sqlite":
        session.execute(text("SET session_replication_role = DEFAULT"))
    session.commit()


def write_deeds():
    for number in range(3):
        with transaction() as session:
            record(session, Deed(now(), "test:x", "tried", "thing", "1", {"number": number}))


def test_an_untouched_audit_holds(app):
    with app.app_context():
        write_deeds()
    ran = app.test_cli_runner().invoke(args=["audit", "verify"])
    assert (ran.exit_code, ran.output) == (0, "3 entries hold.\n")


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE audit_entry SET verb = 'other' WHERE number = 2", "entry 2 (other at"),
        ("UPDATE audit_entry SET actor = 'somebody' WHERE number = 1", "entry 1 (tried at"),
        ("DELETE FROM audit_entry WHERE number = 2", "entry 2 is missing"),
        ("DELETE FROM audit_entry WHERE number = 3", "entry 3 and all behind it are missing, 1 in all"),
        ("DELETE FROM audit_entry WHERE number > 1", "entry 2 and all behind it are missing, 2 in all"),
        ("DELETE FROM audit_entry", "all 3 entries are missing"),
        ("DELETE FROM audit_head", "its head is missing"),
        ("UPDATE audit_head SET last_number = 2", "its last entry 3 is not the one that was written"),
    ],
)
def test_a_touched_audit_is_found(app, statement, words):
    with app.app_context():
        write_deeds()
        tamper(statement)
    ran = app.test_cli_runner().invoke(args=["audit", "verify"])
    assert ran.exit_code == 1
    assert words in ran.output
    assert ran.output.count("\n") == 1


def test_the_finding_names_the_chain_also_after_more_was_written(app):
    with app.app_context():
        write_deeds()
        lane = Deed(now(), "test:x", "tried", "thing", "1").lane
        tamper("DELETE FROM audit_entry WHERE number = 3")
        write_deeds()
    ran = app.test_cli_runner().invoke(args=["audit", "verify"])
    assert (ran.exit_code, ran.output) == (1, f"audit lane {lane}: entry 3 is missing\n")


def test_a_last_entry_written_anew_with_a_fitting_hash_is_found(app):
    with app.app_context():
        write_deeds()
        last = db.session.scalars(select(AuditEntry).order_by(AuditEntry.number.desc())).first()
        db.session.expunge(last)
        last.actor = "somebody"
        tamper(f"UPDATE audit_entry SET actor = 'somebody', entry_hash = '{entry_hash(last)}' WHERE number = 3")
    ran = app.test_cli_runner().invoke(args=["audit", "verify"])
    assert ran.exit_code == 1
    assert "its last entry 3 is not the one that was written" in ran.output


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET verb = 'x'",
        "DELETE FROM audit_entry",
        "UPDATE audit_head SET last_number = last_number - 1",
        "UPDATE audit_head SET last_hash = 'x'",
        "UPDATE audit_head SET last_number = last_number + 2",
        "DELETE FROM audit_head",
    ],
)
def test_the_audit_only_grows(ctx, statement):
    write_deeds()
    with pytest.raises(Exception, match=r"append-only|only goes forward"):
        db.session.execute(text(statement))
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(AuditEntry)) == 3


# --- copies ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def empty(database, tmp_path, request):
    """Another, empty, migrated database of the same kind."""
    if database.kind == "sqlite":
        path = tmp_path / "other.db"
        path.write_bytes(request.getfixturevalue("sqlite_template").read_bytes())
        return f"sqlite:///{path}"
    cluster = request.getfixturevalue("cluster")
    cluster.run("DROP DATABASE IF EXISTS restored WITH (FORCE)", "CREATE DATABASE restored TEMPLATE template_migrated")
    return cluster.url("restored")


def test_a_copy_is_read_back_whole(app, empty, app_of, tmp_path):
    with app.app_context():
        add_people()
        before = details()
    copy = tmp_path / "copy"
    ran = app.test_cli_runner().invoke(args=["backup", str(copy)])
    assert ran.exit_code == 0, ran.output
    assert b"555 0123" not in copy.read_bytes()
    assert b"East 14th" not in copy.read_bytes()
    other = app_of(empty)
    ran = other.test_cli_runner().invoke(args=["restore", str(copy)])
    assert ran.exit_code == 0, ran.output
    assert "4 audit entries hold" in ran.output
    with other.app_context():
        assert details() == before
        assert db.session.scalar(select(func.count()).select_from(Account)) == 3
    assert other.test_client().get("/readyz").status_code == 200


def test_a_filled_database_is_not_overwritten(app, tmp_path):
    with app.app_context():
        add_people(1)
    copy = tmp_path / "copy"
    assert app.test_cli_runner().invoke(args=["backup", str(copy)]).exit_code == 0
    ran = app.test_cli_runner().invoke(args=["restore", str(copy)])
    assert (ran.exit_code, "not empty: account" in ran.output) == (1, True)
    ran = app.test_cli_runner().invoke(args=["backup", str(copy)])
    assert (ran.exit_code, "is there already" in ran.output) == (1, True)


@pytest.mark.parametrize("content", [None, b"", b"nonsense", b"SQLite format 3\0 and then nonsense" * 99, b"PGDMP and then nonsense"])
def test_what_is_no_copy_is_refused(app, tmp_path, content):
    path = tmp_path / "copy"
    if content is not None:
        path.write_bytes(content)
    ran = app.test_cli_runner().invoke(args=["restore", str(path)])
    assert ran.exit_code == 1
    assert ran.output.startswith("Error: ")
    with app.app_context():
        assert filled_tables(db.engine) == []
    assert app.test_client().get("/readyz").status_code == 200


def test_a_copy_under_load_is_of_one_moment(app, tmp_path):
    """Each account comes with its person; a copy taken while accounts are made never has one without the other."""
    stop = threading.Event()
    failed = []

    def write():
        number = 0
        while not stop.is_set():
            with app.app_context():
                try:
                    create_account(NewAccount(f"w{number}@example.com", "a few words here", "W", "client"), now(), confirmed=True)
                except Exception as error:  # noqa: BLE001 (told below)
                    failed.append(error)
                number += 1

    with app.app_context():
        kind = db.engine.dialect.name
    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(5):
            assert app.test_cli_runner().invoke(args=["backup", str(tmp_path / f"copy{number}")]).exit_code == 0
    finally:
        stop.set()
        writer.join()
    assert failed == []
    for number in range(5 if kind == "sqlite" else 0):  # pg_dump takes a snapshot by itself
        connection = sqlite3.connect(tmp_path / f"copy{number}")
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        accounts, people, entries = (
            connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in ("account", "person", "audit_entry")
        )
        assert accounts == people == entries
        connection.close()


# --- jobs --------------------------------------------------------------------------------------------------------------


def test_jobs_once(app):
    ran = app.test_cli_runner().invoke(args=["jobs", "run", "--once"])
    assert ran.exit_code == 0, ran.output
    assert "deliver letters: 0" in ran.output


def test_the_worker_stops_when_told(app, database, clock):
    environment = {**environment_of(database.url), "CLOCK_FILE": str(clock.path), "PATH": os.defpath}
    worker = subprocess.Popen(
        [sys.executable, "-m", "flask", "--app", "wsgi", "jobs", "run"], cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True
    )
    assert worker.stderr.readline() == "Jobs are running.\n"
    worker.send_signal(signal.SIGTERM)
    rest = worker.stderr.read()
    worker.stderr.close()
    assert worker.wait(30) == 0
    assert rest.endswith("Jobs have stopped.\n")
    assert "Traceback" not in rest
