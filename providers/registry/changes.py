"""What verbs of any topic do to a provider's row inside their own transaction."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.models import Account
from marketplace.accounts.queries import get_account
from marketplace.audit import Deed, record
from marketplace.db import wait_turn
from marketplace.kernel.errors import NotFound
from marketplace.outbox.changes import enqueue_letter
from providers.registry.models import Change, Provider
from providers.registry.queries import find_own_id, slugs_like
from providers.registry.rules import APPROVE, DRAFT, LISTED, SUSPEND, Owner, free_slug, next_state, slug_of, state_after_reinstating


def note_change(session: Session, provider_id: int) -> Change:
    """Tell the change feed that what can be booked of this provider may be different from now on."""
    change = Change(provider_id=provider_id)
    session.add(change)
    return change


def lock_provider(session: Session, provider_id: int) -> Provider:
    """The provider's row, locked until the transaction ends: whoever wants this provider's time waits here, in order."""
    provider = session.scalar(
        select(Provider).where(Provider.id == provider_id).with_for_update().execution_options(populate_existing=True)
    )
    if provider is None:
        raise NotFound("not_found", "There is no such provider.")
    return provider


def note_account_switch(session: Session, account: Account) -> None:
    """An account was disabled or enabled: its provider, if there is one, can be booked no more, or again.

    Whoever is about to take this provider's time is waited for; whoever comes later sees the account as it is then.
    """
    provider_id = find_own_id(session, account.id)
    if provider_id is not None:
        lock_provider(session, provider_id)
        note_change(session, provider_id)


def own_provider(session: Session, owner: Owner, now: datetime) -> Provider:
    """The provider that an account is, locked; a draft is begun where there is none yet, once however many ask at a time."""
    session.execute(select(Account.id).where(Account.id == owner.account_id).with_for_update())
    provider = session.scalar(
        select(Provider).where(Provider.account_id == owner.account_id).with_for_update().execution_options(populate_existing=True)
    )
    return provider or begin_draft(session, owner, now)


def begin_draft(session: Session, owner: Owner, now: datetime) -> Provider:
    """A new provider in draft under a public name made of the account's.

    Names are chosen one after the other: the number behind one may be what another ends in.
    """
    wait_turn(session, "public names of providers")
    provider = Provider(
        account_id=owner.account_id, slug=free_slug(owner.name, slugs_like(session, slug_of(owner.name))), state=DRAFT,
        name=owner.name or "Therapist", languages=["en"], settings=[], answers={}, created_at=now,
    )  # fmt: skip
    session.add(provider)
    session.flush()
    note_deed(session, provider, owner.actor, "provider_begun", now)
    return provider


def list_provider(session: Session, provider: Provider, actor: str, now: datetime) -> None:
    """Show a submitted provider to the public. The caller has made sure of their standing."""
    provider.state = next_state(provider.state, APPROVE)
    provider.state_reason = None
    provider.listed_at = provider.listed_at or now
    note_deed(session, provider, actor, "provider_listed", now)
    note_change(session, provider.id)


def suspend(session: Session, provider: Provider, reason: str, actor: str, now: datetime, *, confidential: bool = False) -> None:
    """Take a provider out of search and booking at once, and write to them. Visits already booked stay until somebody decides on them.

    A confidential reason is kept in the audit alone: neither the letter nor the provider's page has it.
    """
    provider.state = next_state(provider.state, SUSPEND)
    provider.state_reason = None if confidential else reason
    note_deed(session, provider, actor, "provider_suspended", now, reason=reason)
    _write_about(session, provider, "provider_suspended", note_change(session, provider.id), now)


def reinstate(session: Session, provider: Provider, reason: str, actor: str, now: datetime) -> None:
    """Undo a suspension, and write to the provider. On which days they may work is still their credentials' to say."""
    provider.state = state_after_reinstating(provider.state, was_listed=provider.listed_at is not None)
    provider.state_reason = None
    note_deed(session, provider, actor, "provider_reinstated", now, reason=reason)
    _write_about(session, provider, "provider_reinstated", note_change(session, provider.id), now)


def _write_about(session: Session, provider: Provider, kind: str, change: Change, now: datetime) -> None:
    """A letter to the provider about what has just been changed, once for each change."""
    session.flush()
    facts = {"name": provider.name, "reason": provider.state_reason, "listed": provider.state == LISTED}
    recipient = get_account(session, provider.account_id).email
    enqueue_letter(session, key=f"{kind}:{change.seq}", kind=kind, recipient=recipient, facts=facts, now=now, about=provider.public_id)


def note_deed(session: Session, provider: Provider, actor: str, verb: str, now: datetime, **details: object) -> None:
    """Put a deed on a provider into the audit. Details are plain JSON without addresses, phone or numbers."""
    record(session, Deed(now, actor, verb, "provider", provider.public_id, details))
