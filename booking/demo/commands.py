"""`flask --app wsgi demo …`."""

from __future__ import annotations

import gc
import time

import click
from flask import current_app
from flask.cli import AppGroup

from booking.demo.actions import ADMIN_EMAIL, CLIENT_EMAIL, PASSWORD, THERAPIST_EMAIL, Loaded, Plan, holds_accounts, load_demo
from marketplace import clock
from marketplace.db import db
from marketplace.kernel.errors import Refusal
from marketplace.settings import Settings

demo = AppGroup("demo", help="A town to look at. Everybody and everything in it is invented.")


@demo.command("load")
@click.option("--providers", default=60, show_default=True, type=click.IntRange(1, 100_000), help="How many providers.")
@click.option("--days", default=30, show_default=True, type=click.IntRange(6, 90), help="Days with visits; a third of them are past.")
@click.option("--seed", default=1, show_default=True, help="The same seed on the same day gives the same town.")
@click.option("--if-empty", is_flag=True, help="Do nothing, and succeed, where accounts exist already.")
def load(*, providers: int, days: int, seed: int, if_empty: bool) -> None:
    """Load demo Manhattan into an empty database; the clock's day is day 0. Production refuses."""
    settings: Settings = current_app.extensions["settings"]
    if settings.production:
        raise click.ClickException("Production takes no demo: its accounts have a password that everybody knows.")
    if if_empty and holds_accounts(db.session()):
        click.echo("The database holds accounts already: nothing was loaded.")
        return
    began = time.monotonic()
    loaded = _load(Plan(providers, days, seed))
    click.echo(
        f"Loaded {loaded.providers:,} providers in {loaded.neighborhoods} neighborhoods, {loaded.clients:,} clients and "
        f"{loaded.visits:,} visits over {days} days in {time.monotonic() - began:.1f} s. All of it is sample data."
    )
    click.echo(f"Sign in with the password {PASSWORD}:")
    for email, words in ((CLIENT_EMAIL, "books visits"), (THERAPIST_EMAIL, "works"), (ADMIN_EMAIL, "verifies and oversees")):
        click.echo(f"  {email:<28} {words}")


def _load(plan: Plan) -> Loaded:
    loaded = Loaded()
    gc.disable()  # a town is a great many small values without a circle among them; looking for circles takes a fifth of the time
    with click.progressbar(length=plan.providers, label="Demo Manhattan") as bar:
        try:
            for loaded in load_demo(plan, clock.now()):
                bar.update(loaded.providers - bar.pos)
        except Refusal as refusal:
            raise click.ClickException(refusal.sentence) from None
        finally:
            gc.enable()
    return loaded
