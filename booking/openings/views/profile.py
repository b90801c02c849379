"""The words of a provider's page: choices, prices and their rules, what they work with, places."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from booking.openings.catalogue import house_rules
from booking.openings.forms.acquaintance import viewer_door_minutes, viewer_has_met
from booking.openings.forms.continuity import current_continuity
from booking.openings.forms.wishes import area_zip
from booking.openings.rules.asking import Wish, offered_service, standing_pieces, whole_minutes
from booking.openings.rules.evenings import evenings_of
from booking.openings.rules.kinds import provider_kinds
from booking.openings.rules.wanted import SETTINGS
from booking.openings.views.cards import rating_words
from booking.openings.views.five import five_things
from booking.openings.views.insurers import insurance_card
from booking.openings.views.marks import Words, credentials_today, date_words, evening_mark, evidence_items, evidence_line
from booking.openings.views.weeks import Choice
from booking.openings.views.words import (
    condition_words,
    initials,
    kinds_line,
    language_words,
    neighborhood_words,
    place_kind_words,
    profession_words,
    setting_words,
    technique_words,
    where_words,
)
from booking.quotes.catalogue import taxes
from booking.quotes.rules.clock import clock_words
from booking.quotes.rules.pricing import price_notice
from booking.quotes.rules.taxes import tax_row
from booking.quotes.rules.visits import Asked, quote_visit
from marketplace.db import db
from marketplace.kernel.errors import Refused
from marketplace.kernel.intervals import Span
from marketplace.kernel.money import format_usd
from marketplace.kernel.walltime import hour_words, local_day, to_minute
from marketplace.webkit.filters import rfc3339
from providers.minors.rules import policy_words
from providers.places.gazetteer import neighborhoods_of_zip
from providers.profiles.catalogue import questions
from providers.profiles.rules import MOBILE, ProviderFacts, ServiceFacts, comes_to
from providers.schedule.rules.time_off import away_words, meeting, shown_at
from providers.services import catalogue
from providers.services.rules.calls import CALL_MINUTES, PHONE, noun
from providers.services.rules.first_visits import AS_ANY_VISIT
from providers.services.rules.matching import NO_PROMISE
from providers.services.rules.prices import BandRule, HolidayRule, PriceRule, ShortNoticeRule, TravelRule, WeekendRule
from providers.services.rules.requests import answer_due_at

USUAL_MINUTES = 60
TAX_PLACE = "new_york_city"
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def read_choice(facts: ProviderFacts, args: MultiDict[str, str]) -> tuple[Choice | None, str | None]:
    """What is chosen, what is missing filled in with the nearest that is offered; and what is wrong with the ZIP code, if anything.

    None where the provider offers nothing at all. A call is chosen by those alone who ask for it.
    """
    call = facts.call
    if call is not None and args.get("service") == call.code:
        return Choice(facts, Wish(call.code, CALL_MINUTES, PHONE), _condition(args)), None
    offered = [service for service in facts.services if service.prices and service.settings and not service.is_call]
    if not offered:
        return None, None
    service = next((one for one in offered if one.code == args.get("service")), _usual(offered, args))
    setting = args.get("setting", "")
    if setting not in service.settings:
        setting = next(code for code in SETTINGS if code in service.settings)
    typed, fault = args.get("zip", "").strip(), None
    zip_code = None
    if setting in MOBILE and typed:
        zip_code, fault = _zip(facts, typed)
    wish = Wish(service.code, _minutes(service, args.get("minutes", "")), setting, zip_code, viewer_has_met(facts, setting))
    wish = replace(wish, door_minutes=viewer_door_minutes(facts, setting, zip_code))
    return Choice(facts, wish, _condition(args)), fault


def _condition(args: MultiDict[str, str]) -> str | None:
    condition = args.get("condition")
    return condition if condition in catalogue.conditions() else None


def _usual(offered: list[ServiceFacts], args: MultiDict[str, str]) -> ServiceFacts:
    """The first service for anybody that has the setting asked for, else the first."""
    fitting = [one for one in offered if args.get("setting", "") in one.settings] or offered
    return next((one for one in fitting if not one.first_visit_only), fitting[0])


def _minutes(service: ServiceFacts, text: str) -> int:
    wanted = int(text) if text.isascii() and text.isdigit() and len(text) < 5 else USUAL_MINUTES
    return min(service.prices, key=lambda minutes: (abs(minutes - wanted), minutes))


def _zip(facts: ProviderFacts, typed: str) -> tuple[str | None, str | None]:
    try:
        code = area_zip(typed)
    except Refused as refusal:
        return None, refusal.sentence
    if not comes_to(facts, code):
        return None, _("%(name)s does not come to %(zip)s.", name=facts.name, zip=code)
    return code, None


def choices(choice: Choice) -> Words:
    """The services, lengths and settings to choose between, each with the address of that choice."""
    facts, wish = choice.facts, choice.wish
    service = facts.service(wish.service)
    assert service is not None  # noqa: S101 (read_choice took it from there)
    return {
        "services": [
            {
                "label": one.name,
                "note": _("first visit only") if one.first_visit_only else "",
                "href": choice.href(service=one.code),
                "current": one.code == wish.service,
            }
            for one in facts.services
            if one.prices and one.settings and not one.is_call
        ],
        "minutes": [
            {"label": str(minutes), "href": choice.href(minutes=str(minutes)), "current": minutes == wish.minutes}
            for minutes in sorted(service.prices)
        ],
        "settings": [
            {"label": setting_words(code), "href": choice.href(setting=code), "current": code == wish.setting}
            for code in SETTINGS
            if code in service.settings
        ],
    }


def price_tables(facts: ProviderFacts, choice: Choice | None) -> list[Words]:
    """For each service its lengths and prices, before extras and tax."""
    return [
        {
            "name": service.name,
            "where": ", ".join(setting_words(code) for code in SETTINGS if code in service.settings),
            "techniques": ", ".join(technique_words(code).lower() for code in service.techniques),
            "first_visit_only": service.first_visit_only,
            "rows": [
                {
                    "minutes": minutes,
                    "cents": cents,
                    "chosen": choice is not None and (service.code, minutes) == (choice.wish.service, choice.wish.minutes),
                }
                for minutes, cents in sorted(service.prices.items())
            ],
            "add_ons": service.add_ons,
        }
        for service in facts.services
        if service.prices and not service.is_call
    ]


def price_rules(facts: ProviderFacts) -> list[Words]:
    """What a start may cost beside the service, one line a rule, and the cap."""
    rows = [row for rule in facts.prices.rules for row in _rule(rule)]
    if facts.prices.cap_percent is not None and rows:
        rows.append({"label": _("All extras but travel together"), "amount": _("at most %(percent)s%%", percent=facts.prices.cap_percent)})
    return rows


def tax_line(facts: ProviderFacts, today: date) -> Words | None:
    """The sales tax on this provider's visits, if any."""
    row = tax_row(taxes(), TAX_PLACE, facts.profession, today)
    if row is None or not row.basis_points:
        return None
    return {"label": row.label, "amount": f"{row.basis_points / 100:g}%"}


def _rule(rule: PriceRule) -> Iterable[Words]:
    match rule:
        case BandRule():
            times = {"begin": hour_words(rule.from_minute), "end": hour_words(rule.to_minute)}
            yield {"label": _("Start from %(begin)s until %(end)s", **times), "amount": _plus(rule.amount_cents)}
        case WeekendRule():
            days = ", ".join(_(WEEKDAYS[day]) for day in rule.weekdays)
            yield {"label": days, "amount": _plus(rule.amount_cents)}
        case HolidayRule():
            yield {"label": _("Holidays"), "amount": f"+ {rule.percent}%"}
        case ShortNoticeRule():
            yield {"label": _("Booked less than %(hours)s hours ahead", hours=rule.hours), "amount": _plus(rule.amount_cents)}
        case TravelRule():
            for zone in rule.zones:
                yield {"label": _("Travel to %(zips)s", zips=", ".join(zone.zips)), "amount": _plus(zone.amount_cents)}


def _plus(cents: int) -> str:
    return f"+ {format_usd(cents)}"


def works_with(facts: ProviderFacts, standing: frozenset[str], condition: str | None) -> list[Words]:
    """Condition, technique and why it is listed: what brought the visitor first, then the firmest ties."""
    offered = {code for service in facts.services for code in service.techniques} & standing
    rows = [
        {
            "condition": known.name,
            "technique": technique_words(reason.technique),
            "why": reason.words,
            "strength": reason.strength,
            "chosen": known.code == condition,
        }
        for known in catalogue.conditions().values()
        for reason in catalogue.reasons_for(known.code, offered)
    ]
    named = {code for service in facts.services for code in service.conditions if code in catalogue.conditions()}
    tied = {row["condition"] for row in rows}
    rows += [
        {
            "condition": condition_words(code),
            "technique": "",
            "why": _("Named by the therapist."),
            "strength": 0,
            "chosen": code == condition,
        }
        for code in sorted(named)
        if condition_words(code) not in tied
    ]
    return sorted(rows, key=lambda row: (not row["chosen"], -int(str(row["strength"])), str(row["condition"]), str(row["technique"])))


def place_rows(facts: ProviderFacts) -> list[Words]:
    """The provider's places with their addresses, and where they come to."""
    return [
        {
            "name": place.name,
            "address": f"{place.line1}{', ' + place.unit if place.unit else ''}, {place.city}, NY {place.zip}",
            "neighborhood": neighborhood_words(place.neighborhood),
            "access": place.access,
            "kind": place_kind_words(place.setting_kind),
        }
        for place in facts.places
    ]


def provider_words(facts: ProviderFacts, choice: Choice | None, now: datetime) -> Words:
    """Everything about a provider that does not depend on their time."""
    credentials = credentials_today(facts, now)
    today = local_day(to_minute(now))
    codes = {code for service in facts.services for code in service.techniques}
    house = house_rules(db.session())
    pieces = standing_pieces(facts, codes, house, today, today, None)
    standing = pieces[0].techniques if pieces else frozenset()
    marks = evidence_line(facts, now)
    return {
        "provider": facts,
        "initials": initials(facts.name),
        "profession": profession_words(facts.profession),
        "kinds": kinds_line(facts.profession, provider_kinds(facts, today)),
        "languages": ", ".join(language_words(code) for code in facts.languages),
        "rating": rating_words(facts),
        "marks": [*marks, *evening_mark(facts, evenings_of(facts, house, today))],
        "five": five_things(facts, credentials, rating_words(facts), marks),
        "evidence": evidence_items(facts, credentials),
        "choice": choice,
        "call": _call(facts, choice),
        "prices": price_tables(facts, choice),
        "price_rules": price_rules(facts),
        "price_notice": None if choice is None else price_notice(facts.prices, choice.wish.setting, choice.wish.zip),
        "tax_line": tax_line(facts, today),
        "works_with": works_with(facts, standing, choice.condition if choice else None),
        "no_promise": NO_PROMISE,
        "answers": [{"question": _(questions()[one.code]), "text": one.text, "answered_on": one.answered_on} for one in facts.answers],
        "insurance": insurance_card(facts),
        "minors": _(policy_words(facts.youngest)),
        "places": place_rows(facts),
        "continuity": _continuity(facts, today),
        "comes_to": sorted({neighborhood_words(code) for zip_code in _covered(facts) for code in neighborhoods_of_zip(zip_code)}),
        "at_your_place": at_your_place(facts),
        "back": url_for("openings.search", **_back(choice)),
        "away": away_card(facts, now),
    }


def away_card(facts: ProviderFacts, now: datetime, week: Span | None = None) -> Words | None:
    """That they are away, now or soon or in the epoch minutes of a week, and who sees clients in the meantime."""
    away = shown_at(facts.aways, now) or (meeting(facts.aways, *week) if week else None)
    if away is None:
        return None
    colleague = url_for("openings.provider", slug=away.colleague_slug) if away.colleague_slug else None
    return {"words": away_words(away, now), "message": away.message, "href": colleague, "name": away.colleague_name}


def at_your_place(facts: ProviderFacts) -> list[str]:
    """What a client at home should know beforehand: when somebody will be at the door, and how late a visit begins."""
    area = facts.area
    if area is None or not facts.settings & MOBILE:
        return []
    said: list[str] = []
    minutes = area.early_minutes + area.setup_minutes
    if minutes:
        said.append(_("Arrives up to %(minutes)s minutes before the start to come up and set up.", minutes=minutes))
    if area.first_visit_minutes:
        said.append(_("For your first visit, %(minutes)s minutes earlier still, to talk.", minutes=area.first_visit_minutes))
    if area.latest_start_minute is not None:
        said.append(_("Visits at homes and hotels begin at %(time)s at the latest.", time=hour_words(area.latest_start_minute)))
    if area.first_visit_latest_minute is not None:
        said.append(_("Your first visit begins at %(time)s at the latest.", time=hour_words(area.first_visit_latest_minute)))
    return said


def _call(facts: ProviderFacts, choice: Choice | None) -> Words | None:
    """The free call before booking: the addresses of its starts and of the page without it, and whether its starts are what is shown."""
    if facts.call is None:
        return None
    own = Choice(facts, Wish(facts.call.code, CALL_MINUTES, PHONE), choice.condition if choice else None)
    shown = choice is not None and choice.wish.setting == PHONE
    visits: dict[str, Any] = {} if own.condition is None else {"condition": own.condition}
    back = url_for("openings.provider", slug=facts.slug, _anchor="times", **visits)
    return {"href": own.href(), "visits": back, "shown": shown, "minutes": CALL_MINUTES}


def _continuity(facts: ProviderFacts, today: date) -> Words | None:
    """Whether people who come back stay with this therapist, and for how long there have been visits here."""
    figure = current_continuity(facts.id)
    if figure is None:
        return None
    share = {"percent": figure.same_provider_percent, "count": figure.repeat_clients, "name": facts.name}
    since = {"months": figure.months(today), "day": date_words(figure.since)}
    return {
        "share": _("%(percent)s%% of %(count)s clients who had another visit had every one of them with %(name)s.", **share),
        "since": _("First visit booked here: %(day)s, %(months)s months ago.", **since),
    }


def _covered(facts: ProviderFacts) -> frozenset[str]:
    return facts.area.covered_zips if facts.area and facts.settings & MOBILE else frozenset()


def _back(choice: Choice | None) -> dict[str, Any]:
    """The search that may have led here."""
    if choice is None:
        return {}
    if choice.wish.setting == PHONE:
        return {"condition": choice.condition} if choice.condition else {}
    words = {"condition": choice.condition, "near": choice.wish.zip, "minutes": choice.wish.minutes, "setting": choice.wish.setting}
    return {name: word for name, word in words.items() if word}


def chosen_words(choice: Choice, starts_at: datetime, now: datetime) -> Words:
    """One start: its quote, its clock, and what the hold needs to know."""
    facts, wish = choice.facts, choice.wish
    service = offered_service(facts, wish)
    quote = quote_visit(
        facts, service, minutes=wish.minutes, setting=wish.setting, starts_at=starts_at, zip_code=wish.zip, taxes=taxes(), now=now,
        asked=Asked(wish.add_ons, wish.met),
    )  # fmt: skip
    clock = clock_words(quote.terms, now, what=noun(wish.setting))
    hidden = {**choice.words(), "provider": facts.slug, "starts_at": rfc3339(starts_at)}
    return {
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(minutes=whole_minutes(service, wish)),
        "service": service.name,
        "minutes": wish.minutes,
        "setting": wish.setting,
        "answer_by": _answer_by(facts, service, wish, starts_at, now),
        "where": where_words(wish.setting) + (f", {wish.zip}" if wish.zip else ""),
        "quote": quote,
        "clock": clock,
        "hidden": {name: hidden[name] for name in ("provider", "service", "minutes", "setting", "zip", "starts_at") if name in hidden},
        "href": choice.start_href(to_minute(starts_at)),
    }


def _answer_by(facts: ProviderFacts, service: ServiceFacts, wish: Wish, starts_at: datetime, now: datetime) -> datetime | None:
    """Until when the therapist would answer a request made now; None where the booking is confirmed at once."""
    if not service.by_request.asks(wish.setting, met=wish.met):
        return None
    return answer_due_at(now, starts_at, service.by_request, facts.rules.notice_minutes, now)


def may_book(facts: ProviderFacts, wish: Wish) -> bool:
    """Whether whoever asks may book a wish by themselves, as far as new clients are asked for more."""
    return wish.met or wish.setting == PHONE or facts.first_visits.allows(wish.minutes)


def first_visit_words(facts: ProviderFacts, choice: Choice | None) -> Words | None:
    """What the provider asks of new clients, the viewer among them: why nothing is shown, or what holds beside; else None."""
    rules = facts.first_visits
    if choice is None or choice.wish.met or choice.wish.setting == PHONE or rules == AS_ANY_VISIT:
        return None
    return {
        "refused": not may_book(facts, choice.wish),
        "online": rules.online,
        "lengths": rules.lengths if rules.least_minutes is not None or rules.most_minutes is not None else None,
        "payment": rules.payment,
        "deposit_percent": rules.deposit_percent,
        "phone": facts.rules.contact_phone,
        "email": facts.rules.contact_email,
    }
