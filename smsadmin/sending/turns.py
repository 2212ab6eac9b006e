"""Whose turn it is: the broadcasts of one account share it by messages, however many workers send.

Each has a debt, the messages that it has had more than another one; whoever owes least comes next. The debts stand
in Redis, so that they outlive a job; where it is erased all begin anew, and nothing but a turn is lost.
"""

from collections.abc import Sequence

from redis import Redis

FORGOTTEN_AFTER = 3600
"""Seconds without any turn, after which nobody owes anything."""

NEXT = """
local size, forgotten = tonumber(ARGV[1]), tonumber(ARGV[2])
local known = redis.call('HGETALL', KEYS[1])
local kept = {}
for i = 1, #known, 2 do
    kept[known[i]] = tonumber(known[i + 1])
end
local first, least
for i = 3, #ARGV do
    local debt = kept[ARGV[i]] or 0
    if not least or debt < least then
        first, least = ARGV[i], debt
    end
end
redis.call('DEL', KEYS[1])
for i = 3, #ARGV do
    local debt = (kept[ARGV[i]] or 0) - least
    if ARGV[i] == first then
        debt = size
    end
    redis.call('HSET', KEYS[1], ARGV[i], debt)
end
redis.call('EXPIRE', KEYS[1], forgotten)
return first
"""
"""Whoever joins owes nothing, as whoever came last owed before his turn; who does not wait any more is forgotten."""

CORRECT = """
if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 1 then
    redis.call('HINCRBY', KEYS[1], ARGV[1], ARGV[2])
end
"""


def next_turn(redis: Redis, account_id: int, broadcasts: Sequence[int], size: int) -> int:
    """Return which of the broadcasts (at least one) comes next; it owes `size` messages more from now on."""
    if len(broadcasts) == 1:
        return broadcasts[0]
    return int(redis.eval(NEXT, 1, _key(account_id), size, FORGOTTEN_AFTER, *broadcasts))


def had_less(redis: Redis, account_id: int, broadcast_id: int, unused: int) -> None:
    """Note that a broadcast had so many messages less in its turn than it owes for."""
    redis.eval(CORRECT, 1, _key(account_id), broadcast_id, -unused)


def _key(account_id: int) -> str:
    return f"sms:turns:{account_id}"
