"""The pages on which people look for a time, without script."""

import re
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from marketplace.db import db
from providers.places.models import ServiceArea
from providers.schedule.models import ScheduleRule, WeeklyHours
from tests.factories import (
    BookingPauseFactory,
    CredentialFactory,
    PricePolicyFactory,
    ProviderFactory,
    ServiceAreaFactory,
    ServiceDurationFactory,
    ServiceFactory,
    WeeklyHoursFactory,
    bookable_provider,
)


@pytest.fixture
def anna(app):
    with app.app_context():
        provider = bookable_provider(slug="anna", name="Anna Alder", languages=["en", "es"], settings=["clinic", "home"], sample_data=True)
        service = ServiceFactory(
            provider=provider, code="home-visit", name="Home visit", settings=["home"], techniques=["myofascial_release"], position=1
        )
        ServiceDurationFactory(service=service, minutes=60, price_cents=18_000)
        ServiceAreaFactory(provider=provider)
        WeeklyHoursFactory(provider=provider, settings=["home"], weekday=2, opens_minute=1080, closes_minute=1500, staffing="full_time")
        PricePolicyFactory(provider=provider, rules=[{"code": "evening", "from": "19:00", "to": "21:00", "amount_cents": 1_500}])
        CredentialFactory(provider=provider, kind="background_check", status="submitted", verified_at=None)
        return provider


def text_of(answer):
    """What a reader reads, in one line."""
    plain = re.sub(r"<[^>]+>", " ", answer.text).replace("\u00a0", " ")
    return re.sub(r"\s+", " ", plain)


def starts_on(answer):
    return re.findall(r'class="(?:start|time)" href="([^"]+)"', answer.text)


def test_the_first_page_leads_to_search(anna, client):
    page = client.get("/")
    assert page.status_code == 200
    assert 'action="/search"' in page.text
    assert 'href="/search?near=East+Village"' in page.text


def test_a_result_says_who_when_for_how_much_and_what_leaving_costs(anna, client):
    page = client.get("/search?near=10024&condition=neck_pain&setting=home")
    words = text_of(page)
    assert "1 verified therapist for neck pain" in words
    assert "Comes to you in 10024" in words
    assert "$188.10 60 min, all included" in words
    assert "6:00 PM start: free until today, Tue Jan 12, 6:00 PM; then $90; from Wed 6:00 AM the full $180" in words
    assert "For neck pain: myofascial release" in words
    assert "License registered to May 31, 2028 · checked Oct 14" in words
    assert '<time datetime="' in page.text or "Wednesday, January 13" in words


def test_each_start_of_a_result_opens_its_own_page_where_it_can_be_held(anna, client):
    hrefs = [href.replace("&amp;", "&") for href in starts_on(client.get("/search?near=10024&setting=home"))]
    assert len(hrefs) == 3
    for href in hrefs:
        page = client.get(href)
        fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page.text))
        assert {"provider", "service", "minutes", "setting", "zip", "starts_at", "csrf_token"} <= set(fields)
        assert 'action="/hold"' in page.text
        assert "Whole price $188.10" in text_of(page)
        assert '<time datetime="2027-01-13T' in page.text


def test_a_start_that_is_gone_says_why_and_offers_the_nearest(anna, client):
    page = client.get("/providers/anna/start?service=medical-massage&minutes=60&setting=clinic&starts_at=2027-01-13T21:00:00-05:00")
    assert "it is not within the hours kept" in text_of(page)
    assert [href.partition("starts_at=")[2][:10] for href in starts_on(page)] == ["2027-01-13"] * 3 + ["2027-01-14", "2027-01-15"]
    assert 'action="/hold"' not in page.text
    for href in re.findall(r'<a class="(?:start|card proposal)" href="([^"]+)"', page.text):
        assert 'action="/hold"' in client.get(href.replace("&amp;", "&")).text
    past = client.get("/providers/anna/start?service=medical-massage&minutes=60&setting=clinic&starts_at=2026-01-13T21:00:00-05:00")
    assert past.status_code == 200
    assert 'action="/hold"' not in past.text


@pytest.mark.parametrize(
    ("query", "words", "typed"),
    [
        ("near=upper+est+side", "We could not find “upper est side” in Manhattan", 'value="upper est side"'),
        ("near=Brooklyn", "is outside Manhattan", 'value="Brooklyn"'),
        ("setting=home", "needs to know where that is", '<option value="home" selected'),
        ("when=date", "Choose a date.", '<option value="date" selected'),
        ("when=date&date=2027-02-30", "is not a day of the calendar", 'value="2027-02-30"'),
        ("when=date&date=2026-02-03", "This time is over", 'value="2026-02-03"'),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_is_kept(client, query, words, typed):
    page = client.get(f"/search?{query}")
    assert page.status_code == 422
    assert words in page.text
    assert typed in page.text
    assert 'aria-invalid="true"' in page.text


def test_a_misspelled_place_is_one_tap_from_the_right_one(client):
    page = client.get("/search?near=upper+est+side&condition=neck_pain")
    assert 'href="/search?condition=neck_pain&amp;near=Upper+East+Side"' in page.text


def test_foreign_words_in_the_address_do_no_harm(anna, client):
    page = client.get("/search?utm_source=x&near=10024&technique=nothing")
    assert page.status_code == 422
    assert client.get("/search?utm_source=x&fbclid=1&near=10024").status_code == 200
    assert client.get("/search?near=10024&cursor=of-yesterday").status_code == 200


def test_filters_show_counts_and_can_be_taken_off(anna, client):
    page = client.get("/search?near=10024&gender=female&setting=clinic")
    assert re.search(r'name="gender" value="female"[^>]*checked>\s*<span>Woman</span><span class="num">1</span>', page.text)
    assert '<a class="chip" href="/search?near=10024&amp;gender=female" data-live><span class="vh">Take off: </span>Clinic' in page.text


def test_nothing_found_offers_what_comes_nearest_each_one_tap(anna, client):
    page = client.get("/search?near=10024&setting=home&when=today")
    words = text_of(page)
    assert "No start fits all of that" in words
    assert "Later Wednesday, January 13, 6:00 PM Anna Alder, at your home, $188.10" in words
    assert "In another setting Tuesday, January 12, 2:00 PM" in words
    for href in re.findall(r'<a class="card" href="([^"]+)"', page.text):
        assert 'action="/hold"' in client.get(href.replace("&amp;", "&")).text


def test_this_evening_is_from_five_on(anna, client, clock):
    clock.advance(days=1)
    assert "Today, Wed 6:00 PM" in text_of(client.get("/search?near=10024&when=evening"))
    assert "No start fits" in text_of(client.get("/search?when=evening"))


def test_what_starts_after_midnight_belongs_to_the_evening_before(anna, client, clock):
    search = "/search?near=10024&setting=home&when=date&date="
    assert "No start fits" in text_of(client.get(f"{search}2027-01-14"))
    assert "Tomorrow, Wed 6:00 PM" in text_of(client.get("/search?near=10024&setting=home&when=tomorrow"))
    clock.advance(days=1, hours=10)
    assert "Tomorrow, Thu 12:00 AM" in text_of(client.get("/search?near=10024&setting=home&when=today"))


def test_a_days_list_runs_from_morning_to_night(anna, client):
    page = client.get("/providers/anna?service=home-visit&minutes=60&setting=home&zip=10024&week=2027-01-13&every=1")
    starts = re.findall(r"starts_at=([^&\"]+)", page.text)
    assert any("T00:00" in start for start in starts)
    assert starts == sorted(starts)
    assert "Before 5 AM" in text_of(page)


def test_the_one_line_on_phones_writes_the_day_as_people_do(anna, client):
    page = client.get("/search?near=10024&setting=home&when=date&date=2027-01-13")
    assert "10024 · Wed, Jan 13 · 60 min" in text_of(page)


def test_pages_follow_one_another(app, client):
    with app.app_context():
        for number in range(12):
            bookable_provider(slug=f"person-{number:02}", name=f"Person {number:02}")
    first = client.get("/search?minutes=60")
    following = re.search(r'href="([^"]+)" rel="next"', first.text)[1].replace("&amp;", "&")
    second = client.get(following)
    assert "10 of 12" in text_of(first)
    names = re.findall(r"Person \d\d(?=</a></h2>)", first.text + second.text)
    assert names == [f"Person {number:02}" for number in range(12)]


# --- a provider -------------------------------------------------------------------------------------------------------------


def test_a_provider_shows_what_was_checked_when_and_what_was_not(anna, client):
    page = client.get("/providers/anna")
    words = text_of(page)
    assert "Sample data" in words
    assert "New York State license and registration Valid to May 31, 2028" in words
    assert "Public register" in words
    assert "A. Checker" in words
    assert "Background check Handed in, not checked yet" in words
    assert "Certificate for a technique Not checked" in words
    assert "Licenses in other states" in words


def test_a_week_of_starts_by_day_with_the_way_on(anna, client):
    page = client.get("/providers/anna?minutes=60&setting=clinic")
    words = text_of(page)
    assert "Tue Jan 12 today" in words
    hrefs = starts_on(page)
    assert len(hrefs) == 5 + 6 * 8
    following = re.search(r'href="([^"]*week=2027-01-19[^"]*)"', page.text)[1].replace("&amp;", "&")
    later = client.get(following.partition("#")[0])
    assert "Tue Jan 19" in text_of(later)
    every = client.get("/providers/anna?minutes=60&setting=clinic&every=1")
    assert len(starts_on(every)) == 9 + 6 * 29


def test_both_passes_of_the_hour_that_november_repeats_are_shown(anna, app, client, clock):
    """Of each hour one start is shown on a full day; the hour of the second pass is not that of the first."""
    with app.app_context():
        WeeklyHoursFactory(provider=anna, settings=["clinic"], weekday=6, opens_minute=0, closes_minute=240, staffing="full_time")
    clock.set(datetime(2027, 11, 4, 17, 0, tzinfo=UTC))
    hrefs = starts_on(client.get("/providers/anna?minutes=60&setting=clinic&week=2027-11-07"))
    night = re.findall(r"starts_at=2027-11-07T(0[0-4]:\d\d):00(-0\d)", " ".join(hrefs))
    assert night == [("00:00", "-04"), ("01:00", "-04"), ("01:00", "-05"), ("02:00", "-05"), ("03:00", "-05")]


def test_a_day_off_says_so(anna, client):
    words = text_of(client.get("/providers/anna?service=home-visit&setting=home&zip=10024"))
    assert "Not working" in words
    assert "From 7 PM $188.10" in words


@pytest.mark.parametrize(
    ("zip_code", "words"),
    [("10003", "Anna Alder does not come to 10003."), ("11201", "11201 is not a ZIP code in Manhattan"), ("99", "99 is not a ZIP")],
)
def test_a_zip_code_that_is_not_served_is_said_at_its_field(anna, client, zip_code, words):
    page = client.get(f"/providers/anna?service=home-visit&setting=home&zip={zip_code}")
    assert page.status_code == 200
    assert words in page.text
    assert f'value="{zip_code}" aria-describedby="zip-help zip-error" aria-invalid="true"' in page.text
    assert starts_on(page) == []


def test_nonsense_in_the_address_falls_back_to_what_is_offered(anna, client):
    page = client.get("/providers/anna?service=none&minutes=ten&setting=moon&week=2027-99-99&condition=x&zip=%F0%9F%92%A9")
    assert page.status_code == 200
    assert len(starts_on(page)) > 10


def test_a_provider_who_offers_nothing_yet_has_a_page(app, client):
    with app.app_context():
        ProviderFactory(slug="bare")
    assert "No visits can be booked here at present." in text_of(client.get("/providers/bare"))


def test_prices_rules_and_what_they_work_with_are_tables(anna, client):
    words = text_of(client.get("/providers/anna?condition=neck_pain"))
    assert "90 min $220.00" in words
    assert "Start from 7 PM until 9 PM + $15.00" in words
    assert "New York City sales tax 4.5%" in words
    assert "Neck pain Myofascial release Myofascial release is commonly used for neck pain" in words
    assert "It promises no effect." in words


def test_the_clock_of_the_first_start_is_on_the_page(anna, client):
    words = text_of(client.get("/providers/anna?minutes=60&setting=clinic&week=2027-01-14"))
    assert "For Thursday, January 14, 9:00 AM" in words
    assert "Free until tomorrow, Wed Jan 13, 9:00 AM" in words
    assert "$80 half of $160, until tomorrow, Wed Jan 13, 9:00 PM" in words


def test_nobody_learns_where_a_mobile_provider_lives(anna, client):
    for path in ("/providers/anna", "/search?near=10024&setting=home", "/providers/anna?setting=home&service=home-visit&zip=10024"):
        assert "72nd" not in client.get(path).text


@pytest.mark.parametrize("path", ["/providers/nobody", "/providers/nobody/start?starts_at=2027-01-13T10:00:00-05:00"])
def test_whoever_is_not_listed_has_no_page(app, client, path):
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("path", ["/", "/search", "/providers/anna"])
def test_pages_stay_small_and_answer_head(anna, client, path):
    assert len(client.get(path).data) < 60_000
    head = client.head(path)
    assert (head.status_code, head.data) == (200, b"")


def test_what_a_provider_answered_stands_with_its_day_on_the_page_and_in_the_json(app, client, program):
    given = {"approach": "First I look.\nThen we agree.", "asked_no_more": "old"}
    with app.app_context():
        bookable_provider(slug="dated", answers=given, answered_on={"approach": "2026-11-03"})
    words = text_of(client.get("/providers/dated"))
    assert "How do you work, and how is a plan made? First I look. Then we agree. Answered Nov 3, 2026" in words
    assert "old" not in words.split("Asked before you book")[1].split("The therapist")[0].split()
    assert program(None).get("/providers/dated").json["answers"] == [
        {
            "code": "approach",
            "question": "How do you work, and how is a plan made?",
            "answer": "First I look.\nThen we agree.",
            "answered_on": "2026-11-03",
        }
    ]


class TestHoursByArrangement:
    @pytest.fixture
    def by_call(self, app):
        with app.app_context():
            provider = bookable_provider(slug="cleo", name="Cleo Call")
            rule = db.session.get(ScheduleRule, provider.id)
            rule.contact_phone = "+12125550123"
            hours = db.session.scalars(select(WeeklyHours).where(WeeklyHours.provider_id == provider.id)).all()
            for one in hours:
                one.contact = one.weekday == 2
            db.session.commit()
        return provider

    def test_they_are_shown_with_a_way_to_reach_somebody_and_have_no_starts(self, by_call, visitor):
        page = visitor().open("/providers/cleo")
        assert "By arrangement" in page.text
        assert 'href="tel:+12125550123"' in page.text
        assert text_of(page).count("until 5:00 PM") >= 1

    def test_programs_get_them_apart_from_starts(self, by_call, app):
        query = "service=medical-massage&minutes=60&setting=clinic&from=2027-01-13&to=2027-01-13"
        answer = app.test_client().get(f"/api/v1/providers/cleo/openings?{query}").json
        assert answer["openings"] == []
        assert answer["by_arrangement"] == {
            "times": [{"from": "2027-01-13T09:00:00-05:00", "until": "2027-01-13T17:00:00-05:00"}],
            "phone": "+12125550123",
            "email": None,
        }


def test_who_comes_to_clients_says_when_they_are_at_the_door_and_how_late_they_begin(app, client, anna):
    said = text_of(client.get("/providers/anna"))
    assert "Arrives up to 15 minutes before the start to come up and set up." in said
    assert "at the latest" not in said
    with app.app_context():
        area = db.session.scalars(select(ServiceArea)).one()
        area.early_minutes, area.latest_start_minute = 10, 22 * 60
        area.first_visit_minutes, area.first_visit_latest_minute = 15, 20 * 60
        db.session.commit()
    said = text_of(client.get("/providers/anna"))
    for sentence in (
        "Arrives up to 25 minutes before the start to come up and set up.",
        "For your first visit, 15 minutes earlier still, to talk.",
        "Visits at homes and hotels begin at 10 PM at the latest.",
        "Your first visit begins at 8 PM at the latest.",
    ):
        assert sentence in said


def test_a_pause_stands_in_place_of_starts(app, anna, visitor):
    with app.app_context():
        BookingPauseFactory(provider_id=anna.id, message="Back in <March>.")
        db.session.commit()
    page = visitor().open("/providers/anna")
    assert "Back in &lt;March&gt;." in page.text
    assert "Nothing is free" not in page.text
    client = app.test_client()
    assert client.get("/api/v1/providers/anna").json["booking_paused"] == "Back in <March>."
    answer = client.get("/api/v1/providers/anna/openings?service=medical-massage&minutes=60&setting=clinic")
    assert (answer.status_code, answer.json["code"]) == (422, "booking_paused")
    assert client.get("/providers/anna/start?starts_at=2027-01-14T12:00:00-05:00").status_code == 302
