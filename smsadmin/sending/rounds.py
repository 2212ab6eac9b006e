"""A thread of the worker that does its rounds until it is told to stop; what the sweeper and the inquirer share."""

import logging
import threading
from abc import ABC, abstractmethod

from flask import Flask

from smsadmin.current import host, settings
from smsadmin.failures import named

log = logging.getLogger(__name__)


class Rounds(threading.Thread, ABC):
    """Does one round after another; an error is logged and the next round tries again."""

    def __init__(self, app: Flask, name: str) -> None:
        super().__init__(name=name, daemon=True)
        self.app = app
        self.stopped = threading.Event()

    @abstractmethod
    def round(self) -> None:
        """Do what is due now."""

    def leave(self) -> None:
        """Do what is left to do when the thread was told to stop."""

    def run(self) -> None:
        """Do rounds, `SMSADMIN_RECEIPTS_EVERY` seconds apart, in an app context of this thread's own."""
        with self.app.app_context():
            while not self.stopped.is_set():
                try:
                    self.round()
                except Exception as error:
                    log.error(
                        "a round of the %s ended in %s; the next one tries again", self.name, named(error)
                    )
                finally:
                    # What the host was asked for must not be held until the next round.
                    host().db.session.remove()
                self.stopped.wait(settings().receipts_every)
            self.leave()
