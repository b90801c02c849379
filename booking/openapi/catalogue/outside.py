"""The operations of outside calendars."""

from __future__ import annotations

from booking.openapi.catalogue.clients import V1
from booking.openapi.catalogue.schemas import COUNT, INSTANT, TEXT, WORDS, YES, given, listed, nullable, page, taken
from booking.openapi.rules import Operation

DESK = ("provider",)
NEW = taken({"url": {"type": "string", "maxLength": 2000}, "name": WORDS}, {"places": YES})
UPLOAD = {
    "type": "object",
    "properties": {"name": WORDS, "places": WORDS, "file": {"type": "string", "format": "binary"}},
    "required": ["name", "file"],
}
AGREED = taken({}, {"agreed": YES})
STATE = given(
    {
        "id": TEXT, "name": TEXT, "kind": TEXT, "address": nullable(TEXT), "places": YES, "last_good_at": nullable(INSTANT), "stale": YES,
        "stale_since": nullable(INSTANT), "fault": nullable(TEXT), "flag": nullable(TEXT), "warnings": listed(TEXT), "events": COUNT,
        "blocks": COUNT, "known_until": nullable(INSTANT), "next_sync_at": nullable(INSTANT),
    }
)  # fmt: skip
PATH = f"{V1}/provider/calendars"
ACCOUNTS = f"{PATH}/accounts"
ACCOUNT = taken({"server": {"type": "string", "maxLength": 2000}, "user_name": WORDS, "password": WORDS})
PASSWORD = taken({"password": WORDS})
CHOICE = taken({}, {"read": listed(WORDS), "write": nullable(WORDS), "detail": {"type": "string", "enum": ["busy", "brief", "full"]}})
ACCOUNT_STATE = given(
    {
        "id": TEXT, "kind": TEXT, "server": TEXT, "user_name": TEXT,
        "calendars": listed(given({"id": TEXT, "name": TEXT, "writable": YES, "read": YES, "write": YES})),
        "detail": TEXT, "lost_at": nullable(INSTANT), "fault": nullable(TEXT), "written_at": nullable(INSTANT), "changed_there": COUNT,
    }
)  # fmt: skip

OPERATIONS = (
    Operation("GET", PATH, "list_outside_calendars", "Own outside calendars and their state.", "desk", DESK, answer=page(STATE)),
    Operation(
        "POST", PATH, "add_outside_calendar", "Add an outside calendar by its address or its file; what keeps you busy is never offered.",
        "desk", DESK, NEW, status=201, answer=STATE, errors=(409, 429), creates=True, also={"multipart/form-data": UPLOAD},
    ),
    Operation(
        "POST", f"{PATH}/<public_id>/sync", "sync_outside_calendar",
        "Look at it now. `agreed` says that a sudden loss of busy times is right.", "desk", DESK, AGREED, answer=STATE, errors=(429,),
    ),
    Operation(
        "DELETE", f"{PATH}/<public_id>", "remove_outside_calendar", "Forget it; its time is free at once.", "desk", DESK, status=204,
        errors=(409,),
    ),
    Operation(
        "GET", ACCOUNTS, "list_calendar_accounts", "Own calendar accounts: CalDAV, Google and Outlook.", "desk", DESK,
        answer=page(ACCOUNT_STATE),
    ),
    Operation(
        "POST", ACCOUNTS, "connect_calendar_account", "Connect a CalDAV account; the password is sealed and never shown.", "desk", DESK,
        ACCOUNT, status=201, answer=ACCOUNT_STATE, errors=(409, 429), creates=True,
    ),
    Operation(
        "PUT", f"{ACCOUNTS}/<public_id>", "choose_account_calendars",
        "Which calendars are read, into which one (or null) visits are written, and how much of them.", "desk", DESK, CHOICE,
        answer=ACCOUNT_STATE, errors=(409, 429),
    ),
    Operation(
        "POST", f"{ACCOUNTS}/<public_id>/password", "renew_account_password", "A new password; what waited for it goes on.", "desk", DESK,
        PASSWORD, answer=ACCOUNT_STATE, errors=(409, 429),
    ),
    Operation(
        "DELETE", f"{ACCOUNTS}/<public_id>", "disconnect_calendar_account",
        "Forget an account with its password; a token of Google's is made worthless there.", "desk", DESK,
        status=204, errors=(409,),
    ),
)  # fmt: skip
