"""A week is shown with the shifts that decide about it: however long the roster, it reads few, and shows the same."""

from datetime import date, timedelta
from random import Random

import pytest
from sqlalchemy import insert, select

from marketplace.db import db
from providers.places.models import ProviderPlace
from providers.schedule.models import RosterShift
from providers.schedule.queries import list_clinic_hours, load_clinic_hours
from providers.schedule.rules.opening import LOOK_BACK_DAYS, open_spans
from tests.factories import LONG_AGO, ClinicFactory, ProviderFactory, ProviderPlaceFactory

MONDAY = date(2027, 3, 8)
SUNDAY = MONDAY + timedelta(days=6)
YEARS = [MONDAY + timedelta(days=number) for number in range(-700, 60)]


@pytest.fixture
def rostered(ctx):
    """Somebody at a rostered clinic, and `plan(shifts)` of (day, opens, closes in minutes)."""
    provider, clinic = ProviderFactory(), ClinicFactory(rostered=True)
    ProviderPlaceFactory(provider=provider, clinic_id=clinic.id)

    def plan(shifts):
        row = {"provider_id": provider.id, "clinic_id": clinic.id, "staffing": "full_time", "made_by": "admin", "made_at": LONG_AGO}
        db.session.execute(
            insert(RosterShift), [row | {"on": on, "opens_minute": opens, "closes_minute": closes} for on, opens, closes in shifts]
        )
        db.session.commit()
        return provider.id

    return plan


def everything(provider_id):
    places = db.session.scalars(select(ProviderPlace).where(ProviderPlace.provider_id == provider_id))
    return load_clinic_hours(db.session(), places)[provider_id]


def test_a_week_reads_no_more_than_it_needs(rostered):
    provider_id = rostered([(day, 540, 1020) for day in YEARS])
    (house,) = list_clinic_hours(db.session(), provider_id, MONDAY, SUNDAY)
    assert len(house.shifts) == LOOK_BACK_DAYS + 1 + 7 + 1
    assert max(shift.on for shift in house.shifts) == SUNDAY + timedelta(days=1)
    assert len(everything(provider_id)[0].shifts) == len(YEARS)


@pytest.mark.parametrize("seed", range(6))
def test_it_shows_what_the_whole_roster_would(rostered, seed):
    """Nights that run into the next day, days without a break and gaps, over a change of the clock."""
    random = Random(seed)
    always = seed % 2 == 0
    shifts = []
    for day in YEARS:
        if always or random.random() < 0.7:
            opens = 0 if always else random.randrange(0, 1440, 30)
            shifts.append((day, opens, opens + (1440 if always else random.randrange(60, 1440, 30))))
    provider_id = rostered(shifts)
    for first in (MONDAY, MONDAY - timedelta(days=3)):
        last = first + timedelta(days=6)
        few, whole = list_clinic_hours(db.session(), provider_id, first, last), everything(provider_id)
        shown = [open_spans([], [], first, last, None, clinics=houses) for houses in (few, whole)]
        assert shown[0] == shown[1]
        assert shown[0]
