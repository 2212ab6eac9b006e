"""SMSC's receipts: one address for the whole account, a form, and a signature that the account's owner chose.

Their fields and the signed string were only seen in independent clients.
"""

from collections.abc import Callable, Mapping
from hashlib import md5, sha1
from zlib import crc32

from smsadmin.simulator.fates import Report
from smsadmin.simulator.inbox import Message
from smsadmin.simulator.receipts import Callback
from smsadmin.simulator.smsc_codes import MOSCOW, STATUSES

SIGNATURES: Mapping[str, Callable[[bytes], str]] = {
    "md5": lambda signed: md5(signed, usedforsecurity=False).hexdigest(),
    "sha1": lambda signed: sha1(signed, usedforsecurity=False).hexdigest(),
    # Unconfirmed: in decimals, as PHP's function of this name gives it.
    "crc32": lambda signed: str(crc32(signed)),
}
"""What can sign a receipt, over `id:phone:status:<secret>`; the field bears the same name."""


def receipt(message: Message, report: Report, url: str, secret: str, signature: str) -> Callback | None:
    """Put a receipt into SMSC's words; with a secret it is signed. None where the cabinet has no address."""
    if not url:
        return None
    status, error = STATUSES[report]
    phone = message.phone.lstrip("+")
    form = {
        "id": message.id,
        "phone": phone,
        "status": str(status),
        "err": str(error),
        "time": message.taken_at.astimezone(MOSCOW).strftime("%d.%m.%Y %H:%M:%S"),
        "ts": str(int(message.taken_at.timestamp())),
        "cost": message.price,
    }
    if secret:
        form[signature] = SIGNATURES[signature](f"{message.id}:{phone}:{status}:{secret}".encode())
    return Callback(url, form=form)
