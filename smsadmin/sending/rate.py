"""How many messages an account may send now: a token bucket in Redis, shared by all workers."""

from redis import Redis

from smsadmin.current import settings

BUCKET = """
local rate, want = tonumber(ARGV[1]), tonumber(ARGV[2])
local time = redis.call('TIME')
local now = time[1] + time[2] / 1000000
local kept = redis.call('HMGET', KEYS[1], 'tokens', 'at')
local tokens, at = tonumber(kept[1]) or rate, tonumber(kept[2]) or now
tokens = math.min(math.max(rate, 1), tokens + math.max(0, now - at) * rate)
local missing = math.max(0, want - tokens)
if missing == 0 then
    tokens = tokens - want
end
redis.call('HSET', KEYS[1], 'tokens', tokens, 'at', now)
redis.call('EXPIRE', KEYS[1], math.ceil(60 + 1 / rate))
return tostring(missing / rate)
"""

RETURN = """
if redis.call('EXISTS', KEYS[1]) == 1 then
    redis.call('HINCRBYFLOAT', KEYS[1], 'tokens', ARGV[1])
end
"""


def rate_of(provider: str) -> float:
    """Return how many messages a second may leave through an account of this provider."""
    return settings().rates.get(provider, settings().rate)


def take_tokens(redis: Redis, account_id: int, rate: float, want: int) -> float:
    """Take `want` tokens of the account, all or none; return in how many seconds they are there, 0: they are taken.

    It earns `rate` a second and never holds more than one second's (or one). All or none, because whoever took
    what is there would send one message a request.
    """
    return float(redis.eval(BUCKET, 1, _key(account_id), rate, want))


def return_tokens(redis: Redis, account_id: int, unused: int) -> None:
    """Give tokens back for which there was no message."""
    redis.eval(RETURN, 1, _key(account_id), unused)


def _key(account_id: int) -> str:
    return f"sms:rate:{account_id}"


def is_worked_for(redis: Redis, account_id: int) -> bool:
    """Say whether any loop has asked for tokens of this account within the last minute."""
    return bool(redis.exists(_key(account_id)))
