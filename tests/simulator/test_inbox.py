"""The inbox: what was taken is on disk, counted, and read back."""

import json
import os
from decimal import Decimal
from pathlib import Path

import pytest

from smsadmin.simulator.inbox import Arrival, Inbox, SaidNotFound

PRICES = {"smsc": Decimal("3.50"), "twilio": Decimal("0.05")}


def sms(phone: str = "+79260000001", text: str = "Привет", provider: str = "smsc") -> Arrival:
    return Arrival(provider, "one", phone, text, "SHOP")


def test_what_was_taken_is_there_after_a_restart(tmp_path: Path) -> None:
    before = Inbox(tmp_path, PRICES)
    before.take([sms(), sms(), sms("+79260000002", "я" * 71)])

    after = Inbox(tmp_path, PRICES)

    assert after.after(0, 10) == before.after(0, 10)
    assert after.counts("smsc") == {"received": 3, "duplicates": 1, "most_copies": 2}
    assert after.spent("smsc") == Decimal("14.00")


def test_the_same_text_to_the_same_phone_is_a_duplicate_but_not_at_another_provider(tmp_path: Path) -> None:
    inbox = Inbox(tmp_path, PRICES)

    inbox.take([sms(), sms(text="other"), sms("+79260000002"), sms(provider="twilio")])

    assert inbox.counts("smsc") == {"received": 3, "duplicates": 0, "most_copies": 1}
    assert inbox.counts("twilio") == {"received": 1, "duplicates": 0, "most_copies": 1}


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


def test_what_was_said_not_to_be_there_is_not_taken_also_after_a_restart(tmp_path: Path) -> None:
    before = Inbox(tmp_path, PRICES)
    assert before.look_up("smsc", "one", "+79260000001") is None
    with pytest.raises(SaidNotFound):
        before.take([sms("+79260000002"), sms()])

    after = Inbox(tmp_path, PRICES)

    with pytest.raises(SaidNotFound):
        after.take([sms()])
    assert after.after(0, 10) == []


def test_saying_it_again_costs_no_line_more(tmp_path: Path) -> None:
    inbox = Inbox(tmp_path, PRICES)

    for _ in range(3):
        inbox.look_up("smsc", "one", "+79260000001")

    assert len((tmp_path / "inbox.jsonl").read_text().splitlines()) == 1


def test_of_several_sms_with_one_id_to_a_phone_the_newest_is_found(tmp_path: Path) -> None:
    inbox = Inbox(tmp_path, PRICES)
    inbox.take([sms(), sms(text="newest"), sms("+79260000002")])

    found = inbox.look_up("smsc", "one", "+79260000001")

    assert found is not None
    assert found.text == "newest"


def test_the_most_copies_of_one_text_to_one_phone_are_counted(tmp_path: Path) -> None:
    inbox = Inbox(tmp_path, PRICES)

    inbox.take([sms()] * 3 + [sms(text="other")] * 2 + [sms(provider="twilio")])

    assert inbox.counts("smsc") == {"received": 5, "duplicates": 3, "most_copies": 3}
    assert inbox.counts("twilio")["most_copies"] == 1


def test_a_file_of_an_older_simulator_is_read(tmp_path: Path) -> None:
    Inbox(tmp_path, PRICES).take([sms()])
    file = tmp_path / "inbox.jsonl"
    line = json.loads(file.read_text())
    del line["message"]["fate"]
    file.write_text(json.dumps(line) + "\n")

    assert [message.fate for message in Inbox(tmp_path, PRICES).after(0, 10)] == [""]


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
