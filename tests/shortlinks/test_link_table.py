"""Links in running text, case by case: what stands between ⟦ and ⟧ is the link, all else is untouched."""

import re

import pytest

from shortlinks.addresses import bare_addresses, spoilt_addresses
from shortlinks.targets import check_target
from shortlinks.text import FIRST_INDEX, MARKER, put_markers

LONG = "https://shop.ru/" + "каталог/" * 100 + "?" + "&".join(f"utm_{n}=значение{n}" for n in range(100))

LINKS = {
    # Punctuation of the sentence.
    "full stop": "Ждём на ⟦https://shop.ru⟧.",
    "full stop after a path": "Ждём на ⟦https://shop.ru/sale⟧. До завтра!",
    "comma": "Скидка: ⟦https://shop.ru/акция⟧, ждём!",
    "exclamation": "Только здесь ⟦https://shop.ru/sale⟧!!!",
    "question": "Видели ⟦https://shop.ru/sale⟧?",
    "question mark and exclamation": "Видели ⟦https://shop.ru/?a=1⟧?!",
    "colon after a host": "На ⟦https://shop.ru⟧: скидки",
    "colon after a path": "На ⟦https://shop.ru/sale⟧: скидки",
    "semicolon": "⟦https://shop.ru/1⟧; ⟦https://shop.ru/2⟧;",
    "three dots": "Смотрите ⟦https://shop.ru/sale⟧...",
    "three dots after a host": "Смотрите ⟦https://shop.ru⟧...Ждём",
    "ellipsis": "Смотрите ⟦https://shop.ru/sale⟧… и приходите",
    "dash": "⟦https://shop.ru/sale⟧ — скидки",
    "dash without blanks": "⟦https://shop.ru/sale⟧—скидки",
    "asterisk of a footnote": "⟦https://shop.ru/sale⟧* до 1 мая",
    "smile": "Заходите: ⟦https://shop.ru⟧:)",
    "smile after a path": "Заходите: ⟦https://shop.ru/sale⟧:)",
    # Brackets.
    "round brackets": "Всё здесь (⟦https://shop.ru/a⟧).",
    "brackets of its own": "Всё здесь (⟦https://shop.ru/a_(b)⟧) и тут",
    "a word and a link in brackets": "Скидки (подробно: ⟦https://shop.ru/sale⟧), ждём",
    "square brackets": "[⟦https://shop.ru/a⟧]",
    "square brackets after a host": "[⟦https://shop.ru⟧]",
    "a list in square brackets of its own": "⟦https://shop.ru/?size[]=1&size[]=2⟧",
    "pointed brackets": "<⟦https://shop.ru/a⟧>",
    # Quotes.
    "guillemets": "Акция «⟦https://shop.ru/sale⟧» до мая",
    "guillemets after a host": "Сайт «⟦https://shop.ru⟧».",
    "German quotes": "Сайт „⟦https://shop.ru/a⟧“",
    "English quotes": "“⟦https://shop.ru/a⟧”",
    "straight quotes": 'Сайт "⟦https://shop.ru/a⟧", да',
    "apostrophes": "Сайт '⟦https://shop.ru/a⟧', да",
    # Russian text around and inside.
    "Russian letter before": "Тут:сайт⟦https://shop.ru/a⟧ и",
    "Russian path": "⟦https://shop.ru/каталог/платья⟧ сегодня",
    "Russian query": "⟦https://shop.ru/?город=Орёл&ё=1⟧ сегодня",
    "й in two characters": "⟦https://ма\u0438\u0306.рф/че\u0438\u0306⟧ сегодня",
    # IDN hosts.
    "IDN host": "Ждём: ⟦https://домен.ru⟧!",
    "IDN host and zone": "«⟦https://магазин.рф/путь?x=1⟧»",
    "IDN of three parts": "⟦http://скидки.магазин.рф⟧, ждём",
    "punycode": "⟦https://xn--d1acufc.xn--p1ai/⟧ сегодня",
    "underscore in a host": "⟦https://my_shop.shop.ru/⟧ сегодня",
    "hyphen in a host": "⟦https://my-shop.ru⟧ - наш сайт",
    "root dot": "⟦https://shop.ru./sale⟧ сегодня",
    # Ports, numbers for hosts.
    "port": "⟦https://shop.ru:8443⟧, ждём",
    "port and path": "⟦http://shop.ru:8080/a:b⟧, ждём",
    "host of one word": "⟦http://localhost:5000/cabinet⟧.",
    "IPv4": "⟦http://127.0.0.1:8000/cabinet⟧.",
    "IPv6": "⟦http://[2001:db8::1]/a⟧, ждём",
    "IPv6 and port": "⟦http://[::1]:8000⟧, ждём",
    "IPv6 in square brackets": "[⟦http://[::1]⟧]",
    # Behind the path.
    "query without a path": "⟦https://shop.ru?x=1&y=2⟧, ждём",
    "fragment": "⟦https://shop.ru/sale#top⟧.",
    "fragment without a path": "⟦https://shop.ru#цены⟧.",
    "percent-encoded": "⟦https://shop.ru/%D0%B0%20b?c=%26⟧.",
    "percent-encoded bracket": "⟦https://shop.ru/a%29⟧)",
    "at sign in the path": "⟦https://t.me/@shop⟧.",
    "e-mail in the query": "⟦https://shop.ru/?mail=me@shop.ru⟧.",
    "address in the query": "⟦https://shop.ru/?next=https://shop.ru/a⟧.",
    "address in the path": "⟦https://web.archive.org/web/2026/https://shop.ru/⟧.",
    "ends with a dash": "⟦https://youtu.be/dQw4w9WgXc-⟧ смотрите",
    "ends with an underscore": "⟦https://youtu.be/dQw4w9WgXc_⟧ смотрите",
    "ends with an equals sign": "⟦https://shop.ru/?token=YQ==⟧.",
    "very long": f"Всё: ⟦{LONG}⟧. Ждём",
    # Placeholders.
    "placeholder in the path": "Код ⟦https://shop.ru/{code}⟧.",
    "placeholder in the query": "«⟦https://магазин.рф/путь?x={code}⟧»",
    "placeholder with blanks": "⟦https://shop.ru/{first name}/{код 1}⟧, ждём",
    "placeholder before and behind": "{name}, ⟦https://shop.ru/⟧ {name}",
    "placeholders in path, query and fragment": "Код ⟦https://shop.ru/c/{card}?n={name}#{part}⟧.",
    "placeholder that is the whole query": "⟦https://shop.ru?{query}⟧, ждём",
    "placeholder that is the whole fragment": "⟦https://shop.ru#{part}⟧!",
    "placeholder with a question mark": "⟦https://shop.ru/{что?}/a⟧?",
    "placeholder with a dot at its end": "⟦https://shop.ru/{имя.}⟧.",
    "placeholders side by side": "⟦https://shop.ru/{first}{last}-{card}⟧ сегодня",
    "placeholder between brackets of its own": "⟦https://shop.ru/({card})⟧ и тут",
    "placeholder in brackets": "(⟦https://shop.ru/{card}⟧)",
    "placeholder behind a port": "⟦https://shop.ru:8443/{card}⟧, ждём",
    "placeholder behind IPv6": "⟦http://[::1]:8000/{card}⟧.",
    "placeholder and emoji": "⟦https://shop.ru/{card}⟧🔥{name}",
    "two with placeholders in a list": "⟦https://a.ru/{card}⟧,⟦https://b.ru/{card}⟧",
    "percent-encoded before a placeholder": "⟦https://shop.ru/%D0%B0{card}⟧ сегодня",
    "placeholder that begins behind quotes": "«⟦https://shop.ru/a⟧»{name}",
    # Several.
    "several": "⟦https://shop.ru/1⟧ и ⟦http://shop.ru/2⟧ и ⟦https://b.ru⟧",
    "the same twice": "дважды ⟦https://a.ru⟧ ⟦https://a.ru⟧",
    "one the beginning of another": "⟦https://a.ru/b⟧, ⟦https://a.ru/b/c⟧",
    "a list without blanks": "⟦https://a.ru/1⟧,⟦https://b.ru/2⟧",
    "a list of hosts without blanks": "⟦https://a.ru⟧,⟦https://b.ru⟧;⟦https://c.ru⟧",
    # Ends of lines and texts.
    "alone": "⟦https://shop.ru⟧",
    "new line": "⟦https://shop.ru/sale⟧\nВаш магазин",
    "new line of Windows": "Сюда\r\n⟦https://shop.ru/sale⟧\r\nВаш магазин",
    "tab": "Сюда\t⟦https://shop.ru/sale⟧\tсюда",
    "blank that does not break": "⟦https://shop.ru⟧\u00a0скидки",
    "invisible blank": "⟦https://shop.ru/a⟧\u200bскидки\ufeff",
    "signature": "Скидки! ⟦https://shop.ru/sale⟧ Ваш Shop",
    "signature after a dash": "Скидки! ⟦https://shop.ru/sale⟧ – Shop, 8 800 100-00-00",
    "name before the text": "Лавка: ⟦https://shop.ru/sale⟧",
    # Letters and pictures.
    "upper-case scheme": "HTTP: ⟦HTTP://SHOP.RU/Sale⟧",
    "mixed case": "⟦Https://Shop.ru⟧, ждём",
    "emoji behind a host": "⟦https://shop.ru⟧🔥 скидки",
    "emoji behind a path": "⟦https://shop.ru/sale⟧🔥 скидки",
    "emoji before": "🎁⟦https://shop.ru/sale⟧",
    "arrow": "→⟦https://shop.ru/sale⟧←",
    "heart with its variant": "⟦https://shop.ru/sale⟧❤️",
    "bullets": "•⟦https://shop.ru/1⟧•⟦https://shop.ru/2⟧",
}


@pytest.mark.parametrize("case", LINKS.values(), ids=LINKS.keys())
def test_a_link_is_found_whole_and_all_else_is_untouched(case: str) -> None:
    links = re.findall("⟦(.*?)⟧", case)
    places = iter(range(len(links)))
    expected = re.sub("⟦.*?⟧", lambda _: MARKER + chr(FIRST_INDEX + next(places)), case)

    assert put_markers(case.replace("⟦", "").replace("⟧", "")) == (expected, links)


@pytest.mark.parametrize("case", LINKS.values(), ids=LINKS.keys())
def test_a_link_that_is_found_is_one_that_browsers_open_and_nothing_is_pointed_out(case: str) -> None:
    text = case.replace("⟦", "").replace("⟧", "")

    for link in put_markers(re.sub(r"\{.*?\}", "1", text))[1]:
        check_target(link)
    assert bare_addresses(text) == spoilt_addresses(text) == []


ONLY_TEXT = [
    "",
    "Скидки до завтра, т.д. и т.п., т.е. всё.",
    "До 31.12.2026 и 5.10.2026, в 10.00",
    "Цена 1.500 руб., было 2.000.00",
    "скидка.Но до завтра",
    "г.Москва, ул.Ленина, д.5, г.москва",
    "И.О. Петров, А.Б.Петров, кв.м/час, руб./шт.",
    "пишите на ivan.me@shop.ru, Иван.Петров@магазин.рф и me.ru@mail.shop.com",
    "10 a.m., 5 p.m., v2.0, 24/7, HTTP/2, Node.js/React, и/или",
    "ftp://shop.ru/a и tg://resolve?domain=shop, mailto:me@shop.ru, tel:+79991112233",
    "192.168.0.1 и 12:30",
    "{name}, ваш код {code}.",
    "https и http: протоколы",
    "смотрите ⟦тут⟧ 😀",
]


@pytest.mark.parametrize("text", ONLY_TEXT)
def test_what_is_no_link_stays_and_is_not_pointed_out(text: str) -> None:
    assert put_markers(text) == (text, [])
    assert bare_addresses(text) == spoilt_addresses(text) == []


@pytest.mark.parametrize(
    ("text", "pointed_out"),
    [
        ("Зайдите на www.shop.ru или shop.ru/sale, ждём.", ["www.shop.ru", "shop.ru/sale"]),
        ("Зайдите на shop.ru.", ["shop.ru"]),
        ("Зайдите на shop.ru... Ждём", ["shop.ru"]),
        ("наш сайт магазин.рф!", ["магазин.рф"]),
        ("наш сайт «магазин.рф»", ["магазин.рф"]),
        ("(www.shop.ru:8080/a_(b))", ["www.shop.ru:8080/a_(b)"]),
        ("WWW.SHOP.RU и Shop.Ru/Sale", ["WWW.SHOP.RU", "Shop.Ru/Sale"]),
        (
            "t.me/shop, vk.com/shop, youtu.be/abc, wa.me/79991112233",
            ["t.me/shop", "vk.com/shop", "youtu.be/abc", "wa.me/79991112233"],
        ),
        ("сайт.москва, shop.xn--p1ai", ["сайт.москва", "shop.xn--p1ai"]),
        ("shop.ru/{code}?", ["shop.ru/{code}"]),
        ("скидки:shop.ru", ["shop.ru"]),
        ("https:shop.ru", ["shop.ru"]),
        ("полный https://shop.ru/a?b=c.ru и m.shop.ru", ["m.shop.ru"]),
        ("🎁shop.ru🎁", ["shop.ru"]),
    ],
)
def test_an_address_without_a_protocol_is_pointed_out_and_not_wrapped(
    text: str, pointed_out: list[str]
) -> None:
    assert bare_addresses(text) == pointed_out
    assert not set(pointed_out) & set(put_markers(text)[1])


@pytest.mark.parametrize(
    "address",
    [
        "https://bank.ru@evil.ru/",
        "https://bank.ru:x@evil.ru/",
        "https://me:pw@[::1]/",
        "https://shop.ru,me@evil.ru",
        "https://shop.ru\\@evil.ru",
        "https://shop.ru\\sale",
        "https://{shop}/x",
        "https://shop{x}.ru/",
        "https://shop.{x}.ru/",
        "https://shop-{x}.ru/",
        "https://shop.ru:{port}/",
        "https://shop.ru:99999999/",
        "https://shop.ru:порт/",
        "https://shop..ru/",
        "https://shop.ru%2Fsale",
        "https://shop.ru_/sale",
        "https://-shop.ru",
        "https://.ru",
        "https:///sale",
        "https//shop.ru",
        "http:/shop.ru",
        "htps://shop.ru",
        "hhttps://shop.ru",
        "https;//shop.ru/sale",
    ],
)
def test_what_was_meant_to_be_a_link_and_is_none_is_pointed_out_whole(address: str) -> None:
    text = f"Сюда: {address}, ждём."

    assert put_markers(text) == (text, [])
    assert spoilt_addresses(text) == [address]
