"""The operations of providers and admins."""

from __future__ import annotations

from typing import Any

from booking.openapi.catalogue import (
    adding,
    away,
    by_hand,
    clinics,
    conditions,
    giftcards,
    insurers,
    memberships,
    outside,
    packages,
    parking,
    payouts,
    reliability,
)
from booking.openapi.catalogue.clients import V1
from booking.openapi.catalogue.clinics import STAFFING
from booking.openapi.catalogue.schemas import (
    AMOUNT,
    ANY_SETTING,
    ANYTHING,
    CLOCK,
    COUNT,
    DAY,
    INSTANT,
    SETTING,
    TEXT,
    WORDS,
    YES,
    ZIP,
    given,
    listed,
    nullable,
    page,
    ref,
    taken,
)
from booking.openapi.rules import Operation, Query
from providers.profiles.catalogue import interview

DESK = ("provider",)
ADMIN = ("admin",)
CURSOR = Query("cursor", TEXT, "The `next` of the answer before.")
PLACE = taken(
    {"kind": {"type": "string", "enum": ["clinic", "office"]}, "name": WORDS, "line1": WORDS, "zip": ZIP},
    {"id": WORDS, "clinic": WORDS, "unit": nullable(WORDS), "city": WORDS, "access": nullable({"type": "string", "maxLength": 300})},
)
PROFILE = taken(
    {},
    {
        "name": WORDS,
        "headline": {"type": "string", "maxLength": 160},
        "about": {"type": "string", "maxLength": 4000},
        "gender": {"type": "string", "enum": ["female", "male", "nonbinary", "undisclosed"]},
        "pronouns": nullable({"type": "string", "maxLength": 40}),
        "profession": TEXT,
        "languages": listed(TEXT),
        "settings": listed(SETTING),
        "phone": nullable(TEXT),
        "legal_name": nullable({"type": "string", "maxLength": 120}),
        "places": listed(PLACE),
        "answers": taken({}, {one.code: {"type": "string", "maxLength": interview().longest} for one in interview().questions}),
    },
)
MISSING = given({"code": TEXT, "detail": TEXT, "settings": listed(TEXT)})
OWN_PROFILE = given({"slug": TEXT, "state": TEXT, "missing": listed(given({"code": TEXT, "detail": TEXT})), "name": TEXT})
SERVICES = taken(
    {
        "services": listed(
            taken(
                {"code": WORDS, "name": WORDS, "minutes": ANYTHING, "settings": listed(ANY_SETTING)},
                {
                    "techniques": listed(TEXT),
                    "conditions": listed(TEXT),
                    "first_visit_only": YES,
                    "buffer_before_minutes": nullable(COUNT),
                    "buffer_after_minutes": nullable(COUNT),
                    "add_ons": listed(ANYTHING),
                    "preparation": nullable({"type": "string", "maxLength": 600}),
                    "by_request": nullable(
                        taken(
                            {"settings": listed(ANY_SETTING)},
                            {"new_clients_only": YES, "answer_hours": {"type": "integer", "minimum": 1, "maximum": 24}},
                        )
                    ),
                },
            )
        )
    }
)
# A rule with `active: false` is kept and counts for nothing.
PRICES = taken({"rules": listed(ANYTHING)}, {"cap_percent": COUNT})
CREDIT = {"credit_percent": nullable(COUNT), "credit_hours": nullable(COUNT)}
TERMS = taken(
    {
        "steps": listed(taken({"hours": COUNT, "fee_percent": {"type": "integer", "minimum": 0, "maximum": 100}}), minItems=1),
        "grace_minutes": COUNT,
        "no_show_percent": COUNT,
        "late_minutes": COUNT,
        "free_moves": COUNT,
        "payment": {"type": "string", "enum": ["at_visit", "card_on_file", "deposit", "prepaid"]},
    },
    {"deposit_percent": AMOUNT, "move_notice_hours": nullable(COUNT), "cancel_notice_hours": nullable(COUNT), **CREDIT},
)
FOR_WHOM = {"services": listed(TEXT), "first_visits": YES, "booking": nullable({"type": "string", "enum": ["contact"]})}
WEEKLY = taken(
    {"weekday": {"type": "integer", "minimum": 0, "maximum": 6}, "opens": CLOCK, "closes": CLOCK, "settings": listed(SETTING)},
    {
        "place": nullable(TEXT),
        "staffing": nullable({"type": "string", "enum": ["full_time", "part_time", "rotating"]}),
        "weeks": nullable({"type": "string", "enum": ["a", "b"]}),
        **FOR_WHOM,
    },
)
EXCEPTION = taken(
    {},
    {
        "on": DAY,
        "dates": listed(DAY),
        "closed": YES,
        "opens": CLOCK,
        "closes": CLOCK,
        "settings": listed(SETTING),
        "place": nullable(TEXT),
        "staffing": nullable(STAFFING),
        **FOR_WHOM,
    },
)
RULES = taken(
    {},
    {
        "step_minutes": COUNT,
        "offset_minutes": nullable(COUNT),
        "buffer_before_minutes": COUNT,
        "buffer_after_minutes": COUNT,
        "notice_minutes": COUNT,
        "horizon_days": COUNT,
        "max_per_day": nullable(COUNT),
        "turnover_minutes": COUNT,
        "week_a_from": nullable(DAY),
        "contact_phone": nullable(TEXT),
        "contact_email": nullable(TEXT),
        "max_per_week": nullable(COUNT),
        "max_minutes_per_day": nullable(COUNT),
        "max_minutes_per_week": nullable(COUNT),
        "run_minutes": nullable(COUNT),
        "break_minutes": nullable(COUNT),
        "closed_holidays": listed(TEXT),
        "fill_gaps": {"type": ["string", "null"], "enum": ["prefer", "only", None]},
        "offer_one_in": {"type": ["integer", "null"], "minimum": 2, "maximum": 4},
    },
)
PAUSE = given({"message": nullable(TEXT)})
NEW_PAUSE = taken({"message": {"type": "string", "minLength": 1, "maxLength": 300}})
SCHEDULE = taken({"weekly": listed(WEEKLY), "exceptions": listed(EXCEPTION), "rules": RULES})
HOURS_PREVIEW = given(
    {
        "days": listed(
            given({"on": DAY, "week": nullable(TEXT), "open": listed(given({"from": INSTANT, "until": INSTANT})), "starts": COUNT})
        ),
        "starts": listed(
            given({"service": TEXT, "minutes": COUNT, "setting": ANY_SETTING, "zip": nullable(ZIP), "starts_at": listed(INSTANT)})
        ),
        "changes": listed(given({"on": DAY, "part": TEXT, "settings": listed(ANY_SETTING), "fewer": COUNT, "more": COUNT})),
        "visits_outside": listed(given({"id": TEXT, "reference": TEXT, "starts_at": INSTANT, "ends_at": INSTANT})),
        "reason": nullable({"type": "string", "enum": ["not_listed", "paused", "no_services"]}),
    }
)
AREA = taken(
    {"mode": {"type": "string", "enum": ["walk", "walk_with_table", "subway", "car"]}, "base": taken({"line1": WORDS, "zip": ZIP})},
    {
        "zips": listed(ZIP),
        "neighbourhoods": listed(TEXT),
        "radius_km": nullable({"type": "number"}),
        "max_travel_minutes": nullable(COUNT),
        "setup_minutes": COUNT,
        "pack_minutes": COUNT,
        "early_minutes": COUNT,
        "with_table": YES,
        "latest_start": nullable(CLOCK),
        "first_visit_minutes": COUNT,
        "first_visit_latest_start": nullable(CLOCK),
        "count_ways": YES,
        "day_end": nullable(taken({"line1": WORDS, "zip": ZIP})),
    },
)
CREDENTIAL_FACTS = {"kind": TEXT, "issuer": WORDS, "holder_name": WORDS}
CREDENTIAL_MORE: dict[str, Any] = {"number": nullable(TEXT), "issued_on": nullable(DAY), "expires_on": nullable(DAY), "details": ANYTHING}
CREDENTIAL = taken(CREDENTIAL_FACTS, CREDENTIAL_MORE)
UPLOAD = {
    "type": "object",
    "properties": {**CREDENTIAL_FACTS, "file": {"type": "string", "format": "binary"}},
    "required": list(CREDENTIAL_FACTS),
}
OWN_CREDENTIAL = given(
    {"id": TEXT, "kind": TEXT, "status": TEXT, "state": TEXT, "issuer": TEXT, "valid_until": nullable(DAY), "version": COUNT}
)
QUEUED = given({"id": TEXT, "kind": TEXT, "status": TEXT, "provider": given({"slug": TEXT, "name": TEXT, "state": TEXT})})
DECISION = taken(
    {"decision": {"type": "string", "enum": ["verify", "reject", "needs_info"]}},
    {
        "source": TEXT,
        "source_value": TEXT,
        "valid_until": nullable(DAY),
        "next_check_on": nullable(DAY),
        "note": TEXT,
        "version": nullable({"type": "integer", "minimum": 1}),
        "document_sha256": nullable(TEXT),
    },
)
STANDING = taken({"action": {"type": "string", "enum": ["suspend", "reinstate", "revoke"]}, "reason": {"type": "string", "maxLength": 300}})
RECHECK = taken(
    {"outcome": {"type": "string", "enum": ["still_so", "no_longer_so"]}, "source": TEXT, "source_value": TEXT},
    {"next_check_on": nullable(DAY), "note": TEXT},
)
CHECK = given(
    {
        "id": TEXT,
        "source": TEXT,
        "outcome": {"enum": ["match", "mismatch", "not_found", "unavailable", "rubbish"]},
        "fields": listed(TEXT),
        "seen": ANYTHING,
        "asked_at": INSTANT,
        "asked_by": TEXT,
    }
)
REQUEST = given(
    {
        "id": TEXT,
        "purpose": TEXT,
        "state": {"enum": ["waiting", "expired", "answered", "withdrawn"]},
        "requested_at": INSTANT,
        "expires_at": INSTANT,
    }
)
REPLY = taken(
    {"answer": {"type": "string", "enum": ["yes", "no"]}, "name": WORDS, "role": WORDS},
    {"npi": nullable({"type": "string", "maxLength": 20}), "accepted": YES, "may_be_named": YES},
)
HIT = given({"id": TEXT, "status": TEXT, "matched_by": {"enum": ["npi", "name"]}, "entry": TEXT, "found_at": INSTANT, "provider": ANYTHING})
DAYS = {"type": "integer", "minimum": 1, "maximum": 1095}
MINUTE_OF_DAY = {"type": "integer", "minimum": 0, "maximum": 1439}
POLICY = given({"version": COUNT, "effective_from": DAY, "in_force": YES, "reason": TEXT, "kinds": listed(ANYTHING)})
ASKED_OF = taken({}, {"professions": listed(TEXT), "techniques": listed(TEXT), "settings": listed(SETTING)})
NEW_POLICY = taken(
    {"effective_from": DAY, "reason": {"type": "string", "minLength": 1, "maxLength": 300}},
    {
        "based_on": DAYS,
        "expiring_days": DAYS,
        "reminder_days": listed(DAYS, minItems=1, maxItems=12),
        "document_days": DAYS,
        "evening_from_minute": MINUTE_OF_DAY,
        "morning_from_minute": MINUTE_OF_DAY,
        "insurance_minimums": taken({}, {"per_occurrence_cents": AMOUNT, "aggregate_cents": AMOUNT}),
        "kinds": listed(
            taken({"code": TEXT}, {"requirements": listed(ASKED_OF, maxItems=8), "expiry_required": YES, "recheck_days": DAYS}), maxItems=6
        ),
    },
)
AT_RISK = given(
    {
        "id": TEXT,
        "reference": TEXT,
        "provider": given({"slug": TEXT, "name": TEXT, "state": TEXT}),
        "starts_at": INSTANT,
        "ends_at": INSTANT,
        "attention": listed(TEXT),
    }
)
LOOK_AGAIN = given(
    {
        "id": TEXT,
        "reference": TEXT,
        "status": TEXT,
        "setting": TEXT,
        "starts_at": INSTANT,
        "ends_at": INSTANT,
        "attention": listed(TEXT),
    }
)
STATED = given({"slug": TEXT, "name": TEXT, "state": TEXT, "reason": nullable(TEXT), "attested_at": nullable(INSTANT)})
FLAG = given({"id": TEXT, "code": TEXT, "field": TEXT, "excerpt": TEXT, "status": TEXT, "found_at": INSTANT, "note": nullable(TEXT)})
DEED = given({"at": INSTANT, "actor": TEXT, "verb": TEXT, "object": TEXT, "details": ANYTHING, "hash": TEXT})
NEW_BLOCK = taken({"starts_at": INSTANT, "ends_at": INSTANT}, {"note": nullable({"type": "string", "maxLength": 2000})})


def _pair(
    path: str, name: str, words: str, body: dict[str, Any], answer: dict[str, Any], *, guarded: bool = False
) -> tuple[Operation, Operation]:
    """What a provider can read and replace."""
    where = f"{V1}/provider/{path}"
    return (
        Operation("GET", where, f"show_own_{name}", f"{words}.", "desk", DESK, answer=answer),
        Operation(
            "PUT",
            where,
            f"change_own_{name}",
            f"Replace: {words.lower()}.",
            "desk",
            DESK,
            body,
            answer=answer,
            errors=(409,),
            guarded=guarded,
        ),
    )


def _checking(verb: str, name: str, words: str, body: dict[str, Any] | None) -> Operation:
    """What a checker does to one credential."""
    path = f"{V1}/admin/credentials/<public_id>/{verb}"
    return Operation("POST", path, name, words, "admin", ADMIN, body, answer=QUEUED, errors=(409,))


def _state(verb: str, words: str, body: dict[str, Any] | None) -> Operation:
    return Operation(
        "POST", f"{V1}/admin/providers/<slug>/{verb}", f"{verb}_provider", words, "admin", ADMIN, body, answer=STATED, errors=(409, 422)
    )


def _requests(side: str, name: str, roles: tuple[str, ...]) -> tuple[Operation, ...]:
    """Links for those who can confirm a credential."""
    where = f"{V1}/{side}/credentials/<public_id>/requests"
    body = taken({"email": {"type": "string", "minLength": 3, "maxLength": 254}})
    return (
        Operation("GET", where, f"list_{name}requests", "Who was asked to confirm a credential.", side, roles, answer=page(REQUEST)),
        Operation(
            "POST", where, f"send_{name}request", "Send a single-use link by letter.", side, roles, body, status=201, answer=REQUEST,
            errors=(422, 429), creates=True,
        ),
        Operation("DELETE", where, f"close_{name}requests", "Close the link that waits.", side, roles, status=204, errors=(409,)),
    )  # fmt: skip


OPERATIONS = (
    *_requests("provider", "own_", DESK),
    *_requests("admin", "", ADMIN),
    Operation(
        "GET",
        f"{V1}/confirmations/<token>",
        "show_confirmation",
        "What somebody outside is asked to confirm. Looking changes nothing.",
        "confirmations",
        answer=given({"purpose": TEXT, "state": TEXT, "provider": TEXT}),
        errors=(429,),
    ),
    Operation(
        "POST",
        f"{V1}/confirmations/<token>",
        "answer_confirmation",
        "Answer, once; `token` takes the answer back.",
        "confirmations",
        (),
        REPLY,
        answer=given({"state": TEXT, "token": TEXT}),
        errors=(429,),
    ),
    Operation(
        "POST",
        f"{V1}/confirmations/<token>/withdraw",
        "withdraw_confirmation",
        "Take an answer back.",
        "confirmations",
        status=204,
        errors=(429,),
    ),
    *clinics.OPERATIONS,
    *outside.OPERATIONS,
    *away.OPERATIONS,
    *by_hand.OPERATIONS,
    *adding.CODES_OF_PROVIDERS,
    *adding.FIRST_VISITS_OF_PROVIDERS,
    *insurers.OPERATIONS,
    *packages.PROVIDERS,
    *memberships.PROVIDERS,
    *giftcards.PROVIDERS,
    *payouts.OPERATIONS,
    *_pair("profile", "profile", "The profile, and what is missing before it can be sent in", PROFILE, OWN_PROFILE),
    Operation(
        "POST",
        f"{V1}/provider/submit",
        "submit_profile",
        "Send the profile in, signed for or not.",
        "desk",
        DESK,
        taken({}, {"attestation": taken({"version": {"type": "integer", "minimum": 1}, "accepted": {"const": True}})}),
        answer=OWN_PROFILE,
        errors=(409, 422),
    ),
    *_pair("services", "services", "Services with lengths and prices", SERVICES, given({"services": listed(ANYTHING)})),
    *_pair("prices", "prices", "Price rules", PRICES, given({"rules": listed(ANYTHING)})),
    *_pair("terms", "terms", "Cancellation and payment terms", TERMS, given({"steps": listed(ANYTHING), "payment": TEXT})),
    *conditions.operations(TERMS, PRICES),
    *_pair(
        "schedule",
        "schedule",
        "Weekly hours, exceptions and rules",
        SCHEDULE,
        given({"weekly": listed(ANYTHING), "exceptions": listed(ANYTHING), "rules": ANYTHING}),
        guarded=True,
    ),
    Operation(
        "POST",
        f"{V1}/provider/schedule/preview",
        "preview_schedule",
        "What clients would be offered if this were the schedule; nothing is stored.",
        "desk",
        DESK,
        SCHEDULE,
        answer=HOURS_PREVIEW,
    ),
    *_pair(
        "areas",
        "area",
        "Where this provider travels to",
        AREA,
        given({"mode": nullable(TEXT), "base": nullable(ANYTHING), "zips": listed(TEXT)}),
    ),
    Operation("GET", f"{V1}/provider/pause", "show_pause", "Whether own booking is stopped.", "desk", DESK, answer=PAUSE),
    Operation("PUT", f"{V1}/provider/pause", "begin_pause", "Stop own booking with a message.", "desk", DESK, NEW_PAUSE, answer=PAUSE),
    Operation("DELETE", f"{V1}/provider/pause", "end_pause", "Go on with own booking.", "desk", DESK, status=204),
    Operation("GET", f"{V1}/admin/pause", "show_house_pause", "Whether all booking is stopped.", "admin", ADMIN, answer=PAUSE),
    Operation("PUT", f"{V1}/admin/pause", "begin_house_pause", "Stop all booking with a message.", "admin", ADMIN, NEW_PAUSE, answer=PAUSE),
    Operation("DELETE", f"{V1}/admin/pause", "end_house_pause", "Go on with booking.", "admin", ADMIN, status=204),
    Operation(
        "PUT",
        f"{V1}/admin/providers/<slug>/pause",
        "begin_pause_of",
        "Stop one provider's booking with a message.",
        "admin",
        ADMIN,
        NEW_PAUSE,
        answer=PAUSE,
    ),
    Operation("DELETE", f"{V1}/admin/providers/<slug>/pause", "end_pause_of", "Go on with it.", "admin", ADMIN, status=204),
    Operation("GET", f"{V1}/provider/blocks", "list_blocks", "Own blocks that are not over.", "desk", DESK, answer=page(ref("Block"))),
    Operation(
        "POST",
        f"{V1}/provider/blocks",
        "create_block",
        "Take time out of what can be booked.",
        "desk",
        DESK,
        NEW_BLOCK,
        status=201,
        answer=ref("Block"),
        errors=(409,),
        creates=True,
    ),
    Operation(
        "DELETE", f"{V1}/provider/blocks/<public_id>", "delete_block", "Give its time back.", "desk", DESK, status=204, errors=(409,)
    ),
    Operation(
        "GET",
        f"{V1}/provider/credentials",
        "list_own_credentials",
        "Own credentials, and what is missing today: everywhere, or in the settings that are named.",
        "desk",
        DESK,
        answer=given({"items": listed(OWN_CREDENTIAL), "next": nullable(TEXT), "missing": listed(MISSING)}),
    ),
    Operation("GET", f"{V1}/provider/credentials/<public_id>", "show_own_credential", "One of them.", "desk", DESK, answer=OWN_CREDENTIAL),
    Operation(
        "POST",
        f"{V1}/provider/credentials",
        "create_credential",
        "Hand one in. Who hands in a physician_collaboration signs that they work together, and that no money is paid for referrals.",
        "desk",
        DESK,
        CREDENTIAL,
        status=201,
        answer=OWN_CREDENTIAL,
        errors=(409, 415),
        creates=True,
        also={"multipart/form-data": UPLOAD},
    ),
    Operation(
        "PUT",
        f"{V1}/provider/credentials/<public_id>",
        "change_credential",
        "Hand it in anew.",
        "desk",
        DESK,
        CREDENTIAL,
        answer=OWN_CREDENTIAL,
        errors=(409, 415),
        also={"multipart/form-data": UPLOAD},
    ),
    Operation(
        "POST",
        f"{V1}/provider/credentials/<public_id>/withdraw",
        "withdraw_credential",
        "Take back what has not been decided.",
        "desk",
        DESK,
        answer=OWN_CREDENTIAL,
        errors=(409,),
    ),
    Operation(
        "GET",
        f"{V1}/admin/credentials",
        "list_queue",
        "Credentials in the order in which they are checked.",
        "admin",
        ADMIN,
        queries=(Query("status", TEXT, "Only these."), Query("kind", TEXT, "Only of this kind."), CURSOR),
        answer=page(QUEUED),
    ),
    Operation(
        "GET",
        f"{V1}/admin/credentials/<public_id>",
        "show_credential",
        "One of them, whole; the look is recorded.",
        "admin",
        ADMIN,
        answer=QUEUED,
    ),
    Operation(
        "POST",
        f"{V1}/admin/credentials/<public_id>/decision",
        "decide_credential",
        "Verify, reject, or ask.",
        "admin",
        ADMIN,
        DECISION,
        answer=QUEUED,
        errors=(409,),
    ),
    Operation(
        "POST",
        f"{V1}/admin/credentials/<public_id>/ask",
        "ask_source",
        "Ask a source that is switched on about a credential; its answer decides nothing.",
        "admin",
        ADMIN,
        taken({"source": {"type": "string", "enum": ["state", "nppes"]}}),
        answer=CHECK,
        errors=(429,),
    ),
    Operation(
        "GET",
        f"{V1}/admin/credentials/<public_id>/checks",
        "list_checks",
        "What sources said about a credential, the newest first.",
        "admin",
        ADMIN,
        answer=page(CHECK),
    ),
    _checking("take", "take_credential", "Take it onto one's table for half an hour.", None),
    _checking("standing", "change_standing", "Suspend, reinstate or revoke a verified one.", STANDING),
    _checking("recheck", "recheck_credential", "Record what its source says when asked again.", RECHECK),
    Operation(
        "GET",
        f"{V1}/admin/rechecks",
        "list_rechecks",
        "Credentials in force that are to be looked at again, the longest overdue first.",
        "admin",
        ADMIN,
        queries=(CURSOR,),
        answer=page(QUEUED),
    ),
    Operation(
        "GET",
        f"{V1}/admin/exclusions",
        "list_exclusions",
        "Providers who resemble an entry of the federal exclusion list, and how old the list is.",
        "admin",
        ADMIN,
        queries=(Query("status", TEXT, "Only open, confirmed or dismissed."),),
        answer=given({"items": listed(HIT), "next": nullable(TEXT), "list": ANYTHING}),
    ),
    Operation(
        "POST",
        f"{V1}/admin/exclusions/<public_id>/decision",
        "decide_exclusion",
        "Say that it is this provider, who is suspended at once, or that it is not.",
        "admin",
        ADMIN,
        taken(
            {"decision": {"type": "string", "enum": ["confirm", "dismiss"]}, "note": {"type": "string", "minLength": 1, "maxLength": 1000}}
        ),
        answer=HIT,
        errors=(409,),
    ),
    Operation(
        "GET",
        f"{V1}/admin/documents/<public_id>",
        "show_document",
        "A file handed in; the look is recorded.",
        "admin",
        ADMIN,
        answer={"type": "string", "format": "binary"},
        media=("application/pdf", "image/png", "image/jpeg"),
    ),
    Operation("GET", f"{V1}/admin/policies", "list_policies", "What is asked of whom, by version.", "admin", ADMIN, answer=page(POLICY)),
    Operation(
        "POST",
        f"{V1}/admin/policies",
        "create_policy",
        "Add a version that holds from a day on; what is left out stays as in the newest one.",
        "admin",
        ADMIN,
        NEW_POLICY,
        status=201,
        answer=POLICY,
        errors=(409,),
        creates=True,
    ),
    Operation(
        "GET",
        f"{V1}/admin/attention",
        "list_attention",
        "Coming visits whose provider has lost the standing for them.",
        "admin",
        ADMIN,
        answer=page(AT_RISK),
    ),
    Operation(
        "PUT",
        f"{V1}/appointments/<public_id>/door",
        "tell_door",
        "Minutes from the street to the client's door, kept free before this therapist's next visit there.",
        "desk",
        ("provider",),
        taken({"minutes": {"type": "integer", "minimum": 0, "maximum": 60}}),
        answer=given({"minutes": COUNT}),
        errors=(404, 409, 422),
    ),
    Operation(
        "GET",
        f"{V1}/provider/attention",
        "list_own_attention",
        "Own coming visits that ask for a look: `too_close`, `not_reachable`, `outside_area`, `outside_hours` since settings changed, …",
        "desk",
        ("provider",),
        answer=page(LOOK_AGAIN),
    ),
    Operation(
        "GET",
        f"{V1}/admin/providers",
        "list_all_providers",
        "Providers in any state.",
        "admin",
        ADMIN,
        queries=(Query("state", TEXT, "Only these."), CURSOR),
        answer=page(STATED),
    ),
    Operation(
        "GET",
        f"{V1}/admin/flags",
        "list_flags",
        "Sentences in public texts that a person should look at, the oldest first.",
        "admin",
        ADMIN,
        queries=(Query("status", {"type": "string", "enum": ["open", "cleared", "kept"]}, "Only these; open when absent."), CURSOR),
        answer=page(FLAG),
    ),
    Operation(
        "POST",
        f"{V1}/admin/flags/<public_id>/decision",
        "decide_flag",
        "Clear a flag, or keep it with a note.",
        "admin",
        ADMIN,
        taken({"decision": {"type": "string", "enum": ["cleared", "kept"]}}, {"note": nullable({"type": "string", "maxLength": 300})}),
        answer=FLAG,
        errors=(409,),
    ),
    *parking.OPERATIONS,
    *parking.ADMIN_OPERATIONS,
    *reliability.ADMIN_OPERATIONS,
    _state("approve", "List a provider.", None),
    _state("suspend", "Take a provider out of search and booking at once, with a letter.", taken({"reason": WORDS}, {"confidential": YES})),
    _state("reinstate", "Undo a suspension, with a letter.", taken({"reason": WORDS})),
    Operation(
        "GET",
        f"{V1}/admin/audit",
        "list_audit",
        "The audit, the newest first.",
        "admin",
        ADMIN,
        queries=(Query("object", TEXT, "Of one object, as kind:id."), Query("actor", TEXT, "By one actor."), CURSOR),
        answer=page(DEED),
    ),
)
