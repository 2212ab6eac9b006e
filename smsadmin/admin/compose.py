"""The form in which a broadcast is written, with what is wrong said at the field."""

from typing import Any

from flask import request
from wtforms import BooleanField, StringField, TextAreaField, ValidationError
from wtforms.validators import DataRequired, Length

from smsadmin import links
from smsadmin.admin import recipients, when_to_send
from smsadmin.admin.forms import posted
from smsadmin.admin.recipients import RecipientsFields
from smsadmin.admin.when_to_send import WhenFields
from smsadmin.broadcasts.rules import rule_of
from smsadmin.current import host
from smsadmin.host import EVERYONE
from smsadmin.i18n import _, lazy
from smsadmin.models import Broadcast
from smsadmin.text.placeholders import placeholder_before_path, unknown_placeholders

LONGEST_TEXT = 1000
"""SMSC takes no longer text (PROVIDERS, send.php `mes`)."""

WRITTEN = ("name", "text", "verified_only", "wrap_clicks", "wrap_login")
"""The columns that a field of the same name holds."""


class ComposeForm(RecipientsFields, WhenFields):
    """A broadcast's name, its text, how its links work, to whom it goes and when."""

    name = StringField(
        lazy("Name"),
        [
            DataRequired(lazy("Give the broadcast a name; only staff see it.")),
            Length(max=200, message=lazy("At most %(max)d characters.")),
        ],
    )
    text = TextAreaField(
        lazy("Text of the SMS"),
        [
            DataRequired(lazy("Write the text of the SMS.")),
            Length(max=LONGEST_TEXT, message=lazy("The text is too long: at most %(max)d characters.")),
        ],
        # A browser that knows the limit cuts what is pasted, and says nothing.
        render_kw={"rows": 5, "maxlength": False},
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
        self._check_links(field.data)

    def _check_links(self, text: str) -> None:
        """Refuse what was meant to be a link and would not be one, or none that leads anywhere."""
        bare = links.bare_addresses(text)
        if bare:
            raise ValidationError(
                _("%(address)s: write links in full, with https:// — https://%(address)s", address=bare[0])
            )
        if placeholder_before_path(text):
            raise ValidationError(_("A link's site cannot be a placeholder."))
        urls = links.addresses(text)
        wrong = links.spoilt_addresses(text) + [url for url in urls if not links.is_address(url)]
        if wrong:
            raise ValidationError(_why_no_link(wrong[0]))

    def columns(self) -> dict[str, Any]:
        """Return the broadcast's columns that were entered; of a form that is right."""
        return {name: self[name].data for name in WRITTEN} | self.when() | {"rule": self.rule()}


def compose_form(broadcast: Broadcast | None = None) -> ComposeForm:
    """Return the form filled from this request, or with what was entered for a draft."""
    rule = rule_of(broadcast) if broadcast else EVERYONE
    # The filters are the host's, so the form is made for the request.
    made = type("ComposeForm", (ComposeForm,), recipients.fields(rule))
    shown: dict[str, Any] = {}
    if broadcast and request.method == "POST":
        # Of what a browser leaves away nothing comes back from the draft, but its zone stays on offer.
        shown = {"zone": broadcast.zone}
    elif broadcast:
        shown = {name: getattr(broadcast, name) for name in WRITTEN}
        shown |= {**recipients.entered(rule), **when_to_send.entered(broadcast)}
    form: ComposeForm = posted(made, data=shown)
    return form


def _why_no_link(address: str) -> str:
    """Say what is wrong with what was meant to be a link."""
    said: str = _("%(address)s: nobody can open this address; check it.", address=address)
    if links.names_a_user(address):
        said = _(
            "%(address)s: a user name or password cannot stand in a link; take out what is before @.",
            address=address,
        )
    return said


def known_placeholders() -> list[str]:
    """Return the placeholders that a text may have."""
    return ["name", *host().customers.placeholders]
