"""The limits that SMSC publishes (its pages on send.php, status.php, balance.php and on blocked addresses).

Enforced, they are answered as SMSC does, with error 4 or 9 and a complaint. Otherwise they only make a warning,
because tests that share one simulator use wrong passwords all the time. A request that is refused for a limit does
not count towards it. Unconfirmed: whether SMSC counts such ones too, and what exactly it calls an identical request.
"""

from collections import Counter, deque
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from hashlib import blake2b
from threading import Lock
from time import monotonic

from smsadmin.simulator.complaints import Complaints
from smsadmin.simulator.smsc_codes import Refused

WRONG_LOGINS, LOGIN_MINUTES = 5, 30
"""So many wrong logins within so many minutes block the address for as long."""
BAD_SENDS, BAD_SEND_MINUTES = 100, 10
"""So many bad sends in a row within so many minutes block the address for as long."""
AT_ONCE = {"send": 15, "status": 5}
"""From so many requests at once on they are refused."""
BALANCES, MASS_STATUSES, SAME_STATUSES = 10, 1, 5
"""The most a minute: balances, status requests about several messages, and about one and the same."""

CREDENTIALS = {"login", "psw", "apikey"}


class _Window:
    """Counts what happened, by key, within the last so many seconds."""

    def __init__(self, seconds: float, clock: Callable[[], float]) -> None:
        self._seconds = seconds
        self._clock = clock
        self._order: deque[tuple[float, Hashable]] = deque()
        self._counts: Counter[Hashable] = Counter()

    def count(self, key: Hashable) -> int:
        """Return how often it happened, without what is too long ago."""
        while self._order and self._order[0][0] <= self._clock() - self._seconds:
            _, old = self._order.popleft()
            self._counts[old] -= 1
            if not self._counts[old]:
                del self._counts[old]
        return self._counts[key]

    def add(self, key: Hashable) -> int:
        """Note that it happened once more and return how often that makes."""
        self._order.append((self._clock(), key))
        self._counts[key] += 1
        return self.count(key)

    def forget(self, key: Hashable) -> None:
        """Begin anew with one key."""
        self._order = deque(one for one in self._order if one[1] != key)
        del self._counts[key]


class Limits:
    """SMSC's limits over its requests; safe to use from several threads.

    `minute` is how many seconds the provider's minute lasts. What goes over a limit raises `Refused` when
    limits are enforced, and is a warning otherwise.
    """

    def __init__(
        self,
        complaints: Complaints,
        minute: float = 60.0,
        enforced: bool = False,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._complaints = complaints
        self._minute = minute
        self._enforced = enforced
        self._clock = clock
        self._lock = Lock()
        self._blocked_until: dict[str, float] = {}
        self._under_way: Counter[str] = Counter()
        self._wrong_logins = _Window(LOGIN_MINUTES * minute, clock)
        self._bad_sends = _Window(BAD_SEND_MINUTES * minute, clock)
        self._sends, self._balances = _Window(minute, clock), _Window(minute, clock)
        self._mass_statuses, self._statuses = _Window(minute, clock), _Window(minute, clock)

    @contextmanager
    def under_way(self, script: str, address: str) -> Iterator[None]:
        """Count a request while it is answered; refuse it when its address is blocked or there are too many."""
        with self._lock:
            if self._blocked_until.get(address, 0) > self._clock():
                raise Refused(4, "a request from an address that is blocked")
            most = AT_ONCE.get(script)
            if most and self._under_way[script] + 1 >= most:
                self._broken(f"{script}.php: {most} or more requests at once")
            self._under_way[script] += 1
        try:
            yield
        finally:
            with self._lock:
                self._under_way[script] -= 1

    def wrong_login(self, address: str) -> None:
        """Note a wrong login or password; so many block the address."""
        with self._lock:
            if self._wrong_logins.add(address) >= WRONG_LOGINS:
                self._block(
                    address, LOGIN_MINUTES, f"{WRONG_LOGINS} wrong logins within {LOGIN_MINUTES} minutes"
                )
                self._wrong_logins.forget(address)

    def sent(self, address: str, well: bool) -> None:
        """Note how a send ended; so many bad ones in a row block the address."""
        with self._lock:
            if well:
                self._bad_sends.forget(address)
            elif self._bad_sends.add(address) >= BAD_SENDS:
                words = f"{BAD_SENDS} bad sends in a row within {BAD_SEND_MINUTES} minutes"
                self._block(address, BAD_SEND_MINUTES, words)
                self._bad_sends.forget(address)

    def send(self, form: Mapping[str, str]) -> None:
        """Refuse a send that is identical to one within the last minute, credentials apart."""
        told = repr(sorted(item for item in form.items() if item[0] not in CREDENTIALS))
        self._hit(
            self._sends, 1, blake2b(told.encode()).digest(), "send.php: an identical request within a minute"
        )

    def balance(self) -> None:
        """Refuse a balance that is one too many within a minute."""
        self._hit(self._balances, BALANCES, "", f"balance.php: more than {BALANCES} requests a minute")

    def status(self, asked: Sequence[tuple[str, str]]) -> None:
        """Refuse a question about messages, each as (id, phone), that comes too soon after others."""
        if len(asked) > 1:
            words = "status.php: more than one request about several messages a minute"
            self._hit(self._mass_statuses, MASS_STATUSES, "", words)
            return
        words = f"status.php: more than {SAME_STATUSES} requests about one message a minute"
        for one in asked:
            self._hit(self._statuses, SAME_STATUSES, one, words)

    def _hit(self, window: _Window, most: int, key: Hashable, words: str) -> None:
        with self._lock:
            if window.count(key) >= most:
                self._broken(words)
            else:
                window.add(key)

    def _block(self, address: str, minutes: int, words: str) -> None:
        if self._enforced:
            self._complaints.complain("smsc", f"{words} block the address for {minutes} minutes")
            self._blocked_until[address] = self._clock() + minutes * self._minute
        else:
            self._complaints.warn("smsc", f"{words} would block the address for {minutes} minutes")

    def _broken(self, words: str) -> None:
        """Refuse a request that goes over a limit, or warn."""
        if self._enforced:
            raise Refused(9, words)
        self._complaints.warn("smsc", words)
