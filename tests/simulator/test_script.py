"""The script: what happens to an SMS is decided by seed and phone alone."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsadmin.simulator.fates import ENDINGS, FATES, MIX, Fate, Refusal, Reply, Report
from smsadmin.simulator.script import Script, fate, met

phones = st.integers(min_value=10**10, max_value=10**15 - 1).map(lambda number: f"+{number}")
QUIET = Script()
DEMO = Script("mix", swallow_every=400)


def fates_of(script: Script, phones: int) -> list[Fate]:
    return [fate(script, f"+{79260000000 + number}") for number in range(phones)]


@given(phones, st.integers())
def test_the_same_seed_and_phone_meet_the_same_fate(phone: str, seed: int) -> None:
    script = replace(DEMO, seed=seed)

    assert fate(script, phone) == fate(replace(script), phone.lstrip("+"))


def test_another_seed_gives_another_play() -> None:
    assert fates_of(DEMO, 500) != fates_of(replace(DEMO, seed=2), 500)


def test_the_quiet_script_delivers_everything_but_the_well_known_endings() -> None:
    others = [its for number, its in enumerate(fates_of(QUIET, 10_000)) if f"{number:04}" not in ENDINGS]

    assert {replace(its, delay=0.0) for its in others} == {Fate(delay=0.0)}


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("script", [QUIET, DEMO])
def test_a_well_known_ending_meets_its_fate_under_every_script(ending: str, script: Script) -> None:
    its = fate(script, f"+7926555{ending}")

    assert replace(its, delay=0.0) == replace(FATES[ENDINGS[ending]], delay=0.0)


def test_an_explicit_fate_goes_before_everything_else() -> None:
    script = replace(DEMO, explicit={"79260009901": "twice"})

    assert fate(script, "+79260009901").reports == (Report.DELIVERED, Report.DELIVERED)


@pytest.mark.parametrize("first", range(0, 9000, 450))
def test_any_500_numbers_in_a_row_see_every_outcome(first: int) -> None:
    fates = fates_of(DEMO, first + 500)[first:]

    assert Reply.ANSWER in {its.reply for its in fates}
    assert {Reply.HANG, Reply.CUT} & {its.reply for its in fates}
    assert any(its.refusal for its in fates)
    assert any(its.reports == (Report.DELIVERED,) for its in fates)
    assert any(its.reports and Report.DELIVERED not in its.reports for its in fates)
    assert any(not its.reports and its.reply is Reply.ANSWER and not its.refusal for its in fates)


def test_few_answers_are_lost_because_each_takes_a_batch_with_it() -> None:
    lost = [its for its in fates_of(DEMO, 9000) if its.reply is not Reply.ANSWER]

    assert len(lost) <= 9000 / 400 + 1


def test_an_sms_that_is_refused_or_whose_answer_is_lost_gets_no_receipt() -> None:
    for its in FATES.values():
        if its.refusal or its.denial or not its.reply.whole:
            assert its.reports == (), its.word


@pytest.mark.parametrize("fault", ["hang", "busy", "garbage"])
def test_a_fault_of_the_answer_leaves_the_receipts_to_the_phone(fault: str) -> None:
    own = fate(QUIET, "+79265559905")

    its = met(QUIET, "+79265559905", fault)

    assert its == replace(own, reply=FATES[fault].reply, denial=FATES[fault].denial)


@pytest.mark.parametrize("fault", ["late", "bad-number", "no-report", "early"])
def test_any_other_fault_takes_the_place_of_the_phones_fate(fault: str) -> None:
    its = met(QUIET, "+79265559905", fault)

    assert replace(its, delay=0.0) == replace(FATES[fault], delay=0.0)


@pytest.mark.parametrize(
    ("word", "age", "report"),
    [
        ("delivered", 0.9, Report.SENT),
        ("delivered", 1.0, Report.DELIVERED),
        ("spam", 2.0, Report.SPAM),
        ("interim", 1.1, Report.SENT),
        ("interim", 1.3, Report.DELIVERED),
        ("out-of-order", 9.0, Report.DELIVERED),
        ("no-report", 9.0, Report.SENT),
        ("early", 0.0, Report.DELIVERED),
    ],
)
def test_what_the_provider_knows_follows_its_receipts(word: str, age: float, report: Report) -> None:
    assert FATES[word].standing(age) is report


def test_receipts_come_around_the_usual_delay() -> None:
    delays = [its.delay for its in fates_of(Script(delay=2.0), 1000)]

    assert min(delays) >= 1.0
    assert max(delays) <= 3.0
    assert len(set(delays)) > 100


def test_the_weights_of_the_mix_add_up() -> None:
    assert sum(weight for _, weight in MIX) == 1000
    assert {Refusal.BAD_NUMBER, Refusal.NOT_DELIVERABLE, Refusal.OPTED_OUT} <= {
        FATES[word].refusal for word, _ in MIX
    }
