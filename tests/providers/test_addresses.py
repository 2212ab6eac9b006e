"""Which addresses are public, and what may stand as a base URL."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsadmin.providers.addresses import is_http, is_public


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1%eth0",
        "fc00::1",
        "ff02::1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "fec0::1",
        "64:ff9b:1::808:808",
        "::10.0.0.1",
        "::ffff:0:10.0.0.1",
        "168.63.129.16",
        "not an address",
        "",
    ],
)
def test_what_is_not_of_the_public_network(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "212.24.33.1", "2a00:1450:4010:c05::8a", "64:ff9b::808:808"])
def test_what_is_of_the_public_network(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "url", ["https://smsc.ru", "http://smsc.ru:8080/mirror", "https://[2a00::1]/x", "HTTPS://A.b"]
)
def test_what_may_be_a_base_url(url: str) -> None:
    assert is_http(url)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "smsc.ru",
        "ftp://smsc.ru",
        "javascript:alert(1)",
        "https://",
        "https://user:password@smsc.ru",
        "https://smsc.ru/?a=b",
        "https://smsc.ru/#x",
        "https://smsc.ru:99999",
        "https://smsc .ru",
        "https://[::1",
        "//smsc.ru",
    ],
)
def test_what_may_not(url: str) -> None:
    assert not is_http(url)


@given(st.text(max_size=40))
def test_whatever_stands_there_is_judged_and_never_an_error(text: str) -> None:
    assert is_public(text) in {True, False}
    assert is_http(text) in {True, False}
    assert is_http(f"https://{text}") in {True, False}
