"""The operations of statements of account."""

from __future__ import annotations

from typing import Any

from booking.openapi.catalogue.schemas import AMOUNT, DAY, INSTANT, TEXT, YES, given, listed, nullable
from booking.openapi.rules import Operation, Query
from booking.statements.rules.sides import OF_CLIENT, OF_PROVIDER, Side

V1 = "/api/v1"
FILE = {"type": "string", "format": "binary"}
DAYS = (
    Query("from", DAY, "The first day; this month's first where nothing is said."),
    Query("until", DAY, "The first day after it; that of the next month where nothing is said. At most 366 days."),
)


def _statement(side: Side) -> dict[str, Any]:
    standing = given({f"{part}_cents": AMOUNT for part in (*side.parts, "balance")})
    changes = given({f"{kind}_cents": AMOUNT for kind in side.changes})
    line = {
        "at": INSTANT, "what": TEXT, "appointment": nullable(TEXT), "reference": nullable(TEXT),
        "provider": nullable(given({"slug": TEXT, "name": TEXT})), "changes": changes, "balance_cents": AMOUNT,
    }  # fmt: skip
    month = {"from": DAY, "until": DAY, "changes": changes, "balance_cents": AMOUNT}
    return given(
        {
            "from": DAY, "until": DAY, "final": YES, "currency": {"const": "USD"}, "before": standing, "totals": changes, "after": standing,
            "lines": listed(given(line)), "months": listed(given(month)),
        }
    )  # fmt: skip


OPERATIONS = (
    Operation(
        "GET", f"{V1}/me/statements", "show_own_statement",
        "One's own statement of account: a line an event for 31 days at most, else a month a line. Days that are over never change.",
        "money", ("client",), queries=DAYS, answer=_statement(OF_CLIENT), errors=(422,),
    ),
    Operation(
        "GET", f"{V1}/me/statements.pdf", "show_own_statement_file", "One's own statement as a file.", "money", ("client",), queries=DAYS,
        answer=FILE, media=("application/pdf",), errors=(422,),
    ),
    Operation(
        "GET", f"{V1}/provider/statements", "show_provider_statement",
        "What was earned, received, taken as fees and paid out in some days, with the balance before and after.",
        "money", ("provider",), queries=DAYS, answer=_statement(OF_PROVIDER), errors=(404, 422),
    ),
    Operation(
        "GET", f"{V1}/provider/statements.pdf", "show_provider_statement_file", "The same as a file.", "money", ("provider",), queries=DAYS,
        answer=FILE, media=("application/pdf",), errors=(404, 422),
    ),
)  # fmt: skip
