"""How fast an account may send: tokens in Redis, a rate for each provider, claims of at most a second."""

import time
from dataclasses import replace

import pytest
from redis import Redis

from smsadmin.broadcasts import lifecycle
from smsadmin.sending.line import Line
from smsadmin.sending.rate import rate_of, return_tokens, take_tokens
from smsadmin.sending.turns import had_less, next_turn
from tests.plugin import Shop


@pytest.fixture
def redis(redis_url: str) -> Redis:
    return Redis.from_url(redis_url)


def test_tokens_are_taken_all_or_none_and_the_answer_says_when_they_are_there(redis: Redis) -> None:
    begun = time.monotonic()
    assert take_tokens(redis, 1, 10, 10) == 0

    missing = take_tokens(redis, 1, 10, 5)

    # What comes meanwhile is not missing any more.
    assert 0.4 - (time.monotonic() - begun) < missing <= 0.5
    time.sleep(missing)
    assert take_tokens(redis, 1, 10, 5) < 0.01


def test_what_was_not_used_can_be_taken_again(redis: Redis) -> None:
    take_tokens(redis, 1, 10, 10)

    return_tokens(redis, 1, 8)

    assert take_tokens(redis, 1, 10, 8) == 0


def test_an_account_never_saves_more_than_one_seconds_tokens(redis: Redis) -> None:
    take_tokens(redis, 1, 1, 1)
    return_tokens(redis, 1, 1000)

    begun = time.monotonic()
    assert take_tokens(redis, 1, 1, 1) == 0
    assert take_tokens(redis, 1, 1, 1) > 0.9 - (time.monotonic() - begun)


def test_accounts_have_tokens_of_their_own(redis: Redis) -> None:
    take_tokens(redis, 1, 10, 10)

    assert take_tokens(redis, 2, 10, 10) == 0


def test_a_slow_rate_lets_one_go_at_a_time(redis: Redis) -> None:
    assert take_tokens(redis, 1, 0.5, 1) == pytest.approx(1.0, abs=0.1)


def test_a_rate_of_a_provider_goes_before_the_usual_one(shop: Shop) -> None:
    wired = shop.app.extensions["smsadmin"]
    wired.settings = replace(wired.settings, rate=30, rates={"smsc": 7.5})

    assert (rate_of("smsc"), rate_of("twilio")) == (7.5, 30)
    line = Line.to(shop.connect())
    assert (line.rate, line.claim_size(8)) == (7.5, 7)


def test_a_broadcast_keeps_to_the_rate_of_its_account(shop: Shop) -> None:
    shop.connect()
    wired = shop.app.extensions["smsadmin"]
    wired.settings = replace(wired.settings, rates={"smsc": 10.0})
    shop.customers(30)
    broadcast_id = shop.formed()
    lifecycle.send(broadcast_id, "Мария")

    begun = time.monotonic()
    while shop.states(broadcast_id) != {"accepted": 30} and time.monotonic() - begun < 60:
        shop.work()
    took = time.monotonic() - begun

    # One second's were saved, the other twenty have to wait for two seconds.
    assert shop.states(broadcast_id) == {"accepted": 30}
    assert took >= 1.8


def had(redis: Redis, waiting: list[int], turns: int, sizes: dict[int, int]) -> dict[int, int]:
    """Give turns of 100; a broadcast with a size has only so many messages in each."""
    total = dict.fromkeys(waiting, 0)
    for _ in range(turns):
        one = next_turn(redis, 1, waiting, 100)
        total[one] += sizes.get(one, 100)
        if one in sizes:
            had_less(redis, 1, one, 100 - sizes[one])
    return total


def test_turns_are_shared_by_messages_and_not_by_their_number(redis: Redis) -> None:
    total = had(redis, [1, 2, 3], 100, {2: 20})

    assert max(total.values()) - min(total.values()) <= 100


def test_whoever_joins_later_has_no_arrears(redis: Redis) -> None:
    had(redis, [1, 2], 20, {})

    total = had(redis, [1, 2, 3], 30, {})

    assert max(total.values()) - min(total.values()) <= 100


def test_a_job_goes_on_where_the_one_before_ended(redis: Redis) -> None:
    total: dict[int, int] = dict.fromkeys(range(1, 21), 0)
    for _ in range(4):
        for one, messages in had(redis, list(total), 30, {}).items():
            total[one] += messages

    assert set(total.values()) == {600}
