"""A receipt, or the credit note that takes one back, as a paper: from what was kept when it was given."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from booking.papers.rules.estimates import day_words
from booking.papers.rules.paper import Paper, Party, Table
from marketplace.kernel.money import format_usd
from marketplace.kernel.walltime import NEW_YORK

CREDIT_NOTE = "credit_note"
HOW = {
    "cash": "in cash",
    "terminal": "by card, on the therapist's terminal",
    "check": "by check",
    "card": "by card",
    "other": "another way",
}


def paper_of_receipt(
    content: Mapping[str, Any], *, name: str, kind: str, client_name: str, issued_on: date, voided_by: str | None = None
) -> Paper:
    """The kept `content` with the client's name, which is looked up for those who may see it. `voided_by` is the note that took it back."""
    note, paid = kind == CREDIT_NOTE, content["payment"]
    begins = datetime.fromisoformat(content["starts_at"]).astimezone(NEW_YORK).date()
    facts = (
        ("Date", day_words(issued_on.isoformat())),
        ("Visit", f"{day_words(begins.isoformat())}, {content['service_name']}, {content['minutes']} minutes"),
        ("Reference", content["reference"]),
    )
    sums = (
        *((("Waived", -content["waived_cents"]),) if content["waived_cents"] else ()),
        ("Total", content["total_cents"] - content["waived_cents"]),
        (f"{'Payment taken back' if note else 'This payment'}, {HOW.get(paid['how'], paid['how'])}", paid["amount_cents"]),
        ("Paid in all", content["paid_cents"]),
    )
    lines = ((line["label"], line["amount_cents"]) for line in content["lines"])
    return Paper(
        "Credit note" if note else "Receipt",
        name,
        facts,
        (Party("For", (client_name,)), Party("From", (content["provider"]["name"],))),
        Table(
            "Line by line",
            ("Line", "Amount"),
            tuple((label, format_usd(cents)) for label, cents in (*lines, *sums)),
            ("Still due", format_usd(content["balance_cents"])),
        ),
        _notices(content, note=note, voided_by=voided_by),
    )


def paper_of_gift(content: Mapping[str, Any], *, name: str, kind: str, buyer_name: str, issued_on: date) -> Paper:
    """The receipt of a gift card, or the note about what went back: the kept `content` with the buyer's name, never a code."""
    note, how = kind == CREDIT_NOTE, HOW.get(content["how"], content["how"])
    words = f"{'Goes back' if note else 'Paid'}, {how}"
    which = f"for visits with {content['provider']['name']}, ends in {content['last_four']}"
    rows = (("Gift card", format_usd(content["card_cents"])), (words, format_usd(content["amount_cents"])))
    notices = (
        "What was left of the gift card goes back by the way it was paid." if note else "A gift card is paid money for visits to come.",
        "Tax is part of what a visit costs, not of the card.",
    )
    return Paper(
        "Credit note" if note else "Receipt",
        name,
        (("Date", day_words(issued_on.isoformat())), ("Gift card", which)),
        (Party("For", (buyer_name,)), Party("From", (content["provider"]["name"],))),
        Table("Line by line", ("Line", "Amount"), rows, ("Given back" if note else "Paid in all", format_usd(content["amount_cents"]))),
        notices,
    )


def _notices(content: Mapping[str, Any], *, note: bool, voided_by: str | None) -> tuple[str, ...]:
    if note:
        return (f"Receipt {content['voids']} does not count any more: {content['reason']}",)
    return (f"This receipt does not count any more. Credit note {voided_by} took it back.",) if voided_by else ()
