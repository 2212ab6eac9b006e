"""`flask sms …`: commands for the developer and the person on call."""

import sys
from collections.abc import Iterable

import click
from flask import Flask
from flask.cli import AppGroup
from sqlalchemy.exc import SQLAlchemyError

from smsadmin import links
from smsadmin.alerts.findings import findings
from smsadmin.alerts.keep import tried_causes
from smsadmin.alerts.kinds import Finding, Weight
from smsadmin.alerts.watch import check
from smsadmin.alerts.words import in_language, said
from smsadmin.database import engine
from smsadmin.failures import named
from smsadmin.key_rotation import rotate
from smsadmin.migrate import upgrade as upgrade_sms
from smsadmin.sealing import NoKey
from smsadmin.statistics.differences import AT_ONCE, check_counters, mend_counters

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


@commands.command("doctor")
def doctor() -> None:
    """Say what is stuck and why, one line each with the next step; exit status 1 when something is."""
    try:
        found = findings()
    except SQLAlchemyError as error:
        raise click.ClickException(
            f"The database does not answer ({named(error)}). See SQLALCHEMY_DATABASE_URI, then run this again."
        ) from error
    _print(found)
    if not found:
        click.echo("All is well.")
    sys.exit(any(finding.weight is Weight.STUCK for finding in found))


@commands.command("watch")
def watch() -> None:
    """Look once, tell whoever is on call, and print what he is told of; for cron. Exit status 1 when there is any."""
    found, tried = check(), tried_causes()
    told = [finding for finding in found if finding.cause in tried]
    _print(told)
    sys.exit(bool(told))


def _print(found: Iterable[Finding]) -> None:
    with in_language("en"):
        for finding in found:
            what, next_step = said(finding)
            click.echo(f"{finding.weight.value}: {what} → {next_step}")


@commands.command("check-counters")
@click.option("--mend", is_flag=True, help="Make each counter what its rows are.")
def compare_counters(mend: bool) -> None:
    """Compare all that is counted of broadcasts with its rows; exit status 1 when one is not equal."""
    differences = check_counters()
    for each in differences:
        click.echo(str(each))
    if not differences:
        click.echo("All counters are equal to their rows.")
        return
    if len(differences) >= AT_ONCE:
        click.echo(f"There may be more than these {len(differences)}.")
    if mend:
        click.echo(f"Mended: {mend_counters()}.")
    sys.exit(1)
