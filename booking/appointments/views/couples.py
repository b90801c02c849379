"""Two people side by side: looking for a start, holding both, and the page on which the second person answers for themselves."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Answer

from booking.appointments.actions.answer_half import HalfGiven, answer_half
from booking.appointments.actions.hold_couple import CoupleWanted, hold_couple
from booking.appointments.changes.history import Doer
from booking.appointments.changes.holding import HoldWish
from booking.appointments.changes.pairing import visits_beside
from booking.appointments.forms.baskets import forget_beside
from booking.appointments.forms.checkout import consent_form
from booking.appointments.forms.couples import WhoElseForm, beside_advice, chosen_words, marks_of, questions_for, read_chosen, read_two
from booking.appointments.forms.guarding import consent_for
from booking.appointments.forms.health import health_form, read_answers
from booking.appointments.forms.reading import base_url, doer
from booking.appointments.queries import Booked, get_by_guest_key, may_hold
from booking.appointments.rules.couples import answers_are_due
from booking.appointments.rules.states import CANCELLED, REQUESTED
from booking.appointments.views.checkout import show_refusal
from booking.openings.forms.acquaintance import viewer_doors
from booking.openings.queries.listing import judge_opening, quote_start
from booking.openings.queries.pairs import pairs_free
from booking.openings.rules.doors import at_their_door
from booking.openings.rules.pairs import Pair, Side, in_one_place
from booking.openings.rules.prices import WholePrices
from booking.openings.rules.question import Judgement
from booking.openings.views.words import initials, profession_words
from booking.quotes.catalogue import taxes
from booking.quotes.rules.agreed import agreed_from_dict
from booking.quotes.rules.clock import clock_words
from booking.quotes.rules.pricing import quote_to_dict
from booking.screening import catalogue
from booking.screening.actions import answer_screening
from booking.screening.rules.outcome import Submission
from marketplace import clock
from marketplace.accounts.models import Person
from marketplace.db import db
from marketplace.kernel.errors import Refusal, Refused
from marketplace.kernel.walltime import from_minute
from marketplace.vault import secret_hash, vault
from marketplace.webkit.filters import rfc3339
from marketplace.webkit.identity import ANYONE, access, viewer
from marketplace.webkit.limits import limiter
from providers.places import gazetteer
from providers.places.forms import current_geocoder
from providers.places.geocoders import resolve
from providers.profiles.queries import get_listed_facts
from providers.profiles.rules import MOBILE, ProviderFacts
from providers.services import catalogue as services

blueprint = Blueprint("couples", __name__)
MOST_PAIRS, SHOWN_STARTS = 12, 3
Page = str | Answer | tuple[str, int]


@blueprint.get("/for-two")
@access(ANYONE)
@limiter.limit("60 per minute")
def search() -> Page:
    """Pairs of therapists who are free side by side, the soonest first; every start can be held as it is shown."""
    now, beside = clock.now(), request.args.get("provider") or None
    typed = read_two(request.args, partial(resolve, geocoder=current_geocoder()), now)
    found = [] if typed.asked is None else pairs_free(db.session(), typed.asked.query, now, MOST_PAIRS, beside, viewer_doors())
    named = {name: typed.fields.get(name, "") for name in ("condition", "near", "when", "date", "minutes", "setting")}
    page = render_template(
        "couples/search.html",
        query={**named, "errors": {name: _("Look again") for name in typed.faults}},
        conditions=[{"code": one.code, "name": one.name} for one in sorted(services.conditions().values(), key=lambda one: one.name)],
        places=[hood.name for hood in gazetteer.neighborhoods()],
        faults=list(typed.faults.values()),
        pairs=[words for pair in found if (words := _pair_words(pair, now)) is not None],
        beside=beside,
    )
    return page if typed.asked is not None else (page, 422)


def _pair_words(pair: Pair, now: datetime) -> dict[str, Any] | None:
    """A pair for the page; None where this viewer may hold none of its starts."""
    allowed = may_hold(db.session(), viewer().person_id, now)
    sides = (pair.first, pair.second)
    starts = [start for start in pair.starts if all(allowed(side.facts, side.wish, start) for side in sides)]
    if not starts:
        return None
    cents = [_cents_of(side, now) for side in sides]
    place, own = pair.first.place_of(starts[0]), pair.first.wish
    asked = _words_of(pair)
    return {
        "names": [side.facts.name for side in sides],
        "people": [{"name": side.facts.name, "initials": initials(side.facts.name), "slug": side.facts.slug} for side in sides],
        "professions": [profession_words(side.facts.profession) for side in sides],
        "place": place.name if place is not None and own.setting not in MOBILE else None,
        "setting": own.setting,
        "zip": own.zip,
        "minutes": own.minutes,
        "cents": [price(starts[0]) for price in cents],
        "more": len(starts) > SHOWN_STARTS,
        "starts": [
            {
                "starts_at": from_minute(start),
                "total_cents": sum(price(start) for price in cents),
                "provider_name": " + ".join(side.facts.name for side in sides),
                "href": url_for(".start", starts_at=rfc3339(from_minute(start)), **asked),
            }
            for start in starts[:SHOWN_STARTS]
        ],
    }


def _cents_of(side: Side, now: datetime) -> Any:
    service = side.facts.service(side.wish.service)
    if service is None:
        raise Refused("unknown_service", "This service is not offered any more.")
    return WholePrices(side.facts, service, side.wish, taxes()).at(now)


def _words_of(pair: Pair) -> dict[str, Any]:
    at = from_minute(pair.starts[0])
    own, other = (HoldWish(side.facts.slug, side.wish, at) for side in (pair.first, pair.second))
    return dict(chosen_words(own, other))


@blueprint.route("/for-two/start", methods=["GET", "POST"])
@access("client", "anonymous")
@limiter.limit("60 per minute")
def start() -> Page:
    """One start for two: what each visit costs, and who comes along. The button holds both."""
    now, sent = clock.now(), request.form if request.method == "POST" else request.args
    own, other = read_chosen(sent, None if viewer().signed_in else vault().fingerprint(request.remote_addr or "", "origin"))
    visits, judged = _judged(own, other, now)
    form = WhoElseForm()
    if form.validate_on_submit():
        try:
            held = hold_couple(CoupleWanted(own, other, form.name.data or "", form.email.data or ""), viewer().person_id, doer(), now)
        except Refusal as refusal:
            db.session.rollback()
            show_refusal(form, refusal)
        else:
            forget_beside()
            if held.first.person_id != viewer().person_id:
                session["guest"] = db.session.get_one(Person, held.first.person_id).public_id
            return redirect(url_for("appointments.health", public_id=held.first.public_id))
    words = chosen_words(own, other)
    swapped: dict[str, Any] = chosen_words(replace(other, wish=other.wish), replace(own, wish=own.wish))
    wish = own.wish
    back: dict[str, Any] = {"setting": wish.setting, "minutes": wish.minutes, "near": wish.zip or ""}
    page = render_template(
        "couples/start.html",
        form=form,
        visits=visits,
        refused=next((one.sentence for one in judged if not one.ok), None),
        starts_at=own.starts_at,
        setting=wish.setting,
        zip=wish.zip,
        hidden={**words, "starts_at": rfc3339(own.starts_at)},
        swap=url_for(".start", starts_at=rfc3339(own.starts_at), **swapped),
        back=url_for(".search", **back),
        total_cents=sum(one["quote"]["total_cents"] for one in visits if one["quote"]),
    )
    return (page, 422) if form.errors else page


def _judged(own: HoldWish, other: HoldWish, now: datetime) -> tuple[list[dict[str, Any]], list[Judgement]]:
    """Both visits with their prices, and whether each can be held; a past start has no price. Raises NotFound, Refused."""
    facts = [get_listed_facts(db.session(), one.provider) for one in (own, other)]
    wishes = [at_their_door(viewer_doors(), who.id, one.wish) for who, one in zip(facts, (own, other), strict=True)]
    judged = [judge_opening(db.session(), who, wish, own.starts_at, now) for who, wish in zip(facts, wishes, strict=True)]
    if all(one.ok for one in judged) and own.wish.setting not in MOBILE and not _beside(facts, judged):
        judged[1] = Judgement(ok=False, code="outside_hours", sentence=_("These two therapists are not in one place at that time."))
    visits = [
        {
            "provider": who,
            "initials": initials(who.name),
            "service": service.name if (service := who.service(one.wish.service)) else "",
            "minutes": one.wish.minutes,
            "by_request": service is not None and service.by_request.asks(one.wish.setting, met=False),
            "quote": quote_to_dict(quote_start(who, one.wish, one.starts_at, now)) if one.starts_at >= now else None,
        }
        for who, one in zip(facts, (own, other), strict=True)
    ]
    return visits, judged


def _beside(facts: list[ProviderFacts], judged: list[Judgement]) -> bool:
    one, other = (
        next((place for place in who.places if place.id == judgement.place_id), None) for who, judgement in zip(facts, judged, strict=True)
    )
    return in_one_place(one, other)


@blueprint.route("/visits/<key>/answers", methods=["GET", "POST"])
@access("anyone")
@limiter.limit("60 per minute")
def answers(key: str) -> Page:
    """The health questions and the consent of whoever was brought along, on a page that only their letter leads to."""
    booked, now = get_by_guest_key(db.session(), secret_hash(key)), clock.now()
    visit = booked.appointment
    if visit.status != REQUESTED or not answers_are_due(visit.attention):
        return redirect(url_for("visits.guest", key=key))
    form, text = catalogue.form(), consent_for(booked.person.id, now)
    questions = questions_for(form, request.form)
    health, consent = health_form(questions, {}, catalogue.body_map()), consent_form(text, ())
    # Both parts are checked, so that all faults are shown at once.
    if request.method == "POST" and all([part.validate_on_submit() for part in (health, consent)]):  # noqa: C419
        chosen = tuple(section.code for section in text.sections if not section.required and consent[section.code].data)
        given = HalfGiven("", text.version, consent_accepted=True, consent_sections=chosen)
        try:
            return _take(booked, key, read_answers(health, questions), given, now)
        except Refusal as refusal:
            show_refusal(health, refusal)
    page = render_template(
        "couples/answers.html", booked=booked, visit=visit, form=health, consent_form=consent, questions=questions, consent=text,
        screens=form.screens, beside=visits_beside(db.session(), [visit]).get(visit.id),
        clock=clock_words(agreed_from_dict(visit.terms), now),
    )  # fmt: skip
    return (page, 422) if health.errors or consent.errors else page


def _take(booked: Booked, key: str, said: dict[str, Any], given: HalfGiven, now: datetime) -> Page:
    """Keep the answers and let them count; where a massage would not be safe, say so and what to do instead."""
    guest = Doer("client", f"person:{booked.person.id}")
    screened = answer_screening(Submission(said, marks_of(said), ()), booked.person.id, guest.name, now)
    done = answer_half(booked.appointment.public_id, replace(given, screening=screened.screening.public_id), guest, base_url(), now)
    if done.appointment.status == CANCELLED:
        advice = catalogue.advice()[beside_advice(screened.screening.result["advice"])]
        return render_template("couples/stop.html", advice=advice, result=screened.screening.result)
    if done.appointment.status == REQUESTED:
        flash(_("Thank you. We write to you as soon as both visits are confirmed."), "good")
    else:
        flash(_("Thank you. Both visits are confirmed. The letter with the calendar file is on its way."), "good")
    return redirect(url_for("visits.guest", key=key))
