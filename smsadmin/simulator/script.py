"""What happens to an SMS is a pure function of seed and phone, so that a run can be repeated exactly.

What the fates are called, and what each does, stands in `fates`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from hashlib import blake2b

from smsadmin.simulator.fates import ENDINGS, FATES, MIX, Fate, Reply

SCRIPTS = ("quiet", "mix")


@dataclass(frozen=True)
class Script:
    """One play: `explicit` has phones (digits) and their fates, `delay` is the usual seconds to a receipt.

    `swallow_every` N loses the answer for every phone whose number leaves the remainder `seed` when divided
    by N: so for one of any N numbers in a row. 0 loses none.
    """

    name: str = "quiet"
    seed: int = 1
    delay: float = 1.0
    swallow_every: int = 0
    explicit: Mapping[str, str] = field(default_factory=dict)


def fate(script: Script, phone: str) -> Fate:
    """Return what becomes of an SMS to `phone` (with or without a plus); the same for the same arguments."""
    digits = phone.lstrip("+")
    return named(script, phone, _word(script, digits, _roll(script.seed, digits)[0]))


def met(script: Script, phone: str, fault: str) -> Fate:
    """Return what becomes of an SMS to `phone` in a request that meets a fault; an empty word is no fault.

    A fault of the answer, or of the whole request, leaves refusal and receipts as the phone has them; any
    other takes the place of the phone's own fate.
    """
    own = fate(script, phone)
    if not fault:
        return own
    told = named(script, phone, fault)
    if told.reply is Reply.ANSWER and told.denial is None:
        return told
    return replace(own, reply=told.reply, denial=told.denial)


def named(script: Script, phone: str, word: str) -> Fate:
    """Return the fate of this name with the delay that `phone` has under the script; KeyError for no fate."""
    # Between half and one and a half of the usual delay, or all receipts of a batch would come at once.
    pace = script.delay * (0.5 + _roll(script.seed, phone.lstrip("+"))[1] / 1000)
    return replace(FATES[word], delay=FATES[word].delay * pace)


def _word(script: Script, digits: str, roll: int) -> str:
    word = script.explicit.get(digits) or ENDINGS.get(digits[-4:])
    if word:
        return word
    if _swallowed(script, digits):
        return "cut" if roll % 2 else "hang"
    return _mixed(roll) if script.name == "mix" else "delivered"


def _swallowed(script: Script, digits: str) -> bool:
    every = script.swallow_every
    return every > 0 and int(digits) % every == script.seed % every


def _mixed(roll: int) -> str:
    for word, weight in MIX:
        roll -= weight
        if roll < 0:
            return word
    raise ValueError("the weights of MIX must add up to 1,000")


def _roll(seed: int, digits: str) -> tuple[int, int]:
    """Throw two dice of 1,000 sides that always fall the same for the same seed and phone."""
    thrown = int.from_bytes(blake2b(f"{seed}:{digits}".encode(), digest_size=8).digest(), "big")
    return thrown % 1000, thrown // 1000 % 1000
