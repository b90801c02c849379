"""Whoever reads of somebody's health stands in the audit and in that client's own log: every address is asked, with everything that exists.

The routes come from the application. One that is added tomorrow in a topic about health has no row here and fails; one anywhere else that
shows a marked word fails too.
"""

from collections import defaultdict
from datetime import timedelta
from itertools import product
from urllib.parse import urlsplit

import pytest
from sqlalchemy import func, select

from booking.care.queries.reads import HEALTH_READ, MOST
from marketplace.audit import AuditEntry
from marketplace.db import db
from marketplace.outbox.models import Letter
from marketplace.webkit.identity import ANYONE, access_of
from tests.factories import AccountFactory
from tests.support.callers import forms_of
from tests.support.care_story import CODES, STEM, Story, cast_in, said
from tests.web.test_guards import values

HEALTH = {
    "bodymap", "care", "claims", "extensions", "homecare", "intake", "notes", "outcomes", "plans", "reviewing", "screening", "sharing", "superbills",
}  # fmt: skip
OTHERS = {
    "appointments", "calendars", "classes", "conditions", "coupons", "disputes", "earnings", "fees", "giftcards", "guardians", "guide", "matching", "memberships", "openapi",
    "openings", "packages", "papers", "parking", "payments", "payouts", "reliability", "statements", "upkeep",
}  # fmt: skip
NONE = "nothing of anybody's health"
OWN = "the client's own link, or their own words"
ASKER = "only what the asker has written in the same request"
# What each route of a topic about health gives to somebody other than the client: the word of the entry, or why there is none.
ROWS = {
    "bodymap.guest": OWN,
    "bodymap.of_client": "pain_map",
    "bodymap_api.show_of_visit": "pain_map",
    "care.guest_ask": OWN,
    "care.guest_clearance": OWN,
    "care_api.ask_door": NONE,
    "care_api.decide": "clearance",
    "care_api.list_clearances": "clearance",
    "care_api.show_consent": "consent",
    "care_api.show_visit_guardian": "guardian",
    "care_desk.answer": ASKER,
    "care_desk.decide": "clearance",
    "care_desk.file": "clearance_file",
    "care_desk.health": "health_answers",
    "care_desk.index": "clearance",
    "care_desk.link": "clearance",
    "care_desk.show": "clearance",
    "claims.desk": "claim_form",
    "claims.desk_file": "claim_form_file",
    "claims_api.make": "claim_form",
    "claims_api.show": "claim_form",
    "claims_api.show_file": "claim_form_file",
    "consenting.guest": OWN,
    "door_check.ask": "guardian",
    "extensions.answer": "more_visits",
    "extensions.link": "more_visits",
    "extensions.of_visit": "more_visits",
    "extensions.tie": "more_visits",
    "extensions.withdraw": NONE,
    "extensions_api.close": NONE,
    "extensions_api.index": NONE,
    "extensions_api.show": "more_visits",
    "extensions_api.tie": "more_visits",
    "extensions_api.write": ASKER,
    "homecare.program": "journal",
    "homecare_api.give": ASKER,
    "homecare_api.show_journal": "journal",
    "homecare_api.show_program": "home_program",
    "intake_api.file": "health_file",
    "intake_api.look": "intake",
    "intake_api.look_at_card": "comfort_card",
    "intake_desk.file": "health_file",
    "intake_desk.show": "intake",
    "intake_guests.card_stands": OWN,
    "intake_guests.comfort": OWN,
    "intake_guests.confirm": OWN,
    "intake_guests.telling": OWN,
    "notes.add": "note",
    "notes.by_link": OWN,
    "notes.keep": "note",
    "notes.note": "note",
    "notes.sign": "note",
    "notes_api.add": ASKER,
    "notes_api.carry": "note",
    "notes_api.lock": "note",
    "notes_api.show_note": "note",
    "notes_api.write_note": ASKER,
    "outcomes.of_client": "outcomes",
    "outcomes_api.list_outcomes": "outcomes",
    "outcomes_api.show_trend": "outcomes",
    "outcomes_api.take_outcome": ASKER,
    "plans.decide": NONE,
    "plans.desk": NONE,
    "plans.end_pause": NONE,
    "plans.of_client": "plan",
    "plans.pause": "plan",
    "plans_api.decide": NONE,
    "plans_api.end_pause": "plan",
    "plans_api.index": NONE,
    "plans_api.pause": ASKER,
    "plans_api.put_policy": NONE,
    "plans_api.show_plan": "plan",
    "plans_api.show_policy": NONE,
    "plans_api.write": "plan",
    "rescreening.guest_health": OWN,
    "reviewing.accept": NONE,
    "reviewing.back": NONE,
    "reviewing.desk": NONE,
    "reviewing.end": NONE,
    "reviewing.of_note": "note_review",
    "reviewing.offer": NONE,
    "reviewing.review": "note_review",
    "reviewing_api.accept": NONE,
    "reviewing_api.decide": ASKER,
    "reviewing_api.end": NONE,
    "reviewing_api.index": NONE,
    "reviewing_api.name": NONE,
    "reviewing_api.of_note": "note_review",
    "reviewing_api.offer": NONE,
    "reviewing_api.reviews": NONE,
    "reviewing_api.show": "note_review",
    "reviewing_api.withdraw": NONE,
    "screening_api.show_form": NONE,
    "sharing_api.begin": "letter_draft",
    "sharing_api.edit": "letter_draft",
    "sharing_api.list_letters": NONE,
    "sharing_api.list_releases": NONE,
    "sharing_api.send": NONE,
    "sharing_api.show_draft": "letter_draft",
    "sharing_desk.begin": "letter_draft",
    "sharing_desk.file": "letter_printed",
    "sharing_desk.index": NONE,
    "sharing_desk.preview": "letter_draft",
    "sharing_desk.send": NONE,
    "sharing_desk.write": "letter_draft",
    "sharing_link.file": "letter",
    "sharing_link.read": "letter",
    "sharing_link.show": NONE,
    "superbills.desk": "superbill",
    "superbills.desk_file": "superbill",
    "superbills.guest": OWN,
    "superbills.guest_file": OWN,
    "superbills.issue": "superbill",
    "superbills_api.issue": "superbill",
    "superbills_api.show": "superbill",
    "superbills_api.show_file": "superbill",
}
FILES = ("application/pdf", "image/png", "image/jpeg")
WITHOUT_ENTRY = {NONE, OWN, ASKER}
# The note of the story is signed already, its client is of age and has given no insurance: tests/web/test_notes.py, tests/web/test_guardians.py
# and tests/web/test_claims.py open these.
EMPTY = {
    "notes.sign", "care_api.show_visit_guardian", "door_check.ask", "claims.desk", "claims.desk_file", "claims_api.show", "claims_api.show_file",
}  # fmt: skip


def topic_of(app, endpoint):
    """The topic of the product that a route belongs to; None for those of the ground."""
    words = app.view_functions[endpoint].__module__.split(".")
    return words[1] if words[0] == "booking" else None


def open_to_others(app, endpoint):
    """Whether somebody who is not the client may ask."""
    return bool(access_of(app, endpoint) & {ANYONE, "provider", "admin", "anonymous"})


def test_every_topic_is_known_for_health_or_for_none(app):
    topics = {topic_of(app, rule.endpoint) for rule in app.url_map.iter_rules()} - {None}
    assert (topics - HEALTH - OTHERS, HEALTH & OTHERS) == (set(), set())


def test_every_route_about_health_has_a_row(app):
    rules = app.url_map.iter_rules()
    routes = {rule.endpoint for rule in rules if topic_of(app, rule.endpoint) in HEALTH and open_to_others(app, rule.endpoint)}
    assert (routes - ROWS.keys(), ROWS.keys() - routes) == (set(), set())


@pytest.fixture
def story(app, clock, program, visitor):
    """The story up to where most stands open: a note in review, letters and links out, a plan agreed."""
    people = cast_in(app)
    with app.app_context():
        people.admin = AccountFactory(role="admin")
        db.session.refresh(people.admin)
        db.session.expunge_all()

    def link(kind):
        with app.app_context():
            letter = db.session.scalars(select(Letter).where(Letter.kind == kind).order_by(Letter.id.desc())).first()
            return urlsplit(letter.facts["link"]).path

    told = Story(program(people.client), program(people.therapist), program(people.colleague), visitor, link)
    told.people = people
    start = clock.now + timedelta(days=2)
    told.tell_once()
    told.come(start)
    clock.set(start)
    told.meet()
    clock.advance(hours=2)
    told.sign()
    told.plan()
    return told


class Watch:
    """Looks at each answer, and at what the client's log has more than before."""

    def __init__(self, app, story):
        self.app, self.me = app, story.me
        self.seen = len(self.entries())
        self.gave = defaultdict(set)
        self.silent = {}

    def entries(self):
        """What the audit says of looks, the oldest first."""
        with self.app.app_context():
            found = select(AuditEntry.details).where(AuditEntry.verb == HEALTH_READ).order_by(AuditEntry.id)
            return [details["what"] for details in db.session.scalars(found)]

    def begin(self):
        """What was looked at until now is not for the next answer."""
        self.seen = self.count()

    def count(self):
        """How many looks there are."""
        with self.app.app_context():
            return db.session.scalar(select(func.count()).select_from(AuditEntry).where(AuditEntry.verb == HEALTH_READ))

    def look(self, endpoint, answer, sent=""):
        """Judge an answer; what the asker has sent is not told to them."""
        if answer.status_code >= 300 and answer.status_code not in (409, 422):
            return
        before, self.seen = self.seen, self.count()
        if self.seen > before:
            self.gave[endpoint] |= set(self.entries()[before:])
        elif tells(self.app, endpoint, answer, sent):
            self.silent[endpoint] = answer.request.path


def plain(answer):
    """What an answer says, with the letter of the stem that JSON escapes."""
    return answer.data.decode("utf-8", "replace").replace("\\u00e9", "é")


def tells(app, endpoint, answer, sent):
    """Whether an answer says something of the client's health: a marked word that was not sent, or a file of a topic about health."""
    if answer.mimetype in FILES:
        return topic_of(app, endpoint) in HEALTH
    words = {line for line in plain(answer).split('"') if STEM in line}
    return any(not any(part in sent for part in (line, line.strip())) for line in words)


def addresses(app, roles, ids):
    """Every address that one of these roles may open, with what exists in place of its variables."""
    everything = [*ids.values(), "nobody-has-this"]
    visits = [ids["visit"], ids["next"]]
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            left_out = rule.endpoint == "static" or rule.endpoint.startswith("security.")  # those of signing in end a sign-in
            if "GET" not in rule.methods or left_out or not access_of(app, rule.endpoint) & roles:
                continue
            things = visits if "appointments/<" in rule.rule else everything if topic_of(app, rule.endpoint) else everything[-1:]
            known = {"slug": ["anna", "bea"], "public_id": things}
            choices = [values(converter, known.get(name)) for name, converter in rule._converters.items()]
            for chosen in product(*choices):
                yield rule.endpoint, rule.build(dict(zip(rule._converters, chosen, strict=True)), append_unknown=False)[1]


def test_whatever_is_opened_by_others_is_told(app, story, program, visitor):
    """Therapist, colleague, admin and nobody open everything there is. What shows a word of the story has left an entry of its kind."""
    watch, ids = Watch(app, story), story.ids
    people = story.people
    for account, caller in (
        (people.therapist, story.anna),
        (people.colleague, story.bea),
        (people.admin, program(people.admin)),
        (None, program()),
    ):
        browser = visitor(account).client
        roles = {ANYONE, account.role if account else "anonymous"}
        for endpoint, address in sorted(set(addresses(app, roles, ids))):
            for query in ({}, {"appointment": story.ids["visit"], **({"measure": "psfs"} if "trend" in address else {})}):
                if query and topic_of(app, endpoint) not in ("homecare", "outcomes"):
                    continue
                watch.begin()
                if address.startswith("/api/"):
                    answer = caller.call("GET", address.removeprefix("/api/v1"), query_string=query)
                else:
                    answer = browser.get(address, query_string=query)
                watch.look(endpoint, answer)
    for kind, endpoint in (
        ("clearance_asked", "care_desk.link"),
        ("more_visits_asked", "extensions.link"),
        ("letter_shared", "sharing_link.show"),
    ):
        watch.begin()
        watch.look(endpoint, visitor().open(story.link(kind)))
    assert watch.silent == {}
    assert len(story.me.get("/me/access-log").json["items"]) == min(watch.count(), MOST), "what the audit has, the client's log has"
    said_so = {endpoint: what for endpoint, what in ROWS.items() if endpoint in watch.gave}
    assert {endpoint: what for endpoint, what in said_so.items() if what not in watch.gave[endpoint]} == {}
    opened = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in rule.methods}
    unseen = {endpoint for endpoint, what in ROWS.items() if what not in WITHOUT_ENTRY and endpoint in opened - watch.gave.keys()}
    assert unseen <= EMPTY, "a row that nothing of this story proves"


def test_what_comes_back_from_a_deed_is_told_too(app, story, visitor):
    """An answer that shows more than was sent is a look: a clearance that is decided on, a note that was signed meanwhile."""
    watch, visit = Watch(app, story), story.ids["visit"]
    decided = story.anna.post(f"/clearances/{story.ids['clearance']}/decision", {"decision": "reject"})
    watch.look("care_api.decide", decided)
    desk = visitor(story.people.therapist)
    desk.open(f"/provider/appointments/{visit}/note")
    watch.begin()
    late = desk.submit(at="/note/addenda", text="", follow=False)
    watch.look("notes.add", late)
    token = next(one["values"]["csrf_token"] for one in forms_of(late) if "csrf_token" in one["values"])
    meanwhile = desk.client.post(f"/provider/appointments/{visit}/note", data={"csrf_token": token, "version": "1", "plan": "another"})
    assert (meanwhile.status_code, STEM in meanwhile.text) == (409, True)
    entries = watch.entries()
    assert entries[-1] == "note"
    said(story.anna.post(f"/appointments/{visit}/pause", {"words": "See your physician."}), 201)
    paused = story.me.get("/pauses").json["items"][0]["id"]
    said(story.anna.post(f"/pauses/{paused}/end", {"how": "resumed"}))
    assert watch.entries()[len(entries) :] == ["plan"]
    assert watch.silent == {}
    assert watch.gave["care_api.decide"] == {"clearance"}


def test_the_looker_is_not_blind(story):
    """What the sweep looks for is there, in the words of the story and in its codes."""
    answer = story.anna.get(f"/appointments/{story.ids['visit']}/note")
    assert STEM in answer.json["subjective"]
    assert CODES[-2] in answer.text
