"""What visitors of a short address see that leads nowhere: constant, in both languages, and good on a phone."""

HEADERS = {
    # A cached redirect would be a second click that nobody sees.
    "Cache-Control": "private, no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
}
"""Of every answer to a short address, a redirect too."""

_PAGE = """<!doctype html>
<html lang="{language}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">{head}
<title>{title}</title>
<style>
body {{ margin: 0; font: 1.125rem/1.5 system-ui, sans-serif; color: #1f2933; background: #f5f7fa; }}
main {{ max-width: 24rem; margin: 15vh auto 0; padding: 0 1.25rem; }}
h1 {{ font-size: 1.375rem; margin: 2rem 0 .5rem; text-wrap: balance; }}
p {{ margin: 0; }}
</style>
<main>
{said}
</main>
"""


def page(title: str, said: str, language: str = "ru", head: str = "") -> str:
    """Return a page; without a template, because the host's context processors may want the database."""
    return _PAGE.format(title=title, said=said, language=language, head=head)


UNKNOWN_LINK = page(
    title="Ссылка не найдена · Link not found",
    said="""<h1>Такой ссылки нет</h1>
<p>Проверьте, что адрес из SMS введён целиком.</p>
<h1 lang="en">There is no such link</h1>
<p lang="en">Check that the address from the SMS is complete.</p>""",
)
"""The same for an unknown code, a wrong tag and a cut-off one: the page tells a guesser nothing."""

TOO_MANY = page(
    title="Подождите минуту · Wait a minute",
    said="""<h1>Слишком много неверных ссылок</h1>
<p>Подождите минуту и откройте ссылку ещё раз.</p>
<h1 lang="en">Too many wrong links</h1>
<p lang="en">Wait a minute and open the link again.</p>""",
)
"""For an address that has guessed too much."""
