"""SMSC's published limits: warned of, or enforced with errors 4 and 9."""

from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread

import pytest
import requests

from smsadmin.simulator.complaints import Complaints
from smsadmin.simulator.limits import Limits
from smsadmin.simulator.smsc_codes import Refused
from tests.simulator.running import Simulator, started, wait_until

HERE, THERE = "127.0.0.1", "10.0.0.1"


class Watch:
    """A clock that a test moves, in seconds."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def limits(watch: Watch) -> Limits:
    return Limits(Complaints(), enforced=True, clock=watch)


def code_of(act: Callable[[], object]) -> int:
    """The error that something is refused with, 0 for none."""
    try:
        act()
    except Refused as refused:
        return refused.code
    return 0


def request(limits: Limits, script: str = "send", address: str = HERE) -> int:
    def ask() -> None:
        with limits.under_way(script, address):
            pass

    return code_of(ask)


def test_five_wrong_logins_block_their_address_for_half_an_hour(limits: Limits, watch: Watch) -> None:
    for _ in range(4):
        limits.wrong_login(HERE)
    assert request(limits) == 0
    limits.wrong_login(HERE)

    assert (request(limits), request(limits, "balance"), request(limits, address=THERE)) == (4, 4, 0)
    watch.now += 30 * 60 - 1
    assert request(limits) == 4
    watch.now += 2
    assert request(limits) == 0


def test_wrong_logins_far_apart_block_nobody(limits: Limits, watch: Watch) -> None:
    for _ in range(10):
        limits.wrong_login(HERE)
        watch.now += 8 * 60

    assert request(limits) == 0


def test_a_hundred_bad_sends_in_a_row_block_for_ten_minutes(limits: Limits, watch: Watch) -> None:
    for _ in range(99):
        limits.sent(HERE, well=False)
    assert request(limits) == 0
    limits.sent(HERE, well=False)

    assert request(limits) == 4
    watch.now += 10 * 60 + 1
    assert request(limits) == 0


def test_one_good_send_begins_the_row_anew(limits: Limits) -> None:
    for _ in range(3):
        for _ in range(99):
            limits.sent(HERE, well=False)
        limits.sent(HERE, well=True)

    assert request(limits) == 0


def test_an_identical_request_is_refused_for_a_minute(limits: Limits, watch: Watch) -> None:
    form = {"login": "demo", "psw": "a", "id": "1", "mes": "Привет"}

    limits.send(form)

    assert code_of(lambda: limits.send(form)) == 9
    assert code_of(lambda: limits.send({**form, "psw": "other"})) == 9
    assert code_of(lambda: limits.send({**form, "id": "2"})) == 0
    watch.now += 61
    assert code_of(lambda: limits.send(form)) == 0


@pytest.mark.parametrize(("script", "most"), [("send", 14), ("status", 4), ("balance", 100)])
def test_too_many_requests_at_once_are_refused(limits: Limits, script: str, most: int) -> None:
    open_requests = [limits.under_way(script, HERE) for _ in range(most)]
    for one in open_requests:
        one.__enter__()

    assert request(limits, script) == (0 if script == "balance" else 9)
    open_requests[0].__exit__(None, None, None)
    assert request(limits, script) == 0


def test_ten_balances_a_minute_are_enough(limits: Limits, watch: Watch) -> None:
    codes = [code_of(limits.balance) for _ in range(11)]

    assert codes == [0] * 10 + [9]
    watch.now += 61
    assert code_of(limits.balance) == 0


def test_one_message_can_be_asked_about_five_times_a_minute(limits: Limits) -> None:
    codes = [code_of(lambda: limits.status([("1", "79170000000")])) for _ in range(6)]

    assert codes == [0] * 5 + [9]
    assert code_of(lambda: limits.status([("1", "79170000001")])) == 0


def test_many_messages_can_be_asked_about_once_a_minute(limits: Limits, watch: Watch) -> None:
    first, second = [[(str(each), "79170000000") for each in numbers] for numbers in ((1, 2), (3, 4))]

    assert [code_of(lambda: limits.status(first)), code_of(lambda: limits.status(second))] == [0, 9]
    watch.now += 61
    assert code_of(lambda: limits.status(second)) == 0


def test_a_limit_that_is_not_enforced_is_a_warning(watch: Watch) -> None:
    complaints = Complaints()
    limits = Limits(complaints, clock=watch)

    for _ in range(11):
        limits.balance()
    for _ in range(5):
        limits.wrong_login(HERE)

    assert request(limits) == 0
    counts = complaints.counts("smsc")
    assert (counts["complaints"], counts["warnings"]) == (0, 2)
    assert "balance.php" in complaints.latest_warnings()[0]
    assert "5 wrong logins" in complaints.latest_warnings()[1]


def test_by_default_a_simulator_blocks_nobody_and_shows_its_warnings(tmp_path: Path) -> None:
    with started(tmp_path) as simulator:
        for _ in range(6):
            simulator.smsc("balance", psw="wrong")
        assert simulator.smsc("balance")["balance"]

        counts = simulator.get("/control/counts").json()

    assert (counts["providers"]["smsc"]["complaints"], counts["providers"]["smsc"]["warnings"]) == (0, 1)
    assert counts["warnings"] == [
        "smsc: 5 wrong logins within 30 minutes would block the address for 30 minutes"
    ]


def test_an_address_is_blocked_for_as_long_as_the_providers_minute_makes_it(tmp_path: Path) -> None:
    with started(tmp_path, "--limits", "enforce", "--minute", "0.2") as simulator:
        wrong = [simulator.smsc("balance", psw="wrong")["error_code"] for _ in range(6)]
        right = simulator.smsc("balance").get("error_code")
        complaints = simulator.complaints()
        wait_until(lambda: "balance" in simulator.smsc("balance"))

    assert wrong == [2, 2, 2, 2, 2, 4]
    assert right == 4
    assert "5 wrong logins" in complaints[0]
    assert "blocked" in complaints[1]


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    with started(tmp_path_factory.mktemp("strict"), "--limits", "enforce", "--hang", "2") as simulator:
        yield simulator


def test_the_same_request_within_a_minute_meets_error_9_and_nothing_is_taken_twice(strict: Simulator) -> None:
    replies = [strict.smsc(id=identifier, list="79170000001:a") for identifier in ("1", "1", "2")]

    assert [reply.get("error_code") for reply in replies] == [None, 9, None]
    assert len(strict.arrived("79170000001")) == 2


def test_the_question_for_a_price_is_no_send(strict: Simulator) -> None:
    asked = [strict.smsc(id="3", list="79170000002:a", cost="1")["cnt"] for _ in range(2)]

    assert asked == [1, 1]


def test_many_sends_at_once_meet_error_9(strict: Simulator) -> None:
    def hang(number: int) -> None:
        with pytest.raises(requests.ConnectionError):
            strict.smsc(id=f"hanging-{number}", list="79170009910:a")

    threads = [Thread(target=hang, args=(number,)) for number in range(14)]
    for thread in threads:
        thread.start()
    wait_until(lambda: len(strict.arrived("79170009910")) == 14)

    assert strict.smsc(id="one-more", list="79170000003:a")["error_code"] == 9
    for thread in threads:
        thread.join()


def test_questions_meet_error_9(strict: Simulator) -> None:
    statuses = [strict.smsc("status", id="1,2", phone="79170000001,79170000001") for _ in range(2)]
    balances = [strict.smsc("balance").get("error_code") for _ in range(11)]

    assert isinstance(statuses[0], list)
    assert statuses[1]["error_code"] == 9
    assert balances == [None] * 10 + [9]
