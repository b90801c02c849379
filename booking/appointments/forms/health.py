"""One screen of the health questions as a form, made from the versioned data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from wtforms import Field, IntegerField, RadioField, SelectMultipleField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from booking.screening.rules.form import BOOLEAN, CHOICE, NUMBER, UNSURE, BodyMap, Form, Question

YES_NO = {"yes": True, "no": False, UNSURE: UNSURE}


class CheckboxesField(SelectMultipleField):
    """Several boxes to tick."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


def asked(form: Form, answers: Mapping[str, Any], screen: str) -> tuple[Question, ...]:
    """The questions of a screen that the answers so far call for."""
    return tuple(question for question in form.questions if question.screen == screen and _called_for(question, answers))


def _called_for(question: Question, answers: Mapping[str, Any]) -> bool:
    return not question.only_if or any(answers.get(code) in (True, UNSURE) for code in question.only_if)


def open_screens(form: Form, answers: Mapping[str, Any]) -> list[str]:
    """The codes of the screens that have something to ask, in order."""
    return [screen.code for screen in form.screens if asked(form, answers, screen.code)]


def health_form(questions: Sequence[Question], answers: Mapping[str, Any], body: BodyMap) -> FlaskForm:
    """A form with one field a question, filled with what was answered before."""
    fields: dict[str, Any] = {question.code: _field(question, body) for question in questions}
    form: FlaskForm = type("HealthForm", (FlaskForm,), fields)(data={code: _shown(value) for code, value in answers.items()})
    return form


def read_answers(form: FlaskForm, questions: Sequence[Question]) -> dict[str, Any]:
    """The answers as the rules take them; what was left empty is left out."""
    read = {}
    for question in questions:
        value = form[question.code].data
        if value in (None, "", []):
            continue
        read[question.code] = YES_NO[value] if question.type == BOOLEAN else value
    return read


def _shown(value: Any) -> Any:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value


def _field(question: Question, body: BodyMap) -> Field:
    needed = InputRequired(lazy_gettext("Please choose an answer.")) if question.required else Optional()
    if question.type == BOOLEAN:
        choices = [SelectChoice("yes", gettext("Yes")), SelectChoice("no", gettext("No"))]
        if question.unsure:
            choices.append(SelectChoice(UNSURE, gettext("I am not sure")))
        return RadioField(question.text, choices=choices, validators=[needed], description=question.help)
    if question.type == NUMBER:
        limits = NumberRange(question.minimum, question.maximum)
        return IntegerField(question.text, validators=[needed, limits], description=question.help)
    if question.type == CHOICE:
        options = [SelectChoice(option.code, option.text) for option in question.options]
        return RadioField(question.text, choices=options, validators=[needed], description=question.help)
    regions = [SelectChoice(code, name) for code, name in body.names.items()]
    return CheckboxesField(question.text, choices=regions, validators=[Optional()], description=question.help)
