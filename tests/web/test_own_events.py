"""Own visits never come back as busy, however often they are read; visits with a colleague of the house do."""

import io
from datetime import timedelta

import pytest
from sqlalchemy import select

from booking.appointments.models import Appointment
from marketplace.accounts.models import Account
from marketplace.db import db
from marketplace.kernel.walltime import to_minute
from providers.calendars.forms import TRANSPORT
from providers.schedule.models import Claim, OutsideBusy
from tests.factories import AccountFactory, PersonFactory, bookable_provider, person_of
from tests.rules.calendars.texts import calendar, event
from tests.support.clocks import START
from tests.support.feeds import SmallNet, shelf
from tests.support.visits import book_visit

PATH = "/provider/calendars"
DAY, NEXT = START + timedelta(days=2), START + timedelta(days=3)


@pytest.fixture
def anna(app, program):
    """Anna's desk, whose calendar holds what this house gives out: a visit with her, and one that she has herself with Bob."""
    with shelf() as server, app.app_context():
        server.etags = False
        app.extensions[TRANSPORT] = SmallNet(server.port)
        provider, bob = bookable_provider(slug="anna"), bookable_provider(slug="bob")
        owner = db.session.get_one(Account, provider.account_id)
        book_visit(provider, person_of(AccountFactory()), DAY, START)
        book_visit(bob, PersonFactory(account=owner), NEXT, START)
        uids = db.session.scalars(select(Appointment.uid).order_by(Appointment.id)).all()
        # The copy of her own visit is older than the visit: it stands at another time.
        times = (DAY + timedelta(hours=2), NEXT)
        server.pages["/c.ics"] = calendar(
            *(event(f"UID:{uid}", f"DTSTART:{begin:%Y%m%dT%H%M%SZ}", "DURATION:PT1H") for uid, begin in zip(uids, times, strict=True))
        )
        db.session.remove()
        yield program(owner)


def rows():
    db.session.rollback()
    return (
        db.session.execute(select(Claim.id, Claim.live).order_by(Claim.id)).all(),
        db.session.execute(select(OutsideBusy.id, OutsideBusy.begin_minute, OutsideBusy.end_minute)).all(),
    )


def test_a_visit_with_a_colleague_takes_time_and_ones_own_does_not_ten_times_over(anna, app):
    public_id = anna.post(PATH, {"url": "https://calendars.example/c.ics", "name": "Private"}).json["id"]
    before = rows()
    assert [row[1:] for row in before[1]] == [(to_minute(NEXT), to_minute(NEXT) + 60)]
    for _ in range(10):
        anna.post(f"{PATH}/{public_id}/sync")
    assert rows() == before


def test_a_file_is_read_in_the_same_way(anna, app):
    with app.app_context():
        uid = db.session.scalar(select(Appointment.uid).order_by(Appointment.id).limit(1))
    from_file = calendar(event(f"UID:{uid}", f"DTSTART:{DAY:%Y%m%dT%H%M%SZ}", "DURATION:PT3H"))
    assert upload(anna, from_file).json["blocks"] == 0


def upload(desk, content):
    data = {"name": "File", "file": (io.BytesIO(content), "my.ics")}
    return desk.call("POST", PATH, data=data, content_type="multipart/form-data")
