"""What is done with one provider on the integration screen: connect, change, remove, check, go on after a stop."""

from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask_admin import expose
from werkzeug.wrappers import Response

from smsadmin.accounts import Overtaken, connected, keys_open, refresh_balance
from smsadmin.admin.access import IntegrationRoom, checked_post, staff_member
from smsadmin.admin.forms import posted
from smsadmin.admin.integration.account_form import AccountForm
from smsadmin.admin.integration.check import check, keep_refusal, keep_stopped
from smsadmin.admin.integration.check_wording import of_a_failure
from smsadmin.admin.integration.forms import CheckForm
from smsadmin.admin.integration.going_on import let_go_on
from smsadmin.admin.integration.provider_texts import TEXTS
from smsadmin.admin.integration.settings import FIELDS, callback
from smsadmin.admin.integration.view import choose_view, is_extended
from smsadmin.admin.refusals import too_old
from smsadmin.broadcasts.account_change import account_of, keep_account, new_account, remove_account, waiting
from smsadmin.i18n import _
from smsadmin.integration_changes import What, noted
from smsadmin.models import Account
from smsadmin.providers import PROVIDERS, provider
from smsadmin.providers.base import CheckFailed
from smsadmin.sealing import NoKey
from smsadmin.sending import doorbell


class AccountPages(IntegrationRoom):
    """The pages and buttons of one provider."""

    @expose("/<provider_name>", methods=["GET", "POST"])
    def account(self, provider_name: str) -> Any:
        """Connect a provider, or change its data."""
        choose_view()
        if provider_name not in TEXTS:
            abort(404)
        current = account_of(provider_name)
        form = _form(provider_name, current)
        if request.method == "POST":
            checked_post()
            try:
                if form.is_overtaken:
                    raise Overtaken
                if form.validate() and self._stored(provider_name, current, form):
                    return back()
            except Overtaken:
                return self._overtaken(provider_name)
        return self._account_page(provider_name, form)

    def _account_page(self, name: str, form: AccountForm) -> str:
        page: str = self.render(
            "integration_account.html",
            provider=PROVIDERS[name],
            texts=form.texts,
            account=form.account,
            form=form,
            fields=[field for field in FIELDS if field.of(PROVIDERS[name].abilities)],
            extended=is_extended(),
            waiting=form.waiting,
            callback=callback(name),
            keys_open=keys_open([]),
        )
        return page

    def _overtaken(self, name: str) -> Any:
        """Show what was entered beside what somebody has stored in between: it would silently undo his work."""
        said = _(
            "Nothing is saved: somebody has changed these settings since you opened the page, or the button was "
            "pressed twice. Below is what you entered and, where it differs, what is stored now. To store yours "
            "after all, press the button again; a password has to be entered anew."
        )
        flash(said, "error")
        form = _form(name, account_of(name))
        form.beside_stored()
        return self._account_page(name, form), 409

    def _stored(self, name: str, current: Account | None, form: AccountForm) -> bool:
        """Keep what was entered; say whether that was possible; raise `Overtaken`."""
        try:
            if current is None or form.is_other_account:
                new_account(name, form.wanted(), by=staff_member(), in_place_of=current)
            else:
                keep_account(current, form.wanted(), by=staff_member())
                doorbell.ring_send(current.id)
        except NoKey:
            flash(no_key(), "error")
            return False
        asks_for_check = (
            current is None or form.is_other_account or bool(form.secret.data or form.key_entered)
        )
        connected_now = _(
            "%(provider)s is connected. Check the connection now.", provider=provider(name).title
        )
        flash(connected_now if asks_for_check else _("Saved."), "success")
        return True

    @expose("/<provider_name>/remove", methods=["GET"])
    def ask_to_remove(self, provider_name: str) -> Any:
        """Ask, with what waits, whether the provider's data shall go."""
        current = _connected(provider_name)
        return self.render(
            "integration_remove.html",
            provider=provider(provider_name),
            account=current,
            waiting=waiting(current.id),
            next_account=next((one for one in connected() if one.id != current.id), None),
            titles={each.name: each.title for each in PROVIDERS.values()},
        )

    @expose("/<provider_name>/remove", methods=["POST"])
    def remove(self, provider_name: str) -> Response:
        """Take the provider's data out of use."""
        member = checked_post()
        current = _connected(provider_name)
        before = [("login", current.login, "")] if current.login else []
        remove_account(current, noted(member, What.REMOVED, provider_name, before))
        flash(_("%(provider)s is removed.", provider=provider(provider_name).title), "success")
        return back()

    @expose("/<provider_name>/balance", methods=["POST"])
    def balance(self, provider_name: str) -> Response:
        """Ask the provider for the balance."""
        checked_post()
        if _balance_is_read(_connected(provider_name)):
            flash(_("The balance is up to date: the provider accepts what is entered here."), "success")
        return back()

    @expose("/<provider_name>/go-on", methods=["POST"])
    def check_and_go_on(self, provider_name: str) -> Response:
        """Check a stopped account where that is possible, and let it send again."""
        member = checked_post()
        current = _connected(provider_name)
        if not provider(provider_name).abilities.balance or _balance_is_read(current):
            flash(let_go_on(current, member), "success")
        return back()

    @expose("/<provider_name>/check", methods=["POST"])
    def check(self, provider_name: str) -> Response:
        """Check the connection: the balance, then a test SMS to the member of staff himself."""
        member = checked_post()
        current = _connected(provider_name)
        form = posted(CheckForm)
        phone = form.e164()
        if not form.validate() or phone is None:
            flash(form.phone.errors[0] if form.phone.errors else too_old(), "error")
            return back()
        try:
            check(current, member, phone, form.once.data)
        except NoKey:
            flash(no_key(), "error")
            return back()
        return back(provider_name)


def _form(name: str, current: Account | None) -> AccountForm:
    """Return the provider's form, with what was entered or else with what is stored."""
    form: AccountForm = posted(AccountForm, obj=current)
    form.speak_for(name, current, waiting(current.id) if current else None)
    return form


def _connected(name: str) -> Account:
    """Return a provider's account; end the request with 404 when it is not connected."""
    return account_of(name) or abort(404)


def _balance_is_read(account: Account) -> bool:
    """Ask for the balance and say whether it came; tell why where it did not."""
    try:
        refresh_balance(account)
    except CheckFailed as error:
        keep_stopped(account, error)
        keep_refusal(account, of_a_failure(error, account))
        return False
    except NoKey:
        flash(no_key(), "error")
        return False
    return True


def no_key() -> str:
    """Return why nothing can be stored or sent without the key."""
    said: str = _("Nothing is stored or sent: the key in SMSADMIN_KEYS is missing or is another one.")
    return said


def back(name: str | None = None) -> Response:
    """Lead back to the integration page: to its top, where what has happened is said, or to what is named so."""
    return redirect(url_for("sms_integration.index", _anchor=name), 303)
