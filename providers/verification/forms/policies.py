"""Versions of the policy as JSON and as the fields of a page. What a body leaves out stays as in the newest version."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from werkzeug.datastructures import MultiDict

from marketplace.kernel.errors import FieldFault
from marketplace.webkit.filters import rfc3339
from marketplace.webkit.reading import Fields
from marketplace.webkit.typed import cents_or_text, dollars, listed, number_or_text, placed_faults
from providers.credentials.models import CredentialPolicy
from providers.credentials.rules.kinds import KindTable, Requirement
from providers.credentials.rules.policies import NAMED, PolicyDraft, kinds_with, table_to_dict
from providers.profiles.rules import PROFESSIONS
from providers.schedule.rules.hours import SETTINGS
from providers.services.catalogue import techniques

MOST_DAYS, MOST_CENTS, LAST_MINUTE = 1095, 10**12, 1439
MOST_ROWS = 8
FIGURES = ("expiring_days", "document_days")
CLOCKS = ("evening_from_minute", "morning_from_minute")
SUMS = ("per_occurrence_cents", "aggregate_cents")


def read_policy(body: Mapping[str, Any], newest: KindTable) -> tuple[PolicyDraft, int | None]:
    """The body of `POST /admin/policies`, and the version that it is based on, if it says so. Raises Malformed, Refused `invalid`."""
    fields = Fields(body)
    sums = Fields(fields.table("insurance_minimums", {}) or {}, "insurance_minimums.")
    changed = {}
    for row in fields.rows("kinds", [], most=len(newest.kinds)):
        code = row.choice("code", newest.kinds)
        known = newest.kinds.get(code or "")
        stated = [_requirement(row, one) for one in row.rows("requirements", [], most=MOST_ROWS)] if row.has("requirements") else None
        expiry = row.boolean("expiry_required", known.expiry_required if known else False)
        recheck = row.integer("recheck_days", known.recheck_days if known else 1, least=1, most=MOST_DAYS)
        fields.adopt(row)
        if known is not None:
            changed[known.code] = (known.requirements if stated is None else stated, bool(expiry), recheck or 1)
    draft = PolicyDraft(
        effective_from=fields.day("effective_from") or date.min,
        reason=fields.text("reason", longest=300) or "",
        kinds=kinds_with(newest, changed),
        expiring_days=fields.integer("expiring_days", newest.expiring_days, least=1, most=MOST_DAYS),
        reminder_days=_days(fields, newest.reminder_days),
        document_days=fields.integer("document_days", newest.document_days, least=1, most=MOST_DAYS),
        evening_from_minute=fields.integer("evening_from_minute", newest.evening_from_minute, most=LAST_MINUTE),
        morning_from_minute=fields.integer("morning_from_minute", newest.morning_from_minute, most=LAST_MINUTE),
        per_occurrence_cents=sums.integer("per_occurrence_cents", newest.per_occurrence_cents, most=MOST_CENTS),
        aggregate_cents=sums.integer("aggregate_cents", newest.aggregate_cents, most=MOST_CENTS),
    )
    based_on = fields.integer("based_on", None, least=1)
    fields.adopt(sums)
    fields.finish()
    return draft, based_on


def _requirement(outer: Fields, row: Fields) -> Requirement:
    choices = {"professions": PROFESSIONS, "techniques": techniques(), "settings": SETTINGS}
    named = [frozenset(map(str, row.choices(name, choices[name], []) or ())) for name in NAMED]
    outer.adopt(row)
    return Requirement(*named)


def _days(fields: Fields, known: tuple[int, ...]) -> tuple[int, ...]:
    days = fields.raw("reminder_days", list(known))
    fine = isinstance(days, list) and 0 < len(days) <= 12 and all(type(one) is int and 0 < one <= MOST_DAYS for one in days)
    if not fine:
        fields.fault("reminder_days", "This must be a list of days before the end, such as 90, 60, 30.")
        return known
    return tuple(days)


def policy_answer(table: KindTable, row: CredentialPolicy | None, in_force: int) -> dict[str, object]:
    """A version as the API gives it; `row` is None for the one we deliver. `in_force` is the version that holds today."""
    return {
        "version": table.version,
        "effective_from": table.effective_from.isoformat(),
        "in_force": table.version == in_force,
        "reason": row.note if row else "The table we deliver.",
        "made_by": row.made_by if row else None,
        "made_at": rfc3339(row.made_at) if row else None,
        **table_to_dict(table),
    }


def texts_of_table(table: KindTable) -> dict[str, Any]:
    """The fields of the page with a version's figures; each kind has one row more than it has requirements."""
    texts: dict[str, Any] = {"effective_from": "", "reason": "", "based_on": str(table.version)}
    texts |= {name: str(getattr(table, name)) for name in FIGURES}
    texts |= {name: f"{getattr(table, name) // 60:02}:{getattr(table, name) % 60:02}" for name in CLOCKS}
    texts |= {name: dollars(getattr(table, name)) for name in SUMS}
    texts["reminder_days"] = ", ".join(map(str, table.reminder_days))
    texts["kinds"] = [
        {
            "code": kind.code,
            "expiry": kind.expiry_required,
            "recheck": str(kind.recheck_days),
            "rows": [
                {"on": True, **{name: sorted(getattr(one, name)) for name in NAMED}, "techniques": ", ".join(sorted(one.techniques))}
                for one in kind.requirements
            ]
            + [{"on": False, "professions": [], "techniques": "", "settings": []}],
        }
        for kind in table.kinds.values()
    ]
    return texts


def texts_of_form(form: MultiDict[str, str], table: KindTable) -> dict[str, Any]:
    """The page as it was sent."""
    plain = ("effective_from", "reason", "based_on", "reminder_days", *FIGURES, *CLOCKS, *SUMS)
    texts: dict[str, Any] = {name: form.get(name, "").strip() for name in plain}
    texts["kinds"] = [
        {
            "code": code,
            "expiry": f"{code}-expiry" in form,
            "recheck": form.get(f"{code}-recheck", "").strip(),
            "rows": [
                {
                    "on": f"{code}-{at}-on" in form,
                    "professions": form.getlist(f"{code}-{at}-professions"),
                    "techniques": form.get(f"{code}-{at}-techniques", "").strip(),
                    "settings": form.getlist(f"{code}-{at}-settings"),
                }
                for at in range(MOST_ROWS)
                if f"{code}-{at}-techniques" in form
            ],
        }
        for code in table.kinds
    ]
    return texts


def body_of_texts(texts: Mapping[str, Any]) -> dict[str, Any]:
    """The API's shape of what was typed; a row that is not switched on asks for nothing."""
    body: dict[str, Any] = {name: texts[name] for name in ("effective_from", "reason") if texts[name]}
    body |= {name: number_or_text(texts[name]) for name in ("based_on", *FIGURES)}
    body |= {name: _minute_or_text(texts[name]) for name in CLOCKS}
    body["reminder_days"] = [number_or_text(one) for one in listed(texts["reminder_days"])]
    body["insurance_minimums"] = {name: cents_or_text(texts[name]) for name in SUMS}
    body["kinds"] = [
        {
            "code": kind["code"],
            "expiry_required": kind["expiry"],
            "recheck_days": number_or_text(kind["recheck"]),
            "requirements": [_asked(row) for row in on(kind["rows"])],
        }
        for kind in texts["kinds"]
    ]
    return body


def _asked(row: Mapping[str, Any]) -> dict[str, Any]:
    return {"professions": row["professions"], "techniques": listed(row["techniques"]), "settings": row["settings"]}


def on(rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The rows that are switched on."""
    return [row for row in rows if row["on"]]


def faults_of_page(faults: Sequence[FieldFault], texts: Mapping[str, Any]) -> dict[str, list[str]]:
    """The faults beside their fields."""
    names: dict[str, str] = {}
    for number, kind in enumerate(texts["kinds"]):
        code = kind["code"]
        names |= {f"kinds[{which}].requirements": f"{code}-0-techniques" for which in (number, code)}
        names[f"kinds[{number}].recheck_days"] = f"{code}-recheck"
        places = [at for at, row in enumerate(kind["rows"]) if row["on"]]
        names |= {f"kinds[{number}].requirements[{nth}]": f"{code}-{at}" for nth, at in enumerate(places)}
    names |= {f"insurance_minimums.{name}": name for name in SUMS}
    return placed_faults(
        faults, names, {"_cents": "Write an amount in dollars, such as 1000000.", "_minute": "Write a time such as 19:00."}
    )


def _minute_or_text(text: str) -> int | str | None:
    hours, _, minutes = text.partition(":")
    return int(hours) * 60 + int(minutes) if hours.isdecimal() and minutes.isdecimal() and len(text) <= 5 else text or None
