"""Loading the demo into an empty database."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from booking.calendars.changes import begin_feeds
from booking.demo import catalogue
from booking.demo.changes.bulk import Bulk
from booking.demo.changes.desks import SCHEDULE_RULES, add_desk, add_houses, count_rooms, schedule_rule
from booking.demo.changes.discounts import add_offers
from booking.demo.changes.memberships import add_membership
from booking.demo.changes.packages import add_packages
from booking.demo.changes.papers import add_papers
from booking.demo.changes.parking import add_parking_terms
from booking.demo.changes.people import Login, Town
from booking.demo.changes.records import add_insurers, add_records
from booking.demo.changes.telling import add_telling
from booking.demo.changes.visits import Health, add_breaks, add_visits
from booking.demo.rules.clinics import draw_houses
from booking.demo.rules.couples import draw_couple
from booking.demo.rules.desks import Desk, Ids, draw_desk
from booking.demo.rules.meetings import Town as Meetings
from booking.demo.rules.meetings import Visit
from booking.demo.rules.people import DOMAIN, Client, draw_client
from booking.demo.rules.scenes import draw_scenes
from booking.demo.rules.visits import Diary, draw_diary, stage
from booking.demo.rules.words import World
from booking.openings.catalogue import rules_by, travel_by
from booking.quotes.catalogue import taxes
from booking.screening.catalogue import form
from marketplace.accounts.models import Account, Person
from marketplace.accounts.rules import ADMIN, PROVIDER
from marketplace.accounts.security_port import hash_password
from marketplace.audit import Deed, record
from marketplace.db import transaction
from marketplace.kernel.errors import Conflict
from providers.credentials.catalogue import first_policy
from providers.places.gazetteer import neighborhood
from providers.places.models import ProviderPlace
from providers.registry.models import Change, Provider

PASSWORD = "evening-in-manhattan"  # noqa: S105 (printed on purpose: sample accounts only)
CLIENT_EMAIL, THERAPIST_EMAIL, ADMIN_EMAIL = f"client@{DOMAIN}", f"therapist@{DOMAIN}", f"admin@{DOMAIN}"
CLIENT_NAME = "Sam Ellery"
BATCH = 200
MOST_VISITS, LEAST_VISITS, VISITS_IN_ALL = 30, 12, 15_000
CLIENTS_WITH_ACCOUNT, GUESTS_A_PROVIDER = 40, 5


@dataclass(frozen=True)
class Plan:
    """How large the town is. `days` is the whole period: a third of it is past, the rest is to come."""

    providers: int
    days: int
    seed: int

    @property
    def visits_a_provider(self) -> int:
        """About one a day in a small town; in a large one fewer, never fewer than a dozen in thirty days, so that loading stays quick."""
        share = max(LEAST_VISITS, min(MOST_VISITS, VISITS_IN_ALL // self.providers))
        return max(1, round(share * self.days / 30))


@dataclass
class Loaded:
    """What was loaded so far."""

    providers: int = 0
    neighborhoods: int = 0
    clients: int = 0
    visits: int = 0


def holds_accounts(session: Session) -> bool:
    """Whether somebody has an account already: then the demo stays out."""
    return bool(session.scalar(select(exists().where(Account.id.is_not(None)))))


def load_demo(plan: Plan, now: datetime) -> Iterator[Loaded]:
    """Load the town batch by batch, one transaction each; gives what there is after each of them.

    The same plan on the same day and time gives the same rows, apart from seals and the password's salt. Raises Conflict `not_empty`.
    """
    password_hash = hash_password(PASSWORD)
    builder = _Builder(plan, now, password_hash)
    for first in range(0, plan.providers, BATCH):
        with transaction() as session:
            if first == 0 and holds_accounts(session):
                raise Conflict("not_empty", "This database holds accounts already. The demo is loaded into an empty one only.")
            builder.load(session, range(first, min(first + BATCH, plan.providers)))
            if first + BATCH >= plan.providers:
                details = {"providers": plan.providers, "days": plan.days, "seed": plan.seed, "visits": builder.loaded.visits}
                record(session, Deed(now, "command:demo", "demo_loaded", "demo", str(plan.seed), details))
        yield replace(builder.loaded)


class _Builder:
    """What goes on from batch to batch: names that are taken, and the counts."""

    def __init__(self, plan: Plan, now: datetime, password_hash: str) -> None:
        self.plan, self.password_hash = plan, password_hash
        self.world = build_world(plan, now)
        self.loaded = Loaded()
        self.slugs: set[str] = set()
        self.emails: set[str] = {CLIENT_EMAIL, THERAPIST_EMAIL, ADMIN_EMAIL}
        self.hoods: set[str] = set()
        self.meetings = Meetings(())
        self.checker_id = 0

    def load(self, session: Session, numbers: range) -> None:
        """One batch of providers with clients and visits of their own."""
        bulk = Bulk(session)
        town = Town(bulk, self.password_hash, self.world.now - timedelta(days=700))
        if numbers.start == 0:
            self.checker_id = self._add_checker(town)
            add_houses(bulk, draw_houses(self.world), self.world.now - timedelta(days=700))
        desks = [self._desk(bulk, town, number) for number in numbers]
        clients = self._clients(bulk, numbers)
        for client in clients:
            town.client(client)
        visits = self._visits(bulk, desks, clients, numbers.start)
        health = Health(bulk, catalogue.health_desk(), form().consent)
        add_visits(bulk, health, visits, {desk.facts.id: desk.facts for desk in desks}, self.world.now)
        bulk.write()
        town.give_roles()
        if numbers.start == 0:
            count_rooms(session, draw_houses(self.world), self.world.now)
            self._add_feeds(session)
            add_packages(session, desks[0], clients[0].id, self.world.dice("packages"), self.world.now)
            add_membership(session, desks[0], self.world.dice("memberships"), self.world.now)
            add_papers(session, clients[0].id, self.world.now)
            add_parking_terms(session, self.world.dice("parking").randbytes(12).hex(), self.world.now)
            add_telling(session, clients[0].id, self.world.now)
            add_records(session, desks[0].facts, clients[0].id, CLIENT_NAME, self.world.now)
            add_insurers(bulk, desks, self.world.now)
            add_offers(bulk, desks, self.world.dice("codes").randbytes(12).hex(), self.world.now)
        bulk.put(SCHEDULE_RULES, [schedule_rule(desk.facts) for desk in desks])
        bulk.put(Change.__table__, [{"provider_id": desk.facts.id} for desk in desks])
        self._count(desks, clients, visits)

    def _add_feeds(self, session: Session) -> None:
        """What a new account has: secret addresses for the calendars of the client and the therapist who are named."""
        named = select(Account).where(Account.email.in_((CLIENT_EMAIL, THERAPIST_EMAIL))).order_by(Account.id)
        for account in session.scalars(named):
            begin_feeds(session, account, self.world.now)

    def _add_checker(self, town: Town) -> int:
        chance = self.world.dice("admin")
        login = Login("demo-admin-" + chance.randbytes(2).hex(), ADMIN_EMAIL, self.world.checker, chance.randbytes(16).hex())
        return town.owner(login, ADMIN, "demo-checker-" + chance.randbytes(2).hex())

    def _desk(self, bulk: Bulk, town: Town, number: int) -> Desk:
        ids = Ids(bulk.peek(Provider), bulk.peek(Account), bulk.peek(ProviderPlace))
        desk = draw_desk(self.world, number, ids, self.slugs)
        email = THERAPIST_EMAIL if number == 0 else f"{desk.facts.slug}@{DOMAIN}"
        self.emails.add(email)
        login = Login(desk.account_public_id, email, desk.facts.name, desk.uniquifier)
        town.owner(login, PROVIDER, f"{desk.facts.public_id[:-3]}own", desk.created_at)
        add_desk(bulk, desk, self.checker_id)
        return desk

    def _clients(self, bulk: Bulk, numbers: range) -> list[Client]:
        """In the first batch the client whom the demo names, some with accounts; in every batch guests."""
        chance, first = self.world.dice(f"clients {numbers.start}"), bulk.peek(Person)
        with_account = CLIENTS_WITH_ACCOUNT if numbers.start == 0 else len(numbers) // 5
        count = with_account + GUESTS_A_PROVIDER * len(numbers)
        found = [draw_client(chance, self.world, first + at, self.emails, guest=at >= with_account) for at in range(count)]
        if numbers.start == 0:
            found[0] = replace(found[0], name=CLIENT_NAME, email=CLIENT_EMAIL, health="clear")
        return found

    def _visits(self, bulk: Bulk, desks: list[Desk], clients: list[Client], start: int) -> list[tuple[int, Visit]]:
        named = clients[0] if start == 0 else None
        self.meetings.clients = [client for client in clients if client is not named]
        diaries: list[Diary] = []
        for number, desk in enumerate(desks, start=start):
            diary = draw_diary(
                self.world, desk, self.meetings, self.world.dice(f"visits {number}"), 0 if number == 0 else self._wanted(number)
            )
            if diary is None:
                continue
            if number == 0 and named is not None:
                stage(diary, named)
                diary.fill(self.plan.visits_a_provider)
            add_breaks(bulk, desk.facts.id, diary.breaks)
            diaries.append(diary)
        if named is not None:
            draw_scenes(diaries[0], named)
            draw_couple(diaries, named, next(client for client in reversed(clients) if client.account is None))
        return [(diary.facts.id, visit) for diary in diaries for visit in diary.visits]

    def _wanted(self, number: int) -> int:
        """Some are busier than others."""
        return max(1, self.plan.visits_a_provider * self.world.dice(f"busy {number}").randrange(70, 145) // 100)

    def _count(self, desks: list[Desk], clients: list[Client], visits: list[tuple[int, Visit]]) -> None:
        for desk in desks:
            self.hoods |= {place.neighborhood for place in desk.facts.places}
        self.loaded.providers += len(desks)
        self.loaded.clients += len(clients)
        self.loaded.visits += len(visits)
        self.loaded.neighborhoods = len(self.hoods)


def build_world(plan: Plan, now: datetime) -> World:
    """What the town of a plan is built on. Neighborhoods come in an order that is the seed's."""

    def dice(name: str) -> random.Random:
        return random.Random(f"{plan.seed}:{name}")  # noqa: S311 (a town to look at, nothing to protect)

    doors = catalogue.sites()
    order = dice("neighborhoods").sample(sorted(doors), len(doors))
    past = plan.days // 3
    return World(
        words=catalogue.words(),
        sites={hood: doors[hood] for hood in order},
        sites_by_zip=catalogue.sites_by_zip(),
        hoods={hood: neighborhood(hood).name for hood in order},
        bands=catalogue.bands(),
        house=rules_by(first_policy()),
        taxes=taxes(),
        traveler=travel_by,
        covered=catalogue.covered,
        dice=dice,
        now=now,
        past_days=past,
        coming_days=plan.days - past,
    )
