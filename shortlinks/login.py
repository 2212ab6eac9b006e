"""The page on the main site that signs a customer in: a form that a person's browser posts (LINKS.md).

A GET changes nothing, so previews and scanners that only fetch addresses sign nobody in.
"""

from datetime import UTC, datetime

from flask import Blueprint, make_response, redirect, render_template, request
from werkzeug.wrappers import Response

from shortlinks.blocks import Hit, is_revoked, resolve
from shortlinks.bots import Kind, kind_of, signal_of
from shortlinks.destination import NotNow, destination
from shortlinks.gate import Gate, Outcome, Verdict
from shortlinks.lines import MOST_AGENT_CHARS, LoginLine
from shortlinks.settings import Settings
from shortlinks.shortener import current_shortener
from shortlinks.targets import is_own_site
from shortlinks.views import HEADERS, not_now, unknown_link, with_headers

# Same-origin: the host's CSRF protection looks at the referrer of a post on https.
PAGE_HEADERS = {
    "Cache-Control": "private, no-store",
    "Referrer-Policy": "same-origin",
    "X-Robots-Tag": "noindex, nofollow",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
}

WORDS = {
    "ru": {
        "title": "Вход по ссылке из SMS",
        "text": "Нажмите кнопку, чтобы войти и продолжить.",
        "button": "Войти",
    },
    "en": {
        "title": "Sign in by the link from the SMS",
        "text": "Press the button to sign in and go on.",
        "button": "Sign in",
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
    language = request.accept_languages.best_match(WORDS) or "ru"
    page = render_template(
        "shortlinks/sign_in.html",
        words=WORDS[language],
        language=language,
        by_itself=_who_asks() not in (Kind.BOT, Kind.PREVIEW),
    )
    response = make_response(page)
    response.headers.update(PAGE_HEADERS)
    return response


def sign_in(code: str) -> Response:
    """Sign the customer in where the gate allows it, and lead on to the target in any case."""
    gate = current_shortener().gate
    hit = _login_hit(code)
    if hit is None or gate is None:
        return unknown_link()
    try:
        target = destination(hit)
    except NotNow:
        return not_now()
    verdict = _verdict(hit, target, gate)
    outcome = _enter(verdict, gate)
    line = LoginLine(hit.number, datetime.now(UTC), outcome, verdict.refusal or "")
    current_shortener().clicks.append(line)
    if outcome is Outcome.REFUSED and not gate.someone_signed_in():
        target = gate.sign_in_page(target)
    # No-referrer here: the page that follows must not learn this page's address, which holds the code.
    return with_headers(redirect(target, 303))


def _who_asks() -> Kind:
    # Cut as clicks are: a long agent costs seconds to judge.
    agent = request.user_agent.string[:MOST_AGENT_CHARS]
    return kind_of(signal_of(request.method, request.headers), agent)


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
