"""The simple and the extended view: two drawings of the same settings, and which one is remembered."""

import re
from html import unescape

import pytest

from smsadmin.admin.integration.account_form import AccountForm
from smsadmin.admin.integration.provider_texts import TEXTS
from smsadmin.admin.integration.settings import ACCOUNT_SETTINGS, FIELDS, SETTINGS_OF_ALL, of_provider
from smsadmin.admin.wording import REASON_SENTENCES
from smsadmin.providers import PROVIDERS, provider
from smsadmin.reasons import Reason
from tests.admin.browser import Browser
from tests.plugin import PASSWORD, Shop


def test_the_view_is_remembered(boss: Browser) -> None:
    assert "Warn below" not in boss.read("/integration/")

    assert "Warn below" in boss.read("/integration/?view=extended")
    assert "Warn below" in boss.read("/integration/")

    assert "Warn below" not in boss.read("/integration/?view=simple")
    assert "Warn below" not in boss.read("/integration/?view=nonsense")


def test_the_table_has_every_setting_of_every_provider_and_of_all_sms(shop: Shop, boss: Browser) -> None:
    for name in PROVIDERS:
        shop.connect(name)

    page = boss.read("/integration/?view=extended")

    with shop.app.test_request_context():
        for name in PROVIDERS:
            for setting in of_provider(name):
                assert str(setting.label(TEXTS[name])) in page, (name, setting.key)
        for setting_of_all in SETTINGS_OF_ALL:
            assert str(setting_of_all.label) in page
    assert page.count("does not exist here") == sum(
        not setting.of(each.abilities) for setting in ACCOUNT_SETTINGS for each in PROVIDERS.values()
    )
    assert PASSWORD not in page


def test_the_card_has_what_is_marked_for_the_simple_view_and_no_more(shop: Shop, boss: Browser) -> None:
    shop.connect()

    page = boss.read("/integration/").partition('id="smsc"')[2].partition('id="twilio"')[0]

    with shop.app.test_request_context():
        for setting in of_provider("smsc"):
            shown = f"<dt>{setting.label(TEXTS['smsc'])}</dt>" in page or setting.to_copy
            assert shown == (setting.in_simple and setting.key != "api_key"), setting.key


def test_the_form_has_the_fields_of_the_definition_in_its_order(shop: Shop, boss: Browser) -> None:
    page = boss.read("/integration/smsc?view=extended")

    places = [page.index(f'name="{setting.key}"') for setting in FIELDS]
    assert places == sorted(places)
    # What asks about the consequences is no setting.
    with shop.app.test_request_context():
        fields = [field.name for field in AccountForm() if field.name not in ("sure", "seen", "sms_token")]
    assert [setting.key for setting in FIELDS] == fields


@pytest.mark.parametrize("name", list(PROVIDERS))
def test_the_extended_view_tells_for_which_reasons_a_provider_refuses(
    shop: Shop, boss: Browser, name: str
) -> None:
    shop.connect(name)

    page = boss.read("/integration/?view=extended")
    listed = re.findall(
        "– (.+)", page.partition("Reasons that it gives when it refuses")[2].partition("</tr>")[0]
    )

    told = provider(name).abilities.tells - {Reason.UNCLASSIFIED}
    with shop.app.test_request_context():
        sentences = {str(REASON_SENTENCES[reason].says) for reason in told}
    assert {each.partition("</span>")[0] for each in listed} == sentences
    assert "Reasons that it gives" not in boss.read("/integration/?view=simple")


@pytest.mark.parametrize("name", list(PROVIDERS))
def test_the_actions_are_in_both_views(shop: Shop, boss: Browser, name: str) -> None:
    shop.connect(name)

    for view in ("simple", "extended"):
        page = unescape(boss.open(f"/integration/?view={view}").text)
        for action in ("check", "remove"):
            assert f"/office/sms/integration/{name}/{action}" in page
        assert f'href="/office/sms/integration/{name}"' in page


def test_steps_to_connect_name_where_to_apply_and_from_how_many_sms_on(boss: Browser) -> None:
    page = boss.read("/integration/")

    assert "from 100,000 SMS a month" in page
    assert 'href="https://seven.tech/contact"' in page
