"""The fields of the credentials' pages. What was typed is kept as text; the JSON's reader judges it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from werkzeug.datastructures import MultiDict

from marketplace.kernel.errors import FieldFault
from marketplace.webkit.typed import cents_or_text, dollars, placed_faults
from providers.credentials.rules.kinds import Kind

FACTS = ("issuer", "holder_name", "number", "issued_on", "expires_on")
LISTS = ("covers", "excludes")
_AMOUNT = "Write an amount in dollars, such as 1000000."


def texts_of_body(body: Mapping[str, Any], kind: Kind) -> dict[str, Any]:
    """The page of a stored credential, from the contract's shape."""
    texts: dict[str, Any] = {name: body.get(name) or "" for name in FACTS}
    for name in kind.details:
        value = body["details"].get(name)
        if name in LISTS:
            texts[name] = list(value or ())
        else:
            texts[name] = "" if value is None else dollars(value) if name.endswith("_cents") else str(value)
    return texts


def texts_of_form(form: MultiDict[str, str], kind: Kind) -> dict[str, Any]:
    """The page as it was sent."""
    texts: dict[str, Any] = {name: form.get(name, "").strip() for name in FACTS}
    return texts | {name: form.getlist(name) if name in LISTS else form.get(name, "").strip() for name in kind.details}


def body_of_texts(texts: Mapping[str, Any], kind: Kind) -> dict[str, Any]:
    """The contract's shape; empty fields count as absent."""
    details = {name: cents_or_text(texts[name]) if name.endswith("_cents") else texts[name] for name in kind.details if texts[name]}
    return {"kind": kind.code, "details": details, **{name: texts[name] for name in FACTS if texts[name]}}


def faults_of_page(faults: Sequence[FieldFault]) -> dict[str, list[str]]:
    """The faults beside their fields."""
    plain = [FieldFault(fault.field.removeprefix("details."), fault.message) for fault in faults]
    return placed_faults(plain, {}, {"_cents": _AMOUNT})
