"""The commands `flask shortlinks upgrade`, `flask shortlinks flush` and `flask shortlinks reclassify`."""

import click
from flask import current_app
from flask.cli import AppGroup

from shortlinks import migrate
from shortlinks.flusher import Flush
from shortlinks.reclassify import reclassify
from shortlinks.rules import RULES
from shortlinks.shortener import current_shortener

commands = AppGroup("shortlinks", help="Short links: tables and clicks.")


@commands.command("upgrade")
def upgrade() -> None:
    """Create the tables of the short links, or bring them up to date."""
    migrate.upgrade(current_shortener().engine)
    click.echo("The tables of the short links are up to date.")


@commands.command("flush")
def flush() -> None:
    """Move the clicks that wait in the spool into the database."""
    shortener = current_shortener()
    shortener.known_blocks.refresh()
    click.echo(f"{Flush(shortener).run()} lines moved into the database of {current_app.name}.")


@commands.command("reclassify")
@click.option("--all", "everything", is_flag=True, help="Also clicks that were judged by the rules of today.")
@click.option("--after", default=0, help="Go on after the click with this id.")
def reclassify_clicks(everything: bool, after: int) -> None:
    """Judge the clicks of before by the rules of today, and correct the figures."""
    judged = changed = 0
    for number, batch in enumerate(reclassify(current_shortener(), everything=everything, after=after), 1):
        judged += batch.judged
        changed += batch.changed
        if number % 100 == 0:
            click.echo(f"{judged} clicks judged, {changed} changed, up to the id {batch.last_id}.", err=True)
    click.echo(f"{judged} clicks judged by rules {RULES}, {changed} changed.")
