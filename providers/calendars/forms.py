"""Reading what is asked about outside calendars, and how they are shown; the address is never shown whole."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any
from urllib.parse import urlsplit

from flask import Request, current_app
from flask import session as web_session

from marketplace.kernel.walltime import from_minute
from marketplace.settings import Settings
from marketplace.webkit.filters import rfc3339
from marketplace.webkit.reading import Fields, json_object
from providers.calendars.actions.add import Draft
from providers.calendars.actions.connect import Choice, NewAccount
from providers.calendars.actions.consent import Back
from providers.calendars.actions.sync import Looking
from providers.calendars.actions.write import Writing
from providers.calendars.feed_port import Feeds, Internet
from providers.calendars.models import DavAccount, OutsideCalendar
from providers.calendars.oauth_port import House, google_house, microsoft_house
from providers.calendars.reader_port import LARGEST_BYTES, read_file
from providers.calendars.rules.addresses import LONGEST_ADDRESS
from providers.calendars.rules.oauth import CALDAV, GOOGLE, LONGEST_TOKEN, MICROSOFT, NAMES
from providers.calendars.rules.syncing import FLAGS

TRANSPORT = "calendar_transport"
DETAILS = ("busy", "brief", "full")
NONE = ""


def looking() -> Looking:
    """How this application looks at calendars."""
    settings: Settings = current_app.extensions["settings"]
    allowed = tuple(host.lower() for host in settings.feed_allow_hosts)
    feeds = Feeds(allowed, current_app.extensions.get(TRANSPORT) or Internet())
    return Looking(feeds, read_file, f"{settings.base_url}/provider/calendars", houses())


def writing(actor: str) -> Writing:
    """How this application writes visits into calendars."""
    way, settings = looking(), current_app.extensions["settings"]
    return Writing(way.feeds, settings.base_url, way.desk, actor, way.houses)


def houses() -> dict[str, House]:
    """The houses that let this site in by OAuth, as far as it is known there."""
    settings: Settings = current_app.extensions["settings"]
    known = {
        GOOGLE: (google_house, settings.google_client_id, settings.google_client_secret, settings.google_api_base),
        MICROSOFT: (microsoft_house, settings.microsoft_client_id, settings.microsoft_client_secret, settings.microsoft_api_base),
    }
    way = current_app.extensions.get(TRANSPORT)
    return {kind: make(name, secret, base, way) for kind, (make, name, secret, base) in known.items() if name and secret}


def read_back(asked: Request) -> Back:
    """What somebody comes back with from Google or Microsoft; whatever else stands there is left alone."""
    words = {name: asked.args.get(name, "")[:LONGEST_TOKEN] for name in ("state", "code", "error")}
    return Back(words["state"], words["code"], words["error"][:40], session_mark())


def session_mark() -> str:
    """What is different in each session that is signed in; nothing for a program, which has none."""
    return str(web_session.get("sign_in", ""))


def read_account(body: dict[str, Any]) -> NewAccount:
    """An account to connect: `server`, `user_name`, `password`."""
    fields = Fields(body)
    server, user_name = fields.text("server", longest=LONGEST_ADDRESS), fields.text("user_name", longest=200)
    password = fields.text("password", longest=200)
    fields.finish()
    return NewAccount(server.strip(), user_name.strip(), password)


def read_password(body: dict[str, Any]) -> str:
    """A new password for an account."""
    fields = Fields(body)
    password: str = fields.text("password", longest=200)
    fields.finish()
    return password


def read_choice(body: dict[str, Any]) -> Choice:
    """What an account is used for: `read` (ids of its calendars), `write` (one of them or null), `detail`."""
    fields = Fields(body)
    read, write = fields.texts("read", []), fields.text("write", None, longest=40)
    detail = fields.choice("detail", DETAILS, "brief")
    fields.finish()
    return Choice(tuple(read), write, detail)


def account_answer(account: DavAccount, read: Collection[OutsideCalendar], notes: int) -> dict[str, Any]:
    """An account's state; never its password, nor its addresses whole."""
    urls = {calendar.address for calendar in read}
    return {
        "id": account.public_id,
        "kind": account.kind,
        "server": masked(account.server) if account.kind == CALDAV else NAMES[account.kind],
        "user_name": account.user_name,
        "calendars": [
            {
                "id": one["id"],
                "name": one["name"],
                "writable": one["writable"],
                "read": one["url"] in urls,
                "write": one["url"] == account.write_url,
            }
            for one in account.collections
        ],
        "detail": account.detail,
        "lost_at": rfc3339(account.lost_at) if account.lost_at else None,
        "fault": account.fault,
        "written_at": rfc3339(account.written_at) if account.written_at else None,
        "changed_there": notes,
    }


def read_calendar(asked: Request) -> tuple[Draft, str]:
    """The contract's `{url, name}`, and `places`. Raises Malformed for unknown fields, Refused `invalid` for the rest."""
    return read_link(json_object(asked))


def read_link(body: dict[str, Any]) -> tuple[Draft, str]:
    """A calendar to add by its address."""
    fields = Fields(body)
    url, name = fields.text("url", longest=LONGEST_ADDRESS), fields.text("name", longest=80)
    places = fields.boolean("places", default=False)
    fields.finish()
    return Draft(" ".join(name.split()), places=places), url.strip()


def read_upload(asked: Request) -> tuple[Draft, bytes]:
    """A calendar to add by its file: `file`, `name`, `places` of a form."""
    fields = Fields({key: value for key, value in asked.form.items() if key in ("name", "places")})
    name, places = fields.text("name", longest=80), fields.text("places", "", longest=5, blank=True)
    upload = asked.files.get("file")
    content = upload.read(LARGEST_BYTES + 1) if upload is not None and upload.filename else None
    if content is None:
        fields.fault("file", "Choose a calendar file.")
    fields.finish()
    return Draft(" ".join(name.split()), places=bool(places)), content or b""


def read_agreement(asked: Request) -> bool:
    """Whether a body says `{"agreed": true}`; an empty one says nothing."""
    if not asked.get_data():
        return False
    fields = Fields(json_object(asked))
    agreed = fields.boolean("agreed", default=False)
    fields.finish()
    return bool(agreed)


def calendar_answer(calendar: OutsideCalendar, blocks: int) -> dict[str, Any]:
    """A calendar's state."""
    return {
        "id": calendar.public_id,
        "name": calendar.name,
        "kind": calendar.kind,
        "address": masked(calendar.address),
        "places": calendar.places,
        "last_good_at": rfc3339(calendar.last_good_at) if calendar.last_good_at else None,
        "stale": calendar.stale_since is not None,
        "stale_since": rfc3339(calendar.stale_since) if calendar.stale_since else None,
        "fault": calendar.fault,
        "flag": calendar.flag,
        "warnings": list(warnings_of(calendar)),
        "events": calendar.events,
        "blocks": blocks,
        "known_until": rfc3339(from_minute(calendar.known_until_minute)) if calendar.known_until_minute is not None else None,
        "next_sync_at": rfc3339(calendar.next_sync_at) if calendar.next_sync_at else None,
    }


def warnings_of(calendar: OutsideCalendar) -> Iterable[str]:
    """What somebody should know: why it is stale, why blocks are kept, what could not be read."""
    if calendar.fault:
        yield calendar.fault
    if calendar.flag:
        yield FLAGS[calendar.flag]
    yield from calendar.warnings


def masked(address: str | None) -> str | None:
    """The host of an address: the rest is a secret."""
    return f"{urlsplit(address).hostname}/…" if address else None
