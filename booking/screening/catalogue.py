"""The door to our vendored screening data: contraindication rules, the form, the body map, advice."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from booking.screening.rules.form import Advice, BodyMap, ConsentSection, ConsentText, Form, Option, Question, Rule, Screen, in_words

_DATA = Path(__file__).parent / "data"


def _table(name: str) -> dict[str, Any]:
    table: dict[str, Any] = json.loads((_DATA / f"{name}.json").read_text(encoding="utf-8"))
    return table


@lru_cache(maxsize=1)
def rules() -> Mapping[str, Rule]:
    """Every contraindication by code, those that no one is asked about included."""
    return MappingProxyType({row["code"]: _rule(row) for row in _table("contraindications")["rules"]})


@lru_cache(maxsize=1)
def rules_version() -> str:
    """The version of the whole table of contraindications; each outcome is kept with it."""
    return str(_table("contraindications")["version"])


@lru_cache(maxsize=1)
def form() -> Form:
    """The form of today: questions with the rules' own limits in their words, and the consent text."""
    table = _table("form")
    consent = table["consent"]
    return Form(
        version=table["version"],
        valid_days=table["valid_days"],
        minors_allowed=table["minors_allowed"],
        screens=tuple(Screen(**row) for row in table["screens"]),
        questions=tuple(_question(row) for row in table["questions"]),
        consent=ConsentText(consent["version"], consent["text"], tuple(ConsentSection(**row) for row in consent["sections"])),
    )


@lru_cache(maxsize=1)
def body_map() -> BodyMap:
    """The 44 regions of the body map, their groups, and the stand-ins a client marks."""
    table = _table("regions")
    return BodyMap(
        names=MappingProxyType({row["code"]: row["name"] for row in table["regions"]}),
        views=MappingProxyType({row["code"]: row["view"] for row in table["regions"]}),
        groups=MappingProxyType({code: tuple(regions) for code, regions in table["groups"].items()}),
        marked=tuple(table["marked"]),
    )


@lru_cache(maxsize=1)
def advice() -> Mapping[str, Advice]:
    """What we say when a visit cannot be, by advice code."""
    rows = _table("advice")["advice"]
    return MappingProxyType(
        {row["code"]: Advice(**{**row, "actions": tuple((one["label"], one["href"]) for one in row["actions"])}) for row in rows}
    )


def _rule(row: dict[str, Any]) -> Rule:
    until = row["effective_to"]
    dates = {"effective_from": date.fromisoformat(row["effective_from"]), "effective_to": date.fromisoformat(until) if until else None}
    bars = {name: tuple(row[name]) for name in ("barred_techniques", "barred_regions")}
    return Rule(**{**row, **dates, **bars, "parameters": MappingProxyType(row["parameters"])})


def _question(row: dict[str, Any]) -> Question:
    rule = rules().get(row["code"])
    words = {name: in_words(row[name], rule) for name in ("text", "help", "why")}
    options = tuple(Option(**option) for option in row.get("options", ()))
    return Question(**{**row, **words, "options": options, "only_if": tuple(row.get("only_if", ()))})
