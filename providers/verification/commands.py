"""`flask exclusions import FILE`."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import AppGroup

from marketplace import clock
from marketplace.kernel.errors import Refusal
from providers.verification.actions.exclude import import_exclusions
from providers.verification.exclusions_port import ExclusionFile

exclusions = AppGroup("exclusions", help="The federal list of excluded people (OIG LEIE).")
IMPORTER = "command:exclusions import"


@exclusions.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--smaller", is_flag=True, help="Take the file though it has less than half of the list's entries.")
def import_file(file: Path, *, smaller: bool) -> None:
    """Put FILE (the OIG's CSV) in the place of the list, all of it or nothing, and hold every provider against it.

    Who resembles an entry waits at /admin/exclusions for a person to judge. Exit code 1 where the file is refused.
    """
    try:
        done = import_exclusions(ExclusionFile(file), IMPORTER, clock.now(), smaller=smaller)
    except Refusal as refusal:
        raise click.ClickException(refusal.sentence) from None
    click.echo(f"{done.rows} entries, {done.skipped} rows skipped, {done.hits} new to judge")
