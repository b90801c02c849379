"""A therapist's answer to a request: what programs and the page send, and the free times nearest to it that can be proposed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import RadioField, SelectMultipleField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from booking.appointments.actions.answer import Declining
from booking.appointments.changes.timing import booked_wish
from booking.appointments.models import Appointment
from booking.appointments.queries import Booked, find_doors, may_hold, wish_of
from booking.appointments.rules.requests import DECLINE_REASONS, LONGEST_WORDS
from booking.openings.queries.listing import judge_opening
from booking.openings.queries.nearby import alternatives_to
from booking.openings.rules.alternatives import LATER_DAY, Alternative, anybody
from booking.openings.rules.asking import Wish
from marketplace.db import db
from marketplace.kernel.errors import Refused
from marketplace.kernel.walltime import from_minute, to_minute
from marketplace.webkit.filters import full_when, rfc3339
from marketplace.webkit.reading import Fields, read_instant
from providers.profiles.queries import get_facts

MOST_PROPOSED = 3
REASONS = (
    SelectChoice("", _l("I would rather not say")),
    SelectChoice("time", _l("The time does not suit me after all")),
    SelectChoice("distance", _l("The way is too far for me at that time")),
    SelectChoice("technique", _l("Another therapist would suit what they need better")),
    SelectChoice("full", _l("My day is full enough")),
    SelectChoice("other", _l("Something else")),
)


class DeclineForm(FlaskForm):
    """Why, in a word from the list or in one's own, and which other times would do."""

    reason = RadioField(_l("What should the client read?"), choices=REASONS, default="", validators=[Optional()])
    words = TextAreaField(_l("In your own words, for the client"), validators=[Length(max=LONGEST_WORDS)], render_kw={"rows": 3})
    propose = SelectMultipleField(
        _l("Propose other times"), validators=[Optional()], widget=ListWidget(prefix_label=False), option_widget=CheckboxInput()
    )

    def offer(self, near: Sequence[Alternative]) -> None:
        """The free times that can be ticked."""
        starts = [from_minute(one.start_minute) for one in near]
        self.propose.choices = [SelectChoice(rfc3339(start), full_when(start)) for start in starts]

    def declining(self) -> Declining:
        """What was chosen."""
        proposed = tuple(read_instant(text) for text in (self.propose.data or [])[:MOST_PROPOSED])
        return Declining(self.reason.data or None, (self.words.data or "").strip() or None, proposed)


def read_declining(body: dict[str, Any], booked: Booked, now: datetime) -> Declining:
    """The body of `POST /appointments/{id}/decline`. Proposed are times that can be held now, three at most."""
    fields = Fields(body)
    reason = fields.choice("reason", DECLINE_REASONS, None)
    words = fields.text("note", None, longest=LONGEST_WORDS, blank=True)
    proposed = [read_instant(text) for text in fields.texts("propose", []) or []]
    if len(proposed) > MOST_PROPOSED:
        fields.fault("propose", f"At most {MOST_PROPOSED} times.")
    elif not all(_is_free(booked, start, now) for start in proposed):
        fields.fault("propose", "Propose times that are free for the visit that was asked for.")
    fields.finish()
    return Declining(reason, words or None, tuple(proposed))


def near_times(booked: Booked, now: datetime) -> list[Alternative]:
    """The free starts nearest to a request, for the same visit with the same therapist."""
    visit, wish = booked.appointment, _wish(booked.appointment)
    found = alternatives_to(
        db.session(), booked.provider.slug, wish, visit.starts_at, now, anybody, doors=find_doors(db.session(), visit.person_id)
    )
    return [one for one in found if one.facts.id == visit.provider_id and one.wish == wish]


def instead_of(booked: Booked, proposed: Sequence[datetime], now: datetime) -> list[tuple[Alternative, bool]]:
    """What its client could hold instead of a request that came to nothing, and whether the therapist proposed it; proposals first."""
    visit = booked.appointment
    allowed, wish = may_hold(db.session(), visit.person_id, now), _wish(visit)
    doors = find_doors(db.session(), visit.person_id)
    found = alternatives_to(db.session(), booked.provider.slug, wish, max(visit.starts_at, now), now, allowed, doors=doors)
    facts = get_facts(db.session(), visit.provider_id)
    own = [to_minute(start) for start in proposed if start > now and _is_free(booked, start, now)]
    named = [Alternative(LATER_DAY, facts, wish, start, visit.service_name) for start in own if allowed(facts, wish, start)]
    return [(one, True) for one in named] + [(one, False) for one in found if one.wish != wish or one.start_minute not in own]


def _is_free(booked: Booked, starts_at: datetime, now: datetime) -> bool:
    """Whether the visit that was asked for could be held at another start, by the rules of every hold."""
    facts = get_facts(db.session(), booked.appointment.provider_id)
    try:
        free = judge_opening(db.session(), facts, _wish(booked.appointment), starts_at, now).ok
    except Refused:
        return False
    return free and starts_at == starts_at.replace(second=0, microsecond=0)


def hold_fields(one: Alternative) -> dict[str, object]:
    """What the form sends that holds a start with one tap."""
    wish = one.wish
    words = {"provider": one.facts.slug, "service": wish.service, "minutes": wish.minutes, "setting": wish.setting, "zip": wish.zip}
    return {name: word for name, word in words.items() if word} | {"starts_at": rfc3339(from_minute(one.start_minute))}


def _wish(visit: Appointment) -> Wish:
    """What its client would hold anew, with all that is asked of a new one."""
    return replace(wish_of(db.session(), booked_wish(visit), visit.provider_id, visit.person_id), agreed=False)
