"""What the description of the API promises, the API keeps: whatever fits the document or nearly so is answered as the document says."""

import secrets
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import given, settings
from hypothesis import strategies as st
from schemathesis import APIOperation, GenerationMode, checks
from schemathesis.schemas import BaseSchema
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from sqlalchemy import select

from booking.appointments.models import Appointment
from booking.openapi.api import api_document
from booking.screening import catalogue
from marketplace.accounts.models import ApiToken, Person
from marketplace.db import db
from marketplace.settings import Settings
from marketplace.vault import secret_hash
from providers.calendars.forms import TRANSPORT
from providers.credentials.models import Credential
from providers.registry.models import Provider
from tests.factories import (
    AccountFactory,
    ApiTokenFactory,
    BasketFactory,
    BasketVisitFactory,
    CarePauseFactory,
    CarePlanFactory,
    ClaimFactory,
    ClaimFormFactory,
    ClassSeatFactory,
    ClassSessionFactory,
    ClearanceFactory,
    ClinicFactory,
    ComfortVersionFactory,
    CoupleFactory,
    CouponFactory,
    CredentialDocumentFactory,
    CredentialFactory,
    DavAccountFactory,
    DisputeFactory,
    EvidenceRequestFactory,
    ExclusionHitFactory,
    ExtensionRequestFactory,
    HandBookingFactory,
    HealthFileFactory,
    HoldFactory,
    HomeProgramFactory,
    InsuranceDetailsFactory,
    IntakeVersionFactory,
    JournalEntryFactory,
    LetterDraftFactory,
    MembershipFactory,
    MembershipMonthFactory,
    MembershipPlanFactory,
    OutsideCalendarFactory,
    PackageFactory,
    PackageOfferFactory,
    ParkingClaimFactory,
    PaymentFactory,
    PayoutFactory,
    PersonFactory,
    ProfileFlagFactory,
    ProviderFactory,
    ReceiptFactory,
    ReleaseFactory,
    SavedCardFactory,
    SentLetterFactory,
    SeriesFactory,
    SeriesVisitFactory,
    SupervisionFactory,
    TimeOffFactory,
    WaitlistEntryFactory,
    bookable_provider,
    epoch_minute,
    offered_note,
    person_of,
    signed_note,
    some_gift_card,
)
from tests.support.applications import let_go
from tests.support.clocks import START, Clock
from tests.support.databases import environment_of
from tests.support.visits import answered, book_visit, clear_answers, hold_visit
from wsgi import create_app

CHECKS = [
    checks.not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
LABELS = [f"{method.upper()} {path}" for path, methods in api_document()["paths"].items() for method in methods]
SIGNING_OUT = "DELETE /api/v1/tokens/current"
ROLES = ("client", "provider", "admin")
FILE = {"kind": "file", "address": None, "address_hash": None, "next_sync_at": None}


@dataclass(frozen=True)
class Api:
    """The application with its description, a token of each role, what exists by the path before its id, and sensible values by field."""

    schema: BaseSchema
    tokens: dict[str, str]
    known: dict[str, list[str]]
    sensible: dict[str, list[Any]]


def some_packages(provider, person):
    """An order, one that is paid, and one that ended with money to go back."""
    offer = PackageOfferFactory(provider=provider)
    paid = {"paid_at": START, "how": "cash", "last_on": START.date() + timedelta(days=180)}
    ended = {"closed_at": START, "ended_by": "client", "refund_cents": 73_150}
    return [
        PackageFactory(offer=offer, person=person),
        PackageFactory(offer=offer, person=person, state="active", **paid),
        PackageFactory(offer=offer, person=person, state="ended", **paid, **ended),
    ]


def some_memberships(provider, person):
    """One's own membership, somebody else's with the same therapist, and plans."""
    plan = MembershipPlanFactory(provider=provider)
    MembershipMonthFactory(membership=MembershipFactory(plan=plan))
    mine = MembershipFactory(plan=plan, person=person)
    MembershipMonthFactory(membership=mine)
    return {
        "memberships": [mine.public_id],
        "membership-plans": [MembershipPlanFactory(provider=provider).public_id for _number in range(3)],
    }


def furnish() -> tuple[dict[str, str], dict[str, list[str]], dict[str, list[Any]]]:
    """Somebody of each role, and something of everything."""
    accounts = {role: AccountFactory(role=role) for role in ROLES}
    for role, account in accounts.items():
        person_of(account)
        ApiTokenFactory(account=account, token=f"token-of-{role}")
    provider, person = bookable_provider(account=accounts["provider"], slug="anna"), person_of(accounts["client"])
    start = START + timedelta(days=2)
    visits = [book_visit(provider, person, start + timedelta(hours=hours), START).booked.appointment.public_id for hours in (0, 2)]
    booked = db.session.scalars(select(Appointment).where(Appointment.public_id == visits[0])).one()
    held = hold_visit(provider, person, start + timedelta(days=1), START)
    holds = [held.public_id]
    screenings = [answered(person, START)]
    waiting = CredentialFactory(provider=ProviderFactory(slug="bea", state="submitted"), kind="license", status="submitted")
    own = CredentialFactory(provider=provider, kind="npi", status="needs_info", plain_number="1234567893")
    paper = CredentialFactory(provider=provider, kind="physician_collaboration")
    documents = [CredentialDocumentFactory(credential=waiting).public_id]
    planned = [SeriesFactory(person=person, provider=provider) for _number in range(3)]
    for number, series in enumerate(planned):
        ahead = start + timedelta(days=30 + number)
        SeriesVisitFactory(series=series, hold=HoldFactory(provider=provider, person=person, starts_at=ahead, quote=held.quote))
    baskets = [BasketFactory(person=person) for _number in range(3)]
    for number, basket in enumerate(baskets):
        ahead = start + timedelta(days=40 + number)
        BasketVisitFactory(basket=basket, hold=HoldFactory(provider=provider, person=person, starts_at=ahead, quote=held.quote))
    claims = [ClaimFactory(provider=provider, starts_at=start + timedelta(days=20 + number)).public_id for number in range(3)]
    sensible = {
        "provider": ["anna", "bea"],
        "service": ["medical-massage"],
        "minutes": [60, 90],
        "setting": ["clinic", "home"],
        "starts_at": [(start + timedelta(days=days)).isoformat() for days in range(2, 6)],
        "from": [START.date().isoformat()],
        "to": [(start + timedelta(days=3)).isoformat()],
        "near": ["10024", "Harlem", "40.78,-73.97"],
        "zip": ["10024"],
        "hold": holds,
        "screening": screenings,
        "consent": [{"version": catalogue.form().consent.version, "accepted": True}],
        "place": [None],
        "answers": [clear_answers(), clear_answers(seizure=True)],
        "region_marks": [[]],
        "concerns": [[]],
        "technique": ["trigger_point"],
        "expected_fee_cents": [0, None],
        "kind": ["license", "certificate", "npi"],
        "status": ["submitted", "verified"],
        "state": ["listed"],
        "cursor": [None],
        "url": ["https://127.0.0.1/calendar.ics"],
    }
    known = {
        "appointments": visits,
        "receipts": [ReceiptFactory(provider=provider, appointment=booked).name],
        "holds": holds,
        "credentials": [waiting.public_id, own.public_id, paper.public_id],
        "documents": documents,
        "blocks": claims,
        "kept": [kept_by_hand(provider, start + timedelta(days=70 + number), held.quote) for number in range(3)],
        "time-off": [
            TimeOffFactory(provider=provider, begin_minute=epoch_minute(start) + (40 + number * 9) * 1440).public_id for number in range(3)
        ],
        "calendars": [OutsideCalendarFactory(provider=provider, **FILE).public_id for _number in range(3)],
        "accounts": [DavAccountFactory(provider=provider, server="https://127.0.0.1/").public_id for _number in range(3)],
        "gift-cards": [some_gift_card(provider, person) for _number in range(3)],
        "packages": [bought.public_id for bought in some_packages(provider, person)],
        "payouts": [PayoutFactory(provider=provider).public_id],
        "parking": [ParkingClaimFactory(appointment=booked).public_id],
        "package-offers": [PackageOfferFactory(provider=provider).public_id for _number in range(3)],
        "cards": [SavedCardFactory(person=person).public_id for _number in range(3)],
        "codes": [CouponFactory(provider=provider).public_id for _number in range(3)],
        "clearances": [ClearanceFactory(person=person).public_id for _number in range(3)],
        "files": [HealthFileFactory(person=person).public_id for _number in range(3)],
        "journal": [JournalEntryFactory(person=person).public_id for _number in range(3)],
        "couples": [for_two(provider, person, start + timedelta(days=80 + number), held.quote) for number in range(3)],
        "disputes": [DisputeFactory(payment=PaymentFactory(provider=provider, person=person, appointment_id=booked.id)).stripe_dispute],
        "waitlist": [WaitlistEntryFactory(person=person).public_id for _number in range(3)],
        "series": [series.public_id for series in planned],
        "baskets": [basket.public_id for basket in baskets],
        "flags": [ProfileFlagFactory(provider=provider).public_id for _number in range(3)],
        "exclusions": [ExclusionHitFactory(provider=provider).public_id for _number in range(3)],
        "confirmations": [waiting_link(paper, number) for number in range(3)],
        "clinics": [ClinicFactory().slug],
        "providers": ["anna", "bea"],
        "reliability": ["anna", "bea"],
    }
    classes = [ClassSessionFactory(provider=provider, starts_at=start + timedelta(days=90 + number)) for number in range(3)]
    known["classes"] = [lesson.public_id for lesson in classes]
    known["seats"] = [ClassSeatFactory(lesson=classes[0], person=person).public_id]
    sensible["class"] = known["classes"][1:]
    known |= some_memberships(provider, person)
    HomeProgramFactory(appointment=booked)
    known |= {"plans": [CarePlanFactory(appointment=booked).public_id], "pauses": [CarePauseFactory(appointment=booked).public_id]}
    known["more-visits"] = [ExtensionRequestFactory(appointment=booked).public_id for _number in range(3)]
    releases = [ReleaseFactory(person=person, provider=provider) for _number in range(3)]
    LetterDraftFactory(appointment=booked, release=releases[0])
    known["releases"] = [release.public_id for release in releases]
    known["letters"] = [SentLetterFactory(appointment=booked, release=releases[0]).public_id]
    IntakeVersionFactory(person=person)
    ComfortVersionFactory(person=person)
    signed_note(booked)
    permitted = InsuranceDetailsFactory(person=person, provider=provider)
    ClaimFormFactory(details=permitted, appointment_id=booked.id, person_id=person.id, provider_id=provider.id)
    elsewhere = book_visit(bookable_provider(), PersonFactory(), start + timedelta(days=50), START).booked.appointment
    known["note-reviews"] = [offered_note(elsewhere, provider).public_id]
    known["supervisions"] = [
        SupervisionFactory(provider=provider).public_id,
        SupervisionFactory(supervisor=provider, accepted_at=None).public_id,
    ]
    return {role: f"token-of-{role}" for role in ROLES}, known, sensible


def for_two(provider: Provider, person: Person, starts_at: datetime, quote: object) -> str:
    """Two held times side by side, the first of them the person's own."""
    first = HoldFactory(provider=provider, person=person, starts_at=starts_at, quote=quote)
    return CoupleFactory(first=first, second=HoldFactory(starts_at=starts_at, quote=quote)).public_id


def kept_by_hand(provider: Provider, starts_at: datetime, quote: object) -> str:
    """A time kept for somebody by hand."""
    hold = HoldFactory(provider=provider, starts_at=starts_at, quote=quote)
    HandBookingFactory(hold=hold)
    return hold.public_id


def waiting_link(credential: Credential, number: int) -> str:
    """The token of a link that waits for an answer."""
    token = f"{'link':x<42}{number}"
    EvidenceRequestFactory(credential=credential, plain=token)
    return token


class Nowhere:
    """A network in which no name is known: some texts, such as long numbers, are addresses of somebody out there."""

    def resolve(self, host: str, port: int) -> Sequence[str]:
        raise OSError(f"{host}:{port} is not known")


@pytest.fixture(scope="module")
def api(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """One application for all: what one call changes the next one meets."""
    folder = tmp_path_factory.mktemp("described")
    shutil.copyfile(sqlite_template, folder / "marketplace.db")
    clock = Clock(folder / "clock")
    environment = environment_of(f"sqlite:///{folder / 'marketplace.db'}") | {"CLOCK_FILE": str(clock.path)}
    app = create_app(Settings.from_environment(environment))
    app.extensions[TRANSPORT] = Nowhere()
    app.testing = False  # as it runs for people: what breaks is answered with 500, which the checks then see
    with app.app_context():
        tokens, known, sensible = furnish()
        db.session.remove()
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)
    yield Api(schema, tokens, known, sensible)
    let_go(app)


@pytest.mark.parametrize("label", LABELS)
def test_every_answer_is_one_the_document_tells_of(api, label):
    explore(api, label, 12)


@pytest.mark.soak
@pytest.mark.parametrize("label", LABELS)
def test_the_same_for_a_long_time(api, label):
    explore(api, label, 500)


def explore(api: Api, label: str, examples: int) -> None:
    """Call one operation with what its schemas give, in half of the cases about things that exist and in words that make sense."""
    method, path = label.split(" ")
    operation = api.schema[path][method]
    allowed = [role for role in ROLES if role in operation.definition.raw.get("description", "")] or [None]

    @settings(max_examples=examples)
    @given(case=cases_of(operation), draw=st.data())
    def ask(case, draw):
        role = draw.draw(st.sampled_from(allowed), "role")
        for name in case.path_parameters or {}:
            if not draw.draw(st.sampled_from([False, False, True]), "something made up"):
                case.path_parameters[name] = draw.draw(st.sampled_from(api.known[path.partition("/{")[0].rpartition("/")[2]]), name)
        for part in (case.body, case.query):
            if isinstance(part, dict) and draw.draw(st.booleans(), "words that make sense"):
                part |= {name: draw.draw(st.sampled_from(api.sensible[name]), name) for name in sorted(set(api.sensible) & set(part))}
        headers = {"Authorization": f"Bearer {api.tokens[role]}"} if role else {}
        if label == SIGNING_OUT and role:
            headers = {"Authorization": f"Bearer {spare_token(api, role)}"}
        case.validate_response(case.call(headers=headers), checks=CHECKS)

    ask()


def cases_of(operation: APIOperation) -> st.SearchStrategy:
    """Mostly what fits the schemas, and something that does not."""
    fits = operation.as_strategy(generation_mode=GenerationMode.POSITIVE)
    if not (operation.body or operation.query):
        return fits
    return st.one_of(fits, fits, operation.as_strategy(generation_mode=GenerationMode.NEGATIVE))


def spare_token(api: Api, role: str) -> str:
    """A token that may be given up."""
    with api.schema.app.app_context():
        owner = db.session.scalars(select(ApiToken.account_id).where(ApiToken.token_hash == secret_hash(api.tokens[role]))).one()
        token = secrets.token_urlsafe(12)
        db.session.add(ApiToken(account_id=owner, token_hash=secret_hash(token), created_at=START, expires_at=START + timedelta(days=1)))
        db.session.commit()
    return token
