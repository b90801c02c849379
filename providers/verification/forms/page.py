"""The fields and lines of the checkers' pages. What was typed is kept as text; the JSON's reader judges it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.datastructures import MultiDict

from marketplace.kernel.walltime import local_day, to_minute
from providers.credentials.models import Credential
from providers.credentials.queries import CredentialRow
from providers.verification.catalogue import desk
from providers.verification.rules.queue import QueueItem, is_urgent, on_table_of

FINDING = ("source", "source_value", "valid_until", "next_check_on", "note")
DECISION = (*FINDING, "reason")
SEEN = ("version", "document_sha256")
RECHECK = ("source", "source_value", "next_check_on", "note")


@dataclass(frozen=True)
class Line:
    """A line of the queue: since when it waits, and what is special about it (`mark`, on the right)."""

    row: CredentialRow
    age: str
    mark: str
    urgent: bool


def lines_of(rows: Sequence[CredentialRow], items: Sequence[QueueItem], names: Mapping[str, str], now: datetime) -> list[Line]:
    """The queue's lines in words; `names` are those of the audit's actors."""
    by_id = {item.id: item for item in items}
    return [_line(row, by_id[row.credential.id], names, now) for row in rows]


def _line(row: CredentialRow, item: QueueItem, names: Mapping[str, str], now: datetime) -> Line:
    urgent = is_urgent(item, local_day(to_minute(now)))
    holder = on_table_of(item.taken_by, item.taken_at, now)
    if holder is not None:
        mark = names.get(holder, "") or _("taken")
    elif item.first_verified_by is not None:
        mark = _("second person")
    elif urgent and item.held_until is not None:
        mark = _("ends %(day)s", day=f"{item.held_until:%b} {item.held_until.day}")
    else:
        mark = _("new version") if row.credential.version > 1 or item.held_until is not None else _("new")
    return Line(row, age_words(now - item.submitted_at) if item.submitted_at else "", mark, urgent)


def age_words(age: timedelta) -> str:
    """How long something waits: whole hours under two days, whole days from there."""
    hours = max(0, int(age.total_seconds()) // 3600)
    return ngettext("%(num)s h", "%(num)s h", hours) if hours < 48 else ngettext("%(num)s d", "%(num)s d", hours // 24)


def prefilled(credential: Credential, next_check_on: date) -> dict[str, str]:
    """The decision's form as it opens: the usual source, and what it shows if all is as typed. A checker changes what differs."""
    sources = desk().sources_of(credential.kind)
    until = credential.valid_until or credential.expires_on
    shown = _("%(name)s, in force until %(day)s", name=credential.holder_name, day=_plain(until)) if until else credential.holder_name
    return {
        "source": sources[0].title if sources else "",
        "source_value": _("As typed: %(what)s", what=shown),
        "valid_until": credential.expires_on.isoformat() if credential.expires_on else "",
        "next_check_on": min(next_check_on, until).isoformat() if until else next_check_on.isoformat(),
        "note": "",
        "reason": "",
    }


def _plain(day: date) -> str:
    return f"{day:%B} {day.day}, {day.year}"


def decision_body(form: MultiDict[str, str]) -> dict[str, Any]:
    """The contract's shape of a decision; the button says which. Usual words that were chosen stand before one's own."""
    body: dict[str, Any] = {"decision": form.get("decision", "")} | _typed(form, (*FINDING, "document_sha256"))
    chosen = next((reason.words for reason in desk().reasons if reason.code == form.get("reason")), "")
    if chosen and body["decision"] != "verify":
        body["note"] = " ".join(part for part in (chosen, body.get("note", "")) if part)
    version = form.get("version", "")
    if version:
        body["version"] = int(version) if version.isdecimal() and len(version) < 9 else version
    body.setdefault("document_sha256", "")
    return body


def recheck_body(form: MultiDict[str, str]) -> dict[str, Any]:
    """The contract's shape of a second look; the button says how it came out."""
    return {"outcome": form.get("outcome", "")} | _typed(form, RECHECK)


def standing_body(form: MultiDict[str, str]) -> dict[str, Any]:
    """The contract's shape of a change of standing; the button says which."""
    return {"action": form.get("action", ""), "reason": form.get("reason", "")}


def _typed(form: MultiDict[str, str], names: Sequence[str]) -> dict[str, str]:
    return {name: form[name].strip() for name in names if form.get(name, "").strip()}
