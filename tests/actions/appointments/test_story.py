"""Any verbs in any order by anybody: after each step everything holds that must never fail. The longer run is `make soak`."""

import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import select

from booking.appointments.actions.book import book
from booking.appointments.actions.cancel import Cancelling, cancel
from booking.appointments.actions.expire import expire_holds, expire_requests
from booking.appointments.actions.hold import release_hold
from booking.appointments.actions.move import move
from booking.appointments.actions.progress import check_in, check_out, complete, mark_no_show
from booking.appointments.api.blocks import visits_between
from booking.appointments.changes.history import Doer
from booking.appointments.models import Appointment, Hold
from booking.appointments.rules.cancellation import REASONS
from booking.appointments.rules.states import CANCELLED, COMPLETED, CONFIRMED, GRAPH, NO_SHOW
from booking.upkeep.actions import tell_lapses
from booking.upkeep.queries import findings
from marketplace.db import db
from marketplace.kernel.errors import Refusal
from providers.profiles.actions.oversee import reinstate_provider, suspend_provider
from providers.registry.models import Provider
from providers.registry.rules import LISTED, Owner
from providers.schedule.actions import add_block, remove_block
from providers.schedule.models import Claim
from providers.schedule.rules.drafts import BlockDraft
from tests.factories import PersonFactory, bookable_provider
from tests.support.clocks import START
from tests.support.visits import BASE_URL, booking_of, clear_answers, hold_visit

DOERS = {part: Doer(part, f"account:{part}") for part in ("client", "provider", "admin")}
ANSWERS = ({}, {}, {"open_wound": True}, {"seizure": True}, {"chest_pain": True})
STEPS = (check_in, complete, mark_no_show, check_out)
EDGES = {(before, after) for (before, _verb), after in GRAPH.items()} | {(CONFIRMED, COMPLETED)}
# Told between the second at which something ends by itself and the job that marks it; the job is one of the verbs below.
UNTIL_THE_JOB = ("is still marked", "nobody was told")

which = st.integers(0, 11)
starts = st.builds(
    lambda day, quarter: START + timedelta(days=day, minutes=15 * quarter), st.integers(1, 3), st.sampled_from((-8, -4, -1, 0, 1, 2, 4, 8))
)
waits = st.sampled_from([timedelta(seconds=1), timedelta(minutes=5), timedelta(minutes=10), timedelta(hours=1), timedelta(hours=11)])


class Story(RuleBasedStateMachine):
    """Two providers, three persons, three days. Every verb may be refused, but only with a refusal."""

    app: Flask
    empty: Callable[[], None]

    def __init__(self) -> None:
        super().__init__()
        self.context = self.app.app_context()
        self.context.push()
        type(self).empty()
        self.now = START
        self.holds: list[tuple[Hold, int]] = []
        self.blocks: list[tuple[int, str]] = []
        self.known: dict[str, tuple[str, int]] = {}

    @initialize()
    def people(self) -> None:
        self.providers = [bookable_provider() for _ in range(2)]
        self.persons = [PersonFactory() for _ in range(3)]
        self.visits: list[str] = []
        for day in (1, 2, 3):
            for provider, person in ((0, 0), (1, day % 2 + 1)):
                self.hold_and_book(provider, person, START + timedelta(days=day, hours=day - 2), ANSWERS[day])

    def teardown(self) -> None:
        db.session.remove()
        self.context.pop()

    def attempt(self, deed: Callable[[], object]) -> object | None:
        """What the deed gives, or nothing when it was refused."""
        try:
            return deed()
        except Refusal:
            return None

    def one_of(self, things: list, number: int):
        return things[number % len(things)]

    def is_listed(self, provider_id: int) -> bool:
        db.session.rollback()
        return db.session.scalar(select(Provider.state).where(Provider.id == provider_id)) == LISTED

    # --- clients ---------------------------------------------------------------------------------------------------------------

    @rule(provider=which, person=which, start=starts)
    def hold(self, provider, person, start):
        wanted, by = self.one_of(self.providers, provider), self.one_of(self.persons, person)
        made = self.attempt(lambda: hold_visit(wanted, by, start, self.now))
        if made is not None:
            assert self.is_listed(made.provider_id)
            self.holds.append((made, by.id))

    @precondition(lambda self: self.holds)
    @rule(number=which, answers=st.sampled_from(ANSWERS))
    def book(self, number, answers):
        hold, person_id = self.one_of(self.holds, -1 - number % 2)
        person = next(one for one in self.persons if one.id == person_id)
        wanted = booking_of(hold, person, self.now, clear_answers(**answers))
        made = self.attempt(lambda: book(wanted, person_id, DOERS["client"], BASE_URL, self.now))
        if made is not None:
            assert self.is_listed(hold.provider_id)
            assert "chest_pain" not in answers
            self.visits.append(made.booked.appointment.public_id)

    @rule(provider=which, person=which, start=starts, answers=st.sampled_from(ANSWERS))
    def hold_and_book(self, provider, person, start, answers):
        held = len(self.holds)
        self.hold(provider, person, start)
        if len(self.holds) > held:
            self.book(0, answers)

    @precondition(lambda self: self.holds)
    @rule(number=which)
    def let_go(self, number):
        hold, person_id = self.one_of(self.holds, number)
        self.attempt(lambda: release_hold(hold.public_id, person_id, DOERS["client"], self.now))

    # --- both sides ------------------------------------------------------------------------------------------------------------

    @precondition(lambda self: self.visits)
    @rule(number=which, start=starts, part=st.sampled_from(sorted(DOERS)))
    def move(self, number, start, part):
        public_id = self.one_of(self.visits, number)
        moved = self.attempt(lambda: move(public_id, start, DOERS[part], BASE_URL, self.now))
        if moved is not None:
            assert self.is_listed(moved.appointment.provider_id)

    @precondition(lambda self: self.visits)
    @rule(number=which, part=st.sampled_from(sorted(DOERS)), reason=st.sampled_from((None, *REASONS)))
    def cancel(self, number, part, reason):
        public_id = self.one_of(self.visits, number)
        self.attempt(lambda: cancel(public_id, Cancelling(reason=reason), DOERS[part], BASE_URL, self.now))

    @precondition(lambda self: self.visits)
    @rule(number=which, step=st.sampled_from(STEPS), part=st.sampled_from(("provider", "admin")))
    def step(self, number, step, part):
        public_id = self.one_of(self.visits, number)
        self.attempt(lambda: step(public_id, DOERS[part], self.now))

    @precondition(lambda self: self.visits)
    @rule(number=which, step=st.sampled_from(STEPS))
    def come_to_the_visit(self, number, step):
        """Time passes to half an hour after the start, and somebody says how it went."""
        public_id = self.one_of(self.visits, number)
        start = db.session.scalars(select(Appointment.starts_at).where(Appointment.public_id == public_id)).one()
        self.now = max(self.now, start + timedelta(minutes=30))
        self.attempt(lambda: step(public_id, DOERS["provider"], self.now))

    # --- providers and the house -------------------------------------------------------------------------------------------------

    @rule(number=which, start=starts, minutes=st.sampled_from((15, 60, 600)))
    def block(self, number, start, minutes):
        provider = self.one_of(self.providers, number)
        owner = Owner(provider.account_id, provider.name, "account:provider")
        draft = BlockDraft(start, start + timedelta(minutes=minutes), None)
        claim = self.attempt(lambda: add_block(owner, draft, self.now, visits_between))
        if claim is not None:
            self.blocks.append((provider.account_id, claim.public_id))

    @precondition(lambda self: self.blocks)
    @rule(number=which)
    def unblock(self, number):
        account_id, public_id = self.one_of(self.blocks, number)
        self.attempt(lambda: remove_block(Owner(account_id, "", "account:provider"), public_id, self.now))

    @rule(number=which)
    def suspend(self, number):
        slug = self.one_of(self.providers, number).slug
        self.attempt(lambda: suspend_provider(slug, "A complaint.", "account:admin", self.now))

    @rule(number=which)
    def reinstate(self, number):
        slug = self.one_of(self.providers, number).slug
        self.attempt(lambda: reinstate_provider(slug, "It was nothing.", "account:admin", self.now))

    @rule(elapsed=waits)
    def wait(self, elapsed):
        self.now += elapsed

    @rule()
    def jobs_run(self):
        expire_holds(self.now)
        expire_requests(self.now, BASE_URL)
        tell_lapses(self.now, BASE_URL)
        assert list(findings(db.session(), self.now)) == []

    # --- what must never fail ------------------------------------------------------------------------------------------------------

    @invariant()
    def nothing_is_found(self):
        """No overlap, every visit with its time, no reminder for nobody, an audit that holds."""
        db.session.rollback()
        db.session.expire_all()
        found = [sentence for sentence in findings(db.session(), self.now) if not any(words in sentence for words in UNTIL_THE_JOB)]
        assert found == []

    @invariant()
    def visits_go_along_the_graph(self):
        for visit in db.session.scalars(select(Appointment)):
            before, sequence = self.known.get(visit.public_id, (visit.status, 0))
            assert visit.status == before or (before, visit.status) in EDGES
            assert visit.sequence >= sequence
            self.known[visit.public_id] = (visit.status, visit.sequence)

    @invariant()
    def money_stays_in_bounds(self):
        for visit in db.session.scalars(select(Appointment)):
            assert 0 <= visit.fee_cents <= visit.terms["fee_base_cents"] <= visit.total_cents
            assert 0 <= visit.due_cents <= visit.total_cents
            assert visit.fee_cents == 0 or visit.status in (CANCELLED, NO_SHOW)

    @invariant()
    def what_is_held_is_kept(self):
        held = select(Hold, Claim).join(Claim, Claim.id == Hold.claim_id).where(Hold.state == "live", Hold.expires_at > self.now)
        for _hold, claim in db.session.execute(held):
            assert (claim.live, claim.kind) == (True, "hold")


@pytest.fixture
def emptied(request, app, database) -> Callable[[], None]:
    """Gives the application's database back without a row."""

    def empty() -> None:
        db.session.remove()
        db.engine.dispose()
        if database.kind == "postgresql":
            request.getfixturevalue("postgresql_worker").clean()
            return
        path = Path(database.url.removeprefix("sqlite:///"))
        for rest in path.parent.glob(f"{path.name}-*"):
            rest.unlink()
        shutil.copyfile(request.getfixturevalue("sqlite_template"), path)

    return empty


def tell(app, empty, examples, steps):
    machine = type("Told", (Story,), {"app": app, "empty": staticmethod(empty)})
    run_state_machine_as_test(machine, settings=settings(settings.default, max_examples=examples, stateful_step_count=steps, deadline=None))


EXAMPLES = {"sqlite": 10, "postgresql": 4}


def test_whatever_happens_in_whatever_order_everything_holds(app, emptied, database):
    tell(app, emptied, EXAMPLES[database.kind], 30)


@pytest.mark.soak
def test_the_same_for_a_long_time(app, emptied, database):
    tell(app, emptied, 20 * EXAMPLES[database.kind], 60)
