"""A button's deed on a page: done and said, or said why not."""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, redirect
from flask.typing import ResponseReturnValue

from marketplace.kernel.errors import NotFound, Refusal


def do_and_say(where: str, deed: Callable[[], object], words: str) -> ResponseReturnValue:
    """Do it and go to the address `where`, which shows `words`, or the sentence of a refusal. What is not there stays a missing page."""
    try:
        deed()
    except NotFound:
        raise
    except Refusal as refusal:
        flash(refusal.sentence, "warning")
    else:
        flash(words, "good")
    return redirect(where)
