"""`flask --app wsgi guardians …`."""

from __future__ import annotations

from datetime import date, datetime

import click
from flask.cli import AppGroup

from booking.guardians.actions import correct_birth_date
from marketplace import clock
from marketplace.kernel.errors import Refusal

guardians = AppGroup("guardians", help="People under 18 and those who agree for them.")


@guardians.command("correct-birth-date")
@click.argument("person_id")
@click.argument("born_on", type=click.DateTime(formats=["%Y-%m-%d"]))
@click.option("--by", "checked_by", required=True, help="Who has looked at a paper that shows the day; kept in the audit.")
def correct(person_id: str, born_on: datetime, checked_by: str) -> None:
    """Put the birth date of PERSON_ID right, to BORN_ON (YYYY-MM-DD), after a look at a paper that shows it."""
    day: date = born_on.date()
    try:
        correct_birth_date(person_id, day, f"command:{checked_by}"[:80], clock.now())
    except Refusal as refusal:
        raise click.ClickException(refusal.sentence) from refusal
    click.echo("Kept.")
