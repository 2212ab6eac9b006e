"""A wrong setting is one sentence at the start, with the name, the value and what to do."""

from decimal import Decimal

import pytest
from cryptography.fernet import Fernet

from smsadmin.settings import BadSetting, Settings

GOOD = {"SMSADMIN_PUBLIC_URL": "https://shop.example"}


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
