"""Texts for people: `_` now, `lazy` for what is written at import time; domain `smsadmin`, English → Russian."""

from pathlib import Path

from flask_babel import Domain

domain = Domain(translation_directories=str(Path(__file__).parent / "translations"), domain="smsadmin")
_ = domain.gettext
ngettext = domain.ngettext
lazy = domain.lazy_gettext
lazy_pgettext = domain.lazy_pgettext
