"""Links with placeholders over HTTP: each code leads to the address with the values of its own message."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, event
from sqlalchemy.exc import OperationalError

from shortlinks.blocks import Link, address_chars, block_code, reserve, resolve, short_address, take_position
from shortlinks.flusher import flush_once
from shortlinks.gate import Outcome
from shortlinks.models import LinkBlock
from shortlinks.report import figures, list_logins
from shortlinks.shortener import NoLogin, NoValues
from shortlinks.targets import check_target
from tests.shortlinks.conftest import a_person
from tests.shortlinks.host import TELEGRAM, ShopValues, make_host
from tests.shortlinks.test_login import post_form

CARD = "http://localhost/c/{card}?n={name}#x"
AWAY = OperationalError("SELECT", {}, Exception("the database is away"))


def a_block(engine: Engine, url: str = CARD, login: bool = False, owner: str = "b1") -> LinkBlock:
    return reserve(engine, url=url, owner=owner, link_index=0, count=5, login=login)


@pytest.fixture
def block(app: Flask, engine: Engine) -> LinkBlock:
    return a_block(engine)


@pytest.fixture
def code(block: LinkBlock, values: ShopValues) -> str:
    values.known["b1", 2] = {"card": "12/3", "name": "Анна"}
    return block_code(block, 2)


def test_each_code_leads_to_the_address_with_its_own_values(
    client: FlaskClient, block: LinkBlock, code: str, values: ShopValues
) -> None:
    values.known["b1", 3] = {"card": "7", "name": "&n=x"}

    answer = client.get(f"/l/{code}")

    assert (answer.status_code, answer.location) == (
        302,
        "http://localhost/c/12%2F3?n=%D0%90%D0%BD%D0%BD%D0%B0#x",
    )
    assert client.get(f"/l/{block_code(block, 3)}").location == "http://localhost/c/7?n=%26n%3Dx#x"


def test_the_answer_is_that_of_any_short_link(
    client: FlaskClient, engine: Engine, code: str, values: ShopValues
) -> None:
    usual = client.get(f"/l/{block_code(a_block(engine, 'http://localhost/sale', owner='b2'), 0)}")

    answer = client.get(f"/l/{code}")

    same = ("Cache-Control", "Referrer-Policy", "X-Robots-Tag", "Set-Cookie", "Content-Type")
    assert [answer.headers.get(name) for name in same] == [usual.headers.get(name) for name in same]
    assert client.head(f"/l/{code}").location == answer.location


def test_a_known_block_costs_no_read_of_ours_and_the_values_are_asked_once(
    client: FlaskClient, engine: Engine, code: str, values: ShopValues
) -> None:
    client.get(f"/l/{code}")
    statements: list[str] = []
    values.asked.clear()

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    client.get(f"/l/{code}")
    event.remove(engine, "before_cursor_execute", note)

    assert (statements, values.asked) == ([], [("b1", 2)])


def test_its_clicks_are_counted_like_others(app: Flask, client: FlaskClient, code: str) -> None:
    client.get(f"/l/{code}")
    client.get(f"/l/{code}", headers={"User-Agent": TELEGRAM})

    flush_once(app)

    counted = figures(["b1"])["b1"]
    assert (counted.clicks, counted.unique, counted.bot_clicks) == (1, 1, 1)


@pytest.mark.parametrize("known", [None, {}, {"card": ""}])
def test_what_is_gone_leads_to_the_address_without_values(
    client: FlaskClient, code: str, values: ShopValues, known: dict[str, str] | None
) -> None:
    values.known.clear()
    if known is not None:
        values.known["b1", 2] = known

    assert client.get(f"/l/{code}").location == "http://localhost/c/?n=#x"


def test_while_the_values_cannot_be_read_the_visitor_waits_and_is_counted_once(
    app: Flask, client: FlaskClient, code: str, values: ShopValues
) -> None:
    values.error = AWAY
    answer = client.get(f"/l/{code}")

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert "Минуту терпения" in answer.text
    assert code not in answer.text
    values.error = None
    assert client.get(f"/l/{code}").status_code == 302
    flush_once(app)
    assert figures(["b1"])["b1"].clicks == 1


def test_no_changed_or_cut_code_leads_anywhere(client: FlaskClient, code: str) -> None:
    changed = [code[:n] + ("a" if code[n] != "a" else "b") + code[n + 1 :] for n in range(len(code))]

    for wrong in [*changed, *(code[:n] for n in range(1, len(code))), code + "a"]:
        assert client.get(f"/l/{wrong}").status_code == 404, wrong


def test_the_tag_of_another_kind_opens_nothing(app: Flask, engine: Engine, values: ShopValues) -> None:
    codes = app.extensions["shortlinks"].codes
    blocks = {
        (False, False): a_block(engine, "http://localhost/sale", owner="b1"),
        (False, True): a_block(engine, owner="b2"),
        (True, False): a_block(engine, "http://localhost/sale", login=True, owner="b3"),
    }

    for kind, block in blocks.items():
        for login, personal in blocks:
            for number in range(block.first, block.first + 5):
                code = codes.encode(number, login=login, key_id=block.key_id, personal=personal)
                assert (resolve(code) is not None) == ((login, personal) == kind)


def test_its_codes_are_as_long_as_login_codes_and_all_of_one_length(
    app: Flask, engine: Engine, block: LinkBlock
) -> None:
    login = a_block(engine, login=True, owner="b2")
    lengths = {len(short_address(each, position)) for each in (block, login) for position in range(5)}

    assert lengths == {address_chars(False, block)} == {address_chars(False, personal=True)}
    assert lengths == {address_chars(True, login)}


def test_a_personal_link_goes_through_the_hosts_app(app: Flask, client: FlaskClient, code: str) -> None:
    asked: list[str] = []
    app.before_request_funcs[None].insert(0, lambda: asked.append("before"))

    assert client.get(f"/l/{code}").status_code == 302
    assert asked == ["before"]


def test_messages_that_come_one_by_one_have_their_own_values_too(
    client: FlaskClient, values: ShopValues
) -> None:
    for card in ("5", "6"):
        [block], position = take_position("events", [Link(CARD, login=False)])
        values.known["events", position] = {"card": card}

        address = short_address(block, position).removeprefix("http://localhost")

        assert client.get(address).location == f"http://localhost/c/{card}?n=#x"


def test_a_login_link_signs_in_and_leads_to_the_address_with_its_values(
    app: Flask, client: FlaskClient, engine: Engine, values: ShopValues
) -> None:
    values.known["b1", 2] = {"card": "../12"}
    code = block_code(a_block(engine, login=True), 2)
    assert client.get(f"/l/{code}").location == f"http://localhost/sms/in/{code}"

    answer = post_form(client, code)

    assert (answer.status_code, answer.location) == (303, "http://localhost/c/--%2F12?n=#x")
    assert client.get("/cabinet").text == "cabinet of c2"


def test_a_refused_login_leads_by_the_sign_in_page_to_the_address_with_its_values(
    app: Flask, client: FlaskClient, engine: Engine, values: ShopValues, gate: Any
) -> None:
    values.known["b1", 2] = {"card": "12"}
    gate.refusals[2] = "blocked"
    code = block_code(a_block(engine, login=True), 2)

    assert post_form(client, code).location == "/door?next=http://localhost/c/12?n=#x"


def test_a_login_while_the_values_cannot_be_read_signs_nobody_in(
    app: Flask, client: FlaskClient, engine: Engine, values: ShopValues
) -> None:
    code = block_code(a_block(engine, login=True), 2)
    values.error = AWAY

    assert post_form(client, code).status_code == 503
    assert client.get("/cabinet").location == "/door"


def test_a_target_that_is_not_on_the_main_site_any_more_signs_nobody_in(
    app: Flask, engine: Engine, values: ShopValues, gate: Any
) -> None:
    code = block_code(a_block(engine, login=True), 2)
    settings = app.extensions["shortlinks"].settings
    moved = make_host(engine, settings.spool, gate, values, SHORTLINKS_MAIN_URL="http://localhost/new")
    person = a_person(moved)

    post_form(person, code)

    assert person.get("/cabinet").location == "/door"
    with moved.app_context():
        flush_once(moved)
        assert [(one.outcome, one.refusal) for one in list_logins("b1")] == [(Outcome.REFUSED, "no_login")]


@pytest.mark.parametrize(
    ("url", "login", "error"),
    [
        ("http://{shop}.ru/", False, ValueError),
        ("http://localhost/%{card}", False, ValueError),
        ("http://shop.ru/{card}", True, NoLogin),
        ("http://localhost.{zone}/", True, ValueError),
    ],
)
def test_a_link_that_a_value_could_lead_astray_is_not_reserved(
    app: Flask, engine: Engine, url: str, login: bool, error: type[Exception]
) -> None:
    with pytest.raises(error):
        a_block(engine, url, login)


def test_a_host_without_values_is_told_so(engine: Engine, spool: Any) -> None:
    host = make_host(engine, spool)

    with host.app_context(), pytest.raises(NoValues, match="has placeholders"):
        a_block(engine)


@pytest.mark.parametrize("card", ["x\r\nSet-Cookie: a=b", "//evil.ru/", "\ud800", "я" * 5000, "\x00"])
def test_no_value_breaks_an_answer(client: FlaskClient, code: str, values: ShopValues, card: str) -> None:
    values.known["b1", 2] = {"card": card}

    answer = client.get(f"/l/{code}")

    assert answer.status_code == 302
    assert answer.location.startswith("http://localhost/c/")
    check_target(answer.location)
    assert "Set-Cookie" not in answer.headers
