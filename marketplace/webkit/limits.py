"""Rate limits by address or account. One limiter for the application; `RATE_LIMITS=off` silences it outside of production."""

from __future__ import annotations

from flask import Flask
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

from marketplace.webkit.identity import viewer


def limit_key() -> str:
    """Whose count a request adds to: the account's, else the address's."""
    who = viewer()
    return who.actor if who.signed_in else get_remote_address()


limiter = Limiter(key_func=limit_key, headers_enabled=True)


def install_limits(app: Flask, *, enabled: bool, storage: str) -> None:
    """Switch the limiter on or off and say where counts live (memory is per process)."""
    app.config.update(RATELIMIT_ENABLED=enabled, RATELIMIT_STORAGE_URI=storage)
    limiter.init_app(app)
