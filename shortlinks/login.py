"""The page on the main site that signs a customer in: a form that a person's browser posts (LINKS.md).

A GET changes nothing, so previews and scanners that only fetch addresses sign nobody in.
"""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, current_app, make_response, redirect, render_template, request
from werkzeug.wrappers import Response

from shortlinks.blocks import Hit, is_revoked, resolve
from shortlinks.bots import Kind, Signal, kind_of, signal_of
from shortlinks.destination import destination
from shortlinks.gate import Gate, Outcome, Verdict
from shortlinks.lines import MOST_AGENT_CHARS, LoginLine
from shortlinks.pages import HEADERS
from shortlinks.settings import Settings
from shortlinks.shortener import current_shortener
from shortlinks.targets import is_own_site
from shortlinks.views import unknown_link, with_headers

# Same-origin: the host's CSRF protection looks at the referrer of a post on https.
PAGE_HEADERS = {
    "Cache-Control": "private, no-store",
    "Referrer-Policy": "same-origin",
    "X-Robots-Tag": "noindex, nofollow",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
}

HERE = "here"
"""In the query of the page's address: the visitor comes from the page itself."""

WORDS = {
    "ru": {
        "title": "Вход по ссылке из SMS",
        "text": "Нажмите кнопку, чтобы войти и продолжить.",
        "failed": "Войти не получилось: страница была открыта слишком долго, или браузер не принимает cookie.",
        "again": "Нажмите кнопку ещё раз. Не поможет – разрешите cookie или откройте ссылку в другом браузере.",
        "button": "Войти",
        "go_on": "Продолжить",
    },
    "en": {
        "title": "Sign in by your SMS link",
        "text": "Press the button to sign in and go on.",
        "failed": "You are not signed in: the page was open for too long, or the browser accepts no cookies.",
        "again": "Press the button again. If that does not help, allow cookies, or use another browser.",
        "button": "Sign in",
        "go_on": "Go on",
    },
}


def login_pages(settings: Settings) -> Blueprint:
    """Return the blueprint of the login page, its script and its style."""
    blueprint = Blueprint(
        "shortlinks_login",
        __name__,
        url_prefix=settings.login_path,
        static_folder="static",
        static_url_path="/static",
        template_folder="templates",
    )
    blueprint.after_request(_keep_address_secret)
    blueprint.add_url_rule("/<code>", "form", form, methods=["GET"], merge_slashes=False)
    blueprint.add_url_rule("/<code>", "sign_in", sign_in, methods=["POST"], merge_slashes=False)
    return blueprint


def _keep_address_secret(response: Response) -> Response:
    # The host's own error pages come through here too, and a page that they link to would log the code.
    if request.endpoint != "shortlinks_login.static":
        for name in ("Cache-Control", "Referrer-Policy"):
            response.headers.setdefault(name, HEADERS[name])
    return response


def form(code: str) -> Response:
    """Show the form; its script posts it by itself unless a known bot or a preview asks for it."""
    if _login_hit(code) is None:
        return unknown_link()
    if _may_lack_strict_cookie():
        return _come_again()
    return _page("shortlinks/sign_in.html", by_itself=_posts_by_itself())


def sign_in(code: str) -> Response:
    """Sign the customer in where the gate allows it, and lead on to the target in any case."""
    gate = current_shortener().gate
    hit = _login_hit(code)
    if hit is None or gate is None:
        return unknown_link()
    if _posted_elsewhere():
        return _come_again(status=400)
    target = destination(hit)
    verdict = _verdict(hit, target, gate)
    outcome = _enter(verdict, gate)
    line = LoginLine(hit.number, datetime.now(UTC), outcome, verdict.refusal or "")
    current_shortener().clicks.append(line)
    if outcome is Outcome.REFUSED and not gate.someone_signed_in():
        target = gate.sign_in_page(target)
    # No-referrer here: the page that follows must not learn this page's address, which holds the code.
    return with_headers(redirect(target, 303))


def untrusted(code: str) -> Response:
    """Answer a form without the host's token: nobody is signed in by it, and a person can press the button.

    A tab that was seen hours later, the second of two taps on one link, a browser without cookies: none may end
    on an error page. Whoever is signed in would stay so in any case, so he is led on.
    """
    hit = _login_hit(code)
    gate = current_shortener().gate
    if hit is None or gate is None:
        return unknown_link()
    if _posted_elsewhere():
        # Without the visitor's cookies, perhaps: the form's token would begin a session in place of his own.
        return _come_again(status=400)
    if gate.someone_signed_in():
        return with_headers(redirect(destination(hit), 303))
    # Without the script: where cookies are refused it would post for ever.
    return _page("shortlinks/sign_in.html", by_itself=False, failed=True, status=400)


def _come_again(status: int = 200) -> Response:
    return _page("shortlinks/come_again.html", query=HERE, status=status)


def _page(template: str, status: int = 200, **values: Any) -> Response:
    language = request.accept_languages.best_match(WORDS) or "ru"
    page = render_template(template, words=WORDS[language], language=language, **values)
    response = make_response(page, status)
    response.headers.update(PAGE_HEADERS)
    return response


def _may_lack_strict_cookie() -> bool:
    """Tell whether a visitor's session may be there and only not have come.

    A Strict cookie does not come with a tap on another site's page. The form's token would then begin a new
    session in its place, and whoever is signed in would be signed out, and switched by the post. So the page is
    asked for once more, by itself: then the browser comes from our own site.
    """
    config = current_app.config
    strict = str(config.get("SESSION_COOKIE_SAMESITE")).lower() == "strict"
    return strict and config["SESSION_COOKIE_NAME"] not in request.cookies and _comes_from_elsewhere()


def _comes_from_elsewhere() -> bool:
    site = request.headers.get("Sec-Fetch-Site")
    if site is None:
        # Over plain http, and in old browsers, nothing else tells.
        return HERE not in request.args
    return site not in ("none", "same-origin")


def _posted_elsewhere() -> bool:
    """Tell whether another site's page has posted the form: the page that we show posts to its own site."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site not in ("none", "same-origin")
    origin = request.headers.get("Origin")
    if origin is None:
        # No browser of today, or none at all: the host's token decides.
        return False
    ours = {request.host, urlsplit(current_shortener().settings.main_url).netloc}
    return urlsplit(origin).netloc not in ours


def _posts_by_itself() -> bool:
    signal = signal_of(request.method, request.headers)
    if "Sec-Purpose" in request.headers:
        # A browser that says so shows the same page later, and its script knows when.
        signal = Signal.NONE
    # Cut as clicks are: a long agent costs seconds to judge.
    agent = request.user_agent.string[:MOST_AGENT_CHARS]
    return kind_of(signal, agent) not in (Kind.BOT, Kind.PREVIEW)


def _login_hit(code: str) -> Hit | None:
    hit = resolve(code)
    return hit if hit is not None and hit.block.login else None


def _verdict(hit: Hit, target: str, gate: Gate) -> Verdict:
    if is_revoked(hit.block):
        return Verdict(refusal="revoked")
    # Checked without values when it was reserved; now with those of this very message.
    if hit.block.personal and not is_own_site(target, current_shortener().settings.main_url):
        return Verdict(refusal="no_login")
    verdict = gate.admit(hit.block.owner, hit.position)
    if verdict.customer_key is None and verdict.refusal is None:
        return Verdict(refusal="unknown")
    return verdict


def _enter(verdict: Verdict, gate: Gate) -> Outcome:
    if verdict.refusal is not None or verdict.customer_key is None:
        return Outcome.REFUSED
    if gate.current_customer() == verdict.customer_key:
        return Outcome.ALREADY
    if gate.someone_signed_in():
        return Outcome.SOMEONE_ELSE
    gate.sign_in(verdict.customer_key)
    return Outcome.SIGNED_IN
