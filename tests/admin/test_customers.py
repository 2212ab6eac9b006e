"""The customers' screens: the list with its search, and one customer's SMS and suppression."""

import re
from urllib.parse import urlencode

from smsadmin.admin.paging import ON_A_PAGE
from smsadmin.broadcasts import lifecycle
from smsadmin.events.emit import emit
from smsadmin.events.switches import turn
from smsadmin.suppression import suppress, suppression
from tests.admin.browser import Browser
from tests.hostapp.models import db
from tests.plugin import Shop, fresh_phone


def test_the_search_finds_a_name_whatever_the_case_and_leaves_out_the_rest(
    shop: Shop, guest: Browser
) -> None:
    shop.customer("Иванов Пётр")
    shop.customer("Сидорова Анна")

    page = guest.read("/customers/?search=иванов")

    assert "Иванов Пётр" in page
    assert "Сидорова" not in page


def test_the_search_finds_a_phone_however_it_is_written(shop: Shop, guest: Browser) -> None:
    shop.customer("Иванов Пётр", "8 (926) 555-44-33")
    shop.customer("Сидорова Анна", "8 (903) 555-44-33")

    for search in ("8 926 555-44", "+7926555443", "926 555 44 33"):
        page = guest.read(f"/customers/?{urlencode({'search': search})}")

        assert "Иванов Пётр" in page, search
        assert "+7 926 555-44-33" in page
        assert "Сидорова" not in page


def test_a_row_tells_whether_an_sms_can_go_there(shop: Shop, guest: Browser) -> None:
    shop.customer("Анна")
    shop.customer("Борис", mobile_ok_at=None)
    shop.customer("Вера", "позвонить маме")
    suppress(str(shop.customer("Глеб").uid), by="Мария")

    page = guest.read("/customers/")
    rows = dict(re.findall(r">([А-Я][а-я]+)</a></td>(.*?)</tr>", page, re.DOTALL))

    assert ">confirmed<" in rows["Анна"]
    assert ">not confirmed<" in rows["Борис"]
    assert ">not a phone number<" in rows["Вера"]
    assert "Don't send SMS" in rows["Глеб"]
    assert "Don't send SMS" not in rows["Анна"]


def test_the_list_comes_in_pages_and_the_search_goes_with_them(shop: Shop, guest: Browser) -> None:
    shop.customers(ON_A_PAGE + 1)

    first = guest.read("/customers/?search=клиент")
    second = guest.read("/customers/?search=клиент&page=2")

    assert first.count("<tr>") == ON_A_PAGE + 1  # with the heading
    assert second.count("<tr>") == 2
    assert "page=2" in first
    assert "search=%D0%BA%D0%BB" in first


def test_a_strange_address_still_shows_a_list(guest: Browser) -> None:
    for query in ("page=0", "page=99999999999999999999", "page=x", "search=%00%25_\\"):
        assert guest.open(f"/customers/?{query}").status_code == 200, query


def test_a_profile_shows_what_he_got_and_no_working_link(shop: Shop, guest: Browser) -> None:
    shop.connect()
    customer = shop.customer("Иван")
    shop.sent("Смотрите https://shop.example/sale тут", name="Распродажа", wrap_clicks=True)

    page = guest.read(f"/customers/{customer.uid}")

    assert "accepted by the provider" in page
    assert "Broadcast “Распродажа”" in page
    assert "Смотрите" in page
    assert "/l/•••" in page
    assert not re.search(r"http://localhost/l/\w", page)


def test_a_profile_shows_why_an_sms_was_not_sent(shop: Shop, guest: Browser) -> None:
    shop.connect()
    turn("birthday", True, by="Мария")
    customer = shop.customer("Иван", mobile_ok_at=None)
    emit("birthday", customer_key=str(customer.uid), fact="2026")
    db.session.commit()

    page = guest.read(f"/customers/{customer.uid}")

    assert "not sent" in page
    assert "The customer has not confirmed the number." in page
    assert "Event “Birthday”" in page


def test_a_list_that_nobody_has_confirmed_is_no_sms_of_his(shop: Shop, guest: Browser) -> None:
    shop.connect()
    client = shop.customer()
    broadcast_id = shop.formed("Ещё не решено")

    assert "Ещё не решено" not in guest.read(f"/customers/{client.uid}")
    lifecycle.send(broadcast_id, "Мария")
    assert "Ещё не решено" in guest.read(f"/customers/{client.uid}")


def test_the_newest_sms_comes_first_and_fifty_are_on_a_page(shop: Shop, guest: Browser) -> None:
    turn("birthday", True, by="Мария")
    customer = shop.customer("Иван")
    for year in range(ON_A_PAGE + 1):
        emit("birthday", customer_key=str(customer.uid), fact=str(year), values={"amount": f"#{year}"})
    db.session.commit()

    first = guest.read(f"/customers/{customer.uid}")
    second = guest.read(f"/customers/{customer.uid}?page=2")

    assert first.index(f"#{ON_A_PAGE}.") < first.index("#1.")
    assert "#0." not in first
    assert "#0." in second


def test_a_manager_forbids_sms_and_the_profile_says_who_did(shop: Shop, operator: Browser) -> None:
    customer = shop.customer("Иван")
    address = f"/customers/{customer.uid}"

    page = operator.press(address, address, on="1")

    forbidden = suppression(str(customer.uid))
    assert forbidden is not None
    assert f"Forbidden by {forbidden.created_by}" in page.text
    assert forbidden.created_by.startswith("operator-")


def test_a_manager_allows_sms_again(shop: Shop, operator: Browser) -> None:
    customer = shop.customer("Иван")
    suppress(str(customer.uid), by="Мария")
    address = f"/customers/{customer.uid}"

    operator.press(address, address, on="")

    assert suppression(str(customer.uid)) is None


def test_a_viewer_cannot_forbid(shop: Shop, guest: Browser) -> None:
    customer = shop.customer("Иван")
    address = f"/customers/{customer.uid}"

    assert guest.press(address, address, on="1").status_code == 403
    assert suppression(str(customer.uid)) is None


def test_nobody_is_found_by_an_unknown_key(guest: Browser) -> None:
    for key in ("00000000-0000-0000-0000-000000000000", "no/such", "%00", "нет"):
        assert guest.open(f"/customers/{key}").status_code == 404, key


def test_a_name_is_shown_as_text(shop: Shop, guest: Browser) -> None:
    customer = shop.customer("<script>alert(1)</script>", fresh_phone())

    page = guest.open(f"/customers/{customer.uid}").text

    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page
