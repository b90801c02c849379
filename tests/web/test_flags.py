"""Words in public texts: advice for whoever writes, a list for whoever looks."""

import re

import pytest

from tests.factories import AccountFactory, ProfileFlagFactory, ProviderFactory

PROFILE = {"name": "Rosa Lindqvist", "headline": "Necks", "about": "I guarantee relief. Cash only."}


@pytest.fixture
def people(app):
    with app.app_context():
        return AccountFactory(role="provider", name="Rosa Lindqvist"), AccountFactory(role="admin")


@pytest.fixture
def desk(program, people):
    return program(people[0])


@pytest.fixture
def staff(program, people):
    return program(people[1])


def test_advice_is_shown_while_editing_and_blocks_nothing(visitor, people):
    person = visitor(people[0])
    person.open("/provider/profile")
    page = person.submit(at="/provider/profile", about="I guarantee relief. Cash only. No rules.")
    assert page.status_code == 200
    assert "A few words to think over" in page.text
    assert "“I guarantee relief.” Nobody may promise a result" in page.text
    assert "flag" not in page.text.lower()
    advice = re.search(r"think over.*?</ul>", page.text, re.DOTALL)[0]
    assert "Cash" not in advice
    assert "No rules" not in advice


def test_advice_is_shown_on_services_and_in_the_application(visitor, people):
    person = visitor(people[0])
    person.open("/provider/services")
    person.submit(at="/provider/services", add="1")
    page = person.submit(at="/provider/services", **{"s-0-name": "Detox massage"})
    assert "There is no evidence that massage removes toxins." in page.text
    person.open("/provider/apply/practice")
    person.submit(at="/provider/apply/practice", headline="The best massage in Chelsea", then="next")
    assert "Comparing yourself with others" in person.open("/provider/apply/practice").text


def test_the_provider_never_hears_of_a_flag(desk, staff):
    answer = desk.put("/provider/profile", PROFILE)
    assert answer.status_code == 200
    assert "flag" not in answer.text
    assert desk.get("/admin/flags").status_code == 403
    assert {one["code"] for one in staff.get("/admin/flags").json["items"]} == {"guarantee", "cash_only"}


def test_a_flag_is_decided_by_json_and_moves_to_its_list(desk, staff):
    desk.put("/provider/profile", PROFILE)
    flag = next(one for one in staff.get("/admin/flags").json["items"] if one["code"] == "cash_only")
    assert flag["excerpt"] == "Cash only."
    assert flag["provider"]["slug"] == "rosa-lindqvist"
    where = f"/admin/flags/{flag['id']}/decision"
    assert staff.post(where, {"decision": "kept"}).status_code == 422
    assert staff.post(where, {"decision": "banned"}).status_code == 422
    kept = staff.post(where, {"decision": "kept", "note": "Asked them to take it out."})
    assert (kept.json["status"], kept.json["note"]) == ("kept", "Asked them to take it out.")
    assert staff.post(where, {"decision": "kept", "note": "twice"}).json["code"] == "wrong_state"
    assert [one["id"] for one in staff.get("/admin/flags", status="kept").json["items"]] == [flag["id"]]
    assert staff.get("/admin/flags", status="odd").status_code == 400
    assert staff.post("/admin/flags/nothing/decision", {"decision": "cleared"}).status_code == 404


def test_the_page_lists_decides_and_keeps_what_was_typed(app, visitor, people):
    with app.app_context():
        flag = ProfileFlagFactory(provider=ProviderFactory(name="Bea"), code="cash_only", excerpt="Cash only <b>now</b>.")
    person = visitor(people[1])
    page = person.open("/admin/flags")
    assert "“Cash only &lt;b&gt;now&lt;/b&gt;.”" in page.text
    page = person.submit(at=f"/admin/flags/{flag.public_id}", decision="kept")
    assert page.status_code == 422
    assert "Say what should follow." in page.text
    page = person.submit(at=f"/admin/flags/{flag.public_id}", decision="kept", note="Spoke with Bea.")
    assert "Decided, and recorded." in page.text
    assert "Nothing here." in page.text
    assert "Spoke with Bea." in person.open("/admin/flags", status="kept").text


def test_the_list_goes_on_after_fifty(app, staff):
    with app.app_context():
        provider = ProviderFactory()
        for number in range(51):
            ProfileFlagFactory(provider=provider, fingerprint=f"{number:064d}")
    first = staff.get("/admin/flags").json
    assert len(first["items"]) == 50
    assert len(staff.get("/admin/flags", cursor=first["next"]).json["items"]) == 1
