"""The verbs of accounts on both databases."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from marketplace import clock as product_clock
from marketplace.accounts import changes
from marketplace.accounts.actions import ContactDetails, NewAccount, create_account, disable_account, issue_token, update_me
from marketplace.accounts.models import Account, ApiToken, Role
from marketplace.accounts.models import Person as PersonRow
from marketplace.audit import AuditEntry, broken_entries
from marketplace.db import db
from marketplace.kernel.errors import Conflict, Refused
from marketplace.outbox.models import Letter

ANN = NewAccount("Ann@Example.com", "a few words here", "Ann  Lee", "client")


def now():
    return product_clock.now()


def rows(table) -> int:
    return db.session.scalar(select(func.count()).select_from(table))


def test_an_account_its_person_its_letter_and_its_audit_entry_come_together(ctx):
    public_id = create_account(ANN, now())
    account = db.session.scalar(select(Account))
    assert (account.public_id, account.email, account.name, account.role, account.confirmed_at) == (
        public_id,
        "ann@example.com",
        "Ann Lee",
        "client",
        None,
    )
    assert account.password.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    person = db.session.scalar(select(PersonRow))
    assert (person.account_id, person.email, person.email_confirmed_at) == (account.id, "ann@example.com", None)
    assert db.session.scalar(select(Letter.kind)) == "confirm"
    assert db.session.scalar(select(AuditEntry.verb)) == "account_created"
    assert list(broken_entries(db.session)) == []


def test_by_command_a_known_address_is_told(ctx):
    create_account(ANN, now(), confirmed=True)
    with pytest.raises(Conflict, match="email_taken"):
        create_account(ANN, now(), confirmed=True)


def test_eight_at_once_with_one_address_are_one_account(app):
    """Whoever comes second meets the known address; on PostgreSQL the unique index has the last word."""

    def create(_):
        with app.app_context():
            return create_account(ANN, now())

    with ThreadPoolExecutor(8) as pool:
        ids = list(pool.map(create, range(8)))
    assert len(set(ids)) == 8
    with app.app_context():
        assert rows(Account) == 1
        assert db.session.scalar(select(Account.public_id)) in ids
        assert rows(Role) == 1


def test_a_topic_adds_its_own_row_in_the_same_transaction(ctx, monkeypatch):
    monkeypatch.setattr(changes, "_hooks", {})
    seen = []
    changes.on_account_created("provider", "test", lambda session, account, at: seen.append((session.in_transaction(), account.email, at)))
    create_account(NewAccount("p@example.com", "a few words here", "P", "provider"), now(), confirmed=True)
    create_account(ANN, now(), confirmed=True)
    assert seen == [(True, "p@example.com", now())]


def test_a_hook_that_fails_takes_the_account_with_it(ctx, monkeypatch):
    def fail(*_):
        raise ValueError("no")

    monkeypatch.setattr(changes, "_hooks", {"client": {"test": fail}})
    with pytest.raises(ValueError, match="no"):
        create_account(ANN, now())
    assert (rows(Account), rows(Letter), rows(AuditEntry)) == (0, 0, 0)


@pytest.mark.parametrize("role", ["ghost", ""])
def test_roles_that_are_none(ctx, role):
    with pytest.raises(Refused):
        create_account(NewAccount("a@example.com", "a few words here", "A", role), now(), confirmed=True)


def test_details_change_and_are_written_down_without_their_content(ctx):
    create_account(ANN, now(), confirmed=True)
    account = db.session.scalar(select(Account))
    update_me(account.id, ContactDetails(phone="212-555-0123", zip="10003"), now())
    person = db.session.scalar(select(PersonRow))
    assert (person.phone, person.zip, person.name) == ("+12125550123", "10003", "Ann Lee")
    entry = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert (entry.verb, entry.details) == ("details_changed", {"fields": ["phone", "zip"]})
    update_me(account.id, ContactDetails(phone=""), now())
    assert db.session.scalar(select(PersonRow.phone)) is None


def test_a_disabled_account_loses_its_tokens(ctx):
    create_account(ANN, now(), confirmed=True)
    issue_token("ann@example.com", ANN.password, None, now(), factor_required=False)
    disable_account(db.session.scalar(select(Account.id)), now(), actor="command:test", reason="asked")
    assert db.session.scalar(select(ApiToken.revoked_at)) == now()


@pytest.mark.parametrize("confirmed", [True, False])
def test_the_command(app, confirmed):
    run = app.test_cli_runner().invoke
    made = run(args=["accounts", "create", "boss@example.com", "--role", "admin", "--password", "a few words here", "--name", "The Boss"])
    assert made.exit_code == 0, made.output
    with app.app_context():
        account = db.session.scalar(select(Account))
        assert (account.public_id, account.role, account.name) == (made.output.strip(), "admin", "The Boss")
        assert account.confirmed_at is not None
    again = run(args=["accounts", "create", "boss@example.com", "--role", "admin", "--password", "a few words here"])
    assert (again.exit_code, "has an account already" in again.output) == (1, True)
    weak = run(args=["accounts", "create", "x@example.com", "--role", "admin", "--password", "short"])
    assert (weak.exit_code, "at least 8" in weak.output) == (1, True)
