"""The inbox: what was taken is on disk, counted, and read back."""

import os
from decimal import Decimal
from pathlib import Path

import pytest

from smsadmin.simulator.inbox import Arrival, Inbox

PRICES = {"smsc": Decimal("3.50"), "twilio": Decimal("0.05")}


def sms(phone: str = "+79260000001", text: str = "Привет", provider: str = "smsc") -> Arrival:
    return Arrival(provider, "one", phone, text, "SHOP")


def test_what_was_taken_is_there_after_a_restart(tmp_path: Path) -> None:
    before = Inbox(tmp_path, PRICES)
    before.take([sms(), sms(), sms("+79260000002", "я" * 71)])

    after = Inbox(tmp_path, PRICES)

    assert after.after(0, 10) == before.after(0, 10)
    assert after.counts("smsc") == {"received": 3, "duplicates": 1}
    assert after.spent("smsc") == Decimal("14.00")


def test_the_same_text_to_the_same_phone_is_a_duplicate_but_not_at_another_provider(tmp_path: Path) -> None:
    inbox = Inbox(tmp_path, PRICES)

    inbox.take([sms(), sms(text="other"), sms("+79260000002"), sms(provider="twilio")])

    assert inbox.counts("smsc") == {"received": 3, "duplicates": 0}
    assert inbox.counts("twilio") == {"received": 1, "duplicates": 0}


def test_a_line_torn_by_a_kill_is_cut_off_and_the_next_one_is_whole(tmp_path: Path) -> None:
    Inbox(tmp_path, PRICES).take([sms(), sms(text="torn")])
    file = tmp_path / "inbox.jsonl"
    os.truncate(file, file.stat().st_size - 5)

    Inbox(tmp_path, PRICES).take([sms(text="next")])

    assert [message.text for message in Inbox(tmp_path, PRICES).after(0, 10)] == ["Привет", "next"]


def test_an_sms_waits_for_its_receipt_until_it_is_settled_also_over_a_restart(tmp_path: Path) -> None:
    inbox = Inbox(tmp_path, PRICES)
    first, second = inbox.take([sms(), sms(text="other")])

    inbox.settle(first.number)

    assert Inbox(tmp_path, PRICES).unsettled() == [second]


def test_the_file_is_for_its_owner_only_because_the_texts_carry_links(tmp_path: Path) -> None:
    Inbox(tmp_path / "new", PRICES)

    assert (tmp_path / "new").stat().st_mode & 0o077 == 0
    assert (tmp_path / "new" / "inbox.jsonl").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(("fragments", "found"), [([], 2), (["0002"], 1), (["555", "0001"], 1), (["9"], 2)])
def test_phones_are_found_by_a_part_of_their_number_newest_first(
    tmp_path: Path, fragments: list[str], found: int
) -> None:
    inbox = Inbox(tmp_path, PRICES)
    inbox.take([sms(), sms("+79260000002"), sms(text="newest")])

    rows, total = inbox.latest(fragments, 10)

    assert total == found
    assert inbox.latest([], 1) == ([(inbox.of("+79260000001")[-1], 2)], 2)
    assert len(rows) == found
