"""Completed visits belong to a room above, which hands its way of reading them down to the pages of a provider."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flask import Flask, current_app
from sqlalchemy.orm import Session

from booking.openings.rules.continuity import Continuity, DoneVisit, continuity
from marketplace.db import db

KEY = "licensed_hands_done_visits"
DoneVisits = Callable[[Session, int], Sequence[DoneVisit]]
"""Gives all completed visits of everybody who ever had one with a provider."""


def install_done_visits(app: Flask, read: DoneVisits) -> None:
    """Say how completed visits are read."""
    app.extensions[KEY] = read


def current_continuity(provider_id: int) -> Continuity | None:
    """A provider's figure; None where there are too few visits to say anything."""
    read: DoneVisits = current_app.extensions[KEY]
    return continuity(read(db.session(), provider_id), provider_id)
