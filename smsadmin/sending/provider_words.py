"""The provider's own words about messages that our tables cannot explain, for a person who asks the provider."""

from collections.abc import Collection, Sequence

from sqlalchemy import select

from smsadmin.database import read
from smsadmin.models import Answered, Message, RawReceipt
from smsadmin.providers import provider
from smsadmin.reasons import Reason
from smsadmin.states import State

UNEXPLAINED = {Reason.UNCLASSIFIED, Reason.STRANGE_ANSWER, Reason.BAD_REQUEST}
"""Reasons whose sentence tells less than the provider's words do."""


def words(messages: Collection[Message]) -> dict[int, str]:
    """Return message → what the provider said of it, for those where it tells more than our sentence."""
    told: dict[int, list[str]] = {}
    unexplained = {message.id for message in messages if message.reason in UNEXPLAINED}
    for message_id, raw in _answers([m for m in messages if m.id in unexplained]):
        told.setdefault(message_id, []).append(raw)
    for receipt in _receipts([m.id for m in messages if m.state != State.SKIPPED]):
        unknown = provider(receipt.provider).settle(receipt.status, receipt.error).state is None
        if unknown or receipt.message_id in unexplained:
            told.setdefault(receipt.message_id, []).append(f"{receipt.status} {receipt.error}".strip())
    return {message_id: " · ".join(dict.fromkeys(said)) for message_id, said in told.items()}


def _answers(messages: Sequence[Message]) -> list[tuple[int, str]]:
    attempts = {message.attempt_id: message.id for message in messages if message.attempt_id}
    statement = select(Answered.attempt_id, Answered.raw).where(Answered.attempt_id.in_(attempts))
    return read(lambda session: [(attempts[key], raw) for key, raw in session.execute(statement) if raw])


def _receipts(ids: Sequence[int]) -> Sequence[RawReceipt]:
    # Index ix_sms_raw_receipts_message_id.
    statement = select(RawReceipt).where(RawReceipt.message_id.in_(ids)).order_by(RawReceipt.id)
    return read(lambda session: session.scalars(statement).all())
