"""What a provider says about people under 18, on the page and in JSON."""

from __future__ import annotations

from flask import request
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import IntegerField
from wtforms.validators import NumberRange, Optional

from marketplace.webkit.reading import Fields, json_object
from providers.minors.rules import GROWN


class MinorsForm(FlaskForm):
    """An age, or nothing."""

    from_age = IntegerField(
        _l("The youngest age you treat"), validators=[Optional(), NumberRange(0, GROWN - 1, _l("Give an age from 0 to 17, or none."))],
        description=_l("In whole years. Leave it empty to treat adults alone."),
        render_kw={"inputmode": "numeric", "min": 0, "max": GROWN - 1},
    )  # fmt: skip


def read_policy() -> int | None:
    """`{from_age: 0..17|null}`."""
    fields = Fields(json_object(request))
    if not fields.has("from_age"):
        fields.fault("from_age", "This is needed; null treats adults alone.")
    from_age = fields.integer("from_age", None)
    fields.finish()
    return from_age
