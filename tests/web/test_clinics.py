"""Shared clinics: kept by admins, chosen by therapists, planned by the week; and what clients then find."""

from datetime import date

import pytest
from sqlalchemy import select

from marketplace.accounts.models import Account
from marketplace.db import db
from providers.places.models import Clinic, ProviderPlace
from providers.registry.models import Change
from providers.schedule.models import Claim
from tests.factories import AccountFactory, PersonFactory, ProviderPlaceFactory, bookable_provider

CLINIC = {
    "name": "Amsterdam Avenue Sports Clinic",
    "kind": "sports_clinic",
    "line1": "500 Amsterdam Avenue",
    "unit": None,
    "zip": "10024",
    "hours": [{"weekday": day, "opens": "12:00", "closes": "22:00"} for day in range(7)],
    "rostered": False,
}
MONDAY = date(2027, 1, 18)


@pytest.fixture
def admin(app, program):
    with app.app_context():
        return program(AccountFactory(role="admin", name="Ada Admin"))


@pytest.fixture
def anna(app):
    with app.app_context():
        return bookable_provider(slug="anna", name="Anna Alder")


@pytest.fixture
def put_in(app, admin):
    """Make a clinic, and the only room of a provider a room in it."""

    def made(provider, **change):
        clinic = admin.post("/admin/clinics", CLINIC | change)
        assert clinic.status_code == 201, clinic.json
        with app.app_context():
            room = db.session.scalar(select(ProviderPlace).where(ProviderPlace.provider_id == provider.id))
            room.clinic_id = db.session.scalar(select(Clinic.id).where(Clinic.public_id == clinic.json["id"]))
            db.session.add(Change(provider_id=provider.id))
            db.session.commit()
        return clinic.json["slug"]

    return made


def starts(client, slug="anna", day="2027-01-18"):
    query = f"service=medical-massage&minutes=60&setting=clinic&from={day}&to={day}"
    return [text[11:16] for text in client.get(f"/api/v1/providers/{slug}/openings?{query}").json["openings"]]


def shift(provider="anna", on="2027-01-18", opens="14:00", closes="17:00", staffing="full_time"):
    return {"provider": provider, "on": on, "opens": opens, "closes": closes, "staffing": staffing}


def test_a_clinic_is_made_read_and_changed(admin):
    made = admin.post("/admin/clinics", CLINIC)
    assert made.status_code == 201
    assert made.json["slug"] == "amsterdam-avenue-sports-clinic"
    assert {name: made.json[name] for name in CLINIC} == CLINIC
    changed = admin.put(f"/admin/clinics/{made.json['slug']}", made.json | {"name": "Renamed", "rostered": True})
    assert (changed.json["name"], changed.json["rostered"], changed.json["slug"]) == ("Renamed", True, made.json["slug"])
    assert admin.get("/clinics").json["items"] == [changed.json]


@pytest.mark.parametrize(
    "change, field",
    [({"kind": "spa"}, "kind"), ({"line1": "1 Main Street, Brooklyn", "zip": "11201"}, "line1"), ({"hours": [{"weekday": 7, "opens": "09:00", "closes": "10:00"}]}, "hours[0].weekday"), ({"zip": "abc"}, "zip")],
)  # fmt: skip
def test_a_fault_is_named(admin, change, field):
    answer = admin.post("/admin/clinics", CLINIC | change)
    assert answer.status_code == 422
    assert field in {fault["field"] for fault in answer.json["errors"]}


def test_one_is_there_only_while_the_clinic_is_open(anna, put_in, client):
    assert starts(client)[0] == "09:00"
    put_in(anna)
    assert starts(client)[0] == "12:00"
    assert starts(client)[-1] == "16:00"


def test_a_change_of_the_clinics_hours_is_found_at_once(anna, put_in, admin, client):
    slug = put_in(anna)
    near = "/api/v1/providers?near=10024&setting=clinic&from=2027-01-18&to=2027-01-18"
    assert client.get(near).json["items"][0]["starts"][0][11:16] == "12:00"
    admin.put(f"/admin/clinics/{slug}", CLINIC | {"hours": [{"weekday": 0, "opens": "15:00", "closes": "17:00"}]})
    assert client.get(near).json["items"][0]["starts"][0][11:16] == "15:00"
    assert starts(client, day="2027-01-19") == []


def test_in_a_rostered_clinic_the_roster_alone_counts(anna, put_in, admin, client):
    slug = put_in(anna, rostered=True)
    assert starts(client) == []
    planned = admin.put(f"/admin/clinics/{slug}/roster", {"week": "2027-01-20", "shifts": [shift()]})
    assert planned.json == {"week": MONDAY.isoformat(), "shifts": [shift()]}
    assert (starts(client)[0], starts(client)[-1]) == ("14:00", "16:00")
    admin.put(f"/admin/clinics/{slug}/roster", {"week": "2027-01-18", "shifts": []})
    assert starts(client) == []


@pytest.mark.parametrize("staffing, last", [("full_time", "21:00"), ("rotating", "18:45"), ("part_time", "18:45")])
def test_evenings_are_offered_in_full_time_shifts_alone(anna, put_in, admin, client, staffing, last):
    slug = put_in(anna, rostered=True)
    admin.put(f"/admin/clinics/{slug}/roster", {"week": "2027-01-18", "shifts": [shift(closes="22:00", staffing=staffing)]})
    assert starts(client)[-1] == last


def test_a_late_start_of_a_rotating_shift_cannot_be_held(app, anna, put_in, admin, program):
    slug = put_in(anna, rostered=True)
    admin.put(f"/admin/clinics/{slug}/roster", {"week": "2027-01-18", "shifts": [shift(closes="22:00", staffing="rotating")]})
    with app.app_context():
        carl = program(person_of_client())
    wish = {"provider": "anna", "service": "medical-massage", "minutes": 60, "setting": "clinic"}
    refused = carl.post("/holds", wish | {"starts_at": "2027-01-18T19:00:00-05:00"})
    assert (refused.status_code, refused.json["code"]) == (422, "outside_hours")
    assert "full-time staff only" in refused.json["detail"]
    assert carl.post("/holds", wish | {"starts_at": "2027-01-18T18:45:00-05:00"}).status_code == 201


def person_of_client():
    account = AccountFactory(role="client")
    PersonFactory(account=account)
    return account


@pytest.mark.parametrize(
    "shifts, field",
    [
        ([shift(provider="nobody")], "shifts[0].provider"),
        ([shift(on="2027-01-25")], "shifts[0].on"),
        ([shift(), shift(opens="18:00", closes="20:00")], "shifts[1].on"),
        ([shift(opens="22:00", closes="06:00"), shift(on="2027-01-19", opens="05:00", closes="08:00")], "shifts[1].opens"),
        ([shift(staffing="casual")], "shifts[0].staffing"),
        ([shift(opens="9")], "shifts[0].opens"),
    ],
)
def test_a_roster_that_cannot_be_is_refused(anna, put_in, admin, shifts, field):
    slug = put_in(anna, rostered=True)
    answer = admin.put(f"/admin/clinics/{slug}/roster", {"week": "2027-01-18", "shifts": shifts})
    assert answer.status_code == 422
    assert field in {fault["field"] for fault in answer.json["errors"]}


@pytest.mark.parametrize(
    "opens, closes, clash", [("16:00", "20:00", True), ("17:00", "20:00", False), ("08:00", "14:00", False), ("13:00", "14:30", True)]
)
def test_nobody_has_shifts_at_two_clinics_at_once(app, anna, put_in, admin, opens, closes, clash):
    first = put_in(anna, rostered=True)
    with app.app_context():
        second_room = ProviderPlaceFactory(provider=anna, line1="1 Other Street")
    second = admin.post("/admin/clinics", CLINIC | {"name": "Second", "rostered": True}).json
    with app.app_context():
        room = db.session.get(ProviderPlace, second_room.id)
        room.clinic_id = db.session.scalar(select(Clinic.id).where(Clinic.slug == second["slug"]))
        db.session.commit()
    assert admin.put(f"/admin/clinics/{first}/roster", {"week": "2027-01-18", "shifts": [shift()]}).status_code == 200
    answer = admin.put(f"/admin/clinics/{second['slug']}/roster", {"week": "2027-01-18", "shifts": [shift(opens=opens, closes=closes)]})
    assert answer.status_code == (422 if clash else 200)


def test_a_clinic_without_a_roster_cannot_be_planned(anna, put_in, admin):
    slug = put_in(anna)
    assert admin.put(f"/admin/clinics/{slug}/roster", {"week": "2027-01-18", "shifts": []}).json["code"] == "not_rostered"


def test_a_therapist_takes_a_room_in_a_clinic(app, anna, admin, program, client):
    clinic = admin.post("/admin/clinics", CLINIC).json
    with app.app_context():
        desk = program(db.session.get(Account, anna.account_id))
    profile = desk.get("/provider/profile").json
    room = {"id": profile["places"][0]["id"], "clinic": clinic["id"], "unit": "4B"}
    body = {name: profile[name] for name in ("name", "headline", "about", "gender", "languages", "settings", "phone")}
    answer = desk.put("/provider/profile", body | {"places": [room]})
    assert answer.status_code == 200, answer.json
    (place,) = answer.json["places"]
    assert (place["clinic"], place["name"], place["line1"], place["unit"]) == (clinic["id"], CLINIC["name"], CLINIC["line1"], "4B")
    assert starts(client)[0] == "12:00"
    assert client.get("/api/v1/providers/anna").json["places"][0]["setting_kind"] == "sports_clinic"
    assert "Sports clinic" in client.get("/providers/anna").text
    left = desk.put("/provider/profile", body | {"places": [room | {"clinic": "nosuchclinic"}]})
    assert (left.status_code, left.json["code"]) == (422, "unknown_clinic")


@pytest.mark.parametrize(
    "kind, found",
    [("sports_clinic", ["anna"]), ("hospital", []), ("private_practice", ["bea"]), ("private_practice,sports_clinic", ["anna", "bea"])],
)
def test_search_by_the_kind_of_clinic(app, anna, put_in, client, kind, found):
    with app.app_context():
        bookable_provider(slug="bea", name="Bea Birch")
    put_in(anna)
    answer = client.get(f"/api/v1/providers?near=10024&setting=clinic&place_kind={kind}")
    assert sorted(item["slug"] for item in answer.json["items"]) == found
    assert answer.json["facets"]["place_kind"] == {"private_practice": 1, "sports_clinic": 1}


def test_the_pages_do_what_the_json_does(app, anna, put_in, admin, visitor, client):
    with app.app_context():
        ada = visitor(AccountFactory(role="admin", name="Ada Page"))
    assert "No shared clinic yet" in ada.open("/admin/clinics").text
    hours = {f"d{day}-{part}": text for day in range(7) for part, text in (("opens", "12:00"), ("closes", "22:00"))}
    ada.open("/admin/clinics/new")
    page = ada.submit(name="Page Clinic", kind="hospital", line1="500 Amsterdam Avenue", zip="10024", rostered="1", **hours)
    assert "Saved." in page.text
    assert admin.get("/clinics").json["items"][0]["hours"] == CLINIC["hours"]
    slug = put_in(anna, rostered=True)
    where = f"/admin/clinics/{slug}/roster"
    ada.open(where, week="2027-01-18")
    shift_fields = {"r0-d0-opens": "14:00", "r0-d0-closes": "17:00", "r0-d0-staffing": "rotating"}
    assert "The week is planned." in ada.submit(**shift_fields).text
    assert starts(client)[0] == "14:00"
    copied = ada.open(where, week="2027-01-25", copy="1")
    assert 'value="14:00"' in copied.text
    assert starts(client, day="2027-01-25") == []
    ada.open(where, week="2027-01-18")
    bad = ada.submit(**{"r0-d0-opens": "14:00", "r0-d0-closes": "25:99"})
    assert bad.status_code == 422
    assert 'id="r0-d0-closes-error"' in bad.text


def test_an_admin_states_how_many_rooms_there_are(app, anna, put_in, admin, visitor, client, clock, program):
    with app.app_context():
        bea, cleo = bookable_provider(slug="bea", name="Bea Birch"), bookable_provider(slug="cleo", name="Cleo Crane")
    slug = put_in(anna, rooms=2)
    stated = admin.get("/clinics").json["items"][0]
    assert stated["rooms"] == 2
    with app.app_context():
        house = db.session.scalar(select(Clinic.id).where(Clinic.slug == slug))
        for one in (bea, cleo):
            db.session.scalar(select(ProviderPlace).where(ProviderPlace.provider_id == one.id)).clinic_id = house
            db.session.add(Change(provider_id=one.id))
        db.session.commit()
        people = [program(person_of_client()) for _ in range(3)]
    wish = {"service": "medical-massage", "minutes": 60, "setting": "clinic", "starts_at": "2027-01-18T15:00:00-05:00"}
    for person, name in zip(people, ("anna", "bea"), strict=False):
        assert person.post("/holds", wish | {"provider": name}).status_code == 201
    assert "15:00" not in starts(client, "cleo")
    assert "14:00" not in starts(client, "cleo")
    assert starts(client, "cleo")[:2] == ["12:00", "12:15"]
    found = client.get("/api/v1/providers?near=10024&setting=clinic&from=2027-01-18T15:00:00-05:00&to=2027-01-18T15:15:00-05:00")
    assert found.json["items"] == []
    refused = people[2].post("/holds", wish | {"provider": "cleo"})
    assert (refused.status_code, refused.json["code"]) == (409, "slot_taken")
    assert "treatment room" in refused.json["detail"]
    fewer = admin.put(f"/admin/clinics/{slug}", stated | {"rooms": 1})
    assert (fewer.status_code, fewer.json["code"], fewer.json["errors"][0]["field"]) == (422, "rooms_in_use", "rooms")
    assert "January 18 at 3" in fewer.json["detail"]
    assert admin.put(f"/admin/clinics/{slug}", stated | {"rooms": 3}).json["rooms"] == 3
    assert "15:00" in starts(client, "cleo")
    for wrong in (0, 51, "2", 1.5, True):
        bad = admin.put(f"/admin/clinics/{slug}", stated | {"rooms": wrong})
        assert (bad.status_code, bad.json["errors"][0]["field"]) == (422, "rooms"), wrong
    with app.app_context():
        ada = visitor(AccountFactory(role="admin", name="Ada Page"))
        desk = program(db.session.get(Account, anna.account_id))
    assert 'value="3"' in ada.open(f"/admin/clinics/{slug}").text
    page = ada.submit(rooms="one")
    assert page.status_code == 422
    assert 'id="rooms-error"' in page.text
    assert 'value="one"' in page.text
    assert "Saved." in ada.submit(rooms="").text
    assert admin.get("/clinics").json["items"][0]["rooms"] is None
    assert "No limit" in ada.open("/admin/clinics").text
    assert admin.put(f"/admin/clinics/{slug}", stated | {"rooms": 4}).status_code == 200
    assert desk.get("/clinics").json["items"][0]["rooms"] == 4


def test_a_place_that_joins_a_full_clinic_brings_its_visits_or_stays(app, anna, put_in, admin, program):
    with app.app_context():
        bea, person = bookable_provider(slug="bea", name="Bea Birch"), program(person_of_client())
        other = program(person_of_client())
        desk = program(db.session.get(Account, bea.account_id))
    put_in(anna, rooms=1)
    clinic = admin.get("/clinics").json["items"][0]["id"]
    wish = {"service": "medical-massage", "minutes": 60, "setting": "clinic", "starts_at": "2027-01-18T15:00:00-05:00"}
    held = person.post("/holds", wish | {"provider": "bea"})
    assert held.status_code == 201, held.json
    assert other.post("/holds", wish | {"provider": "anna"}).status_code == 201
    profile = desk.get("/provider/profile").json
    body = {name: profile[name] for name in ("name", "headline", "about", "gender", "languages", "settings", "phone")}
    room = {"id": profile["places"][0]["id"], "clinic": clinic}
    refused = desk.put("/provider/profile", body | {"places": [room]})
    assert (refused.status_code, refused.json["code"]) == (409, "place_in_use")
    admin.put(f"/admin/clinics/{admin.get('/clinics').json['items'][0]['slug']}", CLINIC | {"rooms": 2})
    assert desk.put("/provider/profile", body | {"places": [room]}).status_code == 200
    with app.app_context():
        taken = db.session.scalars(select(Claim.clinic_id).where(Claim.live)).all()
    assert len(taken) == 2
    assert len(set(taken)) == 1
