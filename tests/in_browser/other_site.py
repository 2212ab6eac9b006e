"""A third site, as a webmail is: pages with a link, a form or a frame, and one that hides behind another."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from urllib.parse import parse_qs, quote, urlsplit

HOST = "mail.test"
PAGES = {
    "link": '<!doctype html><title>mail</title><a href="{to}">the link</a>',
    "frame": '<!doctype html><title>frame</title><iframe src="{to}" width="300" height="300"></iframe>',
    "post": '<!doctype html><title>post</title><form method="post" action="{to}"><button>post</button></form>',
    # Opens a tab in front of itself, which leads this one on and stays in front until it is told to close.
    "behind": "<!doctype html><title>behind</title><script>window.open('/before?to={quoted}');</script>",
    "before": """<!doctype html><title>before</title><script>
opener.location = "{to}";
fetch("/closing").then(function () {{ window.close(); }});
</script>""",
}
LONGEST_BEFORE = 120.0


class OtherSite:
    """Where its pages are; `closing` lets the tab in front close."""

    def __init__(self, port: int, closing: Event) -> None:
        self.url = f"http://{HOST}:{port}"
        self.closing = closing

    def page(self, kind: str, address: str) -> str:
        """Return the address of a page with a link, a frame or a form that leads to `address`."""
        return f"{self.url}/{kind}?to={quote(address, safe='')}"


@contextmanager
def other_site() -> Iterator[OtherSite]:
    """Run the third site on a free port until the block ends."""
    closing = Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = urlsplit(self.path)
            if asked.path == "/closing":
                closing.wait(LONGEST_BEFORE)
            to = parse_qs(asked.query).get("to", [""])[0]
            body = PAGES.get(asked.path.strip("/"), "").format(to=to, quoted=quote(to, safe="")).encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield OtherSite(server.server_address[1], closing)
        closing.set()
        server.shutdown()
        thread.join()
