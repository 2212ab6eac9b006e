"""What the support may know of how the short links are set up."""

from shortlinks.shortener import current_shortener


def shown_settings() -> dict[str, object]:
    """Return the settings `SHORTLINKS_*` without keys and salt."""
    found = current_shortener().settings
    return {
        "SHORTLINKS_URL": found.url,
        "SHORTLINKS_MAIN_URL": found.main_url,
        "SHORTLINKS_LOGIN_PATH": found.login_path,
        "SHORTLINKS_SPOOL": str(found.spool),
        "SHORTLINKS_FLUSH_EVERY": found.flush_every,
        "SHORTLINKS_MISSES": found.misses,
        "SHORTLINKS_KEYS": f"{len(found.keys)} set",
    }
