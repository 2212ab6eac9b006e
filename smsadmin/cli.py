"""`flask sms …`: commands for the developer and the person on call."""

import click
from flask import Flask
from flask.cli import AppGroup

from smsadmin import links
from smsadmin.database import engine
from smsadmin.key_rotation import rotate
from smsadmin.migrate import upgrade as upgrade_sms
from smsadmin.sealing import NoKey

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


@commands.command("rotate-keys")
def rotate_keys() -> None:
    """Seal every secret with the first key of SMSADMIN_KEYS, so that the others can be taken out."""
    try:
        rotation = rotate()
    except NoKey as error:
        raise click.ClickException(f"Nothing was changed: {error}.") from error
    click.echo(f"Sealed with the first key: {rotation.resealed}.")
    if rotation.lost:
        raise click.ClickException(
            f"No key in SMSADMIN_KEYS opens what belongs to {', '.join(rotation.lost)}. "
            "Put the key that sealed it back and run this again; if it is lost, enter the password anew."
        )
