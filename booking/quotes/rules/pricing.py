"""The price of a visit: one line for each reason, lines that add up, tax rounded once. The same input gives the same quote."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta

from booking.quotes.rules.agreed import AgreedTerms, agreed_to_dict, instant_text, whole_second
from booking.quotes.rules.clock import clock_words
from booking.quotes.rules.taxes import TaxRow, tax_row
from marketplace.kernel.errors import Refused
from marketplace.kernel.money import format_usd, percent_half_up, share_half_up
from marketplace.kernel.walltime import NEW_YORK
from providers.services.rules.calls import noun
from providers.services.rules.drafts import AddOn
from providers.services.rules.holidays import holiday_at
from providers.services.rules.prices import BandRule, HolidayRule, PriceRule, PriceRules, ShortNoticeRule, TravelRule, WeekendRule
from providers.services.rules.terms import Terms

MOBILE_SETTINGS = ("home", "office", "hotel")
PERSONAL_NOTICE = "THIS PRICE WAS SET BY AN ALGORITHM USING YOUR PERSONAL DATA."
"""What General Business Law 349-a asks to be said where a price was; its words are the law's."""
_PLURALS = ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays")


@dataclass(frozen=True)
class WishFacts:
    """What a client wishes, as far as the price needs it. `tax_place` is where the care is given; `add_ons` were chosen on top."""

    service_name: str
    minutes: int
    setting: str
    starts_at: datetime
    zip_code: str | None
    profession: str
    tax_place: str = "new_york_city"
    add_ons: tuple[AddOn, ...] = ()

    def __post_init__(self) -> None:
        """The start in UTC, so that notice is counted in elapsed hours."""
        object.__setattr__(self, "starts_at", self.starts_at.astimezone(UTC))


@dataclass(frozen=True)
class PriceTable:
    """One service's prices in cents by minutes, and the version of that table."""

    cents_by_minutes: Mapping[int, int]
    version: int = 1


@dataclass(frozen=True)
class QuotePolicy:
    """How long a quote stands, and whether a public zone fee counts as a price made from personal data (General Business Law 349-a)."""

    valid_minutes: int = 30
    zone_is_personal: bool = False


@dataclass(frozen=True)
class Line:
    """One line: a code, words for people, cents, the rule behind it as name@version, and why it is there."""

    code: str
    label: str
    amount_cents: int
    rule: str
    reason: str
    uses_personal_data: bool = False


@dataclass(frozen=True)
class Quote:
    """The whole price with its reasons and what leaving costs. The lines, tax included, add up to `total_cents`."""

    lines: tuple[Line, ...]
    subtotal_cents: int
    tax_cents: int
    total_cents: int
    terms: AgreedTerms
    summary: str
    quoted_at: datetime
    valid_until_at: datetime
    currency: str = "USD"


def quote(
    facts: WishFacts,
    table: PriceTable,
    prices: PriceRules,
    terms: Terms,
    taxes: Sequence[TaxRow],
    *,
    now: datetime,
    policy: QuotePolicy = QuotePolicy(),
) -> Quote:
    """The price of a wish as of `now`; Refused `unknown_service` where the service has no such length."""
    base_cents = _base_cents(facts, table)
    lines = _lines(facts, table, prices, now, policy)
    subtotal_cents = sum(line.amount_cents for line in lines)
    tax = _tax_lines(facts, lines, taxes)
    tax_cents = sum(line.amount_cents for line in tax)
    agreed = AgreedTerms(terms, base_cents, facts.starts_at)
    return Quote(
        lines=(*lines, *tax),
        subtotal_cents=subtotal_cents,
        tax_cents=tax_cents,
        total_cents=subtotal_cents + tax_cents,
        terms=agreed,
        summary=clock_words(agreed, now, day_words=False, what=noun(facts.setting)).sentence,
        quoted_at=whole_second(now),
        valid_until_at=_valid_until(facts, prices, now, policy),
    )


def total_cents(facts: WishFacts, table: PriceTable, prices: PriceRules, taxes: Sequence[TaxRow], *, now: datetime) -> int:
    """The `total_cents` of `quote` alone, for lists and search that ask for many; the same refusal."""
    lines = _lines(facts, table, prices, now, QuotePolicy())
    return sum(line.amount_cents for line in (*lines, *_tax_lines(facts, lines, taxes)))


def quote_to_dict(made: Quote) -> dict[str, object]:
    """The contract's Quote; instants carry New York's offset, `terms` can be read back by `agreed_from_dict`."""
    return {
        "lines": [asdict(line) for line in made.lines],
        "subtotal_cents": made.subtotal_cents,
        "tax_cents": made.tax_cents,
        "total_cents": made.total_cents,
        "currency": made.currency,
        "terms": agreed_to_dict(made.terms, made.summary, if_booked_at=made.quoted_at),
        "valid_until": instant_text(made.valid_until_at),
        **({"notice": PERSONAL_NOTICE} if any(line.uses_personal_data for line in made.lines) else {}),
    }


def price_notice(prices: PriceRules, setting: str, zip_code: str | None) -> str | None:
    """What has to stand beside a whole price that is shown without its lines; None where no line uses personal data."""
    travels = setting in MOBILE_SETTINGS and prices.travel_cents(zip_code) > 0
    return PERSONAL_NOTICE if prices.zone_is_personal and travels else None


def _base_cents(facts: WishFacts, table: PriceTable) -> int:
    if facts.minutes not in table.cents_by_minutes:
        raise Refused("unknown_service", f"This service is not offered for {facts.minutes} minutes.")
    return table.cents_by_minutes[facts.minutes]


def _lines(facts: WishFacts, table: PriceTable, prices: PriceRules, now: datetime, policy: QuotePolicy) -> tuple[Line, ...]:
    """Service, surcharges in the order of the provider's table, the cap where it bites, travel, add-ons."""
    base_cents = _base_cents(facts, table)
    label = f"{facts.service_name}, {facts.minutes} min"
    service = Line("service", label, base_cents, f"service_price@{table.version}", f"The provider's price for {facts.minutes} minutes")
    extras = [line for rule in prices.rules for line in _surcharge(rule, facts, base_cents, prices.version, now) if line.amount_cents]
    personal = policy.zone_is_personal or prices.zone_is_personal
    travel = [line for rule in prices.rules for line in _travel(rule, facts, prices.version, personal=personal)]
    added = add_on_lines(facts.add_ons, table.version)
    return (service, *extras, *_cap(extras, base_cents, prices), *travel, *added)


def add_on_lines(add_ons: Sequence[AddOn], version: int) -> tuple[Line, ...]:
    """One line for each add-on, a free one too, by the version of its service's prices."""
    return tuple(
        Line("add_on", _add_on_label(one), one.price_cents, f"add_on_{one.code}@{version}", "Chosen on top of the service")
        for one in add_ons
    )


def _add_on_label(one: AddOn) -> str:
    return f"{one.name}, {one.minutes} min more" if one.minutes else one.name


def _surcharge(rule: PriceRule, facts: WishFacts, base_cents: int, version: int, now: datetime) -> Iterator[Line]:
    """The line that a rule adds to this start, judged by the New York wall time of the start; none where it does not fit."""
    wall = facts.starts_at.astimezone(NEW_YORK)
    name = f"{rule.code}@{version}"
    match rule:
        case BandRule() if rule.holds(wall.hour * 60 + wall.minute):
            begins, ends = _hour_words(rule.from_minute), _hour_words(rule.to_minute)
            yield Line(rule.code, f"Start from {begins}", rule.amount_cents, name, f"Visits that start from {begins} until {ends}")
        case WeekendRule() if wall.weekday() in rule.weekdays:
            days = " and ".join(_PLURALS[day] for day in rule.weekdays)
            yield Line(rule.code, "Weekend", rule.amount_cents, name, f"Visits on {days}")
        case HolidayRule():
            holiday = holiday_at(wall)
            if holiday is not None:
                cents = percent_half_up(base_cents, rule.percent)
                yield Line(rule.code, holiday.name, cents, name, f"{rule.percent}% of {format_usd(base_cents)} on a holiday")
        case ShortNoticeRule() if facts.starts_at - whole_second(now) < timedelta(hours=rule.hours):
            yield Line(rule.code, "Short notice", rule.amount_cents, name, f"Booked less than {rule.hours} hours ahead")
        case _:
            return


def _travel(rule: PriceRule, facts: WishFacts, version: int, *, personal: bool) -> Iterator[Line]:
    """Travel to the client's ZIP code; a clinic visit has none."""
    if isinstance(rule, TravelRule) and facts.setting in MOBILE_SETTINGS and facts.zip_code is not None:
        cents = rule.cents_to(facts.zip_code)
        if cents:
            label, reason = f"Travel to {facts.zip_code}", f"The provider's travel zone for {facts.zip_code}"
            yield Line("travel", label, cents, f"travel@{version}", reason, uses_personal_data=personal)


def _cap(extras: Sequence[Line], base_cents: int, prices: PriceRules) -> Iterator[Line]:
    """What the surcharges exceed their cap by, taken off again in a line of its own, so that every rule stays visible."""
    if prices.cap_percent is None:
        return
    excess = sum(line.amount_cents for line in extras) - percent_half_up(base_cents, prices.cap_percent)
    if excess > 0:
        reason = f"Extras together are at most {prices.cap_percent}% of {format_usd(base_cents)}"
        yield Line("cap", "Cap on extras", -excess, f"cap@{prices.version}", reason)


def _tax_lines(facts: WishFacts, lines: Sequence[Line], taxes: Sequence[TaxRow]) -> tuple[Line, ...]:
    """The sales tax, half up to the cent, once on everything taxed; no line where there is none to pay."""
    row = tax_row(taxes, facts.tax_place, facts.profession, facts.starts_at.astimezone(NEW_YORK).date())
    return () if row is None else tax_on(row, lines)


def tax_on(row: TaxRow, lines: Sequence[Line]) -> tuple[Line, ...]:
    """The tax of one rate on the lines it covers; no line where it comes to nothing."""
    taxed_cents = sum(line.amount_cents for line in lines if line.code in row.covers)
    cents = share_half_up(taxed_cents, row.basis_points)
    if cents == 0:
        return ()
    reason = f"{row.basis_points / 100:g}% of {format_usd(taxed_cents)}, {row.because}"
    return (Line("tax", row.label, cents, f"{row.name}@{row.version}", reason),)


def _valid_until(facts: WishFacts, prices: PriceRules, now: datetime, policy: QuotePolicy) -> datetime:
    """The price stands for some minutes, but not past the start nor past the moment from which short notice would cost more."""
    soon = whole_second(now).replace(second=0) + timedelta(minutes=policy.valid_minutes)
    notices = [facts.starts_at - timedelta(hours=rule.hours) for rule in prices.rules if isinstance(rule, ShortNoticeRule)]
    ahead = [end for end in (soon, *notices) if end >= whole_second(now)]
    return min(facts.starts_at, *ahead)


def _hour_words(minute: int) -> str:
    """A wall minute as "7 PM" or "7:30 PM"; the end of the day is midnight."""
    if minute in {0, 1440}:
        return "midnight"
    hour, rest = divmod(minute, 60)
    return f"{hour % 12 or 12}{f':{rest:02d}' if rest else ''} {'AM' if hour < 12 else 'PM'}"
