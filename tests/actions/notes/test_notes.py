"""Notes through their verbs, and the database's own word: what is signed does not change by any path."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from booking.appointments.models import Appointment
from booking.notes.actions.keep import Written, carry_note, keep_note
from booking.notes.actions.look import open_note
from booking.notes.actions.sign import add_to_note, lock_note
from booking.notes.models import ClinicalNote, NoteAddendum, NoteKey
from booking.notes.queries import find_locked, find_note, find_signed, note_findings, signed_at
from booking.notes.rules.content import Note, Used
from booking.upkeep.queries import findings
from marketplace.audit import AuditEntry
from marketplace.db import db, transaction
from marketplace.kernel.errors import Conflict, NotFound, Refusal, Refused, Stale
from marketplace.oversight.actions import rotate_table
from tests.factories import bookable_provider
from tests.support.clocks import START
from tests.support.racing import race
from tests.support.visits import book_visit

ANNA = "account:anna"
DAY = timedelta(days=1)
SECRET = "zz the left shoulder catches zz"
NOTE = Note(
    subjective=SECRET, plan="weekly", techniques=(Used("myofascial_release", 20, ("neck_back",)), Used("trigger_point", 30)), minutes=50
)


def visit_for(anna, sam, days=2, status="checked_in"):
    """A visit that has begun; gives its public id."""
    made = book_visit(anna, sam, START + days * DAY, START).booked.appointment.public_id
    with transaction() as session:
        session.scalars(select(Appointment).where(Appointment.public_id == made)).one().status = status
    return made


def signed(anna, visit, note=NOTE, now=START):
    keep_note(visit, anna.id, Written(note), ANNA, now)
    return lock_note(visit, anna.id, None, ANNA, now)


def rows(table):
    db.session.rollback()
    return [tuple(row) for row in db.session.execute(text(f"SELECT * FROM {table} ORDER BY id"))]


def test_a_note_is_kept_signed_and_known_by_its_mark(anna, sam):
    visit = visit_for(anna, sam)
    assert keep_note(visit, anna.id, Written(Note(subjective="so")), ANNA, START).version == 1
    assert keep_note(visit, anna.id, Written(NOTE, 1), ANNA, START).version == 2
    assert keep_note(visit, anna.id, Written(NOTE, 2), ANNA, START).version == 2
    kept = lock_note(visit, anna.id, 2, ANNA, START + DAY)
    assert (kept.signature.name, kept.signature.at, len(kept.digest)) == ("Anna Alder", START + DAY, 64)
    row = db.session.scalars(select(Appointment).where(Appointment.public_id == visit)).one()
    locked = find_locked(db.session(), row.id)
    assert (locked.hands_on_minutes, locked.techniques, locked.signed_by, locked.digest) == (50, NOTE.techniques, "Anna Alder", kept.digest)
    assert signed_at(db.session(), row.id) == START + DAY
    verbs = [entry.verb for entry in db.session.scalars(select(AuditEntry).where(AuditEntry.object_id == visit)) if "note." in entry.verb]
    assert verbs == ["note.kept", "note.kept", "note.signed"]
    assert list(findings(db.session(), START)) == []


def test_nothing_of_a_note_stands_in_the_database_in_words(anna, sam):
    visit = visit_for(anna, sam)
    signed(anna, visit)
    add_to_note(visit, anna.id, SECRET, ANNA, START)
    for table in ("clinical_note", "note_key", "note_addendum", "audit_entry", "outbox_letter"):
        assert SECRET not in str(rows(table)), table


@pytest.mark.parametrize("status, code", [("cancelled", "wrong_state"), ("no_show", "wrong_state"), ("requested", "wrong_state")])
def test_there_is_no_note_of_a_visit_that_does_not_take_place(anna, sam, status, code):
    visit = visit_for(anna, sam, status=status)
    for deed in (lambda: keep_note(visit, anna.id, Written(NOTE), ANNA, START), lambda: open_note(visit, anna.id, ANNA, START)):
        with pytest.raises(Conflict) as refused:
            deed()
        assert refused.value.code == code


def test_it_can_be_prepared_before_the_visit_and_signed_once_it_has_begun(anna, sam):
    visit = visit_for(anna, sam, status="confirmed")
    keep_note(visit, anna.id, Written(NOTE), ANNA, START)
    with pytest.raises(Conflict, match="wrong_state"):
        lock_note(visit, anna.id, None, ANNA, START)


def test_of_others_there_is_nothing(anna, sam):
    visit, bea = visit_for(anna, sam), bookable_provider(slug="bea")
    signed(anna, visit)
    for deed in (
        lambda: open_note(visit, bea.id, "account:bea", START),
        lambda: keep_note(visit, bea.id, Written(NOTE), "account:bea", START),
        lambda: carry_note(visit, bea.id, None, "account:bea", START),
        lambda: lock_note(visit, bea.id, None, "account:bea", START),
        lambda: add_to_note(visit, bea.id, "so", "account:bea", START),
    ):
        with pytest.raises(NotFound):
            deed()


def test_two_tabs_lose_nothing(anna, sam):
    visit = visit_for(anna, sam)
    keep_note(visit, anna.id, Written(NOTE, 0), ANNA, START)
    with pytest.raises(Stale) as refused:
        keep_note(visit, anna.id, Written(replace(NOTE, plan="never"), 0), ANNA, START)
    assert (refused.value.code, refused.value.details["version"], refused.value.details["saved"]["plan"]) == ("note_changed", 1, "weekly")
    with pytest.raises(Stale):
        lock_note(visit, anna.id, 0, ANNA, START)
    assert keep_note(visit, anna.id, Written(replace(NOTE, plan="never"), 1), ANNA, START).note.plan == "never"


def test_carried_words_are_marked_and_keep_a_note_from_being_signed(anna, sam):
    first, second = visit_for(anna, sam), visit_for(anna, sam, 9)
    with pytest.raises(NotFound):
        carry_note(second, anna.id, None, ANNA, START)
    signed(anna, first)
    kept = carry_note(second, anna.id, 0, ANNA, START)
    assert (kept.note, kept.carried) == (Note(subjective=SECRET, plan="weekly"), ("subjective", "plan"))
    todays = replace(NOTE, plan="every two weeks")
    assert keep_note(second, anna.id, Written(todays), ANNA, START).carried == ("subjective",)
    with pytest.raises(Refused) as refused:
        lock_note(second, anna.id, None, ANNA, START)
    assert [fault.field for fault in refused.value.faults] == ["subjective"]
    assert keep_note(second, anna.id, Written(todays, confirmed=frozenset({"subjective"})), ANNA, START).carried == ()
    assert lock_note(second, anna.id, None, ANNA, START).signature is not None


def test_a_look_at_the_note_before_is_in_the_log_of_its_client(anna, sam):
    first, second = visit_for(anna, sam), visit_for(anna, sam, 9)
    signed(anna, first)
    opened = open_note(second, anna.id, ANNA, START)
    assert (opened.kept, opened.before.kept.appointment) == (None, first)
    reads = db.session.scalars(select(AuditEntry).where(AuditEntry.verb == "health.read")).all()
    assert [entry.details for entry in reads] == [{"what": "note", "appointment": first}]


def test_addenda_are_added_in_order_and_only_to_what_is_signed(anna, sam):
    visit = visit_for(anna, sam)
    with pytest.raises(NotFound):
        add_to_note(visit, anna.id, "early", ANNA, START)
    keep_note(visit, anna.id, Written(NOTE), ANNA, START)
    with pytest.raises(Conflict, match="note_open"):
        add_to_note(visit, anna.id, "early", ANNA, START)
    lock_note(visit, anna.id, None, ANNA, START)
    for number, words in enumerate(("the client called", "and once more")):
        add_to_note(visit, anna.id, words, ANNA, START + number * DAY)
    with pytest.raises(Refused):
        add_to_note(visit, anna.id, "  ", ANNA, START)
    row = db.session.scalars(select(Appointment).where(Appointment.public_id == visit)).one()
    assert [(one.text, one.written_at) for one in find_signed(db.session(), row.id).addenda] == [
        ("the client called", START), ("and once more", START + DAY),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE clinical_note SET content = 'x'",
        "UPDATE clinical_note SET locked_at = NULL, digest = NULL, signed_by = NULL, signed_name = NULL",
        "UPDATE clinical_note SET digest = 'x'",
        "UPDATE clinical_note SET version = 9",
        "UPDATE clinical_note SET person_id = person_id",
        "DELETE FROM clinical_note",
        "UPDATE note_addendum SET content = 'x'",
        "DELETE FROM note_addendum",
        "DELETE FROM note_key",
    ],
)
def test_the_database_refuses_to_change_what_is_signed(anna, sam, statement):
    visit = visit_for(anna, sam)
    signed(anna, visit)
    add_to_note(visit, anna.id, "more", ANNA, START)
    before = [rows(table) for table in ("clinical_note", "note_addendum", "note_key")]
    with pytest.raises(DBAPIError, match=r"append-only|FOREIGN KEY|foreign key"):
        db.session.execute(text(statement))
    db.session.rollback()
    assert [rows(table) for table in ("clinical_note", "note_addendum", "note_key")] == before


def test_another_field_key_leaves_a_signed_note_as_it_is(anna, sam):
    visit = visit_for(anna, sam)
    kept = signed(anna, visit)
    before, keys = rows("clinical_note"), rows("note_key")
    rotate_table(NoteKey.__table__, [NoteKey.__table__.c.data_key], lambda _done: None)
    assert rows("clinical_note") == before
    assert rows("note_key") != keys
    row = db.session.scalars(select(Appointment).where(Appointment.public_id == visit)).one()
    assert find_signed(db.session(), row.id) == kept


def test_a_key_that_was_exchanged_is_found(anna, sam):
    signed(anna, visit_for(anna, sam))
    assert note_findings(db.session()) == []
    with transaction() as session:
        session.scalars(select(NoteKey)).one().data_key = "A" * 43 + "="
    db.session.rollback()
    assert [one.endswith("is not what was signed") for one in note_findings(db.session())] == [True]


WORDS = st.sampled_from(["", "a", "b"])
DEEDS = st.lists(
    st.tuples(
        st.sampled_from(["keep", "carry", "lock", "sql update", "sql delete", "sql key"]), WORDS, st.none() | st.integers(0, 3)
    ),
    max_size=6,
)  # fmt: skip


@given(DEEDS)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_whatever_is_tried_a_signed_note_stays(anna, sam, deeds):
    visit = getattr(sam, "signed_visit", None)
    if visit is None:
        sam.signed_visit = visit = visit_for(anna, sam)
        signed(anna, visit)
    before = rows("clinical_note")
    for what, words, version in deeds:
        written = Written(replace(NOTE, subjective=words), version)
        tried = {
            "keep": lambda written=written: keep_note(visit, anna.id, written, ANNA, START),
            "carry": lambda version=version: carry_note(visit, anna.id, version, ANNA, START),
            "lock": lambda version=version: lock_note(visit, anna.id, version, ANNA, START),
            "sql update": lambda words=words: db.session.execute(text("UPDATE clinical_note SET content = :words"), {"words": words}),
            "sql delete": lambda: db.session.execute(text("DELETE FROM clinical_note")),
            "sql key": lambda: db.session.execute(text("DELETE FROM note_key")),
        }[what]
        with pytest.raises((Refusal, DBAPIError)):
            tried()
        db.session.rollback()
    assert rows("clinical_note") == before
    assert note_findings(db.session()) == []


def test_one_of_many_first_savers_makes_the_note_and_the_others_see_it(app, anna, sam):
    visit, provider_id = visit_for(anna, sam), anna.id
    deeds = [lambda n=n: keep_note(visit, provider_id, Written(Note(subjective=str(n)), 0), ANNA, START) for n in range(4)]
    assert race(app, deeds) == {"done": 1, "note_changed": 3}
    assert len(rows("clinical_note")) == 1


def test_signing_and_writing_at_once_end_in_one_of_two_ways(app, anna, sam):
    """Either the words came first and were signed, or they came too late and are refused; never signed words that changed."""
    visit, provider_id = visit_for(anna, sam), anna.id
    keep_note(visit, provider_id, Written(NOTE), ANNA, START)
    later = replace(NOTE, plan="never")
    ended = race(
        app,
        [
            lambda: keep_note(visit, provider_id, Written(later), ANNA, START),
            lambda: lock_note(visit, provider_id, None, ANNA, START),
            lambda: add_to_note(visit, provider_id, "more", ANNA, START),
        ],
    )
    row = db.session.scalars(select(Appointment).where(Appointment.public_id == visit)).one()
    kept = find_note(db.session(), row.id, provider_id)
    assert kept.signature is not None
    assert (kept.note.plan == "weekly") == (ended["note_locked"] == 1)
    assert len(kept.addenda) == 1 - ended["note_open"]
    assert sum(ended.values()) == 3
    assert ended["done"] == 3 - ended["note_locked"] - ended["note_open"]
    assert note_findings(db.session()) == []


def test_signed_once_whoever_races(app, anna, sam):
    visit, provider_id = visit_for(anna, sam), anna.id
    keep_note(visit, provider_id, Written(NOTE), ANNA, START)
    assert race(app, [lambda: lock_note(visit, provider_id, None, ANNA, START)] * 4) == {"done": 1, "note_locked": 3}
    assert [json.dumps(row.digest) for row in db.session.scalars(select(ClinicalNote))] != []
    assert db.session.scalars(select(NoteAddendum)).all() == []
