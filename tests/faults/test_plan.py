"""What a seed plays follows from the seed, and the seeds together meet everything."""

import pytest

from faults.plan import DATABASES, PROVIDERS, draw, phones
from faults.wish import LARGE_SEEDS, BadWish, Wish


def test_the_same_seed_plays_the_same() -> None:
    assert draw(7, 500) == draw(7, 500)
    assert phones(draw(7, 500)) == phones(draw(7, 500))
    assert draw(7, 500) != draw(13, 500)


def test_all_phones_of_a_run_are_different() -> None:
    assert len(set(phones(draw(3, 5000)))) == 5000


def test_six_seeds_meet_every_provider_on_every_database() -> None:
    met = {(draw(seed, 10).provider, draw(seed, 10).database) for seed in range(1, 7)}

    assert met == {(provider, database) for provider in PROVIDERS for database in DATABASES}


def test_the_large_seeds_meet_every_provider() -> None:
    assert {draw(seed, 10).provider for seed in LARGE_SEEDS} == set(PROVIDERS)


def test_the_usual_seeds_meet_every_kind_of_fault_and_every_clock() -> None:
    plans = [draw(seed, 1000) for seed in range(1, 51)]

    assert len({fault.kind for plan in plans for fault in plan.faults}) == 12
    assert {plan.clock_off for plan in plans} == {0.0, 300.0, -300.0}


def test_by_default_it_is_fifty_seeds_and_three_large_ones() -> None:
    runs = Wish.read({}).runs

    assert len(runs) == 53
    assert runs[0] == (LARGE_SEEDS[0], 20_000)
    assert runs[-1] == (50, 1000)


def test_a_seed_that_is_named_is_played_alone() -> None:
    assert Wish.read({"SEED": "17", "MESSAGES": "200"}).runs == ((17, 200),)


def test_a_wish_that_makes_no_sense_is_one_sentence() -> None:
    with pytest.raises(BadWish, match="SEEDS is 'many': it must be a number from 0"):
        Wish.read({"SEEDS": "many"})
