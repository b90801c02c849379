"""A provider's price rules: what a start may cost beside the service itself. Public tables, never a price per person."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from providers.services.rules.reading import Reader, clock_text

BAND_CODES = ("evening", "late")
CODES = (*BAND_CODES, "weekend", "holiday", "short_notice", "travel")
_ONCE = ("holiday", "short_notice", "travel")
_HIGHEST_CENTS = 100_000
_HIGHEST_CAP_PERCENT = 300
_FIELDS = {
    "evening": ("from", "to", "amount_cents"),
    "late": ("from", "to", "amount_cents"),
    "weekend": ("weekdays", "amount_cents"),
    "holiday": ("percent",),
    "short_notice": ("hours", "amount_cents"),
    "travel": ("zones",),
}
_ZIP = re.compile(r"[0-9]{5}")


@dataclass(frozen=True)
class BandRule:
    """An extra for starts whose wall minute lies in [from_minute, to_minute); a band that ends before it begins runs past midnight."""

    code: str
    from_minute: int
    to_minute: int
    amount_cents: int

    def holds(self, minute: int) -> bool:
        """Whether a wall minute of the day lies inside the band."""
        if self.from_minute < self.to_minute:
            return self.from_minute <= minute < self.to_minute
        return minute >= self.from_minute or minute < self.to_minute


@dataclass(frozen=True)
class WeekendRule:
    """An extra for starts on these weekdays (Monday 0)."""

    weekdays: tuple[int, ...]
    amount_cents: int
    code: str = "weekend"


@dataclass(frozen=True)
class HolidayRule:
    """An extra on surcharge holidays, in percent of the service price."""

    percent: int
    code: str = "holiday"


@dataclass(frozen=True)
class ShortNoticeRule:
    """An extra when fewer than `hours` elapsed hours lie between asking and the start."""

    hours: int
    amount_cents: int
    code: str = "short_notice"


@dataclass(frozen=True)
class TravelZone:
    """ZIP codes that cost the same travel."""

    zips: tuple[str, ...]
    amount_cents: int


@dataclass(frozen=True)
class TravelRule:
    """Travel to the client by ZIP zone; a ZIP in no zone costs nothing (whether it is served is another question)."""

    zones: tuple[TravelZone, ...]
    code: str = "travel"

    def cents_to(self, zip_code: str) -> int:
        """Travel to a ZIP code in cents."""
        return next((zone.amount_cents for zone in self.zones if zip_code in zone.zips), 0)


PriceRule = BandRule | WeekendRule | HolidayRule | ShortNoticeRule | TravelRule


@dataclass(frozen=True)
class PriceRules:
    """Every rule that fits a start adds a line of its own; all but travel together are capped at `cap_percent` of the service price.

    `resting` are rules that are switched off: kept as they were stated, and part of no price. `zone_is_personal` is the house's reading
    of the law: whether a fee by public ZIP zones counts as a price made with personal data.
    """

    rules: tuple[PriceRule, ...] = ()
    cap_percent: int | None = None
    version: int = 1
    resting: tuple[PriceRule, ...] = ()
    zone_is_personal: bool = False

    def travel_cents(self, zip_code: str | None) -> int:
        """What travel to a ZIP code costs; nothing without one, or where no rule asks for it."""
        return sum(rule.cents_to(zip_code) for rule in self.rules if isinstance(rule, TravelRule)) if zip_code else 0


def prices_from_dict(body: object, version: int = 1) -> PriceRules:
    """Read the contract's `/provider/prices`; Malformed `unknown_field`, Refused `invalid_prices` with every fault."""
    reader = Reader()
    top = reader.mapping(body, "", ("rules", "cap_percent"), ("rules",))
    rows = reader.rows(top.get("rules", ()), "rules", 40)
    known = [
        (rule, _is_active(reader, row, f"rules.{number}"))
        for number, row in enumerate(rows)
        if (rule := _rule(reader, row, f"rules.{number}")) is not None
    ]
    _check_once(reader, tuple(rule for rule, _ in known))
    cap = top.get("cap_percent")
    cap_percent = None if cap is None else reader.whole(cap, "cap_percent", 0, _HIGHEST_CAP_PERCENT)
    reader.finish("invalid_prices", "Some of the price rules cannot stand as they are.")
    active, resting = (tuple(rule for rule, is_active in known if is_active is wanted) for wanted in (True, False))
    return PriceRules(active, cap_percent, version, resting)


def prices_to_dict(prices: PriceRules) -> dict[str, object]:
    """The contract's shape of `/provider/prices`; `cap_percent` is there only where a cap is set, `active` only where a rule rests."""
    resting = [{**_rule_to_dict(rule), "active": False} for rule in prices.resting]
    shape: dict[str, object] = {"rules": [*(_rule_to_dict(rule) for rule in prices.rules), *resting]}
    if prices.cap_percent is not None:
        shape["cap_percent"] = prices.cap_percent
    return shape


def _check_once(reader: Reader, rules: tuple[PriceRule, ...]) -> None:
    """Two evening bands can both make sense; two holiday percentages cannot."""
    for code in _ONCE:
        if sum(rule.code == code for rule in rules) > 1:
            reader.fault("rules", f"There may be only one rule “{code}”.")


def _rule(reader: Reader, row: object, field: str) -> PriceRule | None:
    """One rule, or nothing where not even its code can be read."""
    code = row.get("code") if isinstance(row, Mapping) else None
    if not isinstance(row, Mapping) or code not in CODES:
        reader.fault(f"{field}.code", f"This must be one of: {', '.join(CODES)}.")
        return None
    facts = reader.mapping(row, field, ("code", "active", *_FIELDS[code]), _FIELDS[code])
    if any(name not in facts for name in _FIELDS[code]):
        return None
    return _READERS[code](reader, facts, field)


def _is_active(reader: Reader, row: object, field: str) -> bool:
    """Whether a rule counts; one that says nothing of it does."""
    active = row.get("active", True) if isinstance(row, Mapping) else True
    if not isinstance(active, bool):
        reader.fault(f"{field}.active", "This must be true or false.")
    return active is not False


def _amount(reader: Reader, facts: Mapping[str, object], field: str) -> int:
    return reader.whole(facts["amount_cents"], f"{field}.amount_cents", 0, _HIGHEST_CENTS)


def _band(reader: Reader, facts: Mapping[str, object], field: str) -> BandRule:
    opens = reader.clock(facts["from"], f"{field}.from")
    closes = reader.clock(facts["to"], f"{field}.to")
    if opens == 1440:
        reader.fault(f"{field}.from", "A band cannot begin at the end of the day.")
    elif opens == closes:
        reader.fault(f"{field}.to", "The band must end at another time than it begins.")
    return BandRule(str(facts["code"]), opens, closes, _amount(reader, facts, field))


def _weekend(reader: Reader, facts: Mapping[str, object], field: str) -> WeekendRule:
    rows = reader.rows(facts["weekdays"], f"{field}.weekdays", 7)
    weekdays = tuple(reader.whole(day, f"{field}.weekdays", 0, 6) for day in rows)
    if not weekdays or len(set(weekdays)) < len(weekdays):
        reader.fault(f"{field}.weekdays", "Name each weekday once, Monday is 0.")
    return WeekendRule(tuple(sorted(set(weekdays))), _amount(reader, facts, field))


def _holiday(reader: Reader, facts: Mapping[str, object], field: str) -> HolidayRule:
    return HolidayRule(reader.whole(facts["percent"], f"{field}.percent", 0, 100))


def _short_notice(reader: Reader, facts: Mapping[str, object], field: str) -> ShortNoticeRule:
    return ShortNoticeRule(reader.whole(facts["hours"], f"{field}.hours", 1, 168), _amount(reader, facts, field))


def _travel(reader: Reader, facts: Mapping[str, object], field: str) -> TravelRule:
    rows = reader.rows(facts["zones"], f"{field}.zones", 30)
    zones = tuple(_zone(reader, row, f"{field}.zones.{number}") for number, row in enumerate(rows))
    named = [zip_code for zone in zones for zip_code in zone.zips]
    for zip_code in sorted({one for one in named if named.count(one) > 1}):
        reader.fault(f"{field}.zones", f"{zip_code} stands in more than one zone.")
    return TravelRule(zones)


def _zone(reader: Reader, row: object, field: str) -> TravelZone:
    names = ("zips", "amount_cents")
    facts = reader.mapping(row, field, names, names)
    zips = tuple(str(one) for one in reader.rows(facts.get("zips", ()), f"{field}.zips", 100))
    for zip_code in zips:
        if not _ZIP.fullmatch(zip_code):
            reader.fault(f"{field}.zips", f"“{zip_code[:12]}” is not a five-digit ZIP code.")
    return TravelZone(zips, _amount(reader, facts, field) if "amount_cents" in facts else 0)


_READERS: dict[str, Callable[[Reader, Mapping[str, object], str], PriceRule]] = {
    "evening": _band,
    "late": _band,
    "weekend": _weekend,
    "holiday": _holiday,
    "short_notice": _short_notice,
    "travel": _travel,
}


def _rule_to_dict(rule: PriceRule) -> dict[str, object]:
    match rule:
        case BandRule():
            band: dict[str, object] = {"from": clock_text(rule.from_minute), "to": clock_text(rule.to_minute)}
            return {"code": rule.code, **band, "amount_cents": rule.amount_cents}
        case WeekendRule():
            return {"code": rule.code, "weekdays": list(rule.weekdays), "amount_cents": rule.amount_cents}
        case HolidayRule():
            return {"code": rule.code, "percent": rule.percent}
        case ShortNoticeRule():
            return {"code": rule.code, "hours": rule.hours, "amount_cents": rule.amount_cents}
        case TravelRule():
            zones = [{"zips": list(zone.zips), "amount_cents": zone.amount_cents} for zone in rule.zones]
            return {"code": rule.code, "zones": zones}
