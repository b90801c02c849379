"""The cancellation clock is one clock: the same words, instants and cents wherever it stands, at every edge to the second."""

import re
from datetime import datetime, timedelta
from html import unescape
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from booking.appointments.models import Appointment
from booking.screening import catalogue
from marketplace.db import db
from marketplace.outbox.models import Letter
from marketplace.webkit.letters import render_letter
from providers.services.rules.terms import DEFAULT_TERMS, terms_to_dict
from tests.factories import AccountFactory, TermsPolicyFactory, bookable_provider, person_of
from tests.support.visits import clear_answers

NEW_YORK = ZoneInfo("America/New_York")
SECOND = timedelta(seconds=1)
# Eight hours before nine lies in the hour that the November night repeats.
STEPS = [{"hours": 24, "fee_percent": 0}, {"hours": 8, "fee_percent": 50}, {"hours": 0, "fee_percent": 100}]
TERMS = terms_to_dict(DEFAULT_TERMS) | {"steps": STEPS}
STARTS = {
    "an ordinary Thursday": ("2027-01-14T09:00", "Wed Jan 13, 9:00 AM", "Thu 1:00 AM"),
    "the morning after the missing hour": ("2027-03-14T09:00", "Sat Mar 13, 8:00 AM", "Sun 12:00 AM"),
    "the morning after the repeated hour": ("2027-11-07T09:00", "Sat Nov 6, 10:00 AM", "Sun 1:00 AM EST"),
}


def plain(markup):
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", markup)).replace("\xa0", " ").split())


def undated(words):
    return words.replace("today, ", "").replace("tomorrow, ", "")


def bar(page):
    """What each stretch of the bar says: the amount, and until when."""
    (drawn,) = re.findall(r'<ol class="clock">(.*?)</ol>', page.text, re.DOTALL)
    rows = re.findall(r"<b>(.*?)</b>\s*<span>(.*?)</span>", drawn, re.DOTALL)
    return [(plain(amount), plain(words)) for amount, words in rows]


def lines(page):
    return [plain(line) for line in re.findall(r'<p class="clock-line">(.*?)</p>', page.text, re.DOTALL)]


def fee_cents(amount):
    return 0 if amount == "Free" else round(float(amount.strip("$")) * 100)


@pytest.fixture(params=STARTS, ids=lambda name: name.replace(" ", "-"))
def case(request):
    start, free_until, full_from = STARTS[request.param]
    return datetime.fromisoformat(start).replace(tzinfo=NEW_YORK), free_until, full_from


@pytest.fixture
def stage(app, clock, case):
    """Three days ahead, two providers alike: one will be booked, the other one stays free to be looked at."""
    clock.set(datetime.fromtimestamp(case[0].timestamp(), NEW_YORK) - timedelta(days=3))
    with app.app_context():
        account = AccountFactory(name="Alma Vega")
        person_of(account)
        for slug in ("rosa", "mira"):
            TermsPolicyFactory(provider=bookable_provider(slug=slug, name=slug.title()), terms=TERMS)
        return account


class Faces:
    """Every face on which the clock stands, of one start: with `free` that anybody can still book it, with `visit` that it is booked."""

    def __init__(self, visitor, program, account, start):
        self.visitor, self.account, self.start = visitor, account, start
        self.api = program(account)
        self.day = start.date().isoformat()

    def wish(self, slug):
        return {"provider": slug, "service": "medical-massage", "minutes": 60, "setting": "clinic", "starts_at": self.start.isoformat()}

    def searched(self):
        page = self.visitor().open("/search", condition="neck_pain", setting="clinic", minutes="60", when="date", date=self.day)
        (line,) = {line for line in lines(page) if line.startswith("9:00 AM start:")}
        return line.removeprefix("9:00 AM start: ")

    def start_page(self):
        wish = {name: value for name, value in self.wish("mira").items() if name != "provider"}
        return self.visitor().open("/providers/mira/start", **wish)

    def quote(self):
        return self.api.post("/quotes", self.wish("mira")).json


def told(sentence):
    """The sentence as parts in order: what is said of each stretch."""
    return undated(sentence).split("; ")


def test_from_search_to_letter_the_same_words(app, clock, visitor, program, stage, case):
    start, free_until, full_from = case
    faces = Faces(visitor, program, stage, start)
    sentence = f"free until {free_until}; then $80; from {full_from} the full $160"
    assert undated(faces.searched()) == sentence
    quote = faces.quote()
    assert quote["terms"]["summary"] == sentence
    drawn = bar(faces.start_page())
    assert [fee_cents(amount) for amount, _ in drawn] == [step["fee_cents"] for step in quote["terms"]["steps"]]
    hold = faces.api.post("/holds", faces.wish("rosa")).json
    assert hold["quote"]["terms"]["summary"] == sentence
    with app.app_context():
        version = catalogue.form().consent.version
    person = visitor(stage)
    review = person.open(f"/checkout/{hold['id']}/health")
    assert undated(lines(review)[0]) == sentence
    screening = faces.api.post("/screenings", {"answers": clear_answers()}).json["id"]
    body = {
        "hold": hold["id"],
        "screening": screening,
        "consent": {"version": version, "accepted": True},
        "payment": {"method": "at_visit"},
    }
    visit = faces.api.post("/appointments", body).json
    assert visit["terms"]["summary"] == sentence
    assert [step["until"] for step in visit["terms"]["steps"]] == [step["until"] for step in quote["terms"]["steps"]]
    with app.app_context():
        letter = db.session.scalars(select(Letter).where(Letter.kind == "visit_booked")).one()
        assert f"If plans change: {sentence}." in plain(render_letter(letter.kind, letter.facts).text)


def test_at_every_edge_every_face_says_what_is_charged(app, clock, visitor, program, stage, case):
    start = case[0]
    faces = Faces(visitor, program, stage, start)
    hold = faces.api.post("/holds", faces.wish("rosa")).json
    screening = faces.api.post("/screenings", {"answers": clear_answers()}).json["id"]
    with app.app_context():
        version = catalogue.form().consent.version
    body = {
        "hold": hold["id"],
        "screening": screening,
        "consent": {"version": version, "accepted": True},
        "payment": {"method": "at_visit"},
    }
    visit = faces.api.post("/appointments", body).json["id"]
    booked_at = clock.now
    for hours, before, after in ((24, 0, 8_000), (8, 8_000, 16_000)):
        for seconds, fee in ((-1, before), (0, before), (1, after)):
            clock.set(start.astimezone(booked_at.tzinfo) - timedelta(hours=hours) + seconds * SECOND)
            person = visitor(stage)
            verdict = faces.api.get(f"/appointments/{visit}/cancellation").json
            assert (verdict["fee_cents"], verdict["allowed"]) == (fee, True)
            drawn = [bar(person.open(f"/appointments/{visit}")), bar(person.open(f"/appointments/{visit}/cancel")), bar(faces.start_page())]
            assert drawn[0] == drawn[1] == drawn[2]
            assert fee_cents(drawn[0][0][0]) == fee
            page = person.open(f"/appointments/{visit}/cancel").text
            assert ("Canceling now is free." if fee == 0 else f"Canceling now costs ${fee // 100}.00.") in page
            quote = faces.quote()
            assert told(quote["terms"]["summary"]) == told(faces.searched())
            amounts = [0 if "free" in part else int(re.search(r"\$(\d+)", part)[1]) * 100 for part in told(quote["terms"]["summary"])]
            assert amounts == [fee_cents(amount) for amount, _ in drawn[0]]
    for seconds, allowed in ((-1, True), (0, True), (1, False)):
        clock.set(start.astimezone(booked_at.tzinfo) + seconds * SECOND)
        verdict = faces.api.get(f"/appointments/{visit}/cancellation").json
        assert (verdict["allowed"], verdict["fee_cents"]) == (allowed, 16_000 if allowed else 0)
    clock.set(start.astimezone(booked_at.tzinfo))
    assert faces.api.post(f"/appointments/{visit}/cancel", {"expected_fee_cents": 8_000}).json["fee_cents"] == 16_000
    gone = faces.api.post(f"/appointments/{visit}/cancel", {"expected_fee_cents": 16_000}).json
    assert (gone["status"], gone["fee_cents"], gone["due_cents"]) == ("cancelled", 16_000, 16_000)
    with app.app_context():
        assert db.session.scalars(select(Appointment)).one().fee_cents == 16_000
