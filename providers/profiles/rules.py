"""A provider as plain values: everything that decides what can be offered, booked and shown."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from marketplace.kernel.errors import FieldFault, Refused
from providers.credentials.rules.standing import CredentialFact
from providers.insurers.rules import Stated
from providers.schedule.rules.clinics import OWN_PRACTICE
from providers.schedule.rules.hours import ClinicHours, DateException, HoursStated, ScheduleRules, WeeklyRange
from providers.schedule.rules.time_off import Away
from providers.services.rules.calls import PHONE, is_call
from providers.services.rules.drafts import AddOn
from providers.services.rules.first_visits import AS_ANY_VISIT, FirstVisits
from providers.services.rules.prices import PriceRules
from providers.services.rules.requests import AT_ONCE, ByRequest
from providers.services.rules.terms import Terms

MOBILE = frozenset({"home", "office", "hotel"})
LATE_AT_HOME = frozenset({"home", "hotel"})
"""Settings in which a provider's latest start counts."""

USUAL_MODE = "subway"
"""How a provider who has not said so is taken to get from one of their places to another."""


@dataclass(frozen=True, slots=True)
class ServiceFacts:
    """One service; `prices` maps minutes to cents. Buffers are None where the schedule's own count."""

    code: str
    name: str
    techniques: tuple[str, ...]
    conditions: tuple[str, ...]
    settings: frozenset[str]
    first_visit_only: bool
    buffer_before_minutes: int | None
    buffer_after_minutes: int | None
    prices: Mapping[int, int]
    version: int
    by_request: ByRequest = AT_ONCE
    add_ons: tuple[AddOn, ...] = ()

    @property
    def is_call(self) -> bool:
        """Whether it is the introductory call on the phone."""
        return is_call(self.settings)

    def asked_first(self) -> ServiceFacts:
        """The same, but each booking is confirmed by its therapist; a call is as before."""
        if self.is_call:
            return self
        return replace(self, by_request=ByRequest(self.settings, answer_hours=self.by_request.answer_hours))

    def added(self, codes: Sequence[str]) -> tuple[AddOn, ...]:
        """The add-ons of these codes, each once, in the provider's order. Raises Refused `unknown_add_on`."""
        if not set(codes) <= {one.code for one in self.add_ons} or len(set(codes)) < len(codes):
            sentence = "This service does not have that add-on, or it was chosen twice."
            raise Refused("unknown_add_on", sentence, faults=[FieldFault("add_ons", sentence)])
        return tuple(one for one in self.add_ons if one.code in codes)


@dataclass(frozen=True, slots=True)
class PlaceFacts:
    """A clinic or office open to clients. `setting_kind` is the shared clinic's; a room of one's own is a private practice.

    `rooms` is how many treatment rooms the shared clinic has, None where nobody said: then there is always one.
    """

    id: int
    public_id: str
    kind: str
    name: str
    line1: str
    unit: str | None
    city: str
    zip: str
    access: str | None
    neighborhood: str
    latitude: float
    longitude: float
    setting_kind: str = OWN_PRACTICE
    clinic_id: int | None = None
    rooms: int | None = None


@dataclass(frozen=True, slots=True)
class AreaFacts:
    """Where a provider travels to and how. The base is not here: nothing that is shown may know it.

    `leaves_from` and `returns_to` are the ZIP codes in any of which the day may begin and end, where those ways count as time worked;
    else they are empty. Latest starts are minutes of the New York day.
    """

    mode: str
    covered_zips: frozenset[str]
    setup_minutes: int
    pack_minutes: int
    max_travel_minutes: int | None
    early_minutes: int = 0
    latest_start_minute: int | None = None
    first_visit_minutes: int = 0
    first_visit_latest_minute: int | None = None
    leaves_from: tuple[str, ...] = ()
    returns_to: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was checked about one credential, for a badge: never the document, never the number."""

    kind: str
    technique: str | None
    issuer: str
    status: str
    valid_until: date | None
    verified_at: datetime | None
    source: str | None
    checked_by: str | None
    next_check_on: date | None
    details: Mapping[str, object]
    level: str | None = None
    level_at: datetime | None = None
    reconfirm_on: date | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What a provider answered to one question of the interview, and on which day; None where nobody noted the day."""

    code: str
    text: str
    answered_on: date | None


@dataclass(frozen=True, slots=True)
class ProviderFacts:
    """One provider, loaded whole in a fixed number of queries however many are asked for.

    `statements` are the weeks that were stated, the last one last. `youngest` is from which age they treat people; None: adults alone.
    """

    id: int
    public_id: str
    account_id: int
    slug: str
    state: str
    name: str
    headline: str
    about: str
    gender: str
    pronouns: str | None
    profession: str
    languages: tuple[str, ...]
    rating_count: int
    rating_sum: int
    sample_data: bool
    services: tuple[ServiceFacts, ...]
    places: tuple[PlaceFacts, ...]
    area: AreaFacts | None
    weekly: tuple[WeeklyRange, ...]
    exceptions: tuple[DateException, ...]
    rules: ScheduleRules
    prices: PriceRules
    terms: Terms
    terms_version: int
    credentials: tuple[CredentialFact, ...]
    evidence: tuple[Evidence, ...]
    answers: tuple[Answer, ...] = ()
    clinic_hours: tuple[ClinicHours, ...] = ()
    statements: tuple[HoursStated, ...] = ()

    pause: str | None = None
    aways: tuple[Away, ...] = ()
    first_visits: FirstVisits = AS_ANY_VISIT
    insurance: Stated | None = None
    youngest: int | None = None

    def service(self, code: str) -> ServiceFacts | None:
        """The service of that code, if offered."""
        return next((service for service in self.services if service.code == code), None)

    @property
    def settings(self) -> frozenset[str]:
        """Settings in which at least one service is offered; nobody is treated on the phone."""
        return frozenset().union(*(service.settings for service in self.services)) - {PHONE}

    @property
    def call(self) -> ServiceFacts | None:
        """The free introductory call, if offered."""
        return next((service for service in self.services if service.is_call), None)

    @property
    def travel_mode(self) -> str:
        """How they get from one visit to the next."""
        return self.area.mode if self.area else USUAL_MODE

    @property
    def place_zips(self) -> dict[int, str]:
        """ZIP codes of the provider's own places, by place id."""
        return {place.id: place.zip for place in self.places}


def pads(facts: ProviderFacts, service: ServiceFacts, setting: str, *, met: bool = False) -> tuple[int, int]:
    """Minutes kept free before and after a visit: buffers, and turnover in a clinic; at the client's the door and set-up before it, more
    of them for somebody the provider has not `met`, and packing after it. The way there and back is not among them.

    A call keeps none free but those it states itself: whoever hangs up has nothing to tidy.
    """
    if setting == PHONE:
        return service.buffer_before_minutes or 0, service.buffer_after_minutes or 0
    before = facts.rules.buffer_before_minutes if service.buffer_before_minutes is None else service.buffer_before_minutes
    after = facts.rules.buffer_after_minutes if service.buffer_after_minutes is None else service.buffer_after_minutes
    if setting == "clinic":
        return before, after + facts.rules.turnover_minutes
    area = facts.area
    if area is None:
        return before, after
    return before + area.early_minutes + area.setup_minutes + (0 if met else area.first_visit_minutes), after + area.pack_minutes


def last_start(facts: ProviderFacts, setting: str, *, met: bool = False) -> int | None:
    """The last minute of a New York day at which a visit of a setting may begin; None where hours alone decide.

    The provider's latest start is for homes and hotels, that of first visits for offices too.
    """
    area = facts.area
    if area is None or setting not in MOBILE:
        return None
    kept = area.latest_start_minute if setting in LATE_AT_HOME else None
    first = None if met else area.first_visit_latest_minute
    return min((minute for minute in (kept, first) if minute is not None), default=None)


def comes_to(facts: ProviderFacts, zip_code: str) -> bool:
    """Whether the provider travels to a ZIP code."""
    return facts.area is not None and zip_code in facts.area.covered_zips


@dataclass(frozen=True)
class Question:
    """One question of the interview before booking: its code, what clients read, what helps to answer it."""

    code: str
    question: str
    help: str


@dataclass(frozen=True)
class Interview:
    """A version of the questions; an answer has `longest` characters at most."""

    version: int
    longest: int
    questions: tuple[Question, ...]


def days_of_answers(before: Mapping[str, str], days: Mapping[str, str], stated: Mapping[str, str], today: date) -> dict[str, str]:
    """On which day (ISO) each stated answer was given: today where its words are new, the day kept where they are the same."""
    return {code: days.get(code, today.isoformat()) if before.get(code) == text else today.isoformat() for code, text in stated.items()}


GENDERS = ("female", "male", "nonbinary", "undisclosed")
PROFESSIONS = (
    "lmt", "pt", "chiropractor", "physician", "ot", "acupuncturist", "nurse_practitioner", "physician_assistant", "podiatrist", "nurse",
)  # fmt: skip


@dataclass(frozen=True)
class ProfileDraft:
    """How a provider presents themselves, as stated; `phone` is E.164. Places come beside it, since they are looked up on the map.

    The legal name is shown to nobody but those who check; where it is None, the one that was stated before stays.
    """

    name: str
    headline: str
    about: str
    gender: str
    pronouns: str | None
    profession: str
    languages: tuple[str, ...]
    settings: tuple[str, ...]
    phone: str | None
    answers: Mapping[str, str]
    legal_name: str | None = None


def public_texts(draft: ProfileDraft) -> dict[str, str]:
    """What clients can read of a profile, by field."""
    named = {"name": draft.name, "headline": draft.headline, "about": draft.about}
    return named | {f"answer:{code}": text for code, text in draft.answers.items()}


@dataclass(frozen=True)
class Gap:
    """One thing that keeps a profile from being sent in: a code for programs, a sentence for its owner."""

    code: str
    detail: str


@dataclass(frozen=True)
class Readiness:
    """What there is of a profile. `settings` are those promised anywhere, `handed_in` the kinds of credential that are not rejected."""

    headline: str
    about: str
    phone: str | None
    languages: tuple[str, ...]
    settings: frozenset[str]
    services: int
    ranges: int
    places: int
    covered_zips: int
    handed_in: frozenset[str]


def gaps_of(ready: Readiness, required: Mapping[str, str]) -> tuple[Gap, ...]:
    """What is missing before a profile may be sent in, in the order of the desk. `required` names each required kind of credential."""
    checks = (
        (ready.headline, "headline", "Write one line about your work."),
        (ready.about, "about", "Write a few sentences about yourself."),
        (ready.phone, "phone", "Give a phone number for clients with a booked visit and for us."),
        (ready.languages, "languages", "Say which languages you speak."),
        (ready.settings, "settings", "Say where you work: clinic, home, office or hotel."),
        (ready.services, "services", "Offer at least one service with a price."),
        (ready.ranges, "hours", "Set your weekly hours."),
        (ready.places or "clinic" not in ready.settings, "place", "You offer visits at a clinic: say where it is."),
        (ready.covered_zips or not ready.settings & MOBILE, "area", "You come to clients: say how far."),
    )
    gaps = [Gap(code, detail) for holds, code, detail in checks if not holds]
    gaps += [Gap(kind, f"Send in: {title}.") for kind, title in required.items() if kind not in ready.handed_in]
    return tuple(gaps)


@dataclass(frozen=True)
class Attestation:
    """A version of what a provider signs for when they apply."""

    version: int
    statements: tuple[str, ...]


APPLY_STEPS = ("you", "license", "insurance", "practice", "techniques", "more", "attest", "review")
_STEP_OF_GAP = {
    "phone": "you", "languages": "you", "headline": "practice", "about": "practice", "settings": "practice", "services": "practice",
    "hours": "practice", "place": "practice", "area": "practice", "license": "license", "liability_insurance": "insurance",
    "certificate": "techniques",
}  # fmt: skip


@dataclass(frozen=True)
class Todo:
    """One thing still to do before an application is whole: the screen where it is done, a sentence, and whether it is needed at all."""

    step: str
    detail: str
    needed: bool = True


def todos_of(
    gaps: Sequence[Gap], *, legal_name: bool, attested: bool, uncertified: Sequence[str], closing: Mapping[str, str]
) -> tuple[Todo, ...]:
    """What an application still lacks, in the order of its screens.

    `uncertified` names offered techniques without their certificate, `closing` says of kinds in which offered settings they are needed.
    """
    found = [Todo(_STEP_OF_GAP.get(gap.code, "more"), gap.detail) for gap in gaps]
    if not legal_name:
        found.append(Todo("you", "Give your name as it stands on your license."))
    if not attested:
        found.append(Todo("attest", "Sign that what you stated is true."))
    found += [Todo("techniques", f"{name}: not bookable without its certificate.", needed=False) for name in uncertified]
    found += [Todo(_STEP_OF_GAP.get(code, "more"), detail, needed=False) for code, detail in closing.items()]
    return tuple(sorted(found, key=lambda one: APPLY_STEPS.index(one.step)))


LONGEST_DRAFT = 20_000


def draft_fits(content: Mapping[str, object]) -> bool:
    """Whether what stands in a screen's fields can be kept: at most LONGEST_DRAFT characters, names and signs included."""
    return len(json.dumps(content)) <= LONGEST_DRAFT


def first_step(todos: Sequence[Todo]) -> str:
    """Where to go on: the first screen with something that is needed, else the last one."""
    return next((one.step for one in todos if one.needed), APPLY_STEPS[-1])
