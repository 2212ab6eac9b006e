"""How an answer reaches the caller, or does not: held, cut, dripped, or replaced by what says nothing."""

import time
from collections.abc import Collection, Iterator
from itertools import cycle
from threading import BoundedSemaphore

from flask import Response, jsonify

from smsadmin.simulator.fates import Denial, Reply

THREADS = 64
"""Threads that answer requests. Half of them may hang together; beyond that an answer is not held at all."""


class AnswerLost(ConnectionError):
    """An answer is lost on purpose: raised in a response's body, it makes the server drop the connection."""


class Answers:
    """Gives answers as the script says."""

    def __init__(self, hang: float) -> None:
        """`hang` is for how many seconds an answer that does not come is held, and how long a dripping one takes."""
        self._hang = hang
        self._hanging = BoundedSemaphore(THREADS // 2)
        self._server_errors = cycle((500, 502, 503))

    def give(self, replies: Collection[Reply], response: Response) -> Response:
        """Return the response, or what becomes of it when what the request brought was taken."""
        reply = next((reply for reply in Reply if reply in replies), Reply.ANSWER)
        if reply is Reply.HANG:
            self.hold()
        if reply in {Reply.HANG, Reply.RESET}:
            return _silence()
        if reply is Reply.CUT:
            return _cut()
        if reply is Reply.SERVER_ERROR:
            return _error_page(next(self._server_errors))
        if reply is Reply.GARBAGE:
            garbage = jsonify(result="done")
            garbage.status_code = response.status_code
            return garbage
        return self._dripping(response) if reply is Reply.DRIP else response

    def instead(self, denial: Denial) -> Response | None:
        """Return what comes instead of an answer to a request that is not taken; None: its provider's own words."""
        if denial in {Denial.HANG, Denial.RESET}:
            return _silence()
        return _error_page(503) if denial is Denial.SERVER_ERROR else None

    def hold(self) -> None:
        """Let the caller wait, unless too many do."""
        if self._hanging.acquire(blocking=False):
            try:
                time.sleep(self._hang)
            finally:
                self._hanging.release()

    def _dripping(self, response: Response) -> Response:
        whole = response.get_data()

        def body() -> Iterator[bytes]:
            if not self._hanging.acquire(blocking=False):
                yield whole
                return
            try:
                for place in range(len(whole)):
                    time.sleep(self._hang / len(whole))
                    yield whole[place : place + 1]
            finally:
                self._hanging.release()

        response.response = body()
        response.headers["Content-Length"] = str(len(whole))
        return response


def _silence() -> Response:
    """Return a response that ends the connection without a byte.

    It is closed and not reset: granian keeps its sockets to itself, so SO_LINGER cannot be set on this one.
    To a caller that waits for an answer both mean the same. What closes it is a length that the server cannot
    write, before anything has been written.
    """

    def body() -> Iterator[bytes]:
        yield b""
        raise AnswerLost("the script gives no answer")

    return Response(body(), headers={"Content-Length": "none"})


def _cut() -> Response:
    """Return a response that promises a body and breaks off behind its first byte."""

    def body() -> Iterator[bytes]:
        yield b"{"
        # The server writes in a thread of its own, and would drop what has not left by now.
        time.sleep(0.05)
        raise AnswerLost("the script loses this answer")

    return Response(body(), headers={"Content-Length": "1000"}, content_type="application/json")


def _error_page(status: int) -> Response:
    """Return what a provider's front server says when the one behind it fails."""
    page = f"<html><head><title>{status}</title></head><body><h1>{status}</h1></body></html>\n"
    return Response(page, status, content_type="text/html")
