"""The base of our forms: a token of our own in every one, whatever the host uses beside it."""

from datetime import timedelta
from typing import Any

from flask import current_app, request, session
from werkzeug.datastructures import MultiDict
from wtforms import Form
from wtforms.csrf.session import SessionCSRF


class SafeForm(Form):
    """A form that only a page of ours can have sent; without further fields, a button."""

    class Meta:
        """WTForms' own protection; the token lives as long as a day's work."""

        csrf = True
        csrf_class = SessionCSRF
        csrf_field_name = "sms_token"
        csrf_time_limit = timedelta(hours=12)

        @property
        def csrf_secret(self) -> bytes:
            """Return the key that signs tokens."""
            key = current_app.secret_key or ""
            return key.encode() if isinstance(key, str) else key

        @property
        def csrf_context(self) -> Any:
            """Return where the token's other half lies."""
            return session


def posted(form: type[SafeForm], **kwargs: Any) -> Any:
    """Return the form filled from this request."""
    return form(_without_nul(request.form) if request.method == "POST" else None, **kwargs)


def _without_nul(fields: MultiDict[str, str]) -> MultiDict[str, str]:
    # Nobody types a NUL, and PostgreSQL takes none in a text.
    return MultiDict([(name, text.replace("\x00", "")) for name, text in fields.items(multi=True)])
