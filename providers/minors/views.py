"""The page on which a provider states from which age they treat people."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace import clock
from marketplace.db import db
from marketplace.webkit.identity import access
from providers.minors.actions import state_policy
from providers.minors.forms import MinorsForm
from providers.minors.queries import newest_policy
from providers.minors.rules import policy_words
from providers.registry.forms import desk_owner
from providers.registry.queries import find_own_id

blueprint = Blueprint("minors", __name__)


@blueprint.route("/provider/minors", methods=["GET", "POST"])
@access("provider")
def minors() -> ResponseReturnValue:
    """What is stated; store another age, or none."""
    row = newest_policy(db.session(), find_own_id(db.session(), desk_owner().account_id))
    form = MinorsForm(from_age=row.from_age if row else None)
    if form.validate_on_submit():
        state_policy(desk_owner(), form.from_age.data, clock.now())
        flash(_("Stored. It holds for what is booked from now on."), "good")
        return redirect(url_for("minors.minors"))
    page = render_template("provider/minors.html", form=form, row=row, words=_(policy_words(row.from_age if row else None)))
    return (page, 422) if form.errors else page
