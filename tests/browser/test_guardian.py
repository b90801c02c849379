"""A guardian is named, asked, agrees and takes it back, with scripts and without; each page by axe, on a phone too."""

import re

import pytest
from sqlalchemy import select

from booking.demo.actions import PASSWORD
from marketplace.db import db
from marketplace.outbox.models import Letter

pytestmark = pytest.mark.browser


def link(app, kind):
    with app.app_context():
        address = db.session.scalars(select(Letter).where(Letter.kind == kind).order_by(Letter.id.desc())).first().facts["link"]
    return re.sub(r"^https?://[^/]+", "", address)


def walk(me, app, look):
    """The whole way; `look` is done to each page."""
    me.go("/guardian").fill({"Birth date of the person who receives care": "2011-06-01"}).press("Keep the birth date")
    me.sees("Nobody has agreed yet")
    look()
    me.page.get_by_label("Somebody else: send them a link").check()
    me.page.get_by_label("Parent", exact=True).check()
    me.fill({"The guardian's name": "Greta Grownup", "Their e-mail address": "greta@licensedhands.test"}).press("Continue")
    me.sees("Waits for their answer")
    look()
    me.go(link(app, "guardian_asked"))
    look()
    me.page.get_by_label("I am the guardian, I have read every point, and I agree").check()
    me.press("Send the answer").sees("Your agreement is kept")
    look()
    me.go("/guardian").sees("Agreed on")
    me.go(link(app, "guardian_given"))
    look()
    me.press("Take it back").sees("It is taken back.")


@pytest.mark.timeout(300)
def test_a_guardian_is_named_agrees_and_takes_it_back(traveler, somebody, app, axe):
    me, wrong = traveler.sign_in(somebody, PASSWORD), []

    def look():
        for width in (360, 1280):
            me.page.set_viewport_size({"width": width, "height": 900})
            if me.page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
                wrong.append(f"{me.page.url} scrolls sideways at {width}")
        wrong.extend(axe(me.page))

    walk(me, app, look)
    assert wrong == []


def test_the_same_without_scripts(plain_traveler, somebody, app):
    walk(plain_traveler.sign_in(somebody, PASSWORD), app, lambda: None)
