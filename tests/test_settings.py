"""A wrong setting is one sentence at the start, with the name, the value and what to do."""

from decimal import Decimal

import pytest
from cryptography.fernet import Fernet

from smsadmin.mail_server import mail_server
from smsadmin.settings import Settings
from smsadmin.settings_reading import BadSetting

GOOD = {"SMSADMIN_PUBLIC_URL": "https://shop.example"}
MAIL = {"SMSADMIN_ALERT_SMTP": "smtp://localhost"}


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({}, "SMSADMIN_PUBLIC_URL is missing"),
        ({"SMSADMIN_PUBLIC_URL": "shop.example"}, "must start with http"),
        (GOOD | {"SMSADMIN_RAET": "5"}, "SMSADMIN_RAET is not a setting"),
        (GOOD | {"SMSADMIN_RATE": "fast"}, "SMSADMIN_RATE is 'fast': it must be a number"),
        (GOOD | {"SMSADMIN_RATE": "0"}, "must be above 0"),
        (GOOD | {"SMSADMIN_LEASE": "10", "SMSADMIN_CALL_DEADLINE": "20"}, "must be longer than"),
        (GOOD | {"SMSADMIN_TIMEZONE": "Moskau"}, "no such zone"),
        (GOOD | {"SMSADMIN_KEYS": "abc"}, "SMSADMIN_KEYS: key number 1"),
        (
            GOOD | {"SMSADMIN_SUPPORT_TIMEZONE": "Europe"},
            "SMSADMIN_SUPPORT_TIMEZONE is 'Europe': no such zone",
        ),
        (
            GOOD | {"SMSADMIN_SUPPORT_EMAIL": "shop.example"},
            "SMSADMIN_SUPPORT_EMAIL is 'shop.example': write an e",
        ),
        (GOOD | {"SMSADMIN_SUPPORT_EMAIL": "a@b.example?cc=x"}, "SMSADMIN_SUPPORT_EMAIL is"),
        (
            GOOD | {"SMSADMIN_SUPPORT_PHONE": "8 495 123-45-67"},
            "SUPPORT_PHONE is '8 495 123-45-67': write \\+ and",
        ),
        (
            GOOD | {"SMSADMIN_SUPPORT_TELEGRAM": "@shop_help"},
            "SUPPORT_TELEGRAM is '@shop_help': write the name",
        ),
        (GOOD | {"SMSADMIN_SUPPORT_TELEGRAM": "shop"}, "5 to 32 Latin letters"),
        (GOOD | {"SMSADMIN_BASE_URLS": {"smsc": "smsc.ru"}}, "SMSADMIN_BASE_URLS: smsc is 'smsc.ru'"),
        (GOOD | {"SMSADMIN_BASE_URLS": {"twilio": "http://[::1"}}, "SMSADMIN_BASE_URLS: twilio is"),
        (GOOD | {"SMSADMIN_BALANCE_LIMITS": "500"}, "SMSADMIN_BALANCE_LIMITS is '500': write it like"),
        (GOOD | {"SMSADMIN_BALANCE_LIMITS": {"RUB": "much"}}, "SMSADMIN_BALANCE_LIMITS is"),
        (GOOD | {"SMSADMIN_BALANCE_LIMITS": {"RUB": -1}}, "-1 RUB is no amount of 0 or more"),
        (GOOD | {"SMSADMIN_PRIVATE_ADDRESSES": "maybe"}, "is 'maybe': it must be true or false"),
        (GOOD | {"SMSADMIN_CALL_DEADLINE": "nan"}, "CALL_DEADLINE is nan"),
        (GOOD | {"SMSADMIN_LOOKUP_FOR": "390"}, "LOOKUP_FOR is 390.0: it must be longer than 390.0"),
        (GOOD | {"SMSADMIN_RATE": "inf"}, "RATE is inf"),
        (GOOD | {"SMSADMIN_RECEIPTS_LATE_AFTER": "0"}, "RECEIPTS_LATE_AFTER is 0.0: it must be above 0"),
        (GOOD | {"SMSADMIN_WORKER_MISSING_AFTER": "0"}, "WORKER_MISSING_AFTER is 0.0: it must be above 0"),
        (GOOD | MAIL | {"SMSADMIN_ALERT_EMAIL": "a@b.example, duty"}, "has 'duty': write e-mail addresses"),
        (GOOD | MAIL | {"SMSADMIN_ALERT_FROM": "a@b.example\nBcc: x"}, "write e-mail addresses"),
        (GOOD | {"SMSADMIN_ALERT_EMAIL": "a@b.example"}, "SMSADMIN_ALERT_SMTP is missing"),
        (
            GOOD | {"SMSADMIN_ALERT_SMTP": "mail.shop.example"},
            "ALERT_SMTP: this is no address of a mail server",
        ),
        (GOOD | {"SMSADMIN_ALERT_SMTP": "smtp://mail:port"}, "ALERT_SMTP: this is no address: write it like"),
        (GOOD | {"SMSADMIN_ALERT_SMTP": "smtp://sms@mail.example"}, "has a login or a password and not both"),
        (
            GOOD | {"SMSADMIN_ALERT_WEBHOOK": "ftp://a.example"},
            "ALERT_WEBHOOK is no address: it must start with",
        ),
        (GOOD | {"SMSADMIN_ALERT_LANGUAGE": "de"}, "ALERT_LANGUAGE is 'de': there are ru and en"),
        (GOOD | {"SMSADMIN_NIGHTLY_AT": "24:00"}, "SMSADMIN_NIGHTLY_AT is '24:00': write it like 03:00"),
        (GOOD | {"SMSADMIN_NIGHTLY_AT": "3 am"}, "NIGHTLY_AT is '3 am'"),
        (
            GOOD | {"SMSADMIN_SUPPORT_HOURS": "Mon-Fri 9-17"},
            "SMSADMIN_SUPPORT_HOURS: 'Mon-Fri 9-17' is not days",
        ),
    ],
)
def test_a_wrong_setting_says_which_and_what_to_do(given: dict[str, str], says: str) -> None:
    with pytest.raises(BadSetting, match=says):
        Settings.from_config(given)


def test_settings_come_as_text_from_the_environment() -> None:
    keys = f"{Fernet.generate_key().decode()}, {Fernet.generate_key().decode()}"
    settings = Settings.from_config(
        GOOD | {"SMSADMIN_RATE": "2.5", "SMSADMIN_THREADS": "3", "SMSADMIN_KEYS": keys}
    )

    assert (settings.rate, settings.threads, len(settings.keys)) == (2.5, 3, 2)
    assert settings.public_url == "https://shop.example/"


def test_no_key_is_no_error_because_only_sending_is_off_then() -> None:
    assert Settings.from_config(GOOD | {"SMSADMIN_KEYS": ""}).keys == ()


def test_every_way_to_the_support_may_be_said_or_left_out() -> None:
    said = {
        "EMAIL": "help@shop.example",
        "PHONE": " +74951234567",
        "TELEGRAM": "shop_help",
        "HOURS": "Mon 9:00-17:00",
    }
    settings = Settings.from_config(
        GOOD | {f"SMSADMIN_SUPPORT_{name}": value for name, value in said.items()}
    )
    nothing = Settings.from_config(GOOD | {f"SMSADMIN_SUPPORT_{name}": None for name in said})

    assert (settings.support_phone, settings.support_hours) == ("+74951234567", "Mon 9:00-17:00")
    assert (nothing.support_email, nothing.support_phone, nothing.support_hours) == ("", "", "")


def test_limits_and_switches_come_as_text_too() -> None:
    settings = Settings.from_config(
        GOOD | {"SMSADMIN_BALANCE_LIMITS": {"RUB": "250.50"}, "SMSADMIN_PRIVATE_ADDRESSES": "True"}
    )

    assert settings.balance_limits == {"RUB": Decimal("250.50")}
    assert settings.private_addresses is True
    assert Settings.from_config(GOOD | {"SMSADMIN_PRIVATE_ADDRESSES": "0"}).private_addresses is False


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ALERT_SMTP", "smtp://sms:very-secret@mail.example:port"),
        ("ALERT_SMTP", "https://sms:very-secret@mail.example"),
        ("ALERT_WEBHOOK", "hooks.example/very-secret"),
    ],
)
def test_an_address_that_may_hold_a_secret_is_not_said(name: str, value: str) -> None:
    with pytest.raises(BadSetting, match=name) as wrong:
        Settings.from_config(GOOD | {f"SMSADMIN_{name}": value})

    assert "secret" not in str(wrong.value)


def test_a_mail_server_is_read_out_of_its_address() -> None:
    plain, encrypted = mail_server("smtp://mail.example"), mail_server("smtps://sms:a%40b%2Fc@[::1]:2465")

    assert (plain.host, plain.port, plain.tls_at_once, plain.login) == ("mail.example", 587, False, "")
    assert (encrypted.host, encrypted.port, encrypted.tls_at_once) == ("::1", 2465, True)
    assert (encrypted.login, encrypted.password) == ("sms", "a@b/c")
    assert "a@b/c" not in repr(encrypted)


def test_several_people_are_alerted() -> None:
    settings = Settings.from_config(GOOD | MAIL | {"SMSADMIN_ALERT_EMAIL": " a@b.example, c@d.example ,"})

    assert settings.alerted == ["a@b.example", "c@d.example"]
