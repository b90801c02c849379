"""A clock that stands still until a test moves it. It is a file, so that other processes see the same time."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

# A Tuesday noon in New York (EST), far from both change days.
START = datetime(2027, 1, 12, 17, 0, tzinfo=UTC)


class Clock:
    """Tells and sets the time of the application under test."""

    def __init__(self, path: Path, start: datetime = START) -> None:
        self.path = path
        self.set(start)

    @property
    def now(self) -> datetime:
        """The instant the application sees, in UTC."""
        return datetime.fromisoformat(self.path.read_text()).astimezone(UTC)

    def set(self, instant: datetime) -> datetime:
        """Stand at `instant` (aware). The file is swapped whole, so that a reader never meets half a line."""
        assert instant.tzinfo is not None, "the clock wants an aware instant"
        fresh = self.path.with_suffix(".new")
        fresh.write_text(instant.astimezone(UTC).isoformat())
        fresh.replace(self.path)
        return self.now

    def advance(self, **elapsed: float) -> datetime:
        """Move on by elapsed time: `clock.advance(minutes=10, seconds=1)`."""
        return self.set(self.now + timedelta(**elapsed))


@pytest.fixture
def clock(tmp_path: Path) -> Clock:
    """The application's clock, standing at START."""
    return Clock(tmp_path / "clock")
