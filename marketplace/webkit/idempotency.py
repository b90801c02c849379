"""`@idempotent`: an endpoint that creates does so once for a key, however often and however simultaneously it is asked."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from flask import Response, current_app, make_response, request

from marketplace import clock
from marketplace.db import at_next_begin, db, forget_next_begin
from marketplace.idempotency.actions import keep_answer
from marketplace.idempotency.changes import KeyClaim, KeyTaken
from marketplace.idempotency.queries import find_key
from marketplace.kernel.errors import Conflict, Malformed
from marketplace.webkit.identity import viewer

HEADER = "Idempotency-Key"
LONGEST_KEY = 255
# How long a request waits for the answer of its twin: the twin has committed, only its answer is still on the way.
WAITS, WAIT_SECONDS = 40, 0.05
View = TypeVar("View", bound=Callable[..., Any])


def idempotent(view: View) -> View:
    """Honor `Idempotency-Key` on a POST that creates. The key is taken in the verb's own transaction; refusals are not kept."""

    @wraps(view)
    def once(*args: object, **words: object) -> Any:
        key = request.headers.get(HEADER)
        if key is None:
            return view(*args, **words)
        if not 1 <= len(key) <= LONGEST_KEY or not key.isprintable():
            raise Malformed("bad_idempotency_key", f"An {HEADER} has 1 to {LONGEST_KEY} printable characters.")
        claim = KeyClaim(viewer().actor, key, _request_hash(), clock.now())
        if find_key(db.session(), claim.owner, key) is not None:
            return _wait_for(claim)
        return _first(claim, lambda: make_response(view(*args, **words)))

    return cast("View", once)


def _first(claim: KeyClaim, answer: Callable[[], Response]) -> Response:
    session = db.session()
    at_next_begin(session, claim)
    try:
        response = answer()
    except KeyTaken:
        return _wait_for(claim)
    finally:
        forget_next_begin(session)
    if response.status_code < 400:
        keep_answer(claim.owner, claim.key, response.status_code, response.get_data(as_text=True))
    return response


def _replay(claim: KeyClaim) -> Response | None:
    """The kept answer; None for a new key. Raises Conflict for another request under the same key."""
    known = find_key(db.session(), claim.owner, claim.key)
    if known is None:
        return None
    if known.request_hash != claim.request_hash:
        raise Conflict("idempotency_conflict", f"This {HEADER} was used for another request. Take a new one.")
    if known.answer is None or known.status is None:
        sentence = "A request with this key was carried out, but its answer is not known here. List what you have before you try a new key."
        raise Conflict("idempotency_in_progress", sentence)
    response = current_app.response_class(known.answer, status=known.status, mimetype="application/json")
    response.headers["Idempotency-Replayed"] = "true"
    return response


def _wait_for(claim: KeyClaim) -> Response:
    """The answer of the twin that was faster."""
    for _ in range(WAITS):
        db.session.rollback()
        known = find_key(db.session(), claim.owner, claim.key)
        if known is None or known.answer is not None:
            break
        time.sleep(WAIT_SECONDS)
    return _replay(claim) or _gone()


def _gone() -> Response:
    raise Conflict("idempotency_in_progress", "A request with this key has just failed. Send it again.")


def _request_hash() -> str:
    content = f"{request.method} {request.path}\0".encode() + request.get_data(cache=True)
    return hashlib.sha256(content).hexdigest()
