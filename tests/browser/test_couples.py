"""Two people side by side in a real browser: one books, the other answers on a page of their own, and both visits are confirmed at once."""

from urllib.parse import urlsplit

import pytest
from sqlalchemy import select

from booking.appointments.models import Appointment
from marketplace.db import db
from tests.support.journeys import GUEST

pytestmark = pytest.mark.browser

WHO_ELSE = {"The other person's name": "Noor Haddad", "Their e-mail": "noor@example.org"}


def newest_two(app):
    with app.app_context():
        found = db.session.scalars(select(Appointment).order_by(Appointment.id.desc()).limit(2)).all()
        return sorted((visit.status, visit.starts_at.isoformat()) for visit in found)


def answers_link(me):
    """Where the letter to the other person leads: the newest request is theirs or the booker's."""
    link = str(me.letter("visit_requested").facts["answers_link"])
    return urlsplit(link).path


def answer_and_agree(me):
    for question in me.page.locator("fieldset.field").all():
        option = question.get_by_label("No", exact=True)
        if option.count():
            option.check()
    me.page.get_by_label("I have read this").check()
    return me.press("Send my answers")


@pytest.mark.timeout(600)
def test_two_people_are_seen_side_by_side(either_traveler, app):
    me = either_traveler
    me.search(when="Tomorrow", setting="At a clinic").follow("For two, side by side")
    me.sees("Two people, two therapists, the same start, one place.")
    me.click(me.page.locator("a.start").first).sees("Who comes along?").fill(WHO_ELSE).press("Hold both times")
    me.answer_health().consent().place(GUEST).sees("Book both visits").sees("For Noor Haddad").enter_code().press("Book both visits")
    me.sees("Both times are kept.").sees("Waits for the other visit")
    mine = me.page.url
    assert {status for status, _ in newest_two(app)} == {"requested"}
    me.go(answers_link(me)).sees("Whoever booked never sees them")
    answer_and_agree(me).sees("Both visits are confirmed.")
    (one, start), (other, same) = newest_two(app)
    assert (one, other) == ("confirmed", "confirmed")
    assert start == same
    me.go(urlsplit(mine).path).sees("For two: Noor is with").follow("Move").sees("Both visits move, or neither")
    me.click(me.page.locator("button.time").nth(2)).sees("Moved.")
    (one, start), (_, same) = newest_two(app)
    assert start == same
