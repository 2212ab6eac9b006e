"""The limit of `bench.send`: threads that post the same requests with `requests`, and nothing else."""

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from threading import Thread

import requests

from bench.figures import timed
from smsadmin.standalone.environment import SIMULATOR_LOGIN, SIMULATOR_PASSWORD, TWILIO_SID, TWILIO_TOKEN


@dataclass(frozen=True)
class Sms:
    """One SMS as it is handed over: its text carries the codes of its links."""

    phone: str
    text: str


@dataclass(frozen=True)
class Post:
    """One HTTP request of a provider."""

    url: str
    form: dict[str, str]
    auth: tuple[str, str] | None = None


def of_twilio(base_url: str, shop: str, batch: Sequence[Sms]) -> list[Post]:
    """Return the requests that hand these SMS over to Twilio, one each."""
    url = f"{base_url}/2010-04-01/Accounts/{TWILIO_SID}/Messages.json"
    return [
        Post(
            url,
            {
                "To": sms.phone,
                "Body": sms.text,
                "From": "+15005550006",
                "StatusCallback": f"{shop}sms/receipts/twilio/{secrets.token_hex(16)}-{number}",
            },
            (TWILIO_SID, TWILIO_TOKEN),
        )
        for number, sms in enumerate(batch)
    ]


def of_smsc(base_url: str, batch: Sequence[Sms], together: int) -> list[Post]:
    """Return the requests that hand these SMS over to SMSC, so many together."""
    usual = {"login": SIMULATOR_LOGIN, "psw": SIMULATOR_PASSWORD, "charset": "utf-8", "fmt": "3"}
    usual |= {"op": "1", "err": "1", "sender": "Shop"}
    return [
        Post(
            f"{base_url}/sys/send.php",
            {
                **usual,
                "id": secrets.token_hex(16),
                "list": "\n".join(f"{sms.phone[1:]}:{sms.text}" for sms in batch[start : start + together]),
            },
        )
        for start in range(0, len(batch), together)
    ]


def post_all(posts: Sequence[Post], threads: int) -> float:
    """Post everything with so many threads, a session each; return the seconds, raise at a refusal."""
    waiting = iter(posts)
    failed: list[str] = []

    def work() -> None:
        with requests.Session() as session:
            session.trust_env = False
            for post in _shared(waiting):
                answer = session.post(post.url, post.form, auth=post.auth, timeout=30)
                if not answer.ok or answer.json().get("error_code"):
                    failed.append(answer.text)

    workers = [Thread(target=work) for _ in range(threads)]

    def run() -> None:
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()

    seconds = timed(run)
    if failed:
        raise RuntimeError(f"the simulator refused {len(failed)} requests")
    return seconds


def _shared(waiting: Iterator[Post]) -> Iterator[Post]:
    """Give out what no other thread has taken; a list's iterator is safe to share."""
    while (post := next(waiting, None)) is not None:
        yield post
