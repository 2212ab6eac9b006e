"""The command line: `python -m smsadmin.simulator --port 8025 --directory instance/simulator`.

`@file` reads options from a file, one a line, so that no secret need stand in the list of processes.
"""

import argparse
import re
from collections.abc import Callable, Sequence
from pathlib import Path

from smsadmin.simulator.fates import ENDINGS, FATES
from smsadmin.simulator.script import SCRIPTS, Script
from smsadmin.simulator.server import serve
from smsadmin.simulator.settings import LIMITS, Account, Settings
from smsadmin.simulator.smsc_receipts import SIGNATURES


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the options and serve; SystemExit with what is wrong with them."""
    serve(settings_of(_options().parse_args(arguments)))


def settings_of(options: argparse.Namespace) -> Settings:
    """Return the settings that the options ask for."""
    script = Script(
        name=options.script,
        seed=options.seed,
        delay=options.receipt_delay,
        swallow_every=options.swallow_every,
        explicit=dict(options.fate),
    )
    return Settings(
        directory=options.directory,
        host=options.host,
        port=options.port,
        script=script,
        smsc=Account(options.smsc_login, options.smsc_password),
        twilio=Account(options.twilio_sid, options.twilio_token),
        seventech=Account(options.seventech_login, options.seventech_password),
        smsc_callback=options.smsc_callback,
        smsc_callback_secret=options.smsc_callback_secret,
        smsc_signature=options.smsc_signature,
        limits=options.limits,
        minute=options.minute,
        hang=options.hang,
        retry_pause=options.retry_pause,
    )


def _options() -> argparse.ArgumentParser:
    endings = ", ".join(f"…{ending} {word}" for ending, word in ENDINGS.items())
    usual = Settings(Path())
    parser = argparse.ArgumentParser(
        prog="python -m smsadmin.simulator",
        description="Plays SMSC, Twilio and SevenTech over HTTP, with phones that receive.",
        epilog=f"Whatever the script, numbers that end so meet a fate of their own: {endings}.",
        fromfile_prefix_chars="@",
    )
    add = parser.add_argument
    add("--host", default=usual.host)
    add("--port", type=int, default=usual.port, help="0 takes any free one")
    add("--directory", type=Path, required=True, help="where what was accepted is kept")
    add("--script", choices=SCRIPTS, default="quiet", help="quiet: all is delivered; mix: some of everything")
    add("--seed", type=int, default=1)
    add("--fate", action="append", type=_explicit, default=[], metavar="PHONE=FATE", help=", ".join(FATES))
    add(
        "--swallow-every", type=int, default=0, metavar="N", help="of N numbers in a row one loses its answer"
    )
    add("--receipt-delay", type=float, default=1.0, metavar="SECONDS", help="usual time to a receipt")
    add(
        "--retry-pause",
        type=float,
        default=usual.retry_pause,
        metavar="SECONDS",
        help="doubles with each try",
    )
    add("--hang", type=float, default=usual.hang, metavar="SECONDS", help="how long a lost answer is held")
    add("--limits", choices=LIMITS, default=usual.limits, help="what happens over SMSC's published limits")
    add(
        "--minute",
        type=float,
        default=usual.minute,
        metavar="SECONDS",
        help="how long the minute of these limits lasts",
    )
    _add_accounts(add, usual)
    return parser


def _add_accounts(add: Callable[..., object], usual: Settings) -> None:
    """Add what the providers know of their one customer each: how it signs in, and SMSC's callback address."""
    add(
        "--smsc-callback",
        default="",
        metavar="URL",
        help="where SMSC's receipts go; without it there are none",
    )
    add("--smsc-callback-secret", default="", metavar="SECRET", help="signs SMSC's receipts")
    add("--smsc-signature", choices=tuple(SIGNATURES), default=usual.smsc_signature, help="how")
    add("--smsc-login", default=usual.smsc.login)
    add("--smsc-password", default=usual.smsc.secret, help="also valid as apikey")
    add("--twilio-sid", default=usual.twilio.login)
    add("--twilio-token", default=usual.twilio.secret)
    add("--seventech-login", default=usual.seventech.login)
    add("--seventech-password", default=usual.seventech.secret)


def _explicit(argument: str) -> tuple[str, str]:
    """Read PHONE=FATE."""
    phone, _, word = argument.partition("=")
    digits = re.sub(r"\D", "", phone)
    if not digits or word not in FATES:
        raise argparse.ArgumentTypeError(
            f"{argument!r}: a phone, an equals sign and one of {', '.join(FATES)}"
        )
    return digits, word


if __name__ == "__main__":
    main()
