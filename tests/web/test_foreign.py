"""What belongs to others answers like what does not exist: same status, same words."""

from datetime import timedelta

import pytest

from booking.appointments.queries import get_any
from booking.openapi.catalogue import clients, desk
from marketplace.db import db
from tests.factories import (
    AccountFactory,
    BasketFactory,
    CarePauseFactory,
    CarePlanFactory,
    ClaimFactory,
    ClassSeatFactory,
    ClassSessionFactory,
    ClearanceFactory,
    CoupleFactory,
    CouponFactory,
    CredentialFactory,
    DavAccountFactory,
    ExtensionRequestFactory,
    HandBookingFactory,
    HealthFileFactory,
    HoldFactory,
    HomeProgramFactory,
    InsuranceDetailsFactory,
    JournalEntryFactory,
    LetterDraftFactory,
    MembershipFactory,
    MembershipPlanFactory,
    OutsideCalendarFactory,
    PackageFactory,
    PackageOfferFactory,
    ParkingClaimFactory,
    PayoutFactory,
    PersonFactory,
    ProviderPlaceFactory,
    ReleaseFactory,
    SavedCardFactory,
    SentLetterFactory,
    SeriesFactory,
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
from tests.support.visits import answered, book_visit, clear_answers, hold_visit

MISSING = "AAAAAAAAAAAAAAAA"
CREDENTIAL = {"kind": "npi", "issuer": "NPPES", "holder_name": "A", "number": "1234567893"}
GOALS = [{"words": "sit through a film", "measure": "nprs"}]
BODIES = {
    "plans/<public_id>/accept": {"version": 1},
    "plans/<public_id>/decision": {"decision": "end"},
    "pauses/<public_id>/end": {"how": "resumed"},
    "appointments/<public_id>/pause": {"words": "See your physician first."},
    "appointments/<public_id>/lateness": {"minutes": 20},
    "appointments/<public_id>/parking": {"cents": 1_800},
    "appointments/<public_id>/insurance": {"details": {}, "signed_name": "Sam Doe", "accepted": True},
    "appointments/<public_id>/plan": {"goals": GOALS, "visits": 6},
    "note/review": {"supervision": MISSING},
    "note-reviews/<public_id>/decision": {"decision": "accepted"},
    "appointments/<public_id>/more-visits": {"visits": 6, "until_on": "2027-03-01", "reason": "Not yet free."},
    "more-visits/<public_id>/send": {"email": "office@practice.example.com"},
    "more-visits/<public_id>/prescription": {"prescription": MISSING},
    "reschedule": {"starts_at": "2027-01-20T12:00:00-05:00"},
    "technique": {"technique": "trigger_point"},
    "credentials": CREDENTIAL,
    "password": {"password": "word"},
    "holds/<public_id>/code": {"code": "SPRING"},
    "gift-cards/<public_id>/card": {"payment_method": "pm_card_visa"},
    "gift-cards/<public_id>/payment": {"how": "cash"},
    "gift-cards/<public_id>/void": {"reason": "It was stolen."},
    "holds/<public_id>/gift-card": {"code": "2345-6789-ABCD-EFGH"},
    "packages/<public_id>/card": {"payment_method": "pm_card_visa"},
    "packages/<public_id>/payment": {"how": "cash"},
    "memberships/<public_id>/pause": {"months": 1},
    "memberships/<public_id>/card": {"card": "another"},
    "membership-plans": {"service": "medical-massage", "minutes": 60, "visits": 1, "price_cents": 13_000, "stays_months": 3},
    "classes/<public_id>/move": {"starts_at": "2027-01-20T12:00:00-05:00"},
    "seats/<public_id>/payment": {"how": "cash"},
}
OWNED = [
    pytest.param(role, one.method, one.path, id=f"{role} {one.method} {one.path.removeprefix('/api/v1')}")
    for one in (*clients.OPERATIONS, *desk.OPERATIONS)
    for role in ("client", "provider")
    if "<public_id>" in one.path and role in one.roles
]


@pytest.fixture
def mine(app, clock):
    """Everything of one client and one provider, by the word before the id; and an outsider of each role."""
    with app.app_context():
        customer, therapist = AccountFactory(role="client"), AccountFactory(role="provider")
        anna, person = bookable_provider(account=therapist), person_of(customer)
        start = clock.now + timedelta(days=2)
        kept = HoldFactory(provider=anna, person=person, starts_at=start + timedelta(days=12))
        HandBookingFactory(hold=kept)
        offer = PackageOfferFactory(provider=anna)
        things = {
            "appointments": book_visit(anna, person, start, clock.now).booked.appointment.public_id,
            "holds": hold_visit(anna, person, start + timedelta(days=1), clock.now).public_id,
            "screenings": answered(person, clock.now),
            "baskets": BasketFactory(person=person).public_id,
            "couples": CoupleFactory(first=HoldFactory(provider=anna, person=person, starts_at=start + timedelta(days=14))).public_id,
            "series": SeriesFactory(person=person, provider=anna).public_id,
            "waitlist": WaitlistEntryFactory(person=person).public_id,
            "kept": kept.public_id,
            "clearances": ClearanceFactory(person=person).public_id,
            "blocks": ClaimFactory(provider=anna, starts_at=start + timedelta(days=9)).public_id,
            "time-off": TimeOffFactory(provider=anna, begin_minute=epoch_minute(start) + 30 * 1440).public_id,
            "calendars": OutsideCalendarFactory(provider=anna, kind="file", address=None, address_hash=None, next_sync_at=None).public_id,
            "accounts": DavAccountFactory(provider=anna, server="https://127.0.0.1/").public_id,
            "credentials": CredentialFactory(provider=anna, kind="npi", status="needs_info", plain_number="1234567893").public_id,
            "places": ProviderPlaceFactory(provider=anna).public_id,
            "cards": SavedCardFactory(person=person).public_id,
            "gift-cards": some_gift_card(anna, person),
            "packages": PackageFactory(offer=offer, person=person).public_id,
            "package-offers": offer.public_id,
            "codes": CouponFactory(provider=anna).public_id,
            "payouts": PayoutFactory(provider=anna).public_id,
            "journal": JournalEntryFactory(person=person).public_id,
            "files": HealthFileFactory(person=person).public_id,
        }
        visit = get_any(db.session(), things["appointments"]).appointment
        things["parking"] = ParkingClaimFactory(appointment=visit).public_id
        lesson = ClassSessionFactory(provider=anna, starts_at=start + timedelta(days=60))
        things |= {"classes": lesson.public_id, "seats": ClassSeatFactory(lesson=lesson, person=person).public_id}
        plan = MembershipPlanFactory(provider=anna)
        things |= {"memberships": MembershipFactory(plan=plan, person=person).public_id, "membership-plans": plan.public_id}
        HomeProgramFactory(appointment=visit)
        things |= {"plans": CarePlanFactory(appointment=visit).public_id, "pauses": CarePauseFactory(appointment=visit).public_id}
        things["more-visits"] = ExtensionRequestFactory(appointment=visit).public_id
        release = ReleaseFactory(person=person, provider=anna)
        LetterDraftFactory(appointment=visit, release=release)
        things["releases"] = release.public_id
        things["letters"] = SentLetterFactory(appointment=visit, release=release).public_id
        signed_note(visit)
        InsuranceDetailsFactory(person=person, provider=anna)
        elsewhere = book_visit(bookable_provider(), PersonFactory(), start, clock.now).booked.appointment
        things |= {"note-reviews": offered_note(elsewhere, anna).public_id, "supervisions": SupervisionFactory(provider=anna).public_id}
        owners = {"client": customer, "provider": therapist}
        strangers = {role: AccountFactory(role=role) for role in owners}
        person_of(strangers["client"])
        bookable_provider(account=strangers["provider"])
        db.session.remove()
    return things, owners, strangers


def ask(caller, method, path, public_id):
    words = next((body for word, body in BODIES.items() if word in path), {}) if method in ("POST", "PUT") else None
    return caller.call(method, path.removeprefix("/api/v1").replace("<public_id>", public_id), words)


@pytest.mark.parametrize(("role", "method", "path"), OWNED)
def test_what_belongs_to_others_answers_like_nothing(mine, program, role, method, path):
    things, owners, strangers = mine
    public_id = things[path.partition("/<")[0].rpartition("/")[2]]
    stranger = program(strangers[role])
    foreign, missing = (ask(stranger, method, path, one) for one in (public_id, MISSING))
    assert (foreign.status_code, foreign.json) == (404, missing.json)
    assert missing.status_code == 404
    assert ask(program(owners[role]), method, path, public_id).status_code != 404


def booking_of(things, **change):
    return {
        "hold": things["holds"],
        "screening": things["screenings"],
        "consent": {"version": "1", "accepted": True},
        **change,
    }


def test_neither_holds_nor_answers_of_others_can_be_used(app, clock, mine, program):
    things, owners, strangers = mine
    stranger, owner = program(strangers["client"]), program(owners["client"])
    foreign = stranger.post("/appointments", booking_of(things))
    missing = stranger.post("/appointments", booking_of(things, hold=MISSING))
    assert (foreign.status_code, foreign.json) == (404, missing.json)
    theirs = stranger.post("/screenings", {"answers": clear_answers()}).json["id"]
    foreign = owner.post("/appointments", booking_of(things, screening=theirs))
    missing = owner.post("/appointments", booking_of(things, screening=MISSING))
    assert (foreign.status_code, foreign.json["code"]) == (422, "screening_needed")
    assert foreign.json == missing.json
    assert owner.post("/appointments", booking_of(things)).status_code == 201


def test_places_of_others_are_unknown_in_hours(mine, program):
    things, owners, strangers = mine
    hours = {"weekday": 0, "opens": "09:00", "closes": "17:00", "settings": ["clinic"]}
    answers = [
        program_.put("/provider/schedule", {"weekly": [{**hours, "place": place}], "exceptions": [], "rules": {}})
        for program_ in [program(strangers["provider"])]
        for place in (things["places"], MISSING)
    ]
    assert answers[0].status_code == 422
    assert answers[0].json == answers[1].json
    own = {"weekly": [{**hours, "place": things["places"]}], "exceptions": [], "rules": {}}
    assert program(owners["provider"]).put("/provider/schedule", own).status_code == 200


def test_lists_hold_ones_own_alone(mine, program):
    things, owners, strangers = mine
    for role in ("client", "provider"):
        owner, stranger = program(owners[role]), program(strangers[role])
        assert [item["id"] for item in owner.get("/appointments").json["items"]] == [things["appointments"]]
        assert stranger.get("/appointments").json == {"items": [], "next": None}
    for path in ("/provider/blocks", "/provider/credentials"):
        seen = {item["id"] for item in stranger.get(path).json["items"]}
        assert not seen & set(things.values())


def test_pages_of_a_list_leave_nobody_out_though_visits_begin_together(app, clock, mine, program):
    things, owners, strangers = mine
    owner = program(owners["client"])
    assert owner.delete(f"/holds/{things['holds']}").status_code == 204  # only so many are held at once
    with app.app_context():
        person, start = person_of(owners["client"]), clock.now + timedelta(days=5)
        for _ in range(3):
            book_visit(bookable_provider(), person, start, clock.now)
        db.session.remove()
    seen, cursor = [], None
    for _page in range(4):
        answer = owner.get("/appointments", limit=1, cursor=cursor).json
        seen += [item["id"] for item in answer["items"]]
        cursor = answer["next"]
    assert (len(seen), len(set(seen)), cursor) == (4, 4, None)
    taken = owner.get("/appointments", limit=1).json["next"]
    assert program(strangers["client"]).get("/appointments", cursor=taken).status_code == 404
