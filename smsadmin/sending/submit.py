"""Hand claimed messages to the provider: no transaction is open here, and nothing is sent a second time."""

import logging
from collections.abc import Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Calls:
    """The calls of a claim, made by threads, and what they carry."""

    claim: Claim
    requests: Sequence[Sequence[Outgoing]]
    answers: Sequence[Future[list[Answer]]]

    @property
    def messages(self) -> list[Outgoing]:
        """Return what the calls carry."""
        return [message for request in self.requests for message in request]

    def are_over(self) -> bool:
        """Say whether the last of them has come back."""
        return all(answer.done() for answer in self.answers)

    def pairs(self) -> list[tuple[Claimed, Answer]]:
        """Return every answer, waiting for the last one."""
        answers = [answer for several in self.answers for answer in several.result()]
        return list(zip(self.claim.messages, answers, strict=True))


def submit(
    claim: Claim,
    requests: Sequence[Sequence[Outgoing]],
    provider: Provider,
    credentials: Credentials,
    threads: Executor,
) -> Calls:
    """Begin the claim's calls, several at once where a request carries one message, as threads are free."""
    deadline = settings().call_deadline
    answers = [
        threads.submit(_answers, claim, provider, credentials, request, deadline) for request in requests
    ]
    return Calls(claim, requests, answers)


def _answers(
    claim: Claim, provider: Provider, credentials: Credentials, request: Sequence[Outgoing], deadline: float
) -> list[Answer]:
    if not claim.may_start(deadline):
        return [NOT_BEGUN] * len(request)
    try:
        return provider.send(credentials, claim.request_id, request, deadline)
    except Exception as error:
        # A mistake of ours around the call: nobody knows what the provider took.
        log.error("call to %s ended in %s", provider.name, named(error))
        return [Answer(Outcome.UNKNOWN, Reason.STRANGE_ANSWER, raw=type(error).__name__)] * len(request)
