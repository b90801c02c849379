"""The checkout: hold, health, consent, place and payment, review. It works without script; what was typed stays with the hold, sealed."""

from __future__ import annotations

import re
from datetime import datetime
from functools import cached_property, partial
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response as Answer
from wtforms.fields.choices import SelectChoice

from booking.appointments.actions.book import Booking, Made, book
from booking.appointments.actions.hold import HoldWish, hold_first_free, hold_time, keep_draft, release_hold
from booking.appointments.actions.hold_together import BasketWanted, drop_basket, hold_together
from booking.appointments.changes.pairing import BROUGHT, CoupleHeld, find_couple
from booking.appointments.forms.baskets import find_beside, forget_beside, remember_beside
from booking.appointments.forms.checkout import CodeForm, DetailsForm, PlaceForm, PlainForm, WishesForm, consent_form
from booking.appointments.forms.doors import place_of
from booking.appointments.forms.guarding import birth_form, consent_for, lacks_guardian
from booking.appointments.forms.health import asked, health_form, open_screens, read_answers
from booking.appointments.forms.paying import card_plan
from booking.appointments.forms.prescribing import kept_wishes, prescription_choices
from booking.appointments.forms.reading import base_url, doer, own_person_id, refuse_taken
from booking.appointments.models import Hold
from booking.appointments.queries import (
    BasketHeld,
    find_basket_of_hold,
    find_last_address,
    find_series_of_hold,
    get_hold,
    get_of_hold,
)
from booking.appointments.rules.baskets import MOST_TOGETHER, joins_others
from booking.appointments.rules.paying import AT_VISIT, CARD, Plan
from booking.appointments.rules.states import REQUESTED
from booking.coupons.queries import has_codes
from booking.guardians.actions import state_birth_date
from booking.guardians.forms import OptionalBirthDateForm
from booking.openings.forms.acquaintance import viewer_doors
from booking.openings.forms.anyone import read_anyone_of_page, wish_of
from booking.openings.forms.pages import KNOWN
from booking.openings.queries.searching import search
from booking.openings.rules.asking import Wish
from booking.quotes.rules.agreed import agreed_from_dict
from booking.quotes.rules.clock import clock_words
from booking.screening import catalogue
from booking.screening.actions import answer_screening
from booking.screening.queries import find_newest, find_screening
from booking.screening.rules.outcome import STOP, Submission
from marketplace import clock
from marketplace.accounts.actions.guests import GuestDetails, confirm_guest_code, set_guest_details
from marketplace.accounts.models import Person
from marketplace.db import db
from marketplace.kernel.errors import Conflict, Limited, Refusal, Refused
from marketplace.vault import vault
from marketplace.webkit.filters import rfc3339
from marketplace.webkit.identity import access, viewer
from marketplace.webkit.limits import limiter
from marketplace.webkit.reading import read_instant
from providers.places.forms import current_geocoder
from providers.places.gazetteer import find_zip
from providers.places.geocoders import resolve
from providers.profiles.queries import get_facts, load_facts
from providers.profiles.rules import MOBILE, ProviderFacts
from providers.services.catalogue import techniques
from providers.services.rules.calls import PHONE, noun
from providers.services.rules.requests import AT_ONCE, answer_due_at

blueprint = Blueprint("appointments", __name__)

Page = str | Answer | tuple[str, int]
# What the page of a start says by itself.
SAID_THERE = frozenset({"slot_taken", "outside_hours", "too_soon", "too_far_ahead", "not_reachable", "day_full"})


@blueprint.post("/hold")
@access("client", "anonymous")
@limiter.limit("60 per minute")
def hold() -> Answer:
    """Hold the chosen start. A visitor without an account becomes a guest; a refused start leads to its page with what else there is."""
    now, wished = clock.now(), _wished_start()
    beside = find_beside(now)
    try:
        refuse_taken(wished, now)
        if beside is not None:
            return _add(beside, wished, now)
        made = hold_time(wished, viewer().person_id, doer(), now)
    except (Conflict, Refused, Limited) as refusal:
        if refusal.code not in SAID_THERE:
            flash(refusal.sentence, "warning")
        return redirect(_start_page(wished.provider, wished.wish, wished.starts_at))
    return _to_checkout(made)


def _start_page(slug: str, wish: Wish, starts_at: datetime) -> str:
    """The page of one start: free or not, and what else there is."""
    words = {"service": wish.service, "minutes": wish.minutes, "setting": wish.setting, "zip": wish.zip}
    sent: dict[str, Any] = {name: word for name, word in words.items() if word}
    return url_for("openings.start", slug=slug, starts_at=rfc3339(starts_at), **sent)


@blueprint.post("/hold/any")
@access("client", "anonymous")
@limiter.limit("60 per minute")
def hold_any() -> Answer:
    """Hold the chosen start with whoever is free then; where nobody is any more, the search comes back."""
    now = clock.now()
    locate = partial(resolve, geocoder=current_geocoder())
    try:
        wanted = read_anyone_of_page(request.form, locate, now)
        found = search(db.session(), wanted.query, now, doors=viewer_doors()).items
        wishes = [HoldWish(one.facts.slug, wish_of(one), wanted.starts_at, _origin()) for one in found]
        beside = find_beside(now)
        if beside is not None and wishes:
            return _add(beside, wishes[0], now)
        made = hold_first_free(wishes, viewer().person_id, doer(), now)
    except (Conflict, Refused, Limited) as refusal:
        flash(refusal.sentence, "warning")
        asked: dict[str, Any] = {name: request.form.getlist(name) for name in KNOWN if name in request.form}
        return redirect(url_for("openings.search", **asked))
    return _to_checkout(made)


def _add(beside: Hold, wished: HoldWish, now: datetime) -> Answer:
    """Hold one more visit for a checkout that is under way, and go on where it was left."""
    hold_together(BasketWanted((wished,), beside.public_id), beside.person_id, doer(), now)
    forget_beside()
    return Checkout(beside.public_id).go_on()


def _to_checkout(made: Hold) -> Answer:
    """On to the first step; a new guest is remembered by this browser."""
    forget_beside()
    if made.person_id != viewer().person_id:
        session["guest"] = db.session.get_one(Person, made.person_id).public_id
    return redirect(url_for(".health", public_id=made.public_id))


def _origin() -> str | None:
    """A keyed hash of a guest's address; None for accounts."""
    return None if viewer().signed_in else vault().fingerprint(request.remote_addr or "", "origin")


def _wished_start() -> HoldWish:
    """The hidden fields of the start page. What cannot be read is Malformed or Refused, never guessed."""
    sent = request.form
    minutes, setting = sent.get("minutes", ""), sent.get("setting", "")
    area = find_zip(sent.get("zip", "")) if setting in MOBILE else None
    wish = Wish(sent.get("service", ""), int(minutes) if re.fullmatch(r"[0-9]{1,3}", minutes) else 0, setting, area.zip if area else None)
    return HoldWish(sent.get("provider", ""), wish, read_instant(sent.get("starts_at", "")), _origin())


class Checkout:
    """One hold in checkout: its draft, its provider, and what every step shows beside the form."""

    def __init__(self, public_id: str) -> None:
        self.now = clock.now()
        self.person_id = own_person_id()
        self.hold: Hold = get_hold(db.session(), public_id, self.person_id)
        self.facts: ProviderFacts = get_facts(db.session(), self.hold.provider_id)
        self.draft: dict[str, Any] = dict(self.hold.draft or {})
        self.person = db.session.get_one(Person, self.person_id)

    @cached_property
    def together(self) -> tuple[Hold, ...]:
        """The visits that are booked with this one, itself among them, in order; none where it is held alone."""
        found = self.couple or self.basket or find_series_of_hold(db.session(), self.hold.id)
        return found.holds if found and len(found.holds) > 1 else ()

    @cached_property
    def couple(self) -> CoupleHeld | None:
        """Both holds of two people side by side; None where one person comes."""
        return find_couple(db.session(), self.hold.id)

    @cached_property
    def brought(self) -> str:
        """The name of whoever is brought along, as it was given."""
        return (self.couple.second.draft or {}).get(BROUGHT, {}).get("name", "") if self.couple else ""

    @cached_property
    def basket(self) -> BasketHeld | None:
        """The different visits of this checkout, where there are several or were."""
        return find_basket_of_hold(db.session(), self.hold.id)

    @cached_property
    def visits(self) -> list[dict[str, Any]]:
        """Each of several different visits with its therapist and what canceling it costs when; none of a series or a single one."""
        if (self.basket is None and self.couple is None) or not self.together:
            return []
        ids = {hold.provider_id for hold in self.together}
        whose = self.basket.providers if self.basket else {one.id: one for one in load_facts(db.session(), ids)}
        words = {hold.id: clock_words(agreed_from_dict(hold.terms), self.now) for hold in self.together}
        return [{"hold": hold, "provider": whose[hold.provider_id], "clock": words[hold.id]} for hold in self.together]

    @property
    def can_add(self) -> bool:
        """Whether another visit can be held for the same checkout."""
        planned = self.together and self.basket is None  # a series, or two side by side
        few = len(self.together) < MOST_TOGETHER
        return few and not (planned or self.is_call or self.ended) and joins_others(self.hold.created_at, self.hold.expires_at)

    @property
    def has_add_ons(self) -> bool:
        """Whether there is something that can be added to the visit."""
        service = self.facts.service(self.hold.service_code)
        return service is not None and bool(service.add_ons)

    @cached_property
    def takes_codes(self) -> bool:
        """Whether the therapist has given out discount codes."""
        return not self.is_call and has_codes(db.session(), self.hold.provider_id)

    @property
    def at_home(self) -> Hold | None:
        """A visit at the client's place, for which the address is asked."""
        return next((one for one in (self.hold, *self.together) if one.setting in MOBILE), None)

    @property
    def total_cents(self) -> int:
        """The whole price of everything that is held together."""
        return sum(hold.quote["total_cents"] for hold in self.together or (self.hold,))

    @cached_property
    def plan(self) -> Plan:
        """What is asked of a card for everything that is held together; nothing while cards are off, and none of a call."""
        return card_plan(self.together or (self.hold,), self.draft.get("method") or AT_VISIT, self.now)

    @property
    def may_choose(self) -> bool:
        """Whether the client may pay by card or at the visit, as they like."""
        holds = self.together or (self.hold,)
        return bool(card_plan(holds, CARD, self.now).parts) and not card_plan(holds, AT_VISIT, self.now).parts

    @property
    def answer_by(self) -> datetime:
        """Until when the therapist would answer what is asked for now, where they confirm each booking."""
        service, rules = self.facts.service(self.hold.service_code), self.facts.rules
        rule = service.by_request if service else AT_ONCE
        return answer_due_at(self.now, self.hold.starts_at, rule, rules.notice_minutes, self.now)

    @property
    def ended(self) -> bool:
        """Whether the time is no longer held."""
        return self.hold.state != "live" or self.now >= self.hold.expires_at

    def keep(self, **more: Any) -> None:
        """Keep what was typed with the hold."""
        keep_draft(self.hold.public_id, self.person_id, more)
        self.draft.update(more)

    @property
    def is_call(self) -> bool:
        """Whether a call is held, which has steps of its own."""
        return self.hold.setting == PHONE

    @property
    def steps(self) -> tuple[Any, ...]:
        """What the steps before the last one have left in the draft."""
        if self.is_call:
            return (self.draft.get("call"),)
        where = self.at_home is None or self.draft.get("place")
        return self.draft.get("screening"), self.draft.get("consent"), self.draft.get("place_done") and where

    @property
    def ready(self) -> bool:
        """Whether only the last yes is missing."""
        return all(self.steps)

    @property
    def done(self) -> int:
        """How many of the steps before the last one are finished."""
        steps = self.steps
        return next((number for number, value in enumerate(steps) if not value), len(steps))

    def page(self, template: str, current: int, **more: Any) -> str:
        """A step's page."""
        words = clock_words(agreed_from_dict(self.hold.terms), self.now, what=noun(self.hold.setting))
        return render_template(
            f"checkout/{template}.html",
            checkout=self,
            hold=self.hold,
            provider=self.facts,
            quote=self.hold.quote,
            clock=words,
            current=current,
            **more,
        )

    def go_on(self) -> Answer:
        """Go to the first step that is not finished."""
        return self.to(("health", "consent", "place", "review")[self.done])

    def to(self, step: str, **more: Any) -> Answer:
        """Go to another step."""
        return redirect(url_for(f".{step}", public_id=self.hold.public_id, **more))


def _begin(public_id: str) -> Checkout | Answer:
    """The checkout of a visit; the one of a call has other steps."""
    checkout = begin(public_id)
    if isinstance(checkout, Checkout) and checkout.is_call:
        return redirect(url_for("calls.details", public_id=public_id))
    return checkout


def begin(public_id: str) -> Checkout | Answer:
    """The checkout, or the way on for a hold that is booked, ended or never was this viewer's."""
    checkout = Checkout(public_id)
    if checkout.hold.state == "booked":
        flash(_("This time is booked already."), "info")
        return redirect(_visit_of(checkout))
    if checkout.ended:
        flash(_("This time is no longer held for you. Your answers are kept."), "warning")
        held = checkout.hold
        wish = Wish(held.service_code, held.minutes, held.setting, held.zip if held.setting in MOBILE else None)
        return redirect(_start_page(checkout.facts.slug, wish, held.starts_at))
    return checkout


def _visit_of(checkout: Checkout) -> str:
    """Where the visit is that this hold became. A guest's secret is known to the browser that booked, and to the letter."""
    if viewer().signed_in:
        return url_for("visits.show", public_id=get_of_hold(db.session(), checkout.hold.id).appointment.public_id)
    booked, key = session.get("guest_visit", (None, ""))
    return url_for("visits.guest", key=key) if booked == checkout.hold.public_id else url_for("openings.home")


@blueprint.route("/checkout/<public_id>/health", methods=["GET", "POST"])
@access("client", "anonymous")
def health(public_id: str) -> Page:
    """One screen of health questions; the last one judges. Valid answers of an earlier visit only have to be confirmed."""
    checkout = _begin(public_id)
    if not isinstance(checkout, Checkout):
        return checkout
    form, answers = catalogue.form(), dict(checkout.draft.get("health") or {})
    screens = open_screens(form, answers)
    code = request.args.get("screen") or ""
    if not code and request.method == "GET" and not answers:
        earlier = find_newest(db.session(), checkout.person_id, checkout.now)
        if earlier is not None and earlier.outcome != STOP:
            return checkout.page("health_again", 1, form=PlainForm(), screening=earlier, first=screens[0])
    if code not in screens:
        code = screens[0]
    questions = asked(form, answers, code)
    shown = health_form(questions, answers, catalogue.body_map())
    if not shown.validate_on_submit():
        number = screens.index(code)
        previous = screens[number - 1] if number else None
        title = next(screen.title for screen in form.screens if screen.code == code)
        page = checkout.page(
            "health", 1, form=shown, questions=questions, title=title, number=number + 1, total=len(screens), previous=previous, screen=code
        )
        return (page, 422) if shown.errors else page
    for question in questions:
        answers.pop(question.code, None)
    answers |= read_answers(shown, questions)
    checkout.keep(health=answers, screening=None)
    return _next_screen(checkout, answers, code)


def _next_screen(checkout: Checkout, answers: dict[str, Any], code: str) -> Page:
    """The next screen that has something to ask; this one again where an answer opened another question; after the last, the outcome."""
    form = catalogue.form()
    if any(question.code not in answers and question.required for question in asked(form, answers, code)):
        return checkout.to("health", screen=code)
    screens = open_screens(form, answers)
    following = screens[screens.index(code) + 1 :]
    stops = _judge(checkout, answers) if not following or _stops_already(answers) else False
    if stops:
        return checkout.to("stop")
    return checkout.to("health", screen=following[0]) if following else checkout.to("consent")


def _stops_already(answers: dict[str, Any]) -> bool:
    """Whether what was answered so far means stop: then nobody has to answer the rest."""
    today = set(catalogue.rules())
    yes = {code for code, value in answers.items() if value in (True, "unsure") and code in today}
    return any(catalogue.rules()[code].action == "block" for code in yes)


def _judge(checkout: Checkout, answers: dict[str, Any]) -> bool:
    """Keep the screening; whether its outcome is stop."""
    screened = answer_screening(Submission(answers, _marks(answers), ()), checkout.person_id, viewer().actor, checkout.now)
    checkout.keep(screening=screened.screening.public_id)
    return screened.outcome.outcome == STOP


def _marks(answers: dict[str, Any]) -> list[dict[str, Any]]:
    """Areas ticked in the list count as marks for the question they answer."""
    return [{"region": region, "for": code} for code, value in answers.items() if isinstance(value, list) for region in value]


@blueprint.post("/checkout/<public_id>/health/again")
@access("client", "anonymous")
def health_again(public_id: str) -> Page:
    """The earlier answers still hold."""
    checkout = _begin(public_id)
    if not isinstance(checkout, Checkout):
        return checkout
    earlier = find_newest(db.session(), checkout.person_id, checkout.now)
    if earlier is None or earlier.outcome == STOP:
        return checkout.to("health")
    checkout.keep(screening=earlier.public_id)
    return checkout.to("consent")


@blueprint.route("/checkout/<public_id>/stop", methods=["GET", "POST"])
@access("client", "anonymous")
def stop(public_id: str) -> Page:
    """No visit now: what to do, kindly, and no slot; a wrong answer can be put right."""
    checkout = Checkout(public_id)
    screening = find_screening(db.session(), str(checkout.draft.get("screening") or ""), checkout.person_id)
    if screening is None or screening.outcome != STOP:
        return checkout.to("health")
    form = PlainForm()
    if form.validate_on_submit():
        checkout.keep(health=None, screening=None)
        return checkout.to("health") if not checkout.ended else redirect(url_for("openings.provider", slug=checkout.facts.slug))
    advice = catalogue.advice()[screening.result["advice"] or "see_physician"]
    return checkout.page("stop", 1, form=form, result=screening.result, advice=advice)


@blueprint.route("/checkout/<public_id>/consent", methods=["GET", "POST"])
@access("client", "anonymous")
def consent(public_id: str) -> Page:
    """The consent text of today."""
    checkout = _begin(public_id)
    if not isinstance(checkout, Checkout):
        return checkout
    if checkout.done < 1:
        return checkout.to("health")
    text = consent_for(checkout.person_id, checkout.now)
    given = checkout.draft.get("consent") or {}
    form = consent_form(text, given.get("sections", ()))
    if form.validate_on_submit():
        chosen = [section.code for section in text.sections if not section.required and form[section.code].data]
        checkout.keep(consent={"version": text.version, "sections": chosen})
        return checkout.to("place")
    page = checkout.page("consent", 2, form=form, consent=text)
    return (page, 422) if form.errors else page


@blueprint.route("/checkout/<public_id>/place", methods=["GET", "POST"])
@access("client", "anonymous")
def place(public_id: str) -> Page:
    """Address of a mobile visit, wishes, a guest's details; payment is at the visit."""
    checkout = _begin(public_id)
    if not isinstance(checkout, Checkout):
        return checkout
    if checkout.done < 2:
        return checkout.to("consent" if checkout.done else "health")
    address = PlaceForm(data=_known_address(checkout)) if checkout.at_home else None
    wishes = WishesForm(data=checkout.draft.get("wishes") or {})
    wishes.technique.choices = [SelectChoice("", _("Decide together at the visit")), *_techniques(checkout)]
    wishes.prescription.choices = prescription_choices(checkout.person_id, checkout.hold.starts_at)
    details = None if checkout.person.account_id is not None else DetailsForm(data=_known_details(checkout.person))
    born = birth_form(checkout.person_id)
    forms = [form for form in (address, wishes, details, born) if form is not None]
    # Every part is checked, so that all faults are shown at once.
    whole = request.method == "POST" and all([form.validate_on_submit() for form in forms])  # noqa: C419
    if whole and _keep_place(checkout, address, wishes, details, born):
        return checkout.to("review")
    page = checkout.page("place", 3, address=address, wishes=wishes, details=details, born=born, forms=forms)
    return (page, 422) if any(form.errors for form in forms) else page


def _known_address(checkout: Checkout) -> dict[str, Any]:
    """What was typed in this checkout, else the address of the last such visit in this ZIP area."""
    held = checkout.at_home or checkout.hold
    return checkout.draft.get("place") or find_last_address(db.session(), checkout.person_id, held.setting, held.zip) or {}


def _known_details(person: Person) -> dict[str, str]:
    return {"name": person.name, "email": person.email or "", "phone": person.phone or ""}


def _techniques(checkout: Checkout) -> list[SelectChoice]:
    service = checkout.facts.service(checkout.hold.service_code)
    return [SelectChoice(code, techniques()[code].name) for code in (service.techniques if service else ())]


def _keep_place(
    checkout: Checkout, address: PlaceForm | None, wishes: WishesForm, details: DetailsForm | None, born: OptionalBirthDateForm | None
) -> bool:
    """Keep the step; false with a message at the field where a detail cannot be used."""
    if born is not None and born.born_on.data is not None:
        try:
            state_birth_date(checkout.person_id, born.born_on.data, viewer().actor, checkout.now)
        except Refusal as refusal:
            show_refusal(born, refusal)
            return False
    if details is not None:
        try:
            given = GuestDetails(details.name.data or "", details.email.data or "", details.phone.data or "")
            set_guest_details(checkout.person_id, given, checkout.now)
        except Refusal as refusal:
            show_refusal(details, refusal)
            return False
    names = ("line1", "unit", "access", "door_minutes")
    kept = {name: getattr(address, name).data for name in names} if address is not None else None
    checkout.keep(place=kept, wishes=kept_wishes(wishes), place_done=True, method=chosen_method())
    return True


def chosen_method() -> str:
    """How the client wants to pay, where there is a choice."""
    return CARD if request.form.get("method") == CARD else AT_VISIT


def show_refusal(form: FlaskForm, refusal: Refusal) -> None:
    """Put a verb's refusal where the person looks: at the field, or above the form."""
    named = [fault for fault in refusal.faults if fault.field in form]
    for fault in named:
        form[fault.field].errors = [*form[fault.field].errors, fault.message]
    if not named:
        form.form_errors.append(refusal.sentence)


@blueprint.route("/checkout/<public_id>/review", methods=["GET", "POST"])
@access("client", "anonymous")
def review(public_id: str) -> Page:
    """Everything on one page, and the last yes. A guest's code from the letter is asked here."""
    checkout = _begin(public_id)
    if not isinstance(checkout, Checkout):
        return checkout
    if checkout.done < 3:
        return checkout.to(("health", "consent", "place")[checkout.done])
    if lacks_guardian(checkout.person_id, checkout.together or (checkout.hold,)):
        flash(_("Somebody under 18 is booked once a parent or guardian has agreed."), "warning")
        return redirect(url_for("guardians.index", hold=public_id))
    form = code_or_plain(checkout)
    if form.validate_on_submit():
        booked = finish(checkout, form, booking_of(checkout))
        if booked is not None:
            return booked
    screening = find_screening(db.session(), checkout.draft["screening"], checkout.person_id)
    page = checkout.page("review", 4, form=form, screening=screening, techniques=techniques())
    return (page, 422) if form.errors else page


def code_or_plain(checkout: Checkout) -> FlaskForm:
    """The form of the last yes: a guest who has not shown yet that the address is theirs types the code of the letter."""
    needs_code = checkout.person.email_confirmed_at is None
    if needs_code and checkout.person.account_id is not None:
        flash(_("Confirm your e-mail address first: the link is in the letter we sent when you signed up."), "warning")
    return CodeForm() if needs_code and checkout.person.account_id is None else PlainForm()


def finish(checkout: Checkout, form: FlaskForm, wanted: Booking) -> Answer | None:
    """Book what is held and go to its page; None with a message in the form where something is in the way."""
    brought = checkout.brought
    try:
        if isinstance(form, CodeForm):
            confirm_guest_code(checkout.person_id, form.code.data or "", checkout.now)
        if checkout.plan.parts:
            return redirect(url_for("paying.pay_page", public_id=checkout.hold.public_id))
        made = book(wanted, checkout.person_id, doer(), base_url(), checkout.now)
    except Refusal as refusal:
        show_refusal(form, refusal)
        return None
    return to_booked(checkout, made, brought)


def to_booked(checkout: Checkout, made: Made, brought: str = "") -> Answer:
    """On to the page of what was booked, with a word about it."""
    if brought:
        told = _("Both times are kept. %(name)s has a letter with a link of their own: their answers confirm both.", name=brought)
        flash(told, "good")
    elif checkout.together:
        count = len(checkout.together)
        if made.booked.appointment.status == REQUESTED or any(one.by_request for one in checkout.together):
            flash(_("All %(count)s visits are in. Those that somebody confirms first say so in their letters.", count=count), "good")
        else:
            flash(_("Booked, all %(count)s visits. A letter with a calendar file is on its way for each.", count=count), "good")
    elif made.booked.appointment.status == REQUESTED:
        flash(_("Your request is in, and the time is kept for you. A letter is on its way."), "good")
    else:
        flash(_("Booked. The letter with the calendar file is on its way."), "good")
    if made.guest_key:
        session["guest_visit"] = (checkout.hold.public_id, made.guest_key)
        return redirect(url_for("visits.guest", key=made.guest_key))
    return redirect(url_for("visits.show", public_id=made.booked.appointment.public_id))


@blueprint.post("/checkout/<public_id>/code")
@access("client", "anonymous")
def send_code(public_id: str) -> Page:
    """Another code for a guest whose letter is lost, too old, or whose guesses are used up."""
    checkout = _begin(public_id)
    if not isinstance(checkout, Checkout):
        return checkout
    if checkout.ready and checkout.person.account_id is None:
        send_new_code(checkout)
    return checkout.to("review")


def send_new_code(checkout: Checkout) -> None:
    """Send a guest another code, and say so."""
    person = checkout.person
    try:
        set_guest_details(person.id, GuestDetails(person.name, person.email or "", person.phone or ""), checkout.now)
    except Refusal as refusal:
        flash(refusal.sentence, "warning")
    else:
        flash(_("A new code is on its way. The old one no longer works."), "good")


def booking_of(checkout: Checkout, method: str = AT_VISIT) -> Booking:
    """What was given in the steps, as one value."""
    draft, kept = checkout.draft, checkout.draft.get("place")
    wishes = draft.get("wishes") or {}
    held = checkout.at_home or checkout.hold
    where = place_of(kept, held.zip) if kept else None
    return Booking(
        hold=checkout.hold.public_id,
        screening=draft["screening"],
        consent_version=draft["consent"]["version"],
        consent_accepted=True,
        consent_sections=tuple(draft["consent"]["sections"]),
        payment_method=method,
        place=where,
        technique=wishes.get("technique") or None,
        note=wishes.get("note") or None,
        prescription=wishes.get("prescription") or None,
        guest=checkout.person.account_id is None,
    )


@blueprint.post("/checkout/<public_id>/release")
@access("client", "anonymous")
def release(public_id: str) -> Answer:
    """Let everything go that is held for this checkout."""
    checkout = Checkout(public_id)
    if checkout.basket is not None:
        drop_basket(checkout.basket.basket.public_id, checkout.person_id, doer(), checkout.now)
    else:
        release_hold(public_id, checkout.person_id, doer(), checkout.now)
    flash(_("The time is free again."), "info")
    return redirect(url_for("openings.home"))


@blueprint.post("/checkout/<public_id>/more")
@access("client", "anonymous")
def add_more(public_id: str) -> Page:
    """Look for another visit: the next start that is held joins this checkout."""
    checkout = _begin(public_id)
    if not isinstance(checkout, Checkout):
        return checkout
    if not checkout.can_add:
        flash(_("No other visit can be added here. Book this first."), "warning")
        return checkout.go_on()
    remember_beside(public_id)
    near = checkout.hold.zip or ""
    return redirect(url_for("openings.search", setting=checkout.hold.setting, near=near, minutes=checkout.hold.minutes))


@blueprint.post("/checkout/<public_id>/enough")
@access("client", "anonymous")
def enough(public_id: str) -> Page:
    """No other visit after all."""
    forget_beside()
    checkout = _begin(public_id)
    return checkout.go_on() if isinstance(checkout, Checkout) else checkout


@blueprint.post("/checkout/<public_id>/drop")
@access("client", "anonymous")
def drop(public_id: str) -> Page:
    """Take one visit out of a checkout; the others stay held."""
    checkout = _begin(public_id)
    if not isinstance(checkout, Checkout):
        return checkout
    left_out = request.form.get("visit", "")
    rest = [one for one in checkout.together if one.public_id != left_out]
    if checkout.basket is None or not rest or len(rest) == len(checkout.together):
        return checkout.go_on()
    release_hold(left_out, checkout.person_id, doer(), checkout.now)
    flash(_("That time is free again. The rest is still yours."), "info")
    stays = public_id if public_id != left_out else rest[0].public_id
    return Checkout(stays).go_on()
