"""Stopping booking over the web: a provider their own, staff anybody's, nobody else."""

import pytest

from tests.factories import AccountFactory, ProviderFactory


@pytest.fixture
def admin_account(app):
    with app.app_context():
        return AccountFactory(role="admin")


@pytest.fixture
def provider(app):
    with app.app_context():
        account = AccountFactory(role="provider")
        ProviderFactory(slug="anna", account=account)
        return account


def test_a_provider_by_program(program, provider):
    desk = program(provider)
    assert desk.get("/provider/pause").json == {"message": None}
    assert desk.put("/provider/pause", {"message": "Back in March."}).json == {"message": "Back in March."}
    assert desk.put("/provider/pause", {"message": " "}).status_code == 422
    assert desk.put("/provider/pause", {"message": "a" * 301}).status_code == 422
    assert desk.delete("/provider/pause").status_code == 204
    assert desk.get("/provider/pause").json == {"message": None}
    assert desk.put("/admin/pause", {"message": "Mine!"}).status_code == 403


def test_staff_by_program(program, provider, admin_account):
    admin = program(admin_account)
    assert admin.put("/admin/providers/anna/pause", {"message": "We look into it."}).json == {"message": "We look into it."}
    assert admin.put("/admin/providers/nobody/pause", {"message": "Who?"}).status_code == 404
    assert admin.put("/admin/pause", {"message": "A storm."}).json == admin.get("/admin/pause").json == {"message": "A storm."}
    assert admin.delete("/admin/pause").status_code == 204
    assert admin.delete("/admin/providers/anna/pause").status_code == 204


def test_staff_by_page(visitor, provider, admin_account):
    admin = visitor(admin_account)
    admin.open("/admin/pause")
    assert admin.submit(at="/admin/pause", provider="nobody", message="Who?").status_code == 422
    page = admin.submit(at="/admin/pause", provider="", message="A storm.")
    assert "Everybody" in page.text
    assert "A storm." in page.text
