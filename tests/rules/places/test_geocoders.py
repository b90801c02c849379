"""What people type, resolved without a network; the public geocoders with a stranger who answers, fails, or talks garbage."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from geopy.adapters import AdapterHTTPError, BaseSyncAdapter
from geopy.exc import GeocoderTimedOut
from geopy.geocoders.base import Geocoder
from hypothesis import given
from hypothesis import strategies as st

from marketplace.kernel.errors import Refused
from providers.places import gazetteer
from providers.places.geocoders import ManhattanGeocoder, ResolvedPlace, build_geocoder, resolve, suggestions_for
from providers.places.rules.geometry import Point, distance_meters

OFFLINE = build_geocoder("builtin")


def offline(text: str) -> ResolvedPlace:
    return resolve(text, OFFLINE)


def refused(text: str, geocoder: Geocoder = OFFLINE) -> Refused:
    with pytest.raises(Refused) as caught:
        resolve(text, geocoder)
    return caught.value


@pytest.mark.parametrize("info", gazetteer.zips(), ids=lambda info: info.zip)
def test_every_zip_resolves_to_itself(info: gazetteer.ZipInfo) -> None:
    place = offline(info.zip)
    assert (place.zip, place.precision, place.label) == (info.zip, "zip", info.zip)
    assert place.point == info.spot.point
    assert info.zip in gazetteer.neighborhood(place.neighborhood_code).zips


@pytest.mark.parametrize("hood", gazetteer.neighborhoods(), ids=lambda hood: hood.code)
def test_every_neighborhood_resolves_to_itself(hood: gazetteer.Neighborhood) -> None:
    for text in (hood.name, hood.name.upper(), f"{hood.name}, New York", hood.code, hood.code.replace("_", " ")):
        place = offline(text)
        assert (place.neighborhood_code, place.precision, place.label) == (hood.code, "neighborhood", hood.name)
        assert place.point == hood.point
        assert place.zip in hood.zips


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("upper wst side", "upper_west_side"), ("uper west side", "upper_west_side"), ("Upper  East  Side", "upper_east_side"),
        ("UWS", "upper_west_side"), ("ues", "upper_east_side"), ("LES", "lower_east_side"), ("FiDi", "financial_district"),
        ("hells kitchen", "hells_kitchen"), ("Hell’s Kitchen", "hells_kitchen"), ("tribeka", "tribeca"), ("nolita", "nolita_little_italy"),
        ("Little Italy", "nolita_little_italy"), ("harlem", "central_harlem"), ("washington hieghts", "washington_heights"),
        ("the village", "greenwich_village"), ("NoMad", "flatiron_nomad"), ("Gramercy", "gramercy_park"), ("midtown east", "midtown_east_grand_central"),
    ],
)  # fmt: skip
def test_neighborhoods_as_people_write_them(text: str, code: str) -> None:
    assert offline(text).neighborhood_code == code


def test_a_neighborhood_with_a_zip_is_that_part_of_it() -> None:
    place = offline("East Village, 10003")
    assert (place.label, place.zip, place.neighborhood_code, place.precision) == ("East Village, 10003", "10003", "east_village", "zip")
    assert place.point == gazetteer.zip_spot("10003").point


@pytest.mark.parametrize(
    ("text", "label", "zip_code", "hood"),
    [
        ("64 East 7th Street", "64 East 7th Street, 10003", "10003", "east_village"),
        ("64 e 7th st #4B, New York, NY 10003, USA", "64 East 7th Street, 10003", "10003", "east_village"),
        ("350 5th Ave Apt 3", "350 5th Avenue, 10001", "10001", "flatiron_nomad"),
        ("200 W 72nd St", "200 West 72nd Street, 10023", "10023", "lincoln_square"),
        ("Broadway & 72nd", "Broadway and 72nd Street, 10023", "10023", "lincoln_square"),
        ("111 8th Ave, 10011", "111 8th Avenue, 10011", "10011", "chelsea"),
    ],
)
def test_addresses_on_the_grid(text: str, label: str, zip_code: str, hood: str) -> None:
    place = offline(text)
    assert (place.label, place.zip, place.neighborhood_code, place.precision) == (label, zip_code, hood, "grid")


@pytest.mark.parametrize(
    ("text", "zip_code"),
    [
        ("45 Rockefeller Plaza, 10111", "10019"),
        ("235 West 10th Street, New York, NY 10014", "10014"),
        ("1 Wall Street 10005", "10005"),
        ("350 5th Ave, 10025", "10025"),  # the ZIP code is believed where the two cannot both be right
        ("12 Jacobus Place, 10463", "10463"),
    ],
)
def test_elsewhere_an_address_needs_its_zip_and_stands_in_its_middle(text: str, zip_code: str) -> None:
    place = offline(text)
    assert (place.zip, place.precision, place.point) == (zip_code, "zip", gazetteer.zip_spot(zip_code).point)
    assert place.label.endswith(f", {zip_code}")


def test_coordinates_are_taken_as_they_are() -> None:
    place = offline("40.73, -73.99")
    assert place == ResolvedPlace("East Village, 10003", 40.73, -73.99, zip="10003", neighborhood_code="east_village", precision="address")


@pytest.mark.parametrize(
    "text",
    [
        "11201", "Brooklyn", "Queens", "the Bronx", "Staten Island", "Astoria", "Williamsburg", "Hoboken", "200 Bedford Ave, Brooklyn, NY 11211",
        "100 Main St, Jersey City, NJ", "99999", "10451", "40.70,-73.90", "0,0", "3400 Kingsbridge Ave, Bronx, NY 10463", "3400 Kingsbridge Ave, 10463",
    ],
)  # fmt: skip
def test_outside_manhattan_is_said_clearly(text: str) -> None:
    refusal = refused(text)
    assert refusal.code == "outside_manhattan"
    assert "Manhattan" in refusal.sentence


def test_the_bronx_part_of_10463_is_explained() -> None:
    assert "only Marble Hill is in Manhattan" in refused("3400 Kingsbridge Ave, 10463").sentence
    assert offline("Marble Hill").zip == "10463"


@pytest.mark.parametrize("text", ["", "   ", "New York", "Manhattan, NY", "NYC"])
def test_nothing_said_asks_for_more(text: str) -> None:
    refusal = refused(text)
    assert (refusal.code, refusal.sentence) == ("unknown_place", "Say where in Manhattan: a ZIP code, a neighborhood or an address.")


@pytest.mark.parametrize(
    "text", ["asdfgh", "45 Rockefeller Plaza", "235 W 10th St", "200 72nd St", "Empire State Building", "10008", "1234"]
)
def test_the_unknown_is_named(text: str) -> None:
    refusal = refused(text)
    assert refusal.code == "unknown_place"
    assert text in refusal.sentence
    assert "ZIP code" in refusal.sentence


def test_what_might_be_meant_is_suggested() -> None:
    refusal = refused("upper est side")
    assert set(refusal.details["suggestions"]) >= {"Upper East Side", "Upper West Side"}  # type: ignore[call-overload]
    assert "Did you mean" in refusal.sentence
    assert suggestions_for("chelsea piers") == ("Chelsea",)


def answer_to(text: str) -> ResolvedPlace | Refused:
    try:
        return offline(text)
    except Refused as refusal:
        return refusal


@given(st.text(max_size=80))
def test_anything_typed_is_a_place_or_a_refusal(text: str) -> None:
    answer = answer_to(text)
    if isinstance(answer, ResolvedPlace):
        assert gazetteer.in_manhattan(answer.point)
    else:
        assert answer.code in ("unknown_place", "outside_manhattan")
        assert len(answer.details.get("suggestions", ())) <= 3  # type: ignore[arg-type]


@given(st.integers(1, 600), st.sampled_from(["East", "West"]), st.integers(14, 130))
def test_a_numbered_address_lies_in_the_zip_it_is_given(number: int, side: str, street: int) -> None:
    answer = answer_to(f"{number} {side} {street}th St")
    if isinstance(answer, ResolvedPlace):
        assert gazetteer.zip_shapes().meters_to(answer.zip, answer.point) < 400
    else:
        assert answer.code == "unknown_place"


class Stranger(BaseSyncAdapter):  # type: ignore[misc]
    """Stands for the network: remembers what was asked and answers as told."""

    def __init__(self, answer: Callable[[str], Any]) -> None:
        super().__init__(proxies=None, ssl_context=None)
        self.answer = answer
        self.urls: list[str] = []

    def get_json(self, url: str, *, timeout: float, headers: dict[str, str]) -> Any:
        assert timeout <= 5
        assert "licensed-hands" in headers["User-Agent"]
        self.urls.append(url)
        return self.answer(url)

    get_text = get_json


def online(kind: str, answer: Callable[[str], Any], url: str | None = None) -> tuple[Geocoder, Stranger]:
    stranger = Stranger(answer)
    return build_geocoder(kind, url, adapter_factory=lambda **_options: stranger), stranger


def answering(kind: str, latitude: float, longitude: float) -> Callable[[str], Any]:
    if kind == "nominatim":
        return lambda _url: [{"lat": str(latitude), "lon": str(longitude), "display_name": "somewhere"}]
    feature = {"geometry": {"coordinates": [longitude, latitude]}, "properties": {"name": "somewhere"}}
    return lambda _url: {"features": [feature]}


def raising(error: Exception) -> Callable[[str], Any]:
    def answer(_url: str) -> Any:
        raise error

    return answer


KINDS = ["nominatim", "pelias"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_strangers_answer_is_an_address(kind: str) -> None:
    geocoder, _ = online(kind, answering(kind, 40.7587, -73.9787))
    place = resolve("45 Rockefeller Plaza, apt 9", geocoder)
    assert (place.label, place.latitude, place.longitude) == ("45 Rockefeller Plaza, 10019", 40.7587, -73.9787)
    assert (place.zip, place.neighborhood_code, place.precision) == ("10019", "midtown_east_grand_central", "address")


@pytest.mark.parametrize("kind", KINDS)
def test_a_strangers_answer_outside_manhattan_is_refused(kind: str) -> None:
    geocoder, _ = online(kind, answering(kind, 40.6782, -73.9442))
    assert refused("45 Rockefeller Plaza", geocoder).code == "outside_manhattan"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "answer",
    [
        raising(GeocoderTimedOut("slow")),
        raising(AdapterHTTPError("down", status_code=503, headers={}, text="down")),
        raising(AdapterHTTPError("no", status_code=429, headers={}, text="")),
        lambda _url: "<html>sorry</html>",
        lambda _url: {"unexpected": True},
        lambda _url: [],
        lambda _url: None,
        lambda _url: 7,
    ],
)
def test_a_failing_stranger_is_replaced_by_our_own(kind: str, answer: Callable[[str], Any]) -> None:
    geocoder, stranger = online(kind, answer)
    place = resolve("64 East 7th Street, 10003", geocoder)
    assert stranger.urls
    assert place == offline("64 East 7th Street, 10003")
    assert refused("45 Rockefeller Plaza", geocoder).code == "unknown_place"


@pytest.mark.parametrize(
    ("kind", "answer"),
    [
        ("nominatim", [{"lat": "40.79", "lon": "-73.96", "display_name": "Manhattan", "class": "boundary", "addresstype": "suburb"}]),
        ("pelias", {"features": [{"geometry": {"coordinates": [-73.96, 40.79]}, "properties": {"name": "Manhattan", "layer": "borough"}}]}),
    ],
)
def test_a_stranger_who_knows_only_the_borough_knows_nothing(kind: str, answer: object) -> None:
    geocoder, _ = online(kind, lambda _url: answer)
    assert refused("asdfgh", geocoder).code == "unknown_place"


@pytest.mark.parametrize("kind", KINDS)
def test_strangers_never_hear_of_units_zips_or_neighborhoods(kind: str) -> None:
    geocoder, stranger = online(kind, answering(kind, 40.7273, -73.9869))
    for text in ("10003", "East Village", "East Village, 10003", "40.73,-73.99", "upper wst side"):
        resolve(text, geocoder)
    assert stranger.urls == []
    resolve("64 East 7th Street, Apt 4B, New York, NY 10003", geocoder)
    (url,) = stranger.urls
    asked = " ".join(value for values in parse_qs(urlsplit(url).query).values() for value in values).lower()
    assert "64 east 7th street" in asked
    assert "4b" not in asked


@pytest.mark.parametrize(
    ("kind", "url", "start"),
    [
        ("nominatim", None, "https://nominatim.openstreetmap.org/search?"),
        ("nominatim", "http://127.0.0.1:8080", "http://127.0.0.1:8080/search?"),
        ("pelias", None, "https://geosearch.planninglabs.nyc/v2/search?"),
        ("pelias", "http://127.0.0.1:4000", "http://127.0.0.1:4000/v1/search?"),
        ("pelias", "http://127.0.0.1:4000/v2/", "http://127.0.0.1:4000/v2/search?"),
    ],
)
def test_the_address_of_the_stranger_is_a_setting(kind: str, url: str | None, start: str) -> None:
    geocoder, stranger = online(kind, answering(kind, 40.7587, -73.9787), url)
    resolve("45 Rockefeller Plaza", geocoder)
    assert stranger.urls[0].startswith(start)


def test_an_unknown_kind_is_a_mistake_in_the_settings() -> None:
    with pytest.raises(ValueError, match="pelias"):
        build_geocoder("google")


def test_ours_is_a_geopy_geocoder() -> None:
    geocoder = ManhattanGeocoder()
    location = geocoder.geocode("350 5th Ave")
    assert location is not None
    assert distance_meters(Point(location.latitude, location.longitude), Point(40.7484, -73.9857)) < 100
    assert [each.address for each in geocoder.geocode("10003", exactly_one=False)] == ["10003"]
    assert geocoder.geocode("nowhere at all") is None
