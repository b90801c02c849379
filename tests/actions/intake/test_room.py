"""Room for papers: counted under a lock, and looked after by `flask check`."""

import hashlib
from datetime import date

from booking.intake.actions.keep_files import keep_file
from booking.intake.queries import intake_findings, list_files
from booking.intake.rules.files import MOST_FILES, About
from marketplace.db import db
from providers.credentials.rules.drafts import Document
from tests.factories import HealthFileFactory, PersonFactory
from tests.support.racing import race

PDF = b"%PDF-1.7 %%EOF"
PAPER = Document("application/pdf", PDF, hashlib.sha256(PDF).hexdigest())


def kept(app, number):
    """Somebody who keeps so many papers."""
    with app.app_context():
        person = PersonFactory()
        for _number in range(number):
            HealthFileFactory(person=person)
        return person.id


def test_two_papers_at_once_for_the_last_place_are_one(app, clock):
    person_id = kept(app, MOST_FILES - 1)
    send = [lambda: keep_file(About("imaging", date(2026, 11, 2)), PAPER, person_id, "test:ann", clock.now)] * 2
    assert race(app, send) == {"done": 1, "no_room": 1}
    with app.app_context():
        assert len(list_files(db.session(), person_id)) == MOST_FILES
        assert list(intake_findings(db.session())) == []


def test_more_papers_than_there_is_room_for_are_found(app):
    kept(app, MOST_FILES + 1)
    with app.app_context():
        [finding] = intake_findings(db.session())
    assert f"keeps {MOST_FILES + 1} files of {(MOST_FILES + 1) * len(PDF)} bytes" in finding
