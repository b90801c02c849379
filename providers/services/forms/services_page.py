"""The fields of the services' page. What was typed is kept as text; the JSON's reader judges it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from werkzeug.datastructures import MultiDict

from marketplace.kernel.errors import FieldFault
from marketplace.webkit.typed import cents_or_text, dollars, number_or_text, placed_faults
from providers.services.rules.calls import CALL_DRAFT, is_call
from providers.services.rules.drafts import ServiceDraft, services_to_dict

USUAL_MINUTES = ("30", "45", "60", "75", "90")
MOST_ADD_ONS = 12
_KEY = re.compile(
    r"s-(\d{1,2})-(name|code|settings|techniques|first|before|after|other|preparation|confirm|confirm-new|confirm-hours|price-[0-9]{1,4}|price-other"
    r"|add-\d{1,2}-(?:code|name|minutes|price))"
)
_AMOUNT = "Write an amount in dollars, such as 165 or 165.50."


@dataclass
class AddOnRow:
    """One thing on top of a service as typed; the price in dollars."""

    code: str = ""
    title: str = ""
    minutes: str = ""
    price: str = ""

    @property
    def empty(self) -> bool:
        """Whether nothing was typed: then it does not count."""
        return not (self.title.strip() or self.minutes.strip() or self.price.strip())

    def body(self, taken: Iterable[str]) -> dict[str, Any]:
        """The contract's shape."""
        minutes = number_or_text(self.minutes)
        return {
            "code": self.code or free_code(self.title, taken),
            "name": self.title,
            "minutes": 0 if minutes is None else minutes,
            "price_cents": cents_or_text(self.price),
        }


@dataclass
class ServiceRow:
    """One service on the page; `prices` holds dollars as typed, by minutes. `other` is a length that is not a usual one."""

    name: str
    code: str = ""
    title: str = ""
    settings: list[str] = field(default_factory=list)
    techniques: list[str] = field(default_factory=list)
    first: bool = False
    prices: dict[str, str] = field(default_factory=dict)
    other: str = ""
    other_price: str = ""
    before: str = ""
    after: str = ""
    confirm: list[str] = field(default_factory=list)
    confirm_new: bool = False
    confirm_hours: str = ""
    add_ons: list[AddOnRow] = field(default_factory=list)
    preparation: str = ""

    @property
    def typed_add_ons(self) -> list[AddOnRow]:
        """What can be added, the empty lines left out."""
        return [one for one in self.add_ons if not one.empty]

    @property
    def lengths(self) -> list[str]:
        """The lengths that have a field: the usual ones and those with a price."""
        return sorted({*USUAL_MINUTES, *self.prices}, key=int)

    def body(self, stored: Mapping[str, ServiceDraft], taken: Iterable[str]) -> dict[str, Any]:
        """The contract's shape. What the page has no field for stays as it was."""
        priced = {**self.prices, **({self.other: self.other_price} if self.other.strip() else {})}
        old = stored.get(self.code)
        return {
            "code": self.code or free_code(self.title, taken),
            "name": self.title,
            "techniques": self.techniques,
            "conditions": list(old.conditions) if old else [],
            "minutes": {minutes: cents_or_text(text) for minutes, text in priced.items() if text.strip() or minutes == self.other},
            "settings": self.settings,
            "first_visit_only": self.first,
            "buffer_before_minutes": number_or_text(self.before),
            "buffer_after_minutes": number_or_text(self.after),
            "add_ons": self._add_ons() if self.add_ons or old is None else [asdict(one) for one in old.add_ons],
            "by_request": self._by_request(),
            "preparation": self.preparation,
        }

    def _add_ons(self) -> list[dict[str, Any]]:
        bodies: list[dict[str, Any]] = []
        for one in self.typed_add_ons:
            bodies.append(one.body([*(other.code for other in self.add_ons), *(body["code"] for body in bodies)]))
        return bodies

    def _by_request(self) -> dict[str, Any] | None:
        """Where each booking is confirmed by hand; a box ticked for a place where the service is no longer given does not count."""
        settings = [setting for setting in self.confirm if setting in self.settings]
        if not settings:
            return None
        return {"settings": settings, "new_clients_only": self.confirm_new, "answer_hours": number_or_text(self.confirm_hours)}


def free_code(title: str, taken: Iterable[str]) -> str:
    """A code made of a title, numbered where it is taken."""
    base = re.sub(r"[^a-z0-9]+", "_", title.lower()).strip("_")[:34] or "service"
    used, number, code = set(taken), 2, base
    while code in used:
        code, number = f"{base}_{number}", number + 1
    return code


def offers_call(drafts: Sequence[ServiceDraft]) -> bool:
    """Whether the introductory call is among what is stored."""
    return any(is_call(draft.settings) for draft in drafts)


def rows_of_drafts(drafts: Sequence[ServiceDraft]) -> list[ServiceRow]:
    """The page of what is stored. The call has no row: it is one box."""
    return [
        ServiceRow(
            f"s-{at}",
            draft.code,
            draft.name,
            list(draft.settings),
            list(draft.techniques),
            draft.first_visit_only,
            {str(minutes): dollars(cents) for minutes, cents in draft.prices.items()},
            before="" if draft.buffer_before_minutes is None else str(draft.buffer_before_minutes),
            after="" if draft.buffer_after_minutes is None else str(draft.buffer_after_minutes),
            confirm=sorted(draft.by_request.settings),
            confirm_new=draft.by_request.new_clients_only,
            confirm_hours=str(draft.by_request.answer_hours) if draft.by_request.settings else "",
            add_ons=[AddOnRow(one.code, one.name, str(one.minutes), dollars(one.price_cents)) for one in draft.add_ons],
            preparation=draft.preparation,
        )
        for at, draft in enumerate(draft for draft in drafts if not is_call(draft.settings))
    ]


def rows_of_form(form: MultiDict[str, str]) -> list[ServiceRow]:
    """The page as it was sent."""
    rows: dict[int, ServiceRow] = {}
    for key in form:
        match = _KEY.fullmatch(key)
        if match is None:
            continue
        row, part = rows.setdefault(int(match[1]), ServiceRow(f"s-{int(match[1])}")), match[2]
        if part.startswith("add-"):
            _take_add_on(row, part, form[key].strip())
        elif part in ("settings", "techniques", "confirm"):
            setattr(row, part, form.getlist(key))
        elif part in ("first", "confirm-new"):
            setattr(row, part.replace("-", "_"), True)
        elif part == "confirm-hours":
            row.confirm_hours = form[key].strip()
        elif part == "price-other":
            row.other_price = form[key]
        elif part.startswith("price-"):
            row.prices[part.removeprefix("price-")] = form[key]
        else:
            setattr(row, "title" if part == "name" else part, form[key].strip())
    return [rows[number] for number in sorted(rows)]


def _take_add_on(row: ServiceRow, part: str, text: str) -> None:
    """One field of an add-on, at its place in the list."""
    _add, number, name = part.split("-")
    while len(row.add_ons) <= int(number) < MOST_ADD_ONS:
        row.add_ons.append(AddOnRow())
    if int(number) < MOST_ADD_ONS:
        setattr(row.add_ons[int(number)], "title" if name == "name" else name, text)


def body_of_rows(rows: Sequence[ServiceRow], stored: Sequence[ServiceDraft], *, call: bool) -> dict[str, Any]:
    """The contract's `/provider/services`. A new service gets a code of its own, which it keeps; a call that is kept stays as it was."""
    by_code = {draft.code: draft for draft in stored}
    taken = {row.code for row in rows if row.code} | set(by_code)
    kept = next((draft for draft in stored if is_call(draft.settings)), replace(CALL_DRAFT, code=free_code(CALL_DRAFT.code, taken)))
    taken.add(kept.code)
    services: list[Any] = []
    for row in rows:
        services.append(row.body(by_code, taken))
        taken.add(services[-1]["code"])
    return {"services": [*services, *(services_to_dict([kept])["services"] if call else ())]}


def faults_of_rows(rows: Sequence[ServiceRow], faults: Sequence[FieldFault]) -> dict[str, list[str]]:
    """The faults beside their fields."""
    names = {f"services[{at}]": row.name for at, row in enumerate(rows)}
    for at, row in enumerate(rows):
        names |= {f"services[{at}].minutes.{minutes}": f"{row.name}-price-{minutes}" for minutes in row.lengths}
        names |= {f"services[{at}].minutes.{row.other}": f"{row.name}-price-other"} if row.other and row.other not in row.lengths else {}
        names |= {f"services[{at}].minutes": f"{row.name}-price-60", f"services[{at}].first_visit_only": f"{row.name}-first"}
        names |= {f"services[{at}].by_request.answer_hours": f"{row.name}-confirm-hours"}
        names |= {f"services[{at}].preparation": f"{row.name}-preparation"}
        for number, one in enumerate(row.typed_add_ons):
            field_name, stated = f"{row.name}-add-{row.add_ons.index(one)}", f"services[{at}].add_ons[{number}]"
            names |= {f"{stated}.{part}": f"{field_name}-{part}" for part in ("name", "minutes")}
            names |= {f"{stated}.price_cents": f"{field_name}-price", f"{stated}.code": f"{field_name}-name"}
        names |= {f"services[{at}].buffer_{when}_minutes": f"{row.name}-{when}" for when in ("before", "after")}
    amounts = [fault for fault in faults if ".minutes." in fault.field or fault.field.endswith(".price_cents")]
    others = [fault for fault in faults if fault not in amounts]
    return placed_faults(others, names) | placed_faults(amounts, names, {"-price": _AMOUNT})
