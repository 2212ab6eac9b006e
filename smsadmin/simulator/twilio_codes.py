"""Twilio's codes: of a refusal, and what a message's status and its error code say; and its way to say no."""

from smsadmin.simulator.fates import Denial, Refusal, Report

ERRORS = {
    20003: (401, "Authenticate"),
    20404: (404, "The requested resource was not found"),
    20429: (429, "Too Many Requests"),
    21211: (400, "The 'To' number is not a valid phone number."),
    21212: (400, "The 'From' number is not a valid phone number, shortcode, or alphanumeric sender ID."),
    21602: (400, "Message body is required."),
    21603: (400, "A 'From' phone number is required."),
    21604: (400, "A 'To' phone number is required."),
    21606: (400, "The 'From' phone number is not a valid, message-capable phone number."),
    21609: (400, "The 'StatusCallback' URL is not a valid URL."),
    21610: (400, "Attempt to send to unsubscribed recipient"),
    21614: (400, "'To' number is not a valid mobile number"),
    21617: (400, "The concatenated message body exceeds the 1600 character limit."),
    21624: (400, "Invalid validity period value"),
    30450: (400, "Message delivery blocked"),
    35114: (400, "SendAt time must be between 300 seconds and 35 days in the future, inclusive."),
    # Unconfirmed: these codes for these mistakes.
    20001: (400, "Invalid parameter"),
    20005: (403, "Account not active"),
    20403: (403, "Forbidden"),
    21701: (400, "The Messaging Service does not exist"),
    35111: (400, "SendAt and ScheduleType 'fixed' are required together."),
    35118: (400, "MessagingServiceSid is required to schedule a message."),
}
"""Code → HTTP status and message."""

REFUSALS = {Refusal.BAD_NUMBER: 21211, Refusal.NOT_DELIVERABLE: 21614, Refusal.OPTED_OUT: 21610}

DENIALS = {
    Denial.BUSY: 20429,
    Denial.FORBIDDEN_TEXT: 30450,
    Denial.WRONG_PASSWORD: 20003,
    # Unconfirmed: an account without money is suspended, and Twilio lists no code of its own for that.
    Denial.NO_MONEY: 20005,
    # Unconfirmed: Twilio does not publish what a blocked address meets.
    Denial.BLOCKED: 20403,
    Denial.SENDER: 21606,
}

STATUSES = {
    Report.SENT: ("sent", ""),
    Report.DELIVERED: ("delivered", ""),
    Report.NO_SUBSCRIBER: ("undelivered", "30005"),
    Report.UNREACHABLE: ("undelivered", "30003"),
    Report.SPAM: ("undelivered", "30007"),
    Report.UNHEARD_OF: ("rerouted", ""),
}
"""Of a message: `MessageStatus` and `ErrorCode`; no table of Twilio's has a status "rerouted"."""


class Refused(Exception):
    """The request is refused with a code of Twilio's; `complaint` says what the caller should have known better."""

    def __init__(self, code: int, complaint: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.complaint = complaint
