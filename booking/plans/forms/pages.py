"""What people type about plans and pauses."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DecimalField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from booking.outcomes.forms import to_tenths
from booking.outcomes.rules.measures import FREE_LABEL, LONGEST_ACTIVITY, MEASURES, Measure
from booking.plans.actions.write_plan import PlanWanted
from booking.plans.models import CarePlanVersion
from booking.plans.rules.referring import LONGEST_LETTER, LONGEST_REASON
from booking.plans.rules.written import (
    LEAST_EVERY,
    LONGEST_HOME,
    LONGEST_WORDS,
    MOST_EVERY,
    MOST_GOALS,
    MOST_VISITS,
    REVIEW_AFTER,
    Draft,
    Goal,
    goals_of,
)
from marketplace.kernel.errors import FieldFault
from providers.profiles.rules import ServiceFacts

NAMES = {"service": "care", "minutes": "care", "setting": "care", "goals": "words_0"}


class PlanForm(FlaskForm):
    """A plan; a goal without words is left out."""

    visits = IntegerField(_l("Visits you expect"), validators=[InputRequired(), NumberRange(1, MOST_VISITS)])
    every_days = IntegerField(_l("Days from one visit to the next"), validators=[InputRequired(), NumberRange(LEAST_EVERY, MOST_EVERY)])
    review_after = IntegerField(_l("Look whether it helps after so many visits"), validators=[InputRequired(), NumberRange(1, MOST_VISITS)])
    care = SelectField(_l("What the visits are"), validators=[InputRequired()])
    home = TextAreaField(_l("What to do at home"), validators=[Optional(), Length(max=LONGEST_HOME)])

    def goals(self) -> list[tuple[StringField, SelectField, StringField, DecimalField]]:
        """The fields of each goal: words, measure, activity, target."""
        places = [place for place in range(MOST_GOALS) if f"words_{place}" in self]
        return [(self[f"words_{at}"], self[f"measure_{at}"], self[f"activity_{at}"], self[f"target_{at}"]) for at in places]

    def wanted(self, setting: str) -> PlanWanted:
        """The plan as it was typed."""
        service, _colon, minutes = (self.care.data or "").rpartition(":")
        goals = tuple(_goal(*fields) for fields in self.goals() if (fields[0].data or "").strip())
        draft = Draft(goals, self.visits.data, self.every_days.data, self.review_after.data, (self.home.data or "").strip())
        return PlanWanted(draft, service, int(minutes), setting)

    def show(self, faults: Iterable[FieldFault], sentence: str) -> None:
        """Put a verb's refusal where the person looks."""
        filled = [place for place, fields in enumerate(self.goals()) if (fields[0].data or "").strip()]
        named = [(self._name(fault.field, filled), fault.message) for fault in faults]
        for name, message in named:
            self[name].errors = [*self[name].errors, message]
        if not named:
            self.form_errors.append(sentence)

    def _name(self, field: str, filled: Sequence[int]) -> str:
        head, _dot, rest = field.partition(".")
        if head != "goals" or not rest:
            name = NAMES.get(field, field)
            return name if name in self else "visits"
        place, _dot, part = rest.partition(".")
        return f"{'activity' if part == 'label' else part}_{filled[int(place)]}"


def _goal(words: StringField, measure: SelectField, activity: StringField, target: DecimalField) -> Goal:
    code, _colon, label = (measure.data or "").partition(":")
    own = (activity.data or "").strip() if code in MEASURES and MEASURES[code].labels is FREE_LABEL else label
    return Goal((words.data or "").strip(), code, own or None, None if target.data is None else to_tenths(target.data))


def plan_form(services: Sequence[ServiceFacts], setting: str, version: CarePlanVersion | None, chosen: str) -> PlanForm:
    """The form, filled with a version where there is one; `chosen` is the service and length of the visit (`code:minutes`)."""
    before = goals_of(version.content) if version is not None else ()
    fields: dict[str, object] = {}
    for place in range(min(MOST_GOALS, max(len(before) + 1, 2))):
        fields |= _goal_fields(place)
    data: dict[str, object] = {"every_days": 7, "review_after": REVIEW_AFTER, "care": chosen}
    if version is not None:
        data = {name: getattr(version, name) for name in ("visits", "every_days", "review_after")}
        data |= {"home": version.content["home"], "care": f"{version.service_code}:{version.minutes}"}
    for place, goal in enumerate(before):
        data |= _goal_data(place, goal)
    form: PlanForm = type("PlanOfGoalsForm", (PlanForm,), fields)(data=data)
    offered = [one for one in services if setting in one.settings and not one.first_visit_only and not one.is_call]
    form.care.choices = [
        SelectChoice(f"{one.code}:{minutes}", f"{one.name}, {minutes} min") for one in offered for minutes in sorted(one.prices)
    ]
    return form


def _goal_fields(place: int) -> dict[str, object]:
    number, activity = place + 1, [Optional(), Length(max=LONGEST_ACTIVITY)]
    return {
        f"words_{place}": StringField(
            _l("Goal %(number)s, in the client's words", number=number), validators=[Optional(), Length(max=LONGEST_WORDS)]
        ),
        f"measure_{place}": SelectField(_l("Goal %(number)s is measured by", number=number), choices=_measures()),
        f"activity_{place}": StringField(_l("Goal %(number)s: which activity", number=number), validators=activity),
        f"target_{place}": DecimalField(_l("Goal %(number)s: where it should be", number=number), validators=[Optional()]),
    }


def _goal_data(place: int, goal: Goal) -> dict[str, object]:
    free = MEASURES[goal.measure].labels is FREE_LABEL
    value = goal.measure if free or goal.label is None else f"{goal.measure}:{goal.label}"
    target = None if goal.target_tenths is None else goal.target_tenths / 10
    return {
        f"words_{place}": goal.words, f"measure_{place}": value, f"activity_{place}": goal.label if free else "",
        f"target_{place}": target,
    }  # fmt: skip


def _measures() -> list[SelectChoice]:
    return [choice for measure in MEASURES.values() for choice in _of(measure)]


def _of(measure: Measure) -> list[SelectChoice]:
    if not measure.labels:
        return [SelectChoice(measure.code, measure.title)]
    return [SelectChoice(f"{measure.code}:{label}", f"{measure.title}: {words}") for label, words in measure.labels.items()]


class DecisionForm(FlaskForm):
    """Going on or ending, with words."""

    words = TextAreaField(_l("Why, in words your client reads"), validators=[Optional(), Length(max=LONGEST_REASON)])


class PauseForm(FlaskForm):
    """Referring back: the words to the client, and the letter's draft."""

    words = TextAreaField(
        _l("To your client: why, and what to do now"), validators=[InputRequired(_l("Say why.")), Length(max=LONGEST_REASON)]
    )
    letter = TextAreaField(_l("Draft of the letter to the physician"), validators=[Optional(), Length(max=LONGEST_LETTER)])
