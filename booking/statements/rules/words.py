"""What stands in a statement in words, and the statement as a paper."""

from __future__ import annotations

from booking.papers.rules.estimates import day_words
from booking.papers.rules.paper import Paper, Party, Table
from booking.statements.rules.sides import (
    CHARGED,
    CREDITS,
    EARNED,
    FEES,
    IN_HAND,
    OF_CLIENT,
    PAID,
    PAID_BACK_KIND,
    PAID_OUT_KIND,
    REFUNDED,
    TAXED,
    WAIVED_KIND,
    Cents,
    Side,
)
from booking.statements.rules.spans import Span
from booking.statements.rules.statement import Line, Statement
from marketplace.kernel.money import format_usd
from marketplace.kernel.walltime import NEW_YORK

WHAT = {
    "charge": "Visit", "late_cancel_fee": "Late cancellation", "no_show_fee": "No-show", "waived_by_reason": "Waived by the terms",
    "waived": "Waived", "waived_tax": "Tax of what was waived", "paid_cash": "Paid in cash",
    "paid_terminal": "Paid on the therapist's terminal", "paid_check": "Paid by check", "paid_other": "Paid another way",
    "paid_card": "Paid by card", "deposit": "Card payment",
    "deposit_used": "Card payment used", "credit_used": "Credit used", "provider_canceled": "Credit, the therapist canceled",
    "credit_ended": "Credit ran out", "refund": "Refund on its way", "refund_sent": "Refund", "package_sold": "Package",
    "package": "Visit of a package", "package_fee": "Fee paid with a visit of a package", "package_repriced": "Package ended",
    "gift_sold": "Gift card", "gift_aside": "Gift card, set aside", "gift_used": "Gift card used", "gift_back": "Back to a gift card",
    "gift_cashed": "Rest of a gift card, in cash", "gift_refunded": "Gift card given back",
    "seat": "Seat in a class",
    "correction": "Taken back", "platform_fee": "Our fee", "platform_subscription": "Our monthly fee", "payout": "Payout",
    "parking": "Parking, paid back by us", "payout_parking": "Payout of parking",
}  # fmt: skip
CHANGES = {
    CHARGED: "Charged", WAIVED_KIND: "Waived", CREDITS: "Credit given", PAID: "Paid", REFUNDED: "Refunded",
    EARNED: "Earned", TAXED: "Sales tax", IN_HAND: "Received in hand", FEES: "Our fees",
    PAID_BACK_KIND: "Parking we pay back", PAID_OUT_KIND: "Paid out to you",
}  # fmt: skip
PARTS = {
    "due": "You owe", "held": "Card payments held", "refunds_owed": "Refunds on their way", "credit": "Credit",
    "prepaid": "Prepaid visits", "with_us": "With us for you", "owed_by_clients": "Clients owe you",
    "credit_given": "Credit clients hold", "prepaid_in_hand": "Prepaid in your hands",
}  # fmt: skip
SO_FAR = "These days are not over: what is written in them later comes to this statement too. Once they are over it stays as it is."
CLIENT_NOTE = (
    "A balance above zero is what you owe; below zero it is held for you: card payments and prepaid visits that are still to come, credit, "
    "and refunds on their way. A visit is charged when it is over."
)
PROVIDER_NOTE = (
    "The balance is what is with us for you and what clients owe you, less credit and prepaid visits that you still owe them. Sales tax is "
    "yours to pass on. What you received in hand is with you already."
)
TITLE = "Statement of account"


def words_of(what: str) -> str:
    """An event in words."""
    return WHAT.get(what, what.replace("_", " ").capitalize())


def told_changes(side: Side, changed: Cents) -> list[tuple[str, int]]:
    """What changed a balance in words, with the cents that it added or took: they add up to the difference."""
    return [(CHANGES[kind], sign * changed[kind]) for kind, sign in side.changes.items() if sign and changed[kind]]


def told_parts(side: Side, standing: Cents) -> list[tuple[str, int]]:
    """The parts of a balance that are not empty, with their signs: they add up to it."""
    return [(PARTS[part], sign * standing[part]) for part, sign in side.parts.items() if standing[part]]


def span_words(span: Span) -> str:
    """`Jan 1, 2027 to Jan 31, 2027`."""
    return f"{day_words(span.first.isoformat())} to {day_words(span.last.isoformat())}"


def note_of(side: Side) -> str:
    """How the balance is meant."""
    return CLIENT_NOTE if side is OF_CLIENT else PROVIDER_NOTE


def paper_of(side: Side, statement: Statement, holder: str) -> Paper:
    """The statement as a paper for `holder`, by name."""
    span, before, after = statement.span, statement.before["balance"], statement.after["balance"]
    changes = told_changes(side, statement.changed)
    facts = (
        ("Days", span_words(span)), ("Balance before", format_usd(before)), *((label, format_usd(cents)) for label, cents in changes),
        ("Balance after", format_usd(after)), *((label, format_usd(cents)) for label, cents in told_parts(side, statement.after)),
    )  # fmt: skip
    notes = (note_of(side),) if statement.final else (note_of(side), SO_FAR)
    return Paper(
        TITLE,
        f"{span.first.isoformat()} to {span.last.isoformat()}",
        facts,
        (Party("For", (holder,)),),
        Table("Line by line", ("Date", "What", "Change", "Balance"), tuple(_rows(side, statement)), ("Balance after", format_usd(after))),
        notes,
    )


def _rows(side: Side, statement: Statement) -> list[tuple[str, ...]]:
    if statement.span.lined:
        return [
            (
                day_words(line.at.astimezone(NEW_YORK).date().isoformat()),
                about(side, line),
                format_usd(side.effect(line.changed)),
                format_usd(line.balance_cents),
            )
            for line in statement.lines
        ]
    return [
        (
            day_words(month.span.first.isoformat()),
            ", ".join(f"{label} {format_usd(cents)}" for label, cents in told_changes(side, month.changed)) or "Nothing",
            format_usd(side.effect(month.changed)),
            format_usd(month.balance_cents),
        )
        for month in statement.months
    ]


def about(side: Side, line: Line) -> str:
    """An event with its visit; for a client, with whom it was too."""
    visit = () if line.visit is None else (line.visit.reference,)
    provider = () if line.provider is None or side is not OF_CLIENT else (line.provider[1],)
    return ", ".join((words_of(line.what), *visit, *provider))
