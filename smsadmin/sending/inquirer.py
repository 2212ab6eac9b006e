"""The inquirer: a thread of every worker that asks the providers, so that no call of its holds up the sweeper."""

from flask import Flask

from smsadmin.sending.balances import keep_balance_fresh
from smsadmin.sending.lookups import ask_providers
from smsadmin.sending.rounds import Rounds


class Inquirer(Rounds):
    """Asks what became of messages without a receipt, and what is left on the account."""

    def __init__(self, app: Flask) -> None:
        super().__init__(app, "inquirer")

    def round(self) -> None:
        """Ask each provider once, as far as its limits allow."""
        ask_providers()
        keep_balance_fresh()
