"""Without a name at Google and Microsoft there is no button and no way; a name without its secret stops the start."""

import pytest

from marketplace.settings import Settings, SettingsError
from tests.factories import AccountFactory, bookable_provider
from tests.support.databases import environment_of

PATH = "/provider/calendars/accounts"
WHOLE = {
    "APP_ENV": "production", "SECRET_KEY": "k" * 40, "FIELD_KEYS": "f" * 40, "BASE_URL": "https://hands.test", "DATABASE_URL": "sqlite:///x.db",
}  # fmt: skip


@pytest.fixture
def owner(app):
    with app.app_context():
        account = AccountFactory(role="provider", name="Anna")
        bookable_provider(account=account, slug="anna")
        return account


def test_there_is_no_button_and_no_way(owner, visitor):
    there = visitor(owner)
    page = there.open(PATH)
    assert "Connect Google" not in page.text
    assert "form-action 'self';" in page.headers["Content-Security-Policy"]
    for way in ("google", "google/back", "microsoft", "microsoft/back"):
        assert there.open(f"/provider/calendars/connect/{way}", state="x", code="y").status_code == 404


@pytest.mark.parametrize("house", ["GOOGLE", "MICROSOFT"])
def test_settings_are_whole_or_stop_the_start(tmp_path, house):
    plain = environment_of(f"sqlite:///{tmp_path / 'x.db'}")
    pair = {f"{house}_CLIENT_ID": "a", f"{house}_CLIENT_SECRET": "b"}
    assert Settings.from_environment(plain | pair)
    for missing in pair:
        with pytest.raises(SettingsError, match=f"{missing} is missing"):
            Settings.from_environment({name: text for name, text in (plain | pair).items() if name != missing})
    with pytest.raises(SettingsError, match=f"{house}_API_BASE must begin with"):
        Settings.from_environment(plain | pair | {f"{house}_API_BASE": "ftp://x"})
    assert Settings.from_environment(WHOLE | pair | {f"{house}_API_BASE": "https://double.test/"})
    with pytest.raises(SettingsError, match=f"{house}_API_BASE is plain http"):
        Settings.from_environment(WHOLE | pair | {f"{house}_API_BASE": "http://double.test"})
