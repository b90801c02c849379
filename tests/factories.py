"""Rows for tests: one factory a table, and a few whole situations. A test states only what it is about.

All of it needs an application context (`ctx`, or `with app.app_context():`) and commits, because a verb's transaction begins with fresh eyes.
Where a row belongs to another, give the other row: `WeeklyHoursFactory(provider=anna)`.
"""

from __future__ import annotations

import hashlib
import json
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import factory
from factory.alchemy import SQLAlchemyModelFactory
from sqlalchemy import select

from booking.appointments.models import (
    Appointment,
    AppointmentEvent,
    Basket,
    BasketVisit,
    CardCheckout,
    Couple,
    DoorTime,
    HandBooking,
    Handover,
    Hold,
    PrescribedVisit,
    Series,
    SeriesVisit,
    WaitlistEntry,
    WaitlistGuest,
    WaitlistOffer,
)
from booking.bodymap.models import PainMap
from booking.bodymap.rules import Mark, mark_to_dict
from booking.calendars.models import CalendarFeed
from booking.claims.models import ClaimForm, InsuranceDetails
from booking.claims.rules.insurance import Insurance, insurance_to_dict
from booking.classes.models import ClassSeat, ClassSession
from booking.coupons.models import Coupon, CouponUse
from booking.extensions.models import ExtensionRequest
from booking.fees.models import FeeAgreement, VisitFee
from booking.giftcards.models import GiftCard, GiftCardMove, GiftCardPaper, GiftCardPolicy, GiftCardRefund, GiftCardSeller, GiftCardUse
from booking.guardians.models import CareAge, Guardianship
from booking.homecare.models import HomeProgram, JournalEntry
from booking.intake.models import ComfortVersion, HealthFile, IntakeVersion
from booking.ledger.models import Credit, LedgerEntry, Receipt
from booking.memberships.models import Membership, MembershipMonth, MembershipPlan
from booking.notes.models import ClinicalNote, NoteAddendum, NoteKey
from booking.notes.rules.content import Note, Used, note_to_dict
from booking.notes.rules.signing import Signature, digest_of
from booking.outcomes.models import Outcome
from booking.packages.models import Package, PackageOffer, PackagePaper, PackagePolicy, PackageUse
from booking.papers.models import Estimate, EstimateVisit, PaperFacts
from booking.papers.rules.paper import Paper
from booking.parking.models import ParkingClaim, ParkingTerms
from booking.payments.models import CardTerms, Dispute, Payment, Refund, SavedCard, StripeCustomer, StripeEvent, StripeInstance
from booking.payouts.models import Payout, PayoutAccount, PayoutLine
from booking.plans.models import CarePause, CarePlan, CarePlanStep, CarePlanVersion, PlanPolicy
from booking.quotes.rules.agreed import AgreedTerms, agreed_to_dict
from booking.reliability.models import ReliabilityLift, ReliabilityStep, VisitLateness
from booking.reviewing.models import NoteReview, NoteReviewStep, Supervision
from booking.screening.models import Clearance, ClearanceDecision, Consent, Prescription, Screening
from booking.sharing.models import LetterDraft, LetterOpening, Release, SentLetter
from booking.sharing.queries.letters import letter_digest
from booking.sharing.rules.letters import paper_to_dict
from booking.superbills.models import Superbill
from marketplace.accounts.models import Account, ApiToken, FailureCount, Person, Role, SignIn
from marketplace.accounts.security_port import hash_password
from marketplace.db import db
from marketplace.idempotency.models import IdempotencyKey
from marketplace.outbox.models import Letter
from marketplace.vault import new_data_key, seal_under, secret_hash, vault
from providers.calendars.models import CalendarConsent, CalendarRevocation, DavAccount, DavCopy, DavSource, OutsideCalendar
from providers.credentials.models import Credential, CredentialDecision, CredentialDocument, CredentialPolicy
from providers.insurers.models import InsuranceStatement
from providers.limits.models import ProviderLimit
from providers.minors.models import MinorPolicy
from providers.places.models import Clinic, ProviderPlace, ServiceArea
from providers.profiles.models import ApplicationDraft
from providers.registry.models import Change, Provider
from providers.schedule.models import (
    BookingPause,
    Claim,
    HoursException,
    HoursStatement,
    OutsideBusy,
    RosterShift,
    ScheduleRule,
    TimeOff,
    WeeklyHours,
)
from providers.services.models import FirstVisitRule, PricePolicy, Service, ServiceDuration, TermsPolicy
from providers.services.rules.terms import DEFAULT_TERMS
from providers.verification.models import EvidenceRequest, ExclusionEntry, ExclusionHit, ExclusionImport, SourceCheck
from providers.wording.models import ProfileFlag
from tests.support.clocks import START

PASSWORD = "evening-in-manhattan"
LONG_AGO = START - timedelta(days=90)
KINDS = Path(__file__).parents[1] / "providers" / "credentials" / "data" / "kinds.json"
TERMS = {
    "steps": [{"hours": 24, "fee_percent": 0}, {"hours": 12, "fee_percent": 50}, {"hours": 0, "fee_percent": 100}],
    "grace_minutes": 10,
    "no_show_percent": 100,
    "late_minutes": 15,
    "free_moves": 1,
    "payment": "at_visit",
}


@cache
def password_hash() -> str:
    """Argon2 takes its time; once is enough for all accounts of a run."""
    return hash_password(PASSWORD)


class Row(SQLAlchemyModelFactory):
    class Meta:
        abstract = True
        sqlalchemy_session = db.session
        sqlalchemy_session_persistence = "commit"


def owned(name: str) -> Any:
    """The id of the row that was given or made as `name`."""
    return factory.SelfAttribute(f"{name}.id")


# --- people ----------------------------------------------------------------------------------------------------------------


class RoleFactory(Row):
    class Meta:
        model = Role
        sqlalchemy_get_or_create = ("name",)

    name = "client"
    description = None


class AccountFactory(Row):
    """Signs in with PASSWORD. `AccountFactory(role="provider")`, `confirmed_at=None`, `active=False`."""

    class Meta:
        model = Account
        exclude = ("role",)

    role = "client"
    email = factory.Sequence(lambda n: f"somebody{n}@licensedhands.test")
    name = factory.Faker("name")
    password = factory.LazyFunction(password_hash)
    active = True
    fs_uniquifier = factory.Sequence(lambda n: f"uniquifier-{n}")
    confirmed_at = LONG_AGO
    created_at = LONG_AGO
    roles = factory.LazyAttribute(lambda made: [RoleFactory(name=made.role)])


class SignInFactory(Row):
    class Meta:
        model = SignIn
        exclude = ("account",)

    account = factory.SubFactory(AccountFactory)
    account_id = owned("account")
    token_hash = factory.Sequence(lambda n: secret_hash(f"session-{n}"))
    created_at = START


class FailureCountFactory(Row):
    class Meta:
        model = FailureCount

    fingerprint = factory.Sequence(lambda n: secret_hash(f"address-{n}"))
    count = 1
    since_at = START


class ApiTokenFactory(Row):
    """`ApiTokenFactory(token="secret", account=anna)`: sign in with `Authorization: Bearer secret`."""

    class Meta:
        model = ApiToken
        exclude = ("account", "token")

    account = factory.SubFactory(AccountFactory)
    account_id = owned("account")
    token = factory.Sequence(lambda n: f"token-{n}")
    token_hash = factory.LazyAttribute(lambda made: secret_hash(made.token))
    created_at = START
    expires_at = START + timedelta(days=365)


class PersonFactory(Row):
    """Somebody with an account; `account=None` makes a guest."""

    class Meta:
        model = Person
        exclude = ("account",)

    account = factory.SubFactory(AccountFactory)
    account_id = factory.LazyAttribute(lambda made: made.account and made.account.id)
    name = factory.LazyAttribute(lambda made: made.account.name if made.account else "Guest Guestley")
    email = factory.LazyAttributeSequence(lambda made, n: made.account.email if made.account else f"guest{n}@licensedhands.test")
    email_confirmed_at = LONG_AGO
    phone = "+12125550123"
    zip = "10024"
    created_at = LONG_AGO


# --- providers -------------------------------------------------------------------------------------------------------------


class ProviderFactory(Row):
    """A listed provider with nothing else; `bookable_provider()` makes one who can be booked."""

    class Meta:
        model = Provider
        exclude = ("account",)

    account = factory.SubFactory(AccountFactory, role="provider")
    account_id = owned("account")
    slug = factory.Sequence(lambda n: f"provider-{n}")
    state = "listed"
    name = factory.LazyAttribute(lambda made: made.account.name)
    headline = "Medical massage for necks that sit all day"
    about = "Twelve years in practice."
    gender = "female"
    languages = ["en"]
    settings = ["clinic"]
    phone = "+12125550199"
    created_at = LONG_AGO
    listed_at = LONG_AGO


class OfProvider(Row):
    """A row that belongs to a provider."""

    class Meta:
        abstract = True
        exclude = ("provider",)

    provider = factory.SubFactory(ProviderFactory)
    provider_id = owned("provider")


class ChangeFactory(OfProvider):
    class Meta:
        model = Change


class ProviderPlaceFactory(OfProvider):
    class Meta:
        model = ProviderPlace

    kind = "clinic"
    name = "Columbus Avenue Practice"
    line1 = "410 Columbus Avenue"
    zip = "10024"
    neighborhood = "upper_west_side"
    latitude = 40.7822
    longitude = -73.9746


class ServiceAreaFactory(OfProvider):
    class Meta:
        model = ServiceArea

    mode = "subway"
    base = {"line1": "200 West 72nd Street", "zip": "10023"}
    zips = ["10023", "10024", "10025"]
    covered_zips = factory.SelfAttribute("zips")
    max_travel_minutes = 45
    setup_minutes = 15
    pack_minutes = 10


class CredentialFactory(OfProvider):
    """In force around START. `status`, `issued_on` and `expires_on` make other states."""

    class Meta:
        model = Credential
        exclude = ("provider", "plain_number")

    kind = "license"
    status = "verified"
    issuer = "New York State Education Department"
    holder_name = factory.LazyAttribute(lambda made: made.provider.name)
    plain_number = factory.Sequence(lambda n: f"{27_000 + n:06}")
    number = factory.SelfAttribute("plain_number")
    number_fingerprint = factory.LazyAttribute(lambda made: vault().fingerprint(made.plain_number, made.kind))
    issued_on = date(2025, 6, 1)
    expires_on = date(2028, 5, 31)
    valid_until = factory.SelfAttribute("expires_on")
    details = factory.LazyAttribute(lambda made: DETAILS.get(made.kind, {}))
    submitted_at = LONG_AGO
    verified_at = LONG_AGO
    verified_source = "Public register"
    verified_by = "A. Checker"
    created_at = LONG_AGO


DETAILS: dict[str, dict[str, object]] = {
    "license": {"profession_code": "027"},
    "liability_insurance": {
        "form": "occurrence",
        "per_occurrence_cents": 200_000_000,
        "aggregate_cents": 600_000_000,
        "covers": [],
        "excludes": [],
    },
    "physician_collaboration": {
        "name": "Dr. Mei Ostrander",
        "profession": "physician",
        "npi": "1234567893",
        "practice": "West Side",
        "relation": "referral",
    },
}


class CredentialDocumentFactory(Row):
    class Meta:
        model = CredentialDocument
        exclude = ("credential", "plain")

    credential = factory.SubFactory(CredentialFactory)
    credential_id = owned("credential")
    version = 1
    media_type = "application/pdf"
    plain = b"%PDF-1.7 a license"
    content = factory.LazyAttribute(lambda made: vault().seal_bytes(made.plain))
    sha256 = factory.LazyAttribute(lambda made: hashlib.sha256(made.plain).hexdigest())
    uploaded_at = LONG_AGO


class CredentialDecisionFactory(Row):
    class Meta:
        model = CredentialDecision
        exclude = ("credential", "admin")

    credential = factory.SubFactory(CredentialFactory)
    credential_id = owned("credential")
    admin = factory.SubFactory(AccountFactory, role="admin")
    decided_by_id = owned("admin")
    decision = "verify"
    source = "Public register"
    source_value = "Registered, in force"
    note = ""
    decided_at = LONG_AGO


class CredentialPolicyFactory(Row):
    """What is asked of whom: the table we deliver, as a version of its own."""

    class Meta:
        model = CredentialPolicy

    version = factory.Sequence(lambda n: n + 2)
    effective_from = date(2020, 1, 1)
    table = factory.LazyFunction(lambda: json.loads(KINDS.read_text(encoding="utf-8")))
    note = "A test"
    made_by = "admin"
    made_at = LONG_AGO


class SourceCheckFactory(Row):
    class Meta:
        model = SourceCheck
        exclude = ("credential",)

    credential = factory.SubFactory(CredentialFactory)
    credential_id = owned("credential")
    source = "state_license"
    outcome = "match"
    value_seen = "{}"
    asked_by = "admin"
    asked_at = LONG_AGO


class EvidenceRequestFactory(Row):
    """A link whose secret is `plain`, still good at START."""

    class Meta:
        model = EvidenceRequest
        exclude = ("credential", "plain")

    credential = factory.SubFactory(CredentialFactory, kind="physician_collaboration")
    credential_id = owned("credential")
    purpose = "collaboration"
    recipient = "doctor@practice.test"
    plain = factory.Sequence(lambda n: f"secret-{n}")
    token_hash = factory.LazyAttribute(lambda made: secret_hash(made.plain))
    requested_by = "provider"
    requested_at = START - timedelta(days=1)
    expires_at = START + timedelta(days=13)


class ExclusionImportFactory(Row):
    class Meta:
        model = ExclusionImport

    sha256 = "0" * 64
    rows = 1
    imported_by = "admin"
    imported_at = LONG_AGO


class ExclusionEntryFactory(Row):
    class Meta:
        model = ExclusionEntry
        exclude = ("reading",)

    reading = factory.SubFactory(ExclusionImportFactory)
    import_id = owned("reading")
    name_key = "doe jane"
    city = "ALBANY"
    state = "NY"
    kind = "1128a1"
    excluded_on = date(2020, 1, 20)


class ExclusionHitFactory(OfProvider):
    class Meta:
        model = ExclusionHit

    entry_key = factory.Sequence(lambda n: f"entry-{n}")
    matched_by = "name"
    printed = "DOE, JANE, ALBANY NY"
    found_at = LONG_AGO


class ProfileFlagFactory(OfProvider):
    class Meta:
        model = ProfileFlag

    code = "guarantee"
    field = "about"
    excerpt = "guaranteed"
    fingerprint = factory.Sequence(lambda n: f"{n:064}")
    found_at = LONG_AGO


class ClinicFactory(Row):
    """A shared house on the Upper West Side, open whenever its people are."""

    class Meta:
        model = Clinic

    slug = factory.Sequence(lambda n: f"clinic-{n}")
    name = "Riverside Rehabilitation"
    kind = "pt_clinic"
    line1 = "200 West 72nd Street"
    zip = "10023"
    neighborhood = "lincoln_square"
    latitude = 40.7773
    longitude = -73.9817
    created_at = LONG_AGO


class RosterShiftFactory(OfProvider):
    class Meta:
        model = RosterShift
        exclude = ("provider", "clinic")

    clinic = factory.SubFactory(ClinicFactory)
    clinic_id = owned("clinic")
    on = START.date()
    opens_minute = 9 * 60
    closes_minute = 17 * 60
    staffing = "full_time"
    made_by = "admin"
    made_at = LONG_AGO


class ServiceFactory(OfProvider):
    class Meta:
        model = Service

    code = "medical-massage"
    name = "Medical massage"
    techniques = ["trigger_point"]
    settings = ["clinic"]


class ServiceDurationFactory(Row):
    class Meta:
        model = ServiceDuration
        exclude = ("service",)

    service = factory.SubFactory(ServiceFactory)
    service_id = owned("service")
    minutes = 60
    price_cents = 16_000


class PricePolicyFactory(OfProvider):
    class Meta:
        model = PricePolicy

    version = 1
    rules: Any = []
    created_at = LONG_AGO


class TermsPolicyFactory(OfProvider):
    class Meta:
        model = TermsPolicy

    version = 1
    terms = TERMS
    created_at = LONG_AGO


class WeeklyHoursFactory(OfProvider):
    class Meta:
        model = WeeklyHours
        exclude = ("provider", "place")

    weekday = 0
    opens_minute = 9 * 60
    closes_minute = 17 * 60
    settings = ["clinic"]
    place: Any = None
    place_id = factory.LazyAttribute(lambda made: made.place and made.place.id)


class ApplicationDraftFactory(OfProvider):
    class Meta:
        model = ApplicationDraft

    step = "license"
    content: Any = {"texts": {}, "rows": {}}
    saved_at = LONG_AGO


class HoursStatementFactory(OfProvider):
    class Meta:
        model = HoursStatement

    stated_at = LONG_AGO
    weekly: Any = []


class HoursExceptionFactory(OfProvider):
    class Meta:
        model = HoursException

    on = date(2027, 1, 13)
    closed = True


class ScheduleRuleFactory(OfProvider):
    class Meta:
        model = ScheduleRule


class BookingPauseFactory(OfProvider):
    class Meta:
        model = BookingPause

    message = "Back in March."
    paused_at = LONG_AGO
    paused_by = "account:test"


def epoch_minute(instant: Any) -> int:
    """Minutes since 1970 of an instant at a whole minute."""
    return int(instant.timestamp()) // 60


class TimeOffFactory(OfProvider):
    class Meta:
        model = TimeOff

    begin_minute = epoch_minute(START) + 7 * 1440
    end_minute = factory.LazyAttribute(lambda row: row.begin_minute + 2 * 1440)
    stated_by = "account:test"
    stated_at = START


class ClaimFactory(OfProvider):
    """An hour from tomorrow noon in New York; `starts_at` and `minutes` say otherwise."""

    class Meta:
        model = Claim
        exclude = ("provider", "starts_at", "minutes")

    starts_at = START + timedelta(days=1)
    minutes = 60
    kind = "block"
    begin_minute = factory.LazyAttribute(lambda made: epoch_minute(made.starts_at))
    end_minute = factory.LazyAttribute(lambda made: made.begin_minute + made.minutes)


class OutsideCalendarFactory(OfProvider):
    """A link that was read without a fault a minute ago."""

    class Meta:
        model = OutsideCalendar
        exclude = ("provider",)

    name = "Private"
    kind = "link"
    address = factory.Sequence(lambda number: f"https://calendars.example/secret-{number}.ics")
    address_hash = factory.Sequence(lambda number: f"{number:064d}")
    last_good_at = START - timedelta(minutes=1)
    next_sync_at = START + timedelta(minutes=29)
    added_at = START - timedelta(days=1)


class OutsideBusyFactory(Row):
    """An hour from tomorrow noon in New York that an outside calendar takes."""

    class Meta:
        model = OutsideBusy
        exclude = ("calendar",)

    calendar = factory.SubFactory(OutsideCalendarFactory)
    provider_id = factory.LazyAttribute(lambda made: made.calendar.provider_id)
    calendar_id = owned("calendar")
    begin_minute = epoch_minute(START + timedelta(days=1))
    end_minute = epoch_minute(START + timedelta(days=1)) + 60


class DavAccountFactory(OfProvider):
    """An account at a CalDAV server that takes the visits."""

    class Meta:
        model = DavAccount
        exclude = ("provider",)

    account_hash = factory.Sequence(lambda number: f"{number:064d}")
    server = "https://dav.example/"
    user_name = "anna"
    password = "word-of-anna"
    collections = [{"id": "c0ffee", "url": "https://dav.example/anna/cal/", "name": "Private", "writable": True}]
    write_url = "https://dav.example/anna/cal/"
    connected_at = START - timedelta(days=1)


class CalendarConsentFactory(OfProvider):
    """A therapist on their way to Google."""

    class Meta:
        model = CalendarConsent
        exclude = ("provider",)

    kind = "google"
    state_hash = factory.Sequence(lambda number: f"{number:064d}")
    session_hash = "5" * 64
    verifier = "proof-of-anna"
    begun_at = START


class CalendarRevocationFactory(Row):
    """A token that is to be made worthless."""

    class Meta:
        model = CalendarRevocation

    kind = "google"
    token = "token-of-anna"
    asked_at = START
    next_try_at = START


class DavSourceFactory(Row):
    """A calendar of an account that is read."""

    class Meta:
        model = DavSource
        exclude = ("calendar", "account")

    calendar = factory.SubFactory(OutsideCalendarFactory)
    account = factory.SubFactory(DavAccountFactory)
    calendar_id = owned("calendar")
    account_id = owned("account")


class DavCopyFactory(Row):
    """A visit that stands at the other side as it should."""

    class Meta:
        model = DavCopy
        exclude = ("account",)

    account = factory.SubFactory(DavAccountFactory)
    account_id = owned("account")
    collection_hash = "c" * 64
    url = factory.Sequence(lambda number: f"https://dav.example/anna/cal/{number}.ics")
    uid = factory.Sequence(lambda number: f"visit-{number}@licensedhands")
    wanted = "a" * 64
    written = "a" * 64
    etag = '"1"'
    next_try_at = START


# --- booking ---------------------------------------------------------------------------------------------------------------

QUOTE = {
    "lines": [
        {"code": "service", "label": "Medical massage, 60 minutes", "amount_cents": 16_000, "rule": "service", "uses_personal_data": False}
    ],
    "subtotal_cents": 16_000,
    "tax_cents": 0,
    "total_cents": 16_000,
    "currency": "USD",
}


class HoldFactory(OfProvider):
    """A live hold with its claim, ten minutes from START."""

    class Meta:
        model = Hold
        exclude = ("provider", "person", "claim")

    person = factory.SubFactory(PersonFactory)
    person_id = owned("person")
    service_code = "medical-massage"
    service_name = "Medical massage"
    minutes = 60
    setting = "clinic"
    starts_at = START + timedelta(days=1)
    ends_at = factory.LazyAttribute(lambda made: made.starts_at + timedelta(minutes=made.minutes))
    expires_at = START + timedelta(minutes=10)
    claim = factory.SubFactory(
        ClaimFactory,
        kind="hold",
        provider=factory.SelfAttribute("..provider"),
        starts_at=factory.SelfAttribute("..starts_at"),
        minutes=factory.SelfAttribute("..minutes"),
        expires_at=factory.SelfAttribute("..expires_at"),
    )
    claim_id = owned("claim")
    quote = QUOTE
    terms = TERMS
    created_at = START


class HandBookingFactory(Row):
    class Meta:
        model = HandBooking
        exclude = ("hold",)

    hold = factory.SubFactory(HoldFactory)
    hold_id = owned("hold")
    overrides: Any = []
    made_by = "account:test"
    made_at = START


class SeriesFactory(OfProvider):
    class Meta:
        model = Series
        exclude = ("provider", "person")

    person = factory.SubFactory(PersonFactory)
    person_id = owned("person")
    every_days = 7
    created_at = START


class SeriesVisitFactory(Row):
    class Meta:
        model = SeriesVisit
        exclude = ("series", "hold")

    series = factory.SubFactory(SeriesFactory)
    series_id = owned("series")
    number = 1
    hold = factory.SubFactory(HoldFactory)
    hold_id = owned("hold")


class BasketFactory(Row):
    class Meta:
        model = Basket
        exclude = ("person",)

    person = factory.SubFactory(PersonFactory)
    person_id = owned("person")
    created_at = START


class BasketVisitFactory(Row):
    class Meta:
        model = BasketVisit
        exclude = ("basket", "hold")

    basket = factory.SubFactory(BasketFactory)
    basket_id = owned("basket")
    number = 1
    hold = factory.SubFactory(HoldFactory)
    hold_id = owned("hold")


class CoupleFactory(Row):
    """Two people side by side; `first=hold` says what the booker holds."""

    class Meta:
        model = Couple
        exclude = ("first", "second")

    first = factory.SubFactory(HoldFactory)
    first_hold_id = owned("first")
    second = factory.SubFactory(HoldFactory)
    second_hold_id = owned("second")
    created_at = START


class WaitlistEntryFactory(Row):
    """Somebody who waits for anybody in the week after START; `provider=anna, service_code="medical-massage"` names whom."""

    class Meta:
        model = WaitlistEntry
        exclude = ("person", "provider")

    person = factory.SubFactory(PersonFactory)
    person_id = owned("person")
    provider: Any = None
    provider_id = factory.LazyAttribute(lambda made: made.provider and made.provider.id)
    minutes = 60
    setting = "clinic"
    from_on = START.date()
    until_on = START.date() + timedelta(days=7)
    created_at = START


class WaitlistGuestFactory(Row):
    """A wish of somebody without an account, in line since START; `confirmed_at=None` for one whose letter nobody has answered."""

    class Meta:
        model = WaitlistGuest
        exclude = ("entry",)

    entry = factory.SubFactory(WaitlistEntryFactory, person__account=None)
    entry_id = owned("entry")
    origin = "a network address"
    asked_at = START
    confirmed_at = START


class WaitlistOfferFactory(Row):
    class Meta:
        model = WaitlistOffer
        exclude = ("entry", "hold")

    entry = factory.SubFactory(WaitlistEntryFactory)
    entry_id = owned("entry")
    hold = factory.SubFactory(HoldFactory)
    hold_id = owned("hold")
    offered_at = START


class AppointmentFactory(OfProvider):
    """A confirmed visit with its claim, tomorrow at noon."""

    class Meta:
        model = Appointment
        exclude = ("provider", "person", "claim")

    person = factory.SubFactory(PersonFactory)
    person_id = owned("person")
    reference = factory.Sequence(lambda n: f"LH{n:06}")
    status = "confirmed"
    service_code = "medical-massage"
    service_name = "Medical massage"
    minutes = 60
    setting = "clinic"
    starts_at = START + timedelta(days=1)
    ends_at = factory.LazyAttribute(lambda made: made.starts_at + timedelta(minutes=made.minutes))
    claim = factory.SubFactory(
        ClaimFactory,
        kind="appointment",
        provider=factory.SelfAttribute("..provider"),
        starts_at=factory.SelfAttribute("..starts_at"),
        minutes=factory.SelfAttribute("..minutes"),
    )
    claim_id = owned("claim")
    quote = QUOTE
    terms = TERMS
    total_cents = 16_000
    due_cents = factory.SelfAttribute("total_cents")
    uid = factory.Sequence(lambda n: f"visit-{n}@licensedhands.test")
    booked_at = START - timedelta(days=2)
    changed_at = factory.SelfAttribute("booked_at")


class LedgerEntryFactory(OfProvider):
    """A no-show fee of a visit."""

    class Meta:
        model = LedgerEntry
        exclude = ("provider", "appointment")

    appointment = factory.SubFactory(AppointmentFactory, provider=factory.SelfAttribute("..provider"))
    appointment_id = owned("appointment")
    person_id = factory.SelfAttribute("appointment.person_id")
    key = factory.LazyAttribute(lambda made: f"visit:{made.appointment.public_id}:fee")
    line = 0
    memo = "no_show_fee"
    debit = "client_receivable"
    credit = "provider_earned"
    amount_cents = 16_000
    by = "account:test"
    at = START


class ReceiptFactory(OfProvider):
    """The receipt for a payment."""

    class Meta:
        model = Receipt
        exclude = ("provider", "appointment")

    appointment = factory.SubFactory(AppointmentFactory, provider=factory.SelfAttribute("..provider"))
    appointment_id = owned("appointment")
    person_id = factory.SelfAttribute("appointment.person_id")
    name = factory.LazyAttribute(lambda made: f"{made.provider.slug}-{made.year}-{made.number:04d}")
    year = 2027
    number = 1
    kind = "receipt"
    entry_key = factory.LazyAttribute(lambda made: f"visit:{made.appointment.public_id}:paid:1")
    amount_cents = 16_000
    content = factory.LazyFunction(
        lambda: {
            "provider": {"slug": "anna", "name": "Anna Alder"},
            "visit": "AAAAAAAAAAAAAAAA",
            "reference": "LH-AAAAAAA",
            "status": "completed",
            "starts_at": START.isoformat(),
            "service_name": "Medical massage",
            "minutes": 60,
            "lines": [{"label": "60 minutes", "amount_cents": 16_000}],
            "total_cents": 16_000,
            "waived_cents": 0,
            "payment": {"how": "cash", "amount_cents": 16_000, "at": START.isoformat()},
            "paid_cents": 16_000,
            "balance_cents": 0,
            "currency": "USD",
        }
    )
    issued_at = START


class FeeAgreementFactory(Row):
    """Five dollars a booking, for a year."""

    class Meta:
        model = FeeAgreement

    kind = "per_booking"
    starts_on = date(2026, 1, 1)
    cents = 500
    percent = 0
    reason = "So agreed."
    made_by = "account:admin"
    made_at = LONG_AGO


class VisitFeeFactory(Row):
    """What the platform takes of a visit."""

    class Meta:
        model = VisitFee
        exclude = ("appointment", "agreement")

    appointment = factory.SubFactory(AppointmentFactory)
    appointment_id = owned("appointment")
    agreement = factory.SubFactory(FeeAgreementFactory)
    agreement_id = owned("agreement")
    cents = 500
    first = True
    agreed_at = START


class PayoutAccountFactory(Row):
    """Money can be sent there."""

    class Meta:
        model = PayoutAccount
        exclude = ("provider",)

    provider = factory.SubFactory(ProviderFactory)
    provider_id = owned("provider")
    account = factory.Sequence(lambda n: f"acct_{n}")
    ready = True
    stated = True
    begun_at = START
    read_at = START


class PayoutFactory(Row):
    """A week's money, on its way."""

    class Meta:
        model = Payout
        exclude = ("provider",)

    provider = factory.SubFactory(ProviderFactory)
    provider_id = owned("provider")
    account = "acct_1"
    week_on = date(2027, 1, 11)
    amount_cents = 16_220
    ordered_by = "job:payouts"
    made_at = START
    changed_at = START
    next_try_at = START


class PayoutLineFactory(Row):
    """What a payout is made of."""

    class Meta:
        model = PayoutLine
        exclude = ("payout", "appointment")

    payout = factory.SubFactory(PayoutFactory)
    payout_id = owned("payout")
    appointment = factory.SubFactory(AppointmentFactory)
    appointment_id = owned("appointment")
    cents = 16_220


class ParkingTermsFactory(Row):
    """Twenty-five dollars a visit, a hundred a month, for two weeks after a visit."""

    class Meta:
        model = ParkingTerms

    starts_on = date(2026, 1, 1)
    visit_cents = 2_500
    month_cents = 10_000
    days = 14
    reason = "So decided."
    made_by = "account:admin"
    made_at = LONG_AGO


class ParkingClaimFactory(Row):
    """A receipt that waits. `ParkingClaimFactory(appointment=...)` is about a visit that there is."""

    class Meta:
        model = ParkingClaim
        exclude = ("appointment", "terms")

    appointment = factory.SubFactory(AppointmentFactory)
    appointment_id = factory.SelfAttribute("appointment.id")
    provider_id = factory.SelfAttribute("appointment.provider_id")
    terms = factory.SubFactory(ParkingTermsFactory)
    terms_id = factory.SelfAttribute("terms.id")
    visit_on = date(2027, 1, 6)
    asked_cents = 1_800
    media_type = "image/png"
    photo = b"\x89PNG\r\n\x1a\n"
    photo_mark = "0" * 64
    sent_by = "account:anna"
    sent_at = START
    state = "sent"


class PackagePolicyFactory(Row):
    """Packages may be sold."""

    class Meta:
        model = PackagePolicy

    allowed = True
    reason = "To try it out."
    by = "account:admin"
    at = START


class PackageOfferFactory(Row):
    """Five visits of an hour for $140 each, to be used within six months."""

    class Meta:
        model = PackageOffer
        exclude = ("provider",)

    provider = factory.SubFactory(ProviderFactory)
    provider_id = owned("provider")
    service_code = "medical-massage"
    minutes = 60
    visits = 5
    each_cents = 14_000
    valid_months = 6
    made_at = START


class PackageFactory(Row):
    """Five visits of an hour, ordered and not paid yet."""

    class Meta:
        model = Package
        exclude = ("offer", "person")

    offer = factory.SubFactory(PackageOfferFactory)
    offer_id = owned("offer")
    provider_id = factory.SelfAttribute("offer.provider_id")
    person = factory.SubFactory(PersonFactory)
    person_id = owned("person")
    service_code = "medical-massage"
    service_name = "Medical massage"
    minutes = 60
    visits = 5
    each_cents = 14_000
    each_tax_cents = 630
    single_cents = 16_000
    single_tax_cents = 720
    valid_months = 6
    ordered_at = START


class MembershipPlanFactory(Row):
    """A visit of an hour each month for $130, unused ones stay three months."""

    class Meta:
        model = MembershipPlan
        exclude = ("provider",)

    provider = factory.SubFactory(ProviderFactory)
    provider_id = owned("provider")
    service_code = "medical-massage"
    service_name = "Medical massage"
    minutes = 60
    visits = 1
    each_cents = 13_000
    stays_months = 3
    made_at = START


class MembershipFactory(Row):
    """A member since the clock's day, whose first month is another row."""

    class Meta:
        model = Membership
        exclude = ("plan", "person", "card")

    plan = factory.SubFactory(MembershipPlanFactory)
    plan_id = owned("plan")
    provider_id = factory.SelfAttribute("plan.provider_id")
    person = factory.SubFactory(PersonFactory)
    person_id = owned("person")
    card = factory.LazyAttribute(lambda row: SavedCardFactory(person=row.person))
    card_id = owned("card")
    state = "active"
    anchor_on = date(2027, 1, 12)
    next_on = date(2027, 2, 12)
    consent_version = "2026-11"
    terms = "Each month you get 1 visit."
    agreed_by = "account:sam"
    agreed_at = START


class MembershipMonthFactory(Row):
    """The first month of a membership, still to be paid."""

    class Meta:
        model = MembershipMonth
        exclude = ("membership", "package")

    membership = factory.SubFactory(MembershipFactory)
    membership_id = owned("membership")
    number = 0
    due_on = date(2027, 1, 12)
    plan_id = factory.SelfAttribute("membership.plan_id")
    package = factory.LazyAttribute(
        lambda row: PackageFactory(
            offer=None, offer_id=None, provider_id=row.membership.provider_id, person=None, person_id=row.membership.person_id, visits=1
        )
    )
    package_id = owned("package")
    ordered_at = START


class InsuranceStatementFactory(OfProvider):
    """Accepts Aetna's PPO plans."""

    class Meta:
        model = InsuranceStatement

    version = 1
    catalog = "2026-11"
    entries = factory.LazyFunction(lambda: [{"carrier": "aetna", "way": "accepts", "plans": ["ppo"]}])
    stated_at = START
    made_by = "test:somebody"


class MinorPolicyFactory(OfProvider):
    """Treats young people from twelve on."""

    class Meta:
        model = MinorPolicy

    version = 1
    from_age = 12
    stated_at = START
    made_by = "test:somebody"


class FirstVisitRuleFactory(OfProvider):
    """New clients ask first."""

    class Meta:
        model = FirstVisitRule

    rules = factory.LazyFunction(lambda: {"online": False})
    changed_at = START


class CouponFactory(OfProvider):
    """Ten percent off, without limits."""

    class Meta:
        model = Coupon

    code = factory.Sequence(lambda number: f"SPRING{number}")
    percent = 10
    made_at = START


class CouponUseFactory(Row):
    class Meta:
        model = CouponUse
        exclude = ("coupon", "hold")

    coupon = factory.SubFactory(CouponFactory, uses=1)
    coupon_id = owned("coupon")
    hold = factory.SubFactory(HoldFactory)
    hold_id = owned("hold")
    client_key = "0" * 64
    used_at = START


class PackageUseFactory(Row):
    """A visit that uses one of a package that was paid in cash."""

    class Meta:
        model = PackageUse
        exclude = ("package", "appointment")

    package = factory.SubFactory(PackageFactory, state="active", how="cash", paid_at=START, last_on=date(2027, 7, 12))
    package_id = owned("package")
    appointment = factory.SubFactory(AppointmentFactory)
    appointment_id = owned("appointment")
    visit = factory.SelfAttribute("appointment.public_id")
    reference = factory.SelfAttribute("appointment.reference")
    used_at = START
    changed_at = START


class PackagePaperFactory(Row):
    """The receipt of a package."""

    class Meta:
        model = PackagePaper
        exclude = ("package",)

    package = factory.SubFactory(PackageFactory)
    package_id = owned("package")
    provider_id = factory.SelfAttribute("package.provider_id")
    name = factory.Sequence(lambda n: f"anna-packages-2027-{n:04d}")
    year = 2027
    number = factory.Sequence(lambda n: n + 1)
    kind = "receipt"
    amount_cents = 73_150
    content = factory.LazyFunction(dict)
    issued_at = START


class GiftCardPolicyFactory(Row):
    """Gift cards are sold."""

    class Meta:
        model = GiftCardPolicy

    allowed = True
    amounts = factory.LazyFunction(lambda: [5_000, 10_000])
    least_cents = 2_500
    most_cents = 50_000
    reason = "To try it out."
    by = "account:admin"
    at = START


class GiftCardSellerFactory(OfProvider):
    """Sells gift cards."""

    class Meta:
        model = GiftCardSeller

    sells = True
    by = "account:provider"
    at = START


class GiftCardFactory(Row):
    """An order of $100 that is not paid."""

    class Meta:
        model = GiftCard
        exclude = ("provider", "person")

    provider = factory.SubFactory(ProviderFactory)
    provider_id = owned("provider")
    person = factory.SubFactory(PersonFactory)
    person_id = owned("person")
    amount_cents = 10_000
    ordered_at = START


class GiftCardMoveFactory(Row):
    """Bought."""

    class Meta:
        model = GiftCardMove
        exclude = ("card",)

    card = factory.SubFactory(GiftCardFactory, state="active", how="cash", code_hash="0" * 64, last_four="2345", paid_at=START)
    card_id = owned("card")
    kind = "sold"
    cents = 10_000
    by = "account:provider"
    at = START


class GiftCardUseFactory(Row):
    """Is to pay $50 of a held time."""

    class Meta:
        model = GiftCardUse
        exclude = ("card", "hold")

    card = factory.SubFactory(GiftCardFactory)
    card_id = owned("card")
    hold = factory.SubFactory(HoldFactory)
    hold_id = owned("hold")
    cents = 5_000
    at = START


class GiftCardRefundFactory(Row):
    """$100 that the therapist is to give back."""

    class Meta:
        model = GiftCardRefund
        exclude = ("card",)

    card = factory.SubFactory(GiftCardFactory)
    card_id = owned("card")
    number = 1
    cents = 10_000
    reason = "It was bought twice."
    by = "account:admin"
    at = START


class GiftCardPaperFactory(Row):
    """The receipt of a gift card."""

    class Meta:
        model = GiftCardPaper
        exclude = ("card",)

    card = factory.SubFactory(GiftCardFactory)
    card_id = owned("card")
    provider_id = factory.SelfAttribute("card.provider_id")
    name = factory.Sequence(lambda n: f"anna-gift-cards-2027-{n:04d}")
    year = 2027
    number = factory.Sequence(lambda n: n + 1)
    kind = "receipt"
    entry_key = factory.Sequence(lambda n: f"gift_card:{n}:sold")
    amount_cents = 10_000
    content = factory.LazyFunction(
        lambda: {
            "provider": {"slug": "anna", "name": "Anna Alder"}, "gift_card": "card", "last_four": "2345", "amount_cents": 10_000,
            "card_cents": 10_000, "how": "cash", "currency": "USD",
        }
    )  # fmt: skip
    issued_at = START


def some_gift_card(provider: Provider, person: Person) -> str:
    """An order that is not paid, with a paper all the same, so that every address of it answers; gives its public id."""
    card = GiftCardFactory(provider=provider, person=person)
    GiftCardPaperFactory(card=card)
    return card.public_id


class PrescriptionFactory(Row):
    """Twelve visits in half a year. `PrescriptionFactory(person=..., visits_allowed=2)`."""

    class Meta:
        model = Prescription
        exclude = ("person",)

    person = factory.SubFactory(PersonFactory)
    person_id = owned("person")
    prescriber_name = "Dr. Dora Doe"
    prescriber_npi = "1234567893"
    diagnosis = "Low back pain"
    icd10 = "M54.50"
    treatment = "Manual therapy"
    frequency = "Once a week"
    regions: Any = ["lower_back_l"]
    visits_allowed = 12
    issued_on = (START - timedelta(days=10)).date()
    expires_on = (START + timedelta(days=170)).date()
    created_at = START


class ClearanceFactory(Row):
    """A physician's yes to a recent surgery, as a document without a file."""

    class Meta:
        model = Clearance
        exclude = ("person",)

    person = factory.SubFactory(PersonFactory)
    person_id = owned("person")
    state = "submitted"
    signer_name = "Dr. Dora Doe"
    signer_profession = "surgeon"
    signed_on = (START - timedelta(days=3)).date()
    expires_on = (START + timedelta(days=87)).date()
    covers: Any = ["surgery_recent"]
    regions: Any = []
    created_at = START


class ClearanceDecisionFactory(Row):
    """A therapist took it."""

    class Meta:
        model = ClearanceDecision
        exclude = ("clearance", "provider")

    clearance = factory.SubFactory(ClearanceFactory)
    provider = factory.SubFactory(ProviderFactory)
    clearance_id = owned("clearance")
    provider_id = owned("provider")
    decision = "accept"
    decided_by = "account:therapist"
    decided_at = START


class PrescribedVisitFactory(Row):
    """A visit that counts for a prescription of its client."""

    class Meta:
        model = PrescribedVisit
        exclude = ("appointment", "prescription")

    appointment = factory.SubFactory(AppointmentFactory)
    prescription = factory.SubFactory(PrescriptionFactory, person_id=factory.SelfAttribute("..appointment.person_id"))
    appointment_id = owned("appointment")
    prescription_id = owned("prescription")
    number = 1
    allowed = 12


class CreditFactory(Row):
    """Twenty dollars for a visit that its provider called off, not used yet."""

    class Meta:
        model = Credit
        exclude = ("appointment",)

    appointment = factory.SubFactory(AppointmentFactory)
    appointment_id = factory.SelfAttribute("appointment.id")
    person_id = factory.SelfAttribute("appointment.person_id")
    provider_id = factory.SelfAttribute("appointment.provider_id")
    amount_cents = 2_000
    left_cents = 2_000
    issued_at = START
    expires_at = START + timedelta(days=365)


class OutcomeFactory(Row):
    """Pain of seven, noted by a client."""

    class Meta:
        model = Outcome
        exclude = ("person",)

    person = factory.SubFactory(PersonFactory)
    person_id = factory.SelfAttribute("person.id")
    side = "client"
    taken_by = "account:ann"
    taken_at = START
    content = factory.LazyFunction(lambda: {"measure": "nprs", "label": "now", "tenths": 70})


class PainMapFactory(Row):
    """An aching neck, marked by a client."""

    class Meta:
        model = PainMap
        exclude = ("person",)

    person = factory.SubFactory(PersonFactory)
    person_id = factory.SelfAttribute("person.id")
    taken_by = "account:ann"
    taken_at = START
    content = factory.LazyFunction(lambda: {"marks": [mark_to_dict(Mark("neck_back", 6, "ache"))], "note": ""})


class CareAgeFactory(Row):
    """Somebody of fifteen."""

    class Meta:
        model = CareAge
        exclude = ("person",)

    person = factory.SubFactory(PersonFactory)
    person_id = factory.SelfAttribute("person.id")
    born_on = "2011-06-01"
    stated_by = "account:ann"
    stated_at = START


class GuardianshipFactory(Row):
    """A mother who has agreed to today's text."""

    class Meta:
        model = Guardianship
        exclude = ("person",)

    person = factory.SubFactory(PersonFactory)
    person_id = factory.SelfAttribute("person.id")
    state = "given"
    name = "Greta Grownup"
    relation = "parent"
    phone = "+12125550199"
    email = "greta@licensedhands.test"
    by_booker = False
    text_version = "1"
    asked_by = "account:ann"
    asked_at = START
    answered_at = START


class CarePlanFactory(Row):
    """A plan of six visits for the back, written at a visit."""

    class Meta:
        model = CarePlan
        exclude = ("appointment",)

    appointment = factory.SubFactory(AppointmentFactory)
    appointment_id = factory.SelfAttribute("appointment.id")
    person_id = factory.SelfAttribute("appointment.person_id")
    provider_id = factory.SelfAttribute("appointment.provider_id")
    begun_at = START

    @factory.post_generation
    def version(self, create, extracted, **wishes):
        """The first version of it."""
        CarePlanVersionFactory(plan=self, number=1, **wishes)


class CarePlanVersionFactory(Row):
    """What a plan says, written anew: one goal, measured by pain."""

    class Meta:
        model = CarePlanVersion
        exclude = ("plan",)

    plan = factory.SubFactory(CarePlanFactory)
    plan_id = factory.SelfAttribute("plan.id")
    appointment_id = factory.SelfAttribute("plan.appointment_id")
    number = 2
    visits = 6
    every_days = 7
    review_after = 3
    done = 0
    service_code = "medical-massage"
    minutes = 60
    setting = "clinic"
    estimate = factory.LazyFunction(
        lambda: {"each_cents": 1000, "visits": 6, "total_cents": 6000, "service_name": "Massage", "as_of": START.isoformat()}
    )
    content = factory.LazyFunction(
        lambda: {"goals": [{"words": "sit through a film", "measure": "nprs", "label": "now", "target_tenths": 20}], "home": ""}
    )
    written_by = "account:anna"
    written_at = START


class CarePlanStepFactory(Row):
    """A client's yes to the first version."""

    class Meta:
        model = CarePlanStep
        exclude = ("plan",)

    plan = factory.SubFactory(CarePlanFactory)
    plan_id = factory.SelfAttribute("plan.id")
    kind = "accepted"
    number = 1
    done = 0
    by = "account:ann"
    at = START


class CarePauseFactory(Row):
    """A client's visits are paused."""

    class Meta:
        model = CarePause
        exclude = ("appointment",)

    appointment = factory.SubFactory(AppointmentFactory)
    appointment_id = factory.SelfAttribute("appointment.id")
    person_id = factory.SelfAttribute("appointment.person_id")
    provider_id = factory.SelfAttribute("appointment.provider_id")
    begun_by = "account:anna"
    begun_at = START
    content = factory.LazyFunction(lambda: {"words": "See your physician first.", "letter": ""})


class ExtensionRequestFactory(Row):
    """Six more visits were asked for. `ExtensionRequestFactory(appointment=..., prescription=...)` is about those."""

    class Meta:
        model = ExtensionRequest
        exclude = ("appointment", "prescription")

    appointment = factory.SubFactory(AppointmentFactory)
    appointment_id = factory.SelfAttribute("appointment.id")
    person_id = factory.SelfAttribute("appointment.person_id")
    provider_id = factory.SelfAttribute("appointment.provider_id")
    prescription = factory.SubFactory(PrescriptionFactory, person_id=factory.SelfAttribute("..appointment.person_id"))
    prescription_id = owned("prescription")
    visits = 6
    until_on = START.date() + timedelta(days=120)
    content = factory.LazyFunction(lambda: {"reason": "Turning the head is better and not yet free."})
    written_by = "account:anna"
    written_at = START
    state = "written"


class PlanPolicyFactory(Row):
    """Medical massage is had by plan alone."""

    class Meta:
        model = PlanPolicy
        exclude = ("provider",)

    provider = factory.SubFactory(ProviderFactory)
    provider_id = factory.SelfAttribute("provider.id")
    services = factory.LazyFunction(lambda: ["medical-massage"])
    by = "account:anna"
    at = START


class VisitLatenessFactory(Row):
    """A client says that their visit began late."""

    class Meta:
        model = VisitLateness
        exclude = ("appointment",)

    appointment = factory.SubFactory(AppointmentFactory)
    appointment_id = factory.SelfAttribute("appointment.id")
    side = "client"
    minutes = 20
    said_by = "account:ann"
    said_at = START
    back_cents = 0


class ReliabilityStepFactory(OfProvider):
    """A warning."""

    class Meta:
        model = ReliabilityStep

    level = "warned"
    points = 3
    lines = 3
    kept = 10
    policy_version = 1
    at = START


class ReliabilityLiftFactory(OfProvider):
    """Staff let a limit rest for some weeks."""

    class Meta:
        model = ReliabilityLift

    reason = "A flood in the street."
    until_on = date(2027, 2, 15)
    lifted_by = "account:admin"
    lifted_at = START


class ProviderLimitFactory(OfProvider):
    """Bookings come as requests."""

    class Meta:
        model = ProviderLimit

    kind = "requests_only"
    since_at = START


class HomeProgramFactory(Row):
    """Something to do at home, left at a visit."""

    class Meta:
        model = HomeProgram
        exclude = ("appointment",)

    appointment = factory.SubFactory(AppointmentFactory)
    appointment_id = factory.SelfAttribute("appointment.id")
    person_id = factory.SelfAttribute("appointment.person_id")
    given_by = "account:anna"
    given_at = START
    content = factory.LazyFunction(lambda: {"swollen": False, "items": []})


class JournalEntryFactory(Row):
    """A line of a client's journal."""

    class Meta:
        model = JournalEntry
        exclude = ("person",)

    person = factory.SubFactory(PersonFactory)
    person_id = factory.SelfAttribute("person.id")
    written_at = START
    content = factory.LazyFunction(lambda: {"on": "2027-01-12", "pain": 4, "stiffness": None, "mobility": None, "note": ""})


class ClinicalNoteFactory(Row):
    """A note of a visit, signed by default; `signed=False` leaves it open. Its key is made with it."""

    class Meta:
        model = ClinicalNote
        exclude = ("appointment", "note", "signed", "key", "signature")

    appointment = factory.SubFactory(AppointmentFactory)
    note = factory.LazyFunction(lambda: Note(subjective="stiff", techniques=(Used("myofascial_release", 50, ("neck_back",)),), minutes=50))
    signed = True
    key = factory.LazyFunction(new_data_key)
    signature = Signature("Anna Alder", "account:anna", START, "salt")
    appointment_id = factory.SelfAttribute("appointment.id")
    provider_id = factory.SelfAttribute("appointment.provider_id")
    person_id = factory.SelfAttribute("appointment.person_id")
    version = 1
    content = factory.LazyAttribute(
        lambda it: seal_under(it.key, json.dumps({"note": note_to_dict(it.note), "carried": [], "salt": it.signature.salt}))
    )
    created_at = START
    changed_at = START
    locked_at = factory.LazyAttribute(lambda it: it.signature.at if it.signed else None)
    signed_name = factory.LazyAttribute(lambda it: it.signature.name if it.signed else None)
    signed_by = factory.LazyAttribute(lambda it: it.signature.actor if it.signed else None)
    digest = factory.LazyAttribute(
        lambda it: digest_of(it.appointment.public_id, note_to_dict(it.note), it.signature) if it.signed else None
    )


class NoteKeyFactory(Row):
    """The key of a note."""

    class Meta:
        model = NoteKey
        exclude = ("note",)

    note = factory.SubFactory(ClinicalNoteFactory)
    note_id = factory.SelfAttribute("note.id")
    data_key = factory.LazyFunction(new_data_key)


class NoteAddendumFactory(Row):
    """Words added to a note."""

    class Meta:
        model = NoteAddendum
        exclude = ("note", "key")

    note = factory.SubFactory(ClinicalNoteFactory)
    key = factory.LazyFunction(new_data_key)
    note_id = factory.SelfAttribute("note.id")
    content = factory.LazyAttribute(lambda it: seal_under(it.key, "A word more."))
    written_name = "Anna Alder"
    written_by = "account:anna"
    written_at = START


def signed_note(appointment: Appointment, **wishes: Any) -> ClinicalNote:
    """A signed note of a visit with the key that opens it."""
    key = new_data_key()
    note: ClinicalNote = ClinicalNoteFactory(appointment=appointment, key=key, **wishes)
    NoteKeyFactory(note=note, data_key=key)
    return note


class SupervisionFactory(Row):
    """A colleague has accepted to look at notes. `SupervisionFactory(provider=anna, supervisor=bea)`."""

    class Meta:
        model = Supervision
        exclude = ("provider", "supervisor")

    provider = factory.SubFactory(ProviderFactory)
    provider_id = owned("provider")
    supervisor = factory.SubFactory(ProviderFactory)
    supervisor_id = owned("supervisor")
    named_by = "account:anna"
    named_at = START
    accepted_at = START


class NoteReviewFactory(Row):
    """A note that was offered, without its steps."""

    class Meta:
        model = NoteReview
        exclude = ("note", "supervision")

    note = factory.SubFactory(ClinicalNoteFactory)
    note_id = owned("note")
    supervision = factory.SubFactory(SupervisionFactory, provider_id=factory.SelfAttribute("..note.provider_id"))
    supervision_id = owned("supervision")
    begun_at = START


class NoteReviewStepFactory(Row):
    """It was offered."""

    class Meta:
        model = NoteReviewStep
        exclude = ("review",)

    review = factory.SubFactory(NoteReviewFactory)
    review_id = owned("review")
    number = 1
    kind = "offered"
    content = factory.LazyFunction(lambda: {"comments": ""})
    by = "account:anna"
    at = START


def offered_note(appointment: Appointment, supervisor: Provider) -> NoteReview:
    """The signed note of a visit, offered to a colleague who has agreed to look at it."""
    note = db.session.scalar(select(ClinicalNote).where(ClinicalNote.appointment_id == appointment.id)) or signed_note(appointment)
    supervision = SupervisionFactory(provider_id=appointment.provider_id, supervisor=supervisor)
    review: NoteReview = NoteReviewFactory(note=note, supervision=supervision)
    NoteReviewStepFactory(review=review)
    return review


class IntakeVersionFactory(Row):
    """What a client told: one goal, nothing else."""

    class Meta:
        model = IntakeVersion
        exclude = ("person",)

    person = factory.SubFactory(PersonFactory)
    person_id = factory.SelfAttribute("person.id")
    form_version = "1"
    written_by = "account:ann"
    written_at = START
    content = factory.LazyFunction(lambda: {"goals": ["lift my son"], "medicines": [], "surgeries": [], "emergency": None, "home": None})


class ComfortVersionFactory(Row):
    """A card that names no area and no limit."""

    class Meta:
        model = ComfortVersion
        exclude = ("person",)

    person = factory.SubFactory(PersonFactory)
    person_id = factory.SelfAttribute("person.id")
    text_version = "1"
    written_by = "account:ann"
    written_at = START
    content = factory.LazyFunction(lambda: {"areas_in": [], "areas_out": []})


class HealthFileFactory(Row):
    """A report that a client keeps."""

    class Meta:
        model = HealthFile
        exclude = ("person",)

    person = factory.SubFactory(PersonFactory)
    person_id = factory.SelfAttribute("person.id")
    media_type = "application/pdf"
    content = b"%PDF-1.7 %%EOF"
    size_bytes = factory.LazyAttribute(lambda made: len(made.content))
    added_at = START
    about = factory.LazyFunction(lambda: {"kind": "imaging", "taken_on": "2026-11-02", "title": ""})


class ReleaseFactory(Row):
    """A release in force for everything there is. `ReleaseFactory(person=..., provider=..., scope=["visits"])` is about those."""

    class Meta:
        model = Release
        exclude = ("person", "provider", "email")

    person = factory.SubFactory(PersonFactory)
    person_id = owned("person")
    provider = factory.SubFactory(ProviderFactory)
    provider_id = owned("provider")
    email = "dora@practice.example.com"
    recipient = factory.LazyAttribute(lambda made: {"name": "Dora Doe", "profession": "physician", "practice": "", "email": made.email})
    by_link = factory.LazyAttribute(lambda made: made.email is not None)
    scope = factory.LazyFunction(lambda: ["home_program", "notes", "outcomes", "plan", "visits"])
    purpose = "to plan my care together"
    expires_on = START.date() + timedelta(days=90)
    signed_name = "Ruth Weiss"
    text_version = "1"
    signed_by = "account:ruth"
    signed_at = START


class LetterDraftFactory(Row):
    """A letter in the making about one visit."""

    class Meta:
        model = LetterDraft
        exclude = ("appointment", "release")

    appointment = factory.SubFactory(AppointmentFactory)
    appointment_id = owned("appointment")
    release = factory.SubFactory(
        ReleaseFactory,
        person_id=factory.SelfAttribute("..appointment.person_id"),
        provider_id=factory.SelfAttribute("..appointment.provider_id"),
    )
    release_id = owned("release")
    words = factory.LazyFunction(lambda: {"opening": "", "sections": [{"code": "visits", "text": "1 visit took place."}], "closing": ""})
    changed_by = "account:anna"
    changed_at = START


class SentLetterFactory(Row):
    """A letter that left by a link. `SentLetterFactory(token="...")` opens with that; `release=` says under which."""

    class Meta:
        model = SentLetter
        exclude = ("appointment", "release", "token", "paper")

    appointment = factory.SubFactory(AppointmentFactory)
    appointment_id = owned("appointment")
    person_id = factory.SelfAttribute("appointment.person_id")
    provider_id = factory.SelfAttribute("appointment.provider_id")
    release = factory.SubFactory(
        ReleaseFactory,
        person_id=factory.SelfAttribute("..appointment.person_id"),
        provider_id=factory.SelfAttribute("..appointment.provider_id"),
    )
    release_id = owned("release")
    public_id = factory.Sequence(lambda n: f"letter-{n:08}")
    token = factory.Sequence(lambda n: f"{'letter':x<34}{n:09}")
    paper = factory.LazyAttribute(lambda made: Paper("Letter about Ruth Weiss", made.public_id, (), (), None, ()))
    way = "link"
    parts = factory.LazyFunction(lambda: ["visits"])
    content = factory.LazyAttribute(lambda made: paper_to_dict(made.paper))
    digest = factory.LazyAttribute(lambda made: letter_digest(made.paper))
    token_hash = factory.LazyAttribute(lambda made: secret_hash(made.token))
    open_until_at = START + timedelta(days=14)
    sent_by = "account:anna"
    sent_at = START


class LetterOpeningFactory(Row):
    """One look at a letter."""

    class Meta:
        model = LetterOpening
        exclude = ("letter",)

    letter = factory.SubFactory(SentLetterFactory)
    letter_id = owned("letter")
    number = 1
    opened_at = START


class SuperbillFactory(Row):
    """A superbill as issued."""

    class Meta:
        model = Superbill
        exclude = ("appointment",)

    appointment = factory.SubFactory(AppointmentFactory)
    name = factory.Sequence(lambda number: f"someone-SB2027-{number:04d}-v1")
    appointment_id = factory.SelfAttribute("appointment.id")
    provider_id = factory.SelfAttribute("appointment.provider_id")
    person_id = factory.SelfAttribute("appointment.person_id")
    year = 2027
    number = factory.Sequence(lambda number: number + 1)
    version = 1
    issued_by = "account:test"
    issued_at = START
    content = factory.LazyFunction(dict)


class InsuranceDetailsFactory(Row):
    """A client's insurance details with their permission. `InsuranceDetailsFactory(person=sam, provider=anna)`."""

    class Meta:
        model = InsuranceDetails
        exclude = ("person", "provider")

    person = factory.SubFactory(PersonFactory)
    provider = factory.SubFactory(ProviderFactory)
    person_id = owned("person")
    provider_id = owned("provider")
    content = factory.LazyFunction(lambda: insurance_to_dict(INSURED))
    signed_name = "Sam Doe"
    text_version = "1"
    given_by = "account:test"
    given_at = START
    expires_on = (START + timedelta(days=365)).date()


INSURED = Insurance(
    payer_name="Acme Health", payer_line1="PO Box 1000", payer_city="Albany", payer_state="NY", payer_zip="12201", insured_id="XYZ123456789",
    group_number="G-55", patient_last="Doe", patient_first="Sam", patient_line1="64 East 7th Street", patient_city="New York",
    patient_state="NY", patient_zip="10003",
)  # fmt: skip
"""A client who is the insured, with all that a form needs."""


class ClaimFormFactory(Row):
    """A claim form as it was made."""

    class Meta:
        model = ClaimForm
        exclude = ("superbill", "details")

    superbill = factory.SubFactory(SuperbillFactory)
    details = factory.SubFactory(InsuranceDetailsFactory)
    appointment_id = factory.SelfAttribute("superbill.appointment_id")
    person_id = factory.SelfAttribute("superbill.person_id")
    provider_id = factory.SelfAttribute("superbill.provider_id")
    superbill_id = owned("superbill")
    details_id = owned("details")
    version = 1
    frequency = "1"
    addenda = 0
    made_by = "account:test"
    made_at = START
    content = factory.LazyFunction(lambda: {"forms": [{"boxes": {"28": "0 00"}, "lines": []}]})


class EstimateFactory(Row):
    """An estimate of a visit, given by itself."""

    class Meta:
        model = Estimate
        exclude = ("appointment",)

    appointment = factory.SubFactory(AppointmentFactory)
    subject = factory.LazyAttribute(lambda row: f"visit:{row.appointment.public_id}")
    version = 1
    reason = "scheduled"
    person_id = factory.SelfAttribute("appointment.person_id")
    provider_id = factory.SelfAttribute("appointment.provider_id")
    made_at = START
    content = factory.LazyFunction(dict)


class EstimateVisitFactory(Row):
    """A visit whose changes have been looked at."""

    class Meta:
        model = EstimateVisit
        exclude = ("appointment",)

    appointment = factory.SubFactory(AppointmentFactory)
    appointment_id = owned("appointment")
    seen_at = START


class PaperFactsFactory(Row):
    """A client's birth date."""

    class Meta:
        model = PaperFacts
        exclude = ("person",)

    person = factory.SubFactory(PersonFactory)
    person_id = owned("person")
    facts = factory.LazyFunction(lambda: {"born_on": "1980-02-03"})
    changed_at = START


class DoorTimeFactory(OfProvider):
    class Meta:
        model = DoorTime
        exclude = ("provider", "person")

    person = factory.SubFactory(PersonFactory)
    person_id = owned("person")
    mark = factory.Sequence(lambda n: f"{n:064}")
    minutes = 10
    told_at = START


class HandoverFactory(Row):
    """A visit offered to a colleague, whose time is kept for a day."""

    class Meta:
        model = Handover
        exclude = ("appointment", "colleague", "claim")

    appointment = factory.SubFactory(AppointmentFactory)
    appointment_id = owned("appointment")
    from_provider_id = factory.SelfAttribute("appointment.provider_id")
    colleague = factory.SubFactory(ProviderFactory)
    to_provider_id = owned("colleague")
    starts_at = factory.SelfAttribute("appointment.starts_at")
    answer_by_at = START + timedelta(hours=12)
    claim = factory.SubFactory(
        ClaimFactory,
        kind="handover",
        provider=factory.SelfAttribute("..colleague"),
        starts_at=factory.SelfAttribute("..starts_at"),
        minutes=factory.SelfAttribute("..appointment.minutes"),
        expires_at=factory.SelfAttribute("..answer_by_at"),
    )
    claim_id = owned("claim")
    service_code = "medical-massage"
    service_name = "Medical massage"
    reason = "Your therapist is ill."
    offered_by = "account:admin"
    offered_at = START


class AppointmentEventFactory(Row):
    class Meta:
        model = AppointmentEvent
        exclude = ("appointment",)

    appointment = factory.SubFactory(AppointmentFactory)
    appointment_id = owned("appointment")
    at = START
    actor = "client"
    verb = "booked"
    facts: Any = {}


class CalendarFeedFactory(Row):
    """A client's own feed; `plain` is the secret of its address."""

    class Meta:
        model = CalendarFeed
        exclude = ("account", "plain")

    account = factory.SubFactory(AccountFactory)
    account_id = owned("account")
    audience = "client"
    detail = "brief"
    plain = factory.Sequence(lambda n: f"secret-of-a-calendar-feed-that-nobody-guesses-{n}")
    token = factory.SelfAttribute("plain")
    token_hash = factory.LazyAttribute(lambda made: secret_hash(made.plain))
    made_at = START


class ScreeningFactory(Row):
    class Meta:
        model = Screening
        exclude = ("person",)

    person = factory.SubFactory(PersonFactory)
    person_id = owned("person")
    form_version = "1"
    answers: Any = {}
    outcome = "clear"
    result: Any = {"outcome": "clear", "reasons": []}
    created_at = START
    valid_until_at = START + timedelta(days=90)


class ConsentFactory(Row):
    class Meta:
        model = Consent
        exclude = ("person",)

    person = factory.SubFactory(PersonFactory)
    person_id = owned("person")
    version = "1"
    sections: Any = {}
    accepted_at = START


# --- post and keys -----------------------------------------------------------------------------------------------------------


class LetterFactory(Row):
    class Meta:
        model = Letter

    key = factory.Sequence(lambda n: f"letter:{n}")
    kind = "visit_booked"
    recipient = "somebody@licensedhands.test"
    facts: Any = {}
    created_at = START
    send_after_at = START


class IdempotencyKeyFactory(Row):
    class Meta:
        model = IdempotencyKey

    owner = "account:1"
    key = factory.Sequence(lambda n: f"key-{n}")
    request_hash = "0" * 64
    created_at = START


class PaymentFactory(OfProvider):
    """Taken from a card: 190.00. `PaymentFactory(state="asked", captured_cents=0)` has only been written down."""

    class Meta:
        model = Payment
        exclude = ("provider", "person")

    person = factory.SubFactory(PersonFactory)
    person_id = owned("person")
    cause = factory.Sequence(lambda n: f"deposit:{n}")
    purpose = "deposit"
    label = "Visit LH-4711"
    amount_cents = 19_000
    captured_cents = 19_000
    capture_later = False
    off_session = False
    payment_method = "pm_card_visa"
    state = "captured"
    intent = factory.Sequence(lambda n: f"pi_made_up_{n}")
    ordered_by = "test:somebody"
    created_at = START
    changed_at = START


class RefundFactory(Row):
    class Meta:
        model = Refund
        exclude = ("payment",)

    payment = factory.SubFactory(PaymentFactory)
    payment_id = owned("payment")
    cause = factory.Sequence(lambda n: f"back:{n}")
    amount_cents = 1_000
    reason = "The visit was shorter."
    ordered_by = "test:somebody"
    created_at = START
    changed_at = START


class DisputeFactory(Row):
    class Meta:
        model = Dispute
        exclude = ("payment",)

    payment = factory.SubFactory(PaymentFactory)
    payment_id = owned("payment")
    stripe_dispute = factory.Sequence(lambda n: f"du_made_up_{n}")
    amount_cents = 19_000
    reason = "fraudulent"
    status = "needs_response"
    opened_at = START
    changed_at = START


class StripeEventFactory(Row):
    class Meta:
        model = StripeEvent

    id = factory.Sequence(lambda n: f"evt_made_up_{n}")
    type = "payment_intent.succeeded"
    object_id = "pi_made_up"
    taken_at = START


class StripeInstanceFactory(Row):
    class Meta:
        model = StripeInstance
        sqlalchemy_get_or_create = ("id",)

    id = 1
    name = "instance-of-the-tests"


# --- whole situations --------------------------------------------------------------------------------------------------------


def put_in_standing(provider: Provider) -> None:
    """Every required credential, in force."""
    CredentialFactory(provider=provider, kind="license")
    CredentialFactory(provider=provider, kind="liability_insurance", issuer="Hands & Heart Mutual")
    CredentialFactory(provider=provider, kind="physician_collaboration", issuer="West Side Medicine")


class ClassSessionFactory(OfProvider):
    """A class of eight seats at $25 each, in three days at noon, with its claim."""

    class Meta:
        model = ClassSession
        exclude = ("provider", "claim", "place")

    place = factory.SubFactory(ProviderPlaceFactory, provider=factory.SelfAttribute("..provider"))
    place_id = owned("place")
    zip = factory.SelfAttribute("place.zip")
    title = "Move with ease"
    words = "For anybody who sits a lot. Bring a mat."
    minutes = 60
    starts_at = START + timedelta(days=3)
    ends_at = factory.LazyAttribute(lambda made: made.starts_at + timedelta(minutes=made.minutes))
    capacity = 8
    price_cents = 2_500
    claim = factory.SubFactory(
        ClaimFactory,
        kind="class",
        provider=factory.SelfAttribute("..provider"),
        starts_at=factory.SelfAttribute("..starts_at"),
        minutes=factory.SelfAttribute("..minutes"),
    )
    claim_id = owned("claim")
    uid = factory.Sequence(lambda number: f"class-{number}@licensedhands")
    made_at = START
    changed_at = START


class ClassSeatFactory(Row):
    """A booked seat of a class; `number` says which."""

    class Meta:
        model = ClassSeat
        exclude = ("lesson", "person", "agreed")

    lesson = factory.SubFactory(ClassSessionFactory)
    session_id = owned("lesson")
    capacity = factory.SelfAttribute("lesson.capacity")
    number = 1
    person = factory.SubFactory(PersonFactory)
    person_id = owned("person")
    reference = factory.Sequence(lambda number: f"LS{number:06}")
    state = "booked"
    expires_at = START + timedelta(minutes=10)
    total_cents = factory.SelfAttribute("lesson.price_cents")
    agreed = factory.LazyAttribute(lambda made: AgreedTerms(DEFAULT_TERMS, made.total_cents, made.lesson.starts_at, made.booked_at))
    due_cents = factory.SelfAttribute("total_cents")
    terms = factory.LazyAttribute(lambda made: agreed_to_dict(made.agreed, "free until the class starts"))
    uid = factory.Sequence(lambda number: f"seat-{number}@licensedhands")
    made_at = START
    booked_at = START
    changed_at = START


def bookable_provider(**wishes: Any) -> Provider:
    """Somebody who can be booked in a clinic from 9 to 17 every day: 60 minutes for $160, 90 for $220."""
    provider = ProviderFactory(**wishes)
    put_in_standing(provider)
    place = ProviderPlaceFactory(provider=provider)
    service = ServiceFactory(provider=provider)
    ServiceDurationFactory(service=service, minutes=60, price_cents=16_000)
    ServiceDurationFactory(service=service, minutes=90, price_cents=22_000)
    for weekday in range(7):
        WeeklyHoursFactory(provider=provider, place=place, weekday=weekday)
    ScheduleRuleFactory(provider=provider)
    return provider


def person_of(account: Account) -> Person:
    """The person an account belongs to, made if need be."""
    found = db.session.scalar(select(Person).where(Person.account_id == account.id))
    return found or PersonFactory(account=account)


class StripeCustomerFactory(Row):
    class Meta:
        model = StripeCustomer
        exclude = ("person",)

    person = factory.SubFactory(PersonFactory)
    person_id = owned("person")
    customer = factory.Sequence(lambda n: f"cus_{n}")
    made_at = START


class SavedCardFactory(Row):
    """A card that was kept. `SavedCardFactory(state="failed")` was declined."""

    class Meta:
        model = SavedCard
        exclude = ("person",)

    person = factory.SubFactory(PersonFactory)
    person_id = owned("person")
    state = "kept"
    customer = factory.Sequence(lambda n: f"cus_{n}")
    payment_method = "pm_card_visa"
    brand = "visa"
    last_four = "4242"
    expires_month = 8
    expires_year = 2030
    consent_version = "2026-11"
    consent_by = "test:somebody"
    created_at = START
    changed_at = START


class CardTermsFactory(Row):
    class Meta:
        model = CardTerms
        exclude = ("appointment", "card")

    appointment = factory.SubFactory(AppointmentFactory)
    appointment_id = owned("appointment")
    kind = "card_on_file"
    amount_cents = 0
    card = factory.SubFactory(SavedCardFactory)
    card_id = owned("card")
    created_at = START


class CardCheckoutFactory(Row):
    class Meta:
        model = CardCheckout
        exclude = ("hold",)

    hold = factory.SubFactory(HoldFactory)
    hold_id = owned("hold")
    person_id = factory.LazyAttribute(lambda made: made.hold.person_id)
    plan = factory.LazyFunction(list)
    payment_method = "pm_card_visa"
    actor = "test:somebody"
    created_at = START
    changed_at = START
