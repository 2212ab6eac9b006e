"""The form in which a broadcast is written, with what is wrong said at the field."""

from typing import Any

from wtforms import BooleanField, StringField, TextAreaField, ValidationError
from wtforms.validators import InputRequired, Length

from smsadmin import links
from smsadmin.admin.forms import SafeForm
from smsadmin.current import host
from smsadmin.i18n import _, lazy
from smsadmin.text.placeholders import placeholder_before_path, placeholders, unknown_placeholders

LONGEST_TEXT = 1000
"""SMSC takes no longer text (PROVIDERS, send.php `mes`)."""


class ComposeForm(SafeForm):
    """A broadcast's name, its text and how its links work."""

    name = StringField(
        lazy("Name"),
        [
            InputRequired(lazy("Give the broadcast a name; only staff see it.")),
            Length(max=200, message=lazy("At most %(max)d characters.")),
        ],
    )
    text = TextAreaField(
        lazy("Text of the SMS"),
        [
            InputRequired(lazy("Write the text of the SMS.")),
            Length(max=LONGEST_TEXT, message=lazy("The text is too long: at most %(max)d characters.")),
        ],
        render_kw={"rows": 5},
    )
    verified_only = BooleanField(lazy("Only to confirmed numbers"), default=True)
    wrap_clicks = BooleanField(lazy("Wrap links to count clicks"), default=True)
    wrap_login = BooleanField(lazy("Wrap links to sign in"), default=False)

    def validate_text(self, field: Any) -> None:
        """Refuse what would arrive broken."""
        known = known_placeholders()
        unknown = unknown_placeholders(field.data, known)
        if unknown:
            raise ValidationError(
                _(
                    "There is no placeholder {%(unknown)s}. You can use: %(known)s.",
                    unknown=unknown[0],
                    known=", ".join(f"{{{name}}}" for name in known),
                )
            )
        bare = links.bare_addresses(field.data)
        if bare:
            raise ValidationError(
                _("%(address)s: write links in full, with https:// — https://%(address)s", address=bare[0])
            )
        if placeholder_before_path(field.data):
            raise ValidationError(_("A link's site cannot be a placeholder."))
        for url in links.addresses(field.data):
            if not links.is_address(url):
                raise ValidationError(_("%(address)s: nobody can open this address; check it.", address=url))
        wrapped = self.wrap_clicks.data or self.wrap_login.data
        if wrapped and any(placeholders(url) for url in links.addresses(field.data)):
            raise ValidationError(_("A link that is wrapped cannot have placeholders in it."))


def known_placeholders() -> list[str]:
    """Return the placeholders that a text may have."""
    return ["name", *host().customers.placeholders]
