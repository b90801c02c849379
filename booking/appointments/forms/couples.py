"""Two people side by side, as the page and programs ask for them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import EmailField, StringField
from wtforms.validators import InputRequired, Length

from booking.appointments.actions.answer_half import HalfGiven
from booking.appointments.actions.hold_couple import LONGEST_NAME, CoupleWanted
from booking.appointments.changes.holding import HoldWish
from booking.appointments.forms.health import asked
from booking.openings.forms.pages import Typed, read_page
from booking.openings.forms.searching import Asked, Locate, read_search
from booking.openings.rules.asking import Wish
from booking.openings.rules.wanted import SETTINGS
from booking.screening.rules.form import Form, Question
from booking.screening.rules.outcome import ADULTS_ONLY, Submission
from marketplace.kernel.errors import FieldFault, Malformed, Refused
from marketplace.webkit.reading import Fields, read_instant
from providers.places.gazetteer import find_zip
from providers.profiles.rules import MOBILE

TWO_SEARCH = ("near", "radius_km", "from", "to", "part", "minutes", "setting", "gender", "language", "limit", "provider")
ONE_SETTING = "Say where: at a clinic, a home, an office or a hotel."


class WhoElseForm(FlaskForm):
    """Who is brought along."""

    name = StringField(
        _l("The other person's name"),
        validators=[InputRequired(_l("Give the other person's name.")), Length(max=LONGEST_NAME)],
        render_kw={"autocomplete": "off"},
    )
    email = EmailField(
        _l("Their e-mail"),
        validators=[InputRequired(_l("Give their e-mail address.")), Length(max=254)],
        description=_l("They get a link of their own to the health questions. You never see their answers."),
        render_kw={"autocomplete": "off"},
    )


def read_two(args: MultiDict[str, str], locate: Locate, now: datetime) -> Typed:
    """The page's query string; whoever names no setting, or a call, means a clinic."""
    wanted = MultiDict(args)
    settings = [setting for setting in wanted.getlist("setting") if setting in SETTINGS]
    wanted.setlist("setting", settings[:1] or ["clinic"])
    wanted.poplist("cursor")
    return read_page(wanted, locate, now)


def read_two_search(args: MultiDict[str, str], locate: Locate, now: datetime) -> tuple[Asked, str | None]:
    """The parameters of `GET /couples/openings`: where, when and how long as in a search, in one setting, and `provider`.

    Raises what a search does.
    """
    for name in args:
        if name not in TWO_SEARCH:
            raise Malformed("unknown_field", f"There is no parameter {name}.", faults=[FieldFault(name, "There is no such parameter.")])
    rest = MultiDict(args)
    beside = rest.poplist("provider")
    found = read_search(rest, locate, now)
    if len(found.query.settings) != 1 or found.query.for_calls:
        raise Refused("invalid", ONE_SETTING, faults=[FieldFault("setting", ONE_SETTING)])
    return found, beside[0] if beside else None


def read_chosen(sent: Mapping[str, str], origin: str | None) -> tuple[HoldWish, HoldWish]:
    """The two visits of the page of one start, from its address or its hidden fields. Raises Malformed for what is no instant."""
    minutes, setting = sent.get("minutes", ""), sent.get("setting", "")
    area = find_zip(sent.get("zip", "")) if setting in MOBILE else None
    length, zip_code = int(minutes) if re.fullmatch(r"[0-9]{1,3}", minutes) else 0, area.zip if area else None
    starts_at = read_instant(sent.get("starts_at", ""))
    own, other = (
        HoldWish(sent.get(whose, ""), Wish(sent.get(f"{whose}_service", ""), length, setting, zip_code), starts_at, origin)
        for whose in ("first", "second")
    )
    return own, other


def chosen_words(own: HoldWish, other: HoldWish) -> dict[str, str]:
    """The same as words for an address or hidden fields."""
    wish = own.wish
    words = {
        "first": own.provider, "first_service": wish.service, "second": other.provider, "second_service": other.wish.service,
        "minutes": str(wish.minutes), "setting": wish.setting, "zip": wish.zip or "",
    }  # fmt: skip
    return {name: word for name, word in words.items() if word}


def read_couple(body: dict[str, Any], saved_zip: str | None) -> CoupleWanted:
    """The body of `POST /couples`."""
    fields = Fields(body)
    visits = [Fields(fields.table(name) or {}, f"{name}.") for name in ("own", "other")]
    chosen = [(one.text("provider"), one.text("service", longest=40)) for one in visits]
    guest = Fields(fields.table("guest") or {}, "guest.")
    name, email = guest.text("name", longest=LONGEST_NAME), guest.text("email", longest=254)
    minutes, setting = fields.integer("minutes", least=1, most=480), fields.choice("setting", SETTINGS)
    starts_at, code = fields.instant("starts_at"), fields.text("zip", saved_zip, longest=10)
    area = find_zip(code) if code and setting in MOBILE else None
    if code and setting in MOBILE and area is None:
        fields.fault("zip", f"{code} is not a ZIP code in Manhattan.")
    for one in (fields, *visits, guest):
        one.finish()
    wishes = [HoldWish(slug, Wish(service, minutes, setting, area.zip if area else None), starts_at) for slug, service in chosen]
    return CoupleWanted(wishes[0], wishes[1], name, email)


def read_answered(body: dict[str, Any]) -> tuple[str, Submission, HalfGiven]:
    """The body of `POST /couples/answers`: the link's secret, the answers, the consent (its screening is still to be kept)."""
    fields = Fields(body)
    key = fields.text("key", longest=100)
    sent = Submission(fields.table("answers"), fields.raw("region_marks", []), ())
    consent = Fields(fields.table("consent") or {}, "consent.")
    given = HalfGiven("", consent.text("version"), consent.boolean("accepted"), tuple(consent.texts("sections", []) or ()))
    fields.finish()
    consent.finish()
    return key, sent, given


def beside_advice(advice: str | None) -> str:
    """What a stop is told to whoever was brought along: there is no guardian's place on their page, so no minor comes along."""
    return "adults_beside" if advice == ADULTS_ONLY else advice or "see_physician"


def questions_for(form: Form, sent: Mapping[str, str]) -> tuple[Question, ...]:
    """Every question on one page, with those that the answers sent so far have opened."""
    said: dict[str, Any] = {code: {"yes": True, "unsure": "unsure"}.get(value, False) for code, value in sent.items()}
    return tuple(question for screen in form.screens for question in asked(form, said, screen.code))


def marks_of(answers: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Areas ticked in a list count as marks for the question they answer."""
    return [{"region": region, "for": code} for code, value in answers.items() if isinstance(value, list) for region in value]
