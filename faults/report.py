"""Adds up the seeds, and says of each how it went."""

from collections.abc import Mapping, Sequence
from typing import Any

from faults.plan import Plan

SUMS = (
    "messages",
    "lost",
    "double",
    "unknown",
    "unknown_without_cause",
    "counters_off",
    "late_after_pause",
    "complaints",
    "late_calls",
    "kills",
    "freezes",
    "faults",
    "slow",
)

SHOWN = 6
"""Sentences about one seed; the rest is in its result.json."""


def figures(results: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the figures of the last line; a seed that broke off counts among the failed ones only."""
    sums = {name: sum(result.get(name, 0) for result in results) for name in SUMS}
    failed = [result["seed"] for result in results if result["failed"]]
    return {"seeds": len(results), **sums, "failed_seeds": failed}


def line(plan: Plan, result: Mapping[str, Any]) -> str:
    """Return what is said of one seed, how to play it again among it if it failed."""
    kind = ", make run" if plan.supervised else ""
    clock = f", a clock {plan.clock_off:+.0f} s" if plan.clock_off else ""
    told = [f"seed {plan.seed} ({plan.provider}, {plan.database}{kind}{clock}, {plan.messages} messages)"]
    counted = (
        "faults",
        "kills",
        "freezes",
        "lost",
        "double",
        "unknown",
        "unknown_without_cause",
        "counters_off",
    )
    told.append(", ".join(f"{name} {result.get(name, '?')}" for name in counted))
    told.append(f"{result.get('seconds', '?')} s, {result.get('settled', '?')} of them to settle")
    if not result["failed"]:
        return ": ".join(told)
    wrong = [f"  {_short(sentence)}" for sentence in result["wrong"][:SHOWN]]
    kept = f"  logs: {result['kept']} in the folder for temporary files" if "kept" in result else ""
    return "\n".join(
        ["FAILED " + ": ".join(told), *wrong, f"  again: {plan.again}", *([kept] if kept else [])]
    )


def _short(sentence: str) -> str:
    """Return the first and the last line of a sentence that brings a log along."""
    first, *rest = sentence.strip().splitlines()
    return f"{first} … {rest[-1]}" if rest else first
