"""`flask --app wsgi accounts …`."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from marketplace import clock
from marketplace.accounts.actions import NewAccount, create_account, disable_account, enable_account
from marketplace.accounts.queries import find_account
from marketplace.accounts.rules import ROLES
from marketplace.db import db
from marketplace.kernel.errors import Refusal

ACTOR = "command:accounts"
accounts = AppGroup("accounts", help="People who sign in.")


@accounts.command("create")
@click.argument("email")
@click.option("--role", type=click.Choice(ROLES), required=True, help="On which side they sit.")
@click.option("--password", required=True, help="Their password; at least 8 characters.")
@click.option("--name", default="", help="Their name; the part of the address before the @ when left out.")
def create(email: str, role: str, password: str, name: str) -> None:
    """Make an account whose address counts as confirmed, and print its public id."""
    new = NewAccount(email, password, name or email.partition("@")[0], role)
    try:
        click.echo(create_account(new, clock.now(), confirmed=True))
    except Refusal as refusal:
        raise click.ClickException(refusal.sentence) from None


@accounts.command("disable")
@click.argument("email")
@click.option("--reason", required=True, help="Why; kept in the audit.")
def disable(email: str, reason: str) -> None:
    """Shut an account out at once. A provider's is neither found nor booked while it is disabled."""
    disable_account(_account_id(email), clock.now(), actor=ACTOR, reason=reason)


@accounts.command("enable")
@click.argument("email")
@click.option("--reason", required=True, help="Why; kept in the audit.")
def enable(email: str, reason: str) -> None:
    """Let a disabled account in again."""
    enable_account(_account_id(email), clock.now(), actor=ACTOR, reason=reason)


def _account_id(email: str) -> int:
    account = find_account(db.session(), email)
    if account is None:
        raise click.ClickException(f"Nobody has an account with {email}.")
    return account.id
