"""Who is at the screen and what he may do: asked once in a request, and by a key that our tables can hold."""

import pytest
from sqlalchemy import event

from smsadmin import support
from smsadmin.host import LONGEST_KEY, Role, StaffMember
from smsadmin.integration import is_responsible, set_responsible
from smsadmin.integration_changes import What, changes, noted
from tests.admin.asking import EVENTS
from tests.admin.browser import Browser, tokens
from tests.admin.conftest import SignedIn
from tests.hostapp.models import db
from tests.plugin import Shop


def test_who_is_responsible_is_read_once_in_a_request(shop: Shop, signed_in: SignedIn) -> None:
    admin = signed_in("lead", in_charge=True)
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        if "FROM sms_integration" in statement:
            asked.append(statement)

    admin.open("/customers/")
    event.listen(db.engine, "before_cursor_execute", note)
    try:
        assert "/office/sms/integration/" in admin.read("/customers/")
    finally:
        event.remove(db.engine, "before_cursor_execute", note)

    assert len(asked) == 1


def test_the_answer_of_one_request_is_not_that_of_the_next(signed_in: SignedIn) -> None:
    admin = signed_in("lead", in_charge=True)
    assert admin.open("/integration/").status_code == 200

    set_responsible(None)

    assert admin.open("/integration/").status_code == 403


def test_a_key_that_no_table_holds_is_refused_at_once_and_not_told() -> None:
    with pytest.raises(ValueError, match="has 65 characters; 64 is the most") as refused:
        StaffMember("auth0|" + "x" * 59, "Анна", Role.ADMIN)

    assert "auth0" not in str(refused.value)


def test_the_longest_key_is_taken_everywhere(shop: Shop) -> None:
    member = StaffMember("я" * LONGEST_KEY, "Анна", Role.ADMIN)

    set_responsible(member, noted(member, What.RESPONSIBLE))
    asked = support.register(member, "@anna", "Что случилось?", "")

    assert is_responsible(member)
    assert asked.by_key == member.key
    assert [change.by for change in changes(10)] == ["Анна"]


@pytest.mark.parametrize(
    "button", ["/support/", "/integration/switch", "/events/birthday", "/api_log/switch"]
)
def test_every_button_wants_our_token_in_the_same_words(boss: Browser, button: str) -> None:
    hosts_only = {"csrf_token": tokens(boss.open(EVENTS).text)["csrf_token"]}

    answer = boss.post(button, **hosts_only)

    assert answer.status_code == 400
    assert "The page was open for too long. Go back, reload it and try again." in answer.text
