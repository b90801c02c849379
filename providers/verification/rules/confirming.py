"""Links for those who can confirm a credential: how long they live, what is asked, and what an answer is worth."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from marketplace.kernel.errors import FieldFault
from providers.credentials.rules.kinds import INSURANCE
from providers.credentials.rules.numbers import npi_fault
from providers.credentials.rules.states import NEEDS_INFO, SUBMITTED, SUSPENDED, UNDER_REVIEW, VERIFIED
from providers.verification.rules.names import words_of
from providers.verification.rules.sources import COLLABORATION

TO_PHYSICIAN, TO_INSURER = "collaboration", "insurance"
PURPOSES = {COLLABORATION: TO_PHYSICIAN, INSURANCE: TO_INSURER}
CONFIRMABLE = (SUBMITTED, UNDER_REVIEW, NEEDS_INFO, VERIFIED, SUSPENDED)

LIFE = timedelta(days=14)
TOKEN_BYTES = 32
A_DAY = timedelta(days=1)
MOST_A_DAY = 3
"""Letters about one credential in 24 hours: a stranger's mailbox is not ours to fill."""
MOST_OF_ONE = 10
"""Letters that one asker may send in 24 hours."""

WAITING, EXPIRED, ANSWERED, WITHDRAWN = "waiting", "expired", "answered", "withdrawn"
YES, NO = "yes", "no"


@dataclass(frozen=True)
class Reply:
    """What somebody outside answered. `npi` is empty for an insurer; `may_be_named` is a physician's leave to show the name."""

    answer: str
    name: str
    role: str
    npi: str = ""
    accepted: bool = False
    may_be_named: bool = False

    @property
    def confirms(self) -> bool:
        """Whether it is a yes."""
        return self.answer == YES


def state_of(now: datetime, *, expires_at: datetime, answered_at: datetime | None, withdrawn_at: datetime | None) -> str:
    """Where a request stands."""
    if withdrawn_at is not None:
        return WITHDRAWN
    if answered_at is not None:
        return ANSWERED
    return WAITING if now < expires_at else EXPIRED


def reply_faults(reply: Reply, purpose: str) -> list[FieldFault]:
    """What is missing before an answer counts. A no needs a name and a role, nothing else."""
    faults = []
    if len(words_of(reply.name)) < 2:
        faults.append(FieldFault("name", "Please give your first and last name."))
    if reply.confirms and not reply.accepted:
        faults.append(FieldFault("accepted", "Please accept the statement, or answer no."))
    if purpose == TO_PHYSICIAN and reply.confirms and (fault := npi_fault(reply.npi)):
        faults.append(FieldFault("npi", fault))
    return faults


def is_the_one_named(reply: Reply, name: str, npi: str | None) -> bool:
    """Whether who answers is who the provider named: the same last name, and the same NPI where one was given."""
    mine, theirs = words_of(reply.name), words_of(name)
    return bool(theirs) and theirs[-1] in mine and (not npi or npi == reply.npi)
