"""What the browser visits: the shop of the box with a test's own settings; it notes every request that reaches it.

`BROWSER_SHOP` in the environment says how, as one JSON object.
"""

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from flask import render_template_string, request

from smsadmin.standalone.app import create_app

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

RULES = """<!doctype html><title>rules</title><a href="{{ link }}">go on</a>
<script type="speculationrules">
{ {{ action | tojson }}: [{"source": "list", "urls": [{{ link | tojson }}], "eagerness": "immediate"}] }
</script>
<script>
function goWhenTold() {
  fetch("/told").then(function (answer) { return answer.text(); }).then(function (told) {
    if (told === "go") { location.href = {{ link | tojson }}; } else { setTimeout(goWhenTold, 1000); }
  });
}
goWhenTold();
</script>
"""
NOTED = ("HTTP_HOST", "HTTP_SEC_PURPOSE", "HTTP_REFERER", "HTTP_COOKIE", "HTTP_SEC_FETCH_SITE")


class Notes:
    """Stands around the app and writes every request down before it is answered."""

    def __init__(self, app: "WSGIApplication", notes: Path) -> None:
        self._app = app
        self._notes = os.open(notes, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        noted = {name.removeprefix("HTTP_").lower(): environ.get(name, "") for name in NOTED}
        note = {"method": environ["REQUEST_METHOD"], "path": environ["PATH_INFO"], **noted}
        os.write(self._notes, json.dumps(note).encode() + b"\n")
        return self._app(environ, start_response)


def speculate() -> str:
    """Show a page of the shop that has a link loaded beforehand, and follows it when it is told so."""
    ((action, link),) = request.args.items()
    return render_template_string(RULES, action=action, link=link)


BACK = """<!doctype html><title>back</title><h1>the target</h1>
<script>
if (!sessionStorage.back) {
  sessionStorage.back = "once";
  setTimeout(function () { history.back(); }, 500);
}
</script>
"""
"""A page of the shop from which the visitor goes back once, by himself."""

FRAME = '<!doctype html><title>frame</title><iframe src="{{ to }}" width="300" height="300"></iframe>'


def frame() -> str:
    """Show a page of the shop with a frame."""
    return render_template_string(FRAME, to=request.args["to"])


told = json.loads(os.environ["BROWSER_SHOP"])
app = create_app(told["config"])
app.add_url_rule("/rules", "speculate", speculate)
app.add_url_rule("/told", "told", lambda: "go" if Path(told["go"]).exists() else "")
app.add_url_rule("/frame", "frame", frame)
app.add_url_rule("/back", "back", lambda: BACK)
app.wsgi_app = Notes(app.wsgi_app, Path(told["notes"]))  # type: ignore[method-assign]
