"""Nothing is held, booked or moved for a day and setting without standing: random credentials, policies and states, on both databases."""

from datetime import UTC, date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import delete, select

from booking.appointments.actions.hold import release_hold
from booking.appointments.actions.move import move
from booking.appointments.models import Appointment, Hold
from booking.openings.queries.searching import search
from booking.openings.rules.wanted import SearchQuery
from marketplace.accounts.models import Account
from marketplace.db import db
from marketplace.kernel.errors import Refused
from marketplace.kernel.walltime import day_begin, from_minute
from providers.credentials.models import Credential
from providers.profiles.actions.oversee import reinstate_provider, suspend_provider
from providers.verification.actions.standing import change_standing
from providers.verification.rules.deciding import Checker, StandingOrder
from tests.factories import (
    AccountFactory,
    ChangeFactory,
    CredentialFactory,
    CredentialPolicyFactory,
    PersonFactory,
    ServiceDurationFactory,
    ServiceFactory,
    WeeklyHoursFactory,
    bookable_provider,
)
from tests.support.clocks import START
from tests.support.standing import FIRST, may_use, may_work, random_facts, random_versions, stored
from tests.support.visits import BASE_URL, CLIENT, book_hold, book_visit, hold_visit, traveling_provider

pytestmark = pytest.mark.usefixtures("ctx")

NEW_YORK = ZoneInfo("America/New_York")
TODAY = date(2027, 1, 12)
DAYS = [TODAY + timedelta(days=number) for number in range(1, 6)]


def ten_on(day):
    return datetime(day.year, day.month, day.day, 10, tzinfo=NEW_YORK).astimezone(UTC)


def clothe(random, provider):
    """Give a provider random credentials instead of those in force; gives them as facts."""
    db.session.execute(delete(Credential).where(Credential.provider_id == provider.id))
    db.session.commit()
    facts = random_facts(random, TODAY + timedelta(days=3))
    for fact in facts:
        CredentialFactory(
            provider=provider, kind=fact.kind, status=fact.status, issued_on=fact.valid_from, expires_on=fact.valid_until,
            details=dict(fact.details), technique=fact.technique, number_fingerprint=None,
        )  # fmt: skip
    return facts


def tried(verb, *facts, **more):
    """What a verb says: ok with what it made, or the code with which it refuses."""
    try:
        return "ok", verb(*facts, **more)
    except Refused as refusal:
        return refusal.code, None


def expected(day, setting, provider, facts, versions):
    return may_work(day, setting, provider.profession, facts, versions) and may_use(
        day, setting, provider.profession, "trigger_point", "none", facts, versions
    )


@pytest.mark.parametrize("seed", range(10))
def test_verbs_agree_with_a_second_opinion(seed):
    random = Random(seed)
    providers = {"clinic": bookable_provider(slug="clinic"), "home": traveling_provider(slug="home")}
    versions = random_versions(random, TODAY + timedelta(days=2))
    for one in versions[1:]:
        CredentialPolicyFactory(version=one.number, effective_from=one.begins, table=stored(one))
    for setting, provider in providers.items():
        safe = [book_visit_if_possible(provider, setting)]
        facts = clothe(random, provider)
        ChangeFactory(provider=provider)
        for day in DAYS:
            stands = expected(day, setting, provider, facts, versions)
            person = PersonFactory()
            zip_code = None if setting == "clinic" else "10024"
            answer, hold = tried(hold_visit, provider, person, ten_on(day), START, setting=setting, zip=zip_code)
            assert answer == ("ok" if stands else "not_bookable")
            if hold is not None and random.random() < 0.5:
                book_hold(hold, person, START)
            elif hold is not None:
                release_hold(hold.public_id, person.id, CLIENT, START)
        for visit in filter(None, safe):
            for day in DAYS:
                stands = expected(day, setting, provider, facts, versions)
                answer, _ = tried(move, visit.public_id, ten_on(day) + timedelta(hours=3), CLIENT, BASE_URL, START)
                assert answer == ("ok" if stands else "not_bookable")
    found = search(db.session(), SearchQuery(day_begin(DAYS[0]), day_begin(DAYS[-1]), minutes=60), START)
    db.session.rollback()
    assert {one.facts.slug for one in found.items} <= {"clinic"}


def book_visit_if_possible(provider, setting):
    """A visit from a time when all was well, to be moved later; none where the policy closes the setting already."""
    far, zip_code = ten_on(TODAY + timedelta(days=6)), None if setting == "clinic" else "10024"
    _, made = tried(book_visit, provider, PersonFactory(), far, START, setting=setting, zip=zip_code)
    return made.booked.appointment if made else None


SLOTS = [(day, hour) for day in DAYS for hour in (9, 11, 13, 15)]


class Walk:
    """A provider whose papers, state and account change at random while people hold, book and move; with a second opinion at each step."""

    def __init__(self, random, provider):
        self.random, self.provider = random, provider
        self.facts, self.versions = clothe(random, provider), [FIRST]
        self.state, self.active = "listed", True
        self.free, self.holds, self.visits = random.sample(SLOTS, len(SLOTS)), [], []
        self.drawn = random_versions(random, TODAY + timedelta(days=2))[1:]

    def stands(self, day):
        listed = self.state == "listed" and self.active
        return listed and expected(day, "clinic", self.provider, self.facts, self.versions)

    def papers(self):
        self.facts = clothe(self.random, self.provider)

    def policy(self):
        if self.drawn:
            one = self.drawn.pop(0)
            CredentialPolicyFactory(version=one.number, effective_from=one.begins, table=stored(one))
            self.versions.append(one)

    def suspended(self):
        if self.state == "listed":
            suspend_provider(self.provider.slug, "A complaint.", "account:admin", START)
            self.state = "suspended"
        else:
            reinstate_provider(self.provider.slug, "Nothing in it.", "account:admin", START)
            self.state = "listed"

    def account(self):
        self.active = not self.active
        db.session.get_one(Account, self.provider.account_id).active = self.active
        db.session.commit()

    def hold(self):
        (day, hour), person = self.free.pop(), PersonFactory()
        answer, hold = tried(hold_visit, self.provider, person, ten_on(day) + timedelta(hours=hour - 10), START)
        assert answer == ("ok" if self.stands(day) else "not_bookable")
        if hold is not None:
            self.holds.append((hold, person, day))

    def book(self):
        if self.holds:
            hold, person, day = self.holds.pop(self.random.randrange(len(self.holds)))
            answer, made = tried(book_hold, hold, person, START)
            assert answer == ("ok" if self.stands(day) else "not_bookable")
            if made is not None:
                self.visits.append(made.booked.appointment.public_id)

    def move(self):
        if self.visits:
            day, hour = self.free.pop()
            answer, _ = tried(move, self.random.choice(self.visits), ten_on(day) + timedelta(hours=hour - 10), CLIENT, BASE_URL, START)
            assert answer == ("ok" if self.stands(day) else "not_bookable")


@pytest.mark.parametrize("seed", range(6))
def test_whatever_changes_in_between_nothing_is_made_for_a_day_without_standing(seed):
    random = Random(seed)
    walk = Walk(random, bookable_provider())
    steps = [walk.hold, walk.book, walk.move] * 3 + [walk.papers, walk.papers, walk.policy, walk.suspended, walk.account]
    for _ in range(60):
        if not walk.free:
            break
        random.choice(steps)()
    assert {one.public_id for one in db.session.scalars(select(Appointment))} == set(walk.visits)


@pytest.mark.parametrize("last", [date(2027, 1, 14), date(2027, 3, 13), date(2027, 3, 14)])
def test_a_license_counts_to_the_last_minute_of_its_last_day_in_new_york(last):
    provider = bookable_provider()
    for weekday in range(7):
        WeeklyHoursFactory(provider=provider, weekday=weekday, opens_minute=17 * 60, closes_minute=33 * 60, staffing="full_time")
    db.session.scalars(
        select(Credential).where(Credential.provider_id == provider.id, Credential.kind == "license")
    ).one().valid_until = last
    db.session.commit()
    midnight = from_minute(day_begin(last + timedelta(days=1)))
    now = midnight - timedelta(hours=12)
    for late in (15, 30, 60):
        with pytest.raises(Refused, match="not_bookable"):
            hold_visit(provider, PersonFactory(), midnight - timedelta(minutes=60 - late), now)
    hold_visit(provider, PersonFactory(), midnight - timedelta(minutes=60), now)
    assert len(db.session.scalars(select(Hold)).all()) == 1


def test_a_hold_is_not_booked_once_the_license_is_taken_back(clock):
    provider, person = bookable_provider(), PersonFactory()
    hold = hold_visit(provider, person, ten_on(DAYS[0]), clock.now)
    suspend_provider(provider.slug, "A complaint is looked into.", "account:admin", clock.now)
    with pytest.raises(Refused, match="not_bookable"):
        book_hold(hold, person, clock.now)
    assert search(db.session(), SearchQuery(day_begin(DAYS[0]), day_begin(DAYS[1])), clock.now).items == ()
    db.session.rollback()
    reinstate_provider(provider.slug, "It was nothing.", "account:admin", clock.now)
    assert book_hold(hold, person, clock.now).booked.appointment.status == "confirmed"
    assert len(search(db.session(), SearchQuery(day_begin(DAYS[0]), day_begin(DAYS[1])), clock.now).items) == 1


def test_a_suspended_license_closes_everything_with_that_very_instant(clock):
    """The same instant, a moment later in the day's order: search, holds and what is held already."""
    provider, person = bookable_provider(), PersonFactory()
    license_id = db.session.scalars(
        select(Credential.public_id).where(Credential.provider_id == provider.id, Credential.kind == "license")
    ).one()
    hold, admin = hold_visit(provider, person, ten_on(DAYS[0]), clock.now), AccountFactory(role="admin")
    checker = Checker(admin.id, "Grace", "account:admin")
    wanted = SearchQuery(day_begin(DAYS[0]), day_begin(DAYS[1]))
    for action, stands in (("suspend", False), ("reinstate", True)):
        change_standing(license_id, StandingOrder(action, "A question."), checker, BASE_URL, clock.now)
        assert len(search(db.session(), wanted, clock.now).items) == stands
        db.session.rollback()
        answer, other = tried(hold_visit, provider, PersonFactory(), ten_on(DAYS[1]), clock.now)
        assert (answer, other is not None) == (("ok", True) if stands else ("not_bookable", False))
        answer, _ = tried(book_hold, hold, person, clock.now)
        assert answer == ("ok" if stands else "not_bookable")


def test_a_visit_over_a_renewal_at_midnight_is_booked(clock):
    """What the engine offers the verb books: two licenses that follow one another are one standing."""
    provider, person = bookable_provider(), PersonFactory()
    for weekday in range(7):
        WeeklyHoursFactory(provider=provider, weekday=weekday, opens_minute=20 * 60, closes_minute=26 * 60, staffing="full_time")
    first = db.session.scalars(select(Credential).where(Credential.provider_id == provider.id, Credential.kind == "license")).one()
    first.valid_until = DAYS[0]
    db.session.commit()
    CredentialFactory(provider=provider, kind="license", issued_on=DAYS[1], expires_on=date(2028, 5, 31))
    hold = hold_visit(provider, person, from_minute(day_begin(DAYS[1]) - 30), clock.now)
    book_hold(hold, person, clock.now)
    assert db.session.scalars(select(Appointment.status)).all() == ["confirmed"]


def test_a_service_without_a_technique_in_standing_is_not_held(clock):
    provider = bookable_provider()
    ServiceDurationFactory(service=ServiceFactory(provider=provider, code="lymph", techniques=["lymphatic_drainage"]), minutes=60)
    with pytest.raises(Refused, match="not_bookable"):
        hold_visit(provider, PersonFactory(), ten_on(DAYS[0]), clock.now, service="lymph")
