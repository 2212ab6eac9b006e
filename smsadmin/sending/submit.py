"""Hand claimed messages to the provider: no transaction is open here, and nothing is sent a second time."""

import logging
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from datetime import timedelta

from smsadmin import links
from smsadmin.current import settings
from smsadmin.failures import named
from smsadmin.providers.base import Answer, Credentials, Outcome, Outgoing, Provider
from smsadmin.reasons import Reason
from smsadmin.sending.claim import Claim, outgoing
from smsadmin.sending.claimed import Claimed

log = logging.getLogger(__name__)

NOT_BEGUN = Answer(Outcome.TRY_LATER, retry_after=timedelta(0))
"""The lease would have ended during the call, so there was none."""


def requests_of(claim: Claim, provider: Provider) -> list[list[Outgoing]]:
    """Return what each of the claim's calls will carry, with the codes of the links; nothing has left yet."""
    texts = links.texts(claim.messages)
    ready = [outgoing(provider, m, text) for m, text in zip(claim.messages, texts, strict=True)]
    size = provider.abilities.batch_size
    return [ready[start : start + size] for start in range(0, len(ready), size)]


class Calls:
    """The calls of a claim, and what they carry.

    Each thread that makes them takes one after the other: handing each over by itself took a tenth of a worker's time.
    """

    def __init__(
        self,
        claim: Claim,
        requests: Sequence[Sequence[Outgoing]],
        provider: Provider,
        credentials: Credentials,
    ) -> None:
        """Note what is to be called; nothing has begun."""
        self.claim = claim
        self.requests = requests
        self.answers: list[Sequence[Answer]] = [()] * len(requests)
        """What came back, a request at a time."""
        self.failure: BaseException | None = None
        """What ended a thread in the middle of its calls."""
        self._provider = provider
        self._credentials = credentials
        self._deadline = settings().call_deadline
        # Shared by the threads: each takes what no other has taken, which a deque promises.
        self._waiting = deque(range(len(requests)))

    @property
    def messages(self) -> list[Outgoing]:
        """Return what the calls carry."""
        return [message for request in self.requests for message in request]

    def begin(self, threads: Executor, at_once: int, came_back: Callable[[], None]) -> None:
        """Make them on up to `at_once` threads, as those are free; each calls `came_back` after each of its calls."""
        try:
            for _ in range(min(at_once, len(self.requests))):
                threads.submit(self._make, came_back)
        except RuntimeError:
            # There is no room for more threads, or the process ends: this one makes what the others leave.
            self._make(came_back)

    def pairs(self) -> list[tuple[Claimed, Answer]]:
        """Return every answer, once the last call has come back; raise what one of them ended in."""
        if self.failure:
            raise self.failure
        answers = [answer for several in self.answers for answer in several]
        return list(zip(self.claim.messages, answers, strict=True))

    def _make(self, came_back: Callable[[], None]) -> None:
        while (position := self._taken()) is not None:
            try:
                self.answers[position] = self._answers(self.requests[position])
            except BaseException as failure:  # noqa: BLE001 - raised by who asks for the answers
                self.failure = failure
            came_back()

    def _taken(self) -> int | None:
        try:
            return self._waiting.popleft()
        except IndexError:
            return None

    def _answers(self, request: Sequence[Outgoing]) -> list[Answer]:
        if not self.claim.may_start(self._deadline):
            return [NOT_BEGUN] * len(request)
        try:
            return self._provider.send(self._credentials, self.claim.request_id, request, self._deadline)
        except Exception as error:
            # A mistake of ours around the call: nobody knows what the provider took.
            log.error("call to %s ended in %s", self._provider.name, named(error))
            unknown = Answer(Outcome.UNKNOWN, Reason.STRANGE_ANSWER, raw=type(error).__name__)
            return [unknown] * len(request)
