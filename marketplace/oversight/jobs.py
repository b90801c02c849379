"""The periodic jobs of the ground: letters leave, what is stale goes."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import current_app

from marketplace import clock
from marketplace.idempotency.actions import forget_old_keys
from marketplace.jobs import Job
from marketplace.outbox.actions import Post, deliver_due
from marketplace.outbox.smtp_port import Envelope, Message, open_post
from marketplace.webkit.letters import render_letter


def deliver_letters(_now: datetime) -> int:
    """Send what is due. Without a mail server letters are only shown at /dev/outbox; in production they wait for one."""
    settings = current_app.extensions["settings"]
    if settings.smtp_url:
        app = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001 (Flask's own way)
        smtp = open_post(app, settings.smtp_url, settings.mail_from, settings.base_url)
        try:
            return deliver_due(Post(render_letter, smtp.send, now=clock.now))
        finally:
            smtp.close()
    return 0 if settings.production else deliver_due(Post(render_letter, _show, now=clock.now))


def _show(_envelope: Envelope, _message: Message) -> None:
    """It is in the outbox, where /dev/outbox shows it."""


JOBS = (
    Job("deliver letters", deliver_letters),
    Job("forget idempotency keys", forget_old_keys, every=timedelta(minutes=10)),
)
