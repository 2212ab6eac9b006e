"""The calls of a claim on their threads: each is made once, whatever becomes of a thread."""

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from typing import Any

import pytest

from smsadmin.broadcasts import lifecycle
from smsadmin.providers import provider
from smsadmin.providers.base import Answer, Credentials, Outcome, Outgoing
from smsadmin.providers.twilio import Twilio
from smsadmin.sending.claim import claim
from smsadmin.sending.submit import Calls, requests_of
from tests.plugin import Shop

NOBODY = Credentials("demo", "demo", "http://127.0.0.1:1")

COUNT = 20


class Interrupted(BaseException):
    """What no `except Exception` sees."""


class FewThreads(Executor):
    """Has no room for another thread after the first ones."""

    def __init__(self, threads: ThreadPoolExecutor, room: int) -> None:
        self._threads = threads
        self._room = room

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        """Refuse as the real one does."""
        if not self._room:
            raise RuntimeError("can't start new thread")
        self._room -= 1
        return self._threads.submit(fn, *args, **kwargs)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Have Twilio take everything; return the phones that it was asked for."""
    phones: list[str] = []

    def send(_self: Twilio, _to: object, _id: str, messages: Sequence[Outgoing], _end: float) -> list[Answer]:
        phones.extend(message.phone for message in messages)
        return [Answer(Outcome.ACCEPTED, provider_id=message.phone) for message in messages]

    monkeypatch.setattr(Twilio, "send", send)
    return phones


@pytest.fixture
def calls(shop: Shop, asked: list[str]) -> Calls:
    """Return the calls of a claim of twenty messages, which have not begun."""
    account = shop.connect("twilio")
    shop.customers(COUNT)
    broadcast_id = shop.formed()
    lifecycle.send(broadcast_id, "Мария")
    found = claim(account, provider("twilio"), broadcast_id, COUNT)
    return Calls(found, requests_of(found, provider("twilio")), provider("twilio"), NOBODY)


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    """Return four threads."""
    with ThreadPoolExecutor(4) as executor:
        yield executor


def come_back(calls: Calls, executor: Executor) -> list[None]:
    """Make all calls; return a list that grows whenever one is said to have come back."""
    told: list[None] = []
    over = threading.Event()

    def note() -> None:
        told.append(None)
        if len(told) == COUNT:
            over.set()

    calls.begin(executor, 4, note)
    assert over.wait(60)
    return told


@pytest.mark.parametrize("room", [0, 1, 4])
def test_each_call_is_made_once_also_where_threads_are_missing(
    calls: Calls, asked: list[str], threads: ThreadPoolExecutor, room: int
) -> None:
    told = come_back(calls, FewThreads(threads, room))
    threads.shutdown()

    assert len(told) == COUNT
    assert sorted(asked) == sorted(message.phone for message in calls.claim.messages)
    assert [answer.provider_id for _, answer in calls.pairs()] == [m.phone for m in calls.claim.messages]


def test_what_ends_one_call_does_not_keep_the_others_from_being_made(
    calls: Calls, asked: list[str], threads: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual, unlucky = Twilio.send, calls.claim.messages[3].phone

    def send(self: Twilio, to: Credentials, name: str, messages: Sequence[Outgoing], end: float) -> Any:
        if messages[0].phone == unlucky:
            raise Interrupted
        return usual(self, to, name, messages, end)

    monkeypatch.setattr(Twilio, "send", send)

    told = come_back(calls, threads)
    threads.shutdown()

    assert len(told) == COUNT
    assert len(asked) == COUNT - 1
    with pytest.raises(Interrupted):
        calls.pairs()
