"""What every request to the shop goes through first: it is read to its end, and kept within bounds."""

from flask import Flask, abort, request

LARGEST = 1024 * 1024
"""No form of the shop is longer, in bytes; without a limit a stranger's upload would fill the disk."""


def init_app(app: Flask) -> None:
    """Check every request; call it before anything else that reads forms."""
    app.config["MAX_CONTENT_LENGTH"] = LARGEST
    app.before_request(check)


def check() -> None:
    """Read the request to its end; refuse a NUL, which nobody types and PostgreSQL takes in no text."""
    # The server drops a kept-alive connection whose body nobody read.
    request.get_data(parse_form_data=True)
    fields = (*request.args.items(multi=True), *request.form.items(multi=True))
    if any("\x00" in text for text in (request.path, *(value for _name, value in fields))):
        abort(400)
