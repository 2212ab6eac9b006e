"""The customer's side: sign-in by phone and password, and the cabinet with the bonuses."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug import Response

from smsadmin import password_changed
from smsadmin.i18n import _
from smsadmin.standalone.password_form import NewPassword
from smsadmin.standalone.shop import latest_bonuses
from smsadmin.standalone.sign_in_forms import CustomerSignIn
from smsadmin.standalone.signed_in import end_session, signed_in_customer, start_session
from smsadmin.standalone.targets import local_target

pages = Blueprint("cabinet", __name__)


@pages.route("/sign-in", methods=["GET", "POST"])
def sign_in() -> str | Response:
    """Sign a customer in and lead him on to `next`."""
    target = local_target(request.args.get("next"), url_for("cabinet.show"))
    form = CustomerSignIn()
    if form.validate_on_submit():
        customer = form.user()
        if customer is not None:
            start_session(customer, fresh=True)
            return redirect(target, 303)
        flash(_("There is no customer with this phone and password."), "danger")
    return render_template("shop/sign_in.html", form=form, title=_("Customer sign-in"))


@pages.post("/sign-out")
def sign_out() -> Response:
    """Sign out."""
    end_session()
    return redirect(url_for("shop.front"), 303)


@pages.get("/cabinet")
def show() -> str | Response:
    """Show the customer his bonuses."""
    customer = signed_in_customer()
    if customer is None:
        return redirect(url_for("cabinet.sign_in", next=request.full_path.rstrip("?")))
    return render_template("shop/cabinet.html", customer=customer, history=latest_bonuses(customer.id))


@pages.route("/cabinet/password", methods=["GET", "POST"])
def password() -> str | Response:
    """Let the customer change his password; a link in an SMS signs in without it, so the plugin is told."""
    customer = signed_in_customer()
    if customer is None:
        return redirect(url_for("cabinet.sign_in", next=url_for("cabinet.password")))
    form = NewPassword()
    if form.validate_on_submit():
        if form.change(customer):
            password_changed(str(customer.id))
            flash(_("The password is changed."), "success")
            return redirect(url_for("cabinet.show"), 303)
        flash(_("This is not your password."), "danger")
    return render_template("shop/password.html", form=form)
