"""What is told to a bank about a disputed payment: what was agreed, when, and what happened. No word about anybody's health.

Left out on purpose: the service and its technique, health answers, notes, why somebody left, addresses.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from booking.papers.rules.paper import Paper, Party, Table
from booking.quotes.rules.agreed import instant_text
from marketplace.kernel.money import format_usd
from marketplace.kernel.walltime import NEW_YORK

# Verbs of a visit's history as a bank reads them; others are not told.
HAPPENED: Mapping[str, str] = {
    "requested": "Asked for by the client",
    "booked": "Booked by the client",
    "confirmed": "Confirmed",
    "moved": "Moved to another time",
    "checked_in": "The therapist checked in",
    "checked_out": "The therapist checked out",
    "completed": "The visit took place",
    "no_show": "The client did not come",
    "cancelled": "Canceled",
    "expired": "The request ran out",
    "paid": "Paid",
    "refunded": "Refund ordered",
}


@dataclass(frozen=True)
class Happened:
    """One thing that happened, in words, and its sum where it has one."""

    at: datetime
    what: str
    cents: int | None = None


@dataclass(frozen=True)
class Case:
    """All that is known of a dispute: plain values, instants in UTC. Consents are the version, a card's with its text, and the instant."""

    dispute: str
    status: str
    reason: str
    amount_cents: int
    opened_at: datetime
    intent: str
    label: str
    captured_cents: int
    refunded_cents: int
    off_session: bool
    client: str
    provider: str
    reference: str | None = None
    starts_at: datetime | None = None
    minutes: int | None = None
    total_cents: int | None = None
    terms: Mapping[str, Any] | None = None
    care_consent: tuple[str, datetime] | None = None
    card_consent: tuple[str, str, datetime] | None = None
    checked_in_at: datetime | None = None
    checked_out_at: datetime | None = None
    happened: Sequence[Happened] = ()
    letters: Sequence[tuple[str, datetime]] = ()


def evidence_of(case: Case) -> dict[str, Any]:
    """The pack in plain JSON; instants carry New York's offset."""
    return {
        "dispute": {
            "id": case.dispute, "status": case.status, "reason": case.reason, "amount_cents": case.amount_cents, "currency": "USD",
            "opened_at": instant_text(case.opened_at),
        },
        "payment": {
            "intent": case.intent, "label": case.label, "captured_cents": case.captured_cents, "refunded_cents": case.refunded_cents,
            "while_client_was_away": case.off_session,
        },
        "parties": {"client": case.client, "provider": case.provider},
        "visit": None if case.reference is None else _visit(case),
        "agreed_terms": _terms(case.terms),
        "consents": _consents(case),
        "happened": [{"at": instant_text(one.at), "what": one.what, "amount_cents": one.cents} for one in case.happened],
        "letters_sent": [{"kind": kind, "sent_at": instant_text(at)} for kind, at in case.letters],
    }  # fmt: skip


def _visit(case: Case) -> dict[str, Any]:
    return {
        "reference": case.reference,
        "starts_at": _said(case.starts_at),
        "minutes": case.minutes,
        "total_cents": case.total_cents,
        "checked_in_at": _said(case.checked_in_at),
        "checked_out_at": _said(case.checked_out_at),
    }


def _terms(terms: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Each step with the instant until which it held, as agreed at booking."""
    if terms is None:
        return None
    steps = [{name: step[name] for name in ("until", "fee_percent", "fee_cents") if name in step} for step in terms.get("steps", ())]
    plain = {name: terms.get(name) for name in ("summary", "grace_until", "no_show_percent", "late_minutes", "booked_at", "version")}
    return {**plain, "steps": steps}


def _consents(case: Case) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    if case.card_consent is not None:
        version, text, at = case.card_consent
        found.append({"about": "charges while the client is away", "version": version, "text": text, "agreed_at": instant_text(at)})
    if case.care_consent is not None:
        found.append({"about": "the visit", "version": case.care_consent[0], "agreed_at": instant_text(case.care_consent[1])})
    return found


def paper_of_case(case: Case) -> Paper:
    """The same as a paper."""
    facts = [
        ("Dispute", f"{case.reason.replace('_', ' ')}, {format_usd(case.amount_cents)}, {case.status.replace('_', ' ')}"),
        ("Opened", when_words(case.opened_at)),
        ("Payment", f"{case.label}, {case.intent}, taken {format_usd(case.captured_cents)}, given back {format_usd(case.refunded_cents)}"),
    ]
    if case.reference is not None and case.starts_at is not None:
        facts.append(
            ("Visit", f"{case.reference}, {when_words(case.starts_at)}, {case.minutes} minutes, {format_usd(case.total_cents or 0)}")
        )
    facts += [("Agreed", words) for words in term_words(case.terms)]
    rows = tuple(
        (day_of(one.at), f"{time_of(one.at)}: {one.what}", "" if one.cents is None else format_usd(one.cents)) for one in case.happened
    )
    letters = tuple((day_of(at), f"{time_of(at)}: letter sent, {kind.replace('_', ' ')}", "") for kind, at in case.letters)
    table = Table("What happened", ("Date", "What", "Amount"), rows + letters, ("In dispute", format_usd(case.amount_cents)))
    parties = (Party("Client", (case.client,)), Party("Therapist", (case.provider,)))
    return Paper("Evidence for a dispute", case.dispute, tuple(facts), parties, table, _notices(case))


def term_words(terms: Mapping[str, Any] | None) -> list[str]:
    """The agreed terms, a line a step, with the moments."""
    lines = []
    for step in (terms or {}).get("steps", ()):
        until = f"until {when_words(datetime.fromisoformat(step['until']))}" if step.get("until") else "after that"
        lines.append(f"Canceling {until} costs {format_usd(step['fee_cents']) if 'fee_cents' in step else ''} ({step['fee_percent']}%)")
    if terms and terms.get("no_show_percent") is not None:
        lines.append(f"Not coming costs {terms['no_show_percent']}% of the price")
    return lines


def _notices(case: Case) -> tuple[str, ...]:
    notices = []
    if case.card_consent is not None:
        version, text, at = case.card_consent
        notices.append(f"Agreed to on {when_words(at)}, version {version}: {text}")
    if case.care_consent is not None:
        notices.append(f"Consent to the visit: version {case.care_consent[0]}, {when_words(case.care_consent[1])}.")
    return (*notices, "Health answers, notes and addresses are not part of this paper.")


def when_words(at: datetime) -> str:
    """`Jan 12, 2027, 12:00 PM EST`."""
    return f"{day_of(at)}, {time_of(at)}"


def day_of(at: datetime) -> str:
    """`Jan 12, 2027`."""
    local = at.astimezone(NEW_YORK)
    return f"{local:%b} {local.day}, {local.year}"


def time_of(at: datetime) -> str:
    """`12:00 PM EST`."""
    local = at.astimezone(NEW_YORK)
    return f"{local.hour % 12 or 12}:{local:%M} {'AM' if local.hour < 12 else 'PM'} {local:%Z}"


def _said(at: datetime | None) -> str | None:
    return None if at is None else instant_text(at)
