"""What one seed plays, drawn from the seed alone: where it sends, which faults come when, what it is judged by."""

from dataclasses import dataclass
from random import Random

PROVIDERS = ("smsc", "twilio", "seventech")
DATABASES = ("sqlite", "postgresql")

SENDING = 14.0
"""Seconds in which all would be sent if nothing went wrong, where the two limits below allow it."""

SLOWEST, FASTEST = 25, 100
"""Messages a second. Two cores send, take and report so many without a call that is late for that reason alone."""

GAP = 0.9
"""The mean number of seconds between two faults."""

MOST_FAULTS = 70
"""About how many there are in a long run: a worker that is killed leaves a job behind that Redis keeps for a minute."""

CLOCK_OFF = 300.0
"""How wrong the clock of a worker is, in seconds."""

LONGEST_WITH_WRONG_CLOCK = 2000
"""Messages; beyond this a run lasts so long that a wrong time in the ledger could be a right one."""

FATEFUL = {
    "9901": 2,  # bad number
    "9902": 2,  # not deliverable
    "9904": 2,  # no subscriber
    "9905": 2,  # unreachable
    "9907": 4,  # no receipt, ever
    "9908": 6,  # a late one
    "9909": 6,  # twice the same
    "9925": 1,  # before the answer
    "9926": 6,  # in the wrong order
    "9927": 4,  # interim, then final
    "9928": 2,  # a status that no table has
}
"""Endings of numbers to which the simulator always does the same, and how many of 100 customers have them."""

WORDS = (
    "hang",
    "hang-before",
    "reset",
    "reset-before",
    "cut",
    "drip",
    "garbage",
    "server-error",
    "refused-5xx",
    "busy",
    "no-money",
    "forbidden-text",
)
"""What the simulator is told to do with the next requests."""

WEIGHTS = {
    "kill worker": 4,
    "freeze worker": 3,
    "kill redis": 2,
    "empty redis": 1,
    "cut database": 4,
    "kill simulator": 2,
    "kill web": 1,
    "script": 9,
    "script question": 2,
    "pause": 2,
}

OF_A_SUPERVISOR = ("kill worker", "freeze worker", "cut database", "script", "script question", "pause")
"""What can be done to a shop whose servers belong to the supervisor; it is killed itself, too."""


@dataclass(frozen=True)
class Fault:
    """One thing that happens `after` so many seconds of sending and lasts so long; `dice` choose whom it meets."""

    after: float
    kind: str
    lasts: float
    dice: int


@dataclass(frozen=True)
class Plan:
    """One seed: the shop and its faults, in the order in which they come.

    One that is `scheduled` is confirmed for a moment soon after, and whatever worker lives then starts it.
    """

    seed: int
    messages: int
    provider: str
    database: str
    supervised: bool
    clock_off: float
    rate: int
    scheduled: bool
    faults: tuple[Fault, ...]

    @property
    def again(self) -> str:
        """The command that plays this seed again."""
        return f"make faults SEED={self.seed} MESSAGES={self.messages}"


def draw(seed: int, messages: int) -> Plan:
    """Draw what a seed plays; three seeds in a row meet every provider, two both databases."""
    random = Random(f"plan {seed}")  # noqa: S311 - dice, not secrets
    supervised = seed % 5 == 0
    rate = min(FASTEST, max(SLOWEST, round(messages / SENDING)))
    off = random.choice((CLOCK_OFF, -CLOCK_OFF, 0.0, 0.0, 0.0, 0.0))
    return Plan(
        seed,
        messages,
        PROVIDERS[seed % 3],
        DATABASES[seed % 2],
        supervised,
        off if messages <= LONGEST_WITH_WRONG_CLOCK else 0.0,
        rate,
        seed % 4 == 3,
        tuple(_faults(random, supervised, messages / rate)),
    )


def phones(plan: Plan) -> list[str]:
    """Return a different phone for every customer of the plan, some with an ending that means something."""
    random = Random(f"phones {plan.seed}")  # noqa: S311
    endings = list(FATEFUL)
    found: dict[str, None] = {}
    while len(found) < plan.messages:
        body = f"+79{random.randrange(10**5):05}"
        if random.random() * 100 < sum(FATEFUL.values()):
            ending = random.choices(endings, weights=list(FATEFUL.values()))[0]
        else:
            ending = f"{random.randrange(9900):04}"
        found[body + ending] = None
    return list(found)


def _faults(random: Random, supervised: bool, seconds: float) -> list[Fault]:
    kinds = [kind for kind in WEIGHTS if not supervised or kind in OF_A_SUPERVISOR]
    weights = [WEIGHTS[kind] for kind in kinds]
    found = []
    gap = max(GAP, seconds / MOST_FAULTS)
    at = random.uniform(0.0, 1.0)
    while at < seconds:
        kind = random.choices(kinds, weights=weights)[0]
        # What the simulator is told lasts until it is met.
        lasts = 0.0 if kind.startswith("script") else random.uniform(0.3, 3.5)
        found.append(Fault(at, kind, lasts, random.randrange(10**6)))
        at += random.expovariate(1 / gap)
    if supervised:
        found.append(Fault(random.uniform(0.2, 0.7) * seconds, "kill supervisor", 0.0, 0))
    if random.random() < 0.15:
        found.append(Fault(random.uniform(0.4, 0.9) * seconds, "cancel", 0.0, 0))
    return sorted(found, key=lambda fault: fault.after)
