"""The form of a provider's account: the fields as the provider names them, and what each may hold."""

from decimal import Decimal
from typing import Any

from babel.numbers import get_decimal_symbol, list_currencies
from flask_babel import get_locale
from wtforms import BooleanField, DecimalField, HiddenField, PasswordField, StringField, ValidationError
from wtforms.validators import NumberRange, Optional, StopValidation
from wtforms.widgets import TextInput

from smsadmin.accounts import usual_base_url
from smsadmin.admin.forms import SafeForm
from smsadmin.admin.integration.base_url import check_base_url
from smsadmin.admin.integration.forms import stripped
from smsadmin.admin.integration.provider_texts import TEXTS, ProviderTexts
from smsadmin.admin.integration.settings import FIELDS, NONE
from smsadmin.broadcasts.account_change import Wanted, differences, fingerprint, is_other_account
from smsadmin.broadcasts.global_switch import Waiting
from smsadmin.i18n import _, lazy
from smsadmin.integration_changes import SECRETS
from smsadmin.models import Account

SMALLEST_PRICE, LARGEST_PRICE = Decimal("0.0001"), Decimal(10_000)
LONGEST_SECRET = 200


class PriceField(DecimalField):
    """An amount with a comma or a point, of four digits behind it at most."""

    # A number field takes no comma in an English browser.
    widget = TextInput()

    def _value(self) -> str:
        """Return what the field shows: no zeros at the end, the reader's own sign before the fraction."""
        if self.raw_data or self.data is None:
            return str(super()._value())  # type: ignore[misc]
        return f"{self.data.normalize():f}".replace(".", get_decimal_symbol(get_locale()))

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

    def pre_validate(self, form: Any) -> None:
        """Say nothing of the size of what is no number."""
        if self.process_errors:
            raise StopValidation


class AccountForm(SafeForm):
    """Credentials of one provider; call `speak_for` before validating or showing it."""

    login = StringField(filters=[stripped], render_kw={"autocomplete": "off"})
    secret = PasswordField(filters=[stripped], render_kw={"autocomplete": "new-password"})
    api_key = PasswordField(filters=[stripped], render_kw={"autocomplete": "new-password"})
    sender = StringField(filters=[stripped], render_kw={"autocomplete": "off"})
    price_of_part = PriceField(
        validators=[
            Optional(),
            NumberRange(SMALLEST_PRICE, LARGEST_PRICE, lazy("The price must be above 0 and below 10,000.")),
        ],
        places=None,
        render_kw={"inputmode": "decimal"},
    )
    currency = StringField(filters=[lambda text: stripped(text).upper()], render_kw={"maxlength": 3})
    base_url = StringField(
        filters=[lambda text: stripped(text).rstrip("/")], render_kw={"autocomplete": "off", "type": "url"}
    )
    sure = BooleanField(lazy("This will be another account: I know what becomes of what waits."))

    seen = HiddenField()
    """What was stored when the form was opened, as a fingerprint."""

    name: str
    texts: ProviderTexts
    account: Account | None
    waiting: Waiting | None

    def speak_for(self, name: str, account: Account | None, waiting: Waiting | None) -> None:
        """Name the fields as the provider does, and check against what is connected and what waits."""
        self.name, self.texts, self.account, self.waiting = name, TEXTS[name], account, waiting
        self.currency.data = self.currency.data or self.texts.currency
        if self.seen.raw_data is None:
            self.seen.data = fingerprint(account)
        self.base_url.render_kw = {**(self.base_url.render_kw or {}), "placeholder": usual_base_url(name)}
        for setting in FIELDS:
            self[setting.key].label.text = setting.label(self.texts)
            self[setting.key].description = setting.hint(self.texts)
        self.secret.description = _("It is kept encrypted and never shown again.")
        if account:
            stored = self.secret if account.login else self.api_key
            stored.description = _("It is stored and never shown again. Leave the field empty to keep it.")
        self.price_of_part.label.text = f"{self.price_of_part.label.text}, {self.currency.data}"
        if not self.texts.sender_needed:
            self.sender.label.text = _("%(field)s (optional)", field=self.texts.sender)

    @property
    def key_entered(self) -> bool:
        """Say whether an API key was entered where the provider knows such a thing."""
        return bool(self.texts.api_key and self.api_key.data)

    @property
    def is_overtaken(self) -> bool:
        """Say whether somebody has changed the account since the form was opened."""
        return self.seen.data != fingerprint(self.account)

    def beside_stored(self) -> None:
        """Say at each field what is stored now, where that is not what was entered; the form is a fresh one again."""
        self.seen.data = fingerprint(self.account)
        if not self.validate():
            return
        for name, stored, _entered in differences(self.account, self.wanted()) if self.account else ():
            if name not in SECRETS:
                self[name].errors = [_("Stored now: %(value)s", value=stored or NONE)]

    @property
    def is_other_account(self) -> bool:
        """Say whether what was entered is another account than the connected one."""
        return self.account is not None and is_other_account(self.account, *self._identity())

    def wanted(self) -> Wanted:
        """Return what was entered, once it is valid."""
        login, secret, address = self._identity()
        price = self.price_of_part.data
        return Wanted(
            login,
            secret,
            self.sender.data or "",
            address,
            None if price is None else price.quantize(SMALLEST_PRICE),
            self.currency.data or self.texts.currency,
        )

    def _identity(self) -> tuple[str, str, str | None]:
        """Return login, secret (password or key) and address; None for the usual one."""
        secret = self.api_key.data if self.key_entered else self.secret.data
        address = self.base_url.data
        usual = usual_base_url(self.name).rstrip("/")
        return self.login.data or "", secret or "", address if address and address != usual else None

    def validate_login(self, field: Any) -> None:
        """Check the login against the provider's own form; an API key stands in its place."""
        if self.key_entered:
            return
        if not field.data and self._keeps_key() and not self.secret.data:
            return
        if not field.data and self.texts.api_key:
            raise ValidationError(_("Enter the login and the password, or the API key alone."))
        if not field.data:
            raise ValidationError(_("Fill this field in."))
        if not self.texts.login_pattern.fullmatch(field.data):
            raise ValidationError(self.texts.login_error)

    def validate_secret(self, field: Any) -> None:
        """Ask for a secret where none is stored for this login at this address."""
        self._not_too_long(field)
        if self.login.data and not field.data and not self.key_entered and self._needs_secret():
            # "Leave the field empty to keep it" is not true then.
            field.description = _("It is kept encrypted and never shown again.")
            raise ValidationError(self._why_a_secret())

    def _why_a_secret(self) -> str:
        if self.account is None:
            return str(_("Fill this field in."))
        if self.login.data != self.account.login:
            return str(_("Another login needs its password as well."))
        return str(_("Another address of the provider needs the password as well."))

    def validate_api_key(self, field: Any) -> None:
        """Take a key alone: with a login beside it nobody could tell which of the two is meant."""
        self._not_too_long(field)
        if self.key_entered and (self.login.data or self.secret.data):
            raise ValidationError(
                _("Either the login and the password, or the API key: empty the fields that are not used.")
            )
        if not field.data and not self.login.data and self._keeps_key() and self._needs_secret():
            field.description = ""
            raise ValidationError(_("Another address of the provider needs the API key as well."))

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

    def validate_base_url(self, _field: Any) -> None:
        """Check an address that is new."""
        _login, _secret, address = self._identity()
        if address and address != (self.account.base_url if self.account else None):
            check_base_url(address)

    def validate_sure(self, field: Any) -> None:
        """Ask before something that waits is left behind."""
        if self.is_other_account and self.waiting and not field.data:
            raise ValidationError(_("Something waits for the account that is connected. Tick this to go on."))

    def _keeps_key(self) -> bool:
        return self.account is not None and not self.account.login

    def _needs_secret(self) -> bool:
        """Say whether no secret is stored for this: one that is stored never goes to an address typed later."""
        return self.account is None or self.is_other_account

    def _not_too_long(self, field: Any) -> None:
        if len(field.data or "") > LONGEST_SECRET:
            raise ValidationError(_("This is too long for a password: at most 200 characters."))
