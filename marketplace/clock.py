"""The only place that asks what time it is. Views, commands and jobs ask; everything below is told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from flask import Flask, current_app, has_app_context

KEY = "licensed_hands_clock"
Source = Callable[[], datetime]


def system_time() -> datetime:
    """The machine's own time, aware, in UTC."""
    return datetime.now(UTC)


def file_time(path: Path) -> Source:
    """A source whose instant is the one line of `path` (RFC 3339 with an offset), read anew at every look."""

    def read() -> datetime:
        instant = datetime.fromisoformat(path.read_text().strip())
        if instant.tzinfo is None:
            raise ValueError(f"the instant in {path} has no offset")
        return instant.astimezone(UTC)

    return read


def install_clock(app: Flask, clock_file: str | None) -> None:
    """Give `app` its clock: the machine's, or the file's outside of production."""
    app.extensions[KEY] = file_time(Path(clock_file)) if clock_file else system_time


def now() -> datetime:
    """The present instant, aware, in UTC, by the current application's clock."""
    source: Source = current_app.extensions[KEY] if has_app_context() else system_time
    return source()
