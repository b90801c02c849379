"""Statements of account as pages and files."""

from __future__ import annotations

from datetime import date, datetime

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from booking.appointments.forms.reading import own_person_id
from booking.statements.forms import file_of, read_span
from booking.statements.queries import first_of_person, first_of_provider, statement_of_person, statement_of_provider
from booking.statements.rules.sides import OF_CLIENT, OF_PROVIDER, Side
from booking.statements.rules.spans import month_of, months_in, year_of
from booking.statements.rules.statement import Statement
from booking.statements.rules.words import SO_FAR, note_of, span_words, told_changes, told_parts, words_of
from marketplace import clock
from marketplace.db import db
from marketplace.kernel.walltime import local_day, to_minute
from marketplace.webkit.identity import access, viewer
from marketplace.webkit.limits import limiter
from providers.registry.forms import desk_owner
from providers.registry.models import Provider
from providers.registry.queries import find_own_id

blueprint = Blueprint("statements", __name__)


@blueprint.get("/account/statements")
@access("client")
def mine() -> str:
    """One's own statement of a month, a year, or other days."""
    person_id, now = own_person_id(), clock.now()
    statement = statement_of_person(db.session(), person_id, read_span(request.args.to_dict(), now), now)
    return _page(OF_CLIENT, statement, first_of_person(db.session(), person_id), now)


@blueprint.get("/account/statements.pdf")
@access("client")
@limiter.limit("30 per minute")
def mine_file() -> Response:
    """The same as a file."""
    now = clock.now()
    statement = statement_of_person(db.session(), own_person_id(), read_span(request.args.to_dict(), now), now)
    return file_of(OF_CLIENT, statement, viewer().name)


@blueprint.get("/provider/statements")
@access("provider")
def desk() -> str | Answer:
    """A provider's own statement."""
    provider_id, now = find_own_id(db.session(), desk_owner().account_id), clock.now()
    if provider_id is None:
        return redirect(url_for("apply.show", step="practice"))
    statement = statement_of_provider(db.session(), provider_id, read_span(request.args.to_dict(), now), now)
    return _page(OF_PROVIDER, statement, first_of_provider(db.session(), provider_id), now)


@blueprint.get("/provider/statements.pdf")
@access("provider")
@limiter.limit("30 per minute")
def desk_file() -> Response | Answer:
    """The same as a file."""
    provider_id, now = find_own_id(db.session(), desk_owner().account_id), clock.now()
    if provider_id is None:
        return redirect(url_for("apply.show", step="practice"))
    statement = statement_of_provider(db.session(), provider_id, read_span(request.args.to_dict(), now), now)
    return file_of(OF_PROVIDER, statement, db.session.get_one(Provider, provider_id).name)


def _page(side: Side, statement: Statement, first_at: datetime | None, now: datetime) -> str:
    today = local_day(to_minute(now))
    since = local_day(to_minute(first_at)) if first_at else today
    years = [year_of(date(year, 1, 1)) for year in range(today.year, since.year - 1, -1)]
    shown = year_of(statement.span.first)
    return render_template(
        "statements/show.html", statement=statement, side=side, of_client=side is OF_CLIENT, years=years, shown_year=shown,
        months=[month for month in months_in(shown) if month_of(since).first <= month.first <= today], words_of=words_of,
        told_changes=told_changes, told_parts=told_parts, note=note_of(side), so_far=SO_FAR, days=span_words(statement.span),
        page="statements.mine" if side is OF_CLIENT else "statements.desk",
    )  # fmt: skip
