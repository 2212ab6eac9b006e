"""A cause is told once: while it lasts, whoever sees it, and although it is hidden for a while or begins anew."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from smsadmin.alerts.findings import findings
from smsadmin.alerts.keep import opened_causes, settle
from smsadmin.alerts.watch import check
from smsadmin.broadcasts import lifecycle
from smsadmin.clock import utc_now
from smsadmin.reasons import Reason
from smsadmin.states import BroadcastState
from tests.alerts.receivers import Hook, MailBox
from tests.alerts.trouble import (
    alerts,
    low_balance,
    paused,
    set_account,
    set_broadcast,
    set_settings,
    try_now,
    well,
    worker_seen,
)
from tests.plugin import Shop


def test_a_cause_that_is_over_is_closed_and_told_again_when_it_comes_back(troubled: Shop, hook: Hook) -> None:
    check()
    low_balance("900")
    check()
    assert opened_causes() == {}
    assert len(hook.posts) == 1

    low_balance("10")
    check()

    assert len(hook.posts) == 2
    assert [alert.over_at is None for alert in alerts()] == [False, True]


def test_two_causes_of_one_kind_are_told_apart(on_call: Shop, hook: Hook) -> None:
    well(on_call)
    set_settings(on_call, alert_webhook=hook.address)
    ids = [paused(on_call, Reason.GREW, name) for name in ("Весна", "Лето")]
    check()

    assert [post["about"] for post in hook.posts] == [str(one) for one in ids]


def test_many_processes_that_see_the_same_tell_it_once(troubled: Shop, box: MailBox, hook: Hook) -> None:
    def look(_: int) -> None:
        with troubled.app.app_context():
            check()

    with ThreadPoolExecutor(6) as processes:
        list(processes.map(look, range(12)))

    assert len(box.letters) == len(hook.posts) == 1
    assert len(alerts()) == 1


def test_a_stop_that_begins_anew_after_its_rest_is_one_cause(troubled: Shop, hook: Hook) -> None:
    low_balance("900")
    troubled.customer()
    lifecycle.send(troubled.formed(), "Мария")
    for minutes in (30, 0, 30):
        # The address is blocked; the rest is over and the first call has not begun; it is blocked still.
        until = utc_now() + timedelta(minutes=minutes)
        set_account(stopped_reason=Reason.ADDRESS_BLOCKED.value, stopped_until=until)
        check()

    assert len(hook.posts) == 1


def test_a_cause_that_was_hidden_by_a_graver_one_is_not_told_anew(troubled: Shop, hook: Hook) -> None:
    low_balance("900")
    late = utc_now() - timedelta(hours=1)
    set_broadcast(troubled.broadcast(), state=BroadcastState.SCHEDULED, send_at=late)
    check()
    worker_seen(600)
    check()
    worker_seen()
    check()

    assert [post["kind"] for post in hook.posts] == ["scheduled_late", "no_worker"]
    assert [alert.over_at is None for alert in alerts()] == [True, False]


def test_what_is_over_before_it_could_be_told_is_not_told(troubled: Shop, hook: Hook) -> None:
    hook.status = 500
    check()
    low_balance("900")
    check()
    hook.status = 200
    try_now()
    check()

    assert hook.posts == []


def test_a_cause_that_another_process_has_just_opened_is_not_ended_by_an_older_look(
    troubled: Shop, hook: Hook
) -> None:
    low_balance("900")
    before = opened_causes()
    earlier = {one.cause: one for one in findings()}
    low_balance("10")
    check()

    settle(before, earlier)
    check()

    assert len(hook.posts) == 1
