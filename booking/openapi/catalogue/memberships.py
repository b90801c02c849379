"""The operations of memberships: visits a month for one price."""

from __future__ import annotations

from booking.openapi.catalogue.schemas import CENTS, COUNT, DAY, INSTANT, TEXT, WORDS, YES, given, listed, nullable, taken
from booking.openapi.rules import Operation

V1 = "/api/v1"
ONE = f"{V1}/memberships/<public_id>"
PLANS = f"{V1}/provider/membership-plans"
USD = {"const": "USD"}
SIDES = ("client", "provider", "admin")
PLAIN = {
    "id": TEXT,
    "version": COUNT,
    "service": TEXT,
    "service_name": TEXT,
    "minutes": COUNT,
    "visits": COUNT,
    "each_cents": CENTS,
    "price_cents": CENTS,
    "stays_months": COUNT,
    "currency": USD,
}
PLAN = given({**PLAIN, "most_members": nullable(COUNT), "members": COUNT})
OFFERED = given(
    {**PLAIN, "tax_cents": CENTS, "total_cents": CENTS, "single_cents": CENTS, "terms": listed(TEXT), "terms_version": TEXT},
)
MONTH = given(
    {
        "number": COUNT,
        "due_on": DAY,
        "package": TEXT,
        "state": {"enum": ["ordered", "active", "ended", "withdrawn"]},
        "visits": COUNT,
        "left": COUNT,
        "total_cents": CENTS,
        "paid_at": nullable(INSTANT),
        "last_on": nullable(DAY),
        "retry_on": nullable(DAY),
    }
)
MEMBERSHIP = given(
    {
        "id": TEXT,
        "state": {"enum": ["joining", "active", "suspended", "ended"]},
        "provider": given({"slug": TEXT, "name": TEXT}),
        "plan": given(PLAIN),
        "joined_on": DAY,
        "next_on": nullable(DAY),
        "paused": YES,
        "owed_cents": CENTS,
        "action_required": YES,
        "change": nullable(given({"on": DAY, **PLAIN})),
        "ended_by": nullable({"enum": ["client", "provider", "unpaid", "dropped"]}),
        "ended_at": nullable(INSTANT),
        "currency": USD,
    },
    {
        "client": given({"name": TEXT}),
        "card": given({"id": TEXT, "brand": nullable(TEXT), "last_four": nullable(TEXT)}),
        "terms": listed(TEXT),
        "terms_version": TEXT,
        "months": listed(MONTH),
    },
)
WANTED = taken(
    {"service": WORDS, "minutes": COUNT, "visits": COUNT, "price_cents": CENTS, "stays_months": COUNT}, {"most_members": nullable(COUNT)}
)
JOIN = taken({"plan": WORDS, "card": WORDS, "expected_cents": CENTS, "agreed": YES})

CLIENTS = (
    Operation(
        "GET", f"{V1}/providers/<slug>/memberships", "list_offered_memberships",
        "What a provider offers each month, with the terms to which whoever joins today agrees; empty while nothing is sold in advance.",
        "memberships", (), answer=given({"items": listed(OFFERED)}), errors=(404,),
    ),
    Operation(
        "POST", f"{V1}/memberships", "join_membership",
        "Join: the first month is charged to a saved card at once, each later one by itself. `card` is a saved card, or one as the card "
        "company's own form named it, which is saved first.",
        "memberships", ("client",), JOIN, status=201, answer=MEMBERSHIP, errors=(402, 404, 409, 422), creates=True,
    ),
    Operation(
        "GET", f"{V1}/memberships", "list_memberships", "One's own memberships; for a provider those of their members, for the staff all.",
        "memberships", SIDES, answer=given({"items": listed(MEMBERSHIP)}),
    ),
    Operation("GET", ONE, "show_membership", "One with its terms and months.", "memberships", SIDES, answer=MEMBERSHIP, errors=(404,)),
    Operation(
        "POST", f"{ONE}/pause", "pause_membership", "Let the next months pass without a charge.", "memberships", ("client",),
        taken({"months": COUNT}), answer=MEMBERSHIP, errors=(404, 409, 422),
    ),
    Operation(
        "POST", f"{ONE}/resume", "resume_membership", "Go on before the pause is over.", "memberships", ("client",), taken({}),
        answer=MEMBERSHIP, errors=(404, 409),
    ),
    Operation(
        "PUT", f"{ONE}/card", "choose_membership_card", "Charge another card from now on.", "memberships", ("client",),
        taken({"card": WORDS}), answer=MEMBERSHIP, errors=(402, 404, 409, 422),
    ),
    Operation(
        "POST", f"{ONE}/payment", "pay_membership", "Pay the open month now; the bank may want the client to confirm.", "memberships",
        ("client",), taken({}), answer=MEMBERSHIP, errors=(402, 404, 409, 422),
    ),
    Operation(
        "POST", f"{ONE}/end", "end_membership", "End it at once; what was paid stays as agreed.", "memberships", SIDES, taken({}),
        answer=MEMBERSHIP, errors=(404, 409),
    ),
)  # fmt: skip
PROVIDERS = (
    Operation(
        "GET", PLANS, "list_membership_plans", "What one offers, how many have it, and whether visits are sold in advance here.",
        "memberships", ("provider",), answer=given({"allowed": YES, "items": listed(PLAN)}), errors=(404,),
    ),
    Operation(
        "POST", PLANS, "make_membership_plan", "Offer visits each month for one price.", "memberships", ("provider",), WANTED, status=201,
        answer=PLAN, errors=(404, 422), creates=True,
    ),
    Operation(
        "PUT", f"{PLANS}/<public_id>", "change_membership_plan",
        "Offer it otherwise: another version. Members are told now; it counts for each from the first month due 30 days later or more.",
        "memberships", ("provider",), WANTED, answer=PLAN, errors=(404, 422),
    ),
    Operation(
        "DELETE", f"{PLANS}/<public_id>", "close_membership_plan", "Nobody joins any more.", "memberships", ("provider",), status=204,
        errors=(404,),
    ),
)  # fmt: skip
