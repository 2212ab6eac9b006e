"""Which account vouches for a callback: its own messages, and what an earlier row of the same login was handed."""

from sqlalchemy import update

from smsadmin import accounts
from smsadmin.database import write
from smsadmin.models import Account
from smsadmin.providers.twilio import signature
from smsadmin.sending.apply import apply_receipts
from tests.plugin import Shop
from tests.web.test_bad_callbacks import dropped, good, one_sent, post, wrong_signature


def test_a_token_that_was_changed_says_nothing_about_what_came_after_it(shop: Shop) -> None:
    shop.connect("twilio", secret="leaked-token")
    broadcast_id, message = one_sent(shop, "twilio")
    call = good(shop, message, "twilio")
    signed = {"X-Twilio-Signature": signature("leaked-token", f"http://localhost{call.path}", call.fields)}

    assert post(shop, call._replace(headers=signed)).status_code == 200
    apply_receipts()

    assert shop.states(broadcast_id) == {"accepted": 1}
    assert dropped("twilio") == {"unknown": 1}


def test_a_new_token_of_the_same_account_vouches_for_what_came_before_it(shop: Shop) -> None:
    broadcast_id, message = one_sent(shop, "twilio")
    shop.connect("twilio", secret="new-token")
    call = good(shop, message, "twilio")
    signed = {"X-Twilio-Signature": signature("new-token", f"http://localhost{call.path}", call.fields)}

    assert post(shop, call._replace(headers=signed)).status_code == 200
    apply_receipts()

    assert shop.states(broadcast_id) == {"delivered": 1}


def test_another_account_of_the_provider_vouches_for_nothing_of_this_one(shop: Shop) -> None:
    other = "AC" + "1" * 32
    shop.connect("twilio", login=other, secret="other-token")
    broadcast_id, message = one_sent(shop, "twilio")
    call = good(shop, message, "twilio")
    form = call.fields | {"AccountSid": other}
    signed = {"X-Twilio-Signature": signature("other-token", f"http://localhost{call.path}", form)}

    assert post(shop, call._replace(fields=form, headers=signed)).status_code == 200
    apply_receipts()

    assert shop.states(broadcast_id) == {"accepted": 1}
    assert dropped("twilio") == {"unknown": 1}


def test_no_message_is_settled_through_the_door_of_another_provider(shop: Shop) -> None:
    shop.connect("seventech")
    accounts.remove("seventech")
    broadcast_id, message = one_sent(shop, "twilio")
    path = f"/sms/receipts/seventech/{message.attempt_id}"

    assert shop.app.test_client().post(path, json={"state": "DELIVERED"}).status_code == 200
    apply_receipts()

    assert shop.states(broadcast_id) == {"accepted": 1}
    assert dropped("seventech") == {"unknown": 1}


def test_receipts_of_an_earlier_seventech_account_still_count(shop: Shop) -> None:
    broadcast_id, message = one_sent(shop, "seventech")
    shop.connect("seventech", login="another", secret="another")

    assert post(shop, good(shop, message, "seventech")).status_code == 200
    apply_receipts()

    assert shop.states(broadcast_id) == {"delivered": 1}


def test_a_removed_account_that_no_key_opens_lets_no_forged_callback_through(shop: Shop) -> None:
    old = shop.connect("twilio", login="AC" + "1" * 32)
    broadcast_id, message = one_sent(shop, "twilio")
    sealed = update(Account).where(Account.id == old.id).values(sealed_secret="x")
    write(lambda session: session.execute(sealed))

    forged = post(shop, wrong_signature(shop, good(shop, message, "twilio")))
    true = post(shop, good(shop, message, "twilio"))
    apply_receipts()

    assert (forged.status_code, true.status_code) == (403, 200)
    assert dropped("twilio") == {"forged": 1}
    assert shop.states(broadcast_id) == {"delivered": 1}
