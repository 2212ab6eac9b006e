"""`flask sms …`: commands for the developer and the person on call."""

import click
from flask import Flask
from flask.cli import AppGroup

from smsadmin import links
from smsadmin.database import engine
from smsadmin.migrate import upgrade as upgrade_sms

commands = AppGroup("sms", help="SMS: tables and their upkeep.")


def init_app(app: Flask) -> None:
    """Add the commands to the host's."""
    app.cli.add_command(commands)


@commands.command("upgrade")
def upgrade() -> None:
    """Bring the tables sms_* and shortlinks_* up to date."""
    upgrade_sms(engine())
    links.upgrade(engine())
    click.echo("The tables of SMS and of the short links are up to date.")
