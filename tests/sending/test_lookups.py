"""Asking the providers about messages without a receipt: within their limits, and only ever upwards."""

from concurrent.futures import ThreadPoolExecutor
from contextvars import Context
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from smsadmin.broadcasts import lifecycle
from smsadmin.clock import utc_now
from smsadmin.database import db_now, read, write
from smsadmin.models import Account, Answered, ApiCall, Asked, Integration, Message, RawReceipt
from smsadmin.providers import provider
from smsadmin.providers.base import Answer, Outcome
from smsadmin.reasons import Reason
from smsadmin.sending.apply import apply_receipts
from smsadmin.sending.claim import claim
from smsadmin.sending.lookups import ask_providers
from smsadmin.sending.record import record
from smsadmin.sending.to_oneself import Addressee, send_test
from tests.plugin import Shop, fresh_phone
from tests.simulator.running import wait_until


def the_account() -> Account:
    return read(lambda session: session.scalars(select(Account)).one())


def set_account(**values: Any) -> None:
    write(lambda session: session.execute(update(Account).values(**values)))


def make_due(hours: float = 1.0) -> None:
    """Let every message have been handed over so long ago, and let the account's pause be over."""
    began = utc_now() - timedelta(hours=hours)
    write(lambda session: session.execute(update(Asked).values(at=began)))
    due = update(Message).where(Message.lookup_at.is_not(None)).values(lookup_at=db_now(-1))
    write(lambda session: session.execute(due))
    set_account(next_lookup_at=None)


def sent_to(shop: Shop, *endings: str, name: str = "smsc") -> int:
    """Send a broadcast to phones with these endings; no receipt ever comes."""
    shop.connect(name)
    for ending in endings:
        shop.customer(phone=fresh_phone(ending))
    return shop.sent()


def settled(shop: Shop, broadcast_id: int) -> dict[str, int]:
    """Ask once more and return the states: the simulated operator takes a second to deliver."""
    make_due()
    ask_providers()
    apply_receipts()
    return shop.states(broadcast_id)


def test_what_got_no_receipt_is_asked_about_and_settled(shop: Shop) -> None:
    broadcast_id = sent_to(shop, "", "", "9904")
    make_due()
    assert ask_providers() == 3

    wait_until(lambda: settled(shop, broadcast_id) == {"delivered": 2, "undelivered": 1})

    assert shop.reasons(broadcast_id) == {"no_such_subscriber": 1}
    assert the_account().last_found_at is not None


def test_it_is_asked_only_after_the_time_for_a_receipt_is_over(shop: Shop) -> None:
    sent_to(shop, "")

    assert ask_providers() == 0


def test_a_message_with_its_last_receipt_is_never_asked_about(shop: Shop) -> None:
    broadcast_id = sent_to(shop, "")
    shop.receive(shop.messages(broadcast_id)[0], "1")
    make_due()

    assert ask_providers() == 0


def test_that_the_operator_never_reports_ends_the_asking(shop: Shop) -> None:
    broadcast_id = sent_to(shop, "")
    shop.receive(shop.messages(broadcast_id)[0], "20", "245")
    make_due()

    assert ask_providers() == 0
    assert shop.reasons(broadcast_id) == {"no_report": 1}


@pytest.mark.parametrize("name", ["smsc", "twilio"])
def test_a_lost_answer_is_settled_by_a_find(shop: Shop, name: str) -> None:
    broadcast_id = sent_to(shop, "9911", name=name)
    assert shop.states(broadcast_id) == {"unknown": 1}
    make_due(hours=0)

    ask_providers()
    apply_receipts()

    assert set(shop.states(broadcast_id)) <= {"accepted", "delivered"}


def test_two_workers_together_keep_to_the_pause_of_the_account(shop: Shop) -> None:
    sent_to(shop, "")
    make_due()

    together = Barrier(4)

    def ask(_: int) -> int:
        with shop.app.app_context():
            together.wait(10)
            return ask_providers()

    with ThreadPoolExecutor(4) as workers:
        asked = list(workers.map(lambda number: Context().run(ask, number), range(4)))

    assert sorted(asked) == [0, 0, 0, 1]


def test_one_question_is_about_no_more_than_the_provider_takes(shop: Shop) -> None:
    sent_to(shop, "", "", name="twilio")
    make_due()
    before = shop.simulator.counts("twilio")["requests"]

    assert ask_providers() == 1

    assert shop.simulator.counts("twilio")["requests"] == before + 1


def test_after_days_nobody_asks_any_more(shop: Shop) -> None:
    broadcast_id = sent_to(shop, "9907")
    make_due(hours=80)

    ask_providers()
    make_due(hours=80)

    assert ask_providers() == 0
    assert shop.states(broadcast_id) == {"accepted": 1}


def test_each_pause_is_longer_than_the_one_before(shop: Shop) -> None:
    broadcast_id = sent_to(shop, "9907")
    pauses = []
    for hours in (1, 6, 30):
        make_due(hours)
        ask_providers()
        [message] = shop.messages(broadcast_id)
        assert message.lookup_at is not None
        pauses.append(round((message.lookup_at - utc_now()).total_seconds() / 3600))

    assert pauses == [1, 3, 15]


def test_a_removed_account_is_still_asked_about_what_it_was_handed(shop: Shop) -> None:
    broadcast_id = sent_to(shop, "")
    set_account(removed_at=utc_now())

    wait_until(lambda: settled(shop, broadcast_id) == {"delivered": 1})


def test_a_question_that_the_password_does_not_open_stops_the_account_and_is_not_repeated(shop: Shop) -> None:
    broadcast_id = sent_to(shop, "")
    other = shop.connect(login="other", secret="wrong")
    # The messages belong to an account whose password has been changed at the provider.
    write(lambda session: session.execute(update(Message).values(account_id=other.id)))
    due = update(Account).values(next_lookup_at=None)
    make_due()
    write(lambda session: session.execute(due))

    assert ask_providers() == 0
    stopped = read(lambda session: session.get_one(Account, other.id))
    assert (stopped.stopped_reason, stopped.stopped_until) == (Reason.WRONG_PASSWORD, None)
    make_due()
    before = shop.simulator.counts("smsc")["requests"]
    assert ask_providers() == 0
    assert shop.simulator.counts("smsc")["requests"] == before
    assert shop.states(broadcast_id) == {"accepted": 1}


def test_a_provider_that_cannot_be_asked_is_left_alone(shop: Shop) -> None:
    sent_to(shop, "", name="seventech")
    make_due()

    assert ask_providers() == 0


def test_a_status_that_is_told_again_is_kept_once(shop: Shop) -> None:
    """It may be on its way at first and then delivered: of three answers two are the same."""
    sent_to(shop, "")
    for _ in range(3):
        make_due()
        assert ask_providers() == 1

    told = read(lambda session: session.scalars(select(RawReceipt.status)).all())
    assert told
    assert len(told) == len(set(told)) < 3


def test_what_is_in_doubt_is_asked_about_before_what_is_only_late(shop: Shop) -> None:
    sent_to(shop, "", "", "9911", name="twilio")
    make_due(hours=0.5)
    doubtful = select(Message).where(Message.state == "unknown")
    [message] = read(lambda session: session.scalars(doubtful).all())
    waits = update(Message).where(Message.id != message.id).values(lookup_at=db_now(-1000))
    write(lambda session: session.execute(waits))

    assert ask_providers() == 1

    asked = read(lambda session: session.get_one(Message, message.id))
    assert asked.lookup_at is not None
    assert asked.lookup_at > utc_now()


def test_a_receipt_that_comes_before_our_record_does_not_end_the_asking(shop: Shop) -> None:
    account = shop.connect()
    shop.customer()
    broadcast_id = shop.formed()
    lifecycle.send(broadcast_id, "Мария")
    [message] = claim(account, provider("smsc"), broadcast_id, 1).messages

    shop.receive(message, "0")
    record(account.id, [(message, Answer(Outcome.ACCEPTED))])

    [after] = shop.messages(broadcast_id)
    assert after.state == "accepted"
    assert after.lookup_at is not None


def test_a_search_that_finds_another_sms_to_the_same_person_proves_nothing(shop: Shop) -> None:
    account = shop.connect("twilio")
    to = Addressee("1", "Ольга", fresh_phone())
    send_test(account, to, "Проверка")
    never_left = send_test(account, to, "Другая проверка")
    # Its call never reached Twilio, and it says the same as the one that did.
    lost = {"text": "Проверка", "state": "unknown", "rank": 2, "lookup_at": db_now(-1)}
    write(lambda session: session.execute(update(Message).where(Message.id == never_left.id).values(lost)))
    write(
        lambda session: session.execute(delete(Answered).where(Answered.attempt_id == never_left.attempt_id))
    )
    set_account(next_lookup_at=None)

    assert ask_providers() == 1
    apply_receipts()

    assert read(lambda session: session.get_one(Message, never_left.id)).state == "unknown"


def test_two_rows_of_one_login_share_one_pace(shop: Shop) -> None:
    sent_to(shop, "")
    shop.connect()
    shop.customer()
    shop.sent()
    make_due()

    assert ask_providers() == 1
    assert ask_providers() == 0


@pytest.mark.parametrize("name", ["smsc", "twilio"])
def test_questions_stand_in_the_access_log(shop: Shop, name: str) -> None:
    sent_to(shop, "", name=name)
    make_due()
    write(lambda session: session.execute(update(Integration).values(log_until=db_now(60))))

    ask_providers()

    [call] = read(lambda session: session.scalars(select(ApiCall)).all())
    assert (call.kind, call.provider, call.status) == ("lookup", name, 200)


def test_whether_a_test_sms_arrived_is_asked_within_a_minute(shop: Shop) -> None:
    account = shop.connect()

    message = send_test(account, Addressee("1", "Ольга", "+79261110000"), "Проверка")

    assert message.state == "accepted"
    assert message.lookup_at is not None
    assert message.lookup_at < utc_now() + timedelta(minutes=1)


def test_a_worker_whose_clock_is_off_does_not_put_questions_off(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When an attempt began and how old it is, the database says: its clock is the one that all workers share."""
    ahead = utc_now() + timedelta(minutes=5)
    monkeypatch.setattr("smsadmin.sending.claim.utc_now", lambda: ahead)

    sent_to(shop, "")

    [began] = read(lambda session: session.scalars(select(Asked.at)).all())
    assert abs((began - utc_now()).total_seconds()) < 30
