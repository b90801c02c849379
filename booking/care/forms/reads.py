"""A look at health data as its client sees it."""

from __future__ import annotations

from typing import Any

from booking.care.queries.reads import Read
from marketplace.webkit.filters import rfc3339


def read_answer(read: Read) -> dict[str, Any]:
    """One look, for programs."""
    return {"at": rfc3339(read.at), "who": read.who, "provider": read.slug, "what": read.what, "about": read.about}
