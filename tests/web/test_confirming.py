"""The page behind a single-use link, the pages that send one, and what never leaks."""

import logging
import re

import pytest
from sqlalchemy import select

from marketplace.db import db
from marketplace.outbox.models import Letter
from marketplace.webkit.masking import mask
from providers.credentials.models import Credential
from tests.factories import AccountFactory, CredentialFactory, bookable_provider
from tests.support.callers import forms_of

DOCTOR = "mei.ostrander@clinic.test"
POLICY = "SECRETPOLICY-77-4321"
YES = {"name": "Mei Ostrander", "role": "Physician", "npi": "1234567893", "accepted": "yes", "answer": "yes"}


@pytest.fixture
def world(app):
    """A provider who works with a doctor and has a policy, and an admin."""
    with app.app_context():
        boss, owner = AccountFactory(role="admin"), AccountFactory(role="provider", name="Anna Example")
        anna = bookable_provider(account=owner, slug="anna")
        rows = {row.kind: row for row in db.session.scalars(select(Credential).where(Credential.provider_id == anna.id))}
        rows["liability_insurance"].number = POLICY
        db.session.commit()
        ids = {kind: row.public_id for kind, row in rows.items()}
        db.session.remove()
    return boss, owner, ids


def link(app):
    """The path in the newest letter to somebody outside."""
    with app.app_context():
        letter = db.session.scalars(
            select(Letter).where(Letter.kind.in_(("confirmation_asked", "confirmation_thanks"))).order_by(Letter.id.desc())
        ).first()
        return "/evidence/" + letter.facts["link"].rpartition("/")[2]


@pytest.fixture
def token_path(app, world, program):
    boss, _, ids = world
    made = program(boss).post(f"/admin/credentials/{ids['physician_collaboration']}/requests", {"email": DOCTOR})
    assert made.status_code == 201
    return link(app)


def level(program):
    return program(None).get("/providers/anna").json["collaborations"][0]


def test_a_doctor_confirms_and_takes_it_back(app, world, visitor, program, token_path):
    assert level(program)["level"] == "attested"
    doctor = visitor()
    page = doctor.open(token_path)
    assert (page.status_code, page.headers["X-Robots-Tag"], page.headers["Cache-Control"]) == (
        200,
        "noindex, nofollow",
        "private, no-store",
    )
    for words in ("Anna Example", "Dr. Mei Ostrander", "West Side", "No money is paid"):
        assert words in page.text
    assert "1234567893" not in page.text
    for _ in range(3):
        doctor.open(token_path)
    assert level(program)["level"] == "attested", "looking changes nothing"
    assert doctor.submit(at=token_path, **{**YES, "npi": "1234567890"}).status_code == 422
    thanks = doctor.submit(at=token_path, **YES, may_be_named="yes")
    assert "Your answer is kept" in thanks.text
    assert level(program) | {"valid_until": None} == level(program) | {
        "valid_until": None, "level": "confirmed", "name": "Dr. Mei Ostrander", "last_confirmed_on": "2027-01-12",
    }  # fmt: skip
    badge = program(None).get("/providers", near="10024").json["items"][0]["badges"][2]["text"]
    assert badge == "Works with a doctor: confirmed (MD), last confirmed 2027-01-12"
    assert "Works with a doctor: confirmed (MD), last confirmed Jan" in visitor().open("/providers/anna").text
    assert "no longer counts" in doctor.submit(at="/withdraw").text
    assert level(program)["level"] == "attested"
    assert level(program)["name"] is None


def test_an_insurer_sees_four_digits_and_no_more(app, world, visitor, program):
    boss, _, ids = world
    program(boss).post(f"/admin/credentials/{ids['liability_insurance']}/requests", {"email": "agent@carrier.test"})
    page = visitor().open(link(app)).text
    assert "4321" in page
    assert POLICY not in page
    assert "Hands &amp; Heart Mutual" in page
    assert "$2,000,000" in page


def answers(app, visitor, path, *more):
    """The pages of links that open nothing, without what differs by itself."""
    found = set()
    for one in (path, *more):
        page = visitor().open(one)
        found.add((page.status_code, re.sub(r'value="[^"]*"', "", page.text)))
    return found


def test_links_that_open_nothing_are_all_alike(app, world, visitor, token_path, clock):
    boss, _, ids = world
    visitor_ = visitor()
    visitor_.open(token_path)
    values = {**forms_of(visitor_.page)[-1]["values"], **YES}
    assert visitor_.client.post(token_path, data=values).status_code == 302
    again = visitor_.client.post(token_path, data=values)
    assert again.status_code == 404
    path = f"/admin/credentials/{ids['physician_collaboration']}"
    desk = visitor(boss)
    desk.open(path)
    desk.submit(at="/requests", email=DOCTOR)
    closed = link(app)
    desk.submit(at="/requests", close="yes")
    clock.advance(days=2)
    assert len(answers(app, visitor, token_path, closed, "/evidence/nothing", f"/evidence/{'x' * 43}")) == 1
    assert next(iter(answers(app, visitor, closed)))[0] == 404


def test_a_link_needs_the_token_of_its_page(app, visitor, token_path, program):
    stranger = visitor()
    assert stranger.client.post(token_path, data=YES).status_code == 400
    assert level(program)["level"] == "attested"


def test_an_old_link_is_closed(app, visitor, token_path, clock):
    clock.advance(days=13, hours=23)
    assert visitor().open(token_path).status_code == 200
    clock.advance(hours=1)
    assert visitor().open(token_path).status_code == 404


def test_programs_answer_too(app, world, program, token_path):
    path = token_path.replace("/evidence/", "/confirmations/")
    nobody = program(None)
    assert nobody.get(path).json["partner"]["name"] == "Dr. Mei Ostrander"
    body = {**YES, "accepted": True}
    assert nobody.post(path, {**body, "npi": "1234567890"}).json["errors"][0]["field"] == "npi"
    made = nobody.post(path, body)
    assert made.status_code == 200
    assert nobody.post(path, body).status_code == nobody.get(path).status_code == 404
    assert nobody.post(f"/confirmations/{made.json['token']}/withdraw").status_code == 204
    assert level(program)["level"] == "attested"


def test_a_provider_asks_for_their_own(app, world, visitor):
    _, owner, ids = world
    desk = visitor(owner)
    path = f"/provider/credentials/{ids['physician_collaboration']}/doctor"
    assert "Attested" in desk.open(path).text
    assert desk.submit(at=path, email=owner.email).status_code == 422
    desk.open(path)
    assert "on its way" in desk.submit(at=path, email=DOCTOR).text
    assert DOCTOR not in desk.open(path).text
    assert "Waiting for an answer" in desk.page.text
    assert "closed" in desk.submit(form=1, close="yes").text
    assert visitor().open(link(app)).status_code == 404
    assert desk.open(f"/provider/credentials/{ids['license']}/doctor").status_code == 404
    assert visitor(other_provider(app)).open(path).status_code == 404


def other_provider(app):
    with app.app_context():
        other = AccountFactory(role="provider")
        db.session.remove()
    return other


def test_an_admin_asks_from_the_credential(app, world, visitor):
    boss, _, ids = world
    desk = visitor(boss)
    desk.open(f"/admin/credentials/{ids['physician_collaboration']}")
    assert "on its way" in desk.submit(at="/requests", email=DOCTOR).text
    doctor = visitor()
    doctor.open(link(app))
    doctor.submit(at=link(app), **YES)
    assert "Mei Ostrander, Physician, NPI 1234567893" in desk.open(f"/admin/credentials/{ids['physician_collaboration']}").text


# --- what never leaks -----------------------------------------------------------------------------------------------------------


def test_nothing_secret_is_public(app, world, visitor, program, token_path, caplog):
    """Every public page, endpoint, feed and log of the provider, before and after the answer, without any of these."""
    _, owner, ids = world
    caplog.set_level(logging.DEBUG)
    token = token_path.rpartition("/")[2]
    with app.app_context():
        number = db.session.scalar(select(Credential.number).where(Credential.public_id == ids["license"]))
        files = [row.public_id for row in db.session.scalars(select(Credential))]
        CredentialFactory(kind="npi", plain_number="1881018208")
        db.session.remove()
    secrets = {
        DOCTOR,
        token,
        POLICY,
        "4321",
        number,
        "1234567893",
        "1881018208",
        "ostrander",
        "West Side Medicine",
        owner.email,
        "%PDF",
        *files,
    }

    def leaks():
        kinds = ("license", "liability_insurance", "physician_collaboration", "certificate", "background_check", "npi")
        pages = ["/", "/search?near=10024", "/search?near=10024&collaborates=1", "/providers/anna", "/sitemap.xml", "/robots.txt",
                 *(f"/providers/anna/evidence/{kind}" for kind in kinds)]  # fmt: skip
        calls = ["/meta", "/providers?near=10024", "/providers/anna", "/openapi.json"]
        texts = {path: app.test_client().get(path, follow_redirects=True).text for path in pages} | {
            path: program(None).call("GET", path).text for path in calls
        }
        answered = {path for path, text in texts.items() if "Anna Example" in text}
        assert {"/providers/anna", "/search?near=10024", "/providers?near=10024"} <= answered
        return {(path, one) for path, text in texts.items() for one in secrets if one.lower() in text.lower()}

    assert leaks() == set()
    doctor = visitor()
    doctor.open(token_path)
    doctor.submit(at=token_path, **YES)
    assert leaks() == set()
    logged = "\n".join(mask(record.getMessage()) for record in caplog.records)
    assert not [one for one in secrets if one in logged]


@pytest.mark.parametrize(
    ("line", "masked"),
    [
        ('"GET /evidence/abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG HTTP/1.1" 200', '"GET /evidence/… HTTP/1.1" 200'),
        ("/api/v1/confirmations/abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG/withdraw", "/api/v1/confirmations/…/withdraw"),
        ("/calendar/visit/abcdefghijklmnop.0123456789abcdef0123456789abcdef.ics", "/calendar/visit/…"),
        ("/providers/anna/evidence/physician_collaboration", "/providers/anna/evidence/physician_collaboration"),
    ],
)
def test_logs_show_no_key(line, masked):
    assert mask(line) == masked


def test_the_servers_loggers_are_masked(app, caplog):
    logger = logging.getLogger("werkzeug")
    with caplog.at_level(logging.INFO, logger="werkzeug"):
        logger.info('127.0.0.1 - "GET %s HTTP/1.1"', "/evidence/" + "k" * 43)
    assert "kkk" not in caplog.text
    assert "/evidence/…" in caplog.text
