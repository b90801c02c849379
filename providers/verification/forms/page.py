"""The fields of the checkers' pages. What was typed is kept as text; the JSON's reader judges it."""

from __future__ import annotations

from typing import Any

from werkzeug.datastructures import MultiDict

DECISION = ("source", "source_value", "valid_until", "note")


def decision_body(form: MultiDict[str, str]) -> dict[str, Any]:
    """The contract's shape of a decision; the button says which."""
    body: dict[str, Any] = {"decision": form.get("decision", "")}
    return body | {name: form[name].strip() for name in DECISION if form.get(name, "").strip()}
