"""Letters as text: `templates/letters/KIND.txt`, whose first line is the subject, and `KIND.html` beside it where there is one.

A topic that knows a kind's files registers a maker for it, `Parts.attachments[kind]`: facts in, attachments out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import Flask, current_app
from jinja2 import TemplateNotFound

from marketplace.outbox.smtp_port import Attachment, Message

KEY = "letter_attachments"
SUBJECT = "Subject: "
Attach = Callable[[Mapping[str, Any]], Sequence[Attachment]]


def install_letters(app: Flask, attachments: Mapping[str, Attach]) -> None:
    """Give `app` the makers of files."""
    app.extensions[KEY] = dict(attachments)


def render_letter(kind: str, facts: Mapping[str, Any]) -> Message:
    """A letter of one kind. Outside of a request too: templates see `facts` and `base_url`, nothing of who is looking."""
    words = {"facts": facts, "base_url": current_app.extensions["settings"].base_url}
    first, _, rest = current_app.jinja_env.get_template(f"letters/{kind}.txt").render(**words).partition("\n")
    if not first.startswith(SUBJECT):
        raise ValueError(f"letters/{kind}.txt does not begin with a subject")
    attach = current_app.extensions[KEY].get(kind)
    return Message(first.removeprefix(SUBJECT).strip(), rest.strip() + "\n", _html(kind, words), tuple(attach(facts)) if attach else ())


def _html(kind: str, words: Mapping[str, Any]) -> str | None:
    try:
        return current_app.jinja_env.get_template(f"letters/{kind}.html").render(**words)
    except TemplateNotFound:
        return None
