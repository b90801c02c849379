"""The two 1:30s of the November night in letters: each says which one it is."""

from datetime import UTC, datetime

import pytest

from booking.appointments.changes.letters import Sending, letter_facts
from booking.appointments.queries import get_any
from marketplace.db import db
from marketplace.webkit.letters import render_letter
from tests.factories import AppointmentFactory
from tests.support.visits import BASE_URL

pytestmark = pytest.mark.usefixtures("ctx")


@pytest.mark.parametrize("kind", ["visit_booked", "visit_moved", "visit_reminder", "visit_cancelled", "provider_visit_booked"])
@pytest.mark.parametrize(
    ("starts_at", "said"),
    [
        (datetime(2027, 11, 7, 5, 30, tzinfo=UTC), "1:30 AM EDT to 1:30 AM EST"),
        (datetime(2027, 11, 7, 6, 30, tzinfo=UTC), "1:30 AM EST to 2:30 AM"),
    ],
)
def test_a_letter_says_which_of_the_two_hours_it_is(kind, starts_at, said):
    visit = AppointmentFactory(starts_at=starts_at, terms={"summary": "Free until a day before"})
    db.session.commit()
    facts = letter_facts(get_any(db.session(), visit.public_id), Sending(BASE_URL), for_provider=kind.startswith("provider"))
    letter = render_letter(kind, facts)
    assert said in letter.text.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")
    assert said.split(" to ")[0] in letter.subject.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")
