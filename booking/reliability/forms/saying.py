"""What is said of a visit's beginning, on the page and in JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import IntegerField
from wtforms.validators import InputRequired, NumberRange, Optional

from booking.appointments.models import Appointment
from booking.appointments.rules.states import CLIENT, COMPLETED, PROVIDER
from booking.reliability.actions.say_late import Saying
from booking.reliability.catalogue import figures_on
from booking.reliability.models import VisitLateness
from booking.reliability.queries import facts_of, list_said, price_back, said_of
from booking.reliability.rules.lateness import LATEST_MINUTES, SayVerdict, assess_given, assess_saying, counted_minutes
from marketplace.db import db
from marketplace.kernel.walltime import local_day, to_minute
from marketplace.webkit.filters import rfc3339
from marketplace.webkit.reading import Fields


class SayForm(FlaskForm):
    """How late, and how long it was."""

    minutes = IntegerField(_l("Minutes late, 0 for on time"), validators=[InputRequired(_l("Type a number of minutes."))])
    given_minutes = IntegerField(_l("Minutes that were given, if the visit was shorter"), validators=[Optional(), NumberRange(0, 24 * 60)])

    def validate_minutes(self, field: IntegerField) -> None:
        """Within what can be said."""
        NumberRange(0, LATEST_MINUTES)(self, field)

    def wanted(self) -> Saying:
        """What was typed."""
        return Saying(int(self.minutes.data), self.given_minutes.data)


@dataclass(frozen=True)
class Beginning:
    """What was said of a visit's beginning, and what one side may still say now."""

    visit: Appointment
    side: str
    said: Mapping[str, VisitLateness]
    verdict: SayVerdict
    may_give: bool
    counted: int
    minute_cents: int | None

    @property
    def own(self) -> VisitLateness | None:
        """What this side has said."""
        return self.said.get(self.side)

    @property
    def may_say(self) -> bool:
        """Whether this side has something left to say."""
        return self.verdict.allowed and (self.own is None or (self.own.given_minutes is None and self.may_give))

    @property
    def differ(self) -> bool:
        """Whether both have spoken, and not the same."""
        return len(self.said) > 1 and len({row.minutes for row in self.said.values()}) > 1


def look(visit: Appointment, side: str, now: datetime) -> Beginning:
    """How a visit's beginning stands for one side. `minute_cents` is what one missing minute takes off the price."""
    session, figures = db.session(), figures_on(local_day(to_minute(now)))
    said, facts = list_said(session, visit.id), facts_of(visit)
    of_client, of_provider = said_of(said.get(CLIENT)), said_of(said.get(PROVIDER))
    missing_one = max(0, facts.whole_minutes - 1)
    return Beginning(
        visit, side, said, assess_saying(facts, side, of_client, figures, now),
        may_give=assess_given(facts, side, 0, now) is None,
        counted=counted_minutes(of_provider, of_client, figures, now),
        minute_cents=price_back(session, visit, missing_one) if side == PROVIDER and visit.status == COMPLETED else None,
    )  # fmt: skip


def read_saying(body: Mapping[str, Any]) -> Saying:
    """`{minutes, given_minutes?}`."""
    fields = Fields(body)
    minutes = fields.integer("minutes", most=LATEST_MINUTES)
    given = fields.integer("given_minutes", None, most=24 * 60)
    fields.finish()
    return Saying(int(minutes), given)


def beginning_answer(found: Beginning) -> dict[str, Any]:
    """What was said by whom, for programs."""
    return {
        "appointment": found.visit.public_id,
        "may_say": found.may_say,
        "until": rfc3339(found.verdict.until_at),
        "counted_minutes": found.counted,
        "differ": found.differ,
        "statements": [
            {
                "side": row.side,
                "minutes": row.minutes,
                "said_at": rfc3339(row.said_at),
                "given_minutes": row.given_minutes,
                "back_cents": row.back_cents,
            }
            for row in found.said.values()
        ],
        "currency": "USD",
    }
