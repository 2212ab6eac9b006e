"""The promise of the API access log, kept on both databases: after everything that can happen, no secret in it."""

import io
import zipfile
from contextlib import suppress
from dataclasses import dataclass, field
from html import unescape

from sqlalchemy import delete, select

from smsadmin import accounts, links
from smsadmin.api_log import switch
from smsadmin.api_log.calls import Filter
from smsadmin.api_log.encodings import bottom
from smsadmin.api_log.export import support_zip
from smsadmin.api_log.hidden import basic
from smsadmin.api_log.record import watched
from smsadmin.clock import utc_now
from smsadmin.database import read
from smsadmin.integration import callback_secret
from smsadmin.models import Account, ApiCall, Asked
from smsadmin.providers import provider
from smsadmin.providers.base import CheckFailed, Question
from smsadmin.sending.to_oneself import Addressee, send_test
from tests.admin.browser import Browser, tokens
from tests.hostapp.app import KEY
from tests.hostapp.models import Client, db
from tests.plugin import PASSWORD, Shop, fresh_phone

OWN_PAGE = "Ваша страница: http://localhost/c/{name}?n={name} ждём"
TEXT = (
    "Здравствуйте, {name}! Кабинет: http://localhost/home и скидки http://localhost/sale?a=1&b=2. Приходите!"
)
WORDS = ("здравствуйте", "кабинет", "скидки", "приходите", "аделаида", "проверочная")
FATES = ("9901", "9903", "9911", "9914", "9916", "9917", "9918", "9919", "9920", "9925")
"""Endings of phones that the simulator refuses, or answers with garbage, with nothing, or with an error."""

WRONG = "wrong-pass/word+1"
TOKEN = "demo-token"  # noqa: S105 - the simulator's


@dataclass
class Played:
    """What was sent through all three providers, and what must not be seen of it."""

    secrets: set[str] = field(default_factory=set)
    phones: set[str] = field(default_factory=set)


def play(shop: Shop) -> Played:
    """Send, test, ask and fail through every provider."""
    played = Played({PASSWORD, TOKEN, WRONG, callback_secret(), KEY})
    for name in ("smsc", "twilio", "seventech"):
        _play_through(shop, name, played)
        accounts.remove(name)
    return played


def _play_through(shop: Shop, name: str, played: Played) -> None:
    people = [shop.customer("Аделаида", phone=fresh_phone(ending)) for ending in ("", "", *FATES)]
    played.phones |= {person.mobile or "" for person in people}
    bad = shop.connect(name, secret=WRONG)
    _ask(bad)
    shop.sent(TEXT, wrap_clicks=True, wrap_login=True)
    account = shop.connect(name)
    for each in (bad, account):
        played.secrets |= basic(each.login, WRONG) | basic(each.login, PASSWORD) | basic(each.login, TOKEN)
    _ask(account)
    addressee = Addressee("1", "Мария", fresh_phone())
    played.phones.add(addressee.phone)
    send_test(account, addressee, "Проверочная отправка через провайдера")
    for text, wraps in ((TEXT, "wrap_login"), (TEXT, "wrap_clicks"), (OWN_PAGE, "wrap_clicks")):
        broadcast_id = shop.sent(text, **{wraps: True})
        accounts.go_on(account.id)
        shop.work()
        played.secrets |= codes(shop, broadcast_id)
    if name != "smsc":
        # There the attempt's id is the key of an address of ours; at SMSC it is none.
        keys = select(Asked.attempt_id).where(Asked.account_id == account.id)
        played.secrets |= set(read(lambda session: session.scalars(keys).all()))
    db.session.execute(delete(Client))
    db.session.commit()


def _ask(account: Account) -> None:
    with suppress(CheckFailed):
        accounts.refresh_balance(account)


def codes(shop: Shop, broadcast_id: int) -> set[str]:
    """Return the code of every link of a broadcast."""
    texts = links.texts(shop.messages(broadcast_id))
    return {part.split()[0].rstrip(".") for text in texts for part in text.split("http://localhost/l/")[1:]}


def columns() -> dict[str, str]:
    """Return everything that every column of every row holds, and the cut columns for themselves."""
    rows = read(lambda session: session.scalars(select(ApiCall)).all())
    names = [column.key for column in ApiCall.__mapper__.column_attrs]
    return {name: "\n".join(str(getattr(row, name)) for row in rows) for name in names}


def unzipped(whole: bool) -> str:
    """Return all that the zip holds."""
    with zipfile.ZipFile(support_zip(Filter(), whole)) as archive:
        return "\n".join(archive.read(name).decode() for name in archive.namelist())


def survivors(text: str, hidden: set[str]) -> list[str]:
    """Return what is to be seen of what is hidden, with every encoding undone."""
    plain = "\n".join(bottom(line) for line in unescape(text).splitlines())
    return [each for each in hidden if each in text or each in plain]


def test_no_secret_and_no_code_survives_in_any_column_page_or_zip(shop: Shop) -> None:
    switch.switch_on()
    played = play(shop)
    boss = Browser(shop.app)
    boss.sign_in(shop.employee("boss").get_id())
    kept = columns()
    ids = read(lambda session: session.scalars(select(ApiCall.id)).all())
    pages = "\n".join(boss.read(f"/api_log/{number}") for number in ids)
    pages += boss.read("/api_log/") + boss.read("/api_log/?failed=1")

    assert len(ids) > 30
    assert {"smsc", "twilio", "seventech"} <= set(kept["provider"].split())
    assert len(played.secrets) > 60
    for name, text in kept.items():
        assert (name, survivors(text, played.secrets)) == (name, [])
    assert survivors(pages, played.secrets) == []
    for whole in (True, False):
        assert survivors(unzipped(whole), played.secrets) == []


def test_the_log_is_readable_all_the_same(shop: Shop) -> None:
    switch.switch_on()
    _ask(shop.connect(secret=WRONG))
    shop.customer("Аделаида")
    for name in ("smsc", "twilio"):
        shop.connect(name)
        shop.sent(TEXT, wrap_login=True)
        accounts.remove(name)
    kept = columns()

    said = "Здравствуйте, Аделаида! Кабинет: http://localhost/l/•••• и скидки"
    assert f"mes: {said}" in kept["request"]
    assert f"Body: {said}" in kept["request"]
    assert f'"body": "{said}' in kept["reply"]
    assert "psw: ••••" in kept["request"]
    assert "StatusCallback: http://localhost/sms/receipts/twilio/••••" in kept["request"]
    assert "[withheld" not in kept["request"] + kept["reply"]
    assert '"error_code": 2' in kept["reply"]


def test_a_list_that_is_searched_for_a_message_shows_no_code_and_no_key(shop: Shop) -> None:
    switch.switch_on()
    account = shop.connect("twilio")
    phone = shop.customer("Аделаида").mobile or ""
    broadcast_id = shop.sent(TEXT, wrap_login=True)
    [message], [text] = shop.messages(broadcast_id), links.texts(shop.messages(broadcast_id))
    key = message.attempt_id or ""
    question = Question(key, key.partition("-")[0], phone, text, utc_now())

    with watched(account, "lookup", [question]) as watch:
        provider("twilio").lookup(accounts.credentials(account, watch), [question], 5)

    call = read(lambda session: session.scalars(select(ApiCall).where(ApiCall.kind == "lookup")).one())
    assert f"?To={phone}&" in call.address
    assert f"?To=•••••••{phone[-4:]}&" in call.address_cut
    assert "Здравствуйте, Аделаида! Кабинет: http://localhost/l/••••" in call.reply
    assert survivors("\n".join(columns().values()), codes(shop, broadcast_id) | {key, TOKEN}) == []
    assert survivors(call.reply_cut.lower(), set(WORDS)) == []


def test_the_support_sees_neither_phones_nor_texts(shop: Shop) -> None:
    switch.switch_on()
    played = play(shop)
    kept = columns()
    cut = "\n".join(kept[name] for name in ("address_cut", "request_cut", "reply_cut")) + unzipped(
        whole=False
    )

    assert survivors(cut.lower(), set(WORDS)) == []
    assert survivors(cut, {phone[-10:] for phone in played.phones}) == []
    assert "•••••••9901" in cut
    assert f"mes: [text cut out: {len('Проверочная отправка через провайдера')} characters]" in cut
    assert all(phone[1:] in unzipped(whole=True) for phone in played.phones)


def test_what_is_downloaded_is_what_the_owner_ticked(shop: Shop) -> None:
    switch.switch_on()
    shop.connect()
    shop.customer("Аделаида")
    shop.sent()
    boss = Browser(shop.app)
    boss.sign_in(shop.employee("boss").get_id())
    ours = tokens(boss.open("/api_log/").text)

    for fields, seen in (({}, False), ({"whole": "1"}, True)):
        answer = boss.post("/api_log/download", **ours, **fields)
        assert answer.mimetype == "application/zip"
        assert "no-store" in answer.headers["Cache-Control"]
        with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
            assert archive.namelist() == ["log.jsonl", "log.txt", "settings.json", "versions.json"]
            assert ("Аделаида" in archive.read("log.txt").decode()) is seen
