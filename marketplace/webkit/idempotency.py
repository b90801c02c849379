"""`@idempotent`: an API POST that is sent twice with one key does its deed once and answers twice the same.

The key's row is the first thing written in the verb's own transaction, so that deed and key stand or fall together. Its unique index lets
one of many at once through; the others wait for it and then replay. The answer is put into the row right after the verb. A crash between
the two leaves a row without an answer: a repeat is told so (409 `idempotency_in_progress`) and never does the deed again.

A refusal before anything was committed leaves no row: the same key may be tried again. A refusal after a commit is kept like an answer.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any, TypeVar, cast

from flask import Response, current_app, make_response, request

from marketplace import clock
from marketplace.db import db, on_begin
from marketplace.idempotency.actions import drop_key, keep_answer
from marketplace.idempotency.changes import KeyClaim, KeyTaken
from marketplace.idempotency.models import IdempotencyKey
from marketplace.idempotency.queries import find_key
from marketplace.kernel.errors import Conflict, Malformed, Refusal
from marketplace.webkit.identity import viewer
from marketplace.webkit.problems import problem_of

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
LONGEST_KEY = 255
PAYMENT_NEEDED = 402
# How long a request waits for the answer of its twin: the twin has committed, only its answer is still on the way.
WAITS, WAIT_SECONDS = 40, 0.05
AT_WORK = timedelta(seconds=30)
View = TypeVar("View", bound=Callable[..., Any])


def idempotent(view: View) -> View:
    """Honor `Idempotency-Key` on an API POST that creates. Stands nearest to the view."""

    @wraps(view)
    def once(*args: object, **words: object) -> Any:
        key = request.headers.get(HEADER)
        if key is None:
            return view(*args, **words)
        if not 1 <= len(key) <= LONGEST_KEY or not key.isprintable():
            raise Malformed("bad_idempotency_key", f"An {HEADER} has 1 to {LONGEST_KEY} printable characters.")
        claim = KeyClaim(_owner(), key, _request_hash(), clock.now())
        known = find_key(db.session(), claim.owner, key)
        if known is None:
            return _first(claim, lambda: make_response(view(*args, **words)))
        at_work = known.answer is None and claim.at - known.created_at < AT_WORK
        return _wait_for(claim) if at_work else _replay(claim, known)

    return cast("View", once)


def _owner() -> str:
    """Keys belong to an account or a guest; those of strangers to their address."""
    actor = viewer().actor
    return f"address:{request.remote_addr}" if actor == "anonymous" else actor


def _first(claim: KeyClaim, answer: Callable[[], Response]) -> Response:
    try:
        with on_begin(claim):
            response = answer()
    except KeyTaken:
        return _wait_for(claim)
    except Refusal as refusal:
        _keep(claim, problem_of(refusal))
        raise
    _keep(claim, response)
    return response


def _keep(claim: KeyClaim, response: Response) -> None:
    """Keep the answer, if the verb committed anything: else the key is as if it had never been sent.

    A payment that waits for its client or was declined is no answer to keep: the same request, sent again, goes on with the same deed.
    """
    db.session.rollback()
    if response.status_code == PAYMENT_NEEDED:
        drop_key(claim.owner, claim.key)
    elif find_key(db.session(), claim.owner, claim.key) is not None:
        keep_answer(claim.owner, claim.key, response.status_code, response.get_data(as_text=True))


def _wait_for(claim: KeyClaim) -> Response:
    """The answer of the twin that was faster."""
    for patience in reversed(range(WAITS)):
        db.session.rollback()
        known = find_key(db.session(), claim.owner, claim.key)
        if known is None:
            break
        if known.answer is not None or known.request_hash != claim.request_hash or not patience:
            return _replay(claim, known)
        db.session.rollback()
        threading.Event().wait(WAIT_SECONDS)
    raise Conflict("idempotency_in_progress", "A request with this key has just failed. Send it again.")


def _replay(claim: KeyClaim, known: IdempotencyKey) -> Response:
    """The kept answer. Raises Conflict for another request under the same key, and where the answer is not known."""
    if known.request_hash != claim.request_hash:
        raise Conflict("idempotency_conflict", f"This {HEADER} was used for another request. Take a new one.")
    if known.answer is None or known.status is None:
        sentence = "A request with this key was carried out, but its answer is not known here. List what you have before you try a new key."
        raise Conflict("idempotency_in_progress", sentence)
    kind = "application/json" if known.status < 400 else "application/problem+json"
    response = current_app.response_class(known.answer, status=known.status, mimetype=kind)
    response.headers[REPLAYED] = "true"
    return response


def _request_hash() -> str:
    """The fingerprint of what is asked: the same bytes at the same path; of a form with files its parts, whose boundary changes."""
    content = request.get_data(cache=True) if request.mimetype != "multipart/form-data" else _parts()
    return hashlib.sha256(f"{request.method} {request.full_path}\0".encode() + content).hexdigest()


def _parts() -> bytes:
    # A part may come without a name: the parser then says None, which sorts with nothing.
    digest = hashlib.sha256(json.dumps(sorted((name or "", text) for name, text in request.form.items(multi=True))).encode())
    for name, file in sorted(request.files.items(multi=True), key=lambda part: part[0] or ""):
        digest.update(f"{name}\0{file.filename}\0".encode() + file.read())
        file.seek(0)
    return digest.digest()
