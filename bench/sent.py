"""Broadcasts that have been sent, written by SQL: what the benches of receipts and statistics start from."""

from bench.box import Box, draft

TEXT = "Анна, у вас бонусов: 150. Потратьте их: {shop}cabinet До встречи!"


def sent_broadcast(shop: Box, account: int, messages: int, text: str = TEXT) -> int:
    """Write a finished broadcast, every message of it accepted, with its ledger; return its id."""
    broadcast_id = draft(text)
    shop.run(
        """
        UPDATE sms_broadcasts SET state = 'finished', prefixed_text = text, account_id = :account, form = 1,
            audience_size = :count, considered = :count, next_position = :count, finished_at = now()
        WHERE id = :id
        """,
        id=broadcast_id,
        account=account,
        count=messages,
    )
    shop.run(
        """
        INSERT INTO sms_messages (broadcast_id, customer_key, phone, name, text, position, signs_in, parts, price,
            currency, state, rank, reason, left_out, account_id, attempt_id, created_at, accepted_at)
        SELECT :id, n, '+7' || 9000000000 + n, 'Анна ' || n, 'Анна, у вас бонусов: 150', n - 1, true, 1, 3.5, 'RUB',
            'accepted', 4, '', false, :account, md5(n::text) || '-' || :id || 'x' || n, now(), now()
        FROM generate_series(1, :count) AS n
        """,
        id=broadcast_id,
        account=account,
        count=messages,
    )
    shop.run(
        """
        INSERT INTO sms_asked (attempt_id, message_id, account_id, request_id, reference, phone, text, at)
        SELECT attempt_id, id, account_id, left(attempt_id, 32), attempt_id, phone, text, now()
        FROM sms_messages WHERE broadcast_id = :id
        """,
        id=broadcast_id,
    )
    recount(shop, broadcast_id)
    return broadcast_id


def recount(shop: Box, broadcast_id: int) -> None:
    """Write the counters anew from the rows."""
    shop.run("DELETE FROM sms_counters WHERE broadcast_id = :id", id=broadcast_id)
    shop.run(
        """
        INSERT INTO sms_counters (broadcast_id, state, reason, count)
        SELECT broadcast_id, state, reason, count(*) FROM sms_messages WHERE broadcast_id = :id
        GROUP BY broadcast_id, state, reason
        """,
        id=broadcast_id,
    )
