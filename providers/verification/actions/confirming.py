"""Asking somebody outside to confirm a credential through a link of their own, their answer, and taking it back."""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from marketplace.accounts.contacts import read_email
from marketplace.accounts.queries import get_account
from marketplace.audit import Deed, record
from marketplace.db import transaction
from marketplace.kernel.errors import Conflict, FieldFault, Limited, NotFound, Refused
from marketplace.outbox.changes import enqueue_letter, withdraw_letters
from marketplace.vault import secret_hash
from providers.credentials.models import Credential
from providers.credentials.queries import CredentialRow, get_for_checking
from providers.registry.changes import lock_provider, note_change
from providers.verification.changes.confirming import (
    CONFIRMED_WORD,
    DENIED,
    DIFFERS,
    TAKEN_BACK,
    lower_level,
    raise_level,
    tell_admins,
    tell_provider,
)
from providers.verification.models import EvidenceRequest
from providers.verification.queries.confirming import CLOSED, Opened, count_recent, list_waiting, open_link
from providers.verification.rules.confirming import (
    ANSWERED,
    CONFIRMABLE,
    LIFE,
    MOST_A_DAY,
    MOST_OF_ONE,
    PURPOSES,
    TO_PHYSICIAN,
    TOKEN_BYTES,
    WAITING,
    Reply,
    is_the_one_named,
    reply_faults,
)

ASKED, THANKS = "confirmation_asked", "confirmation_thanks"
OUTSIDER = "evidence:"


@dataclass(frozen=True)
class Asker:
    """Who asks: an admin, or a provider about their own collaboration (`account_id` is then the owner's)."""

    actor: str
    owner_account_id: int | None = None


def request_confirmation(public_id: str, email: str, asker: Asker, base_url: str, now: datetime) -> EvidenceRequest:
    """Send a letter with a single-use link. An earlier link about the same credential that waits is closed by it.

    Raises NotFound (others' credentials too), Refused `not_confirmable`, `own_address` or `invalid`, Limited `too_many_letters`.
    """
    recipient, token = read_email(email), secrets.token_urlsafe(TOKEN_BYTES)
    with transaction() as session:
        row = _asked_about(session, public_id, asker)
        _check(session, row, recipient, asker, now)
        for older in list_waiting(session, row.credential.id):
            _close(session, older, now)
        request = EvidenceRequest(
            credential_id=row.credential.id, purpose=PURPOSES[row.credential.kind], recipient=recipient, token_hash=secret_hash(token),
            requested_by=asker.actor, requested_at=now, expires_at=now + LIFE,
        )  # fmt: skip
        session.add(request)
        session.flush()
        facts = {"provider": row.provider.name, "purpose": request.purpose, "link": f"{base_url}/evidence/{token}", "days": LIFE.days}
        enqueue_letter(
            session, key=f"{ASKED}:{request.public_id}", kind=ASKED, recipient=recipient, facts=facts, now=now, about=request.public_id,
            send_before_at=request.expires_at,
        )  # fmt: skip
        record(session, Deed(now, asker.actor, ASKED, "credential", public_id, {"purpose": request.purpose, "request": request.public_id}))
    return request


def close_requests(public_id: str, asker: Asker, now: datetime) -> int:
    """Take back the links that wait for an answer; counts them. Raises NotFound, Conflict `wrong_state` where none waits."""
    with transaction() as session:
        row = _asked_about(session, public_id, asker)
        waiting = list_waiting(session, row.credential.id)
        if not waiting:
            raise Conflict("wrong_state", "No request waits for an answer.")
        for request in waiting:
            _close(session, request, now)
        record(session, Deed(now, asker.actor, "confirmation_closed", "credential", public_id, {"requests": len(waiting)}))
    return len(waiting)


def answer_request(token: str, reply: Reply, base_url: str, now: datetime) -> str:
    """Keep an answer, once; gives the token of the link by which it can be taken back.

    A physician's yes makes a collaboration confirmed for a year if they are who was named; nothing an insurer says changes anything by
    itself. Raises NotFound for a link that is not open, Refused `invalid`.
    """
    following = secrets.token_urlsafe(TOKEN_BYTES)
    with transaction() as session:
        opened = _locked(session, token, WAITING, now)
        request, credential = opened.request, opened.credential
        faults = reply_faults(reply, request.purpose)
        if faults:
            raise Refused("invalid", faults[0].message, faults=faults)
        request.answered_at, request.answer = now, json.dumps(asdict(reply), sort_keys=True)
        request.token_hash = secret_hash(following)
        outcome = _outcome(opened, reply)
        if request.purpose == TO_PHYSICIAN:
            _move_level(credential, reply, outcome, now)
        _tell(session, opened, outcome, base_url, now)
        link = f"{base_url}/evidence/{following}"
        facts = {"provider": opened.provider.name, "purpose": request.purpose, "answer": reply.answer, "link": link}
        enqueue_letter(session, key=f"{THANKS}:{request.public_id}", kind=THANKS, recipient=request.recipient, facts=facts, now=now)
        _note(session, opened, "confirmation_answered", now, outcome=outcome)
    return following


def take_answer_back(token: str, base_url: str, now: datetime) -> None:
    """Take an answer back; the link is used up by it. Raises NotFound for a link that is not open."""
    with transaction() as session:
        opened = _locked(session, token, ANSWERED, now)
        opened.request.withdrawn_at = now
        if opened.request.purpose == TO_PHYSICIAN:
            lower_level(opened.credential, now)
        _tell(session, opened, TAKEN_BACK, base_url, now)
        _note(session, opened, "confirmation_taken_back", now, outcome=TAKEN_BACK)


def _asked_about(session: Session, public_id: str, asker: Asker) -> CredentialRow:
    row = get_for_checking(session, public_id)
    if asker.owner_account_id not in (None, row.provider.account_id):
        raise NotFound("not_found", "There is no such credential.")
    lock_provider(session, row.provider.id)
    return get_for_checking(session, public_id)


def _check(session: Session, row: CredentialRow, recipient: str, asker: Asker, now: datetime) -> None:
    purpose = PURPOSES.get(row.credential.kind)
    own = asker.owner_account_id is not None
    if purpose is None or row.credential.status not in CONFIRMABLE or (own and purpose != TO_PHYSICIAN):
        raise Refused("not_confirmable", "Nobody can be asked to confirm this credential.")
    if recipient.lower() == get_account(session, row.provider.account_id).email.lower():
        sentence = "This is the provider's own address. Write the address of the person who confirms."
        raise Refused("own_address", sentence, faults=[FieldFault("email", sentence)])
    about, by_asker = count_recent(session, row.provider.id, row.credential.kind, asker.actor, now)
    if about >= MOST_A_DAY or by_asker >= MOST_OF_ONE:
        raise Limited("too_many_letters", "Several letters went out today. Try again tomorrow.")


def _close(session: Session, request: EvidenceRequest, now: datetime) -> None:
    request.withdrawn_at = now
    withdraw_letters(session, about=request.public_id, kinds=(ASKED,), now=now)


def _locked(session: Session, token: str, state: str, now: datetime) -> Opened:
    """What the link opens, under the provider's lock and then its own: of two clicks at once the second finds it used."""
    lock_provider(session, open_link(session, token, now).provider.id)
    opened = open_link(session, token, now, lock=True)
    if opened.state != state:
        raise NotFound("not_found", CLOSED)
    return opened


def _move_level(credential: Credential, reply: Reply, outcome: str, now: datetime) -> None:
    """Up by a yes of the one who was named, down by a no; a stranger's yes moves nothing."""
    if outcome == CONFIRMED_WORD:
        raise_level(credential, named=reply.may_be_named, now=now)
    elif outcome == DENIED:
        lower_level(credential, now)


def _outcome(opened: Opened, reply: Reply) -> str:
    if not reply.confirms:
        return DENIED
    details = opened.credential.details or {}
    npi = str(details["npi"]) if details.get("npi") else None
    if opened.request.purpose == TO_PHYSICIAN and not is_the_one_named(reply, str(details.get("name") or ""), npi):
        return DIFFERS
    return CONFIRMED_WORD


def _tell(session: Session, opened: Opened, outcome: str, base_url: str, now: datetime) -> None:
    """The provider hears of everything about a collaboration; admins of all that a person must look at."""
    to_physician = opened.request.purpose == TO_PHYSICIAN
    if to_physician:
        tell_provider(session, opened, outcome, f"{base_url}/provider/credentials/{opened.credential.public_id}/doctor", now)
    if not to_physician or outcome != CONFIRMED_WORD:
        tell_admins(session, opened, outcome, f"{base_url}/admin/credentials/{opened.credential.public_id}", now)


def _note(session: Session, opened: Opened, verb: str, now: datetime, **facts: object) -> None:
    actor = f"{OUTSIDER}{opened.request.public_id}"
    record(session, Deed(now, actor, verb, "credential", opened.credential.public_id, {"purpose": opened.request.purpose, **facts}))
    note_change(session, opened.provider.id)
