"""`flask sms doctor`, `watch` and `check-counters`: what they print, and their exit status."""

from decimal import Decimal

from click.testing import Result
from sqlalchemy import text, update

from shortlinks.models import UseCounter
from smsadmin.broadcasts.global_switch import switch_off
from smsadmin.database import engine, write
from smsadmin.integration import integration
from smsadmin.integration_changes import nothing_else
from smsadmin.models import Broadcast, Counter
from smsadmin.reasons import Reason
from tests.alerts.receivers import Hook
from tests.alerts.trouble import low_balance, no_pulse, paused, set_account, set_settings, well, worker_seen
from tests.plugin import Shop


def run(shop: Shop, *arguments: str) -> Result:
    return shop.app.test_cli_runner().invoke(args=["sms", *arguments])


def test_the_doctor_says_that_all_is_well(shop: Shop) -> None:
    well(shop)
    result = run(shop, "doctor")

    assert (result.exit_code, result.output) == (0, "All is well.\n")


def test_the_doctor_says_what_is_stuck_why_and_the_next_step_a_line_each(shop: Shop) -> None:
    well(shop)
    set_account(stopped_reason=Reason.ACCOUNT_LIMIT.value)
    paused(shop, Reason.MANY_REFUSALS)
    low_balance()
    result = run(shop, "doctor")

    assert result.exit_code == 1
    assert result.output.splitlines() == [
        "stuck: SMSC does not send at the moment. A limit of the account is reached. → "
        "Ask the provider to raise it.",
        "stuck: The broadcast “Акция” is paused. The provider refused many SMS in a row. → "
        "Open its page in the back office. Look at the reasons below and at the text; when it is mended, let it go on.",
        "warning: The balance of SMSC is RUB12.50, below the limit of RUB500.00. → "
        "SMS still go; top the account up in time.",
    ]


def test_what_people_have_chosen_is_said_and_nothing_is_stuck(shop: Shop) -> None:
    well(shop)
    switch_off(nothing_else)
    result = run(shop, "doctor")

    assert result.exit_code == 0
    assert result.output.startswith("note: SMS is switched off")


def test_the_doctor_finds_tables_that_are_not_there(shop: Shop) -> None:
    with engine().begin() as connection:
        connection.execute(text("UPDATE sms_alembic_version SET version_num = '0001'"))
    result = run(shop, "doctor")

    assert result.exit_code == 1
    assert result.output == "stuck: The tables sms_* are not up to date. → Run: flask sms upgrade\n"


def test_the_doctor_says_that_the_database_does_not_answer(shop: Shop) -> None:
    with engine().begin() as connection:
        connection.execute(text("ALTER TABLE sms_integration RENAME TO elsewhere"))
    result = run(shop, "doctor")

    assert result.exit_code == 1
    assert result.output.startswith("Error: The database does not answer (")
    assert "Traceback" not in result.output


def test_watch_tells_and_ends_with_one_while_something_is_open(shop: Shop, hook: Hook) -> None:
    well(shop)
    set_settings(shop, alert_webhook=hook.address)
    worker_seen(500)

    first, second = run(shop, "watch"), run(shop, "watch")
    worker_seen()
    third = run(shop, "watch")

    assert [first.exit_code, second.exit_code, third.exit_code] == [1, 1, 0]
    assert first.output.startswith("stuck: No worker runs")
    assert third.output == ""
    assert [post["kind"] for post in hook.posts] == ["no_worker"]


def test_watch_is_silent_while_a_worker_is_only_started_again(shop: Shop, hook: Hook) -> None:
    well(shop)
    set_settings(shop, alert_webhook=hook.address)
    no_pulse()

    result = run(shop, "watch")

    assert (result.exit_code, result.output, hook.posts) == (0, "", [])


def test_check_counters_prints_the_differences_and_mends_them_when_told(shop: Shop) -> None:
    shop.connect()
    shop.customers(2)
    broadcast_id = shop.sent()
    assert run(shop, "check-counters").output == "All counters are equal to their rows.\n"
    write(lambda session: session.execute(update(Counter).values(count=5).where(Counter.count > 0)))

    found, mended, after = (run(shop, "check-counters", *mend) for mend in ([], ["--mend"], []))

    line = f"broadcast {broadcast_id}, accepted: the counter says 5, the rows are 2\n"
    assert (found.exit_code, found.output) == (1, line)
    assert (mended.exit_code, mended.output) == (1, f"{line}Mended: 1.\n")
    assert after.exit_code == 0
    assert shop.states(broadcast_id) == {"accepted": 2}
    assert integration().counters_off == 0


def test_check_counters_prints_and_mends_what_differs_of_links_and_lists_too(shop: Shop) -> None:
    shop.connect("twilio", price_of_part=Decimal("1.5"))
    shop.customers(2)
    broadcast_id = shop.formed()
    write(lambda session: session.execute(update(Broadcast).values(list_parts=9)))
    counter = UseCounter(owner=f"broadcast:{broadcast_id}:1", use="clicks", count=3)
    write(lambda session: session.add(counter))

    mended, after = (run(shop, "check-counters", *mend) for mend in (["--mend"], []))

    kept, links, end = mended.output.splitlines()
    assert kept == f"broadcast {broadcast_id}, parts of its list: 9 is kept, the rows are 2"
    assert links == f"links of broadcast:{broadcast_id}:1, clicks: the counter says 3, the rows are 0"
    assert end == "Mended: 2."
    assert (after.exit_code, after.output) == (0, "All counters are equal to their rows.\n")
