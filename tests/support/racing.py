"""Many at once: threads that start together, each with an application context of its own."""

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from flask import Flask

from marketplace.db import db
from marketplace.kernel.errors import Refusal


def race(app: Flask, deeds: Sequence[Callable[[], object]]) -> Counter[str]:
    """Run all deeds at the same moment and count how they ended: "done", or the code of the refusal. Anything else fails the test."""
    gate = threading.Barrier(len(deeds))

    def run(deed: Callable[[], object]) -> str:
        with app.app_context():
            try:
                gate.wait(timeout=60)
                deed()
            except Refusal as refusal:
                return refusal.code
            finally:
                db.session.remove()
            return "done"

    with ThreadPoolExecutor(len(deeds)) as pool:
        return Counter(pool.map(run, deeds))
