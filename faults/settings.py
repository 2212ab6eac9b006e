"""The times of a real shop, sixty times shorter; only the lease, and the call in it, are not quite so short."""

import os
from collections.abc import Mapping

from faults.plan import Plan
from smsadmin.sending.line import UNRECORDED, UNRECORDED_OF_SEVERAL
from smsadmin.sending.window import MOST

LEASE = 3.0
DEADLINE = 1.5
"""Forty and twenty times shorter than in a shop: what is quicker is too quick for a machine that does other things."""

THREADS = 4
BATCH = 50

PAUSE_TAKES = 2.0
"""Seconds after which a pause holds, besides the call in flight; not scaled: it is what is promised."""

OURS = ("SMSADMIN_", "SHORTLINKS_", "SQLALCHEMY_")
"""What the user has set for `make run` is not for these shops."""


OURS_AT_POSTGRESQL = "faults"
"""The name of the harness's own connections, which are not cut."""


def scaled(plan: Plan, database: str) -> dict[str, str]:
    """Return the variables of a plan's shop, for `standalone.environment`."""
    # Twilio can only be searched, so nothing is sent again there: this one may be shorter, and half a minute is saved.
    settles = 0.5 if plan.provider == "twilio" else 2.0
    return given() | {
        "SQLALCHEMY_DATABASE_URI": database,
        "SMSADMIN_RATE": str(plan.rate),
        "SMSADMIN_LEASE": str(LEASE),
        "SMSADMIN_CALL_DEADLINE": str(DEADLINE),
        "SMSADMIN_JOB_LENGTH": "0.5",
        "SMSADMIN_SWEEP_EVERY": "0.5",
        "SMSADMIN_RECEIPTS_EVERY": "0.2",
        "SMSADMIN_DOUBT_SETTLES_AFTER": str(settles),
        "SMSADMIN_PROVIDER_MINUTE": "1",
        "SMSADMIN_RECEIPTS_LATE_AFTER": "10",
        "SMSADMIN_BALANCE_EVERY": "15",
        "SMSADMIN_BATCH_SIZE": str(BATCH),
        "SMSADMIN_THREADS": str(THREADS),
        "SMSADMIN_PREPARE_BATCH": "100",
    }


def given(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return what the user has set, but for what he has set for his own shop."""
    return {name: value for name, value in environ.items() if not name.startswith(OURS)}


def under_way(provider: str) -> int:
    """Return how many messages one worker has under way at most, which is what a kill can leave in doubt."""
    # A claim is one request of a provider that takes several at once; one is made while the others are not recorded.
    if provider == "smsc":
        return (UNRECORDED_OF_SEVERAL + 1) * BATCH
    return (UNRECORDED + 1) * THREADS * MOST


def simulator_options(plan: Plan, smsc_callback: str) -> list[str]:
    """Return how the simulator plays."""
    pace = ["--receipt-delay", "0.6", "--retry-pause", "0.3", "--minute", "1", "--hang", "4"]
    return ["--script", "quiet", "--seed", str(plan.seed), *pace, "--smsc-callback", smsc_callback]
