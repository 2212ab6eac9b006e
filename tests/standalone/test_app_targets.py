"""Where a sign-in page may lead on to: nowhere but to the shop."""

import pytest
from flask import Flask

from smsadmin.standalone.targets import local_target

DEFAULT = "/cabinet"


def led_to(target: str | None) -> str:
    app = Flask(__name__)
    app.config["SMSADMIN_PUBLIC_URL"] = "https://shop.example/"
    with app.test_request_context("http://localhost/sign-in"):
        return local_target(target, DEFAULT)


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example/",
        "\\\\evil.example/",
        "/\t/evil.example/",
        " //evil.example/",
        "http:evil.example",
        "http:/evil.example",
        "javascript:alert(1)",
        "http://localhost@evil.example/",
        "http://localhost:81/",
        "https://localhost/",
        "ftp://localhost/",
        "http://[evil/",
        "http://localhost//evil.example/",
        "sale",
        "",
        None,
    ],
)
def test_nobody_is_led_to_somebody_elses_site(target: str | None) -> None:
    assert led_to(target) == DEFAULT


@pytest.mark.parametrize(
    ("target", "path"),
    [
        ("/sale", "/sale"),
        ("/sale?from=sms&x=1", "/sale?from=sms&x=1"),
        ("http://localhost/sale", "/sale"),
        ("https://shop.example/sale?x=1", "/sale?x=1"),
        ("///evil.example/", "/evil.example/"),
    ],
)
def test_within_the_shop_the_way_leads_on(target: str, path: str) -> None:
    assert led_to(target) == path
