"""How many messages an account may send now: a token bucket in Redis, shared by all workers."""

from redis import Redis

BUCKET = """
local rate, want = tonumber(ARGV[1]), tonumber(ARGV[2])
local time = redis.call('TIME')
local now = time[1] + time[2] / 1000000
local kept = redis.call('HMGET', KEYS[1], 'tokens', 'at')
local tokens, at = tonumber(kept[1]) or rate, tonumber(kept[2]) or now
tokens = math.min(math.max(rate, 1), tokens + math.max(0, now - at) * rate)
local granted = math.min(want, math.floor(tokens))
redis.call('HSET', KEYS[1], 'tokens', tokens - granted, 'at', now)
redis.call('EXPIRE', KEYS[1], 60)
return granted
"""


def take_tokens(redis: Redis, account_id: int, rate: float, want: int) -> int:
    """Take up to `want` tokens of the account; it earns `rate` a second and never holds more than one second's."""
    granted: int = redis.eval(BUCKET, 1, f"sms:rate:{account_id}", rate, want)
    return granted
