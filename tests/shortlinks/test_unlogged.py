"""No code stands in the host's error log, whatever fails around our own pages."""

from typing import Any

import pytest
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from sqlalchemy import Engine

from shortlinks.blocks import block_code, reserve


def fails(*_: Any, **__: Any) -> Any:
    raise ConnectionError("the sessions are away")


@pytest.mark.parametrize("where", ["open_session", "save_session", "after_request"])
@pytest.mark.parametrize("path", ["/l/", "/sms/in/"])
def test_where_the_host_fails_its_log_shows_no_code(
    app: Flask, engine: Engine, caplog: pytest.LogCaptureFixture, where: str, path: str
) -> None:
    block = reserve(engine, url="http://localhost/cabinet", owner="b1", link_index=0, count=5, login=True)
    code = block_code(block, 2)
    if where == "after_request":
        app.after_request(fails)
    else:
        app.session_interface = SecureCookieSessionInterface()
        setattr(app.session_interface, where, fails)
    app.config.update(TESTING=False, PROPAGATE_EXCEPTIONS=False)

    assert app.test_client().get(path + code).status_code == 500

    assert f"Exception on {path}•••• [GET]" in caplog.text
    assert code not in caplog.text
