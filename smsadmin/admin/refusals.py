"""What a person reads when a request to one of our screens is refused."""

from werkzeug.exceptions import BadRequest, HTTPException

from smsadmin.i18n import _, lazy

REFUSALS = {
    400: lazy("This did not work. Go back and try again."),
    403: lazy("You may not see this page."),
    404: lazy("There is no such page."),
    413: lazy("This is too long. Go back and send less."),
}
"""Status → what it means where the refusal does not say why itself."""


def sentence(error: HTTPException) -> str:
    """Return why a request was refused, in the reader's language."""
    if isinstance(error, BadRequest) and type(error) is not BadRequest:
        # The host's own check of tokens: its words are for programmers.
        return too_old()
    if error.description and error.description != type(error).description:
        return error.description
    return str(REFUSALS[error.code or 400])


def too_old() -> str:
    """Return what to do where the token of a form is missing, wrong, or out of date."""
    said: str = _("The page was open for too long. Go back, reload it and try again.")
    return said
