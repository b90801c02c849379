"""A request for more visits: what it says, where it stands, and what an answer has to say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from booking.screening.rules.prescriptions import MOST_VISITS
from marketplace.kernel.errors import FieldFault
from providers.credentials.rules.numbers import npi_fault

LONGEST_REASON, LONGEST_WORDS, SHORT = 2000, 1000, 120
# What is asked for ends within a year, as a clearance does (configurable).
LONGEST = timedelta(days=366)
# Kept: written by the therapist, sent by the client; then approved or refused by who prescribes, or closed by one of the two.
WRITTEN, SENT, APPROVED, REFUSED, CLOSED = "written", "sent", "approved", "refused", "closed"
KEPT, OPEN = (WRITTEN, SENT, APPROVED, REFUSED, CLOSED), (WRITTEN, SENT)
# Shown beside those: sent, and the link ran out without an answer.
UNANSWERED = "unanswered"
STATUSES = (*KEPT, UNANSWERED)
# How it came to its end: by the link, by a new paper, or by one of the two.
LINK, PAPER, CLIENT, THERAPIST = "link", "paper", "client", "provider"
WAYS = (LINK, PAPER, CLIENT, THERAPIST)


@dataclass(frozen=True)
class Draft:
    """So many more visits, until when (included), and why."""

    visits: int
    until_on: date
    reason: str


@dataclass(frozen=True)
class Reply:
    """Yes, with how many visits until when, or no; who signs, and a word to the therapist and the client."""

    agrees: bool
    signer_name: str
    signer_npi: str
    visits: int | None = None
    expires_on: date | None = None
    words: str = ""


def draft_faults(draft: Draft, today: date) -> list[FieldFault]:
    """Everything wrong with a request."""
    checks = (
        ("visits", 1 <= draft.visits <= MOST_VISITS, f"Write a number from 1 to {MOST_VISITS}."),
        ("until_on", draft.until_on >= today, "This day is over."),
        ("until_on", draft.until_on <= today + LONGEST, "Ask for a year at most."),
        ("reason", bool(draft.reason.strip()), "Say why more visits are needed."),
        ("reason", len(draft.reason) <= LONGEST_REASON, f"At most {LONGEST_REASON} characters."),
    )
    return [FieldFault(field, message) for field, right, message in checks if not right]


def reply_faults(reply: Reply, prescriber_npi: str, today: date) -> list[FieldFault]:
    """Everything wrong with an answer. `prescriber_npi` stands on the paper: nobody else says yes to more; a no needs a name alone."""
    number = npi_fault(reply.signer_npi) if reply.agrees or reply.signer_npi else None
    known = number is not None or not reply.agrees or reply.signer_npi == prescriber_npi
    checks = [
        ("signer_name", bool(reply.signer_name.strip()), "Give your name."),
        ("signer_npi", number is None, number or ""),
        ("signer_npi", known, "This is not the NPI on the prescription."),
        ("words", len(reply.words) <= LONGEST_WORDS, f"At most {LONGEST_WORDS} characters."),
    ]
    if reply.agrees:
        until = reply.expires_on
        checks += [
            ("visits", reply.visits is not None and 1 <= reply.visits <= MOST_VISITS, f"Write a number from 1 to {MOST_VISITS}."),
            ("expires_on", until is not None, "Say until when."),
            ("expires_on", until is None or until >= today, "This day is over."),
            ("expires_on", until is None or until <= today + LONGEST, "A year at most."),
        ]
    return [FieldFault(field, message) for field, right, message in checks if not right]


def status_of(state: str, link_expires_at: datetime | None, now: datetime) -> str:
    """Where a request stands, a link that ran out among it."""
    return UNANSWERED if state == SENT and link_expires_at is not None and link_expires_at <= now else state
