"""The page on which a provider says where they travel to."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace import clock
from marketplace.db import db
from marketplace.kernel.errors import Malformed, Refused
from marketplace.webkit.identity import access
from providers.places import gazetteer, maps
from providers.places.actions import put_area
from providers.places.forms import read_area
from providers.places.forms.page import AreaPage, faults_of_page, page_of_body, page_of_form
from providers.places.forms.reading import area_body
from providers.places.queries import find_area
from providers.registry.forms import desk_owner
from providers.registry.queries import find_own_id

blueprint = Blueprint("places", __name__)


@blueprint.get("/provider/areas")
@access("provider")
def area() -> ResponseReturnValue:
    """The area as stored, with the ZIP codes it covers."""
    return _show(page_of_body(_stored()))


@blueprint.post("/provider/areas")
@access("provider")
def change_area() -> ResponseReturnValue:
    """Store it."""
    page = page_of_form(request.form)
    try:
        covered = put_area(desk_owner(), read_area(page.body()), clock.now())
    except (Refused, Malformed) as refusal:
        faults = faults_of_page(refusal.faults)
        return _show(page, faults, refusal.sentence), 422
    flash(_("Stored: you come to %(count)s ZIP codes.", count=len(covered)), "good")
    return redirect(url_for("places.area"))


def _stored() -> dict[str, Any]:
    own_id = find_own_id(db.session(), desk_owner().account_id)
    return area_body(find_area(db.session(), own_id) if own_id else None)


def _show(page: AreaPage, faults: Mapping[str, Sequence[str]] | None = None, sentence: str = "") -> str:
    covered = _stored()["covered_zips"]
    return render_template(
        "provider/areas.html",
        page=page,
        map=_map(page.neighborhoods, covered),
        faults=faults or {},
        sentence=sentence,
        neighborhoods=gazetteer.neighborhoods(),
        covered=covered,
        names={info.zip: info.name for info in gazetteer.zips()},
    )


def _map(ticked: Collection[str], covered: Collection[str]) -> dict[str, object]:
    """Our map with what is ticked filled in and what is stored outlined; a press on a part stands for its boxes."""
    shapes = [
        {
            "path": shape.path,
            "name": shape.name,
            "kind": "park" if shape.green else ("land-2", "land")[at % 2],
            "neighborhoods": shape.neighborhoods,
            "ticked": bool(shape.neighborhoods) and set(shape.neighborhoods) <= set(ticked),
        }
        for at, shape in enumerate(maps.map_shapes())
    ]
    outlines = [shape.path for shape in maps.area_shapes() if shape.code in covered]
    return {"view_box": maps.VIEW_BOX, "shapes": shapes, "outlines": outlines}
