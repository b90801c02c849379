"""Content pages and the navigation of every page."""

from __future__ import annotations

from collections.abc import Container
from datetime import datetime
from typing import Any

from flask import Blueprint, Flask, render_template, request, url_for
from flask_babel import gettext as _

from booking.appointments.forms.baskets import find_beside
from booking.appointments.models import Appointment, Hold
from booking.appointments.queries import done_visits, find_doors, find_own_hold, has_met, may_hold
from booking.guide.rules import PARTS, QUESTIONS, look_at_coverage
from booking.matching.catalogue import tables
from booking.openings.forms.acquaintance import install_doors, install_has_met
from booking.openings.forms.continuity import install_done_visits
from booking.openings.forms.nearby import install_may_hold
from booking.openings.rules.kinds import PROVIDER_KINDS
from booking.openings.views.words import place_kind_words, provider_kind_words
from marketplace import clock
from marketplace.db import db
from marketplace.kernel.errors import NotFound
from marketplace.kernel.walltime import local_day, to_minute
from marketplace.settings import Settings
from marketplace.webkit.identity import access, viewer
from providers.credentials.queries import load_policies
from providers.schedule.rules.clinics import CLINIC_KINDS
from providers.services.queries import find_preparation

blueprint = Blueprint("pages", __name__)
PAGES = ("help", "how-we-verify", "cancellation", "conduct", "emergency", "privacy", "terms", "accessibility")
GUIDES = (
    "medical-massage",
    "techniques",
    "conditions",
    "what-to-expect",
    "is-it-for-me",
    "choosing",
    "insurance",
    "safety",
    "for-practitioners",
)
"""What is told of the work itself, apart from how the site works; what helps with what has a page of its own in matching."""


@blueprint.get("/help")
@access("anyone")
def index() -> str:
    """Help."""
    return render_template("marketing/help.html")


@blueprint.get("/help/<page>")
@access("anyone")
def show(page: str) -> str:
    """One page of plain words."""
    if page in GUIDES:
        return render_template(f"guide/{page}.html", **_of_guides())
    if page not in PAGES:
        raise NotFound("not_found", "There is no such page.")
    asked = load_policies(db.session()).on(local_day(to_minute(clock.now())))
    return render_template(f"marketing/{page}.html", asked=asked)


def _of_guides() -> dict[str, object]:
    """What pages of the guide draw on."""
    return {
        "tables": tables(),
        "kinds": {code: provider_kind_words(code) for code in PROVIDER_KINDS},
        "places": {code: place_kind_words(code) for code in CLINIC_KINDS},
        "coverage": look_at_coverage({code: request.args.get(code) for code in PARTS}),
        "questions": QUESTIONS,
        "apply_href": url_for("apply.begin") if viewer().role == "provider" else url_for("accounts.sign_up", role="provider"),
    }


def install_continuity(app: Flask, _settings: Settings) -> None:
    """A provider's page tells whether people stay and what the viewer can hold; how both is read is known in a room above."""
    install_done_visits(app, done_visits)
    install_may_hold(app, may_hold)
    install_has_met(app, has_met)
    install_doors(app, find_doors)


def _links() -> tuple[tuple[str, str], ...]:
    """Label and endpoint of what the viewer's role needs."""
    return {
        "client": ((_("Find a time"), "openings.search"), (_("My visits"), "visits.index"), (_("Account"), "accounts.account")),
        "provider": (
            (_("Today"), "desk.today"),
            (_("Calendar"), "desk.week"),
            (_("Hours"), "schedule.hours"),
            (_("Services"), "services.services"),
            (_("Earnings"), "earnings.index"),
            (_("Credentials"), "credentials.index"),
            (_("Account"), "accounts.account"),
        ),
        "admin": (
            (_("Queue"), "checking.queue"),
            (_("Providers"), "profiles.providers"),
            (_("Words"), "flags.index"),
            (_("Exclusions"), "exclusions.index"),
            (_("At risk"), "attention.index"),
            (_("Money"), "money_desk.index"),
            (_("Clinics"), "clinics.index"),
            (_("Packages"), "packages.switch"),
            (_("Fee"), "fees.form"),
            (_("Payouts"), "payouts.everybodys"),
            (_("Rules"), "policies.index"),
            (_("Audit"), "audit.index"),
            (_("Account"), "accounts.account"),
        ),
    }.get(viewer().role, ((_("Find a time"), "openings.search"), (_("Help"), "pages.index")))


def _desk_groups() -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    """A therapist's own pages beside those in every header, in groups: label, then label and endpoint of each."""
    time = (
        (_("Hours"), "schedule.hours"), (_("Time off"), "time_off.index"), (_("Blocked hours"), "desk.blocks"), (_("Area"), "places.area"),
        (_("Outside calendars"), "calendars_in.index"),
    )  # fmt: skip
    offer = (
        (_("Services"), "services.services"), (_("Price rules"), "conditions.prices"), (_("Terms"), "conditions.terms"),
        (_("Classes"), "class_desk.index"),
    )  # fmt: skip
    clients = (
        (_("New clients"), "services.first_visits"), (_("Under 18"), "minors.minors"), (_("Insurers"), "insurers.insurance"),
        (_("Plans"), "plans.desk"), (_("Supervision"), "reviewing.desk"),
    )  # fmt: skip
    money = (
        (_("Earnings"), "earnings.index"), (_("Payouts"), "payouts.index"), (_("Packages"), "packages.desk"),
        (_("Memberships"), "membership_desk.desk"), (_("Gift cards"), "giftcards.desk"), (_("Discount codes"), "coupons.index"),
        (_("Parking"), "parking.index"),
    )  # fmt: skip
    profile = ((_("Profile"), "profiles.profile"), (_("Credentials"), "credentials.index"), (_("On papers"), "papers.tax_id"))
    return ((_("Time"), time), (_("Services"), offer), (_("Clients"), clients), (_("Money"), money), (_("Profile"), profile))


def desk_groups(endpoint: str, known: Container[str]) -> list[dict[str, Any]]:
    """The groups with their links as a page shows them; a link whose page this application lacks is left out.

    The group of the page at `endpoint` is the current one. A page that no link leads to belongs to the first group that has a page of
    the same kind: the words before the dot.
    """
    groups = [(label, [pair for pair in pairs if pair[1] in known]) for label, pairs in _desk_groups()]
    whole = [index for index, (_label, pairs) in enumerate(groups) if endpoint in {name for _, name in pairs}]
    kind = endpoint.partition(".")[0]
    near = [index for index, (_label, pairs) in enumerate(groups) if kind in {name.partition(".")[0] for _, name in pairs}]
    current = next(iter((*whole, *near)), None)
    return [
        {
            "label": label, "current": index == current,
            "links": [{"label": words, "href": url_for(name), "current": name == endpoint} for words, name in pairs],
        }
        for index, (label, pairs) in enumerate(groups)
        if pairs
    ]  # fmt: skip


def install_navigation(app: Flask, _settings: Settings) -> None:
    """Tell every page who looks at it and where they can go. A link whose page this application lacks is left out."""

    @app.context_processor
    def around() -> dict[str, object]:
        known = [(label, endpoint) for label, endpoint in _links() if endpoint in app.view_functions]
        nav = [{"label": label, "href": url_for(endpoint), "current": request.endpoint == endpoint} for label, endpoint in known]
        known_of = {
            "desk_nav": lambda: desk_groups(request.endpoint or "", app.view_functions),
            "own_hold": _own_hold,
            "adding": lambda: find_beside(clock.now()),
            "preparation_for": _preparation,
        }
        return {"nav": nav, "viewer": viewer(), **known_of}


def _preparation(visit: Appointment) -> str | None:
    """What the therapist of a visit asks of whoever comes."""
    return find_preparation(db.session(), visit.provider_id, visit.service_code)


def _own_hold(slug: str, starts_at: datetime) -> Hold | None:
    """The viewer's own hold of a start: whoever comes back to the page of a time they hold is led on, not turned away."""
    person_id = viewer().person_id
    return None if person_id is None else find_own_hold(db.session(), person_id, slug, starts_at, clock.now())
