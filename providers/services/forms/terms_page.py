"""The fields of the terms' page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from werkzeug.datastructures import MultiDict

from marketplace.webkit.typed import number_or_text

MOST_STEPS = 5
NOTICES = ("move_notice_hours", "cancel_notice_hours")
OPTIONAL = (*NOTICES, "credit_percent", "credit_hours")
NAMES = ("grace_minutes", "no_show_percent", "late_minutes", "free_moves", "payment", "deposit_percent", *OPTIONAL)


def texts_of_terms(body: Mapping[str, Any]) -> dict[str, str]:
    """The page of stored terms, from the contract's shape."""
    texts = {name: str(body[name]) if body.get(name) is not None else "" for name in NAMES}
    for at, step in enumerate(body["steps"]):
        texts |= {f"steps-{at}-hours": str(step["hours"]), f"steps-{at}-fee_percent": str(step["fee_percent"])}
    return texts


def texts_of_form(form: MultiDict[str, str]) -> dict[str, str]:
    """The page as it was sent."""
    steps = [f"steps-{at}-{part}" for at in range(MOST_STEPS) for part in ("hours", "fee_percent")]
    return {name: form.get(name, "").strip() for name in (*NAMES, *steps)}


def body_of_texts(texts: Mapping[str, str]) -> dict[str, Any]:
    """The contract's `/provider/terms`; steps without anything typed are left out."""
    steps = []
    for at in range(MOST_STEPS):
        hours, percent = texts.get(f"steps-{at}-hours", ""), texts.get(f"steps-{at}-fee_percent", "")
        if hours or percent:
            steps.append({"hours": number_or_text(hours), "fee_percent": number_or_text(percent)})
    body: dict[str, Any] = {name: number_or_text(texts.get(name, "")) for name in NAMES}
    body["payment"] = texts.get("payment", "")
    if body["payment"] != "deposit":
        del body["deposit_percent"]
    return {"steps": steps, **{name: value for name, value in body.items() if value is not None or name not in OPTIONAL}}
