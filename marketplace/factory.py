"""Builds a Flask application out of blueprints, commands and jobs. It knows no topic by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click
from flask import Blueprint, Flask
from flask_babel import Babel
from flask_migrate import Migrate
from flask_wtf.csrf import CSRFProtect
from jinja2 import StrictUndefined
from werkzeug.middleware.proxy_fix import ProxyFix

from marketplace.clock import install_clock
from marketplace.db import db, init_database
from marketplace.jobs import Job, install_jobs
from marketplace.vault import install_vault
from marketplace.webkit.filters import install_filters
from marketplace.webkit.headers import install_headers
from marketplace.webkit.identity import ANYONE, install_guard
from marketplace.webkit.letters import Attach, install_letters
from marketplace.webkit.limits import install_limits
from marketplace.webkit.origins import install_origin_check
from marketplace.webkit.problems import install_problems
from marketplace.webkit.reading import install_reading

if TYPE_CHECKING:
    from marketplace.settings import Settings

LARGEST_REQUEST = 12 * 1024 * 1024
LARGEST_FORM = 512 * 1024
SESSION_DAYS = 14
csrf = CSRFProtect()


@dataclass(frozen=True)
class Parts:
    """What an application is made of. `installers` run before the blueprints and may add hooks; `homes` names
    the first page (an endpoint) of each role, `attachments` who makes the files of a kind of letter.
    """

    pages: Sequence[Blueprint] = ()
    apis: Sequence[Blueprint] = ()
    commands: Sequence[click.Command] = ()
    jobs: Sequence[Job] = ()
    installers: Sequence[Callable[[Flask, Settings], None]] = ()
    open_endpoints: dict[str, frozenset[str]] = field(default_factory=dict)
    homes: dict[str, str] = field(default_factory=dict)
    attachments: Mapping[str, Attach] = field(default_factory=dict)


def build_app(settings: Settings, root: Path, parts: Parts) -> Flask:
    """An application for `settings` whose templates, static files and migrations lie under `root`."""
    app = Flask("wsgi", root_path=str(root), static_folder="marketplace/static", template_folder="templates")
    app.extensions["settings"] = settings
    app.config.update(_config(settings), HOMES=parts.homes)
    app.jinja_env.undefined = StrictUndefined
    install_clock(app, settings.clock_file)
    install_vault(app, settings.field_keys, settings.secret_key)
    init_database(app, settings.database_url)
    Migrate(app, db, directory=str(root / "migrations"), render_as_batch=True, compare_type=True)
    Babel(app, default_timezone="America/New_York")
    install_filters(app)
    install_letters(app, parts.attachments)
    install_problems(app)
    install_reading(app)
    install_headers(app, production=settings.production)
    for install in parts.installers:
        install(app, settings)
    csrf.init_app(app)
    install_origin_check(app)
    install_guard(app, {"static": frozenset({ANYONE}), **parts.open_endpoints})
    install_limits(app, enabled=settings.rate_limits, storage=settings.rate_limit_storage)
    _mount(app, parts)
    _trust_proxies(app, settings.trusted_proxies)
    return app


def _config(settings: Settings) -> dict[str, object]:
    secure = settings.base_url.startswith("https://")
    return {
        "SECRET_KEY": settings.secret_key,
        "TESTING": settings.app_env == "test",
        "MAX_CONTENT_LENGTH": LARGEST_REQUEST,
        "MAX_FORM_MEMORY_SIZE": LARGEST_FORM,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": secure,
        "SESSION_COOKIE_NAME": "__Host-session" if secure else "session",
        "PERMANENT_SESSION_LIFETIME": timedelta(days=SESSION_DAYS),
        "WTF_CSRF_TIME_LIMIT": 12 * 3600,
        "WTF_CSRF_SSL_STRICT": False,  # our pages send no referrer; webkit.origins looks at Origin and Sec-Fetch-Site instead
        "SEND_FILE_MAX_AGE_DEFAULT": 3600,
    }


def _trust_proxies(app: Flask, count: int) -> None:
    """Take the caller's address, the host and the scheme from as many proxies as stand in front; without any, nobody's word for them."""
    if count:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]


def _mount(app: Flask, parts: Parts) -> None:
    for api in parts.apis:
        csrf.exempt(api)
    for blueprint in (*parts.pages, *parts.apis):
        app.register_blueprint(blueprint)
    for command in parts.commands:
        app.cli.add_command(command)
    install_jobs(app, tuple(parts.jobs))
