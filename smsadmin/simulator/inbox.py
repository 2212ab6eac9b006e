"""What the phones received: on disk before the provider answers, counted, and read back at the next start.

So is what was said not to be there. One JSON object a line, appended. A kill loses nothing that was answered;
only a power cut could (there is no fsync, because this plays a provider on a developer's machine).
"""

import json
import os
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from decimal import Decimal
from itertools import islice
from pathlib import Path
from threading import Lock
from typing import Any

from smsadmin.simulator.parts import count_parts


@dataclass(frozen=True, slots=True)
class Arrival:
    """One SMS as a request brings it: `phone` is E.164, `id` is what receipts will call it."""

    provider: str
    id: str
    phone: str
    text: str
    sender: str = ""
    reference: str = ""
    callback: str = ""
    fate: str = ""
    """The word of the script by which its receipts are known."""


@dataclass(frozen=True, slots=True)
class Message(Arrival):
    """One SMS that was taken: the `number`th of all, at the UTC time `at`, billed at `price`."""

    number: int = 0
    parts: int = 1
    price: str = "0"
    at: str = ""

    @property
    def taken_at(self) -> datetime:
        """Return when it was taken, as an aware UTC time."""
        return datetime.fromisoformat(self.at)


class SaidNotFound(Exception):
    """An SMS comes after "not found" was answered about it: a caller that believed it would send twice."""


class Inbox:
    """All SMS that were taken, by phone and in order; safe to use from several threads."""

    def __init__(self, directory: Path, prices: dict[str, Decimal]) -> None:
        """Read back what `directory` holds; `prices` is each provider's price of one part."""
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._prices = prices
        self._lock = Lock()
        self._messages: list[Message] = []
        self._phones: dict[str, list[Message]] = {}
        self._seen: Counter[tuple[str, str, str]] = Counter()
        self._received: Counter[str] = Counter()
        self._duplicates: Counter[str] = Counter()
        self._spent: Counter[str] = Counter()
        self._most_copies: Counter[str] = Counter()
        self._unsettled: dict[int, Message] = {}
        self._known: dict[tuple[str, str], dict[str, Message]] = {}
        self._not_found: set[tuple[str, str, str]] = set()
        self._file = os.open(directory / "inbox.jsonl", os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        self._size = self._read_back()

    def take(self, arrivals: Sequence[Arrival]) -> list[Message]:
        """Append the SMS to the file, then let the phones have them; raise OSError when the disk refuses.

        Raise `SaidNotFound`, and take none, when one of them was said not to be there (`look_up`).
        """
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        with self._lock:
            if any((each.provider, each.id, each.phone) in self._not_found for each in arrivals):
                raise SaidNotFound
            first = len(self._messages) + 1
            taken = [self._billed(arrival, first + index, now) for index, arrival in enumerate(arrivals)]
            self._append({"message": asdict(message)} for message in taken)
            for message in taken:
                self._remember(message)
        return taken

    def settle(self, number: int) -> None:
        """Note that the `number`th SMS needs no receipt any more, so that a restart sends none."""
        with self._lock:
            if self._unsettled.pop(number, None):
                self._append([{"settled": number}])

    def unsettled(self) -> list[Message]:
        """Return the SMS whose receipt has not come through yet."""
        with self._lock:
            return list(self._unsettled.values())

    def look_up(self, provider: str, identifier: str, phone: str) -> Message | None:
        """Return the newest SMS with this id to this phone; None is a promise that there will never be one.

        The promise is on disk when this returns; raise OSError when the disk refuses.
        """
        with self._lock:
            found = self._known.get((provider, identifier), {}).get(phone)
            promise = (provider, identifier, phone)
            if found is None and promise not in self._not_found:
                self._append([{"not_found": promise}])
                self._not_found.add(promise)
            return found

    def with_id(self, provider: str, identifier: str) -> Message | None:
        """Return the newest SMS that its provider calls so; None when there is none so far."""
        with self._lock:
            return next(reversed(self._known.get((provider, identifier), {}).values()), None)

    def newest(self, provider: str, phone: str = "") -> list[Message]:
        """Return one provider's SMS, of all phones or of one, the newest first."""
        with self._lock:
            held = self._phones.get(phone, []) if phone else self._messages
            return [message for message in reversed(held) if message.provider == provider]

    def counts(self, provider: str) -> dict[str, int]:
        """Count one provider's SMS; a duplicate is one more with the same phone and the same text.

        `most_copies` is how many there are of that text to that phone of which there are most.
        """
        with self._lock:
            return {
                "received": self._received[provider],
                "duplicates": self._duplicates[provider],
                "most_copies": self._most_copies[provider],
            }

    def spent(self, provider: str) -> Decimal:
        """Return what one provider's SMS have cost, in its own currency."""
        with self._lock:
            return self._prices[provider] * self._spent[provider]

    def after(self, number: int, limit: int, phone: str = "") -> list[Message]:
        """Return up to `limit` SMS, of all phones or of one, that came after the `number`th, in order."""
        with self._lock:
            if not phone:
                return self._messages[max(number, 0) : max(number, 0) + limit]
            later = (message for message in self._phones.get(phone, ()) if message.number > number)
            return list(islice(later, limit))

    def of(self, phone: str) -> list[Message]:
        """Return what one phone got, the oldest first."""
        with self._lock:
            return list(self._phones.get(phone, ()))

    def latest(self, fragments: Sequence[str], limit: int) -> tuple[list[tuple[Message, int]], int]:
        """Return newest SMS and count of `limit` phones that match a fragment; and how many match at all."""
        with self._lock:
            found = [
                held
                for phone, held in reversed(self._phones.items())
                if not fragments or any(fragment in phone for fragment in fragments)
            ]
            return [(held[-1], len(held)) for held in islice(found, limit)], len(found)

    def _billed(self, arrival: Arrival, number: int, now: str) -> Message:
        parts = count_parts(arrival.text)
        price = str(self._prices[arrival.provider] * parts)
        return Message(**asdict(arrival), number=number, parts=parts, price=price, at=now)

    def _remember(self, message: Message) -> None:
        self._messages.append(message)
        # Taken out and put back, so that the phone with the newest SMS stands last.
        held = self._phones.pop(message.phone, [])
        held.append(message)
        self._phones[message.phone] = held
        self._received[message.provider] += 1
        self._spent[message.provider] += message.parts
        self._seen[message.provider, message.phone, message.text] += 1
        copies = self._seen[message.provider, message.phone, message.text]
        self._duplicates[message.provider] += copies > 1
        self._most_copies[message.provider] = max(copies, self._most_copies[message.provider])
        self._known.setdefault((message.provider, message.id), {})[message.phone] = message
        self._unsettled[message.number] = message

    def _append(self, lines: Iterable[dict[str, Any]]) -> None:
        written = b"".join(json.dumps(line, ensure_ascii=False).encode() + b"\n" for line in lines)
        if os.write(self._file, written) != len(written):
            # A full disk can take half a line, and the next one must not be glued to it.
            os.ftruncate(self._file, self._size)
            raise OSError("the simulator's disk is full: nothing was taken")
        self._size += len(written)

    def _read_back(self) -> int:
        """Read the file and cut off a line that a kill left torn: nobody was told that it was taken."""
        size = 0
        with os.fdopen(os.dup(self._file), "rb") as file:
            for line in file:
                if not line.endswith(b"\n"):
                    break
                size += len(line)
                entry = json.loads(line)
                if "message" in entry:
                    self._remember(Message(**entry["message"]))
                elif "not_found" in entry:
                    provider, identifier, phone = entry["not_found"]
                    self._not_found.add((provider, identifier, phone))
                else:
                    self._unsettled.pop(entry["settled"], None)
        os.ftruncate(self._file, size)
        return size
