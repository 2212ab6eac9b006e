"""Requests to the support: kept with a number at any hour, told to the host once, and not without end."""

import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from smsadmin import support_requested
from smsadmin.database import engine, read, write
from smsadmin.host import Role, StaffMember
from smsadmin.models import Integration, SupportRequest
from smsadmin.signals import RequestToSupport
from smsadmin.support import PER_HOUR, TooManyRequests, register, requests_of
from tests.plugin import Shop

MARIA = StaffMember("1", "Мария", Role.MANAGER)
PETER = StaffMember("2", "Пётр", Role.VIEWER)
PHONE = "+79261110000"
TEXT = "Не приходит баланс"


def ask(text: str = TEXT, member: StaffMember = MARIA) -> SupportRequest:
    return register(member, PHONE, text, "/office/sms/events/")


def ask_times(number: int, member: StaffMember = MARIA) -> None:
    for time in range(number):
        ask(f"{TEXT}: {time}", member)


def test_a_request_is_kept_with_its_number(shop: Shop) -> None:
    asked = ask()

    kept = read(lambda session: session.get_one(SupportRequest, asked.id))
    assert (kept.by_key, kept.by_name, kept.contact) == ("1", "Мария", PHONE)
    assert (kept.page, kept.text) == ("/office/sms/events/", TEXT)


def test_numbers_rise(shop: Shop) -> None:
    assert ask("Первый вопрос").id < ask("Второй вопрос").id


def test_the_same_words_within_an_hour_are_the_same_request(shop: Shop) -> None:
    assert ask().id == ask().id
    assert ask().id != ask(member=PETER).id
    assert requests_of(None, 0, 10)[1] == 2


def test_a_member_of_staff_sees_his_own_newest_first(shop: Shop) -> None:
    ask_times(3)
    ask("Чужой вопрос", PETER)

    found, total = requests_of("1", 1, 10)

    assert total == 3
    assert [one.text for one in found] == [f"{TEXT}: 1", f"{TEXT}: 0"]
    assert requests_of(None, 0, 1)[0][0].text == "Чужой вопрос"


def test_one_member_of_staff_has_so_many_requests_within_an_hour_and_the_next_hour_again(shop: Shop) -> None:
    ask_times(PER_HOUR)

    with pytest.raises(TooManyRequests):
        ask("Ещё один вопрос")
    ask("Вопрос другого", PETER)
    an_hour_earlier = update(SupportRequest).where(SupportRequest.by_key == "1")
    moved = an_hour_earlier.values(at=ask("Вопрос другого", PETER).at - timedelta(minutes=61))
    write(lambda session: session.execute(moved))
    ask("Ещё один вопрос")

    assert requests_of("1", 0, 1)[1] == PER_HOUR + 1


def test_requests_at_once_do_not_get_past_the_limit(shop: Shop) -> None:
    ask_times(PER_HOUR - 1)

    def one(number: int) -> bool:
        with shop.app.app_context():
            try:
                ask(f"Сразу много: {number}")
            except TooManyRequests:
                return False
            return True

    with ThreadPoolExecutor(4) as at_once:
        registered = list(at_once.map(one, range(8)))

    assert registered.count(True) == 1
    assert requests_of("1", 0, 1)[1] == PER_HOUR


def test_a_request_waits_until_the_one_before_it_is_stored(shop: Shop) -> None:
    def one() -> int:
        with shop.app.app_context():
            return ask().id

    with ThreadPoolExecutor(1) as another, Session(engine()) as before, before.begin():
        if before.get_bind().dialect.name == "sqlite":
            before.execute(text("BEGIN IMMEDIATE"))
        before.execute(select(Integration.id).with_for_update())
        asked = another.submit(one)
        with pytest.raises(TimeoutError):
            asked.result(timeout=0.5)
        before.rollback()
        assert asked.result(timeout=60) == ask().id


def test_the_host_is_told_what_was_asked_once_it_is_stored(shop: Shop) -> None:
    told: list[tuple[Flask, RequestToSupport, int]] = []

    def receiver(app: Flask, request: RequestToSupport) -> None:
        told.append((app, request, requests_of("1", 0, 1)[0][0].id))

    with support_requested.connected_to(receiver, sender=shop.app):
        number = ask().id
        ask()

    request = RequestToSupport(number, "Мария", PHONE, "/office/sms/events/", TEXT)
    assert told == [(shop.app, request, number)]


def test_a_receiver_that_fails_loses_neither_the_request_nor_the_other_receivers(
    shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    told: list[int] = []

    def failing(app: Flask, request: RequestToSupport) -> None:
        raise ConnectionError(f"no mail for {request.contact}")

    def working(app: Flask, request: RequestToSupport) -> None:
        told.append(request.number)

    def failing_too(app: Flask, **arguments: Any) -> None:
        raise LookupError(arguments["request"].text)

    with (
        caplog.at_level(logging.DEBUG, logger="smsadmin"),
        support_requested.connected_to(failing),
        support_requested.connected_to(working),
        support_requested.connected_to(failing_too),
    ):
        number = ask().id

    assert told == [number]
    assert requests_of("1", 0, 1)[1] == 1
    assert "ConnectionError" in caplog.text
    assert "LookupError" in caplog.text
    assert PHONE not in caplog.text
    assert TEXT not in caplog.text


def test_what_is_told_shows_in_no_log_what_people_wrote() -> None:
    assert repr(RequestToSupport(17, "Мария", PHONE, "/office", TEXT)) == "RequestToSupport(number=17)"
