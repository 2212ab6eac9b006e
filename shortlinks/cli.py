"""The commands `flask shortlinks upgrade` and `flask shortlinks flush`."""

import click
from flask import current_app
from flask.cli import AppGroup

from shortlinks import migrate
from shortlinks.flusher import Flush
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
