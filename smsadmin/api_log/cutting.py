"""Cuts a call for the support: no texts, no word of one, and of a phone its last four digits; pure."""

import re

from smsadmin.api_log.encodings import bottom
from smsadmin.api_log.secrecy import MASK, Mask

TEXT_FIELDS = frozenset({"body", "mes", "message", "text", "list", "sms", "msg", "content", "comment"})
"""Fields that hold the text of an SMS, in lower case."""

PHONE_FIELDS = frozenset({"phone", "phones", "to", "from", "value", "msisdn", "recipient", "sender"})

FIELDS = frozenset(
    {
        *TEXT_FIELDS,
        *PHONE_FIELDS,
        *("login", "psw", "apikey", "charset", "fmt", "id", "op", "err", "cost", "cur", "valid", "all"),
        *("error", "error_code", "cnt", "status", "balance", "credit", "currency", "mccmnc", "last_date"),
        *("last_timestamp", "send_date", "send_timestamp", "sender_id", "status_name", "type", "format"),
        *("messagingservicesid", "statuscallback", "validityperiod", "pagesize", "code", "more_info"),
        *("account_sid", "api_version", "date_created", "date_sent", "date_updated", "direction", "messages"),
        *(
            "error_message",
            "messaging_service_sid",
            "num_media",
            "num_segments",
            "price",
            "price_unit",
            "sid",
        ),
        *("subresource_uris", "uri", "page", "page_size", "first_page_uri", "next_page_uri", "start", "end"),
        *("previous_page_uri", "scenario", "channel", "clientrequestid", "callback", "state", "txid"),
    }
)
"""Names of the providers' manuals, in lower case: they stay, whatever words a text has."""

_LINE = re.compile(r"(\d+):(.*)")
_DIGIT = r"[\s().–-]{0,3}\d"
_RUN = re.compile(rf"\+?\d(?:{_DIGIT}){{4,}}")
_PHONE = re.compile(rf"(?:(?<![0-9A-Za-z])\+?|(?<=2[Bb]))\d(?:{_DIGIT}){{9,14}}(?![0-9A-Za-z])")
_MOMENT = re.compile(r"(?:20\d\d-[01]\d-[0-3]\d|[0-3]\d\.[01]\d\.20\d\d)\s[0-2]\d(?=:[0-5]\d)")
"""A day and the hour of a time, as providers write them: as many digits as a phone has, and none."""
_NATIONAL = 10
"""Digits by which a phone is known, however its beginning is written."""


class Scissors:
    """Cuts the strings of one body or address, and knows whether a word or a phone is still to be seen."""

    def __init__(self, mask: Mask) -> None:
        self._mask = mask
        self._words = sorted(mask.hidden.words, key=len, reverse=True)
        self._phones = {phone[-_NATIONAL:] for phone in mask.hidden.phones}
        self._shown: list[str] = []

    def leaf(self, name: str, text: str) -> str:
        """Return what the support may see of a field."""
        known = name.lower()
        if known in TEXT_FIELDS:
            return self._without_texts(text)
        if not name and text.lower() in FIELDS:
            return text
        shown = self._without_words(self._mask.leaf(name, text))
        pattern = _RUN if known in PHONE_FIELDS else _PHONE
        shown = pattern.sub(_four_digits_unless_a_moment, shown)
        shown = _RUN.sub(self._four_digits_if_known, shown)
        self._shown.append(shown)
        return shown

    def betrays(self) -> bool:
        """Say whether anything that was shown until now holds a word of a text, or a phone."""
        try:
            shown = bottom("\n".join(self._shown)).lower()
        except ValueError:
            return True
        return any(hidden in shown for hidden in (*self._words, *self._phones))

    def _without_texts(self, text: str) -> str:
        """Return the lines `phone:text` of a list with what may stay of them; of anything else, its length."""
        lines = [_LINE.fullmatch(line) for line in text.split("\n")]
        if not text or not all(lines):
            return _cut_out(text)
        return "\n".join(f"{four_digits(line[1])}:{_cut_out(line[2])}" for line in lines if line)

    def _without_words(self, text: str) -> str:
        small = text.lower()
        for word in self._words:
            if word in small:
                text = re.sub(re.escape(word), MASK, text, flags=re.IGNORECASE)
                small = text.lower()
        return text

    def _four_digits_if_known(self, found: re.Match[str]) -> str:
        digits = re.sub(r"\D", "", found.group())
        return four_digits(digits) if any(phone in digits for phone in self._phones) else found.group()


def _four_digits_unless_a_moment(found: re.Match[str]) -> str:
    moment = _MOMENT.match(found.string, found.start())
    return found.group() if moment and moment.end() == found.end() else four_digits(found.group())


def four_digits(phone: str) -> str:
    """Return a phone with only its last four digits."""
    return "•••••••" + re.sub(r"\D", "", phone)[-4:]


def _cut_out(text: str) -> str:
    return f"[text cut out: {len(text)} characters]" if text else ""
