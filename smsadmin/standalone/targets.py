"""Where a sign-in page may lead on to: only to our own site, whatever the address says."""

from urllib.parse import urlsplit

from flask import current_app, request


def local_target(target: str | None, default: str) -> str:
    """Return the target's path on this site, or `default` for any address of somebody else's."""
    if not target or any(ord(c) <= 32 for c in target) or "\\" in target:
        return default
    try:
        parts = urlsplit(target)
    except ValueError:
        return default
    if (parts.scheme or parts.netloc) and f"{parts.scheme}://{parts.netloc}" not in _own_sites():
        return default
    # `//evil.example` and the like would leave the site as soon as a browser reads them as a host.
    if not parts.path.startswith("/") or parts.path.startswith("//"):
        return default
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def _own_sites() -> set[str]:
    public = urlsplit(current_app.config.get("SMSADMIN_PUBLIC_URL", ""))
    return {f"{request.scheme}://{request.host}", f"{public.scheme}://{public.netloc}"}
