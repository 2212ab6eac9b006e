"""The balance of the account that sends is kept fresh: by one worker, and never by trying a wrong password."""

from smsadmin.reasons import Reason
from smsadmin.sending.balances import keep_balance_fresh
from tests.plugin import Shop
from tests.sending.test_lookups import set_account, the_account


def test_the_balance_is_kept_fresh_by_one_worker_at_a_time(shop: Shop) -> None:
    shop.connect()
    before = shop.simulator.counts("smsc")["requests"]

    keep_balance_fresh()
    keep_balance_fresh()

    assert shop.simulator.counts("smsc")["requests"] == before + 1
    assert the_account().balance_at is not None


def test_a_wrong_password_is_not_tried_for_the_balance_again_and_again(shop: Shop) -> None:
    shop.connect(secret="wrong")
    set_account(stopped_reason=Reason.WRONG_PASSWORD.value)
    before = shop.simulator.counts("smsc")["requests"]

    keep_balance_fresh()

    assert shop.simulator.counts("smsc")["requests"] == before


def test_a_wrong_password_that_the_balance_hears_stops_the_account(shop: Shop) -> None:
    shop.connect(secret="wrong")

    keep_balance_fresh()

    assert the_account().stopped_reason == Reason.WRONG_PASSWORD
