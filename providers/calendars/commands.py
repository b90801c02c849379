"""`flask calendars preview FILE`."""

from __future__ import annotations

import json
import sys
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

import click
from flask.cli import AppGroup

from marketplace.kernel.walltime import day_begin, from_minute
from providers.calendars.reader_port import read_file
from providers.calendars.rules.reading import Reading, Unreadable, Window

calendars = AppGroup("calendars", help="Outside calendars.")
DAY = click.DateTime(formats=["%Y-%m-%d"])
UNTRUSTED = 2
YEARS = 1970, 2100


@calendars.command("preview")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--from", "first", type=DAY, required=True, help="The first day, as 2027-01-15.")
@click.option("--to", "last", type=DAY, required=True, help="The last day; all of it is looked at.")
@click.option("--tz", "zone", default="America/New_York", show_default=True, help="The zone of days, and of times that name none.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of lines.")
def preview(file: Path, first: datetime, last: datetime, zone: str, *, as_json: bool) -> None:
    """Show when FILE keeps somebody busy, as it would be imported. Nothing is stored.

    Exit code 2 with a reason when nothing in the file can be trusted.
    """
    if zone not in available_timezones():
        raise click.BadParameter("There is no such time zone.", param_hint="--tz")
    if not YEARS[0] <= first.year <= YEARS[1]:
        raise click.BadParameter(f"The first day lies between {YEARS[0]} and {YEARS[1]}.", param_hint="--from")
    if last < first or last.year - first.year > 10:
        raise click.BadParameter("The last day comes after the first, ten years later at most.", param_hint="--to")
    try:
        reading = read_file(file.read_bytes(), _window(first.date(), last.date(), zone))
    except Unreadable as reason:
        click.echo(json.dumps({"error": reason.code, "reason": reason.sentence}) if as_json else reason.sentence, err=True)
        sys.exit(UNTRUSTED)
    click.echo(json.dumps(_answer(reading)) if as_json else _lines(reading))


def _window(first: date, last: date, zone: str) -> Window:
    return Window(day_begin(first, ZoneInfo(zone)), day_begin(last + timedelta(days=1), ZoneInfo(zone)), zone)


def _answer(reading: Reading) -> dict[str, object]:
    return {
        "busy": [[_utc(begin), _utc(end)] for begin, end in reading.busy],
        "warnings": list(reading.warnings),
        "events": reading.events,
        "own": reading.own,
    }


def _lines(reading: Reading) -> str:
    return "\n".join([*(f"{_utc(begin)} - {_utc(end)}" for begin, end in reading.busy), *(f"! {one}" for one in reading.warnings)])


def _utc(minute: int) -> str:
    return f"{from_minute(minute):%Y-%m-%dT%H:%M:%SZ}"
