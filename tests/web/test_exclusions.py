"""Who resembles an entry of the exclusion list: the command, the page and the endpoint."""

import pytest

from tests.factories import AccountFactory, ProviderFactory
from tests.support.exclusions import row, write_list


@pytest.fixture
def boss(app, tmp_path):
    with app.app_context():
        ProviderFactory(name="Jane Doe", slug="jane")
        admin = AccountFactory(role="admin")
    done = app.test_cli_runner().invoke(args=["exclusions", "import", str(write_list(tmp_path / "list.csv", [row("DOE", "JANE")]))])
    assert (done.exit_code, done.output) == (0, "1 entries, 0 rows skipped, 1 new to judge\n")
    return admin


def test_the_command_refuses_with_a_reason(app, tmp_path):
    done = app.test_cli_runner().invoke(args=["exclusions", "import", str(write_list(tmp_path / "list.csv", ["x"], header="a,b"))])
    assert done.exit_code == 1
    assert "not the exclusion list" in done.output


def test_a_page_to_judge_on(boss, visitor, program):
    browser = visitor(boss)
    page = browser.open("/admin/exclusions")
    assert "Jane Doe" in page.text
    assert "DOE, JANE" in page.text
    assert "35 days" not in page.text
    action = page.text.split('action="/admin/exclusions/')[1].split('"')[0]
    assert browser.submit(at=action, decision="confirm", note="").status_code == 422
    assert "kept in the audit" in browser.submit(at=action, decision="confirm", note="Same birth date").text
    assert program(boss).get("/admin/providers", state="suspended").json["items"][0]["slug"] == "jane"
    assert "Same birth date" in browser.open("/admin/exclusions", status="confirmed").text


def test_programs_judge_too(boss, program, clock):
    admin = program(boss)
    listed = admin.get("/admin/exclusions").json
    (hit,) = listed["items"]
    assert (hit["status"], hit["matched_by"], hit["provider"]["slug"]) == ("open", "name", "jane")
    assert (listed["list"]["stale"], listed["list"]["entries"]) == (False, 1)
    judged = admin.post(f"/admin/exclusions/{hit['id']}/decision", {"decision": "dismiss", "note": "Another Jane"})
    assert (judged.status_code, judged.json["status"], judged.json["provider"]["state"]) == (200, "dismissed", "listed")
    again = admin.post(f"/admin/exclusions/{hit['id']}/decision", {"decision": "confirm", "note": "x"})
    assert (again.status_code, again.json["code"]) == (409, "wrong_state")
    assert admin.get("/admin/exclusions", status="open").json["items"] == []
    assert admin.get("/admin/exclusions", status="odd").status_code == 400
    clock.advance(days=36)
    assert admin.get("/admin/exclusions").json["list"]["stale"]


@pytest.mark.parametrize("body", [{}, {"decision": "confirm"}, {"decision": "suspend", "note": "x"}, {"decision": "confirm", "note": " "}])
def test_half_a_judgment_is_refused(boss, program, body):
    admin = program(boss)
    (hit,) = admin.get("/admin/exclusions").json["items"]
    assert admin.post(f"/admin/exclusions/{hit['id']}/decision", body).status_code == 422
    assert admin.post("/admin/exclusions/nobody/decision", {"decision": "dismiss", "note": "x"}).status_code == 404


def test_the_desk_says_when_the_list_is_old(boss, visitor, clock):
    assert "days old" not in visitor(boss).open("/admin/credentials").text
    clock.advance(days=36)
    assert "The exclusion list is 36 days old." in visitor(boss).open("/admin/credentials").text


@pytest.mark.parametrize(("environment", "said"), [({"EXCLUSION_LIST": "on"}, True), ({}, False)])
def test_the_desk_says_that_there_is_none_where_one_is_wanted(app, environment, said, visitor):
    with app.app_context():
        browser = visitor(AccountFactory(role="admin"))
    assert ("has not been read in yet" in browser.open("/admin/credentials").text) is said
