"""The guide and the matcher's page: everything is there, links lead into search, nothing needs a script, no word promises anything."""

import re
from html import unescape

import pytest
from flask import render_template

from booking.guide.views import GUIDES, PAGES
from booking.matching.catalogue import tables
from marketplace.webkit.identity import ANYONE, access_of
from providers.services.rules.matching import NO_PROMISE
from providers.wording.catalogue import words
from providers.wording.rules import lint
from tests.factories import CredentialFactory, ServiceDurationFactory, ServiceFactory, bookable_provider
from tests.web.test_guards import routes

T = tables()
UNSOURCED = re.compile(r"\b(?:68|72|64) ?(?:%|percent)|\btoxins?\b|\bdetox|\bcortisol\b|\b2023\b", re.IGNORECASE)
CLAIMS = ("guarantee", "cure", "effect", "superiority", "success_rate", "insurance_promise", "toxins", "old_title")
# Terms, not results: what is owed to a client whom somebody kept waiting.
OWED = "If the therapist is late, you get the time or the money back."
ALL = (*GUIDES, *PAGES, "what-helps")


def text_of(page):
    """What a person reads, and what stands in the head."""
    html = re.sub(r"(?s)<(script|style|svg)\b.*?</\1>", " ", page.get_data(as_text=True))
    told = " . ".join(re.findall(r'<meta (?:name="description"|property="og:\w+") content="([^"]*)"', html))
    lines = re.sub(r"</(?:p|li|h\d|td|th|label|option|summary|legend|a)>", " . ", html)
    return unescape(told + " . " + re.sub(r"<[^>]*>", " ", lines))


@pytest.fixture
def anna(app):
    """Somebody who works on triggers points and, with a certificate, on lymph."""
    with app.app_context():
        anna = bookable_provider(slug="anna")
        CredentialFactory(provider=anna, kind="certificate", status="verified", details={"technique": "lymphatic_drainage"})
        lymph = ServiceFactory(provider=anna, code="lymph", name="Lymph", techniques=["lymphatic_drainage", "prenatal"])
        ServiceDurationFactory(service=lymph, minutes=60)


@pytest.mark.parametrize("page", ALL)
def test_a_page_has_one_heading_its_own_title_and_what_links_show(client, page):
    got = client.get(f"/help/{page}")
    html = got.get_data(as_text=True)
    assert got.status_code == 200
    assert html.count("<h1>") == 1
    heading = re.search(r"<h1>(.*?)</h1>", html)[1]
    assert f"<title>{heading} · Licensed Hands</title>" in html
    assert (f'property="og:title" content="{heading}"' in html) == (page not in PAGES)
    assert len(html) < 60_000
    assert client.head(f"/help/{page}").status_code == 200


@pytest.mark.parametrize("page", [*GUIDES, "what-helps"])
def test_help_leads_to_every_page_of_the_guide(client, page):
    assert f'href="/help/{page}"' in client.get("/help").get_data(as_text=True)


def test_an_unknown_page_is_not_there(client):
    assert client.get("/help/miracles").status_code == 404


def test_every_link_of_the_guide_leads_somewhere(client, anna):
    found = {link for page in [*GUIDES, "what-helps"] for link in re.findall(r'href="(/[^"#]*)', client.get(f"/help/{page}").text)}
    wrong = {link: client.get(unescape(link)).status_code for link in sorted(found) if not link.startswith("/static/")}
    assert {link: status for link, status in wrong.items() if status != 200} == {}


def public_addresses(app):
    """Every page that anybody may read and that needs no name in its address, and the rest by an example."""
    plain = {
        address
        for rule, address in routes(app)
        if "GET" in rule.methods
        and not rule.arguments
        and ANYONE in access_of(app, rule.endpoint)
        and not address.startswith(("/api/", "/static/"))
    }
    examples = {
        "/providers/anna",
        "/providers/anna/evidence/license",
        "/providers/anna/evidence/npi",
        "/search?condition=shoulder_pain&setting=clinic&near=10024",
        "/search?near=Nowhere",
        *(f"/help/{page}" for page in ALL),
        *(f"/help/what-helps?condition={code}&goal={goal}" for code, goal in zip(T.conditions, [*T.goals] * 6, strict=False)),
        *(f"/help/what-helps?technique={code}" for code in T.techniques),
        *(f"/help/what-helps?goal={code}" for code in T.goals),
        "/help/insurance?prescribed=yes&licensed=yes&clinic=yes",
        "/help/insurance?prescribed=no&licensed=no&clinic=no",
    }
    return sorted(plain | examples)


def test_no_public_page_has_unsourced_figures_or_words_that_promise(app, client, anna):
    rows = [row for row in words() if row.code in CLAIMS]
    read, wrong = 0, []
    for address in public_addresses(app):
        got = client.get(address, follow_redirects=True)
        if got.status_code != 200 or got.mimetype != "text/html":
            continue
        read += 1
        text = text_of(got)
        wrong += [(address, found.group()) for found in UNSOURCED.finditer(text)]
        wrong += [(address, one.code, one.excerpt) for one in lint({"about": text}, "lmt", rows) if one.excerpt != OWED]
    assert wrong == []
    assert read > 60


@pytest.mark.parametrize("words_seen", ["It fights toxins.", "Less stiff in 68% of cases.", "72 percent slept better.", "Lowers cortisol."])
def test_what_is_looked_for_would_be_found(words_seen):
    assert UNSOURCED.search(words_seen)


def test_a_promise_would_be_found(app):
    with app.test_request_context("/"):
        page = render_template("errors/404.html", sentence="Our massage cures sciatica, guaranteed.")
    rows = [row for row in words() if row.code in CLAIMS]
    assert {one.code for one in lint({"about": re.sub(r"<[^>]*>", " ", page)}, "lmt", rows)} == {"cure", "guarantee"}


def test_the_first_page_of_the_matcher_leads_to_every_condition_technique_and_aim(client):
    html = client.get("/help/what-helps").get_data(as_text=True)
    for name, known in (("condition", T.conditions), ("technique", T.techniques), ("goal", T.goals)):
        assert all(f'href="/help/what-helps?{name}={code}"' in html for code in known)
        assert all(f'<option value="{code}">' in html for code in known)


@pytest.mark.parametrize("condition", T.conditions)
def test_a_condition_shows_all_its_techniques_with_reasons(client, condition):
    text = " ".join(text_of(client.get(f"/help/what-helps?condition={condition}")).split())
    for code in T.strengths[condition]:
        assert f"{T.techniques[code].name} is " in text
    assert NO_PROMISE in text
    assert ("a doctor’s written yes comes first" in text) == T.conditions[condition].clearance_by_default


def test_counts_are_of_those_who_may_work_today_and_lead_into_search(client, anna):
    got = client.get("/help/what-helps?condition=lymphedema")
    html = got.get_data(as_text=True)
    assert "1 therapist here offers it. 1 with a checked certificate." in html
    link = unescape(re.search(r'href="(/search\?technique=lymphatic_drainage[^"]*)"', html)[1])
    assert "condition=lymphedema" in link
    assert "anna" in client.get(link).get_data(as_text=True)
    assert '<a class="button" href="/search?condition=lymphedema">1 therapist for this</a>' in html
    assert "Nobody here offers it at present." in client.get("/help/what-helps?technique=prenatal").get_data(as_text=True)


def test_the_count_takes_as_many_statements_for_one_as_for_many(app, client, statements, anna):
    def asked():
        with statements() as seen:
            client.get("/help/what-helps?condition=neck_pain")
        return len(seen)

    first, again = asked(), asked()
    with app.app_context():
        for number in range(5):
            bookable_provider(slug=f"more-{number}")
    asked()
    assert asked() == again <= first


def test_nothing_that_fits_says_so_and_shows_the_rest(client):
    html = client.get("/help/what-helps?condition=lymphedema&goal=lengthen").get_data(as_text=True)
    assert "We know of nothing that is used for exactly this." in html
    assert "Manual lymphatic drainage is sometimes used for lymphedema." in html


@pytest.mark.parametrize(
    "query", ["condition=space_sickness", "goal=", "condition=neck_pain&condition=itb", "x=1", "technique=none&goal=tension"]
)
def test_a_page_leaves_out_what_it_does_not_know(client, query):
    assert client.get(f"/help/what-helps?{query}").status_code == 200


def test_programs_get_the_same_matches(client, anna):
    answer = client.get("/api/v1/match?condition=shoulder_pain&goal=tension").json
    assert [(one["technique"], one["gentlest"]) for one in answer["items"]] == [("trigger_point", False), ("myofascial_release", True)]
    assert {one["technique"] for one in answer["besides"]} == {"cross_fiber", "gentle_stretching", "neuromuscular"}
    first = answer["items"][0]
    assert first["reasons"][0]["words"].startswith("Trigger point therapy is commonly used for shoulder pain.")
    assert [reason["strength"] for reason in first["reasons"]] == [3, 3]
    assert (first["providers"], first["certified"]) == (1, 0)
    assert client.get(first["search"]).json["total"] == 1
    assert answer["research"][0]["source"] == "Kong and others, 2013"
    assert answer["no_promise"] == NO_PROMISE
    assert len(client.get("/api/v1/match").json["items"]) == 88


@pytest.mark.parametrize(
    "query, status, code",
    [
        ("condition=space_sickness", 422, "invalid"),
        ("goal=cure", 422, "invalid"),
        ("goal=tension&goal=movement", 422, "invalid"),
        ("aim=tension", 400, "unknown_field"),
        ("aim=tension&goal=cure", 400, "unknown_field"),
    ],
)
def test_programs_hear_what_is_not_known(client, query, status, code):
    answer = client.get(f"/api/v1/match?{query}")
    assert (answer.status_code, answer.json["code"]) == (status, code)


@pytest.mark.parametrize("prescribed", ["yes", "no", ""])
@pytest.mark.parametrize("licensed", ["yes", "no", ""])
@pytest.mark.parametrize("clinic", ["yes", "no", ""])
def test_coverage_is_unknown_whatever_is_answered(client, prescribed, licensed, clinic):
    text = text_of(client.get(f"/help/insurance?prescribed={prescribed}&licensed={licensed}&clinic={clinic}"))
    told = [line.strip() for line in text.split(" . ") if line.strip().startswith("Coverage:")]
    assert told
    assert all("unknown" in line for line in told)
    assert "covered" not in text.lower().replace("covered, at all times", "")


def test_the_insurance_page_keeps_what_was_chosen_and_prints_the_questions(client):
    html = client.get("/help/insurance?prescribed=yes&licensed=perhaps").get_data(as_text=True)
    assert 'name="prescribed" value="yes" checked' in html
    assert 'name="licensed" value="" checked' in html
    assert "Prescribed: keep it in your account" in html
    assert html.count("?</li>") >= 10


def test_the_practitioners_guide_ends_in_apply(client):
    html = client.get("/help/for-practitioners").get_data(as_text=True)
    assert re.search(r'<a class="button" href="/sign-up\?role=provider">Apply</a>', html)
    assert client.get("/sign-up?role=provider").status_code == 200


def test_the_four_rows_of_medical_and_relaxation(client):
    html = client.get("/help/medical-massage").get_data(as_text=True)
    assert re.findall(r'<th scope="row">(.*?)</th>', html) == ["Goal", "Fit to you", "Training", "Talk"]
