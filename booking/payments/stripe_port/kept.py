"""The stand-in for Stripe, kept in a file: every process of one machine meets the same one, also after a restart."""

from __future__ import annotations

import fcntl
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from booking.payments.stripe_port.connected import ConnectDouble
from booking.payments.stripe_port.double import Answer, StripeDouble


class KeptDouble:
    """Opens the stand-in for one call after another, each alone. It is for trials and demonstrations; no real card works with it."""

    def __init__(self, path: Path, now: Callable[[], datetime]) -> None:
        self._path = path
        self._now = now

    @contextmanager
    def opened(self) -> Iterator[StripeDouble]:
        """The stand-in as it is now; what it has become is kept afterwards, also after a refusal."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.with_suffix(".lock").open("w") as turn:
            fcntl.flock(turn, fcntl.LOCK_EX)
            double = ConnectDouble(self._now)
            if self._path.exists():
                double.restore(json.loads(self._path.read_text()))
            try:
                yield double
            finally:
                fresh = self._path.with_suffix(".new")
                fresh.write_text(json.dumps(double.kept()))
                fresh.replace(self._path)

    def answer(self, method: str, url: str, headers: Mapping[str, str], body: str | None) -> Answer:
        """As `StripeDouble.answer`."""
        with self.opened() as double:
            return double.answer(method, url, headers, body)
