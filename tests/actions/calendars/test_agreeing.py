"""After a hundred edits of any kind every feed is well formed, says what the appointments say, and two strangers read it alike."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random
from types import SimpleNamespace

import pytest
import vobject
from icalendar import Calendar
from sqlalchemy import select

from booking.appointments.actions.cancel import Cancelling, cancel
from booking.appointments.actions.expire import expire_requests
from booking.appointments.actions.move import move
from booking.appointments.actions.progress import check_in, complete, mark_no_show
from booking.appointments.changes.history import Doer
from booking.appointments.models import Appointment
from booking.calendars.actions import rotate_feeds
from booking.calendars.changes import Whose
from booking.calendars.models import CalendarFeed
from booking.calendars.rules import ENDED, calendar_status
from marketplace.db import db
from marketplace.kernel.errors import Refusal
from providers.places.models import ProviderPlace
from providers.registry.rules import Owner
from providers.schedule.actions import add_block, remove_block
from providers.schedule.models import Claim, ScheduleRule
from providers.schedule.rules.drafts import BlockDraft
from tests.factories import AccountFactory, ClinicFactory, WeeklyHoursFactory, bookable_provider, person_of
from tests.support.ical import Rising, read
from tests.support.visits import BASE_URL, CLIENT, book_hold, clear_answers, hold_visit

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
DESK = Doer("provider", "account:desk")
EDITS, LOOK_EVERY = 100, 10
# An evening before New York puts its clocks back, so that some edits fall into the hour that comes twice; and before it loses one.
NOVEMBER, MARCH = datetime(2027, 11, 5, 22, 0, tzinfo=UTC), datetime(2028, 3, 10, 22, 0, tzinfo=UTC)


@dataclass
class Town:
    """Two providers who work day and night, two clients, a clinic, and everybody's feeds by (audience, detail)."""

    providers: list
    owners: list
    people: list
    urls: dict


@pytest.fixture
def town(app):
    with app.app_context():
        clinic = ClinicFactory()
        accounts = [AccountFactory(role="provider") for _ in range(2)]
        providers = [
            bookable_provider(account=account, name=name) for account, name in zip(accounts, ("Zoë, O’Hara; Jr", "Li\tWei"), strict=True)
        ]
        for provider in providers:
            for weekday in range(7):
                WeeklyHoursFactory(provider=provider, weekday=weekday, opens_minute=0, closes_minute=1440)
            rules = db.session.get_one(ScheduleRule, provider.id)
            rules.buffer_after_minutes, rules.notice_minutes, rules.max_per_day = 0, 0, None
            db.session.scalar(select(ProviderPlace).where(ProviderPlace.provider_id == provider.id)).clinic_id = clinic.id
        db.session.commit()
        clients = [AccountFactory(role="client", name=name) for name in ("Priya Natarajan", "Bo")]
        people = [person_of(account) for account in clients]
        admin = AccountFactory(role="admin")
        whose = [
            *(Whose(account.id, "provider", account.public_id) for account in accounts),
            *(Whose(account.id, "client", account.public_id) for account in clients),
            Whose(admin.id, "clinic", clinic.slug, clinic.id),
        ]
        for one in whose:
            rotate_feeds(one, None, "test", providers[0].created_at)
        urls = {
            (feed.audience, feed.account_id, feed.detail): f"/calendar/{feed.token}.ics"
            for feed in db.session.scalars(select(CalendarFeed))
        }
        owners = [Owner(account.id, account.name, "account:desk") for account in accounts]
        db.session.expunge_all()
    return Town(providers, owners, people, urls)


def some_start(random, now):
    """A quarter of an hour of the next three days."""
    begin = now.replace(minute=0) + timedelta(hours=1)
    return begin + 15 * MINUTE * random.randrange(3 * 96)


def some_visit(random, *statuses):
    rows = db.session.scalars(select(Appointment).where(Appointment.status.in_(statuses)).order_by(Appointment.id)).all()
    return random.choice(rows) if rows else None


def book(random, town, now):
    person, provider = random.choice(town.people), random.choice(town.providers)
    hold = hold_visit(provider, person, some_start(random, now), now, minutes=60)
    book_hold(hold, person, now, clear_answers(seizure=random.random() < 0.2))


def block(random, town, now):
    begin = some_start(random, now)
    add_block(random.choice(town.owners), BlockDraft(begin, begin + 15 * MINUTE * random.randrange(1, 40), "Dentist"), now, lambda *_: ())


def unblock(random, town, now):
    claims = db.session.scalars(select(Claim).where(Claim.kind == "block", Claim.live).order_by(Claim.id)).all()
    if claims:
        claim = random.choice(claims)
        owner = next(owner for owner, provider in zip(town.owners, town.providers, strict=True) if provider.id == claim.provider_id)
        remove_block(owner, claim.public_id, now)


def on_a_visit(verb, *statuses):
    def edit(random, town, now):
        visit = some_visit(random, *statuses)
        if visit is not None:
            verb(visit, random, now)

    return edit


VERBS = [
    book,
    book,
    block,
    unblock,
    on_a_visit(lambda visit, random, now: move(visit.public_id, some_start(random, now), CLIENT, BASE_URL, now), "confirmed", "requested"),
    on_a_visit(lambda visit, random, now: move(visit.public_id, visit.starts_at + 15 * MINUTE, CLIENT, BASE_URL, now), "confirmed"),
    on_a_visit(lambda visit, random, now: cancel(visit.public_id, Cancelling(), CLIENT, BASE_URL, now), "confirmed", "requested"),
    on_a_visit(lambda visit, random, now: check_in(visit.public_id, DESK, now), "confirmed"),
    on_a_visit(lambda visit, random, now: complete(visit.public_id, DESK, now), "confirmed", "checked_in"),
    on_a_visit(lambda visit, random, now: mark_no_show(visit.public_id, DESK, now), "confirmed"),
    lambda random, town, now: expire_requests(now, BASE_URL),
]


def wanted(town, audience, account_id):
    """What a feed must hold, by UID: read from the appointments without the feeds' own queries."""
    found = {}
    for visit in db.session.scalars(select(Appointment).execution_options(populate_existing=True)):
        provider = next(one for one in town.providers if one.id == visit.provider_id)
        person = next(one for one in town.people if one.id == visit.person_id)
        mine = {"provider": provider.account_id == account_id, "client": person.account_id == account_id, "clinic": True}[audience]
        if mine:
            found[visit.uid] = (
                visit.sequence,
                calendar_status(visit.status),
                visit.starts_at,
                visit.ends_at,
                0 if visit.status in ENDED else 1,
            )
    if audience == "provider":
        ids = [one.id for one in town.providers if one.account_id == account_id]
        for claim in db.session.scalars(select(Claim).where(Claim.kind == "block", Claim.provider_id.in_(ids))):
            begin, end = (datetime.fromtimestamp(minute * 60, UTC) for minute in (claim.begin_minute, claim.end_minute))
            told = (0, "CONFIRMED") if claim.live else (1, "CANCELLED")
            found[f"{claim.public_id}@licensedhands"] = (*told, begin, end, 0)
    return found


def by_icalendar(content):
    calendar = Calendar.from_ical(content)
    return [
        (
            str(one["uid"]),
            int(one["sequence"]),
            str(one["status"]),
            one["dtstart"].dt.astimezone(UTC),
            one["dtend"].dt.astimezone(UTC),
            str(one["summary"]),
            str(one.get("location", "")),
        )
        for one in calendar.events
    ]


def by_vobject(content):
    calendar = vobject.readOne(content.decode())
    none = SimpleNamespace(value="")
    return [
        (
            one.uid.value,
            int(one.sequence.value),
            one.status.value,
            one.dtstart.value.astimezone(UTC),
            one.dtend.value.astimezone(UTC),
            one.summary.value,
            getattr(one, "location", none).value,
        )
        for one in calendar.contents.get("vevent", ())
    ]


@pytest.mark.parametrize(("seed", "began"), [(1, NOVEMBER), (2, MARCH)])
def test_a_hundred_edits(app, client, clock, town, seed, began):
    random, rising, done, statuses = Random(seed), {}, 0, set()
    clock.set(began)
    while done < EDITS:
        with app.app_context():
            try:
                random.choice(VERBS)(random, town, clock.now)
                done += 1
            except Refusal:
                db.session.rollback()
        clock.set(clock.now + random.choice((1, 10, 45)) * MINUTE)
        if done % LOOK_EVERY and done < EDITS:
            continue
        for (audience, account_id, detail), url in town.urls.items():
            content = client.get(url).data
            events = read(content)
            with app.app_context():
                truth = wanted(town, audience, account_id)
            assert {one.uid: (one.sequence, one.status, one.starts_at, one.ends_at) for one in events} == {
                uid: facts[:4] for uid, facts in truth.items()
            }
            if audience != "clinic" and detail != "busy":
                assert {one.uid: one.alarms for one in events} == {uid: facts[4] for uid, facts in truth.items()}
            assert rising.setdefault((audience, account_id, detail), Rising()).look(events) == []
            ours = [(one.uid, one.sequence, one.status, one.starts_at, one.ends_at, one.summary, one.location or "") for one in events]
            if done == EDITS:
                assert by_icalendar(content) == ours
                assert by_vobject(content) == ours
            statuses |= {one.status for one in events}
    assert statuses == {"CONFIRMED", "CANCELLED", "TENTATIVE"}
    with app.app_context():
        days = {visit.starts_at.date() for visit in db.session.scalars(select(Appointment))}
    assert days & {date(2027, 11, 7), date(2028, 3, 12)}
