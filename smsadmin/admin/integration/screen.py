"""The integration: which provider sends, its credentials and balance, a test SMS, the settings of all SMS."""

from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask_admin import expose
from werkzeug.wrappers import Response

from smsadmin.accounts import callback_address, connected, go_on, refresh_balance
from smsadmin.admin.access import Screen, checked_post, may_integrate, staff_member
from smsadmin.admin.check_wording import GOOD, balance_failure, test_outcome
from smsadmin.admin.forms import posted
from smsadmin.admin.integration_cards import cards, who_sends
from smsadmin.admin.integration_forms import AccountForm, PrefixForm, TestSmsForm
from smsadmin.admin.obstacles import keys_open
from smsadmin.admin.provider_texts import TEXTS
from smsadmin.broadcasts.account_change import account_of, keep_account, new_account, remove_account, waiting
from smsadmin.broadcasts.global_switch import switch_off, switch_on
from smsadmin.i18n import _
from smsadmin.integration import integration, set_prefix
from smsadmin.models import Account, Message
from smsadmin.providers import PROVIDERS, provider
from smsadmin.providers.base import BalanceFailed
from smsadmin.sealing import NoKey
from smsadmin.sending import doorbell
from smsadmin.sending.to_oneself import Addressee, Closed, send_test
from smsadmin.text.template import prefixed


class IntegrationScreen(Screen):
    """The providers and the settings of all SMS, for the owner and the responsible admin only."""

    def is_accessible(self) -> bool:
        """Say whether the person at the screen is one of the two."""
        return may_integrate()

    @expose("/")
    def index(self) -> Any:
        """Show who sends, every provider, and the settings."""
        return self._page(PrefixForm(obj=integration()))

    def _page(self, prefix_form: PrefixForm) -> Any:
        return self.render(
            "integration.html",
            cards=cards(staff_member()),
            who_sends=who_sends(),
            order=", ".join(each.title for each in PROVIDERS.values()),
            settings=integration(),
            prefix_form=prefix_form,
            keys_open=keys_open(connected()),
        )

    @expose("/switch", methods=["POST"])
    def set_switch(self) -> Response:
        """Switch all SMS on or off."""
        checked_post()
        if request.form.get("on"):
            switch_on()
            flash(
                _("SMS is switched on. Broadcasts that were paused wait until you let them go on."), "success"
            )
        else:
            switch_off()
            flash(_("SMS is switched off: nothing leaves any more."), "success")
        return _back()

    @expose("/text", methods=["GET", "POST"])
    def set_text(self) -> Any:
        """Set the name in the text of every SMS."""
        if request.method == "GET":
            # From the page that said what is wrong with the name: a link to the other language, say.
            return _back()
        checked_post()
        form = posted(PrefixForm)
        if not form.validate():
            return self._page(form)
        set_prefix(form.text_prefix.data)
        flash(_("Saved. SMS that are formed already keep their text."), "success")
        return _back()

    @expose("/<provider_name>", methods=["GET", "POST"])
    def account(self, provider_name: str) -> Any:
        """Connect a provider, or change its data."""
        texts = TEXTS.get(provider_name) or abort(404)
        current = account_of(provider_name)
        form = posted(AccountForm, obj=current)
        form.speak_for(texts, current, waiting(current.id) if current else None)
        if request.method == "POST":
            checked_post()
            if form.validate() and self._stored(provider_name, current, form):
                return _back(provider_name)
        return self.render(
            "integration_account.html",
            provider=PROVIDERS[provider_name],
            texts=texts,
            account=current,
            form=form,
            waiting=form.waiting,
            callback=callback(provider_name),
            keys_open=keys_open([]),
        )

    def _stored(self, name: str, current: Account | None, form: AccountForm) -> bool:
        """Keep what was entered; say whether that was possible."""
        try:
            if current is None or form.is_other_account:
                new_account(name, form.wanted())
            else:
                keep_account(current, form.wanted())
                doorbell.ring_send(current.id)
        except NoKey:
            flash(_no_key(), "error")
            return False
        flash(
            _("%(provider)s is connected. Check it now: refresh the balance.", provider=provider(name).title)
            if provider(name).abilities.balance
            else _(
                "%(provider)s is connected. Check it now: send a test SMS.", provider=provider(name).title
            ),
            "success",
        )
        return True

    @expose("/<provider_name>/remove", methods=["GET", "POST"])
    def remove(self, provider_name: str) -> Any:
        """Ask, with what waits, and take the provider's data out of use."""
        current = _connected(provider_name)
        if request.method == "GET":
            return self.render(
                "integration_remove.html",
                provider=provider(provider_name),
                account=current,
                waiting=waiting(current.id),
                next_account=next((one for one in connected() if one.id != current.id), None),
                titles={each.name: each.title for each in PROVIDERS.values()},
            )
        checked_post()
        remove_account(current)
        flash(_("%(provider)s is removed.", provider=provider(provider_name).title), "success")
        return _back()

    @expose("/<provider_name>/balance", methods=["POST"])
    def balance(self, provider_name: str) -> Response:
        """Ask the provider for the balance."""
        checked_post()
        if _balance_is_read(_connected(provider_name)):
            flash(_("The balance is up to date: the provider knows this login and password."), "success")
        return _back(provider_name)

    @expose("/<provider_name>/go-on", methods=["POST"])
    def check_and_go_on(self, provider_name: str) -> Response:
        """Check a stopped account where that is possible, and let it send again."""
        checked_post()
        current = _connected(provider_name)
        if not provider(provider_name).abilities.balance or _balance_is_read(current):
            go_on(current.id)
            doorbell.ring_send(current.id)
            flash(_("%(provider)s sends again.", provider=provider(provider_name).title), "success")
        return _back(provider_name)

    @expose("/<provider_name>/test", methods=["POST"])
    def test(self, provider_name: str) -> Response:
        """Send a test SMS to the member of staff himself."""
        member = checked_post()
        current = _connected(provider_name)
        form = posted(TestSmsForm)
        phone = form.e164()
        if not form.validate() or phone is None:
            flash(form.phone.errors[0], "error")
            return _back(provider_name)
        text = prefixed(integration().text_prefix, _("This is a test: SMS can be sent."))
        try:
            _tell(send_test(current, Addressee(member.key, member.name, phone), text))
        except Closed:
            flash(_("Nothing can be sent now: SMS is switched off, or the account is stopped."), "error")
        except NoKey:
            flash(_no_key(), "error")
        return _back(provider_name)


def callback(name: str) -> str | None:
    """Return the address to enter in the provider's cabinet, if it has one for the whole account.

    Its query asks SMSC for JSON in UTF-8 (PROVIDERS, Callback: `fmt=3`; `fmt=2` would be XML).
    """
    if not provider(name).abilities.callback_per_account:
        return None
    return f"{callback_address(name, integration().callback_secret)}?charset=utf-8&fmt=3"


def _connected(name: str) -> Account:
    """Return a provider's account; end the request with 404 when it is not connected."""
    return account_of(name) or abort(404)


def _balance_is_read(account: Account) -> bool:
    """Ask for the balance and say whether it came; tell why where it did not."""
    try:
        refresh_balance(account)
    except BalanceFailed as error:
        flash(balance_failure(error.reason), "error")
        return False
    except NoKey:
        flash(_no_key(), "error")
        return False
    return True


def _tell(message: Message) -> None:
    """Say what became of a test SMS."""
    flash(test_outcome(message), "success" if message.state in GOOD else "error")


def _no_key() -> str:
    said: str = _("Nothing is stored or sent: the key in SMSADMIN_KEYS is missing or is another one.")
    return said


def _back(name: str | None = None) -> Response:
    return redirect(url_for("sms_integration.index", _anchor=name), 303)
