"""Bring the database up to date and learn from it what the other programs must be told."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy.exc import OperationalError, ProgrammingError

from smsadmin.standalone.children import NotStarted


@dataclass(frozen=True)
class Prepared:
    """What a database that is ready tells: who can sign in, and where SMSC is to report deliveries.

    Without the key that opens it `smsc_callback` is empty.
    """

    smsc_callback: str = field(repr=False)
    sign_ins: list[tuple[str, str, str]] = field(repr=False)


def prepare(environment: Mapping[str, str], local_shop: str) -> Prepared:
    """Migrate, load the sample into an empty database, and return what it tells; raise `NotStarted`.

    The app is made in this process, whose environment becomes `environment`. `local_shop` is the address at
    which the simulator, being on the same machine, finds the shop even where the public one leads elsewhere.
    """
    os.environ.update(environment)
    import shortlinks.settings
    from smsadmin.accounts import callback_address
    from smsadmin.integration import callback_secret
    from smsadmin.sealing import NoKey
    from smsadmin.settings_reading import BadSetting
    from smsadmin.standalone.app import create_app
    from smsadmin.standalone.sample import SIGN_INS
    from smsadmin.standalone.setup import prepare_database

    try:
        app = create_app()
        prepare_database(app)
    except (BadSetting, shortlinks.settings.BadSetting) as error:
        raise NotStarted(str(error)) from error
    except (OperationalError, ProgrammingError) as error:  # no right to make tables, a full disk, …
        reason = next(iter(str(error.orig).splitlines()), "")
        raise NotStarted(f"The database could not be prepared: {reason}") from error
    with app.app_context():
        try:
            callback = callback_address("smsc", callback_secret())
        except NoKey:
            # Sending is off then, which the screens say.
            callback = ""
    return Prepared(
        callback.replace(environment["SMSADMIN_PUBLIC_URL"], local_shop, 1),
        [(who, login, password) for who, login, password in SIGN_INS],
    )
