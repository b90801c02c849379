"""Maps through both databases: each a version of its own, the one of the visit before the newest, the one before it of another occasion."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from booking.bodymap.actions import Drawing, draw_map, open_map
from booking.bodymap.models import PainMap
from booking.bodymap.queries import find_before, get_map, load_maps
from booking.bodymap.rules import Mark
from booking.screening.models import Screening
from marketplace.audit import AuditEntry
from marketplace.db import db
from marketplace.kernel.errors import NotFound, Refused
from tests.factories import PainMapFactory, PersonFactory, bookable_provider
from tests.support.visits import book_visit, visit_of

NECK, CALF = Mark("neck_back", 6, "ache", "zznotezz"), Mark("calf_r", 2, "stiff")


@pytest.fixture
def person(ctx):
    return PersonFactory()


@pytest.fixture
def visit(clock, person):
    return visit_of(book_visit(bookable_provider(slug="anna"), person, clock.now + timedelta(days=3), clock.now))


def draw(person, clock, *marks, visit=None, note=""):
    return draw_map(Drawing(marks, note, visit and visit.public_id), person.id, "account:client", clock.now)


def test_each_map_is_a_row_of_its_own_from_head_to_foot_and_sealed(person, clock):
    first, second = draw(person, clock, CALF, NECK), draw(person, clock, CALF, note="zzbetterzz")
    assert first.marks == (NECK, CALF)
    assert [one.public_id for one in load_maps(db.session, person.id).items] == [second.public_id, first.public_id]
    assert get_map(db.session, first.public_id, person.id) == first
    raw = str(db.session.connection().exec_driver_sql("SELECT * FROM pain_map").all())
    told = str([entry.details for entry in db.session.scalars(select(AuditEntry))])
    assert not [word for word in ("zznotezz", "zzbetterzz", "neck_back", "ache") if word in raw + told]


def test_maps_are_read_page_by_page(person, clock):
    drawn = [draw(person, clock, CALF).public_id for _number in range(5)]
    PainMapFactory()
    read, before = [], None
    while True:
        page = load_maps(db.session, person.id, before, 2)
        read += [one.public_id for one in page.items]
        before = page.more_before
        if before is None:
            break
    assert read == drawn[::-1]


def test_at_a_visit_its_own_map_counts_and_is_compared_with_another_occasion(person, visit, clock):
    old = draw(person, clock, NECK)
    draw(person, clock, CALF, visit=visit)
    own = draw(person, clock, NECK, CALF, visit=visit)
    later = draw(person, clock)
    shown = open_map(visit.public_id, "account:anna", clock.now)
    assert (shown.drawn, shown.before) == (own, old)
    assert [(change.region, change.way) for change in shown.changes] == [("neck_back", "same"), ("calf_r", "new")]
    assert find_before(db.session, person.id, later) == own
    assert find_before(db.session, person.id, old) is None
    [look] = db.session.scalars(select(AuditEntry).where(AuditEntry.verb == "health.read")).all()
    assert look.details == {"what": "pain_map", "appointment": visit.public_id}


def test_what_the_answers_bar_is_left_out_spelled_out_from_head_to_foot(person, visit, clock):
    row = db.session.scalars(select(Screening)).one()
    row.result = {**row.result, "barred_regions": ["foot_l", "sacrum", "affected_region"]}
    db.session.commit()
    assert open_map(visit.public_id, "account:anna", clock.now).left_out == ("sacrum", "foot_l")


def test_nobody_draws_for_anothers_visit_and_a_faulty_map_is_not_kept(person, visit, clock):
    with pytest.raises(NotFound):
        draw(PersonFactory(), clock, NECK, visit=visit)
    with pytest.raises(Refused) as refused:
        draw(person, clock, NECK, NECK)
    assert [fault.field for fault in refused.value.faults] == ["marks[1].region"]
    assert db.session.scalars(select(PainMap)).all() == []
