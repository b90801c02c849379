"""What a browser shows is not about the database's kind: SQLite alone."""

import pytest

from tests.support.databases import Database


@pytest.fixture
def database(sqlite_database: Database) -> Database:
    return sqlite_database
