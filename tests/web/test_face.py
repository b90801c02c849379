"""The face: parts and pages that need no data render with strict templates, drawn icons exist, sizes and contrasts hold."""

import gzip
import re
from pathlib import Path
from types import SimpleNamespace

import pytest
from flask import Flask, render_template
from flask_babel import Babel
from flask_wtf import CSRFProtect, FlaskForm
from jinja2 import StrictUndefined
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, RadioField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from marketplace.clock import install_clock
from marketplace.webkit.filters import install_filters, unbroken
from providers.credentials.catalogue import kinds

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "marketplace" / "static"
CSS = (STATIC / "css" / "app.css").read_text()
ICONS = set(re.findall(r'symbol id="([^"]+)"', (STATIC / "img" / "icons.svg").read_text()))
PAGES = ("help", "how-we-verify", "cancellation", "privacy", "terms", "conduct", "emergency", "accessibility")


class SampleForm(FlaskForm):
    zip = StringField("ZIP code", validators=[InputRequired(), Length(max=5)])
    phone = StringField("Mobile phone", validators=[InputRequired(), Length(min=10, message="Two digits are missing.")])
    kind = SelectField("Kind of place", choices=["home", "hotel"])
    note = TextAreaField("Note for the therapist", description="At most 500 characters.")
    clot = RadioField("Do you have a blood clot now?", choices=["yes", "no"], validators=[InputRequired("Choose one answer.")])
    settings = SelectMultipleField("Settings", choices=["clinic", "home"], option_widget=CheckboxInput(), widget=ListWidget())
    agree = BooleanField("I have read the consent", validators=[InputRequired("Tick this to go on.")])


@pytest.fixture
def face(clock):
    """Templates and filters of the product with nothing behind them."""
    app = Flask("face", root_path=str(ROOT), static_folder="marketplace/static", template_folder="templates")
    app.config.update(SECRET_KEY="for this test", TESTING=True)
    app.jinja_env.undefined = StrictUndefined
    Babel(app)
    CSRFProtect(app)
    install_clock(app, str(clock.path))
    install_filters(app)
    for rule, endpoint in [
        ("/", "openings.home"),
        ("/platform-fee", "fees.show"),
        ("/about/<page>", "pages.show"),
        ("/find", "openings.search"),
        ("/login", "security.login"),
        ("/logout", "security.logout"),
    ]:
        app.add_url_rule(rule, endpoint=endpoint, view_func=lambda **_: "")
    viewer = SimpleNamespace(role="client", name="Renée", signed_in=True)
    app.context_processor(lambda: {"nav": [{"label": "My visits", "href": "/visits", "current": True, "count": 2}], "viewer": viewer})
    with app.test_request_context("/"):
        yield app


def rendered_form(**typed):
    form = SampleForm(MultiDict(typed), meta={"csrf": False})
    form.validate()
    return render_template("style.html", form=form)


def test_every_part_renders(face):
    page = rendered_form(zip="10003", phone="212 555 0142", kind="home", clot="no", agree="y")
    assert 'id="errors"' not in page
    assert page.count('class="start"') == 8


def test_an_error_is_named_at_the_top_and_at_its_field(face):
    page = rendered_form(zip="10003", phone="212 5", kind="home", clot="no", agree="y")
    assert "One answer needs another look." in page
    assert '<a href="#phone">Mobile phone</a>: Two digits are missing.' in page
    assert re.search(r'<input aria-describedby="phone-error" aria-invalid="true"[^>]*id="phone"[^>]*value="212 5"', page)
    assert 'id="phone-error"' in page


def test_choices_show_their_error_and_link_to_the_group(face):
    page = rendered_form(zip="10003", phone="212 555 0142", kind="home", agree="y")
    assert '<a href="#clot">' in page
    assert '<fieldset class="field field-bad" id="clot" aria-describedby="clot-error">' in page


@pytest.mark.parametrize("page", PAGES)
def test_pages_of_words_render(face, page):
    html = render_template(f"marketing/{page}.html", asked=kinds())
    assert html.count("<h1>") == 1
    assert "call 911" in html


def test_home_searches_by_address(face):
    places = [{"name": "East Village", "href": "/find?near=East+Village"}]
    query = {"condition": "", "near": "", "when": "", "date": "", "setting": "", "minutes": ""}
    html = render_template(
        "marketing/home.html", conditions=[{"code": "neck_pain", "name": "Neck pain"}], neighborhoods=places, query=query
    )
    form = html[html.index('id="query"') : html.index("</form>", html.index('id="query"'))]
    assert 'action="/find" method="get"' in form
    assert re.findall(r' name="(\w+)"', form) == ["condition", "near", "when", "date", "setting", "minutes"]


@pytest.mark.parametrize("status", [400, 403, 404, 405, 409, 413, 429, 500, 503])
def test_refusals_are_pages_with_a_way_on(face, status):
    assert "/find" in render_template(f"errors/{status}.html", sentence="")
    assert "It is &lt;gone&gt;." in render_template(f"errors/{status}.html", sentence="It is <gone>.")


def test_every_icon_that_is_used_is_drawn():
    used = set()
    for path in (ROOT / "templates").rglob("*.html"):
        text = path.read_text()
        used |= set(re.findall(r"\bicon\('([\w-]+)'", text)) | set(re.findall(r"icons\.svg'\) \}\}#([\w-]+)", text))
        used |= set(re.findall(r"sprite \}\}#([\w-]+)", text))
    assert used - ICONS == set()
    assert len(ICONS) >= 35


def test_what_a_visitor_loads_stays_small():
    # The limit of 30 kB is for what travels, compressed; what is written is kept near it all the same.
    assert len(gzip.compress(CSS.encode())) <= 12 * 1024
    assert len(CSS.encode()) <= 36 * 1024
    assert (STATIC / "js" / "app.js").stat().st_size <= 10_000


def luminance(color):
    color = "".join(digit * 2 for digit in color) if len(color) == 3 else color
    parts = (int(color[at : at + 2], 16) / 255 for at in (0, 2, 4))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


LIGHT = dict(re.findall(r"--([\w-]+): #([0-9a-f]{3,6});", CSS[: CSS.index("@media")]))
DARK = LIGHT | dict(re.findall(r"--([\w-]+): #([0-9a-f]{3,6});", CSS[CSS.index("@media") : CSS.index("/* Ground */")]))


@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("text", "ground", "least"),
    [
        *[("ink", ground, 7) for ground in ("paper", "surface", "sunk", "teal-tint", "dusk-tint", "amber-tint", "red-tint")],
        *[("ink-2", ground, 7) for ground in ("paper", "surface", "sunk")],
        ("teal", "paper", 4.5), ("teal", "surface", 4.5), ("teal", "teal-tint", 4.5), ("teal", "red-tint", 4.5), ("on-teal", "teal", 4.5), ("on-teal", "teal-press", 4.5),
        ("dusk-ink", "dusk-tint", 4.5), ("amber", "amber-tint", 4.5), ("red", "red-tint", 4.5), ("red", "paper", 4.5), ("red", "surface", 4.5),
        ("on-dusk", "dusk", 7), ("on-dusk", "dusk-2", 7), ("on-dusk-2", "dusk", 4.5), ("on-dusk-2", "sky-2", 4.5), ("on-dusk", "tower-1", 4.5),
        ("edge", "paper", 3), ("edge", "surface", 3), ("amber-mark", "paper", 3),
    ],
)  # fmt: skip
def test_colors_can_be_read(tokens, text, ground, least):
    assert contrast(tokens[text], tokens[ground]) >= least


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        ("free until today, Thu Dec 3, 6:30 PM; then $60", "free until today, Thu~Dec~3, 6:30~PM; then $60"),
        ("from Fri 6:30 AM the full $120", "from Fri~6:30~AM the full $120"),
        ("half of $165.00, until the visit starts", "half of $165.00, until the visit starts"),
        ("1 free move. Sam 3 PMs", "1 free move. Sam~3 PMs"),
    ],
)
def test_a_line_never_ends_inside_a_time_or_a_date(words, kept):
    assert unbroken(words) == kept.replace("~", "\u00a0")
