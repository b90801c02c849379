"""What a viewer has had and holds belongs to a room above, which hands its way of asking down to the pages that propose starts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask import Flask, current_app
from sqlalchemy.orm import Session

from booking.openings.forms.acquaintance import viewer_doors
from booking.openings.queries.nearby import alternatives_to
from booking.openings.rules.alternatives import Alternative, MayHold
from booking.openings.rules.asking import Wish
from marketplace.db import db
from marketplace.webkit.identity import viewer

KEY = "licensed_hands_may_hold"
MayHoldOf = Callable[[Session, int | None, datetime], MayHold]
"""For a person (None: a visitor) whether they may hold a start."""


def install_may_hold(app: Flask, of: MayHoldOf) -> None:
    """Say how it is known what somebody may hold."""
    app.extensions[KEY] = of


def viewers_alternatives(slug: str, wish: Wish, starts_at: datetime, now: datetime) -> list[Alternative]:
    """What the viewer of this request could hold instead of a start, the same provider's first."""
    of: MayHoldOf = current_app.extensions[KEY]
    return alternatives_to(db.session(), slug, wish, starts_at, now, of(db.session(), viewer().person_id, now), doors=viewer_doors())
