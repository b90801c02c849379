"""The operations of a client's time: accounts, search, quotes, health, holds, appointments."""

from __future__ import annotations

from booking.openapi.catalogue import (
    adding,
    baskets,
    care,
    couples,
    giftcards,
    homecare,
    insurers,
    memberships,
    money,
    outcomes,
    packages,
    papers,
    series,
    waiting,
)
from booking.openapi.catalogue.bodymap import OPERATIONS as BODY_MAPS
from booking.openapi.catalogue.claims import OPERATIONS as CLAIM_FORMS
from booking.openapi.catalogue.classes import OPERATIONS as CLASSES
from booking.openapi.catalogue.extensions import OPERATIONS as EXTENSIONS
from booking.openapi.catalogue.guardians import OPERATIONS as GUARDIANS
from booking.openapi.catalogue.intake import OPERATIONS as INTAKE
from booking.openapi.catalogue.matching import OPERATIONS as MATCHING
from booking.openapi.catalogue.notes import OPERATIONS as NOTES
from booking.openapi.catalogue.plans import OPERATIONS as PLANS
from booking.openapi.catalogue.reliability import OPERATIONS as RELIABILITY
from booking.openapi.catalogue.reviewing import OPERATIONS as REVIEWING
from booking.openapi.catalogue.schemas import (
    ADD_ON,
    ANY_SETTING,
    ANYTHING,
    COUNT,
    DAY,
    INSTANT,
    ME,
    PROVIDER_KIND,
    SETTING,
    STARTS,
    TEXT,
    WISH,
    WORDS,
    YES,
    given,
    listed,
    nullable,
    page,
    ref,
    taken,
)
from booking.openapi.catalogue.sharing import OPERATIONS as SHARING
from booking.openapi.catalogue.statements import OPERATIONS as STATEMENTS
from booking.openapi.catalogue.superbills import OPERATIONS as SUPERBILLS
from booking.openapi.rules import Operation, Query

V1 = "/api/v1"
CLIENT = ("client",)
BOTH = ("client", "provider", "admin")
DESK = ("provider", "admin")
EMPTY = taken({})
ONE = f"{V1}/appointments/<public_id>"
GENDER = {"type": "string", "enum": ["female", "male", "nonbinary", "undisclosed"]}
PLACE_KIND = {"type": "string", "enum": ["hospital", "pt_clinic", "sports_clinic", "integrated", "private_practice"]}
LONG = {"type": "string", "maxLength": 2000}
WINDOW = (
    Query("from", TEXT, "A date or an instant with an offset."),
    Query("to", TEXT, "A date or an instant with an offset, at most 60 days later."),
)
SEARCH = (
    Query("near", TEXT, "A ZIP code, a neighborhood, an address, or `lat,lon`."),
    Query("radius_km", {"type": "number", "exclusiveMinimum": 0, "maximum": 50}, "How far a clinic may be; 5 by default."),
    *WINDOW,
    Query("part", listed({"type": "string", "enum": ["morning", "afternoon", "evening", "late"]}), "Parts of each day."),
    Query("minutes", {"type": "integer", "minimum": 15, "maximum": 240}, "The length of the visit; 60 by default."),
    Query("setting", listed(ANY_SETTING), "Where; `phone` alone for introductory calls."),
    Query("place_kind", listed(PLACE_KIND), "The kind of clinic."),
    Query("provider_kind", listed(PROVIDER_KIND), "The kind of therapist: by profession, house and what is checked today."),
    *insurers.SEARCH,
    Query("condition", TEXT, "What hurts: a code of /meta."),
    Query("technique", listed(TEXT), "A code of /meta."),
    Query("max_price_cents", COUNT, "The most that a shown start may cost, everything included."),
    Query("gender", listed(GENDER), "The therapist's gender."),
    Query("language", listed(TEXT), "A language spoken."),
    Query("neighbourhood", listed(TEXT), "Of the clinic, or come to."),
    Query("staffing", {"const": "full_time"}, "Starts in hours stated as full-time only."),
    Query("collaborates", {"const": "1"}, "Works with a physician."),
    Query("first_consult", {"const": "1"}, "Offers a short first consult."),
    Query("age", {"type": "integer", "minimum": 0, "maximum": 120}, "Treats somebody of this age; under 18 a guardian has to agree."),
    Query("instant", {"const": "1"}, "Starts that are confirmed at once, to everybody; not by request."),
    Query("sort", {"type": "string", "enum": ["soonest", "distance", "price", "rating"]}, "The order."),
    Query("limit", {"type": "integer", "minimum": 1, "maximum": 50}, "How many; 20 by default."),
    Query("cursor", TEXT, "The `next` of the answer before."),
)
EVIDENCE = given(
    {
        "provider": TEXT,
        "kind": TEXT,
        "technique": nullable(TEXT),
        "title": TEXT,
        "status": TEXT,
        "in_force": YES,
        "required": YES,
        "renewing": YES,
        "issuer": nullable(TEXT),
        "source": nullable(TEXT),
        "verified_on": nullable(DAY),
        "checked_by": nullable(TEXT),
        "valid_until": nullable(DAY),
        "next_check_on": nullable(DAY),
        "works_with": nullable(ANYTHING),
        "stated_since": nullable(DAY),
        "evening_from": nullable(TEXT),
        "morning_from": nullable(TEXT),
        "asked": TEXT,
        "means": TEXT,
        "means_not": listed(TEXT),
        "not_checked": listed(TEXT),
        "certificates": listed(TEXT),
    }
)
# Of a visit screening and consent are asked; of a call nothing but a word to the therapist, if any.
BOOKING = taken(
    {"hold": WORDS},
    {
        "screening": WORDS,
        "born_on": nullable(DAY),
        "consent": taken({"version": WORDS, "accepted": YES}, {"sections": listed(TEXT)}),
        "payment": taken({"method": {"type": "string", "enum": ["at_visit", "card"]}}, {"payment_method": nullable(WORDS)}),
        "place": nullable(
            taken(
                {"line1": {"type": "string", "minLength": 1, "maxLength": 160}, "zip": {"type": "string", "minLength": 1, "maxLength": 10}},
                {
                    "unit": nullable({"type": "string", "maxLength": 40}),
                    "access": nullable({"type": "string", "maxLength": 500}),
                    "door_minutes": {"type": "integer", "minimum": 0, "maximum": 30},
                },
            )
        ),
        "technique": nullable(WORDS),
        "note": nullable(LONG),
        "prescription": nullable(WORDS),
    },
)
CANCELLING = taken(
    {},
    {
        "expected_fee_cents": nullable(COUNT),
        "expected_waived_cents": nullable(COUNT),
        "reason": nullable({"type": "string", "enum": ["illness", "emergency", "weather", "building_access", "other"]}),
        "note": nullable(LONG),
    },
)
HOLD = given(
    {
        "id": TEXT,
        "starts_at": INSTANT,
        "ends_at": INSTANT,
        "expires_at": INSTANT,
        "confirmation": {"enum": ["instant", "request"]},
        "add_ons": listed(ADD_ON),
        "quote": ref("Quote"),
    }
)
HANDOVER = given(
    {
        "id": TEXT,
        "state": {"enum": ["offered", "accepted", "declined", "withdrawn", "expired"]},
        "provider": given({"slug": TEXT, "name": TEXT}),
        "service_name": TEXT,
        "reason": TEXT,
        "answer_by": INSTANT,
    },
    {"note": nullable(TEXT)},
)
ANY_WISH = taken(
    {"starts_at": INSTANT, "minutes": {"type": "integer", "minimum": 1, "maximum": 480}, "setting": SETTING},
    {
        "near": nullable({"type": "string", "minLength": 1, "maxLength": 200}),
        "condition": nullable(TEXT),
        "technique": listed(TEXT),
        "gender": listed(GENDER),
        "language": listed(TEXT),
        "max_price_cents": nullable(COUNT),
        "full_time": YES,
        "collaborates": YES,
        "instant": YES,
    },
)
ANY_HOLD = given(
    {
        "id": TEXT,
        "starts_at": INSTANT,
        "ends_at": INSTANT,
        "expires_at": INSTANT,
        "quote": ref("Quote"),
        "provider": given({"slug": TEXT, "name": TEXT}),
        "service": TEXT,
        "setting": SETTING,
    }
)
SCREENED = given(
    {
        "id": TEXT,
        "outcome": {"enum": ["clear", "restricted", "clearance_needed", "stop"]},
        "reasons": listed(given({"code": TEXT, "action": TEXT, "advice": nullable(TEXT), "regions": listed(TEXT)})),
        "valid_until": INSTANT,
    }
)
DETAIL = {"type": "string", "enum": ["busy", "brief", "full"]}
FEED = given(
    {"url": TEXT, "detail": DETAIL, "audience": TEXT, "clinic": nullable(TEXT), "made_at": INSTANT, "last_used_at": nullable(INSTANT)}
)
FEEDS = given({"url": nullable(TEXT), "detail": nullable(DETAIL), "feeds": listed(FEED)})
WHICH_FEEDS = taken({}, {"detail": nullable(DETAIL), "clinic": nullable({"type": "string", "maxLength": 80})})
NEW_ACCOUNT = taken({"email": WORDS, "password": TEXT, "name": WORDS, "role": {"type": "string", "enum": ["client", "provider"]}})
SIGN_IN = taken({"email": WORDS, "password": TEXT}, {"code": nullable(WORDS)})
DETAILS = taken(
    {},
    {
        "name": nullable(WORDS),
        "phone": nullable({"type": "string", "maxLength": 40}),
        "zip": nullable({"type": "string", "maxLength": 5}),
        "address": nullable(ANYTHING),
    },
)
META = given(
    {
        "time_zone": TEXT,
        "provider_kinds": listed(PROVIDER_KIND),
        "carriers": listed(given({"code": TEXT, "name": TEXT})),
        "plans": listed(given({"code": TEXT, "name": TEXT})),
        "settings": listed(SETTING),
        "techniques": listed(ANYTHING),
        "conditions": listed(ANYTHING),
        "neighbourhoods": listed(ANYTHING),
        "credential_kinds": listed(ANYTHING),
        "version": TEXT,
    }
)


def _step(verb: str, words: str) -> Operation:
    name = verb.replace("-", "_")
    return Operation(
        "POST", f"{ONE}/{verb}", f"{name}_appointment", words, "appointments", DESK, EMPTY, answer=ref("Appointment"), errors=(409, 422)
    )


OPERATIONS = (
    Operation(
        "POST",
        f"{V1}/accounts",
        "create_account",
        "Make an account; the address is confirmed by letter.",
        "accounts",
        (),
        NEW_ACCOUNT,
        status=201,
        answer=given({"id": TEXT}),
        errors=(429,),
        creates=True,
    ),
    Operation(
        "POST",
        f"{V1}/tokens",
        "create_token",
        "Sign in.",
        "accounts",
        (),
        SIGN_IN,
        status=201,
        answer=given({"token": TEXT, "expires_at": INSTANT}),
        errors=(401, 403, 429),
    ),
    Operation("DELETE", f"{V1}/tokens/current", "delete_token", "Sign out.", "accounts", BOTH, status=204, errors=(409,)),
    Operation("GET", f"{V1}/me", "show_me", "Who one is.", "accounts", BOTH, answer=ME),
    Operation("PATCH", f"{V1}/me", "change_me", "Change one's details.", "accounts", BOTH, DETAILS, answer=ME, errors=(409,)),
    Operation("GET", f"{V1}/me/calendar", "show_feeds", "The secret addresses of one's calendar feeds.", "accounts", BOTH, answer=FEEDS),
    Operation(
        "POST",
        f"{V1}/me/calendar/rotate",
        "rotate_feeds",
        "New addresses for one level of detail, or for all; admins name a clinic.",
        "accounts",
        BOTH,
        WHICH_FEEDS,
        answer=FEEDS,
        errors=(404, 429),
    ),
    Operation(
        "POST",
        f"{V1}/me/calendar/revoke",
        "revoke_feeds",
        "No addresses any more; admins name a clinic.",
        "accounts",
        BOTH,
        WHICH_FEEDS,
        answer=FEEDS,
        errors=(404,),
    ),
    Operation("GET", f"{V1}/meta", "show_meta", "The words that the other endpoints use.", "search", answer=META),
    Operation(
        "GET",
        f"{V1}/providers",
        "search_providers",
        "Who is free: every start shown can be held at this moment.",
        "search",
        queries=SEARCH,
        answer=given(
            {"total": COUNT, "facets": ANYTHING, "items": listed(ref("FoundProvider")), "next": nullable(TEXT)},
            {"alternatives": listed(ref("Alternative"))},
        ),
        errors=(422, 429),
    ),
    Operation("GET", f"{V1}/providers/<slug>", "show_provider", "A public profile.", "search", answer=ref("Provider")),
    Operation(
        "GET",
        f"{V1}/providers/<slug>/evidence/<kind>",
        "show_evidence",
        "What stands behind a badge: a kind of credential, or evening_staffing.",
        "search",
        answer=EVIDENCE,
        errors=(429,),
    ),
    Operation(
        "GET",
        f"{V1}/providers/<slug>/evidence/certificate/<technique>",
        "show_technique_evidence",
        "What stands behind a certificate.",
        "search",
        answer=EVIDENCE,
        errors=(429,),
    ),
    Operation(
        "GET",
        f"{V1}/providers/<slug>/openings",
        "list_openings",
        "Every start of one wish in a window.",
        "search",
        queries=(
            Query("service", TEXT, "A service's code.", required=True),
            Query("minutes", COUNT, "Its length.", required=True),
            Query("setting", ANY_SETTING, "Where; `phone` for the introductory call.", required=True),
            *WINDOW,
            Query("zip", TEXT, "Of a visit at the client's place."),
            Query("add_ons", TEXT, "Codes of what is wished for on top, with commas between."),
        ),
        answer=given(
            {"time_zone": TEXT, "openings": STARTS, "confirmation": {"enum": ["instant", "request"]}},
            {"by_arrangement": ANYTHING, "offer_first": STARTS},
        ),
        errors=(422, 429),
    ),
    Operation(
        "POST",
        f"{V1}/quotes",
        "quote",
        "The whole price of a start and its terms.",
        "search",
        (),
        WISH,
        answer=ref("Quote"),
        errors=(404, 429),
    ),
    Operation(
        "GET",
        f"{V1}/screenings/form",
        "show_form",
        "The health questions and the consent text.",
        "health",
        answer=given({"version": TEXT, "questions": listed(ANYTHING), "consent": ANYTHING}),
    ),
    Operation(
        "POST",
        f"{V1}/screenings",
        "answer_form",
        "Answer the health questions.",
        "health",
        CLIENT,
        taken({"answers": ANYTHING}, {"region_marks": listed({}), "concerns": listed({})}),
        status=201,
        answer=SCREENED,
        errors=(404,),
        creates=True,
    ),
    Operation(
        "POST",
        f"{V1}/holds",
        "create_hold",
        "Hold a start for ten minutes.",
        "holds",
        CLIENT,
        WISH,
        status=201,
        answer=HOLD,
        errors=(404, 409, 429),
        creates=True,
    ),
    Operation(
        "POST",
        f"{V1}/holds/any",
        "create_any_hold",
        "Hold a start for ten minutes with whoever is free then and meets the wishes, the nearest first.",
        "holds",
        CLIENT,
        ANY_WISH,
        status=201,
        answer=ANY_HOLD,
        errors=(404, 409, 429),
        creates=True,
    ),
    Operation("DELETE", f"{V1}/holds/<public_id>", "delete_hold", "Give a held start back.", "holds", CLIENT, status=204),
    Operation(
        "POST",
        f"{V1}/appointments",
        "create_appointment",
        "Book a held start. A visit needs `screening` and `consent`; a call the phone number of `PATCH /me`, and a `note` at most. "
        "A card that is kept is kept with the consent of `GET /me/cards`; after `action_required` send the same request again.",
        "appointments",
        CLIENT,
        BOOKING,
        status=201,
        answer=ref("Appointment"),
        errors=(402, 404, 409, 429),
        creates=True,
    ),
    Operation(
        "GET",
        f"{V1}/appointments",
        "list_appointments",
        "Own appointments, the latest start first.",
        "appointments",
        BOTH,
        queries=(Query("limit", COUNT, "How many, at most 100."), Query("cursor", TEXT, "The `next` of the answer before.")),
        answer=page(ref("Appointment")),
        errors=(404, 422),
    ),
    Operation("GET", ONE, "show_appointment", "One appointment.", "appointments", BOTH, answer=ref("Appointment")),
    Operation(
        "GET",
        f"{ONE}/cancellation",
        "preview_cancellation",
        "What cancelling costs now.",
        "appointments",
        BOTH,
        queries=(Query("reason", TEXT, "Why: see cancel."),),
        answer=ref("Cancellation"),
        errors=(422,),
    ),
    Operation(
        "GET",
        f"{ONE}/handover",
        "show_handover",
        "The newest offer of a visit to a colleague; the note is for the colleague it became, and for admins.",
        "appointments",
        BOTH,
        answer=given({"handover": nullable(HANDOVER)}),
        errors=(404,),
    ),
    Operation(
        "POST",
        f"{ONE}/handover",
        "offer_handover",
        "Keep a colleague's time and ask the client.",
        "appointments",
        ("admin",),
        taken(
            {"provider": WORDS, "reason": {"type": "string", "minLength": 1, "maxLength": 300}},
            {"note": nullable(LONG)},
        ),
        status=201,
        answer=HANDOVER,
        errors=(404, 409, 422),
        creates=True,
    ),
    Operation(
        "DELETE", f"{ONE}/handover", "withdraw_handover", "Take an offer back.", "appointments", ("admin",), status=204, errors=(404, 409)
    ),
    Operation(
        "POST",
        f"{ONE}/handover/answer",
        "answer_handover",
        "Whether a colleague may come instead.",
        "appointments",
        CLIENT,
        taken({"accept": YES}),
        answer=ref("Appointment"),
        errors=(404, 409, 422),
    ),
    Operation(
        "POST",
        f"{ONE}/accept",
        "accept_request",
        "A therapist's yes to a request; it may still wait for its clearance.",
        "appointments",
        ("provider",),
        taken({}),
        answer=ref("Appointment"),
        errors=(404, 409, 422),
    ),
    Operation(
        "POST",
        f"{ONE}/decline",
        "decline_request",
        "A therapist's no to a request: the time is free, nothing is due.",
        "appointments",
        ("provider",),
        taken(
            {},
            {
                "reason": nullable({"enum": ["time", "distance", "technique", "full", "other"]}),
                "note": nullable({"type": "string", "maxLength": 500}),
                "propose": nullable(listed(INSTANT, maxItems=3)),
            },
        ),
        answer=ref("Appointment"),
        errors=(404, 409, 422),
    ),
    Operation(
        "POST", f"{ONE}/cancel", "cancel_appointment", "Cancel.", "appointments", BOTH, CANCELLING, answer=ref("Appointment"), errors=(409,)
    ),
    Operation(
        "POST",
        f"{ONE}/reschedule",
        "move_appointment",
        "Move to another start.",
        "appointments",
        BOTH,
        taken({"starts_at": INSTANT}),
        answer=ref("Appointment"),
        errors=(409,),
    ),
    Operation(
        "POST",
        f"{ONE}/technique",
        "change_technique",
        "Choose another technique.",
        "appointments",
        BOTH,
        taken({"technique": WORDS}),
        answer=ref("Appointment"),
        errors=(409,),
    ),
    *MATCHING,
    *waiting.OPERATIONS,
    *series.OPERATIONS,
    *money.OPERATIONS,
    *baskets.OPERATIONS,
    *couples.OPERATIONS,
    *papers.OPERATIONS,
    *STATEMENTS,
    *SUPERBILLS,
    *CLAIM_FORMS,
    *packages.CLIENTS,
    *memberships.CLIENTS,
    *giftcards.CLIENTS,
    *adding.operations(HOLD),
    *care.OPERATIONS,
    *BODY_MAPS,
    *GUARDIANS,
    *outcomes.OPERATIONS,
    *homecare.OPERATIONS,
    *PLANS,
    *EXTENSIONS,
    *RELIABILITY,
    *CLASSES,
    *SHARING,
    *INTAKE,
    *NOTES,
    *REVIEWING,
    _step("check-in", "The visit has begun."),
    _step("check-out", "The therapist has left."),
    _step("complete", "The visit took place."),
    _step("no-show", "The client did not come."),
)
