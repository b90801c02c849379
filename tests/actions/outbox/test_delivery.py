"""Letters over a real mail server: once each, again after a fault, with the same name after a crash, never when overdue."""

import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text

from marketplace import clock as product_clock
from marketplace.db import db, transaction
from marketplace.outbox.actions import Post, deliver_due
from marketplace.outbox.changes import enqueue_letter, withdraw_letters
from marketplace.outbox.models import Letter
from marketplace.outbox.queries import given_up
from marketplace.outbox.rules import LEASE, MOST_REFUSALS
from marketplace.outbox.smtp_port import Attachment
from marketplace.oversight.jobs import deliver_letters
from marketplace.webkit.letters import KEY, render_letter
from tests.support.databases import environment_of

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def environment(mail_server):
    return {"SMTP_URL": mail_server.url}


def now():
    return product_clock.now()


def write(*names, **more):
    with transaction() as session:
        for name in names or ("one",):
            enqueue_letter(
                session, key=name, kind="code", recipient=f"{name}@example.com", now=now(), about="person:x",
                facts={"name": name, "code": "123456", "minutes": 10}, **more,
            )  # fmt: skip


def letter(name="one") -> Letter:
    db.session.rollback()
    return db.session.scalar(select(Letter).where(Letter.key == name))


def deliver() -> int:
    return deliver_letters(now())


def test_a_letter_leaves_once(ctx, mail_server):
    write()
    assert (deliver(), deliver()) == (1, 0)
    (taken,) = mail_server.taken
    assert taken["To"] == "one@example.com"
    assert taken["From"] == "Licensed Hands <visits@licensedhands.test>"
    assert taken["Subject"] == "123456 is your code"
    assert taken["Message-ID"] == f"<{letter().public_id}@127.0.0.1>"
    assert taken["Date"].datetime == now()
    assert taken["Auto-Submitted"] == "auto-generated"
    assert "Hello one," in taken.get_content()
    assert (letter().sent_at, letter().claimed_at, letter().attempts) == (now(), None, 1)


def test_the_same_key_twice_is_one_letter(ctx):
    write()
    write("one", "two")
    assert len(db.session.scalars(select(Letter.id)).all()) == 2


def test_a_letter_waits_for_its_time_and_the_oldest_goes_first(ctx, mail_server, clock):
    write("late", send_after_at=now() + timedelta(minutes=2))
    write("later", send_after_at=now() + timedelta(minutes=3))
    write("soon")
    assert deliver() == 1
    clock.advance(minutes=2, seconds=-1)
    assert deliver() == 0
    clock.advance(minutes=2)
    assert deliver() == 2
    assert [taken["To"].partition("@")[0] for taken in mail_server.taken] == ["soon", "late", "later"]


def test_an_overdue_letter_is_withdrawn(ctx, mail_server, clock):
    write(send_before_at=now() + timedelta(minutes=10))
    clock.advance(minutes=10)
    assert deliver() == 0
    assert letter().withdrawn_at == now()


def test_a_letter_taken_back_does_not_leave(ctx, mail_server):
    write()
    with transaction() as session:
        withdraw_letters(session, about="person:x", kinds=("code",), now=now())
    assert deliver() == 0


def test_after_an_outage_all_leave_once_within_a_minute(ctx, mail_server, clock):
    write("one", "two", "three")
    mail_server.close()
    for _ in range(20):
        assert deliver() == 0
        clock.advance(seconds=30)
    assert letter().withdrawn_at is None
    assert letter().last_error in ("ConnectionRefusedError", "OSError")
    mail_server.open()
    sent = 0
    for _ in range(30):
        sent += deliver()
        clock.advance(seconds=2)
    assert sent == 3
    assert sorted(taken["To"] for taken in mail_server.taken) == ["one@example.com", "three@example.com", "two@example.com"]


def test_a_server_that_asks_to_come_again_is_asked_again(ctx, mail_server, clock):
    mail_server.answer = "451 later"
    write()
    assert deliver() == 0
    mail_server.answer = "250 OK"
    assert deliver() == 0, "not at once"
    clock.advance(seconds=5)
    assert deliver() == 1


def test_a_letter_that_will_not_be_taken_does_not_hold_up_the_others_and_is_given_up(ctx, mail_server, clock):
    mail_server.answer = "550 no such person"
    write()
    for _ in range(MOST_REFUSALS):
        deliver()
        clock.advance(hours=3)
    assert mail_server.attempts == MOST_REFUSALS
    assert letter().failed_at is not None
    assert (letter().withdrawn_at, letter().refusals, letter().last_error) == (None, MOST_REFUSALS, "SMTPDataError")
    assert [*given_up(db.session(), now() - timedelta(days=30))] == [
        f"letter {letter().public_id} (code) was given up after {MOST_REFUSALS} refusals: SMTPDataError"
    ]
    mail_server.answer = "250 OK"
    write("two")
    assert deliver() == 1


def test_a_letter_that_cannot_be_rendered_does_not_cost_the_others(ctx, mail_server):
    with transaction() as session:
        enqueue_letter(session, key="bad", kind="code", recipient="bad@example.com", facts={}, now=now())
    write("good")
    assert deliver() == 1
    assert letter("bad").last_error == "UndefinedError"


def test_a_letter_whose_seal_does_not_open_does_not_cost_the_others(ctx, mail_server, clock):
    write("broken")
    write("good")
    db.session.execute(text("UPDATE outbox_letter SET recipient = 'no seal' WHERE key = 'broken'"))
    db.session.commit()
    assert deliver() == 1
    for _ in range(MOST_REFUSALS):
        clock.advance(hours=3)
        assert deliver() == 0
    db.session.rollback()
    row = db.session.execute(select(Letter.refusals, Letter.last_error, Letter.failed_at).where(Letter.key == "broken")).one()
    assert (row.refusals, row.last_error) == (MOST_REFUSALS, "InvalidToken")
    assert row.failed_at is not None


def test_a_port_that_raises_for_one_letter_sends_the_others_and_comes_back_to_it_later(ctx, clock):
    write("poison", "one", "two")
    sent = []

    def send(envelope, _message):
        if envelope.recipient.startswith("poison"):
            raise RuntimeError("poison@example.com is not to be logged")
        sent.append(envelope.recipient)

    post = Post(render_letter, send, now=product_clock.now)
    assert deliver_due(post) == 2
    assert sorted(sent) == ["one@example.com", "two@example.com"]
    assert (letter("poison").refusals, letter("poison").send_after_at) == (1, now() + timedelta(minutes=1))
    assert letter("poison").last_error == "RuntimeError"


def test_an_outage_does_not_use_up_a_letters_tries(ctx, mail_server, clock):
    write()
    mail_server.close()
    for _ in range(MOST_REFUSALS + 5):
        deliver()
        clock.advance(seconds=30)
    mail_server.open()
    mail_server.answer = "550 no such person"
    deliver()
    assert (letter().failed_at, letter().refusals) == (None, 1)
    mail_server.answer = "250 OK"
    clock.advance(minutes=1)
    assert deliver() == 1


def test_many_senders_send_each_letter_once(app, mail_server):
    with app.app_context():
        write(*(f"n{number}" for number in range(40)))

    def work(_):
        with app.app_context():
            return deliver()

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(work, range(6))) == 40
    assert len({taken["To"] for taken in mail_server.taken}) == len(mail_server.taken) == 40


def test_a_claim_left_by_a_dead_process_is_taken_over_with_the_same_name(ctx, mail_server, clock):
    write()

    def die(*_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        deliver_due(Post(render_letter, die, now=product_clock.now))
    assert letter().claimed_at == now()
    assert deliver() == 0, "it may still be at work"
    clock.advance(seconds=LEASE.total_seconds())
    assert deliver() == 1
    assert mail_server.taken[0]["Message-ID"] == f"<{letter().public_id}@127.0.0.1>"
    assert letter().attempts == 2


def test_calendar_files_go_along(ctx, mail_server):
    content = b"BEGIN:VCALENDAR\r\nSUMMARY:Caf\xc3\xa9\r\nEND:VCALENDAR\r\n"
    ctx.extensions[KEY]["code"] = lambda facts: [
        Attachment(f"{facts['name']}.ics", content, "text/calendar; method=REQUEST"),
        Attachment("a.pdf", b"%PDF-1.7 \x00\xff", "application/pdf"),
    ]
    write()
    assert deliver() == 1
    calendar, pdf = mail_server.taken[0].iter_attachments()
    assert calendar.get_content_type() == "text/calendar"
    assert calendar["Content-Type"].params["method"] == "REQUEST"
    assert calendar.get_filename() == "one.ics"
    assert calendar.get_content().replace("\r\n", "\n") == content.decode().replace("\r\n", "\n")
    assert pdf.get_content() == b"%PDF-1.7 \x00\xff"


@pytest.mark.parametrize("name", ["Ann\r\nBcc: evil@example.com", "Zoë ☕ 李", "<script>alert(1)</script>", "{{ 7 * 7 }}"])
def test_text_from_people_is_inert(ctx, mail_server, name):
    with transaction() as session:
        enqueue_letter(
            session, key="x", kind="reset", recipient="x@example.com", now=now(), facts={"name": name, "link": "http://x", "minutes": 15}
        )
    assert deliver() == 1
    (taken,) = mail_server.taken
    assert taken["Bcc"] is None
    assert "49" not in taken.get_content()
    assert f"Hello {name}".replace("\r\n", "\n") in taken.get_content().replace("\r\n", "\n")


def test_recipients_and_facts_are_sealed(ctx):
    write()
    raw = str(db.session.connection().exec_driver_sql("SELECT * FROM outbox_letter").all())
    assert "one@example.com" not in raw
    assert "123456" not in raw


class TestWithoutServer:
    @pytest.fixture
    def environment(self):
        return {}

    def test_letters_count_as_shown(self, ctx):
        write()
        assert deliver() == 1
        assert letter().sent_at == now()


class TestProductionWithoutServer:
    @pytest.fixture
    def environment(self):
        return {"APP_ENV": "production", "BASE_URL": "https://hands.example", "RATE_LIMITS": "on", "CLOCK_FILE": ""}

    def test_letters_wait_for_one(self, ctx):
        write()
        assert deliver() == 0
        assert letter().sent_at is None


SLOW = """
import sys, time
from marketplace import clock
from marketplace.outbox.actions import Post, deliver_due
from marketplace.webkit.letters import render_letter
from wsgi import app
def hang(envelope, message):
    print("claimed", flush=True)
    time.sleep(60)
with app.app_context():
    deliver_due(Post(render_letter, hang, now=clock.now))
"""


def test_kill_minus_nine_between_claim_and_sending_loses_no_letter(ctx, database, mail_server, clock):
    write("one", "two")
    environment = {**environment_of(database.url), "CLOCK_FILE": str(clock.path), "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen([sys.executable, "-c", SLOW], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline().strip() == "claimed"
    process.send_signal(signal.SIGKILL)
    process.wait(10)
    process.stdout.close()
    assert deliver() == 1, "the other letter is not held up"
    clock.advance(seconds=LEASE.total_seconds())
    assert deliver() == 1
    assert sorted(taken["To"] for taken in mail_server.taken) == ["one@example.com", "two@example.com"]
