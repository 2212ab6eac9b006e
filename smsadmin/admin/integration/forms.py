"""The forms of the integration: a provider's credentials, the name in the text, a test SMS."""

from decimal import Decimal
from typing import Any

from babel.numbers import list_currencies
from wtforms import BooleanField, DecimalField, PasswordField, StringField, ValidationError
from wtforms.validators import InputRequired, Length, NumberRange, Optional
from wtforms.widgets import TextInput

from smsadmin import links
from smsadmin.admin.forms import SafeForm
from smsadmin.admin.provider_texts import ProviderTexts
from smsadmin.broadcasts.account_change import Waiting, Wanted
from smsadmin.current import settings
from smsadmin.i18n import _, lazy
from smsadmin.models import Account
from smsadmin.text.phones import to_e164

LONGEST_PREFIX = 50
SMALLEST_PRICE, LARGEST_PRICE = Decimal("0.0001"), Decimal(10_000)


def stripped(text: str | None) -> str:
    """Return what was entered without the blanks that copying brings along."""
    return (text or "").strip()


class PriceField(DecimalField):
    """An amount with a comma or a point, of four digits behind it at most."""

    # A number field takes no comma in an English browser.
    widget = TextInput()

    def _value(self) -> str:
        """Return what the field shows: no zeros at the end."""
        if self.raw_data or self.data is None:
            return str(super()._value())  # type: ignore[misc]
        return f"{self.data.normalize():f}"

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the amount; raise `ValueError` with a sentence for people."""
        text = stripped("".join(valuelist)).replace(",", ".")
        if not text:
            self.data = None
            return
        try:
            super().process_formdata([text])
        except ValueError as error:
            raise ValueError(_("Write the price as a number, e.g. 2.50.")) from error
        if self.data is not None and not self.data.is_finite():
            self.data = None
            raise ValueError(_("Write the price as a number, e.g. 2.50."))


class AccountForm(SafeForm):
    """Credentials of one provider; call `speak_for` before validating or showing it."""

    login = StringField(filters=[stripped], render_kw={"autocomplete": "off"})
    secret = PasswordField(filters=[stripped], render_kw={"autocomplete": "new-password"})
    sender = StringField(filters=[stripped], render_kw={"autocomplete": "off"})
    price_of_part = PriceField(
        lazy("Price of one part"),
        [
            Optional(),
            NumberRange(SMALLEST_PRICE, LARGEST_PRICE, lazy("The price must be above 0 and below 10,000.")),
        ],
        places=None,
        render_kw={"inputmode": "decimal"},
    )
    currency = StringField(
        lazy("Currency"),
        filters=[lambda text: stripped(text).upper()],
        render_kw={"maxlength": 3},
    )
    sure = BooleanField(lazy("Another login is another account: I know what becomes of what waits."))

    texts: ProviderTexts
    account: Account | None
    waiting: Waiting | None

    def speak_for(self, texts: ProviderTexts, account: Account | None, waiting: Waiting | None) -> None:
        """Name the fields as the provider does, and check against what is connected and what waits."""
        self.texts, self.account, self.waiting = texts, account, waiting
        self.currency.data = self.currency.data or texts.currency
        self.login.label.text = texts.login
        self.secret.label.text = texts.secret
        self.sender.label.text = (
            texts.sender if texts.sender_needed else _("%(field)s (optional)", field=texts.sender)
        )

    @property
    def is_other_account(self) -> bool:
        """Say whether the login is another than the connected one."""
        return self.account is not None and self.login.data != self.account.login

    def wanted(self) -> Wanted:
        """Return what was entered."""
        price = self.price_of_part.data
        return Wanted(
            self.login.data or "",
            self.secret.data or "",
            self.sender.data or "",
            None if price is None else price.quantize(SMALLEST_PRICE),
            self.currency.data or self.texts.currency,
        )

    def validate_login(self, field: Any) -> None:
        """Check the login against the provider's own form."""
        if not field.data:
            raise ValidationError(_("Fill this field in."))
        if not self.texts.login_pattern.fullmatch(field.data):
            raise ValidationError(self.texts.login_error)

    def validate_secret(self, field: Any) -> None:
        """Ask for a secret where none is stored for this login."""
        if not field.data and (self.account is None or self.is_other_account):
            raise ValidationError(_("Fill this field in."))
        if len(field.data) > 200:
            raise ValidationError(_("This is too long for a password: at most 200 characters."))

    def validate_sender(self, field: Any) -> None:
        """Check the sender against the provider's own form."""
        if not field.data and self.texts.sender_needed:
            raise ValidationError(_("Fill this field in."))
        if field.data and not self.texts.sender_pattern.fullmatch(field.data):
            raise ValidationError(self.texts.sender_error)

    def validate_currency(self, field: Any) -> None:
        """Take the currencies that there are."""
        if field.data not in list_currencies():
            raise ValidationError(_("Write a currency by its three letters: RUB, USD, EUR."))

    def validate_sure(self, field: Any) -> None:
        """Ask before something that waits is left behind."""
        if self.is_other_account and self.waiting and not field.data:
            raise ValidationError(_("Something waits for the account that is connected. Tick this to go on."))


class PrefixForm(SafeForm):
    """The name that stands before the text of every SMS."""

    text_prefix = StringField(
        lazy("Name in the text of every SMS (optional)"),
        [Length(max=LONGEST_PREFIX, message=lazy("At most %(max)d characters."))],
        filters=[stripped],
        render_kw={"maxlength": LONGEST_PREFIX},
    )

    def validate_text_prefix(self, field: Any) -> None:
        """Take a name and nothing else: a link or a placeholder here would be in every SMS."""
        text = field.data
        if not text.isprintable() or "{" in text or "}" in text:
            raise ValidationError(_("Letters, digits and punctuation only, without { and }."))
        if links.addresses(text) or links.bare_addresses(text):
            raise ValidationError(_("A name only, no link."))


class TestSmsForm(SafeForm):
    """To which number the test SMS goes."""

    phone = StringField(
        lazy("Your phone"),
        [InputRequired(lazy("Enter the number that shall get the SMS."))],
        filters=[stripped],
        render_kw={"type": "tel", "autocomplete": "tel"},
    )

    def validate_phone(self, field: Any) -> None:
        """Take what can be a mobile number."""
        if self.e164() is None:
            raise ValidationError(
                _("This is not a phone number: write it with the country code, e.g. +7 926 123-45-67.")
            )

    def e164(self) -> str | None:
        """Return the number as E.164, or None where it is none."""
        return to_e164(self.phone.data or "", settings().region)
