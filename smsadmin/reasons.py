"""Why a message did not simply arrive: one closed list, used by the engine, the providers and the screens.

The sentences and the advice for people stand in `smsadmin/reason_words.py`; a test keeps the two lists equal.
"""

from enum import StrEnum


class Reason(StrEnum):
    """Why a message was not sent, failed, or is in doubt."""

    # Left out while the list was formed.
    SUPPRESSED = "suppressed"
    UNVERIFIED = "unverified"
    DUPLICATE = "duplicate"
    BAD_NUMBER = "bad_number"
    NO_NUMBER = "no_number"
    LINK_TOO_LONG = "link_too_long"
    SMS_OFF = "sms_off"
    NOT_CONNECTED = "not_connected"
    # Decided by us after the list was formed.
    PHONE_CHANGED = "phone_changed"
    CUSTOMER_GONE = "customer_gone"
    CANCELLED_BY_STAFF = "cancelled_by_staff"
    TOO_LATE = "too_late"
    ACCOUNT_REPLACED = "account_replaced"
    NEVER_ARRIVED = "never_arrived"
    # Why a broadcast was paused, besides what stops an account.
    GREW = "grew"
    RULE_UNKNOWN = "rule_unknown"
    TEXTS_NOT_MADE = "texts_not_made"
    MANY_REFUSALS = "many_refusals"
    BROADCAST_LIMIT = "broadcast_limit"
    DAY_LIMIT = "day_limit"
    # The recipient.
    NO_SUCH_SUBSCRIBER = "no_such_subscriber"
    NUMBER_REFUSED = "number_refused"
    NOT_REACHABLE = "not_reachable"
    SUBSCRIBER_BLOCKED = "subscriber_blocked"
    SIM_REPLACED = "sim_replaced"
    OPTED_OUT = "opted_out"
    RECIPIENT_LIMIT = "recipient_limit"
    # The text.
    TEXT_FORBIDDEN = "text_forbidden"
    SPAM_FILTER = "spam_filter"
    BAD_REQUEST = "bad_request"
    # The account.
    WRONG_PASSWORD = "wrong_password"  # noqa: S105 - a reason, not a secret
    NO_MONEY = "no_money"
    ADDRESS_BLOCKED = "address_blocked"
    SENDER_NOT_REGISTERED = "sender_not_registered"
    ACCOUNT_LIMIT = "account_limit"
    ACCOUNT_REFUSED = "account_refused"
    # The way there.
    NO_ROUTE = "no_route"
    PROVIDER_BUSY = "provider_busy"
    PROVIDER_UNREACHABLE = "provider_unreachable"
    TEST_MODE = "test_mode"
    EXPIRED_AT_OPERATOR = "expired_at_operator"
    # We cannot tell.
    NO_ANSWER = "no_answer"
    STRANGE_ANSWER = "strange_answer"
    WORKER_STOPPED = "worker_stopped"
    NO_REPORT = "no_report"
    UNCLASSIFIED = "unclassified"
