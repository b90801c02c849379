"""The fields of the page about new clients; the JSON's reader judges them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from werkzeug.datastructures import MultiDict

from marketplace.webkit.typed import number_or_text
from providers.services.rules.first_visits import FirstVisits, first_visits_to_dict

NUMBERS = ("deposit_percent", "least_minutes", "most_minutes")


def texts_of(rules: FirstVisits) -> dict[str, str]:
    """What is stored, as it stands in the fields."""
    stored = first_visits_to_dict(rules)
    return {
        "online": "1" if rules.online else "",
        **{name: "" if stored[name] is None else str(stored[name]) for name in (*NUMBERS, "payment")},
    }


def texts_of_form(form: MultiDict[str, str]) -> dict[str, str]:
    """The fields as they were sent; a percentage counts with a deposit alone."""
    texts = {name: form.get(name, "").strip() for name in ("online", "payment", *NUMBERS)}
    return texts if texts["payment"] == "deposit" else texts | {"deposit_percent": ""}


def body_of(texts: Mapping[str, str]) -> dict[str, Any]:
    """The contract's shape."""
    return {"online": bool(texts["online"]), "payment": texts["payment"] or None, **{name: number_or_text(texts[name]) for name in NUMBERS}}
