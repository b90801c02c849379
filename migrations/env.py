"""Alembic's way into the application's database. Run through `flask --app wsgi db …`."""

from __future__ import annotations

from alembic import context
from flask import current_app
from sqlalchemy import Connection
from sqlalchemy.types import TypeDecorator

from marketplace.db import db, writers_queue

MIGRATION_LOCK = 0x4C484D47  # one migration at a time on PostgreSQL


def render_type(kind: str, item: object, _context: object) -> str | bool:
    """Write our column types as the plain types beneath them, so that old migrations never import the application."""
    if kind == "type" and isinstance(item, TypeDecorator):
        plain = {"DateTime": "sa.DateTime(timezone=True)", "Text": "sa.Text()", "UnicodeText": "sa.Text()"}
        return plain.get(type(item.impl_instance if hasattr(item, "impl_instance") else item.impl).__name__, False)
    return False


def run(connection: Connection) -> None:
    """Migrate over one connection; a second process waits at the lock (SQLite: in the writers' queue) and then finds nothing to do."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_lock({MIGRATION_LOCK})")
        connection.commit()
    context.configure(
        connection=connection,
        target_metadata=db.metadata,
        render_as_batch=True,
        compare_type=True,
        render_item=render_type,
        transaction_per_migration=False,
    )
    with context.begin_transaction():
        context.run_migrations()
    if connection.dialect.name == "sqlite":
        return
    connection.exec_driver_sql(f"SELECT pg_advisory_unlock({MIGRATION_LOCK})")
    connection.commit()


if context.is_offline_mode():
    raise SystemExit("Migrations run against a database, not as a script.")
with writers_queue(db.engine), db.engine.connect().execution_options(writes=True) as opened:
    run(opened)
    current_app.logger.debug("migrations done")
