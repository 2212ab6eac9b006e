"""The small forms of the integration page: the name in the text, who is responsible, where a test SMS goes."""

from collections.abc import Sequence
from typing import Any

from wtforms import HiddenField, SelectField, StringField, ValidationError
from wtforms.validators import InputRequired, Length, Regexp

from smsadmin import links
from smsadmin.admin.forms import SafeForm
from smsadmin.current import settings
from smsadmin.host import StaffMember
from smsadmin.i18n import _, lazy
from smsadmin.text.phones import to_e164

LONGEST_PREFIX = 50


def stripped(text: str | None) -> str:
    """Return what was entered without the blanks that copying brings along."""
    return (text or "").strip()


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
        if links.addresses(text) or links.bare_addresses(text) or links.spoilt_addresses(text):
            raise ValidationError(_("A name only, no link."))


class ResponsibleForm(SafeForm):
    """Which of the host's admins is responsible for the integration; call `offer` before validating it."""

    responsible = SelectField(lazy("Responsible admin"), validate_choice=True)

    def offer(self, admins: Sequence[StaffMember]) -> None:
        """Offer these admins, and nobody."""
        self.responsible.choices = [
            ("", _("nobody: the owner alone")),
            *((member.key, member.name) for member in admins),
        ]


class CheckForm(SafeForm):
    """To which number the test SMS of a check goes."""

    phone = StringField(
        lazy("Your phone"),
        [InputRequired(lazy("Enter the number that shall get the SMS."))],
        filters=[stripped],
        render_kw={"type": "tel", "autocomplete": "tel"},
    )

    once = HiddenField(validators=[Regexp(r"[0-9a-f]{32}\Z")])
    """The name of this form, by which a second press of its button is known."""

    def validate_phone(self, field: Any) -> None:
        """Take what can be a mobile number."""
        if self.e164() is None:
            raise ValidationError(
                _("This is not a phone number: write it with the country code, e.g. +7 926 123-45-67.")
            )

    def e164(self) -> str | None:
        """Return the number as E.164, or None where it is none."""
        return to_e164(self.phone.data or "", settings().region)
