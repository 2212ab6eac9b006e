"""Who a link signs in: decided at every click, from fresh rows (LINKS.md, Login)."""

from flask import flash
from sqlalchemy import select

from shortlinks import Gate, Verdict
from smsadmin.current import host, settings
from smsadmin.database import read
from smsadmin.i18n import _
from smsadmin.links.owner import broadcast_of, is_ours
from smsadmin.links.revoked import is_revoked
from smsadmin.links.sent_to import went_to
from smsadmin.models import Broadcast, Message
from smsadmin.text.phones import to_e164


class CustomerGate(Gate):
    """The plugin's side of a login link, over the host's contract."""

    def admit(self, owner: str, position: int) -> Verdict:
        """Return as whom the link signs in, or why it does not."""
        message = _message(owner, position)
        if message is None or not message.signs_in:
            return Verdict(refusal="no_login")
        if is_revoked(message):
            return Verdict(refusal="revoked")
        if refusal := _refusal(message):
            return Verdict(refusal=refusal)
        return Verdict(customer_key=message.customer_key)

    def current_customer(self) -> str | None:
        """Return the customer who is signed in."""
        return host().login.current_customer()

    def someone_signed_in(self) -> bool:
        """Say whether anybody is signed in."""
        return host().login.someone_signed_in()

    def sign_in(self, customer_key: str) -> None:
        """Start a session for the customer."""
        host().login.sign_in(customer_key)

    def sign_in_page(self, target: str) -> str:
        """Return where somebody goes whom the link does not sign in, and have him read there why."""
        # One sentence for every refusal: whoever holds the phone is not told what became of its owner.
        flash(_("This link from the SMS does not sign you in. Sign in here, and the page opens."), "warning")
        return host().login.sign_in_url(target)


def _refusal(message: Message) -> str | None:
    """Say why the recipient of this message is not signed in as he is now; None: nothing speaks against it."""
    customer = host().customers.get_many([message.customer_key]).get(message.customer_key)
    if customer is None or not host().login.may_sign_in(message.customer_key):
        return "blocked"
    phone = to_e164(customer.phone or "", settings().region)
    if not phone or not went_to(message, phone) or not customer.verified:
        return "phone_changed"
    if host().staff.staff_among([customer.key]) or phone in host().staff.phones():
        return "staff"
    return "shared_phone" if phone in host().customers.shared([phone]) else None


def _message(owner: str, position: int) -> Message | None:
    """Return the message of a link (index uq_sms_messages_position)."""
    if not is_ours(owner):
        return None
    broadcast_id, form = broadcast_of(owner)
    statement = (
        select(Message)
        .join(Broadcast, Broadcast.id == Message.broadcast_id)
        .where(
            Message.broadcast_id == broadcast_id,
            Message.position == position,
            Broadcast.form == form,
        )
    )
    return read(lambda session: session.scalars(statement).one_or_none())
