"""Requests to confirm, read by whoever holds the link, and by those who asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.accounts.models import Account, Role
from marketplace.kernel.errors import NotFound
from marketplace.vault import secret_hash
from providers.credentials.models import Credential
from providers.credentials.rules.collaboration import CONFIRMED, REMIND_DAYS
from providers.credentials.rules.states import VERIFIED
from providers.registry.models import Provider
from providers.verification.models import EvidenceRequest
from providers.verification.rules.confirming import A_DAY, ANSWERED, CONFIRMABLE, WAITING, state_of

CLOSED = "This link is not open. It may have been used, taken back, or be older than 14 days."
MOST_ADMINS = 20


@dataclass(frozen=True)
class Opened:
    """A request behind a link that is open: `state` is waiting (for an answer) or answered (and may be taken back)."""

    request: EvidenceRequest
    credential: Credential
    provider: Provider
    state: str


def open_link(session: Session, token: str, now: datetime, *, lock: bool = False) -> Opened:
    """What a link opens. Raises NotFound, always the same, for one that is unknown, used, expired, taken back
    or of facts that were replaced.
    """
    wanted = select(EvidenceRequest).where(EvidenceRequest.token_hash == secret_hash(token)).execution_options(populate_existing=True)
    request = session.scalar(wanted.with_for_update() if lock else wanted)
    state = request_state(request, now) if request is not None else None
    if request is None or state not in (WAITING, ANSWERED):
        raise NotFound("not_found", CLOSED)
    row = session.execute(
        select(Credential, Provider).join(Provider, Provider.id == Credential.provider_id).where(Credential.id == request.credential_id)
    ).one()
    if state == WAITING and row[0].status not in CONFIRMABLE:
        raise NotFound("not_found", CLOSED)
    return Opened(request, row[0], row[1], state)


def request_state(request: EvidenceRequest, now: datetime) -> str:
    """Where a request stands."""
    return state_of(now, expires_at=request.expires_at, answered_at=request.answered_at, withdrawn_at=request.withdrawn_at)


def list_requests(session: Session, credential_id: int) -> list[EvidenceRequest]:
    """The requests about a credential, the newest first."""
    rows = select(EvidenceRequest).where(EvidenceRequest.credential_id == credential_id)
    return list(session.scalars(rows.order_by(EvidenceRequest.id.desc()).limit(20)))


def list_waiting(session: Session, credential_id: int) -> list[EvidenceRequest]:
    """Those that nobody has answered or taken back."""
    rows = select(EvidenceRequest).where(
        EvidenceRequest.credential_id == credential_id, EvidenceRequest.answered_at.is_(None), EvidenceRequest.withdrawn_at.is_(None)
    )
    return list(session.scalars(rows))


def count_recent(session: Session, provider_id: int, kind: str, asker: str, now: datetime) -> tuple[int, int]:
    """How many letters went out in the last 24 hours about a provider's credentials of a kind (all versions), and by one asker."""
    recent = select(func.count()).select_from(EvidenceRequest).where(EvidenceRequest.requested_at > now - A_DAY)
    about = recent.join(Credential, Credential.id == EvidenceRequest.credential_id).where(
        Credential.provider_id == provider_id, Credential.kind == kind
    )
    return session.scalar(about) or 0, session.scalar(recent.where(EvidenceRequest.requested_by == asker)) or 0


def admin_emails(session: Session) -> list[str]:
    """Where letters to those who check go."""
    wanted = select(Account.email).where(Account.active, Account.roles.any(Role.name == "admin")).order_by(Account.id).limit(MOST_ADMINS)
    return list(session.scalars(wanted))


def list_to_reconfirm(session: Session, today: date, after_id: int, limit: int) -> list[tuple[int, date]]:
    """Confirmed collaborations (row id, day) that run out within the first reminder's time, by id."""
    wanted = select(Credential.id, Credential.reconfirm_on).where(
        Credential.level == CONFIRMED, Credential.status == VERIFIED, Credential.reconfirm_on > today,
        Credential.reconfirm_on <= today + timedelta(days=max(REMIND_DAYS)), Credential.id > after_id,
    )  # fmt: skip
    return [(row.id, row.reconfirm_on) for row in session.execute(wanted.order_by(Credential.id).limit(limit))]
