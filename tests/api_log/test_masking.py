"""What the API access log keeps of a call: readable, and without anything that opens something."""

import base64
import json
from urllib.parse import urlencode

import pytest

from smsadmin.api_log.encodings import bottom
from smsadmin.api_log.hidden import basic, hidden
from smsadmin.api_log.masking import BETRAYS, LONGEST, SHAPELESS
from tests.api_log.calls import (
    CODE,
    ENCODINGS,
    HIDDEN,
    KEY,
    LOGIN,
    LOGIN_CODE,
    PASSWORD,
    PHONE,
    SECRETS,
    TEXT,
    Encode,
    everything,
    kept,
)

SMSC = {"login": LOGIN, "psw": PASSWORD, "charset": "utf-8", "fmt": "3", "phones": PHONE[1:], "mes": TEXT}


def test_a_form_is_shown_line_by_line_without_the_password() -> None:
    call = kept(sent=urlencode(SMSC))

    assert call.request.splitlines() == [
        "login: shop",
        "psw: ••••",
        "charset: utf-8",
        "fmt: 3",
        "phones: 79161234567",
        "mes: Анна, скидка ждёт: https://s.example/•••• Кабинет https://s.example/•••• Ваш магазин",
    ]


def test_the_support_gets_four_digits_and_no_text() -> None:
    call = kept(sent=urlencode(SMSC))

    assert call.request_cut.splitlines()[4:] == [
        "phones: •••••••4567",
        f"mes: [text cut out: {len(TEXT)} characters]",
    ]


def test_a_list_of_several_sms_keeps_its_lines() -> None:
    lines = f"79161234567:{TEXT}\n79160000001:Пётр, {TEXT}"

    call = kept(sent=urlencode({"list": lines, "op": "1"}))

    assert call.request.splitlines()[0].startswith("list: 79161234567:Анна, скидка ждёт")
    assert call.request_cut.splitlines() == [
        f"list: •••••••4567:[text cut out: {len(TEXT)} characters]",
        f"    •••••••0001:[text cut out: {len(TEXT) + 6} characters]",
        "op: 1",
    ]


def test_json_is_shown_in_its_letters() -> None:
    reply = {"error": "нет денег", "error_code": 3, "balance": -0.5, "more": [None, True, "да"]}

    assert kept(json.dumps(reply)).reply == json.dumps(reply, indent=2, ensure_ascii=False)


def test_a_callback_address_keeps_its_place_and_loses_its_key() -> None:
    order = {"callback": f"https://shop.example/sms/receipts/seventech/{KEY}", "clientRequestId": KEY}

    call = kept(sent=json.dumps(order))

    assert json.loads(call.request) == {
        "callback": "https://shop.example/sms/receipts/seventech/••••",
        "clientRequestId": "••••",
    }


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ({"error": "s.example/Zz9yXx8wVv7u"}, {"error": "s.example/••••"}),
        ({"psw": "the one before"}, {"psw": "••••"}),
        (
            {"callback": "https://a.example/sms/receipts/x/0ther"},
            {"callback": "https://a.example/sms/receipts/x/••••"},
        ),
    ],
)
def test_what_belongs_to_another_call_is_known_by_its_place(
    said: dict[str, str], shown: dict[str, str]
) -> None:
    assert json.loads(kept(json.dumps(said)).reply) == shown


def test_texts_of_another_time_lose_the_path_of_every_address() -> None:
    older = {
        "messages": [{"body": "Вход: https://old.example/Zz9yXx8wVv7u, ждём", "uri": "/2010-04-01/a.json"}]
    }

    [shown] = json.loads(kept(json.dumps(older)).reply)["messages"]

    assert shown == {"body": "Вход: https://old.example/•••• ждём", "uri": "/2010-04-01/a.json"}


def test_a_provider_may_name_addresses_of_its_own() -> None:
    refusal = {"code": 21211, "message": "bad 'To'", "more_info": "https://www.twilio.com/docs/errors/21211"}

    call = kept(json.dumps(refusal))

    assert json.loads(call.reply) == json.loads(call.reply_cut) == refusal


def test_an_address_shows_its_query_in_letters_and_for_the_support_four_digits() -> None:
    call = kept(url="https://user:word@api.example/2010/Messages.json?To=%2B79161234567&PageSize=100")

    assert call.address == "https://api.example/2010/Messages.json?To=+79161234567&PageSize=100"
    assert call.address_cut == "https://api.example/2010/Messages.json?To=•••••••4567&PageSize=100"


@pytest.mark.parametrize(
    "written", ["+7 (916) 123-45-67", "8 916 123 45 67", "89161234567", "%2B79161234567"]
)
def test_the_support_sees_four_digits_of_a_phone_however_it_is_written(written: str) -> None:
    call = kept(json.dumps({"error": f"number {written} is wrong", "id": 79161234567}))

    assert "916" not in call.reply_cut
    assert "123" not in call.reply_cut
    assert call.reply_cut.count("4567") == 2


def test_the_support_sees_four_digits_of_other_peoples_phones_too() -> None:
    reply = {
        "from": "+15005550006",
        "next_page_uri": "/Messages.json?To=%2B79269998877&Page=1",
        "cost": "3.50",
    }

    shown = json.loads(kept(json.dumps(reply)).reply_cut)

    assert shown == {
        "from": "•••••••0006",
        "next_page_uri": "/Messages.json?To=%2B•••••••8877&Page=1",
        "cost": "3.50",
    }


@pytest.mark.parametrize("field", ["error", "message", "detail", "comment", "x"])
@pytest.mark.parametrize(
    "written",
    [
        "8 (926) 999-88-77",
        "+7 926 999-88-77",
        "8926-9998877",
        "+7 - 926 - 999 - 88 - 77",
        "8.926.999.88.77",
        "7 926 999–88–77",
        "(926) 999 88 77",
        "15 8 (926) 999-88-77 2026",
        "+7 926 999-88-77 +7 926 999-88-77",
    ],
)
def test_the_support_sees_four_digits_of_a_strangers_phone_however_it_is_written(
    field: str, written: str
) -> None:
    shown = kept(json.dumps({"a": [{field: f"bad: {written}: no"}], written: 1})).reply_cut

    assert "926" not in shown
    assert "999" not in shown
    assert "8877" in shown or "[text cut out" in shown


def test_the_support_sees_times_amounts_and_short_numbers() -> None:
    reply = {
        "last_date": "25.11.2026 10:15:00",
        "date": "2026-11-25 10:15:00",
        "date_sent": "Wed, 25 Nov 2026 10:15:00 +0000",
        "error": "code 21211, 0.50 of 100.00, at 10.0.0.1",
    }

    assert json.loads(kept(json.dumps(reply)).reply_cut) == reply


@pytest.mark.parametrize(("login", "secret"), [("shop", "demo-password"), ("demo", "x-secret"), ("a1", "bc")])
def test_base64_is_masked_without_its_padding_too(login: str, secret: str) -> None:
    hide = hidden("s.example/", [secret, *basic(login, secret)])

    for written in (f"{login}:{secret}", secret):
        code = base64.b64encode(written.encode()).decode().rstrip("=")
        for said in (code, f"{code}=", f"{code}.x", f"Basic {code} given"):
            assert code not in everything(kept(json.dumps({"error": said}), hide=hide))


def test_the_support_sees_no_word_of_a_text_wherever_it_is_repeated() -> None:
    call = kept(json.dumps({"error": "слово «СКИДКА» запрещено", "detail": {"Ваш магазин": ["Анна", "да"]}}))

    shown = call.reply_cut.lower()
    assert "запрещено" in shown
    assert not [word for word in HIDDEN.words if word in shown]


@pytest.mark.parametrize(
    "body", ["<html>503</html>", "OK 79161234567", "3.50", '"строка"', "{", "a=1 b=2", "\xff\xfe"]
)
def test_a_body_of_no_known_shape_is_kept_and_withheld_from_the_support(body: str) -> None:
    call = kept(body)

    assert call.reply
    assert call.reply_cut == SHAPELESS


def test_a_long_body_is_cut_and_says_so() -> None:
    call = kept(json.dumps({"phones": ["79160000000"] * 5000}))

    assert LONGEST < len(call.reply) < LONGEST + 100
    assert call.reply.splitlines()[-1].startswith("[… 20000 / ")


@pytest.mark.parametrize(
    "body",
    [
        b"\x00\xff\xfe{",
        b'{"a": "\\u0000\\ud800 x\\u200b"}',
        "Ответ".encode("cp1251"),
        "{}".encode("utf-16"),
        b"psw=%00%ff&a=b",
        b"[" * 100_000,
        b'{"a":' * 500 + b"1" + b"}" * 500,
        b"1" * 10_000,
    ],
)
def test_what_no_screen_and_no_database_takes_is_taken_out(body: bytes) -> None:
    shown = everything(kept(body, body))

    assert shown.encode()
    assert not [character for character in shown if character != "\n" and not character.isprintable()]


def test_nothing_is_kept_of_an_empty_body() -> None:
    call = kept(b"", b" ")

    assert (call.request, call.request_cut, call.reply, call.reply_cut) == ("", "", "", "")


@pytest.mark.parametrize("outer", ENCODINGS.values(), ids=list(ENCODINGS))
@pytest.mark.parametrize("inner", ENCODINGS.values(), ids=list(ENCODINGS))
def test_no_encoding_of_an_encoding_carries_a_secret_through(inner: Encode, outer: Encode) -> None:
    repeated = outer(inner(" ".join((*SECRETS, TEXT))))

    for body in (repeated, json.dumps({"error": repeated}), f"a={repeated}", f"<p>{repeated}</p>"):
        shown = everything(kept(body, body, url=f"https://smsc.ru/sys/{repeated}"))
        plain = bottom(shown)
        assert not [secret for secret in SECRETS if secret in shown or bottom(secret) in plain]


@pytest.mark.parametrize("place", ["error", "detail", "body"])
def test_a_usual_encoding_of_a_secret_costs_no_more_than_the_secret(place: str) -> None:
    for encode in ENCODINGS.values():
        call = kept(json.dumps({place: f"wrong: {encode(CODE)} ({encode(PASSWORD)})", "status": 7}))
        assert '"status": 7' in call.reply or call.reply == BETRAYS
    plain = kept(json.dumps({place: f"wrong: {PASSWORD}", "status": 7}))
    assert json.loads(plain.reply) == {place: "wrong: ••••", "status": 7}


@pytest.mark.parametrize("secret", [PASSWORD, LOGIN_CODE, KEY])
def test_a_secret_that_is_cut_off_in_the_middle_is_masked_too(secret: str) -> None:
    for length in range(len(secret) // 2, len(secret)):
        for ending in ("", "…", "..."):
            shown = everything(kept(json.dumps({"error": f"bad {secret[:length]}{ending}"})))
            assert secret[: max(5, len(secret) // 2)] not in shown


def test_a_short_link_is_masked_whatever_stands_around_it() -> None:
    for around in ("{}", "({})", "«{}»", "x{}", "{}?a=b", "HTTPS://S.EXAMPLE/{}"):
        link = (
            around.format(f"s.example/{CODE}") if "s.ex" not in around.lower() else around.format("Foreign99")
        )
        shown = kept(json.dumps({"error": link, link: 1})).reply
        assert CODE not in shown
        assert "Foreign99" not in shown
        assert "xample/••••" in shown.lower()


def test_even_a_password_of_one_letter_does_not_survive() -> None:
    hide = hidden("s.example/", ["q", *basic("shop", "q")])

    assert "q" not in everything(kept('{"qq": "quit q"}', "psw=q&id=q", hide=hide))
