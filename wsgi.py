"""The roof: what belongs to this application. `app` is what a server runs."""

from __future__ import annotations

import os
from pathlib import Path

from dotenv import load_dotenv
from flask import Flask

import booking.appointments.models
import booking.screening.models
import marketplace.accounts.models
import marketplace.audit
import marketplace.idempotency
import marketplace.outbox.models
import providers.credentials.models
import providers.places.models
import providers.registry.models
import providers.schedule.models
import providers.services.models  # noqa: F401 (tables must be known)
from marketplace.factory import Parts, build_app
from marketplace.settings import Settings

ROOT = Path(__file__).parent


def create_app(settings: Settings | None = None) -> Flask:
    """The application for `settings`; without them those of the environment, with `.env` read in development."""
    if settings is None:
        if os.environ.get("APP_ENV", "development") == "development":
            load_dotenv(ROOT / ".env")
        settings = Settings.from_environment(os.environ)
    return build_app(settings, ROOT, Parts())


app = create_app()
